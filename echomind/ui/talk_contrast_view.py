"""Three deliveries side by side, as HTML: heard, felt, replied, and what changed, marked by more than colour."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from echomind.talk.contrast import Answered, Difference, difference, verdict
from echomind.talk.trajectory import SURE_FROM
from echomind.ui.markup import h, together
from echomind.ui.talk_words import category_words, label_words, percent
from echomind.words import here, joined, t

STYLES = {"neutral": t("Neutral"), "target": t("Target"), "alternative": t("Alternative")}  # the benchmark's words

MEANT = {
    "stated": t("What was meant: heard"),
    "leaning": t("What was meant: more probable than in the first, but not sure"),
    "missed": t("What was meant: missed"),
}


@dataclass(frozen=True)
class Sound:
    """A clip as the browser plays it."""

    data: bytes
    kind: str


@dataclass(frozen=True)
class Card:
    """One delivery: its style in the benchmark ("" for a visitor's own), how it is said, its sound."""

    style: str
    manner: str
    sound: Sound


def comparison(words: str, cards: Sequence[Card], answered: Sequence[Answered], note: str = "") -> Markup:
    """The sentence, the verdict once all are answered, and a card each; the first is what the others differ from."""
    whole = bool(answered) and len(answered) == len(cards)
    judged = verdict(answered[0], answered[1:]) if whole else ""
    return together(
        h("p", f"“{words}”", class_="em-contrast-words", lang="en"),
        h("p", note, class_="em-fine") if note else None,
        h("p", judged, class_="em-verdict-line", role="status") if judged else None,
        h(
            "div",
            [
                _card(card, answered[place] if place < len(answered) else None, answered[0] if place else None)
                for place, card in enumerate(cards)
            ]
            if answered
            else [_card(card, None, None) for card in cards],
            class_="em-contrast",
        ),
        h("p", t("Underlined words are not in the first reply."), class_="em-fine") if whole else None,
    )


def _card(card: Card, found: Answered | None, first: Answered | None) -> Markup:
    style = STYLES.get(card.style, "")
    manner = here(card.manner)
    title = h("h3", t("{style}: {manner}", style=style, manner=manner) if style else manner.capitalize())
    body: Markup = h("p", "…", class_="em-waiting")
    if found is not None:
        changed = difference(first, found) if first is not None else None
        body = together(
            h(
                "dl",
                h("div", h("dt", t("Heard")), h("dd", _heard(found))),
                h("div", h("dt", t("Felt")), h("dd", _felt(found))),
                h("div", h("dt", t("Because")), h("dd", h("bdi", found.thinking.cause or "—", lang="en"))),
            ),
            _reply(found, changed),
            _changes(changed),
        )
    return h("section", title, _player(card.sound), body, class_="em-contrast-card")


def _heard(found: Answered) -> str:
    stated = [label_words(category, label) for category, label in found.stated.items()]
    return joined(t(", "), stated) if stated else t("nothing it is sure of")


def _felt(found: Answered) -> str:
    thinking = found.thinking
    sure = thinking.confidence >= SURE_FROM
    vad = found.perception.speaker
    named = thinking.emotion or "—"
    return t(
        "{emotion} ({percent}); valence {v:.1f}, arousal {a:.1f}",
        emotion=named if sure or not thinking.emotion else t("perhaps {emotion}", emotion=named),
        percent=percent(thinking.confidence),
        v=vad.v,
        a=vad.a,
    )


def _reply(found: Answered, changed: Difference | None) -> Markup:
    if changed is None:
        return h("p", found.reply or "—", class_="em-contrast-reply", lang="en")
    parts = [h("mark", text) if kind == "new" else h("span", text) for kind, text in changed.words]
    spaced = [piece for part in parts for piece in (part, " ")][:-1]
    return h("p", spaced or "—", class_="em-contrast-reply", lang="en")


def _changes(changed: Difference | None) -> Markup | None:
    if changed is None:
        return h("p", t("The others are compared with this one."), class_="em-fine")
    lines = [
        t(
            "{title}: {before} → {after}",
            title=category_words(name),
            before=_label(name, before),
            after=_label(name, after),
        )
        for name, (before, after) in changed.cues.items()
    ]
    if changed.emotion is not None:
        before, after = (emotion or "—" for emotion in changed.emotion)
        lines.append(t("{title}: {before} → {after}", title=t("Felt"), before=before, after=after))
    lines.append(t("Reply: the same") if changed.same_reply else t("Reply: other words"))
    if changed.meant is not None:
        lines.append(MEANT[changed.meant])
    return h("ul", [h("li", line) for line in lines], class_="em-contrast-changes")


def _label(category: str, label: str) -> str:
    return label_words(category, label) if label else t("not sure")


def _player(sound: Sound) -> Markup:
    data = base64.b64encode(sound.data).decode()
    return h("p", h("audio", controls=True), data_player=True, data_sound=data, data_type=sound.kind)


def recorded(seconds: float, wav: bytes) -> Markup:
    """What stands below a slot that has a recording."""
    return h(
        "div", _player(Sound(wav, "audio/wav")), h("p", t("{s:.1f} s, in memory only", s=seconds), class_="em-fine")
    )


def working(text: str) -> Markup:
    """One line on what goes on."""
    return h("p", text, role="status", class_="em-status em-comparing")


def problem(text: str) -> Markup:
    """One line on what went wrong."""
    return h("p", text, role="alert", class_="em-status em-error")
