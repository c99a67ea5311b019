"""Reads a benchmark set that lies on disk in the layout of the published EchoMind data.

``root/dataset/data_{synthesis,human}/`` with ``script_info_{...}.json``, ``MCQ/understanding.json``,
``MCQ/reasoning.json`` and ``audio/<folder>/<clip>``, as the released code reads them (github.com/hlt-cuhksz/EchoMind,
``eval_asr_main.py``, ``eval_mcq_main.py``, ``eval_response_main.py``). EchoMind-Mini is written in the same layout.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from echomind.benchmark.clips import Clips
from echomind.benchmark.digest import set_digest
from echomind.benchmark.fields import Problems, folded, shown
from echomind.benchmark.items import UNKNOWN, BenchmarkSet, Question, Script
from echomind.benchmark.published_questions import Deliveries, QuestionReader
from echomind.benchmark.published_scripts import read_scripts
from echomind.benchmark.question_types import LEVELS
from echomind.errors import DataError
from echomind.strict_json import StrictJSONError, loads

Voice = Literal["synthesis", "human"]
VOICES: tuple[Voice, ...] = ("synthesis", "human")
PUBLISHED_ID = "echomind"
MAX_BYTES = 64 * 2**20  # of one JSON file; the published ones have about 5,000 records of about 1 kB
# Scripts, deliveries, understanding and reasoning questions in the paper (section 3); None: the paper does not say.
PAPER_COUNTS: dict[Voice, tuple[int | None, ...]] = {
    "synthesis": (1137, 3356, 4576, 4747),
    "human": (491, 1453, None, None),
}


def read_published(
    root: Path,
    voice: Voice | None = None,
    *,
    set_id: str = PUBLISHED_ID,
    require_answers: bool = True,
    check_audio: bool = False,
    answer_field: str = "",
) -> BenchmarkSet:
    """The set under ``root``: the folder that holds ``dataset``, ``dataset`` itself, or a ``data_*`` folder.

    ``voice`` picks synthetic or human recordings; without it synthetic ones where both are there (a note says so).
    ``require_answers=False`` takes questions without a right answer (``answer=None``). ``check_audio`` asks for every
    clip to be on this disk. ``answer_field`` names the field of the right answers where none of the usual names is it.
    ``notes`` say which undocumented fields were used and what the set does not hold.

    Raises ``DataError`` with one line a problem: file, record and id, field, what was found and what was expected.
    """
    folder, voice, notes = _data_folder(Path(root).absolute(), voice)
    problems = Problems()
    scripts_file = f"script_info_{voice}.json"
    rows = {name: _rows(folder / name, name, problems) for name in (scripts_file, *(f"MCQ/{x}.json" for x in LEVELS))}
    clips = Clips(folder / "audio", ("dataset", folder.name, "audio"))
    replies = Clips(folder.parent / "audio_response", ("dataset", "audio_response"))
    scripts, tally = read_scripts(rows[scripts_file], scripts_file, clips, replies, problems)
    # Questions about a script that could not be read would only repeat its problem.
    deliveries = None if problems.count else Deliveries(scripts, clips)
    reader = QuestionReader(deliveries, clips, problems, require_answers, answer_field)
    questions = [q for level in LEVELS for q in reader.read(rows[f"MCQ/{level}.json"], f"MCQ/{level}.json", level)]
    problems.raise_if_any()
    if check_audio:
        _check_audio(scripts, questions, folder, problems)
    notes += _script_notes(scripts, tally, rows[scripts_file][0]) + _question_notes(questions, reader)
    if set_id == PUBLISHED_ID:
        notes += _count_notes(scripts, questions, voice)
    return BenchmarkSet(
        id=set_id,
        voice="tts" if voice == "synthesis" else "human",
        scripts=scripts,
        questions=tuple(questions),
        digest=set_digest(scripts, questions),
        notes=tuple(notes),
    )


def _data_folder(root: Path, voice: Voice | None) -> tuple[Path, Voice, list[str]]:
    if voice is not None and voice not in VOICES:
        raise DataError(f"found {shown(voice)} as the voice, expected 'synthesis' or 'human'")
    there: dict[Voice, Path] = {}
    for kind in VOICES:
        for folder in (root, root / f"data_{kind}", root / "dataset" / f"data_{kind}"):
            if (folder / f"script_info_{kind}.json").is_file():
                there.setdefault(kind, folder)
    if voice is None:
        voice = next(iter(there), "synthesis")
    if voice not in there:
        held = f"only {', '.join(f'script_info_{kind}.json' for kind in there)}" if there else "no script_info file"
        raise DataError(
            f"{root}: found {held}, expected dataset/data_{voice}/script_info_{voice}.json, or the folder that holds it"
        )
    notes = []
    if len(there) > 1:
        other = next(kind for kind in VOICES if kind != voice)
        notes.append(f"Both voices are there; these are the {voice} recordings, '{other}' picks the others.")
    return there[voice], voice, notes


def _rows(path: Path, name: str, problems: Problems) -> list[Mapping[str, Any]]:
    """The records of one file; problems of the file as a whole are noted."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            problems.add(name, "file", f"found {size} bytes, expected at most {MAX_BYTES}")
            return []
        values = loads(path.read_bytes())
    except OSError as error:
        problems.add(name, "file", f"found {error.strerror or error}, expected a file at {path}")
        return []
    except StrictJSONError as error:
        message = str(error)
        problems.add(name, "file", message if len(message) < 300 else f"{message[:150]} ... {message[-100:]}")
        return []
    if not isinstance(values, list) or not values:
        problems.add(name, "file", f"found {shown(values)}, expected an array of records")
        return []
    wrong = [(number, value) for number, value in enumerate(values, 1) if not isinstance(value, dict)]
    for number, value in wrong:
        problems.add(name, f"record {number}", f"found {shown(value)}, expected an object")
    return [] if wrong else values


