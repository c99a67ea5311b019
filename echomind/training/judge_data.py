"""What a reader of replies learns from: replies that people wrote, and what the decoder says of its own accord.

The decoder answers utterances of our training situations and of DREAM's and RECCON's training parts, with every
delivery told in words; what it might have said at each place is kept (``collect``, a JSON line a place). Beside them
stand replies of other situations, and sentences joined of two halves that have nothing to do with one another.
"""

from __future__ import annotations

import json
import logging
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch

from echomind.models.candidates import chosen
from echomind.models.lexicon import words_of
from echomind.models.ranking import GOING_ON, OPENING
from echomind.models.slm import EchoMindSLM
from echomind.models.writing import Answer
from echomind.slm.configuration import EMOTION_OF_CUE, THINKING_EMOTIONS
from echomind.taxonomy import NONE
from echomind.training.data import corpus
from echomind.training.data.corpus import EMOTION_OF_GROUP, GROUP_OF_CUE, Scenario, load_openers, scenarios_of
from echomind.training.data.published import load_dream, load_reccon
from echomind.training.held_out import HEARD

log = logging.getLogger(__name__)
OWN_SHARE = 0.4  # of the prompts; the others are turns of dialogues, on which the decoder is as lost as with visitors
PLAIN_SHARE = 0.3  # of the deliveries
PLACES = 3  # of a reply whose candidates are kept: the first sentence and two after it
FEWEST_WORDS, MOST_WORDS = 4, 25  # of a turn that is answered, or is an answer
SENTENCE = re.compile(r"(?<=[.!?])\s+")
Turn = tuple[str, str, str]  # what was said in a dialogue, the answer, the emotion of what was said or ""
PARTS = {"train": "train", "dev": "valid"}  # as RECCON's files are named


@dataclass(frozen=True)
class Prompt:
    """Something said in some way. ``scenario`` is "" for a turn of a dialogue, which has its own ``answer``."""

    transcript: str
    cue: str
    told: str
    topic: str = ""
    scenario: str = ""
    answer: str = ""


@dataclass(frozen=True)
class Drawn:
    """What the decoder might have said at one place of one reply, after ``said``."""

    prompt: Prompt
    emotion: str
    said: str
    place: int
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Judged:
    """One reply (or its beginning) to an utterance: ``fits`` when a person wrote it for that."""

    emotion: str
    transcript: str
    reply: str
    fits: bool


def dialogue_turns(root: Path, part: str = "train") -> list[Turn]:
    """Turns of a part of DREAM and RECCON, neither long nor tiny."""
    found = [(a, b, "") for turns in load_dream(root, part) for a, b in pairwise(turns)]
    found += [(turn.text, turn.answer, turn.emotion) for turn in load_reccon(root, PARTS[part])]
    return [row for row in found if all(FEWEST_WORDS <= len(words_of(text)) <= MOST_WORDS for text in row[:2])]


def prompts_of(scenarios: Sequence[Scenario], turns: Sequence[Turn], seed: int) -> Iterator[Prompt]:
    """Prompts without end: of the situations, and of the dialogues where there are any."""
    rng = random.Random(seed)
    cues = sorted(set(load_openers()["openers"]) - {NONE})
    while True:
        cue = NONE if rng.random() < PLAIN_SHARE else rng.choice(cues)
        if not turns or rng.random() < OWN_SHARE:
            scenario = rng.choice(scenarios)
            example = corpus.compose(scenario, rng.choice(scenario.utterances), cue, rng)
            yield Prompt(example.transcript, cue, example.cue_words, scenario.topic, scenario.id)
        else:
            text, answer, _ = rng.choice(turns)
            labels = corpus.full_labels(cue, gender=rng.choice(("male", "female")))
            strength = rng.choice(corpus.STRENGTHS)[0] if cue in GROUP_OF_CUE else ""
            yield Prompt(text, cue, corpus.words_of(labels, strength), answer=answer)


