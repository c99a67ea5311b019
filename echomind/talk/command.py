"""``python -m echomind talk CLIP...``: the live turn for a terminal."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from echomind.errors import ConfigurationError, EchoMindError
from echomind.talk.engine import get_engine
from echomind.talk.history import read_history
from echomind.talk.turn import answer_clip

log = logging.getLogger(__name__)


def run_talk(clips: Sequence[Path], history: Path | None, topic: str, voice: Path | None, as_json: bool) -> int:
    """Answer clips in the given order, the models loaded once; one JSON object a line, printed as soon as it is ready.

    A clip that fails gives ``{"clip", "error"}`` and status 2 at the end; the others are still answered.
    ``history``: a JSON file of earlier turns, given to every clip. ``voice``: where to write the reply to a single clip
    as WAV. Without ``as_json`` the same is written for people. Raises ``EchoMindError`` for what concerns all clips.
    """
    if voice is not None and len(clips) != 1:
        raise ConfigurationError(f"--voice: found {len(clips)} clips; expected one, since it names one file")
    turns = () if history is None else read_history(history)
    engine, status = get_engine(), 0
    for clip in clips:
        try:
            with engine.turn() as models:
                answer = answer_clip(clip, models, topic, turns, name=str(clip), wav=voice)
        except EchoMindError as error:
            log.error("%s", error)
            answer, status = {"clip": str(clip), "error": str(error)}, 2
        sys.stdout.write((json.dumps(answer, allow_nan=False) if as_json else _readable(answer)) + "\n")
        sys.stdout.flush()
    return status


def _readable(answer: dict[str, Any]) -> str:
    """The same answer as a few lines of text."""
    if "error" in answer:
        return f"{answer['clip']}\n  error    {answer['error']}\n"
    heard = ", ".join(f"{category} {cue['label']} ({cue['score']:.0%})" for category, cue in answer["cues"].items())
    thinking, vad = answer["thinking"], answer["vad"]
    lines = {
        "heard": answer["transcript"] or "—",
        "cues": heard,
        "V-A-D": "; ".join(f"{who} {v['v']:.1f} {v['a']:.1f} {v['d']:.1f}" for who, v in vad.items()) + " (1 to 5)",
        "thinking": f"{thinking['emotion']}, because {thinking['cause']} ({thinking['confidence']:.0%} sure)",
        "reply": answer["reply"],
        "seconds": ", ".join(f"{k} {v:.2f}" for k, v in answer["timings_s"].items() if v is not None),
    }
    return "\n".join([answer["clip"], *(f"  {name:<9}{text}" for name, text in lines.items()), ""])
