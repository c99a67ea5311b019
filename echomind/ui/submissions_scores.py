"""The scores of one submission as HTML: by level and question type, of every scorer version that scored it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from echomind.benchmark.question_types import QUESTION_TYPE
from echomind.leaderboard.metrics import GROUPS, METRICS, Metric
from echomind.scoring.chance import CHANCE
from echomind.scoring.report import Cell, Cells, ScoreReport
from echomind.ui.markup import h, together
from echomind.ui.status_view import PARTS, outside
from echomind.ui.table import dash
from echomind.words import joined, t

_LEVELS = ("understanding", "reasoning", "conversation")
_BEYOND = {"style": t("Across voices"), "chain": t("From hearing to replying")}
_LEVEL_NAMES = {"understanding": t("Understanding"), "reasoning": t("Reasoning"), "conversation": t("Conversation")}
_ACCURACIES = ("understanding_acc", "reasoning_acc")
_HEADS = ((t("Score"), None), (t("Value"), "em-number"), (t("95 % interval"), "em-number"), ("n", "em-number"))


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
        interval: Markup | str = dash(t("no interval: all items have one script"))
    else:
        interval = t("{value} to {value2}", value=_value(metric, cell.low), value2=_value(metric, cell.high))
    failed = h("small", t("{failed:,} not usable", failed=cell.failed)) if cell.failed else None
    return [
        h("td", h("strong", _value(metric, cell.value), unit), class_="em-number"),
        h("td", interval, class_="em-number"),
        h("td", f"{cell.n:,}", failed, class_="em-number"),
    ]


def _name(metric_id: str, chance: Cell | None) -> Markup:
    metric = METRICS.get(metric_id)
    guess = t("guessing gets {value}", value=_value(metric, chance.value)) if chance else None
    if metric is None:
        return h("th", metric_id, h("small", guess) if guess else None, scope="row")
    better = t("higher is better") if metric.higher_is_better else t("lower is better")
    about: list[str] = [joined(t(", "), (metric.term, metric.range, better)), *([guess] if guess else [])]
    return h("th", metric.title, h("small", joined(t("; "), about)), scope="row", title=metric.definition)


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
            yield _table(_LEVEL_NAMES.get(level, level.capitalize()), group, cells, chances)
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
            about: list[str] = [GROUPS[kind.level]] if kind else []
            about += [t("guessing gets {value}", value=_value(METRICS[metric], chance.value))] if chance else []
            title = t(kind.title.removeprefix("Fine Grained ")) if kind else part
            name = h("th", title, h("small", joined(t("; "), about)) if about else None, scope="row")
            rows.append(h("tr", name, _numbers(METRICS[metric], cells[metric])))
    if not rows:
        return None
    return h(
        "details",
        h("summary", t("By question type")),
        h(
            "table",
            h("caption", t("Share of questions answered rightly, by question type"), class_="em-hidden"),
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
        h("ul", [h("li", h("strong", name), t(": "), outside(text)) for name, text in named]),
    )


def _coverage(report: ScoreReport) -> Markup | None:
    if not report.coverage:
        return None
    parts = []
    for kind, found in report.coverage.items():
        empty = t(" ({failed:,} empty)", failed=found.failed) if found.failed else ""
        parts.append(
            t(
                "{kind} {answered:,} of {expected:,}{empty}",
                kind=PARTS.get(kind, kind),
                answered=found.answered,
                expected=found.expected,
                empty=empty,
            )
        )
    return h("p", t("Answered: {parts}.", parts=joined(t("; "), parts)), class_="em-note")


def report_html(report: ScoreReport) -> Markup:
    """All of one report that people read; the rest is in the report to download."""
    return together(
        _levels(report),
        _coverage(report),
        _question_types(report),
        _listed(t("Not scored ({n})", n=len(report.absent)), report.absent),
        _listed(t("Made with"), report.used),
    )


def _one(scored: Scored) -> Markup:
    if scored.report is None:
        return h(
            "p", t("This report cannot be shown: {problem}", problem=scored.problem), role="alert", class_="em-note"
        )
    return report_html(scored.report)


def scores_html(scores: list[Scored]) -> Markup:
    """The scores, those that the board shows first, then those of other scorer versions; nothing before any scoring."""
    if not scores:
        return together()
    first, *others = scores
    return together(
        h("h2", t("Scores"), class_="sub-part"),
        h("p", t("Scored by {scorer}, from the answers that were handed in.", scorer=first.scorer), class_="em-note"),
        _one(first),
        [h("details", h("summary", t("Scores of {scorer}", scorer=one.scorer)), _one(one)) for one in others],
    )
