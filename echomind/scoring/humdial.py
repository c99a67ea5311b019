"""HumDial Challenge, track 1: emotional trajectory, emotional reasoning, empathetic reply, and the final score.

Weights as published: in each language 0.2 T1 + 0.2 T2 + 0.1 T3 D1 + 0.25 T3 D2 + 0.25 T3 D3, T1 and T2 being means of
their three marks; the final score is the mean of Chinese and English. T3 D2 and D3 are people's marks: without them
there is no final score, and a judge's marks for the same questions have ids of their own (``t3_d2_judge``).

Three things differ from the released scorer, on purpose. Replies that failed (missing, or the judge's answer could not
be read twice) count with the lowest mark; it drops them, which flatters whoever fails, so that mean is given beside it
as ``dropped``. An answer that cannot be read is asked for again, not parsed again. The prompts are ours. Which turn of
task 3 is judged is said in two ways, by its README (the last turn with an emotion other than neutral: the default here)
and by its code (the second such turn): ``turn_rule``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from echomind.scoring.bootstrap import Interval, intervals, sum_of_means
from echomind.scoring.humdial_judging import Marked, TurnRule, judge_task, judged_turn
from echomind.scoring.humdial_read import LANGUAGES, TASKS, Dialogue, Language, Task
from echomind.scoring.judge import Judge
from echomind.scoring.judge_answer import HIGHEST, LOWEST
from echomind.scoring.report import SCORER_VERSION, Cell

METRICS: dict[Task, tuple[str, ...]] = {
    1: ("t1_d1", "t1_d2", "t1_d3"),
    2: ("t2_d1", "t2_d2", "t2_d3"),
    3: ("t3_d1", "t3_d2_judge", "t3_d3_judge"),
}
HUMAN = ("t3_d2_human", "t3_d3_human")
DECIMALS = 6


class TaskCoverage(BaseModel):
    """What became of one task's dialogues in one language.

    ``judged`` of ``dialogues`` count; ``left_out`` have no turn to judge. Of those judged ``failed`` got the lowest
    mark for want of a usable reply or judgement, ``wrong_language`` for a reply in another language.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    dialogues: int
    judged: int
    left_out: int
    failed: int
    wrong_language: int