def _check_audio(scripts: tuple[Script, ...], questions: list[Question], folder: Path, problems: Problems) -> None:
    wanted = {
        delivery.audio: f"{shown(script.id)} {style}"
        for script in scripts
        for style, delivery in script.deliveries.items()
    }
    for question in questions:
        wanted.setdefault(question.audio, f"question {shown(question.id)}")
    for path, owner in wanted.items():
        if not path.is_file():
            problems.add(owner, "audio", f"found no file, expected {path.relative_to(folder)} in {folder}")
    problems.raise_if_any()


def _script_notes(scripts: tuple[Script, ...], tally: Counter[str], first: Mapping[str, Any]) -> list[str]:
    count, clips = len(scripts), sum(len(script.deliveries) for script in scripts)
    unknown = sum(d.cue == UNKNOWN for script in scripts for d in script.deliveries.values())
    target = next((value for key, value in first.items() if folded(key) == "targetaudioinfo"), None)
    said = [
        ("words", "come without their words, so transcripts cannot be scored", first),
        ("references", "come without some reference reply, so overlap with it cannot be scored", target),
        ("no neutral", "have no neutral delivery", None),
        ("no alternative", "have no alternative delivery", None),
    ]
    notes = []
    for key, what, fields in said:
        looked = f"; the first record has {shown(dict(fields))}" if fields and tally[key] == count else ""
        if tally[key]:
            notes.append(f"{tally[key]} of {count} scripts {what}{looked}.")
    if unknown:
        how = f", {tally['cues in other words']} of them in words outside the vocabulary" * bool(
            tally["cues in other words"]
        )
        notes.append(f"The set does not say the cue of {unknown} alternative deliveries{how}: it is 'unknown'.")
    if tally["clips here"] < clips:
        notes.append(
            f"{clips - tally['clips here']} of {clips} clips are not on this disk: enough to score, not to run."
        )
    return notes


def _question_notes(questions: list[Question], reader: QuestionReader) -> list[str]:
    notes = []
    for what, title in (("answer", "Right answers"), ("type", "Question types")):
        used = ", ".join(f"{key!r} ({count})" for key, count in reader.fields[what].most_common())
        if used:
            notes.append(f"{title} were read from the field {used}.")
    without = sum(question.answer is None for question in questions)
    if without:
        unfit = f" ({reader.unfit_answers} have one that is no option)" if reader.unfit_answers else ""
        notes.append(f"{without} of {len(questions)} questions have no right answer{unfit}: accuracy needs one.")
    if reader.unknown_names:
        notes.append(
            f"{reader.unknown_names} questions name a case or style that no script has: their clip places them."
        )
    return notes


def _count_notes(scripts: tuple[Script, ...], questions: list[Question], voice: Voice) -> list[str]:
    """One note when this is not the whole published set, so that nobody compares a part with the paper."""
    deliveries = sum(len(script.deliveries) for script in scripts)
    levels = Counter(question.level for question in questions)
    found = (len(scripts), deliveries, *(levels[level] for level in LEVELS))
    parts = ("scripts", "deliveries", "understanding questions", "reasoning questions")
    different = [
        f"{count} {part} (the paper: {paper})"
        for count, part, paper in zip(found, parts, PAPER_COUNTS[voice], strict=True)
        if paper is not None and count != paper
    ]
    return [f"Not the published counts: {', '.join(different)}."] if different else []
