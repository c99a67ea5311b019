"""A model's scores part by part: by type of question, category, vocal cue or delivery, where its record has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, cast

import plotly.graph_objects as go

from echomind.benchmark.question_types import QUESTION_TYPE
from echomind.leaderboard.colours import COLOURS
from echomind.leaderboard.figures import plain, shortened, with_theme
from echomind.leaderboard.metrics import GROUPS, METRICS, Metric
from echomind.leaderboard.model_figures import Picture
from echomind.leaderboard.records import Interval, Record
from echomind.taxonomy import ATTRIBUTES, CATEGORIES
from echomind.words import here, joined, t

Axis = Literal["question_type", "category", "attribute", "style"]
AXES: dict[Axis, str] = {
    "question_type": t("Type of question"),
    "category": t("Category of cue"),
    "attribute": t("Vocal cue"),
    "style": t("Delivery"),
}
_BY: dict[Axis, str] = {
    "question_type": t("By type of question"),
    "category": t("By category of cue"),
    "attribute": t("By vocal cue"),
    "style": t("By delivery"),
}
_ORDER: dict[Axis, tuple[str, ...]] = {
    "question_type": tuple(QUESTION_TYPE),
    "category": tuple(category.id for category in CATEGORIES),
    "attribute": ATTRIBUTES,
    "style": ("target", "neutral", "alternative"),
}
_ACCURACIES = ("understanding_acc", "reasoning_acc")
_INK = "#7a746a"
_BAR, _AROUND = 24, 62  # pixels of a bar, and of what is above and below all of them

Cell = tuple[str, str, Interval]  # part, metric id, score


def parts(record: Record, axis: Axis) -> dict[str, dict[str, Interval]]:
    """The breakdown of a record along an axis, ``{part: {metric id: score}}``; empty where it has none.

    Categories are not in records: accuracies of one are those of its cues together, which is exact as each question is
    about one clip and each clip carries one cue; other scores of a category cannot be had from those of its cues.
    """
    if axis != "category":
        return getattr(record.breakdown, axis)
    found: dict[str, dict[str, Interval]] = {}
    for category in CATEGORIES:
        for metric in _ACCURACIES:
            cells = [record.breakdown.attribute.get(a, {}).get(metric) for a in category.attributes]
            known = [cell for cell in cells if cell is not None and cell.n is not None]
            if known and len(known) == len([cell for cell in cells if cell is not None]):
                n = sum(cast(int, cell.n) for cell in known)
                value = sum(cell.value * cast(int, cell.n) for cell in known) / n
                found.setdefault(category.id, {})[metric] = Interval(value=value, n=n)
    return found


def axes_of(record: Record) -> list[Axis]:
    """The axes along which the record has a breakdown."""
    return [axis for axis in AXES if parts(record, axis)]


def part_metrics(record: Record, axis: Axis) -> list[Metric]:
    """The metrics that any part along an axis has, in the order of the record.

    Of question types the accuracies of both levels are one picture, so only the first of them is named.
    """
    found = {metric for cells in parts(record, axis).values() for metric in cells}
    named = [METRICS[metric] for metric in record.scores if metric in found]
    return named[:1] if axis == "question_type" and {m.id for m in named} <= set(_ACCURACIES) else named


def part_name(axis: Axis, part: str) -> str:
    """A part in words."""
    if axis == "question_type" and part in QUESTION_TYPE:
        return t(QUESTION_TYPE[part].title.removeprefix("Fine Grained ").replace("Nve", "Non-verbal Sound"))
    if axis == "category":
        return t(next(c.title for c in CATEGORIES if c.id == part))
    return t(part.replace("_", " ")) if part in _ORDER[axis] else part.replace("_", " ")


def _in_order(axis: Axis, part: str) -> tuple[int, str]:
    known = _ORDER[axis]
    return (known.index(part) if part in known else len(known)), part


def chance_of(axis: Axis, part: str) -> float | None:
    """What guessing gets at a type of question, in percent; ``None`` for other parts, where it is not known."""
    return 100 / QUESTION_TYPE[part].options if axis == "question_type" and part in QUESTION_TYPE else None


def bars(record: Record, axis: Axis, metric_id: str) -> Picture | None:
    """A score part by part along an axis, with intervals and the line of guessing; ``None`` where there is none.

    Of question types, accuracies of both levels stand together, each in its level's colour: no type has both.
    """
    both = _ACCURACIES if axis == "question_type" and metric_id in _ACCURACIES else (metric_id,)
    cells = [(part, m, found[m]) for part, found in parts(record, axis).items() for m in both if m in found]
    if not cells:
        return None
    cells.sort(key=lambda cell: _in_order(axis, cell[0]))
    names = [part_name(axis, part) for part, _, _ in cells]
    chances = [chance_of(axis, part) for part, _, _ in cells]
    known = any(chance is not None for chance in chances)
    metric = METRICS[cells[0][1]]
    return Picture(
        _BY[axis],
        _sentence(t("Right answers") if len(both) > 1 else metric.title, metric, cells, known),
        _drawn(cells, names, chances),
        (
            AXES[axis],
            *((t("Level"),) if len(both) > 1 else ()),
            metric.term,
            t("95 % interval"),
            "n",
            *((t("Chance"),) if known else ()),
        ),
        tuple(
            (
                name,
                *((GROUPS[METRICS[m].group],) if len(both) > 1 else ()),
                METRICS[m].text(cell.value),
                _between(METRICS[m], cell),
                f"{cell.n:,}" if cell.n else "—",
                *((f"{chance:.0f}" if chance is not None else "—",) if known else ()),
            )
            for name, (_, m, cell), chance in zip(names, cells, chances, strict=True)
        ),
        (t("Categories are their cues taken together and have no interval of their own."),)
        if axis == "category"
        else (),
    )


def _between(metric: Metric, cell: Interval) -> str:
    if cell.low is None or cell.high is None:
        return "—"
    return t("{text} to {text2}", text=metric.text(cell.low), text2=metric.text(cell.high))


def _sentence(title: str, metric: Metric, cells: Sequence[tuple[str, str, Interval]], chance: bool) -> str:
    better = t("higher is better") if metric.higher_is_better else t("lower is better")
    whiskers = any(cell.low is not None for _, _, cell in cells)
    sentences = [
        t("{title} ({term}), {range}; {better}.", title=title, term=metric.term, range=metric.range, better=better),
        t("Thin lines are 95 % intervals: where they are long, few items stand behind the bar.") if whiskers else "",
        t("The upright mark is what guessing gets.") if chance else "",
    ]
    return joined(t(" "), (part for part in sentences if part))


def _drawn(cells: Sequence[Cell], names: Sequence[str], chances: Sequence[float | None]) -> go.Figure:
    rows = list(range(len(cells)))
    metric = METRICS[cells[0][1]]
    base = metric.low if metric.low is not None and metric.low > 0 else 0.0
    figure = with_theme(go.Figure())
    figure.add_bar(
        y=rows,
        x=[cell.value - base for _, _, cell in cells],
        base=base,
        orientation="h",
        opacity=0.8,
        width=0.62,
        marker={"color": [COLOURS[METRICS[m].group].figure for _, m, _ in cells], "cornerradius": 3},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [0.0 if cell.high is None else cell.high - cell.value for _, _, cell in cells],
            "arrayminus": [0.0 if cell.low is None else cell.value - cell.low for _, _, cell in cells],
            "color": _INK,
            "thickness": 1.6,
            "width": 0,
        },
        customdata=[f"{plain(name)}: {METRICS[m].text(c.value)}" for name, (_, m, c) in zip(names, cells, strict=True)],
        hovertemplate="%{customdata}<extra></extra>",
    )
    guessed = [(chance, row) for chance, row in zip(chances, rows, strict=True) if chance is not None]
    figure.add_scatter(
        x=[chance for chance, _ in guessed],
        y=[row for _, row in guessed],
        mode="markers",
        marker={"symbol": "line-ns", "size": 15, "line": {"width": 2.5, "color": _INK}},
        hovertemplate=f"{here(t('guessing'))}: %{{x:.0f}}<extra></extra>",
    )
    ends = [x for _, _, cell in cells for x in (cell.value, cell.low, cell.high) if x is not None]
    ends += [chance for chance, _ in guessed]
    unit = ", %" if metric.unit == "%" else ""
    figure.update_layout(height=_AROUND + _BAR * len(cells), margin={"l": 8, "r": 12, "t": 6, "b": 44})
    figure.update_xaxes(range=[min(base, *ends), max(ends) * 1.04 or 1.0], title={"text": f"{metric.term}{unit}"})
    figure.update_yaxes(
        tickvals=rows,
        ticktext=[plain(shortened(name, 28)) for name in names],
        range=[len(cells) - 0.5, -0.5],
        automargin=True,
        showgrid=False,
    )
    return figure
