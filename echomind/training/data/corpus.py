"""Our own IEAT-style examples: what was said, how it was said, why the speaker feels so, and a reply.

"IEAT-style" after the abstract of arXiv 2601.04960: the emotion and its cause are put into the model's own
thinking. The texts are ours: ``scenarios/*.jsonl`` (neutral utterances, causes, reply bodies) and ``openers.json``
(reactions to the delivery, closing lines). An example joins an utterance with a delivery, so one utterance gets another
reply for each way of saying it.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from echomind.errors import DataError
from echomind.slm.configuration import EMOTION_OF_CUE
from echomind.taxonomy import ADULT, ATTRIBUTES, CATEGORIES, CATEGORY, CATEGORY_OF, NONE

HERE = Path(__file__).parent
TEST_SHARE = 0.1  # of the scenarios, by a hash of their id: a scenario is in one part for ever

# What a delivery means for the reply: which causes and which bodies fit. Everything else takes the plain ones.
EMOTION_OF_GROUP = {
    "joy": "happy",
    "sad": "sad",
    "anger": "angry",
    "fear": "fear",
    "disgust": "disgust",
    "surprise": "surprise",
    "tired": "tired",
    "unwell": "unwell",
    "plain": "neutral",
}
GROUP_OF_CUE: dict[str, str] = {
    cue: group for group, emotion in EMOTION_OF_GROUP.items() for cue, of in EMOTION_OF_CUE.items() if of == emotion
}
# Attribute ids as a listener would say them; the teacher reads these.
CUE_WORDS: dict[str, str] = {a: a.replace("_", " ") for a in ATTRIBUTES} | {
    "male": "a man",
    "female": "a woman",
    "child": "a child",
    "elderly": "an old person",
    "hoarse": "hoarse voice",
    "breath": "out of breath",
    "tired": "tired voice",
    "surprise": "surprised",
    "fear": "afraid",
    "disgust": "disgusted",
    "shout": "shouting",
    "whisper": "whispering",
    "fast": "speaking fast",
    "slow": "speaking slowly",
    "thunderstorm": "thunder",
    "car": "driving a car",
    "cheering": "a cheering crowd",
    "chatter": "people chatting",
    "children": "children around",
    "alarm": "an alarm ringing",
    "ringtone": "a phone ringing",
    "horn": "a car horn",
    "dog": "a dog barking",
    "basketball": "a basketball",
}
STRENGTHS = (("faintly", "low"), ("clearly", "medium"), ("strongly", "high"))
_PLAIN_CAUSES = (
    "they are simply talking about {gist}",
    "nothing in the voice points to more than {gist}",
    "they are telling about {gist}, calm and matter of fact",
    "it is an everyday remark about {gist}",
)
_AROUND_CAUSES = (
    "{cue} is around them while they talk about {gist}",
    "they talk about {gist} with {cue} in the background",
    "they are somewhere with {cue}, busy with {gist}",
)
_SPEAKER_CAUSES = ("{cue} is talking about {gist}", "it is {cue}, telling about {gist}")
_MANNER_CAUSES = ("they are {cue} about {gist}, no more is clear", "they talk about {gist}, {cue}")


@dataclass(frozen=True)
class Scenario:
    """One everyday situation: neutral utterances, causes by feeling, reply bodies by feeling."""

    id: str
    topic: str
    gist: str
    utterances: tuple[str, ...]
    causes: dict[str, tuple[str, ...]]
    bodies: dict[str, tuple[str, ...]]

    @property
    def part(self) -> str:
        """``"train"`` or ``"test"``, by a hash of the id."""
        digest = hashlib.sha256(self.id.encode()).digest()
        return "test" if int.from_bytes(digest[:4], "big") / 2**32 < TEST_SHARE else "train"


@dataclass(frozen=True)
class Example:
    """One IEAT-style example. ``cues`` maps category id to label for every category that is known."""

    topic: str
    transcript: str
    cues: dict[str, str]
    emotion: str
    cause: str
    confidence: str
    reply: str
    history: tuple[tuple[str, str], ...] = ()
    scenario: str = ""
    cue_words: str = field(default="", compare=False)


@lru_cache(maxsize=1)
def load_scenarios(folder: Path = HERE / "scenarios") -> tuple[Scenario, ...]:
    """All scenarios in the order of their ids. Raises ``DataError`` with file and line for a malformed one."""
    found: list[Scenario] = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip():
                continue
            try:
                raw: dict[str, Any] = json.loads(line)
                found.append(
                    Scenario(
                        raw["id"],
                        raw["topic"],
                        raw["gist"],
                        tuple(raw["utterances"]),
                        {k: tuple(v) for k, v in raw["causes"].items()},
                        {k: tuple(v) for k, v in raw["bodies"].items()},
                    )
                )
            except (ValueError, KeyError, TypeError) as error:
                raise DataError(f"{path.name}:{number}: not a scenario ({error})") from error
    if not found:
        raise DataError(f"no scenarios in {folder}: expected *.jsonl files")
    return tuple(sorted(found, key=lambda s: s.id))


@lru_cache(maxsize=1)
def load_openers(path: Path = HERE / "openers.json") -> dict[str, dict[str, list[str]]]:
    """Openers by cue, closers by group."""
    return json.loads(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def load_implications(path: Path = HERE / "implications.json") -> dict[str, dict[str, list[str]]]:
    """What a cue implies, by cue ("none" too) and kind: texts that fit this cue better than any other.

    Kinds: what came ``before``, a ``suggestion``, a ``recommendation``, the speaker's ``intent``, the ``style`` of
    response that is called for, a ``reply``. Written for this file by a language model that was shown neither clips
    nor questions of any benchmark.
    """
    return json.loads(path.read_text(encoding="utf-8"))


def scenarios_of(part: str) -> tuple[Scenario, ...]:
    """Scenarios of ``"train"`` or ``"test"``."""
    return tuple(s for s in load_scenarios() if s.part == part)


def full_labels(cue: str, *, gender: str, extra: Sequence[str] = ()) -> dict[str, str]:
    """Labels of all twelve categories for a delivery: absent everywhere but for the cue(s) and the gender."""
    labels = {c.id: c.absent or gender for c in CATEGORIES}
    for attribute in (cue, *extra):
        if attribute != NONE:
            labels[CATEGORY_OF[attribute]] = attribute
    return labels


def words_of(labels: dict[str, str], strength: str = "") -> str:
    """Cues in words, as the teacher reads them: ``"a woman; strongly sad; rain"``, or with ``"neutral"`` in the end."""
    words, marked = [], False
    for category in CATEGORIES:
        label = labels.get(category.id, NONE)
        if label in (NONE, ADULT):
            continue
        word = CUE_WORDS[label]
        if strength and label in GROUP_OF_CUE:
            word, marked = f"{strength} {word}", True
        words.append(word)
    if not marked and not any(label in GROUP_OF_CUE for label in labels.values()):
        words.append("neutral")
    return "; ".join(words)


def reply_for(scenario: Scenario, cue: str, rng: random.Random) -> str:
    """One reply to an utterance of the scenario said with the cue: 1 to 4 short sentences."""
    bank = load_openers()
    group = GROUP_OF_CUE.get(cue, "plain")
    body = rng.choice(scenario.bodies[group])
    opener, closer = rng.choice(bank["openers"][cue]), rng.choice(bank["closers"][group])
    shape = rng.random()
    if cue == NONE:  # a calm remark needs no reaction to its sound
        return body if shape < 0.6 else f"{opener} {body}"
    if shape < 0.62:
        return f"{opener} {body}"
    if shape < 0.82:
        return f"{opener} {body} {closer}" if len(body.split()) < 22 else f"{opener} {body}"
    if shape < 0.92 and group != "plain":
        return f"{body} {closer}"
    return f"{opener} {body}"


def cause_for(scenario: Scenario, cue: str, rng: random.Random) -> str:
    """Why the speaker feels so: the scenario's own cause, or what the scene shows when the cue names no feeling."""
    group = GROUP_OF_CUE.get(cue, "plain")
    if group != "plain":
        return rng.choice(scenario.causes[group])
    if cue == NONE:
        template = rng.choice(_PLAIN_CAUSES)
    elif CATEGORY_OF[cue] in ("gender", "age"):
        template = rng.choice(_SPEAKER_CAUSES)
    elif CATEGORY_OF[cue] in ("volume", "speed"):
        template = rng.choice(_MANNER_CAUSES)
    else:
        template = rng.choice(_AROUND_CAUSES)
    return template.format(gist=scenario.gist, cue=CUE_WORDS.get(cue, cue))


