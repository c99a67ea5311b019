"""Answers of endpoints on disk, so that no request is paid for twice and a run that broke off goes on where it was.

What holds: an answer is one JSON file under its key, written beside it and renamed, so a reader sees all of it or
nothing; its sound lies under the hash of its own bytes and is written first. Any number of threads and processes may
read and write at once; the last writer of a key wins with a whole answer. A file that does not fit its own digest is
reported, treated as absent and overwritten. Neither requests nor keys are stored, only the hash of a request.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from echomind.models.endpoint_costs import Usage
from echomind.models.endpoint_wire import Completion
from echomind.strict_json import StrictJSONError, loads

logger = logging.getLogger(__name__)
SCHEMA = 1
_KEY = re.compile(r"[0-9a-f]{64}")
_Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Count = Annotated[int, Field(ge=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class _StoredUsage(_Strict):
    text_in: _Count
    text_out: _Count
    audio_in: _Count
    audio_out: _Count


class _Stored(_Strict):
    text: str
    audio_sha256: _Hash | None
    audio_transcript: str
    usage: _StoredUsage | None
    model: str
    latency_s: Annotated[float, Field(ge=0)]
    finish_reason: str


def cache_key(base_url: str, body: Mapping[str, Any], tag: str = "") -> str:
    """SHA-256 over server, request (model, words, sound, decoding) and ``tag``, the version of the reader."""
    request = json.dumps([SCHEMA, base_url, tag, body], sort_keys=True, ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(request.encode()).hexdigest()


class EndpointCache:
    """Answers under ``folder``, one file a key in 256 sub-folders."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, key: str) -> Completion | None:
        """The stored answer, flagged as cached and costing nothing; ``None`` when there is none that is whole."""
        path = self._path(key)
        try:
            stored = self._read(path)
            audio = None if stored.audio_sha256 is None else self._read_sound(stored.audio_sha256)
        except FileNotFoundError as error:
            if error.filename != str(path):
                logger.warning("cached answer %s has lost its sound; asking again", path.name)
            return None
        except (OSError, ValueError, StrictJSONError) as error:
            logger.warning("cached answer %s cannot be used (%s); asking again", path.name, type(error).__name__)
            return None
        return Completion(
            text=stored.text,
            audio=audio,
            audio_transcript=stored.audio_transcript,
            usage=None if stored.usage is None else Usage(**stored.usage.model_dump()),
            cost=0.0,
            model=stored.model,
            latency_s=stored.latency_s,
            cached=True,
            finish_reason=stored.finish_reason,
        )

    def put(self, key: str, answer: Completion) -> None:
        """Store a good answer. A disk that cannot take it is reported and costs the answer nothing."""
        sound = None if answer.audio is None else hashlib.sha256(answer.audio).hexdigest()
        stored = _Stored(
            text=answer.text,
            audio_sha256=sound,
            audio_transcript=answer.audio_transcript,
            usage=None if answer.usage is None else _StoredUsage(**asdict(answer.usage)),
            model=answer.model,
            latency_s=answer.latency_s,
            finish_reason=answer.finish_reason,
        ).model_dump()
        document = {"schema": SCHEMA, "digest": _digest(stored), "answer": stored}
        try:
            if sound is not None and answer.audio is not None:
                _write(self._sound_path(sound), answer.audio)
            _write(self._path(key), json.dumps(document, ensure_ascii=False, indent=1).encode())
        except OSError as error:
            logger.warning("an answer could not be cached under %s (%s)", self.folder, error.strerror)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"found the cache key {key!r}; expected 64 hexadecimal digits")
        return self.folder / key[:2] / f"{key}.json"

    def _sound_path(self, sha256: str) -> Path:
        return self.folder / "sound" / sha256[:2] / f"{sha256}.wav"

    def _read(self, path: Path) -> _Stored:
        document = loads(path.read_bytes())
        if not isinstance(document, dict) or document.get("schema") != SCHEMA:
            raise ValueError("another schema")
        answer = document.get("answer")
        if document.get("digest") != _digest(answer):
            raise ValueError("the digest does not fit")
        try:
            return _Stored.model_validate(answer)
        except ValidationError as error:
            raise ValueError("not an answer") from error

    def _read_sound(self, sha256: str) -> bytes:
        data = self._sound_path(sha256).read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ValueError("the sound is another one")
        return data


def _digest(answer: Any) -> str:
    return hashlib.sha256(json.dumps(answer, sort_keys=True).encode()).hexdigest()


def _write(path: Path, data: bytes) -> None:
    """Write beside, flush, rename: whoever reads the path finds the old file or the whole new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
