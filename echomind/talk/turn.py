"""One live turn: hear, perceive, think, reply, speak. Each step is timed where it happens.

``talk`` yields what becomes known as it becomes known, for a page; ``answer_clip`` runs a turn to its end and returns
the documented JSON object, for the terminal and the API. Neither keeps anything.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from echomind.audio import Clip, load_clip
from echomind.errors import CheckpointError, ConfigurationError, VoiceError
from echomind.models.asr import Recognizer, Transcript
from echomind.models.protocol import VAD, Perception, SpokenLanguageModel, Thinking, Turn
from echomind.talk.care import check
from echomind.talk.events import AskedBack, Cared, Done, Event, Heard, Perceived, ReplyPiece, Spoken, Thought, Timings
from echomind.talk.help_lines import INTERNATIONAL
from echomind.talk.intent import Asked, asked
from echomind.talk.prosody import PLAIN
from echomind.talk.reasons import reason_told
from echomind.talk.speak import Speech, joined, speak
from echomind.talk.speaking import AsSet, Speak, spoken_along
from echomind.talk.trajectory import Moment, change_told
from echomind.talk.unheard import TextReader
from echomind.words import t

CONTRACT_KEYS = ("transcript", "cues", "vad", "thinking", "reply", "timings_s")  # between "clip" and "model"
MAX_TURNS = 5  # of history given to the model, as many as the longest of HumDial's dialogues have


@dataclass(frozen=True)
class Models:
    """What a turn needs. Without a ``model`` only the words are heard, and ``missing`` says why in one line."""

    recognizer: Recognizer
    model: SpokenLanguageModel | None
    missing: str = ""
    voice: Speak = speak


def talk(
    clip: Clip | None,
    models: Models,
    topic: str = "",
    history: Sequence[Turn] = (),
    transcript: str | Transcript | None = None,
    *,
    voice: Speak | AsSet | None = "as set",
    decode_s: float | None = None,
    asr_s: float | None = None,
    seed: int = 0,
    country: str = INTERNATIONAL,
    moments: Sequence[Moment] = (),
) -> Generator[Event, None, None]:
    """One turn, event by event: Heard, Perceived, Thought, (Cared or AskedBack,) ReplyPiece and Spoken in turns, Done.

    ``clip``: the voice; None for a message that was typed, which is its ``transcript``.
    ``transcript``: the words, where they were recognised already (in ``asr_s``) or the speaker has corrected them; None
    to recognise them. ``voice``: how to speak a sentence of the reply, that of ``models`` unless another is given, None
    for no sound; it works while the next sentences are written.
    ``decode_s``: what decoding took, when the caller did it. ``country``: whose help lines to give. ``moments``: what
    was noted in earlier turns; with them, questions about the speaker's own feelings are answered from them.
    Without a model: Heard, Done.
    """
    started = time.perf_counter() - (decode_s or 0.0) - (asr_s or 0.0)
    timings = Timings(decode=decode_s, asr=asr_s)
    if transcript is None:
        if clip is None:
            raise ValueError("found neither a clip nor words, expected one of them")
        with _timed(timings, "asr"):
            heard = models.recognizer.transcribe(clip)
    else:
        heard = transcript if isinstance(transcript, Transcript) else Transcript(" ".join(transcript.split()))
    yield Heard(heard)
    reply = ""
    if models.model is not None:
        with _timed(timings, "perceive"):
            perception = _perceive(models.model, clip, heard.text, topic, history[-MAX_TURNS:])
        yield Perceived(perception)
        pieces: list[str] = []
        answer = _reply(models.model, perception, _fixed(heard.text, country, moments), timings, seed)
        say = models.voice if voice == "as set" else voice
        for event in answer if say is None else spoken_along(answer, say, perception.cues, timings):
            if isinstance(event, ReplyPiece):
                pieces.append(event.text)
            yield event
        reply = "".join(pieces).strip()
    timings.total = time.perf_counter() - started
    yield Done(reply, timings)


def _perceive(
    model: SpokenLanguageModel, clip: Clip | None, text: str, topic: str, history: Sequence[Turn]
) -> Perception:
    if clip is not None:
        return model.perceive(clip, text, topic=topic, history=history)
    if not isinstance(model, TextReader):
        raise ConfigurationError(t("{model} answers voices only; expected a recording", model=model.name))
    return model.perceive_text(text, topic=topic, history=history)


def answer_about(question: Asked, moments: Sequence[Moment]) -> str:
    """The reply to a question about the speaker's own feelings, from what was noted in earlier turns."""
    return change_told(moments) if question == "change" else reason_told(moments)


