"""A made-up submission as large as EchoMind's: transcripts with a recogniser's errors, replies near a reference."""

from __future__ import annotations

import random
from dataclasses import dataclass

ITEMS = 3_356  # deliveries of the published set
STYLES = 3  # deliveries of a script, which share its words


def listed(text: str) -> list[str]:
    return text.split(", ")


STARTS = listed("well, so, honestly, okay, look, listen, maybe, today, tonight, yesterday, finally, suddenly")
WHO = listed("i, we, you, they, my sister, my neighbour, the teacher, our boss, the doctor, somebody")
VERBS = listed(
    "finished, found, missed, started, carried, answered, painted, opened, planned, watched, forgot, cleaned"
)
ADJECTIVES = listed("long, quiet, heavy, early, little, broken, bright, strange, patient, lovely, happy, careful")
NOUNS = listed(
    "morning, evening, meeting, kitchen, garden, letter, phone, train, station, concert, recipe, project, window, "
    "river, holiday, neighbour, bicycle, ticket, interview, birthday, car, school, hospital, package, umbrella"
)
PLACES = listed("at home, near the lake, after work, on the way back, in the office, before lunch, next door")
CLOSINGS = (
    "that sounds hard", "i am glad you told me", "it is okay to rest", "we can look at it together", "take your time",
    "shall i put some music on", "you did really well", "let me know if you need a break",
)  # fmt: skip


@dataclass(frozen=True)
class MadeSubmission:
    """References and hypotheses of transcription and of conversation, ``ITEMS`` each."""

    words: list[str]
    transcripts: list[str]
    reference_replies: list[str]
    replies: list[str]


def made_submission(items: int = ITEMS, seed: int = 0) -> MadeSubmission:
    """The same submission for the same seed."""
    rng = random.Random(seed)
    words: list[str] = []
    while len(words) < items:
        words += [sentence(rng)] * STYLES
    words = words[:items]
    references = [reply(rng) for _ in range(items)]
    return MadeSubmission(
        words, [misheard(text, rng) for text in words], references, [reworded(text, rng) for text in references]
    )


def sentence(rng: random.Random) -> str:
    """About 12 words, as people say them."""
    said = (
        f"{rng.choice(STARTS)} {rng.choice(WHO)} {rng.choice(VERBS)} the {rng.choice(ADJECTIVES)} {rng.choice(NOUNS)}"
    )
    said += f" and the {rng.choice(NOUNS)} {rng.choice(PLACES)}"
    return said[0].upper() + said[1:] + rng.choice("..?")


def reply(rng: random.Random) -> str:
    """About 25 words in three sentences."""
    first, last = rng.sample(CLOSINGS, 2)
    return f"{first[0].upper()}{first[1:]}. {sentence(rng)} {last[0].upper()}{last[1:]}."


def misheard(text: str, rng: random.Random) -> str:
    """One word in ten replaced, one in thirty dropped, one in thirty doubled; two texts in five are heard right."""
    if rng.random() < 0.4:
        return text
    heard: list[str] = []
    for word in text.split():
        chance = rng.random()
        if chance < 0.03:
            continue
        heard += [rng.choice(NOUNS)] if chance < 0.13 else [word, word] if chance < 0.16 else [word]
    return " ".join(heard) or text


def reworded(text: str, rng: random.Random) -> str:
    """Half a reference, half a new reply."""
    kept = text.split()
    return " ".join(kept[: len(kept) // 2] + reply(rng).split()[: len(kept) // 2])
