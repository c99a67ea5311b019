"""What is taken: exactly what can be read, checked as a whole before a byte of it is kept.

``check_files`` answers at once and keeps nothing: no sign-in, no store, nothing written but a folder of its own, which
is gone when it returns, however it returns. ``accept`` makes the same check of the same bytes and then hands over what
is to be kept: the files under names of ours, and the receipt. The same files give the same problems as
``python -m echomind score`` does, since the same reader reads them.
"""

from __future__ import annotations

import logging
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import get_args

from echomind.benchmark.clips import SentClips
from echomind.benchmark.fields import shown
from echomind.benchmark.items import BenchmarkSet
from echomind.errors import EchoMindError
from echomind.scoring.predictions import Predictions
from echomind.scoring.problems import Problem, Problems
from echomind.scoring.read import read_sources
from echomind.scoring.read_files import Source
from echomind.scoring.report import Coverage
from echomind.settings import Settings, get_settings
from echomind.submissions.archive import Room
from echomind.submissions.check import Check, IntakeError, Preview
from echomind.submissions.content import HEAD, sound_kind
from echomind.submissions.form import THE_FORM, compare_form
from echomind.submissions.intake_humdial import Dialogues, humdial_coverage, humdial_preview, read_humdial
from echomind.submissions.layout import digest
from echomind.submissions.model import File, Form, Receipt, Sender, new_id, now
from echomind.submissions.preview import preview_of
from echomind.submissions.references import BoardId, NotHere, benchmark_of, dialogues_of
from echomind.submissions.sent_files import Arrivals, Incoming, Sent
from echomind.submissions.sound import check_sound

__all__ = ["Check", "Incoming", "IntakeError", "IntakeUnavailable", "accept", "check_files", "prepare"]

log = logging.getLogger(__name__)
BOARDS: tuple[BoardId, ...] = get_args(BoardId)
# One check takes up to 400 MB while it reads the worst file that is taken; more than two wait for their turn.
_AT_ONCE = threading.BoundedSemaphore(2)


class IntakeUnavailable(EchoMindError):
    """Uploads cannot be checked now, whatever is in them: this machine has no room for them."""


def check_files(
    files: Sequence[Incoming], board: str, form: Form | None = None, settings: Settings | None = None
) -> Check:
    """Check an upload for a board; never raises for anything that is in it. Nothing is kept.

    Without a ``form`` only the files are checked, against the board's default voice. Raises ``IntakeUnavailable``
    where there is no room to unpack anything.
    """
    settings = settings or get_settings()
    with _room(settings) as room:
        return _Upload(board, form, settings, room).checked(files)[0]


def accept(
    files: Sequence[Incoming],
    form: Form,
    sender: Sender,
    settings: Settings | None = None,
    *,
    at: datetime | None = None,
) -> tuple[Receipt, dict[str, bytes]]:
    """Check an upload and hand over what to keep of it: the receipt, and the files' bytes by our names for them.

    Only files that count are kept, unpacked, each under a number. The content's hash is over their hashes and sizes in
    order of these, so it depends neither on names nor on whether they came in a zip. ``at``: when it was received.
    Raises ``IntakeError`` with every problem, ``IntakeUnavailable``.
    """
    settings = settings or get_settings()
    with _room(settings) as room:
        check, sent = _Upload(form.board, form, settings, room).checked(files)
        if not check.ok:
            raise IntakeError(check)
        contents = [file.path.read_bytes() for file in sent]
    kept: dict[str, bytes] = {}
    listed = []
    for number, (file, data) in enumerate(zip(sent, contents, strict=True), start=1):
        name = f"{number:04}{_ending(data)}"
        kept[name] = data
        listed.append(File(name=name, sent_as=file.name, size=len(data), sha256=digest(data)))
    content = content_hash(listed)
    receipt = Receipt(
        id=new_id(content), at=at or now(), content=content, sender=sender, form=form, files=tuple(listed)
    )
    return receipt, kept


def content_hash(files: Sequence[File]) -> str:
    """A hash over all files that their order and their names do not change."""
    lines = sorted(f"{file.sha256} {file.size}\n" for file in files)
    return digest("".join(lines).encode())


def prepare(settings: Settings | None = None) -> None:
    """Read the references that lie on this machine and load what checks need: the first visitor waits for neither.

    Downloads nothing. References that cannot be read are no error here: whoever sends something to them is told.
    """
    import echomind.scoring.score  # noqa: F401 - two seconds, most of them for nltk

    settings = settings or get_settings()
    for board in BOARDS:
        with suppress(NotHere):  # and in our log, where they are here and cannot be read
            if board == "humdial":
                dialogues_of(settings)
            elif board == "echomind-mini" or Path(settings.echomind_set or "-").is_dir():
                benchmark_of(board, None, settings)


def _ending(data: bytes) -> str:
    sound = sound_kind(data[:HEAD])
    if sound:
        return f".{sound}"
    return ".json" if data.lstrip()[:1] == b"[" else ".jsonl"


@contextmanager
def _room(settings: Settings) -> Iterator[Room]:
    """A folder of its own for one upload, gone at the end."""
    limit = settings.max_upload_mb * 2**20
    try:
        with _AT_ONCE, tempfile.TemporaryDirectory(prefix="echomind-upload-") as folder:
            yield Room(Path(folder), limit, limit)
    except OSError as error:
        log.exception("an upload could not be checked")
        why = error.strerror or type(error).__name__
        raise IntakeUnavailable(f"uploads cannot be checked here now: {why}") from error


