"""What every answer to an upload has to be, whatever was sent: used by tests, and by the measurement of thousands."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from echomind.benchmark.clips import SentClips
from echomind.scoring.read import read_sources
from echomind.scoring.read_files import Source
from echomind.settings import Settings
from echomind.submissions.check import Check, IntakeError
from echomind.submissions.form import read_form
from echomind.submissions.intake import accept, check_files
from echomind.submissions.layout import check_files as check_kept
from echomind.submissions.model import Receipt
from echomind.submissions.references import benchmark_of
from tests.unit.submissions.made_uploads import ME
from tests.unit.submissions.mutated import Case
from tests.unit.submissions.watched import outside, watched

LONGEST_LINE = 2_000  # characters of one problem


def answer(case: Case, settings: Settings, temporary: Path) -> str:
    """Check an upload and accept it if that may be; returns ``"accepted"``, ``"refused"`` or ``"checked"``.

    Raises ``AssertionError`` where an answer is not as it has to be. ``checked``: the files are good, the form is not.
    """
    before = sorted(temporary.iterdir())
    with watched() as events:
        form = read_form(case.form)
        check = check_files(case.files, case.board, form.form, settings)
        receipt = None
        if form.form is not None:
            try:
                receipt = accept(case.files, form.form, ME, settings)
            except IntakeError as error:
                assert error.check.problems and _is_told(str(error).splitlines())
    strays = [event for event in outside(events, temporary) if not event.path.endswith(".pyc")]
    assert not strays, strays
    assert sorted(temporary.iterdir()) == before
    assert (form.form is None) == bool(form.problems) and _is_told([problem.line() for problem in form.problems])
    assert all(problem.found and problem.expected for problem in (*form.problems, *check.problems)), check.problems
    _assert_check(check)
    if form.form is not None and form.form.board == case.board:
        assert (receipt is None) == (not check.ok)
    if receipt is not None:
        _assert_kept(*receipt)
        if receipt[0].form.board == case.board:
            _assert_read_as_checked(*receipt, check, settings)
        return "accepted"
    return "checked" if check.ok else "refused"


def _is_told(lines: list[str]) -> bool:
    return all(line.isprintable() and 0 < len(line) < LONGEST_LINE and "Traceback" not in line for line in lines)


def _assert_check(check: Check) -> None:
    told = [*check.lines(), *check.warning_lines()]
    assert _is_told(told), told
    assert not any("echomind-upload-" in line for line in told), told
    assert check.ok == (not check.problems) == (not check.lines())
    assert (check.preview is not None) == check.ok and bool(check.kept) == check.ok
    assert all(
        part.failed <= part.answered <= part.expected for part in (*check.coverage.values(), *check.types.values())
    )
    json.dumps(check.document(), allow_nan=False).encode("utf-8")


def _assert_kept(receipt: Receipt, kept: dict[str, Any]) -> None:
    check_kept(receipt, kept)
    assert [name.partition(".")[0] for name in kept] == [f"{number:04}" for number in range(1, len(kept) + 1)]
    receipt.model_dump_json().encode("utf-8")


def _assert_read_as_checked(receipt: Receipt, kept: dict[str, bytes], check: Check, settings: Settings) -> None:
    """What scores later reads the kept files, from where they lie then: without a problem, and as many answers."""
    board = receipt.form.board
    if board == "humdial":
        return
    benchmark = benchmark_of(board, receipt.form.voice, settings)
    with tempfile.TemporaryDirectory() as name:
        sources, sounds = [], {}
        for file in receipt.files:
            path = Path(name, file.name)
            path.write_bytes(kept[file.name])
            if path.suffix in (".wav", ".flac"):
                sounds[file.sent_as] = path
            else:
                sources.append(Source(path, file.sent_as))
        reading = read_sources(sources, benchmark, sound=SentClips(sounds) if sounds else None)
    assert not reading.problem_count, reading.problems[:3]
    assert sum(part.answered for part in reading.coverage.values()) == check.answered
    assert len(reading.predictions.reply_audio) == len(sounds)