def _fixed(text: str, country: str, moments: Sequence[Moment]) -> tuple[Cared | AskedBack, str] | None:
    """The reply that is not the model's: to a danger, or to a question about the speaker's own feelings."""
    care = check(text, country)
    if care is not None:
        return Cared(care), care.reply
    question = asked(text) if moments else None
    return None if question is None else (AskedBack(question), answer_about(question, moments))


def _reply(
    model: SpokenLanguageModel,
    perception: Perception,
    fixed: tuple[Cared | AskedBack, str] | None,
    timings: Timings,
    seed: int,
) -> Iterator[Event]:
    """Thinking, then the reply in pieces: the model's, or the ``fixed`` one. Only the model's own time is counted."""
    source = model.reply(perception, seed=seed)
    spent = 0.0
    try:
        while True:
            at = time.perf_counter()
            item = next(source, None)
            spent += time.perf_counter() - at
            if item is None:
                break
            if isinstance(item, Thinking):
                yield Thought(item)
                if fixed is not None:
                    break
            elif item:
                if timings.first_token is None:
                    timings.first_token = spent
                yield ReplyPiece(item)
    finally:
        close = getattr(source, "close", None)  # a turn that is stopped must not go on generating
        if close is not None:
            close()
    if fixed is not None:
        timings.first_token = spent
        why, reply = fixed
        yield why
        yield ReplyPiece(reply)
    timings.reply = spent


class _timed:
    """Writes the seconds spent inside its ``with`` block into a field of ``Timings``."""

    def __init__(self, timings: Timings, step: str) -> None:
        self._timings, self._step = timings, step

    def __enter__(self) -> None:
        self._at = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        setattr(self._timings, self._step, time.perf_counter() - self._at)


def answer_clip(
    source: Path | bytes,
    models: Models,
    topic: str = "",
    history: Sequence[Turn] = (),
    transcript: str | None = None,
    *,
    name: str | None = None,
    voice: Speak | None = None,
    wav: Path | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """A whole turn as the JSON object of ``python -m echomind talk`` and of the ``/talk`` endpoint.

    ``name`` stands under ``clip`` (default: the path as given). ``wav``: where to write the spoken reply.
    Raises ``AudioError`` for the clip, ``CheckpointError`` without a model, ``VoiceError`` when ``wav`` cannot be made.
    """
    if models.model is None:
        raise CheckpointError(models.missing)
    at = time.perf_counter()
    clip = load_clip(source, name=None if name is None else Path(name).name)
    decode_s = time.perf_counter() - at
    if wav is not None:
        voice = voice or models.voice
    found: dict[str, Any] = {}
    spoken: list[Speech] = []
    pause_s = PLAIN.pause_s
    for event in talk(clip, models, topic, history, transcript, voice=voice, decode_s=decode_s, seed=seed):
        match event:
            case Heard():
                found["transcript"] = event.transcript.text
            case Perceived():
                found |= perception_json(event.perception)
            case Thought():
                found["thinking"] = thinking_json(event.thinking)
            case Spoken(speech=speech, problem=problem, delivery=delivery) if wav is not None:
                if speech is None:
                    raise VoiceError(problem)
                spoken.append(speech)
                pause_s = delivery.pause_s
            case Done():
                found |= {"reply": event.reply, "timings_s": event.timings.as_dict()}
    if wav is not None:
        wav.write_bytes(joined(spoken, pause_s).wav)
    shown = name if name is not None else str(source) if isinstance(source, Path) else "clip"
    return {"clip": shown, **{key: found[key] for key in CONTRACT_KEYS}, "model": models.model.name}


def perception_json(perception: Perception) -> dict[str, Any]:
    """``cues`` by category and ``vad`` of speaker and listener, to four decimals."""
    return {
        "cues": {
            category: {
                "label": cue.label,
                "score": round(cue.score, 4),
                "scores": {attribute: round(p, 4) for attribute, p in cue.scores.items()},
            }
            for category, cue in perception.cues.items()
        },
        "vad": {"speaker": _vad_json(perception.speaker), "listener": _vad_json(perception.listener)},
    }


def thinking_json(thinking: Thinking) -> dict[str, Any]:
    """Emotion, cause and confidence (0 to 1)."""
    return {"emotion": thinking.emotion, "cause": thinking.cause, "confidence": round(thinking.confidence, 4)}


def _vad_json(vad: VAD) -> dict[str, float]:
    return {"v": round(vad.v, 4), "a": round(vad.a, 4), "d": round(vad.d, 4)}
