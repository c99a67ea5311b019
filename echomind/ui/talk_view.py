"""What the Talk page shows of a turn, as HTML: heard, felt, why, replied, and the measured times."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from markupsafe import Markup

from echomind.errors import EchoMindError
from echomind.models.protocol import VAD, Perception, Thinking, Turn
from echomind.talk.events import Timings
from echomind.talk.overhearing import Cues, strongest
from echomind.talk.sureness import SURE_FROM, is_absent, is_notable, is_unsure
from echomind.taxonomy import CATEGORIES
from echomind.ui.markup import h, together
from echomind.ui.talk_words import category_words, label_words, percent
from echomind.words import Text, counted, here, joined, t

_SCALES = (
    ("v", t("Valence"), t("unpleasant"), t("pleasant")),
    ("a", t("Arousal"), t("calm"), t("excited")),
    ("d", t("Dominance"), t("powerless"), t("in control")),
)
_LOW, _HIGH = 1.0, 5.0  # EmoBank's scale
_STEPS = (
    ("decode", t("reading the audio")),
    ("asr", t("words")),
    ("perceive", t("voice cues")),
    ("first_token", t("first words of the reply")),
    ("reply", t("whole reply")),
    ("voice", t("speaking it")),
    ("total", t("in all")),
)

NOTHING = Markup("")
ABOUT_CARE = t("This answer is fixed text with help lines, not written by the model.")
ABOUT_TURNS = t("Put together from what the model noted in each turn; it may have misheard.")
EMPTY_FELT = t("Twelve kinds of vocal cues, each with how sure the model is, appear here.")
EMPTY_WHY = t("What the model takes the speaker to feel, and why.")
EMPTY_REPLY = t("The reply, as text and as a voice.")


def waiting(what: str) -> Markup:
    """What will stand in a place that has nothing yet."""
    return h("p", what, class_="em-waiting")


def problem_words(error: EchoMindError) -> str:
    """An error as the page says it: those that a visitor meets every day are texts of ours, others are quoted."""
    said = error.args[0] if error.args else ""
    return said if isinstance(said, Text) else t("{error}", error=str(error))


def _bar(share: float) -> Markup:
    """A bar filled to ``share`` (0 to 1); the number stands beside it, so it is hidden from screen readers."""
    fill = h("rect", width=f"{100 * share:.1f}%", height="100%", rx="3")
    return h("svg", fill, class_="em-bar", aria_hidden="true", focusable="false")


def _cue(category_id: str, title: str, perception: Perception) -> Markup:
    cue = perception.cues[category_id]
    words: Markup | str = label_words(category_id, cue.label)
    if is_unsure(cue):
        words = t("unsure") if is_absent(category_id, cue) else t("unsure, perhaps {words}", words=words)
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
        title=t(
            "{title}: {words}, probability {percent}",
            title=title,
            words=label_words(category_id, cue.label),
            percent=percent(cue.score),
        ),
    )


def voice_so_far(cues: Cues) -> list[dict[str, str]]:
    """For the panel's script: the strongest cues of a voice that still speaks, ``words`` and ``percent`` of each."""
    found = []
    for category, label, probability in strongest(cues):
        words: str = label_words(category, label)
        if probability < SURE_FROM:
            words = t("unsure, perhaps {words}", words=words)
        found.append({"words": here(words), "percent": percent(probability)})
    return found


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
    heads = (t("Scale"), t("low end"), "", t("high end"))
    return together(
        h("ul", [_cue(c.id, category_words(c.id), perception) for c in CATEGORIES], class_="em-cues")
        if perception.cues
        else waiting(t("Nothing was heard: these are the words alone.")),
        h(
            "table",
            h("caption", t("Valence, arousal and dominance, 1 to 5"), class_="em-hidden"),
            h(
                "thead",
                h(
                    "tr",
                    [h("th", h("span", text, class_="em-hidden"), scope="col") for text in heads],
                    h("th", t("speaker"), " ", h("span", "●", aria_hidden="true"), scope="col", class_="em-number"),
                    h("th", t("listener"), " ", h("span", "○", aria_hidden="true"), scope="col", class_="em-number"),
                ),
            ),
            h("tbody", [_scale(*scale, perception.speaker, perception.listener) for scale in _SCALES]),
            class_="em-vad",
        ),
        h(
            "p",
            t("“Unsure” means that the likeliest label has less than {p}.", p=percent(SURE_FROM)),
            class_="em-hidden",
        ),
    )


def why(thinking: Thinking) -> Markup:
    """The thinking card. Shown, never spoken."""
    return h(
        "dl",
        h("div", h("dt", t("Emotion")), h("dd", h("strong", h("bdi", thinking.emotion or "—", lang="en")))),
        h("div", h("dt", t("Cause")), h("dd", h("bdi", thinking.cause or "—", lang="en"))),
        h("div", h("dt", t("Confidence")), h("dd", _bar(thinking.confidence), h("span", percent(thinking.confidence)))),
        class_="em-why",
    )


def reply(text: str, *, writing: bool, care: str = "", about_turns: bool = False) -> Markup:
    """The reply so far. Screen readers hear it once, when it is whole.

    ``care``, ``about_turns``: it is not the model's own words, but fixed ones, or put together from earlier turns.
    ``care`` is all of the fixed text: whoever reads another language than English needs it in theirs as well.
    """
    note = ABOUT_CARE if care else ABOUT_TURNS if about_turns else ""
    return h(
        "div",
        h("p", text or "…", class_="em-reply-text", lang="en"),
        h("p", care, class_="em-reply-text") if here(care) != str(care) else None,
        h("p", note, class_="em-fine") if note else None,
        class_="em-reply em-care" if care else "em-reply",
        aria_live="polite",
        aria_busy="true" if writing else "false",
    )


def example_sound(title: str, data: bytes, kind: str) -> Markup:
    """A player for an example clip, which starts by itself after the visitor's click."""
    return h(
        "p",
        h("span", title, " "),
        h("audio", controls=True),
        class_="em-example-sound",
        data_sound=base64.b64encode(data).decode(),
        data_type=kind,
        data_play=True,
    )


def times(timings: Timings) -> Markup:
    """How long each step took here, measured in this turn."""
    found = timings.as_dict()
    parts = [t("{title} {s:.2f} s", title=title, s=found[step]) for step, title in _STEPS if found[step] is not None]
    return h("p", h("span", t("Measured in this turn: "), class_="em-fine"), joined(" · ", parts), class_="em-times")


def earlier(turns: Sequence[Turn]) -> Markup:
    """The conversation before the last turn, folded away."""
    if not turns:
        return NOTHING
    items = [h("li", _line(t("You: "), turn.user), _line(t("{name}: ", name="EchoMind"), turn.reply)) for turn in turns]
    count = counted(len(turns), "{n} earlier turn", "{n} earlier turns")
    return h("details", h("summary", count), h("ol", items), class_="em-earlier")


def _line(who: str, said: str) -> Markup:
    return h("p", h("b", who), h("span", said or "—", lang="en"))


def status(text: str, *, error: bool = False) -> Markup:
    """One line on what happened, read out by screen readers."""
    return h("p", text, role="alert" if error else "status", class_="em-status em-error" if error else "em-status")


def busy(text: str) -> Markup:
    """One line on what is going on; while it stands, the page offers to stop."""
    return h("p", text, role="status", class_="em-status em-busy")
