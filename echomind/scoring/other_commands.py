"""``python -m echomind score --kind humdial`` and ``--kind televal``: files in, one report out."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from echomind.errors import ConfigurationError
from echomind.scoring.command import write_text
from echomind.scoring.extra import told_cost, told_progress
from echomind.scoring.humdial import HumdialReport, score_humdial
from echomind.scoring.humdial_judging import TurnRule
from echomind.scoring.humdial_read import read_dialogues, read_ratings
from echomind.scoring.judge import Judge
from echomind.scoring.report import Cell
from echomind.scoring.report_text import cell_text
from echomind.scoring.televal import TelevalReport, read_sets, score_televal
from echomind.settings import get_settings

log = logging.getLogger(__name__)


def run_humdial(
    paths: Sequence[Path],
    *,
    judge: bool = False,
    repeats: int = 1,
    ratings: Path | None = None,
    turn_rule: TurnRule = "last_non_neutral",
    reply_audio: Path | None = None,
    out: Path | None = None,
    as_json: bool = False,
) -> int:
    """Score HumDial dialogues with replies and print the report; raises ``EchoMindError``.

    ``judge`` asks the judges that settings name; ``ratings`` is a file of people's marks; ``reply_audio`` the folder of
    the replies' sound, by default that of each file.
    """
    if reply_audio is not None and not reply_audio.is_dir():
        raise ConfigurationError(f"--reply-audio: found no folder {reply_audio}, expected the sound of the replies")
    reading = read_dialogues(paths, reply_audio)
    rated = None if ratings is None else read_ratings(ratings)
    settings = get_settings()
    with ExitStack() as stack:
        judges: list[Judge | None] = []
        for name, what in ((settings.judge_text, "judge of words"), (settings.judge_audio, "judge of voices")):
            asked = Judge.from_settings(name, repeats=repeats, progress=told_progress(what)) if judge and name else None
            if asked is not None:
                stack.enter_context(asked.client)
            judges.append(asked)
        report = score_humdial(
            reading.dialogues,
            judge_text=judges[0],
            judge_audio=judges[1],
            ratings=rated,
            turn_rule=turn_rule,
            notes=reading.notes,
        )
        for asked in judges:
            if asked is not None:
                told_cost(asked)
    for note in report.notes:
        log.warning("%s", note)
    return _print(report, {"HumDial, track 1 (marks from 1 to 5)": report.scores}, report.absent, out, as_json)


def run_televal(paths: Sequence[Path], *, out: Path | None = None, as_json: bool = False) -> int:
    """Score TELEVAL answers, one file a set, and print the report; raises ``EchoMindError``."""
    report = score_televal(read_sets(paths))
    parts = {"TELEVAL AQA (percent)": report.scores, "Sets (percent)": report.sets}
    return _print(report, parts, {}, out, as_json)


def _print(
    report: HumdialReport | TelevalReport,
    parts: Mapping[str, Mapping[str, Cell]],
    absent: Mapping[str, str],
    out: Path | None,
    as_json: bool,
) -> int:
    document = report.model_dump_json(by_alias=True) + "\n"
    if out is not None:
        write_text(out, document)
    sys.stdout.write(document if as_json else _readable(parts, absent))
    return 0


def _readable(parts: Mapping[str, Mapping[str, Cell]], absent: Mapping[str, str]) -> str:
    lines: list[str] = []
    for title, cells in parts.items():
        width = max(map(len, cells), default=0)
        lines += [title, *(f"  {name:<{width}}  {cell_text(cell)}" for name, cell in cells.items()), ""]
    if absent:
        lines += ["Not computed", *(f"  {metric}: {why}" for metric, why in absent.items()), ""]
    return "\n".join(lines)
