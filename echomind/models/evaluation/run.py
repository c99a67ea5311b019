"""``evaluate``: ask a model everything a set asks, keep every answer at once, and write the official runner's files.

May be killed at any moment and started again with the same arguments: nothing that was answered is asked again, failed
items are, and the files come out the same, byte for byte, as those of a run that was left alone (for a model that gives
the same item the same answer). Several processes share the work (``processes``); the first one writes the files.
"""

from __future__ import annotations

import json
import logging
import platform
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from tqdm import tqdm

from echomind import __version__
from echomind.audio import Clip, load_clip
from echomind.benchmark.fields import MAX_TEXT, SURROGATE
from echomind.benchmark.items import BenchmarkSet
from echomind.errors import AudioError, ConfigurationError, DataError, EchoMindError
from echomind.models.answering import AnsweringModel, ChoiceRequest, PromptCondition, ReplyRequest
from echomind.models.evaluation.journal import Entry, Journal
from echomind.models.evaluation.official_files import OfficialFiles, write_whole
from echomind.models.evaluation.processes import Processes
from echomind.models.evaluation.work import TASKS, Item, ItemId, Task, items_of, part_of
from echomind.models.prompts import prompt_dimension, prompts_hash, system_prompt

log = logging.getLogger(__name__)
FAILURES_IN_A_ROW = 20  # of the model; after so many, asking on would only cost time and money


class EvaluationError(EchoMindError):
    """The model fails at everything."""


@runtime_checkable
class RemembersWords(Protocol):
    """A model that recognises the words of a clip first, and takes them from an earlier run."""

    def remember(self, clip: Clip, words: str) -> None:
        """Take ``words`` as what was heard in ``clip``."""


def evaluate(
    benchmark: BenchmarkSet,
    model: AnsweringModel,
    out: Path,
    *,
    prompt: PromptCondition = "basic",
    tasks: Collection[Task] = TASKS,
    limit: int | None = None,
    concurrency: int | None = None,
    speech: bool = False,
    processes: Processes | None = None,
) -> dict[str, Any]:
    """Ask ``model`` the items of ``tasks`` (of the first ``limit`` scripts) and write everything under ``out``.

    ``prompt`` is the condition of the replies. ``concurrency``: calls at a time, the model's own number by default.
    ``speech`` says whether the model was made to speak; answers with and without are not mixed. Returns the document
    that is also written to ``out/run.json``; in processes other than the first one an empty one.
    Raises ``DataError`` when ``out`` holds answers of something else or no clip is there, ``EvaluationError`` when the
    model fails ``FAILURES_IN_A_ROW`` times in a row, and the model's own ``ConfigurationError``, of which every further
    item would fail. What was answered is kept.
    """
    processes = processes or Processes()
    identity = {
        "model": model.name,
        "version": getattr(model, "version", ""),
        "set": benchmark.id,
        "digest": benchmark.digest,
        "prompt": prompt,
        "prompts": prompts_hash(),
        "speech": speech,
    }
    journal = Journal(out / "journal", identity, started=_now())
    files = OfficialFiles(out, benchmark, model.name, prompt)
    items = items_of(benchmark, tasks, limit)
    _check_audio(items)
    known = journal.read()
    processes.wait()  # nobody writes before everybody has read
    mine = part_of(items, processes.index, processes.count)
    left = [item for item in mine if item.id not in known or known[item.id].failed]
    ask = _Asking(model, prompt, files, known)
    with journal.writing(processes.index) as shard:
        answers = _all_answers(ask, left, concurrency or model.concurrency)
        for entry in _watched(answers, len(mine), len(mine) - len(left), processes):
            shard.append(entry)
    processes.wait()
    if not processes.is_main:
        return {}
    known = journal.read()
    every = items_of(benchmark)
    paths = files.write(every, known)
    document = identity | {
        "voice": benchmark.voice,
        "versions": _versions(),
        "started": journal.started(),
        "finished": _now(),
        "processes": processes.count,
        "files": [path.relative_to(out).as_posix() for path in paths],
        "spent_in_this_run": _spent(model),
        **_counts(every, known),
    }
    write_whole(out / "run.json", json.dumps(document, ensure_ascii=False, indent=1).encode())
    return document