@torch.inference_mode()
def places_of(slm: EchoMindSLM, prompt: Prompt, seed: int) -> list[Drawn]:
    """The candidates of the first sentences of an answer, which goes on as it would for a visitor."""
    heard = {} if prompt.cue == NONE else {prompt.cue: HEARD}
    perception = slm.perceive_text(prompt.transcript, topic=prompt.topic, told=prompt.told, heard=heard)
    answer = Answer(slm.writer, perception.state, torch.Generator().manual_seed(seed))
    thinking = answer.think()
    found: list[Drawn] = []
    said: list[str] = []
    for place in range(PLACES):
        drafts = [d for d in answer.drafts_of_a_sentence() if not d.faults]
        if not drafts:
            break
        found.append(Drawn(prompt, thinking.emotion, " ".join(said), place, tuple(d.text for d in drafts)))
        best = chosen(answer.rated(answer.judged(drafts)), GOING_ON if place else OPENING)
        said.append(best.text)
        answer.take(best)
    return found


def collect(slm: EchoMindSLM, prompts: Iterator[Prompt], count: int, path: Path) -> list[Drawn]:
    """The places of the first ``count`` prompts, kept in ``path``; goes on where an earlier call was cut off."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = whole_lines(path)[:count]
    path.write_text("".join(lines), encoding="utf-8")
    with path.open("a", encoding="utf-8") as file:
        for number in range(count):
            prompt = next(prompts)
            if number < len(lines):
                continue
            places = [{k: v for k, v in vars(d).items() if k != "prompt"} for d in places_of(slm, prompt, number)]
            file.write(json.dumps({"prompt": vars(prompt), "places": places}) + "\n")
            file.flush()
            if number % 100 == 99:
                log.info("answered %d of %d prompts", number + 1, count)
    return [drawn for line in whole_lines(path) for drawn in read_places(line)]


def whole_lines(path: Path) -> list[str]:
    """The lines of a file (none if there is none) but for a last one that was cut off."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.is_file() else []
    return lines if not lines or lines[-1].endswith("\n") else lines[:-1]


def read_places(line: str) -> list[Drawn]:
    """A line of :func:`collect`."""
    row: dict[str, Any] = json.loads(line)
    prompt = Prompt(**row["prompt"])
    return [Drawn(prompt, **{**place, "texts": tuple(place["texts"])}) for place in row["places"]]


class Pairs:
    """Replies that fit and such that do not, in pairs with one utterance; a pair is a function of seed and number."""

    def __init__(self, drawn: Sequence[Drawn], scenarios: Sequence[Scenario], turns: Sequence[Turn], seed: int) -> None:
        self.scenarios, self.turns, self.seed = scenarios, turns, seed
        self._by_id = {s.id: s for s in scenarios}
        written = {_plain(line) for line in written_sentences(scenarios)}
        found = [(d, [text for text in d.texts if _plain(text) not in written]) for d in drawn]
        self._drawn = [(d, own) for d, own in found if own]  # what was learnt by heart is not called wrong

    def pair(self, number: int) -> tuple[Judged, Judged]:
        """What fits, then what does not."""
        rng = random.Random(f"{self.seed}-pair-{number}")
        dice = rng.random()
        if self._drawn and (dice < 0.5 or not self.turns):
            return self._of_decoder(rng)
        return self._of_corpus(rng) if dice < 0.75 else self._of_dialogue(rng)

    def _of_decoder(self, rng: random.Random) -> tuple[Judged, Judged]:
        drawn, own = rng.choice(self._drawn)
        emotion, said = drawn.emotion, drawn.prompt.transcript
        wrong = f"{drawn.said} {rng.choice(own)}".strip()
        scenario = self._by_id.get(drawn.prompt.scenario)
        if scenario is not None and rng.random() < 0.7:
            cue = cue_that_tells(emotion, drawn.prompt.cue, rng)
            right = beginning(corpus.reply_for(scenario, cue, rng), drawn.place)
        elif drawn.prompt.answer and rng.random() < 0.3:
            right = beginning(drawn.prompt.answer, drawn.place)
        else:
            right = reaction(emotion, drawn.prompt.cue, drawn.place, rng)
        return Judged(emotion, said, right, True), Judged(emotion, said, wrong, False)

    def _of_corpus(self, rng: random.Random) -> tuple[Judged, Judged]:
        example = corpus.sample_example(self.scenarios, rng)
        sentences = SENTENCE.split(example.reply)
        place = rng.randrange(len(sentences))
        before, right = sentences[:place], sentences[place]
        scenario = self._by_id[example.scenario]
        other = rng.choice([s for s in self.scenarios if s.id != scenario.id])
        group = next(g for g, e in EMOTION_OF_GROUP.items() if e == example.emotion)
        foreign = rng.choice(SENTENCE.split(rng.choice(other.bodies[group])))
        wrong = foreign if rng.random() < 0.5 else joined(right, foreign, rng)
        return _both(example.emotion, example.transcript, before, right, wrong)

    def _of_dialogue(self, rng: random.Random) -> tuple[Judged, Judged]:
        text, answer, emotion = rng.choice(self.turns)
        sentences = SENTENCE.split(answer)
        place = rng.randrange(len(sentences))
        foreign = rng.choice(SENTENCE.split(rng.choice(self.turns)[1]))
        wrong = foreign if rng.random() < 0.5 else joined(sentences[place], foreign, rng)
        return _both(emotion or THINKING_EMOTIONS[0], text, sentences[:place], sentences[place], wrong)


