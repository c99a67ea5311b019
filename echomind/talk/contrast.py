"""The same words in three deliveries: what the model heard, felt and answered each time, and whether it noticed.

All three are answered with the same words, topic, seed and no history, so that whatever differs comes from the voice.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from echomind.audio import Clip
from echomind.models.protocol import Perception, SpokenLanguageModel, Thinking
from echomind.talk.sureness import is_notable
from echomind.taxonomy import CATEGORY, CATEGORY_OF, NEUTRAL
from echomind.words import counted, joined, t

Kind = Literal["same", "new"]
Meant = Literal["stated", "leaning", "missed"]
ALIKE_FROM = 0.6  # share of words two recordings must have in common to count as the same sentence
CLEARLY = 0.1  # by how much a cue's probability must exceed the plain delivery's to say that the model leans to it


@dataclass(frozen=True)
class Answered:
    """One delivery as the model took it. ``cue``: what was meant, an attribute id, or "" where that is not known."""

    cue: str
    perception: Perception
    thinking: Thinking
    reply: str

    @property
    def stated(self) -> dict[str, str]:
        """Label by category, of all cues that are stated to be there."""
        return {name: cue.label for name, cue in self.perception.cues.items() if is_notable(name, cue)}

    def probability(self, attribute: str) -> float:
        """How probable the model finds an attribute in this delivery, 0 to 1."""
        return float(self.perception.cues[CATEGORY_OF[attribute]].scores[attribute])


@dataclass(frozen=True)
class Difference:
    """What changed from the plain delivery to another.

    ``cues``: category to (before, after) where what is stated differs, absent labels included. ``emotion``: before and
    after, None where alike. ``words``: the other reply in stretches, each the same as in the plain reply or new.
    ``noticed``: cues or emotion differ. ``meant``: what became of the cue that was meant: it is stated, it is clearly
    more probable than in the plain delivery, or it was missed; None where it is not known.
    """

    cues: Mapping[str, tuple[str, str]]
    emotion: tuple[str, str] | None
    words: tuple[tuple[Kind, str], ...]
    same_reply: bool
    meant: Meant | None

    @property
    def noticed(self) -> bool:
        """Whether anything but the reply differs."""
        return bool(self.cues) or self.emotion is not None


def answer(
    clip: Clip, words: str, model: SpokenLanguageModel, cue: str = "", topic: str = "", *, seed: int = 0
) -> Answered:
    """Let the model hear ``clip`` and answer ``words``. A model that gives no thinking has an empty one."""
    perception = model.perceive(clip, words, topic=topic)
    thinking, pieces = Thinking("", "", 0.0), []
    for item in model.reply(perception, seed=seed):
        if isinstance(item, Thinking):
            thinking = item
        else:
            pieces.append(item)
    return Answered(cue, perception, thinking, "".join(pieces).strip())


def difference(plain: Answered, other: Answered) -> Difference:
    """What changed from ``plain`` to ``other``."""
    before, after = plain.stated, other.stated
    cues = {
        category: (before.get(category, absent), after.get(category, absent))
        for category in plain.perception.cues
        if before.get(category) != after.get(category)
        for absent in [CATEGORY[category].absent or ""]
    }
    emotions = plain.thinking.emotion, other.thinking.emotion
    return Difference(
        cues,
        emotions if emotions[0] != emotions[1] else None,
        marked(plain.reply, other.reply),
        plain.reply == other.reply,
        None if other.cue in ("", NEUTRAL) else _meant(plain, other),
    )


def _meant(plain: Answered, other: Answered) -> Meant:
    if other.stated.get(CATEGORY_OF[other.cue]) == other.cue:
        return "stated"
    return "leaning" if other.probability(other.cue) - plain.probability(other.cue) >= CLEARLY else "missed"


def marked(before: str, after: str) -> tuple[tuple[Kind, str], ...]:
    """``after`` in stretches of words that ``before`` has too, in the same order, and words that are new."""
    old, new = before.split(), after.split()
    found: list[tuple[Kind, str]] = []
    matcher = difflib.SequenceMatcher(None, [_bare(w) for w in old], [_bare(w) for w in new], autojunk=False)
    for tag, _, _, start, end in matcher.get_opcodes():
        if end > start:
            found.append(("same" if tag == "equal" else "new", " ".join(new[start:end])))
    return tuple(found)


def _bare(word: str) -> str:
    return re.sub(r"\W+", "", word.casefold()) or word


def alike(first: str, other: str) -> bool:
    """Whether two transcripts can be the same sentence, misheard words allowed."""
    words = [[_bare(word) for word in text.split()] for text in (first, other)]
    if not all(words):
        return False
    return difflib.SequenceMatcher(None, words[0], words[1], autojunk=False).ratio() >= ALIKE_FROM


def verdict(plain: Answered, others: Sequence[Answered]) -> str:
    """One plain sentence or two: did the model notice that the voice changed, and did it answer differently?"""
    found = [difference(plain, other) for other in others]
    if not found:
        return ""
    noticed, changed = sum(d.noticed for d in found), sum(not d.same_reply for d in found)
    known = [d.meant for d in found if d.meant is not None]
    stated, leaning = known.count("stated"), known.count("leaning")
    parts: list[str] = []
    if noticed == len(found):
        parts.append(t("The model noticed that the voice changed."))
    elif noticed:
        parts.append(t("The model noticed the voice in {n} of {of} deliveries.", n=noticed, of=len(found)))
    elif leaning:
        parts.append(t("The model was not sure enough to state any difference."))
    else:
        parts.append(t("The model did not notice the voice: it states the same cues and the same emotion each time."))
    if known:
        parts.append(_of_meant(stated, leaning, len(known)))
    if changed == 0:
        parts.append(t("It answered with the same words."))
    elif noticed == 0 and leaning == 0:
        parts.append(t("Its words changed all the same, which says nothing: the sound shifts what it picks."))
    else:
        parts.append(t("Its reply changed too.") if changed == len(found) else t("Its reply changed in one of them."))
    return joined(t(" "), parts)


def _of_meant(stated: int, leaning: int, known: int) -> str:
    """What became of the cues that were meant, in a sentence."""
    if stated == known:
        return counted(known, "It heard the cue that was meant.", "It heard the cues that were meant.")
    if stated == leaning == 0:
        return counted(known, "It missed the cue that was meant.", "It missed the cues that were meant.")
    if stated and leaning:
        return t(
            "It heard {n} of {of} cues that were meant and leaned towards {leaning} of {of}.",
            n=stated,
            of=known,
            leaning=leaning,
        )
    if stated:
        return t("It heard {n} of {of} cues that were meant.", n=stated, of=known)
    if leaning < known:
        return t("It leaned towards {n} of {of} cues that were meant.", n=leaning, of=known)
    return counted(known, "It leaned towards the cue that was meant.", "It leaned towards the cues that were meant.")
