"""Scores one submission in a process of its own: ``python -m echomind.submissions.scoring_process JOB.json``.

The process limits itself, asks nothing of the network, reads the job's folder and writes only there: ``report.json``
and ``items.jsonl``, the same bytes as ``python -m echomind score --out … --items …`` gives for the same files, and last
``outcome.json``. Progress goes to stdout, one JSON object a line. It ends when its standard input does, so that it
never outlives the worker that started it.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from echomind.errors import EchoMindError

JOB, OUTCOME, REPORT, ITEMS = "job.json", "outcome.json", "report.json", "items.jsonl"
PREDICTIONS, SOUND = "predictions", "sound"  # folders of what was sent
SHOWN_PROBLEMS = 50  # lines of the reason; the rest is counted
LARGEST_FILE = 256 * 2**20  # bytes; the items of the official set, the largest that is written, take about 10 MB
_ORPHANED = 70

Tell = Callable[[float, str], None]


class Job(BaseModel):
    """What to score: the files beside the job, against which set, and what the sender's form says of them.

    ``answers`` and ``sound`` give the sender's name of each file, which is text, by ours, under which it lies.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    set_name: str
    board: str
    voice: Literal["tts", "human"]
    prompt: Literal["zero", "basic", "enhanced"]
    answers: dict[str, str]
    sound: dict[str, str] = {}
    neural: bool = True
    memory_mb: int = 0
    niceness: int = 10


class Outcome(BaseModel):
    """``held``: the check could not be made and a person has to see to it; ``failed``: the files are at fault.

    ``reason`` is for the sender, ``detail`` for our log: where things lie here is nobody's business outside.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["scored", "failed", "held"]
    reason: str = ""
    detail: str = ""
    scorer: str = ""


def score_files(job: Job, folder: Path, tell: Tell) -> Outcome:
    """Score the files of ``folder``, as the ``score`` command does."""
    from echomind.benchmark.clips import SentClips
    from echomind.benchmark.load import load_set
    from echomind.models.evaluation.official_files import SYSTEM_PROMPT
    from echomind.scoring.command import options_of_settings, write_text
    from echomind.scoring.extra import asked_for, extra_metrics
    from echomind.scoring.read import read_sources
    from echomind.scoring.read_files import Source
    from echomind.scoring.score import score
    from echomind.settings import get_settings

    if job.board == "humdial":
        return Outcome(kind="held", reason="HumDial is marked by judges and by people: a person will see to it")
    if not job.set_name:
        return Outcome(kind="held", reason=f"no references of {job.board} are named here to score against")
    tell(0.02, "reading the references")
    try:
        benchmark = load_set(job.set_name, "human" if job.voice == "human" else "synthesis", require_answers=False)
    except EchoMindError as error:
        return Outcome(kind="held", reason=f"the references of {job.board} cannot be read here now", detail=str(error))
    if benchmark.id != job.board:
        return Outcome(kind="held", reason=f"found the references of {benchmark.id}, expected those of {job.board}")
    tell(0.1, "reading the answers")
    sources = [Source(folder / PREDICTIONS / name, sent_as) for name, sent_as in job.answers.items()]
    sound = {sent_as: folder / SOUND / name for name, sent_as in job.sound.items()}
    reading = read_sources(sources, benchmark, sound=SentClips(sound) if sound else None)
    if reading.problem_count:
        lines = [problem.line() for problem in reading.problems[:SHOWN_PROBLEMS]]
        rest = reading.problem_count - len(lines)
        return Outcome(kind="failed", reason="\n".join([*lines, *([f"and {rest} more problems"] if rest else [])]))
    said = {official: condition for condition, official in SYSTEM_PROMPT.items()}.get(
        reading.predictions.prompt, reading.predictions.prompt
    )
    if said in SYSTEM_PROMPT and said != job.prompt:
        return Outcome(kind="failed", reason=f"the files say the prompt {said}, expected {job.prompt} as the form says")
    tell(0.2, "loading what scores replies" if job.neural else "scoring")
    options = options_of_settings(job.neural)
    wanted = asked_for(audio=bool(sound))
    try:
        extra = extra_metrics(benchmark, reading.predictions, get_settings(), wanted)
        tell(0.4, "scoring")
        scored = score(benchmark, reading.predictions, options=options, extra=extra.metrics, extra_absent=extra.absent)
    except EchoMindError as error:
        return Outcome(kind="held", reason="what it is scored with cannot be used here now", detail=str(error))
    if not scored.report.metrics:
        return Outcome(kind="failed", reason="found nothing to score in the files, expected answers with a reference")
    tell(0.9, "writing the report")
    rows = (json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in scored.items)
    write_text(folder / ITEMS, "".join(rows))
    write_text(folder / REPORT, scored.report.model_dump_json(by_alias=True) + "\n")
    return Outcome(kind="scored", scorer=scored.report.scorer)


def limit(job: Job) -> None:
    """Take no more memory than the job says (an allocation beyond it fails), fill no disk, and be nice."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    if job.memory_mb:
        size = job.memory_mb * 2**20
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        size = size if hard == resource.RLIM_INFINITY else min(size, hard)
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
    os.nice(job.niceness)


def end_with_parent() -> None:
    """End this process as soon as nobody holds the other end of its standard input."""

    def wait() -> None:
        while os.read(0, 4096):
            pass
        os._exit(_ORPHANED)

    threading.Thread(target=wait, daemon=True).start()


def main(argv: Sequence[str], score_with: Callable[[Job, Path, Tell], Outcome] = score_files) -> int:
    """Run the job that ``argv`` names; status 0 with an outcome, anything else is a fault of ours."""
    path = Path(argv[0])
    job = Job.model_validate_json(path.read_bytes())
    progress = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print is not progress
    end_with_parent()
    limit(job)

    def tell(done: float, doing: str) -> None:
        print(json.dumps({"done": done, "doing": doing}), file=progress, flush=True)

    outcome = score_with(job, path.parent, tell)
    (path.parent / OUTCOME).write_text(outcome.model_dump_json(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