@dataclass(frozen=True)
class _Read:
    """What was read out of the files that count."""

    coverage: Mapping[str, Coverage]
    types: Mapping[str, Coverage]
    sound: frozenset[Path]
    said: Predictions | None
    preview: Preview | None


class _Upload:
    """One upload being checked."""

    def __init__(self, board: str, form: Form | None, settings: Settings, room: Room) -> None:
        self.board, self.form, self.settings, self.room = board, form, settings, room
        self.problems, self.warnings = Problems(), Problems()

    def checked(self, files: Sequence[Incoming]) -> tuple[Check, list[Sent]]:
        """The check, and the files to keep: none where there is a problem."""
        try:
            references = self._references()
        except NotHere as error:
            self.problems.add(Problem(field="board").because_of(error))
            return self._check(None, []), []
        voice = "human" if not isinstance(references, BenchmarkSet) else references.voice
        arrived = Arrivals(self.room, voice, self.problems, self.warnings).take(files)
        predictions = [file for file in arrived if file.kind == "predictions"]
        sounds = [file for file in arrived if file.kind == "sound"]
        for file in sounds:
            check_sound(file.path, file.name, self.problems, self.warnings)
        read = None
        if predictions or not self.problems.count:
            read = self._read(predictions, sounds, references)
        kept: list[Sent] = []
        if read is not None and not self.problems.count:
            kept = [*predictions, *(file for file in sounds if file.path in read.sound)]
        return self._check(read, kept), kept

    def _references(self) -> BenchmarkSet | Dialogues:
        voice = None
        if self.form is not None:
            voice = self.form.voice
            if self.form.board != self.board:
                found, expected = self.form.board, f"{shown(self.board)}, which the files are checked for"
                self.problems.add(Problem(THE_FORM, field="board", found=found, expected=expected))
        for board in BOARDS:
            if board == self.board:
                return dialogues_of(self.settings) if board == "humdial" else benchmark_of(board, voice, self.settings)
        raise NotHere(f"found {shown(self.board)}, expected one of {', '.join(BOARDS)}")

    def _read(self, predictions: Sequence[Sent], sounds: Sequence[Sent], references: BenchmarkSet | Dialogues) -> _Read:
        sources = [Source(file.path, file.name) for file in predictions]
        sound = SentClips({file.name: file.path for file in sounds}) if sounds else None
        before = self.problems.count
        if isinstance(references, BenchmarkSet):
            read = self._read_answers(sources, sound, references)
        else:
            dialogues = read_humdial(sources, sound, references, self.problems, self.warnings)
            coverage = humdial_coverage(dialogues, references, self.warnings)
            used = frozenset(t.reply_audio for d in dialogues.dialogues for t in d.turns if t.reply_audio)
            read = _Read(coverage, {}, used, None, humdial_preview(dialogues, coverage, self.form))
        if self.problems.count == before:
            self._check_sounds_are_used([file for file in sounds if file.path not in read.sound], len(sounds))
        return read

    def _read_answers(self, sources: Sequence[Source], sound: SentClips | None, benchmark: BenchmarkSet) -> _Read:
        reading = read_sources(sources, benchmark, sound=sound)
        said, coverage = reading.predictions, dict(reading.coverage)
        _add_all(self.problems, reading.problems, reading.problem_count)
        _add_all(self.warnings, reading.warnings, reading.warning_count)
        if self.form is not None:
            compare_form(self.form, said, self.problems, self.warnings)
        if sound is not None:
            deliveries = sum(1 for _ in benchmark.deliveries())
            coverage["sound"] = Coverage(expected=deliveries, answered=len(said.reply_audio), failed=0)
        preview = None
        if not self.problems.count:
            preview = preview_of(self.board, benchmark, said, self.form, self.settings)
        return _Read(coverage, _types(benchmark, said), frozenset(said.reply_audio.values()), said, preview)

    def _check_sounds_are_used(self, unused: Sequence[Sent], count: int) -> None:
        if unused and len(unused) == count:
            expected = "the name of its recording with each reply: audio in JSON Lines, file in the official files"
            found = f"{count} recordings and no reply that names one"
            self.problems.add(Problem(unused[0].name, found=found, expected=expected))
        elif unused:
            more = f" and {len(unused) - 1} more" if len(unused) > 1 else ""
            self.warnings.add(Problem(unused[0].name, found=f"a recording{more} that no reply names, left out"))

    def _check(self, read: _Read | None, kept: Sequence[Sent]) -> Check:
        return Check(
            board=self.board[:40],
            problems=tuple(self.problems.kept),
            warnings=tuple(self.warnings.kept),
            problem_count=self.problems.count,
            warning_count=self.warnings.count,
            coverage=read.coverage if read else {},
            types=read.types if read else {},
            kept=tuple((file.name, file.size) for file in kept),
            preview=read.preview if read and not self.problems.count else None,
        )


def _add_all(to: Problems, kept: Sequence[Problem], count: int) -> None:
    for problem in kept:
        to.add(problem)
    to.count += count - len(kept)


def _types(benchmark: BenchmarkSet, said: Predictions) -> dict[str, Coverage]:
    """Coverage by type of question, in the order of the types."""
    expected: Counter[str] = Counter()
    answered: Counter[str] = Counter()
    empty: Counter[str] = Counter()
    for question in benchmark.questions:
        name, text = question.type.id, said.answers.get(question.level, {}).get(question.id)
        expected[name] += 1
        answered[name] += text is not None
        empty[name] += text is not None and not text.strip()
    return {k: Coverage(expected=n, answered=answered[k], failed=empty[k]) for k, n in expected.items()}