def compose(scenario: Scenario, utterance: str, cue: str, rng: random.Random, *, extra: Sequence[str] = ()) -> Example:
    """The example of one utterance said with one main cue (``"none"`` for a neutral delivery)."""
    group = GROUP_OF_CUE.get(cue, "plain")
    gender = cue if cue in CATEGORY["gender"].attributes else rng.choice(CATEGORY["gender"].attributes)
    strength, confidence = rng.choices(STRENGTHS, weights=(1, 2, 3))[0]
    if group == "plain":
        strength, confidence = "", rng.choice(("medium", "high"))
    labels = full_labels(cue, gender=gender, extra=extra)
    return Example(
        topic=scenario.topic,
        transcript=utterance,
        cues=labels,
        emotion=EMOTION_OF_GROUP[group],
        cause=cause_for(scenario, cue, rng),
        confidence=confidence,
        reply=reply_for(scenario, cue, rng),
        scenario=scenario.id,
        cue_words=words_of(labels, strength),
    )


def sample_example(scenarios: Sequence[Scenario], rng: random.Random) -> Example:
    """A random example: feelings often, neutral often, every other cue sometimes, now and then two cues at once."""
    scenario = rng.choice(scenarios)
    utterance = rng.choice(scenario.utterances)
    dice = rng.random()
    if dice < 0.22:
        return compose(scenario, utterance, NONE, rng)
    if dice < 0.72:
        cue = rng.choice(tuple(GROUP_OF_CUE))
        if rng.random() < 0.12:
            around = rng.choice([a for c in CATEGORIES if c.dimension == "environment" for a in c.attributes])
            return compose(scenario, utterance, cue, rng, extra=(around,))
        return compose(scenario, utterance, cue, rng)
    return compose(scenario, utterance, rng.choice([a for a in ATTRIBUTES if a not in GROUP_OF_CUE]), rng)


def as_heard(text: str) -> str:
    """A sentence as a recogniser without punctuation would write it."""
    kept = "".join(ch if ch.isalnum() or ch in "' " else " " for ch in text.lower().replace("’", "'"))
    return " ".join(kept.split())
