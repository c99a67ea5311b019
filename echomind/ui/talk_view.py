"""What the Talk page shows of a turn, as HTML: heard, felt, why, replied, and the measured times."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from markupsafe import Markup

from echomind.models.protocol import VAD, Perception, Thinking, Turn
from echomind.talk.events import Timings
from echomind.talk.sureness import SURE_FROM, is_absent, is_notable, is_unsure
from echomind.taxonomy import CATEGORIES
from echomind.ui.markup import h, together
from echomind.ui.talk_words import label_words, percent

_SCALES = (
    ("v", "Valence", "unpleasant", "pleasant"),
    ("a", "Arousal", "calm", "excited"),
    ("d", "Dominance", "powerless", "in control"),
)
_LOW, _HIGH = 1.0, 5.0  # EmoBank's scale
_STEPS = (
    ("decode", "reading the audio"),
    ("asr", "words"),
    ("perceive", "voice cues"),
    ("first_token", "first words of the reply"),
    ("reply", "whole reply"),
    ("voice", "speaking it"),
    ("total", "in all"),
)

NOTHING = Markup("")
ABOUT_CARE = "This answer is fixed text with help lines, not written by the model."
ABOUT_TURNS = "Put together from what the model noted in each turn; it may have misheard."
EMPTY_FELT = h("p", "Twelve kinds of vocal cues, each with how sure the model is, appear here.", class_="em-waiting")
EMPTY_WHY = h("p", "What the model takes the speaker to feel, and why.", class_="em-waiting")
EMPTY_REPLY = h("p", "The reply, as text and as a voice.", class_="em-waiting")


def _bar(share: float) -> Markup:
    """A bar filled to ``share`` (0 to 1); the number stands beside it, so it is hidden from screen readers."""
    fill = h("rect", width=f"{100 * share:.1f}%", height="100%", rx="3")
    return h("svg", fill, class_="em-bar", aria_hidden="true", focusable="false")


def _cue(category_id: str, title: str, perception: Perception) -> Markup:
    cue = perception.cues[category_id]
    words: Markup | str = label_words(category_id, cue.label)
    if is_unsure(cue):
        words = "unsure" if is_absent(category_id, cue) else f"unsure, perhaps {words}"
    elif is_notable(category_id, cue):
        words = h("strong", words)
    return h(
        "li",
        h("span", title, class_="em-cue-title"),
        h("span", words, class_="em-cue-label"),
        _bar(cue.score),
        h("span", percent(cue.score), class_="em-cue-score"),
        class_="em-cue em-cue-unsure"
        if is_unsure(cue)
        else "em-cue em-cue-sure"
        if is_notable(category_id, cue)
        else "em-cue",
        title=f"{title}: {label_words(category_id, cue.label)}, probability {percent(cue.score)}",
    )


def _scale(name: str, title: str, low: str, high: str, speaker: VAD, listener: VAD) -> Markup:
    def place(vad: VAD) -> tuple[float, str]:
        value = min(max(getattr(vad, name), _LOW), _HIGH)
        return value, f"{100 * (value - _LOW) / (_HIGH - _LOW):.1f}%"

    (spoken, at_speaker), (felt, at_listener) = place(speaker), place(listener)
    track = h(
        "svg",
        h("line", x1="0", x2="100%", y1="50%", y2="50%", class_="em-track"),
        h("circle", cx=at_listener, cy="50%", r="6", class_="em-listener"),
        h("circle", cx=at_speaker, cy="50%", r="4", class_="em-speaker"),
        class_="em-vad-scale",
        aria_hidden="true",
        focusable="false",
    )
    return h(
        "tr",
        h("th", title, scope="row"),
        h("td", low, class_="em-pole"),
        h("td", track, class_="em-vad-track"),
        h("td", high, class_="em-pole"),
        h("td", f"{spoken:.1f}", class_="em-number"),
        h("td", f"{felt:.1f}", class_="em-number"),
    )


def felt(perception: Perception) -> Markup:
    """The twelve cues as bars and the V-A-D of both perspectives."""
    heads = ("Scale", "low end", "", "high end")
    return together(
        h("ul", [_cue(c.id, c.title, perception) for c in CATEGORIES], class_="em-cues")
        if perception.cues
        else h("p", "Nothing was heard: these are the words alone.", class_="em-waiting"),
        h(
            "table",
            h("caption", "Valence, arousal and dominance, 1 to 5", class_="em-hidden"),
            h(
                "thead",
                h(
                    "tr",
                    [h("th", h("span", text, class_="em-hidden"), scope="col") for text in heads],
                    h("th", "speaker ", h("span", "●", aria_hidden="true"), scope="col", class_="em-number"),
                    h("th", "listener ", h("span", "○", aria_hidden="true"), scope="col", class_="em-number"),
                ),
            ),
            h("tbody", [_scale(*scale, perception.speaker, perception.listener) for scale in _SCALES]),
            class_="em-vad",
        ),
        h("p", f"“Unsure” means that the likeliest label has less than {percent(SURE_FROM)}.", class_="em-hidden"),
    )


def why(thinking: Thinking) -> Markup:
    """The thinking card. Shown, never spoken."""
    return h(
        "dl",
        h("div", h("dt", "Emotion"), h("dd", h("strong", thinking.emotion or "—"))),
        h("div", h("dt", "Cause"), h("dd", thinking.cause or "—")),
        h("div", h("dt", "Confidence"), h("dd", _bar(thinking.confidence), h("span", percent(thinking.confidence)))),
        class_="em-why",
    )


def reply(text: str, *, writing: bool, care: bool = False, about_turns: bool = False) -> Markup:
    """The reply so far. Screen readers hear it once, when it is whole.

    ``care``, ``about_turns``: it is not the model's own words, but fixed ones, or put together from earlier turns.
    """
    note = ABOUT_CARE if care else ABOUT_TURNS if about_turns else ""
    return h(
        "div",
        h("p", text or "…", class_="em-reply-text"),
        h("p", note, class_="em-fine") if note else None,
        class_="em-reply em-care" if care else "em-reply",
        aria_live="polite",
        aria_busy="true" if writing else "false",
    )


def example_sound(title: str, data: bytes, kind: str) -> Markup:
    """A player for an example clip, which starts by itself after the visitor's click."""
    return h(
        "p",
        h("span", f"{title} "),
        h("audio", controls=True),
        class_="em-example-sound",
        data_sound=base64.b64encode(data).decode(),
        data_type=kind,
        data_play=True,
    )


def times(timings: Timings) -> Markup:
    """How long each step took here, measured in this turn."""
    found = timings.as_dict()
    parts = [f"{title} {found[step]:.2f} s" for step, title in _STEPS if found[step] is not None]
    return h("p", h("span", "Measured in this turn: ", class_="em-fine"), " · ".join(parts), class_="em-times")


def earlier(turns: Sequence[Turn]) -> Markup:
    """The conversation before the last turn, folded away."""
    if not turns:
        return NOTHING
    items = [
        h("li", h("p", h("b", "You: "), t.user or "—"), h("p", h("b", "EchoMind: "), t.reply or "—")) for t in turns
    ]
    count = f"{len(turns)} earlier turn{'s' if len(turns) > 1 else ''}"
    return h("details", h("summary", count), h("ol", items), class_="em-earlier")


def status(text: str, *, error: bool = False) -> Markup:
    """One line on what happened, read out by screen readers."""
    return h("p", text, role="alert" if error else "status", class_="em-status em-error" if error else "em-status")


def busy(text: str) -> Markup:
    """One line on what is going on; while it stands, the page offers to stop."""
    return h("p", text, role="status", class_="em-status em-busy")
