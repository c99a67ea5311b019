"""Comparing deliveries step by step, as plain values: no gradio here."""

from __future__ import annotations

import io
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import soundfile
from markupsafe import Markup

from echomind.audio import SAMPLE_RATE, Clip, load_clip
from echomind.errors import EchoMindError
from echomind.talk.contrast import Answered, alike, answer
from echomind.talk.contrast_material import Material
from echomind.talk.engine import Engine
from echomind.ui import talk_contrast_view as view
from echomind.ui.talk_session import AUDIO_TYPES, NO_MODEL
from echomind.ui.talk_view import problem_words
from echomind.ui.talk_words import delivery_words
from echomind.words import joined, t

SLOTS = (t("plainly"), t("another way"), t("a third way"))
Shown = tuple[Markup, Markup]  # the line that says what goes on, and the comparison
Steps = Generator[Shown, None, None]


@dataclass(frozen=True)
class Mine:
    """A visitor's own deliveries by slot, in memory only."""

    clips: tuple[Clip | None, ...] = (None,) * len(SLOTS)

    def having(self, slot: int, clip: Clip | None) -> Mine:
        """With this clip in that slot."""
        return Mine(tuple(clip if place == slot else old for place, old in enumerate(self.clips)))


def take(mine: Mine, slot: int, load: Callable[[], Clip]) -> tuple[Mine, Markup]:
    """A new delivery in its slot, and the line below it."""
    try:
        clip = load()
    except EchoMindError as error:
        return mine.having(slot, None), view.problem(problem_words(error))
    return mine.having(slot, clip), view.recorded(clip.seconds, _wav(clip))


def compare_ready(engine: Engine, material: Material) -> Steps:
    """The deliveries of one script of ours."""
    deliveries = []
    for recording in material.recordings:
        data = recording.path.read_bytes()
        sound = view.Sound(data, AUDIO_TYPES[recording.path.suffix])
        card = view.Card(recording.style, delivery_words(recording.cue), sound)
        deliveries.append((card, recording.cue, load_clip(data, name=recording.path.name)))
    yield from _compare(engine, material.words, deliveries)


def compare_mine(engine: Engine, mine: Mine) -> Steps:
    """A visitor's own deliveries; all are answered with the words of the first, so that only the voice differs."""
    there = [(name, clip) for name, clip in zip(SLOTS, mine.clips, strict=True) if clip is not None]
    if mine.clips[0] is None or len(there) < 2:
        yield view.problem(t("Record the sentence plainly and at least once in another way, then compare.")), Markup("")
        return
    yield view.working(t("Listening to the words …")), Markup("")
    try:
        with engine.turn() as models:
            heard = [models.recognizer.transcribe(clip).text for _, clip in there]
    except EchoMindError as error:
        yield view.problem(problem_words(error)), Markup("")
        return
    if not heard[0]:
        yield (
            view.problem(t("No words were recognised in the plain delivery. Please record it again.")),
            Markup(""),
        )
        return
    odd = [name for (name, _), words in zip(there, heard, strict=True) if not alike(heard[0], words)]
    other = t("Heard as other words: {odd}. All are answered as “{words}”.", odd=joined(t(", "), odd), words=heard[0])
    note = other if odd else ""
    deliveries = [(view.Card("", name, view.Sound(_wav(clip), "audio/wav")), "", clip) for name, clip in there]
    yield from _compare(engine, heard[0], deliveries, note)


def _compare(engine: Engine, words: str, deliveries: Sequence[tuple[view.Card, str, Clip]], note: str = "") -> Steps:
    cards = [card for card, _, _ in deliveries]
    answered: list[Answered] = []
    yield view.working(t("Listening to the first …")), view.comparison(words, cards, answered, note)
    try:
        for number, (_, cue, clip) in enumerate(deliveries, 1):
            with engine.turn() as models:
                if models.model is None:
                    yield view.problem(NO_MODEL), Markup("")
                    return
                answered.append(answer(clip, words, models.model, cue))
            left = len(deliveries) - number
            said = view.working(t("{n} more to hear …", n=left)) if left else Markup("")
            yield said, view.comparison(words, cards, answered, note)
    except EchoMindError as error:
        yield view.problem(problem_words(error)), view.comparison(words, cards, answered, note)


def _wav(clip: Clip) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, clip.samples, SAMPLE_RATE, format="WAV", subtype="PCM_16")
    return file.getvalue()