class _Asking:
    """Asks one item of the model; called from several threads."""

    def __init__(
        self, model: AnsweringModel, prompt: PromptCondition, files: OfficialFiles, known: Mapping[ItemId, Entry]
    ) -> None:
        self._model, self._prompt, self._files, self._known = model, prompt, files, known
        self._load = lru_cache(maxsize=16)(load_clip)  # items come clip by clip, several clips at a time

    def __call__(self, item: Item) -> tuple[Entry, bool]:
        """What came of it, and whether the model (not the clip) failed."""
        try:
            clip = self._load(item.audio)
        except AudioError as error:
            return Entry(item.task, item.key, failed=_one_line(error)), False
        try:
            answer, audio = self._answer(item, clip)
        except ConfigurationError:
            raise  # every further item would fail of it
        except EchoMindError as error:
            return Entry(item.task, item.key, failed=_one_line(error) or type(error).__name__), True
        if failed := _unusable(answer):
            return Entry(item.task, item.key, failed=failed), False
        return Entry(item.task, item.key, answer, audio), False

    def _answer(self, item: Item, clip: Clip) -> tuple[str, str]:
        if item.task == "asr":
            return self._model.transcribe(item.key, clip), ""
        heard = self._known.get(("asr", f"{item.script.id}/{item.delivery.style}"))
        if heard and heard.answer and item.audio == item.delivery.audio and isinstance(self._model, RemembersWords):
            self._model.remember(clip, heard.answer)
        if item.question is not None:
            q = item.question
            return self._model.choose(ChoiceRequest(q.id, clip, q.type.id, q.question, q.options)), ""
        topic = "" if self._prompt == "zero" else item.script.topic
        system = system_prompt(self._prompt, item.script.topic, prompt_dimension(item.script))
        reply = self._model.reply(ReplyRequest(item.key, clip, self._prompt, topic, system))
        if reply.audio is None or _unusable(reply.text):
            return reply.text, ""
        return reply.text, self._files.save_reply(item, reply.audio)


def _unusable(answer: str) -> str:
    """Why an answer cannot be handed in; "" when it can. The limits are those that predictions are read with."""
    if not answer.strip():
        return "the answer is empty"
    if len(answer) > MAX_TEXT:
        return f"the answer has {len(answer)} characters; expected at most {MAX_TEXT}"
    half = SURROGATE.search(answer)
    return f"the answer holds half a character, {half.group()!a}; expected text" if half else ""


def _all_answers(ask: Callable[[Item], tuple[Entry, bool]], items: Sequence[Item], concurrency: int) -> Iterator[Entry]:
    """The entries of all items as they come in, ``concurrency`` at a time.

    Raises ``EvaluationError`` after too many failures, or what makes all further asking pointless; not before the
    answers that were under way have come in.
    """
    coming, in_a_row = iter(items), 0
    stop: EchoMindError | None = None
    with ThreadPoolExecutor(concurrency, thread_name_prefix="evaluate") as threads:
        running: set[Future[tuple[Entry, bool]]] = set()
        while True:
            if stop is None:
                running |= {threads.submit(ask, item) for item in islice(coming, concurrency - len(running))}
            if not running:
                break
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                try:
                    entry, model_failed = future.result()
                except EchoMindError as error:
                    stop = error
                    continue
                yield entry
                in_a_row = in_a_row + 1 if model_failed else 0
                if in_a_row == FAILURES_IN_A_ROW:
                    stop = EvaluationError(
                        f"the model failed {in_a_row} times in a row, the last time at {entry.task} {entry.key}:"
                        f" {entry.failed}; what was answered is kept, and the same command goes on from there"
                    )
    if stop is not None:
        raise stop


def _watched(entries: Iterator[Entry], total: int, done: int, processes: Processes) -> Iterator[Entry]:
    """The entries as they are, with count, rate and remaining time on standard error."""
    name = f"process {processes.index + 1} of {processes.count}" if processes.count > 1 else "evaluate"
    # A log file gets a line now and then, a terminal a bar that moves.
    pause_s = 0.2 if sys.stderr.isatty() else 15.0
    yield from tqdm(entries, name, total, initial=done, unit="item", file=sys.stderr, mininterval=pause_s)


def _check_audio(items: Sequence[Item]) -> None:
    """A clip that is missing fails its items; a set without any has been put in the wrong place."""
    clips = dict.fromkeys(item.audio for item in items)
    if not any(clip.is_file() for clip in clips):
        found = f"none of {len(clips)} clips, such as {next(iter(clips))}" if clips else "nothing to ask"
        raise DataError(f"found {found}; expected a set with its audio")


def _counts(items: Sequence[Item], entries: Mapping[ItemId, Entry]) -> dict[str, Any]:
    """By task: items of the set, answered, failed; and every failure with its reason."""
    counts = {task: {"items": 0, "answered": 0, "failed": 0} for task in TASKS}
    failures = []
    for item in items:
        count, entry = counts[item.task], entries.get(item.id)
        count["items"] += 1
        if entry is not None:
            count["failed" if entry.failed else "answered"] += 1
            if entry.failed:
                failures.append({"task": entry.task, "item": entry.key, "reason": entry.failed})
    return {"counts": counts, "failures": failures}


def _spent(model: AnsweringModel) -> dict[str, Any] | None:
    """What this process's calls cost, where the model counts it; what a killed run spent is not in it."""
    spending = getattr(model, "spending", None)
    total = spending() if callable(spending) else None
    return asdict(total) if is_dataclass(total) and not isinstance(total, type) else None


def _versions() -> dict[str, str]:
    packages = {name: version(name) for name in ("torch", "transformers", "numpy")}
    return {"echomind": __version__, "python": platform.python_version(), **packages}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
