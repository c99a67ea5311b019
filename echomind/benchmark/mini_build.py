"""Builds EchoMind-Mini into a folder: clips first, then the records, then ``mini.json``, whose presence means "whole".

Every file is written under another name and renamed when it is complete, and every clip carries in its tags from what
it was made. So a build that was cut off goes on where it stopped, and never takes a half clip or one of another seed
for its own. The same seed and the same versions of the tools give the same bytes.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from echomind.audio import load_clip
from echomind.benchmark.mini_added_scripts import all_scripts
from echomind.benchmark.mini_card import card
from echomind.benchmark.mini_cast import Part
from echomind.benchmark.mini_items import (
    NAME,
    VERSION,
    MiniItems,
    chance,
    mini_items,
    question_counts,
    question_record,
    script_record,
)
from echomind.benchmark.question_types import LEVELS, QUESTION_TYPES
from echomind.errors import DataError
from echomind.strict_json import StrictJSONError, loads

DATA = Path("dataset") / "data_synthesis"
ENGINES = ("flite", "festival")
LIBRARIES = ("numpy", "scipy", "soxr", "soundfile", "av")
LICENCE = {
    "texts, questions and clips": "CC BY 4.0: written and made for this project",
    "voices": (
        "speech made with CMU flite (rms, slt, awb, kal16) and festival with festvox-us-slt-hts, whose licences allow"
        " any use with notice and attribution: Carnegie Mellon University, CSTR University of Edinburgh, Nagoya"
        " Institute of Technology, Tokyo Institute of Technology"
    ),
    "surroundings": "synthesised from noise, tones and resonances; no recording",
}


def build_mini(out: Path, *, seed: int = 0, limit: int | None = None) -> dict[str, Any]:
    """Build or complete the set in ``out``; returns what ``mini.json`` says and how many clips were made now.

    ``limit``: the first scripts alone. Progress goes to stderr. Raises ``DataError`` when flite or festival is missing
    and a clip must be made, or when ``out`` holds clips that are not of this set; ``ConfigurationError`` for a limit
    or seed that cannot be.
    """
    items = mini_items(seed, limit)
    audio = out / DATA / "audio"
    _refuse_strangers(audio, items)
    todo = [part for part in items.parts if not _is_there(audio, part, seed)]
    before = _read(out / "mini.json")
    if todo:
        _require_tools(todo)
        (out / "mini.json").unlink(missing_ok=True)
        _record(todo, audio, seed)
    write_records(out, items)
    noted = None if todo or before is None else before.get("made_with")
    summary = _summary(items, audio, made_with=noted or _versions())
    write_card(out, summary)
    _write(out / "mini.json", _json(summary))
    return {**summary, "made": len(todo)}


def write_card(out: Path, summary: Mapping[str, Any]) -> None:
    """``README.md`` of a set, with the measured figures that lie beside it, if there are any."""
    figures = _read(out / "figures.json")
    _write(out / "README.md", card(summary, figures).encode())


def write_records(out: Path, items: MiniItems) -> None:
    """The JSON files of the published layout, without the sound."""
    _write(out / DATA / "script_info_synthesis.json", _json([script_record(s) for s in items.scripts]))
    for level in LEVELS:
        records = [question_record(q) for q in items.questions if q.level == level]
        _write(out / DATA / "MCQ" / f"{level}.json", _json(records))


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=4) + "\n").encode()


def _write(path: Path, data: bytes) -> None:
    """Write and rename, so that a file that is there is whole; an unchanged one is left alone."""
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_bytes(data)
    part.replace(path)


def _refuse_strangers(audio: Path, items: MiniItems) -> None:
    expected = {Path(part.style) / part.file for part in items.parts}
    for path in sorted(audio.rglob("*")) if audio.is_dir() else ():
        if path.is_dir():
            continue
        if path.name.startswith(".") and path.name.endswith(".part"):
            path.unlink()  # what a killed build left behind
        elif path.relative_to(audio) not in expected:
            raise DataError(
                f"{audio}: found {str(path.relative_to(audio))!r}, which is not of this set; expected an empty folder"
                " or an unfinished build with the same limit"
            )


def recipe(part: Part, seed: int) -> str:
    """What a clip is made from, in one word: it changes with the words, the voice, the cue, the seed or the version."""
    from echomind.benchmark.mini_audio import VERSION as SOUND

    content: list[Any] = [SOUND, seed, asdict(part)]
    if part.cue in ("chatter", "children"):
        content.append([s.text for s in all_scripts()])  # the crowd says sentences of the set
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


def _is_there(audio: Path, part: Part, seed: int) -> bool:
    from echomind.benchmark.mini_audio import comment_of

    path = audio / part.style / part.file
    return path.is_file() and comment_of(path.read_bytes()) == recipe(part, seed)


def _require_tools(todo: Sequence[Part]) -> None:
    from echomind.training.data.speech import PACKAGES, PROGRAMS, available

    missing = [engine for engine in ENGINES if not available(engine)]
    if missing:
        programs = " and ".join(repr(PROGRAMS[engine]) for engine in missing)
        packages = " ".join(PACKAGES[engine] for engine in missing)
        raise DataError(
            f"{len(todo)} clips are to be made and the speech programs {programs} are not installed;"
            f" on Debian: apt-get install {packages}"
        )


def _record(todo: Sequence[Part], audio: Path, seed: int) -> None:
    from echomind.benchmark.mini_audio import Studio, encode

    studio = Studio(seed, [s.text for s in all_scripts()])
    for number, part in enumerate(todo, 1):
        _write(audio / part.style / part.file, encode(studio.record(part), recipe(part, seed)))
        if number % 25 == 0 or number == len(todo):
            sys.stderr.write(f"{number}/{len(todo)} clips\n")


def _read(path: Path) -> dict[str, Any] | None:
    """An object written by an earlier run; ``None`` where there is none."""
    if not path.is_file():
        return None
    try:
        found = loads(path.read_bytes())
    except StrictJSONError as error:
        raise DataError(f"{path}: {error}") from error
    if not isinstance(found, dict):
        raise DataError(f"{path}: found a {type(found).__name__}, expected an object")
    return found


def _versions() -> dict[str, str]:
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for engine in ENGINES:
        try:
            done = subprocess.run([engine, "--version"], capture_output=True, timeout=20, check=False)
        except OSError:
            found[engine] = "not installed"
            continue
        lines = done.stdout.decode(errors="replace").strip().splitlines()
        found[engine] = lines[-1].strip() if lines else "unknown"
    return found | {name: importlib.metadata.version(name) for name in LIBRARIES}


def _summary(items: MiniItems, audio: Path, made_with: dict[str, str]) -> dict[str, Any]:
    sound = hashlib.sha256()
    seconds, size = 0.0, 0
    for part in items.parts:
        data = (audio / part.style / part.file).read_bytes()
        sound.update(hashlib.sha256(data).digest())
        seconds += load_clip(data, name=part.file).seconds
        size += len(data)
    counts = question_counts(items.questions)
    return {
        "name": NAME,
        "version": VERSION,
        "seed": items.seed,
        "scripts": len(items.scripts),
        "clips": {"count": len(items.parts), "seconds": round(seconds, 1), "bytes": size},
        "questions": counts,
        "chance": {
            "level": {level: round(chance(items.questions, level), 4) for level in LEVELS if level in counts["level"]},
            "type": {k.id: round(1 / k.options, 4) for k in QUESTION_TYPES if k.id in counts["type"]},
        },
        "voices": dict(sorted(Counter(part.voice for part in items.parts).items())),
        "licence": LICENCE,
        "digest": items.digest,
        "audio_digest": sound.hexdigest(),
        "made_with": made_with,
    }


def run_mini_build(out: Path, *, seed: int, limit: int | None, as_json: bool) -> int:
    """The ``mini build`` command: one JSON document or one line on stdout; 0 when the set is whole."""
    try:
        summary = build_mini(out, seed=seed, limit=limit)
    except OSError as error:
        raise DataError(f"{out}: cannot be written ({error.strerror or error}); expected a folder") from error
    if as_json:
        sys.stdout.write(json.dumps(summary, ensure_ascii=False) + "\n")
    else:
        levels = ", ".join(f"{n} {level} questions" for level, n in summary["questions"]["level"].items())
        sys.stdout.write(
            f"{summary['scripts']} scripts, {summary['clips']['count']} clips ({summary['made']} made now), {levels}"
            f" in {out}; digest {summary['digest'][:16]}\n"
        )
    return 0
