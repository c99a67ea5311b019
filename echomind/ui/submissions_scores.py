"""The scores of one submission as HTML: by level and question type, of every scorer version that scored it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from echomind.benchmark.question_types import QUESTION_TYPE
from echomind.leaderboard.metrics import METRICS, Metric
from echomind.scoring.chance import CHANCE
from echomind.scoring.report import Cell, Cells, ScoreReport
from echomind.ui.markup import h, together
from echomind.ui.status_view import outside
from echomind.ui.table import dash

_LEVELS = ("understanding", "reasoning", "conversation")
_BEYOND = {"style": "Across voices", "chain": "From hearing to replying"}
_ACCURACIES = ("understanding_acc", "reasoning_acc")
_HEADS = (("Score", None), ("Value", "em-number"), ("95 % interval", "em-number"), ("n", "em-number"))


@dataclass(frozen=True)
class Scored:
    """What one scorer made of it; ``problem`` says why its report cannot be shown, where there is none."""

    scorer: str
    report: ScoreReport | None
    problem: str = ""


def _value(metric: Metric | None, number: float) -> str:
    return f"{number:.2f}" if metric is None else metric.text(number)


def _numbers(metric: Metric | None, cell: Cell) -> list[Markup]:
    unit = " %" if metric is not None and metric.unit == "%" else ""
    if cell.low is None or cell.high is None:
        interval: Markup | str = dash("no interval: all items have one script")
    else:
        interval = f"{_value(metric, cell.low)} to {_value(metric, cell.high)}"
    failed = h("small", f"{cell.failed:,} not usable") if cell.failed else None
    return [
        h("td", h("strong", _value(metric, cell.value), unit), class_="em-number"),
        h("td", interval, class_="em-number"),
        h("td", f"{cell.n:,}", failed, class_="em-number"),
    ]


def _name(metric_id: str, chance: Cell | None) -> Markup:
    metric = METRICS.get(metric_id)
    guess = f"guessing gets {_value(metric, chance.value)}" if chance else None
    if metric is None:
        return h("th", metric_id, h("small", guess) if guess else None, scope="row")
    better = "higher is better" if metric.higher_is_better else "lower is better"
    about = [f"{metric.term}, {metric.range}, {better}", *([guess] if guess else [])]
    return h("th", metric.title, h("small", "; ".join(about)), scope="row", title=metric.definition)


def _table(caption: str, group: str, cells: Cells, chances: Cells) -> Markup:
    rows = [
        h("tr", _name(metric, chances.get(metric)), _numbers(METRICS.get(metric), cell))
        for metric, cell in cells.items()
    ]
    return h(
        "table",
        h("caption", caption, class_=f"sub-level-name em-{group}"),
        h("thead", h("tr", [h("th", head, scope="col", class_=kind) for head, kind in _HEADS])),
        h("tbody", rows),
        class_="em-plain sub-scores",
    )


def _levels(report: ScoreReport) -> Iterator[Markup]:
    chances = report.beyond.get(CHANCE, {})
    for level in (*_LEVELS, *sorted(set(report.level) - set(_LEVELS))):
        if cells := report.level.get(level):
            group = "conversation_text" if level == "conversation" else level
            yield _table(level.capitalize(), group, cells, chances)
    for part, title in _BEYOND.items():
        if cells := report.beyond.get(part):
            yield _table(title, "across", cells, chances)


def _question_types(report: ScoreReport) -> Markup | None:
    rows = []
    for part, cells in report.question_type.items():
        kind = QUESTION_TYPE.get(part)
        for metric in _ACCURACIES:
            if metric not in cells:
                continue
            chance = report.beyond.get(f"{CHANCE}:{part}", {}).get(metric)
            about: list[str] = [kind.level] if kind else []
            about += [f"guessing gets {_value(METRICS[metric], chance.value)}"] if chance else []
            title = kind.title.removeprefix("Fine Grained ") if kind else part
            name = h("th", title, h("small", "; ".join(about)) if about else None, scope="row")
            rows.append(h("tr", name, _numbers(METRICS[metric], cells[metric])))
    if not rows:
        return None
    return h(
        "details",
        h("summary", "By question type"),
        h(
            "table",
            h("caption", "Share of questions answered rightly, by question type", class_="em-hidden"),
            h("thead", h("tr", [h("th", head, scope="col", class_=kind) for head, kind in _HEADS])),
            h("tbody", rows),
            class_="em-plain sub-scores",
        ),
    )


def _listed(title: str, lines: Mapping[str, str]) -> Markup | None:
    if not lines:
        return None
    named = [(METRICS[key].title if key in METRICS else key, text) for key, text in lines.items()]
    return h(
        "details",
        h("summary", title),
        h("ul", [h("li", h("strong", name), ": ", outside(text)) for name, text in named]),
    )


def _coverage(report: ScoreReport) -> Markup | None:
    if not report.coverage:
        return None
    parts = []
    for kind, found in report.coverage.items():
        empty = f" ({found.failed:,} empty)" if found.failed else ""
        parts.append(f"{kind} {found.answered:,} of {found.expected:,}{empty}")
    return h("p", "Answered: ", "; ".join(parts), ".", class_="em-note")


def report_html(report: ScoreReport) -> Markup:
    """All of one report that people read; the rest is in the report to download."""
    return together(
        _levels(report),
        _coverage(report),
        _question_types(report),
        _listed(f"Not scored ({len(report.absent)})", report.absent),
        _listed("Made with", report.used),
    )


def _one(scored: Scored) -> Markup:
    if scored.report is None:
        return h("p", f"This report cannot be shown: {scored.problem}", role="alert", class_="em-note")
    return report_html(scored.report)


def scores_html(scores: list[Scored]) -> Markup:
    """The scores, those that the board shows first, then those of other scorer versions; nothing before any scoring."""
    if not scores:
        return together()
    first, *others = scores
    return together(
        h("h2", "Scores", class_="sub-part"),
        h("p", f"Scored by {first.scorer}, from the answers that were handed in.", class_="em-note"),
        _one(first),
        [h("details", h("summary", f"Scores of {one.scorer}"), _one(one)) for one in others],
    )
