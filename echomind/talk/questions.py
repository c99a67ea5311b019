"""``python -m echomind answer``: multiple-choice questions about clips, one answer a line."""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from echomind.audio import load_clip
from echomind.errors import CheckpointError, ConfigurationError, EchoMindError
from echomind.strict_json import StrictJSONError, loads
from echomind.talk.engine import get_engine
from echomind.talk.turn import Models

log = logging.getLogger(__name__)
KEYS = {"clip", "question", "options", "transcript"}


@dataclass(frozen=True)
class Question:
    """One question about a clip. ``transcript`` is the words where they are known; else they are recognised."""

    clip: Path
    question: str
    options: dict[str, str]
    transcript: str | None = None


def parse_question(line: bytes, where: str) -> Question:
    """A line of the questions file; raises ``ConfigurationError`` naming the line, the field, found and expected."""
    try:
        value = loads(line)
    except StrictJSONError as error:
        raise ConfigurationError(f"{where}: {error}") from error
    if not isinstance(value, dict) or not {"clip", "question", "options"} <= set(value) <= KEYS:
        found = sorted(value) if isinstance(value, dict) else type(value).__name__
        raise ConfigurationError(f"{where}: found {found}; expected clip, question, options and perhaps transcript")
    for name in ("clip", "question", "transcript"):
        if name in value and not (isinstance(value[name], str) and value[name].strip()):
            raise ConfigurationError(f"{where}: field {name!r}: found {value[name]!r}; expected a text")
    options = value["options"]
    texts = isinstance(options, dict) and all(isinstance(t, str) and t.strip() for t in options.values())
    if not texts or len(options) < 2:
        raise ConfigurationError(f"{where}: field 'options': found {options!r}; expected at least two texts by letter")
    return Question(Path(value["clip"]), value["question"], dict(options), value.get("transcript"))


def read_questions(path: Path) -> list[Question]:
    """Every line of a questions file (JSON Lines); clip paths are taken as they are given."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot read the questions ({error.strerror})") from error
    return [parse_question(line, f"{path}:{n}") for n, line in enumerate(lines, 1) if line.strip()]


def answer_question(question: Question, models: Models) -> dict[str, Any]:
    """``{"clip", "answer", "scores"}``: the likeliest option, and all shares."""
    if models.model is None:
        raise CheckpointError(models.missing)
    clip = load_clip(question.clip)
    words = models.recognizer.transcribe(clip).text if question.transcript is None else question.transcript
    scores = models.model.choose(clip, question.question, question.options, transcript=words)
    best = max(scores, key=lambda key: scores[key])
    return {"clip": str(question.clip), "answer": best, "scores": scores}


def run_answer(path: Path, as_json: bool) -> int:
    """Answer a file of questions in its order; a question that fails gives ``{"clip", "error"}`` and status 2."""
    questions, engine, status = read_questions(path), get_engine(), 0
    for question in questions:
        try:
            with engine.turn() as models:
                answer = answer_question(question, models)
        except EchoMindError as error:
            log.error("%s", error)
            answer, status = {"clip": str(question.clip), "error": str(error)}, 2
        text = json.dumps(answer, allow_nan=False) if as_json else f"{answer['clip']}\t{answer.get('answer', '—')}"
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    return status
