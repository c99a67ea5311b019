"""Rows of published submissions, put into a store through the package, with a made report in place of scoring.

from tests.unit.leaderboard.made_rows import HOSTILE, PLAIN, made_rows, publish_row
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from functools import cache

from echomind.scoring.report import ScoreReport
from echomind.submissions.model import Form, Receipt
from echomind.submissions.outcomes import add_scored, publish
from echomind.submissions.scoring_run import Ended
from echomind.submissions.store import Store
from tests.unit.leaderboard.made_reports import made_report
from tests.unit.submissions.made_submissions import START, made_receipt

BOARD = "echomind-mini"
PLAIN = (
    "Aria-7B",
    "Bellbird",
    "Cadence 13B",
    "Dunlin-audio",
    "Egret",
    "Firecrest",
    "Goldfinch-2",
    "Heron",
    "Ibis",
    "Jay",
)
# Names that may be sent, and that a careless page would run, open, fill in, cut or turn round.
HOSTILE = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x","y")',
    "../../etc/passwd",
    "Empathy 🙂🇫🇮",
    "共情语音模型",
    "نموذج الصوت 7B",
    "דגם קול (2)",
    "m" * 80,
    "{{x}} {x} %{x}",
    "${x} `${alert(2)}`",
    "$x^2$ and $$y$$",
    "%s %d %(name)s",
    "<b>bold</b><br>",
    "&amp; &lt;i&gt; &#36;",
    r"C:\new\table\0 \\",
    "@SUM(A1:A2)",
    "+1-2",
    "-2",
    "'quoted' \"twice\", and; more",
    "<a href='javascript:alert(3)'>x</a>",
)
_STEP = datetime.timedelta(hours=7)


@cache
def _report(right: float) -> ScoreReport:
    return made_report(right)


def report_of(score: float) -> ScoreReport:
    """A whole report in which accuracies are near ``score`` (0 to 1); made once, then shifted a little."""
    report = _report(0.3 if score < 0.5 else 0.7)
    data = json.loads(report.model_dump_json(by_alias=True))
    for level in ("understanding", "reasoning"):
        for metric, cell in data["level"].get(level, {}).items():
            if metric.endswith("_acc"):
                moved = round(100 * score, 4) - cell["value"]
                for end in ("value", "low", "high"):
                    cell[end] = None if cell[end] is None else min(max(cell[end] + moved, 0.0), 100.0)
    return ScoreReport.model_validate_json(json.dumps(data))


def publish_row(store: Store, seed: int, name: str, score: float = 0.5, **form: object) -> Receipt:
    """One published submission of ``name``; another ``seed``, another submission."""
    files = {"answers.jsonl": f"{seed}".encode()}
    receipt = made_receipt(files, seed=seed, at=START + seed * _STEP)
    given = receipt.form.model_dump() | {"model": name, "prompt": "enhanced"} | form
    receipt = receipt.model_copy(update={"form": Form.model_validate(given)})
    store.create(receipt, files)
    report = report_of(score).model_copy(update={"prompt": given["prompt"]})
    ended = Ended("scored", scorer=report.scorer, report=report.model_dump_json(by_alias=True).encode(), items=b"{}\n")
    assert add_scored(store, receipt.id, "worker", ended, lambda found: True)
    assert publish(store, receipt.id, "worker")
    return receipt


def made_rows(store: Store, names: Sequence[str] = PLAIN, first: int = 0, **form: object) -> list[Receipt]:
    """A published submission of each name, in that order, with scores from 20 to 90 %."""
    return [
        publish_row(store, first + i, name, 0.2 + 0.7 * (i * 37 % 100) / 100, **form) for i, name in enumerate(names)
    ]
