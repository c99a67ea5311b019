"""An upload to HumDial's board: dialogues with a model's replies, which have to be the challenge's own dialogues.

Judges are given the words and emotions of the turns, so a file in which these differ from the test set is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from echomind.benchmark.clips import Clips
from echomind.benchmark.fields import shown
from echomind.scoring.humdial import HUMAN, METRICS
from echomind.scoring.humdial_judging import judged_turn
from echomind.scoring.humdial_read import (
    LANGUAGES,
    TASKS,
    Dialogue,
    Language,
    Reading,
    Task,
    Turn,
    read_dialogue_sources,
)
from echomind.scoring.problems import Problem, Problems
from echomind.scoring.read_files import Source
from echomind.scoring.report import Coverage
from echomind.submissions.check import Preview, PreviewMetric
from echomind.submissions.model import Form

Dialogues = Mapping[str, Dialogue]
_BY_PEOPLE = "it needs people's ratings"


def read_humdial(
    sources: Sequence[Source], sound: Clips | None, references: Dialogues, problems: Problems, warnings: Problems
) -> Reading:
    """The dialogues of ``sources``, each compared with the test set; what is missing or was left out is a warning."""
    reading = read_dialogue_sources(sources, problems, sound=sound)
    for note in reading.notes:
        warnings.add(Problem(found=note))
    warnings.add(Problem(found="judges and people mark HumDial: a person will see to it before there is a score"))
    if not reading.dialogues and not problems.count:
        problems.add(Problem(found="no dialogue", expected="HumDial's dialogues with replies, as JSON Lines"))
    for dialogue in reading.dialogues:
        official = references.get(dialogue.id)
        if official is None:
            expected = f"one of the {len(references)} dialogues of the test set"
            problems.add(Problem("", "", dialogue.id, "dialogue_id", shown(dialogue.id), expected))
        else:
            _compare(dialogue, official, problems)
    return reading


def _compare(dialogue: Dialogue, official: Dialogue, problems: Problems) -> None:
    def differs(field: str, found: object, expected: object) -> None:
        problems.add(Problem("", "", dialogue.id, field, str(found), f"{expected}, as in the test set"))

    if (dialogue.task, dialogue.language) != (official.task, official.language):
        told = [f"task {d.task} in {d.language}" for d in (dialogue, official)]
        differs("dialogue_id", *told)
    elif len(dialogue.turns) != len(official.turns):
        differs("turns", f"{len(dialogue.turns)} turns", len(official.turns))
    else:
        for turn, given in zip(dialogue.turns, official.turns, strict=True):
            for field in ("id", "text", "emotion"):
                mine, theirs = getattr(turn, field), getattr(given, field)
                if mine != theirs:
                    differs(f"turn {given.id}: {field}", shown(mine), shown(theirs))


def humdial_coverage(reading: Reading, references: Dialogues, warnings: Problems) -> dict[str, Coverage]:
    """Coverage by task and language (``t1_zh``), with a warning for every one of which dialogues are missing."""
    found: dict[str, Coverage] = {}
    sent = {dialogue.id: dialogue for dialogue in reading.dialogues}
    for task in TASKS:
        for language in LANGUAGES:
            expected = [key for key, d in references.items() if (d.task, d.language) == (task, language)]
            if not expected:
                continue
            mine = [sent[key] for key in expected if key in sent]
            silent = sum(turn is not None and not turn.reply.strip() for turn in map(_judged, mine))
            found[_part(task, language)] = Coverage(expected=len(expected), answered=len(mine), failed=silent)
            if len(mine) < len(expected):
                missing = next(key for key in expected if key not in sent)
                told = f"{len(mine)} of {len(expected)} dialogues of task {task} in {language}"
                warnings.add(Problem(item=missing, found=f"{told}; the others count as failed"))
    return found


def _judged(dialogue: Dialogue) -> Turn | None:
    return judged_turn(dialogue, "last_non_neutral")


def _part(task: Task, language: Language) -> str:
    return f"t{task}_{language}"


def humdial_preview(reading: Reading, coverage: Mapping[str, Coverage], form: Form | None) -> Preview:
    """The row that dialogues would become once judges have marked them."""
    metrics, absent = [], {}
    for task in TASKS:
        for language in LANGUAGES:
            part = coverage.get(_part(task, language))
            average = (f"t{task}_avg",) if task != 3 else ()
            for metric in (*METRICS[task], *average):
                if part and part.answered:
                    metrics.append(PreviewMetric(f"{metric}_{language}", part.expected))
                else:
                    absent[f"{metric}_{language}"] = "no dialogues of this task and language were handed in"
    absent |= {f"{metric}_{language}": _BY_PEOPLE for language in LANGUAGES for metric in (*HUMAN, "final")}
    return Preview(
        board="humdial",
        model=form.model if form else "",
        prompt=form.prompt if form else "",
        voice="human",
        set_digest="",
        metrics=tuple(metrics),
        absent=absent | {"final_overall": _BY_PEOPLE},
    )
