"""The eight understanding types of EchoMind-Mini: what can be heard. Why each key follows:

- ``gender_recognition``: the voice is a plain one of a known speaker; asked of ``male`` and ``female`` deliveries and
  of the neutral deliveries of the first 126 scripts, men and women half and half.
- ``age_group_classification``: ``child`` and ``elderly`` are made by a documented change of an adult voice, ``adult``
  is a neutral delivery of a script that also has one of those; as many of each.
- ``voice_style_detection``, ``speech_emotion_recognition``, ``nve_recognition``, ``background_sound_detection``: the
  cue is put into the clip, and the three wrong options are cues that were not put in and that the cue does not bring
  with it. Neutral deliveries are asked too, about as often as any one cue; there "nothing of the kind" is right.
- ``speaking_pace_classification``: only ``fast`` and ``slow`` deliveries, as in the paper.
- ``coarse_grained``: the cue against cues of three other categories, where it can be the cue of the script's other
  delivery among them, so that a guess from the words has two candidates.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from echomind.benchmark.items import Style
from echomind.benchmark.mini_added_scripts import AddedScript
from echomind.benchmark.mini_cast import Part, is_about_the_speaker
from echomind.benchmark.mini_choices import Ask, Letters, wrong_options
from echomind.benchmark.mini_scripts import MiniScript
from echomind.benchmark.mini_wording import AGES, CLASSES, GENDERS, PACES, QUESTIONS, statement
from echomind.taxonomy import ADULT, CATEGORY_OF, NEUTRAL, NONE

Cast = Mapping[tuple[str, Style], Part]
OTHER: dict[Style, Style] = {"target": "alternative", "alternative": "target"}


@dataclass(frozen=True)
class Drawn:
    """A question with its options in order, not yet bound to a clip. ``answer`` is a letter; ``number`` tells questions
    of one type about one clip apart."""

    type: str
    part: Part
    question: str
    options: Mapping[str, str]
    answer: str
    number: int = 1


def understanding(scripts: Sequence[MiniScript], parts: Cast, seed: int) -> list[Drawn]:
    """All understanding questions, type by type in the order of the scripts."""
    drawn: list[Drawn] = []
    drawn += _closed("gender_recognition", _genders(scripts, parts), GENDERS, seed)
    drawn += _closed("age_group_classification", _ages(scripts, parts, seed), AGES, seed)
    drawn += _closed("speaking_pace_classification", _paces(parts), PACES, seed)
    for kind in CLASSES:
        drawn += _open(kind, scripts, parts, seed)
    return drawn


def _closed(kind: str, asked: Sequence[tuple[Part, str]], texts: Mapping[str, str], seed: int) -> Iterator[Drawn]:
    """A type whose options are all its classes."""
    letters = Letters(random.Random(f"{seed} {kind} letters"))
    for part, label in asked:
        wrong = [text for other, text in texts.items() if other != label]
        options, answer = letters.order(texts[label], wrong, label)
        yield Drawn(kind, part, QUESTIONS[kind], options, answer)


def _genders(scripts: Sequence[MiniScript], parts: Cast) -> list[tuple[Part, str]]:
    first = {s.id for s in scripts if not isinstance(s, AddedScript)}
    heard = [p for p in parts.values() if p.cue in GENDERS or (p.cue == NEUTRAL and p.script in first)]
    return [(p, p.gender) for p in heard]


def _ages(scripts: Sequence[MiniScript], parts: Cast, seed: int) -> list[tuple[Part, str]]:
    aged = [(p, p.cue) for p in parts.values() if p.cue in AGES]
    times = Counter(p.script for p, _ in aged)
    need = min(Counter(label for _, label in aged).values())
    # Scripts with both ages first: there the same words are asked with three answers.
    order = sorted(times, key=lambda script: (-times[script], random.Random(f"{seed} adult {script}").random()))
    adults = {*order[:need]}
    return [
        (p, ADULT if p.cue == NEUTRAL else p.cue)
        for p in parts.values()
        if p.cue in AGES or (p.cue == NEUTRAL and p.script in adults)
    ]


def _paces(parts: Cast) -> list[tuple[Part, str]]:
    return [(p, p.cue) for p in parts.values() if p.cue in PACES]


def _open(kind: str, scripts: Sequence[MiniScript], parts: Cast, seed: int) -> Iterator[Drawn]:
    """A type with three wrong options out of many."""
    classes = CLASSES[kind]
    first = [s for s in scripts if not isinstance(s, AddedScript)]
    asked = [p for s in first for p in (parts[s.id, "target"], parts[s.id, "alternative"]) if p.cue in classes]
    plain = [s.id for s in first if s.target in classes and not is_about_the_speaker(s)]
    # As many plain deliveries as an average class has; in coarse_grained, where classes are many, twice that.
    count = round(len(asked) / (len(classes) - 1)) * (2 if kind == "coarse_grained" else 1)
    quiet = set(random.Random(f"{seed} {kind} plain").sample(plain, count))
    asked = [p for p in parts.values() if p in asked or (p.cue == NEUTRAL and p.script in quiet)]
    asks = [_ask(p, parts, classes) for p in asked]
    group = CATEGORY_OF.get if kind == "coarse_grained" else lambda label: label
    rng = random.Random(f"{seed} {kind} wrong options")
    letters = Letters(random.Random(f"{seed} {kind} letters"))
    for part, ask, wrong in zip(asked, asks, wrong_options(asks, 3, rng, group), strict=True):
        texts = [statement(kind, label) for label in wrong]
        options, answer = letters.order(statement(kind, ask.key), texts, ask.key)
        yield Drawn(kind, part, QUESTIONS[kind], options, answer)


def _ask(part: Part, parts: Cast, classes: Sequence[str]) -> Ask:
    others = {parts[part.script, style].cue for style in ("target", "alternative")} - {part.cue}
    false = {label for label in classes if label != NONE and part.lacks(label)}
    if part.cue not in (NEUTRAL, "male", "female"):  # a plain man's voice is an everyday voice
        false.add(NONE)
    key = NONE if part.cue == NEUTRAL else part.cue
    return Ask(key, frozenset(false), tuple(sorted(others & false)))
