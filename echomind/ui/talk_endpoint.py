"""The ``/talk`` endpoint as a function of engine and uploads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

from echomind.errors import CheckpointError, ConfigurationError
from echomind.talk.engine import Engine
from echomind.talk.history import parse_history
from echomind.talk.schemas import EarlierTurn, TalkAnswer
from echomind.talk.turn import answer_clip
from echomind.ui.talk_session import NO_MODEL
from echomind.ui.uploads import Uploads

MAX_TOPIC = 80  # characters

Endpoint = Callable[[str, str, list[EarlierTurn]], TalkAnswer]


def talk_endpoint(engine: Engine, uploads: Uploads) -> Endpoint:
    """The function to publish; the uploaded clip is off the disk before it is decoded."""

    def talk(clip: str, topic: str = "", history: list[EarlierTurn] | None = None) -> TalkAnswer:
        """Answer a voice clip: transcript, 12 vocal cues, valence-arousal-dominance, the model's reading, and a reply.

        The clip is not kept, and the reply is text written by a model that makes mistakes.

        Args:
            clip: an audio file of speech, up to 60 s (WAV, FLAC, OGG, MP3, M4A or WebM), that was sent to
                /gradio_api/upload; nothing is fetched from other addresses
            topic: what the conversation is about, in a word or two, such as "work"; may be empty
            history: earlier turns, oldest first, each {"user": ..., "reply": ..., "emotion": ...}; may be empty

        Returns:
            clip, transcript, cues by category, vad of speaker and listener (1 to 5), thinking, reply, timings_s, model
        """
        data = uploads.take(clip)
        if len(topic or "") > MAX_TOPIC:
            raise ConfigurationError(f"topic: found {len(topic)} characters; expected at most {MAX_TOPIC}")
        turns = parse_history([] if history is None else history)
        with engine.turn() as models:
            if models.model is None:
                raise CheckpointError(NO_MODEL)
            return cast(TalkAnswer, answer_clip(data, models, topic or "", turns, name=Path(clip).name))

    return talk