def _both(emotion: str, text: str, before: list[str], right: str, wrong: str) -> tuple[Judged, Judged]:
    return (
        Judged(emotion, text, " ".join([*before, right]), True),
        Judged(emotion, text, " ".join([*before, wrong]), False),
    )


def joined(one: str, other: str, rng: random.Random) -> str:
    """The beginning of one sentence with the end of another; words of one change places where one is too short."""
    a, b = one.split(), other.split()
    if len(a) < 2 or len(b) < 2:
        return " ".join(rng.sample([*a, *b], len(a) + len(b)))
    return " ".join([*a[: rng.randrange(1, len(a))], *b[rng.randrange(1, len(b)) :]])


def cue_that_tells(emotion: str, cue: str, rng: random.Random) -> str:
    """The cue if it stands for the emotion that was thought, or else one that does."""
    of = EMOTION_OF_CUE.get(cue, THINKING_EMOTIONS[0])
    fitting = sorted(c for c in load_openers()["openers"] if EMOTION_OF_CUE.get(c) == emotion)
    return cue if of == emotion or not fitting else rng.choice(fitting)


def reaction(emotion: str, cue: str, place: int, rng: random.Random) -> str:
    """A written reaction to the delivery alone, which fits whatever was said; with a closing line after the first."""
    cue = cue_that_tells(emotion, cue, rng)
    if EMOTION_OF_CUE.get(cue, THINKING_EMOTIONS[0]) != emotion:
        cue = NONE
    opener = rng.choice(load_openers()["openers"][cue])
    closers = load_openers()["closers"][GROUP_OF_CUE.get(cue, "plain")]
    return opener if not place or not closers else f"{opener} {rng.choice(closers)}"


def beginning(reply: str, place: int) -> str:
    """The sentences of a reply up to that place."""
    return " ".join(SENTENCE.split(reply)[: place + 1])


def written_sentences(scenarios: Sequence[Scenario]) -> Iterator[str]:
    """Every sentence that may be part of a reply to one of the situations."""
    bank = load_openers()
    bodies = [lines for scenario in scenarios for lines in scenario.bodies.values()]
    for lines in (*bank["openers"].values(), *bank["closers"].values(), *bodies):
        for line in lines:
            yield from SENTENCE.split(line)


def train_scenarios() -> tuple[Scenario, ...]:
    """The situations that may be learnt from."""
    return scenarios_of("train")


def _plain(text: str) -> str:
    return " ".join(words_of(text))
