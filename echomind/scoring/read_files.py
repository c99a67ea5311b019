"""The files of a submission: which ones are meant, and their text. Follows no link out of a folder, writes nothing."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Literal

from echomind.benchmark.fields import shown
from echomind.scoring.problems import Problem, Problems

MAX_BYTES = 64 * 2**20  # a file; the largest official one, replies with all their input fields, has about 8 MB
MAX_RECORDS = 100_000  # of a file; the official set has 16,035 items
MAX_VALUES = 1_000_000  # brackets and commas of a file: values, each of which takes up to two hundred bytes once read
MAX_FILES = 100  # an official tree of one model has four
SUFFIXES = (".json", ".jsonl")
_OFFICIAL_FOLDERS = {"asr_output", "mcq_output", "response_output"}
_VOICE_FOLDERS = {"tts": "output_synthesis", "human": "output_human"}
PREDICTIONS = "the official runner's JSON arrays or JSON Lines of keys and predictions"


@dataclass(frozen=True)
class Source:
    """A file to read: where it is, how messages call it, and the folder where sound beside it may lie."""

    path: Path
    name: str
    folder: Path | None = None


def find_sources(
    paths: Sequence[Path], voice: Literal["tts", "human"], problems: Problems, warnings: Problems
) -> list[Source]:
    """Every file that ``paths`` mean, each once; of a folder its JSON files.

    In a folder that holds the official runner's tree only the files of that tree count, and of its two voices only the
    set's own; what is left out is a warning.
    """
    sources: dict[Path, Source] = {}
    for path in paths:
        name = path.name or str(path)
        try:
            found = _named_by(path, name, voice, problems, warnings)
        except OSError as error:
            found = []
            problems.add(Problem(name, found=f"a path that cannot be read ({error.strerror})", expected=PREDICTIONS))
        for source in found:
            sources.setdefault(source.path.resolve(), source)
    if not paths:
        problems.add(Problem(found="no file", expected=PREDICTIONS))
    if len(sources) > MAX_FILES:
        problems.add(Problem(found=f"{len(sources)} files", expected=f"at most {MAX_FILES}"))
    names = Counter(source.name for source in sources.values())
    return [
        replace(source, name=f"{source.path.parent.name}/{source.name}") if names[source.name] > 1 else source
        for source in list(sources.values())[:MAX_FILES]
    ]


def _named_by(
    path: Path, name: str, voice: Literal["tts", "human"], problems: Problems, warnings: Problems
) -> list[Source]:
    """The files that a path means; none, with a problem noted, where it means none."""
    if path.is_file():
        return [Source(path, name)]
    if not path.is_dir():
        problems.add(Problem(name, found="no such file or folder", expected="predictions"))
        return []
    found = list(_in_folder(path, voice, problems, warnings))
    if not found:
        problems.add(Problem(name, found="no file of predictions in this folder", expected=PREDICTIONS))
    return found


def _in_folder(
    folder: Path, voice: Literal["tts", "human"], problems: Problems, warnings: Problems
) -> Iterator[Source]:
    files = {PurePosixPath(path.relative_to(folder).as_posix()): path for path in _json_files(folder)}
    real_folder = folder.resolve()
    inside = []
    for name, path in files.items():
        if path.resolve().is_relative_to(real_folder):
            inside.append(name)
        else:
            problems.add(Problem(str(name), found="a link out of the folder", expected="a file inside it"))
    for name in that_count(inside, voice, warnings):
        yield Source(files[name], str(name), files[name].parent)


def that_count(
    names: Sequence[PurePosixPath], voice: Literal["tts", "human"], warnings: Problems
) -> Iterator[PurePosixPath]:
    """Of the JSON files of one folder those that are predictions of ``voice``; the others are told."""
    official = {name for name in names if _OFFICIAL_FOLDERS & set(name.parts[:-1])}
    other_voices = set(_VOICE_FOLDERS.values()) - {_VOICE_FOLDERS[voice]}
    for name in names:
        if official and name not in official:
            if not _is_of_evaluate(name):
                expected = f"the official files alone, below {', '.join(sorted(_OFFICIAL_FOLDERS))}"
                warnings.add(Problem(str(name), found="a file beside the official ones, left out", expected=expected))
        elif other_voices & set(name.parts):
            expected = f"files below {_VOICE_FOLDERS[voice]}, the voice of this set"
            warnings.add(Problem(str(name), found="a file of the other voice, left out", expected=expected))
        else:
            yield name


def _json_files(folder: Path) -> list[Path]:
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(place, name) for name in names if name.endswith(SUFFIXES) and not name.startswith(".")]
    return sorted(path for path in found if path.is_file())


def _is_of_evaluate(relative: PurePosixPath) -> bool:
    """Whether ``evaluate`` wrote the file for itself: its journal and its account of the run."""
    return relative.parent.name == "journal" or relative.name == "run.json"


def read_text(source: Source, problems: Problems) -> str | None:
    """The text of a file, or ``None`` with a problem noted: unreadable, too large, empty, not plain UTF-8."""
    here = Problem(source.name)
    try:
        with source.path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        problems.add(Problem(source.name, found=f"a file that cannot be read ({error.strerror})", expected=PREDICTIONS))
        return None
    if len(data) > MAX_BYTES:
        found, expected = f"more than {MAX_BYTES} bytes", "at most that"
    elif not data.strip():
        found, expected = "an empty file", PREDICTIONS
    elif data.startswith(b"\xef\xbb\xbf"):
        here = Problem(source.name, "line 1")
        found, expected = "a byte order mark", "plain UTF-8"
    else:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            here = Problem(source.name, f"line {line}")
            found, expected = f"byte 0x{data[error.start]:02x}", "UTF-8 text"
        else:
            values = sum(map(text.count, "{[,"))
            if values <= MAX_VALUES:
                return text
            found, expected = f"{values} brackets and commas", f"at most {MAX_VALUES}"
    problems.add(replace(here, found=found, expected=expected))
    return None


def unknown_form(source: Source, text: str) -> Problem:
    """The problem of a file that is neither of the two forms."""
    return Problem(source.name, found=f"text that begins {shown(text[:40])}", expected=PREDICTIONS)
