"""Uploads as people send them: the official files, JSON Lines, zips of them, with and without sound."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from echomind.benchmark.items import BenchmarkSet
from echomind.scoring.predictions import Predictions
from echomind.submissions.form import read_form
from echomind.submissions.model import Form, Sender
from echomind.submissions.sent_files import Incoming
from tests.unit.scoring.made_files import jsonl_rows, reply_records, write_official
from tests.unit.submissions.made_archives import make_zip
from tests.unit.submissions.made_sounds import sound

ME = Sender(provider="local", name="me")
FULL_FORM = {
    "board": "echomind-mini",
    "model": "Made model",
    "prompt": "basic",
    "voice": "tts",
    "hub_id": "me/A-model.7B",
    "org": "Ünïversity 北京",
    "params_b": "7.1",
    "weights": "open",
    "licence": "Apache-2.0",
    "url": "https://example.org/paper?x=1",
    "speech_out": "yes",
    "decoding": "greedy, 512 tokens",
    "runs": "3",
    "contact": "ada.lovelace+mind@example.co.uk",
}


def made_form(board: str = "echomind-mini", **changes: str) -> Form:
    """A form that fits ``made_predictions``."""
    given = {"board": board, "model": "Made model", "prompt": "basic", "voice": "tts"} | changes
    read = read_form(given)
    assert read.form is not None, read.problems
    return read.form


def official(benchmark: BenchmarkSet, said: Predictions, *, styled: bool = True) -> dict[str, bytes]:
    """The official runner's files, by their place in its tree."""
    with tempfile.TemporaryDirectory() as folder:
        paths = write_official(Path(folder), benchmark, said, styled=styled).values()
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def json_lines(said: Predictions, sounds: bool = False) -> bytes:
    """One line an item; with ``sounds`` each reply names its recording."""
    rows = jsonl_rows(said)
    for row in rows:
        kind, _, rest = row["key"].partition("/")
        if sounds and kind == "reply":
            row["audio"] = f"{rest}.wav"
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def recordings(said: Predictions, kind: str = "WAV", folder: str = "sound/") -> dict[str, bytes]:
    """A recording of every reply, by the names that ``json_lines`` gives."""
    return {f"{folder}{script}/{style}.{kind.lower()}": sound(0.2, kind) for script, style in said.replies}


def official_recordings(benchmark: BenchmarkSet, said: Predictions) -> dict[str, bytes]:
    """A recording of every reply, where the official runner puts it."""
    where = f"output/output_synthesis/response_output/{said.model}/{said.prompt}/male/"
    contents = [record["output_content"] for record in reply_records(benchmark, said)]
    return {where + reply["file"]: sound(0.2) for content in contents for reply in content.values() if reply}


def sent(files: Mapping[str, bytes]) -> list[Incoming]:
    """Each file by itself, as a browser sends it: without its folder."""
    return [Incoming(name.rpartition("/")[2], data) for name, data in files.items()]


def zipped(files: Mapping[str, bytes], name: str = "upload.zip") -> list[Incoming]:
    """All files in one zip."""
    return [Incoming(name, make_zip(files))]