class HumdialReport(BaseModel):
    """Marks from 1 to 5 by metric id with language (``t1_avg_zh``); intervals by a bootstrap over dialogues, 95 %.

    ``dropped``: the means had failures been left out, as the released scorer does. ``absent`` says why a metric is not
    there, ``used`` names judges and prompts by task and language, ``coverage`` has keys such as ``t1_zh``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    schema_version: Annotated[int, Field(alias="schema")] = 1
    kind: Literal["humdial"] = "humdial"
    scorer: str = SCORER_VERSION
    turn_rule: TurnRule
    scores: dict[str, Cell]
    dropped: dict[str, float]
    absent: dict[str, str]
    coverage: dict[str, TaskCoverage]
    used: dict[str, str]
    notes: list[str] = []


def final_of_language(t1: float, t2: float, t3_d1: float, t3_d2: float, t3_d3: float) -> float:
    """The final score of one language."""
    return 0.2 * t1 + 0.2 * t2 + 0.1 * t3_d1 + 0.25 * t3_d2 + 0.25 * t3_d3


def score_humdial(
    dialogues: Sequence[Dialogue],
    *,
    judge_text: Judge | None = None,
    judge_audio: Judge | None = None,
    ratings: Mapping[str, tuple[float, float]] | None = None,
    turn_rule: TurnRule = "last_non_neutral",
    notes: Sequence[str] = (),
) -> HumdialReport:
    """Every mark that judges and ratings allow, for the languages and tasks that the dialogues have.

    ``judge_text`` marks tasks 1 and 2, ``judge_audio`` hears the replies of task 3; ``ratings`` has people's marks (T3
    D2, T3 D3) by dialogue and must have every judged one. Raises what ``Judge.mark`` raises.
    """
    work = _Work(turn_rule, dict(ratings or {}))
    for language in LANGUAGES:
        for task in TASKS:
            mine = sorted((d for d in dialogues if (d.task, d.language) == (task, language)), key=lambda d: d.id)
            work.task(mine, task, language, judge_audio if task == 3 else judge_text)
        work.final(language)
    work.overall()
    unknown = set(work.ratings) - {dialogue.id for dialogue in dialogues}
    told = [f"people's ratings of {len(unknown)} dialogues that were not handed in"] if unknown else []
    return HumdialReport(
        turn_rule=turn_rule,
        scores=work.scores,
        dropped=work.dropped,
        absent=work.absent,
        coverage=work.coverage,
        used=work.used,
        notes=[*notes, *told],
    )


class _Work:
    """What one call of :func:`score_humdial` gathers."""

    def __init__(self, rule: TurnRule, ratings: dict[str, tuple[float, float]]) -> None:
        self.rule, self.ratings = rule, ratings
        self.scores: dict[str, Cell] = {}
        self.dropped: dict[str, float] = {}
        self.absent: dict[str, str] = {}
        self.coverage: dict[str, TaskCoverage] = {}
        self.used: dict[str, str] = {}
        self._marked: dict[tuple[Task, Language], Marked] = {}
        self._human: dict[Language, np.ndarray] = {}
        self._finals: dict[Language, list[tuple[float, np.ndarray]]] = {}

    def task(self, dialogues: Sequence[Dialogue], task: Task, language: Language, judge: Judge | None) -> None:
        """Judge one task in one language."""
        average = (f"t{task}_avg",) if task != 3 else ()
        ids = [f"{metric}_{language}" for metric in (*METRICS[task], *average)]
        turns = {d.id: (d, turn) for d in dialogues if (turn := judged_turn(d, self.rule)) is not None}
        if task == 3:
            self._rated(list(turns), language)
        why = ""
        if not turns:
            why = "no dialogues of this task and language with a turn to judge were handed in"
        elif judge is None:
            why = "needs a judge that hears" if task == 3 else "needs a judge"
        if why or judge is None:
            self.absent |= dict.fromkeys(ids, why)
            return
        found = self._marked[task, language] = judge_task(turns, task, language, judge, len(dialogues) - len(turns))
        columns = [*found.marks.T, *([found.mean] if average else [])]
        for metric, values in zip(ids, columns, strict=True):
            self.scores[metric] = _mean_cell(values, int(found.failed.sum()))
            if not found.failed.all():
                self.dropped[metric] = round(float(values[~found.failed].mean()), DECIMALS)
        self.used[f"t{task}_{language}"] = found.used
        self.coverage[f"t{task}_{language}"] = TaskCoverage(
            dialogues=len(dialogues),
            judged=len(found.ids),
            left_out=found.left_out,
            failed=int(found.failed.sum()),
            wrong_language=found.wrong_language,
        )

    def _rated(self, ids: Sequence[str], language: Language) -> None:
        """People's marks, where every judged dialogue of task 3 has them."""
        metrics = [f"{metric}_{language}" for metric in HUMAN]
        rated = [dialogue_id for dialogue_id in ids if dialogue_id in self.ratings]
        if not rated or len(rated) < len(ids):
            have = f"people rated {len(rated)} of {len(ids)} dialogues" if rated else "needs people's ratings"
            self.absent |= dict.fromkeys(metrics, have)
            return
        marks = self._human[language] = np.array([self.ratings[dialogue_id] for dialogue_id in ids], np.float64)
        for metric, values in zip(metrics, marks.T, strict=True):
            self.scores[metric] = _mean_cell(values, 0)

    def final(self, language: Language) -> None:
        """The final score of a language, where all its parts are there."""
        marked = [self._marked.get((task, language)) for task in TASKS]
        human = self._human.get(language)
        if marked[0] is None or marked[1] is None or marked[2] is None or human is None:
            needed = [f"{metric}_{language}" for metric in ("t1_avg", "t2_avg", "t3_d1", *HUMAN)]
            missing = ", ".join(metric for metric in needed if metric not in self.scores)
            self.absent[f"final_{language}"] = f"needs {missing}"
            return
        weights = np.array([final_of_language(*row) for row in np.eye(5)])
        third = marked[2].marks[:, 0] * weights[2] + human @ weights[3:]
        self._finals[language] = [(weights[0], marked[0].mean), (weights[1], marked[1].mean), (1.0, third)]
        self.scores[f"final_{language}"] = self._sum_cell([language])

    def overall(self) -> None:
        """The mean of both languages."""
        if len(self._finals) == len(LANGUAGES):
            self.scores["final_overall"] = self._sum_cell(LANGUAGES)
        else:
            self.absent["final_overall"] = "needs the final score of both languages"

    def _sum_cell(self, languages: Sequence[Language]) -> Cell:
        parts = [(w / len(languages), values) for code in languages for w, values in self._finals[code]]
        value, interval = sum_of_means(parts, LOWEST, HIGHEST)
        failed = sum(int(self._marked[task, code].failed.sum()) for task in TASKS for code in languages)
        return _cell(value, interval, sum(len(values) for _, values in parts), failed)


def _mean_cell(values: np.ndarray, failed: int) -> Cell:
    [interval] = intervals(values[:, None], np.ones((len(values), 1)), [LOWEST], [HIGHEST])
    return _cell(float(values.mean()), interval, len(values), failed)


def _cell(value: float, interval: Interval, n: int, failed: int) -> Cell:
    low, high = (None if end is None else round(end, DECIMALS) for end in interval)
    return Cell(value=round(value, DECIMALS), low=low, high=high, n=n, failed=failed)
