"""A judge behind an endpoint: one request a case, marks read strictly, and everything that went wrong counted.

An answer that cannot be read is asked for once more and then counted as failed, never dropped. Equal cases are asked
once. What was answered is in the client's cache, so a run that broke off goes on where it was, for nothing.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

from echomind.audio import load_clip
from echomind.errors import AudioError, ConfigurationError
from echomind.models.endpoint import endpoint_settings
from echomind.models.endpoint_client import EndpointClient, EndpointError, EndpointRefused
from echomind.models.endpoint_wire import LONGEST_REPLY_S, text_part
from echomind.scoring.judge_answer import LOWEST, Unreadable, on_grid, read_marks
from echomind.scoring.judge_prompts import Rubric, request, schema

logger = logging.getLogger(__name__)
Key = TypeVar("Key", bound=Hashable)
Progress = Callable[[int, int], None]  # requests answered, requests in all
# A server's filter may withhold an answer or two; past a tenth the marks would tell of the server, not of the replies.
MOST_UNANSWERED = 0.1


@dataclass(frozen=True)
class Case:
    """What one call judges: texts by name, and a recording where the rubric asks for one."""

    fields: Mapping[str, str]
    sound: Path | None = None


@dataclass
class Tally:
    """What happened to the calls. ``calls`` are those of different cases, ``equal`` cases took over another's marks.

    ``asked_again``: answers that could not be read at first; ``unreadable``: nor at the second try; ``unanswered``: the
    endpoint gave none; ``no_sound``: the recording cannot be decoded, so nothing was asked. ``off_grid``: answers with
    a mark between those that the rubric asks for, which became the next lower one.
    """

    calls: int = 0
    equal: int = 0
    asked_again: int = 0
    unreadable: int = 0
    unanswered: int = 0
    no_sound: int = 0
    off_grid: int = 0

    def text(self) -> str:
        """For the report."""
        off_grid = f", {self.off_grid} off the grid" if self.off_grid else ""
        return (
            f"{self.calls} calls, {self.asked_again} asked again, {self.unreadable} unreadable, {self.unanswered}"
            f" unanswered, {self.no_sound} without usable sound{off_grid}"
        )


@dataclass(frozen=True)
class Judged(Generic[Key]):
    """Marks by case and rubric key, 1 to 5: means over repeats; ``None`` for a case that failed in every repeat.

    ``spread``: by rubric key the mean standard deviation between the repeats of a case, ``None`` without repeats.
    ``used`` names judge, prompt and decoding, and tells the tally.
    """

    marks: dict[Key, dict[str, float] | None]
    spread: dict[str, float | None]
    tally: Tally
    used: str

    def told(self, key: str) -> str:
        """``used`` with the spread of one rubric key."""
        spread = self.spread[key]
        return self.used if spread is None else f"{self.used}; spread between repeats {spread:.3f}"


@dataclass(frozen=True)
class _Outcome:
    marks: dict[str, int] | None
    fault: str = ""  # a count of the tally
    again: bool = False
    model: str = ""
    error: str = ""
    off_grid: bool = False


@dataclass
class Judge:
    """A judge: an endpoint, and how often it is asked the same.

    Temperature 0 unless the endpoint's settings say another. Repeats have seeds of their own. A repeat that fails
    counts 1, so that the number of repeats does not move the expected mark.
    """

    client: EndpointClient
    repeats: int = 1
    progress: Progress | None = None

    @classmethod
    def from_settings(cls, name: str, *, repeats: int = 1, progress: Progress | None = None) -> Judge:
        """The endpoint of this name in ``ECHOMIND_ENDPOINTS``; ``ConfigurationError`` where there is none."""
        if repeats < 1:
            raise ConfigurationError(f"found {repeats} repeats of a judge, expected at least 1")
        return cls(EndpointClient(endpoint_settings(name), tag="judge"), repeats, progress)

    def mark(self, rubric: Rubric, cases: Mapping[Key, Case | None]) -> Judged[Key]:
        """The marks of every case; ``None`` is a case with nothing to judge, which fails without being asked.

        Runs as many calls at a time as the endpoint takes. Raises ``EndpointRefused`` where the endpoint cannot be used
        at all, ``EndpointError`` where it leaves more than a tenth of the calls unanswered; what it did answer is kept
        for the next run.
        """
        identity = {key: _identity(case) for key, case in cases.items() if case is not None}
        distinct = {identity[key]: case for key, case in cases.items() if case is not None}
        jobs = [(case_id, repeat) for case_id in distinct for repeat in range(self.repeats)]
        outcomes = self._run(rubric, distinct, jobs)
        tally = Tally(calls=len(jobs), equal=len(identity) - len(distinct))
        for outcome in outcomes.values():
            tally.asked_again += outcome.again
            tally.off_grid += outcome.off_grid
            if outcome.fault:
                setattr(tally, outcome.fault, getattr(tally, outcome.fault) + 1)
        by_case = {c: [outcomes[c, repeat].marks for repeat in range(self.repeats)] for c in distinct}
        means = {c: _mean(marks, rubric) for c, marks in by_case.items()}
        marks = {key: means[identity[key]] if key in identity else None for key in cases}
        models = sorted({outcome.model for outcome in outcomes.values() if outcome.model})
        return Judged(marks, self._spread(rubric, list(by_case.values())), tally, self._used(rubric, models, tally))

    def _run(
        self, rubric: Rubric, cases: Mapping[str, Case], jobs: Sequence[tuple[str, int]]
    ) -> dict[tuple[str, int], _Outcome]:
        outcomes: dict[tuple[str, int], _Outcome] = {}
        lost: list[str] = []
        # Seen by the workers themselves: not a call more while this thread wakes up.
        refused: list[EndpointRefused] = []

        def ask(case: Case, repeat: int) -> _Outcome:
            if refused:
                raise refused[0]
            try:
                return self._ask(rubric, case, repeat)
            except EndpointRefused as error:
                refused.append(error)
                raise

        with ThreadPoolExecutor(self.client.settings.concurrency, "judge") as pool:
            futures: dict[Future[_Outcome], tuple[str, int]] = {
                pool.submit(ask, cases[job[0]], job[1]): job for job in jobs
            }
            try:
                for future in as_completed(futures):
                    outcome = outcomes[futures[future]] = future.result()
                    if outcome.fault == "unanswered":
                        lost.append(outcome.error)
                        self._check_lost(lost, len(jobs))
                    if self.progress is not None:
                        self.progress(len(outcomes), len(jobs))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)  # calls under way end, nothing new begins
                raise
        return outcomes

    def _check_lost(self, lost: Sequence[str], total: int) -> None:
        logger.warning("judge: %s", lost[-1])
        if len(lost) > max(1, int(MOST_UNANSWERED * total)) or len(lost) == total:
            raise EndpointError(
                f"endpoint {self.client.settings.name}: found {len(lost)} of {total} calls of the judge unanswered,"
                f" expected at most a tenth; the last: {lost[-1]}"
            )

    def _ask(self, rubric: Rubric, case: Case, repeat: int) -> _Outcome:
        try:
            sound = None if case.sound is None else load_clip(case.sound, max_seconds=LONGEST_REPLY_S)
        except AudioError as error:
            logger.warning("judge: %s", error)
            return _Outcome(None, "no_sound")
        parts = [] if sound is None else [self.client.audio_part(sound)]
        again = ""
        for attempt in range(2):
            try:
                completion = self._complete(rubric, request(rubric, case.fields, again), parts, repeat)
            except EndpointRefused:
                raise
            except EndpointError as error:
                return _Outcome(None, "unanswered", attempt > 0, error=str(error))
            try:
                read = read_marks(completion.words, rubric)
            except Unreadable as error:
                again = str(error)
                continue
            marks = {key: on_grid(mark, rubric.grid) for key, mark in read.items()}
            return _Outcome(marks, again=attempt > 0, model=completion.model, off_grid=marks != read)
        return _Outcome(None, "unreadable", True, completion.model)

    def _complete(self, rubric: Rubric, text: str, parts: Sequence[Mapping[str, Any]], repeat: int) -> Any:
        settings = self.client.settings
        seed = settings.seed if repeat == 0 else (settings.seed or 0) + repeat
        formats: dict[str, Any] = {
            "json_schema": {
                "type": "json_schema",
                "json_schema": {"name": "marks", "strict": True, "schema": schema(rubric)},
            },
            "json_object": {"type": "json_object"},
            "text": None,
        }
        return self.client.complete(
            [
                {"role": "system", "content": rubric.system},
                {"role": "user", "content": [text_part(text), *parts] if parts else text},
            ],
            max_tokens=settings.max_tokens,
            temperature=self._temperature,
            modalities=["text"] if settings.speech_out else None,
            response_format=formats[settings.answer_format],
            seed=seed,
        )

    @property
    def _temperature(self) -> float:
        given = self.client.settings.temperature
        return 0.0 if given is None else given

    def _spread(self, rubric: Rubric, cases: Sequence[Sequence[dict[str, int] | None]]) -> dict[str, float | None]:
        read = [[marks for marks in case if marks is not None] for case in cases]
        several = [case for case in read if len(case) > 1]
        if not several:
            return dict.fromkeys(rubric.keys)
        return {
            key: float(np.mean([np.std([marks[key] for marks in case], ddof=1) for case in several]))
            for key in rubric.keys
        }

    def _used(self, rubric: Rubric, models: Sequence[str], tally: Tally) -> str:
        name = ", ".join(models) or self.client.settings.model
        times = f", {self.repeats} repeats" if self.repeats > 1 else ""
        return f"{name}; {rubric.name}; temperature {self._temperature:g}{times}; {tally.text()}"


def _identity(case: Case) -> str:
    """Equal for cases that make the same request."""
    sound = None if case.sound is None else _sound_identity(case.sound)
    return json.dumps([sorted(case.fields.items()), sound])


def _sound_identity(path: Path) -> str:
    """The hash of a file, or its name where it cannot be read: loading it will say why."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return str(path)


def _mean(repeats: Sequence[dict[str, int] | None], rubric: Rubric) -> dict[str, float] | None:
    if all(marks is None for marks in repeats):
        return None
    return {key: float(np.mean([LOWEST if marks is None else marks[key] for marks in repeats])) for key in rubric.keys}
