"""Figures of the link between two levels inside models: one model's scripts, or all models beside their floors.

Scores of single scripts take few values, so thousands of dots on a few heaps would tell nothing: one model's scripts
are put together by their score on x, and the mean of y of each heap stands with its 95 % interval and its count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
from scipy import stats

from echomind.leaderboard.colours import COLOURS
from echomind.leaderboard.comparison import number
from echomind.leaderboard.figures import CANVAS, EM, HOVER, Width, arrow, axis_title, plain, shortened, themed
from echomind.leaderboard.within import PooledLink, WithinModel
from echomind.words import here, t

MOST_HEAPS = 7
MIN_FOR_INTERVAL = 3  # scripts in a heap: two leave one degree of freedom, and an interval nobody can use
_GREY = "#8a8378"


class Heap(NamedTuple):
    """Scripts with scores on x from ``low`` to ``high``: their mean of x and y, and a 95 % t interval of the latter."""

    low: float
    high: float
    x: float
    y: float
    n: int
    y_low: float | None
    y_high: float | None


def heaps(xs: Sequence[float], ys: Sequence[float]) -> tuple[Heap, ...]:
    """The scripts by x: one heap a value where there are up to ``MOST_HEAPS`` of them, else as many of equal counts.

    Equal values of x are never parted.
    """
    x, y = np.asarray(xs, np.float64), np.asarray(ys, np.float64)
    values = np.unique(x)
    if len(values) > MOST_HEAPS:
        edges = np.unique(np.quantile(x, np.linspace(0, 1, MOST_HEAPS + 1), method="lower"))
        place = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, len(edges) - 2)
    else:
        place = np.searchsorted(values, x)
    return tuple(_heap(x[place == i], y[place == i]) for i in np.unique(place))


def _heap(x: np.ndarray, y: np.ndarray) -> Heap:
    mean, n = float(y.mean()), len(y)
    low = high = None
    if n >= MIN_FOR_INTERVAL and np.ptp(y) > 0:
        half = float(stats.t.ppf(0.975, n - 1) * y.std(ddof=1) / np.sqrt(n))
        low, high = mean - half, mean + half
    return Heap(float(x.min()), float(x.max()), float(x.mean()), mean, n, low, high)


def scripts_figure(found: WithinModel, width: Width = "wide") -> go.Figure:
    """The mean of y by heaps of x, with intervals; the size of a mark grows with its number of scripts."""
    canvas, ink = CANVAS[width], COLOURS[found.y.group].figure
    marks = heaps(found.points.x, found.points.y)
    most = max((mark.n for mark in marks), default=1)
    known = [mark for mark in marks if mark.y_low is not None]
    bars: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines",
        "x": [value for mark in known for value in (mark.x, mark.x, None)],
        "y": [value for mark in known for value in (_inside(found, mark.y_low), _inside(found, mark.y_high), None)],
        "line": {"color": ink, "width": 1.5},
        "hoverinfo": "skip",
    }
    points = {
        "type": "scatter",
        "mode": "markers+text",
        "x": [mark.x for mark in marks],
        "y": [mark.y for mark in marks],
        "text": [f"n {mark.n}" for mark in marks],
        "textposition": "middle right",
        "cliponaxis": False,
        "marker": {"color": ink, "size": [round(8 + 12 * (mark.n / most) ** 0.5, 1) for mark in marks]},
        "customdata": [
            f"{here(heap_range(found, mark))}<br>{found.y.term} {here(heap_mean(found, mark))}" for mark in marks
        ],
        "hovertemplate": f"{found.x.term} %{{customdata}}<extra></extra>",
    }
    across, up = canvas.plot_width / (EM * canvas.font), canvas.plot_height / (EM * canvas.font)
    x_title = axis_title(found.x, arrow(found.x, "→", "←"), across)
    y_title = axis_title(found.y, arrow(found.y, "→", "←"), up)
    low, high = min((mark.x for mark in marks), default=0.0), max((mark.x for mark in marks), default=1.0)
    pad = (high - low) * 0.1 or 1.0
    size = {"font": {"size": canvas.font}, "standoff": 8}
    name = shortened(found.model, across - 16)
    return themed(
        [bars, points],
        {
            "hoverlabel": HOVER,
            "height": 400,
            "margin": {"l": canvas.left + (canvas.line if "<br>" in y_title else 0), "r": 16, "t": 34, "b": 64},
            "title": _title(here(t("{plain}, {n} scripts", plain=plain(name), n=len(found.points.x))), canvas.font),
            "font": {"size": canvas.font},
            "xaxis": {"title": {"text": x_title, **size}, "range": [low - pad, high + 1.4 * pad]},
            "yaxis": {"title": {"text": y_title, **size}},
        },
    )


def _title(text: str, font: int) -> dict[str, Any]:
    return {"text": text, "x": 0, "xref": "paper", "font": {"size": font + 1}}


def _inside(found: WithinModel, value: float | None) -> float | None:
    """An end of an interval, no further than the scores of the metric reach."""
    if value is None:
        return None
    low = value if found.y.low is None else max(value, found.y.low)
    return low if found.y.high is None else min(low, found.y.high)


def heap_range(found: WithinModel, heap: Heap) -> str:
    """The scores on x that are in a heap."""
    if heap.low == heap.high:
        return found.x.text(heap.low)
    return t("{text} to {text2}", text=found.x.text(heap.low), text2=found.x.text(heap.high))


def heap_mean(found: WithinModel, heap: Heap) -> str:
    """The mean of y with its interval and the number of scripts."""
    low, high = _inside(found, heap.y_low), _inside(found, heap.y_high)
    interval = (
        ""
        if low is None or high is None
        else t(" ({text} to {text2})", text=found.y.text(low), text2=found.y.text(high))
    )
    return t("{text}{interval}, {n} scripts", text=found.y.text(heap.y), interval=interval, n=heap.n)


@dataclass(frozen=True)
class Beside:
    """One line of the overview: a model or a mean of models; ``floor``: it hears nothing, or the words alone."""

    name: str
    value: float
    low: float | None
    high: float | None
    n: int
    floor: bool = False
    mean: bool = False


def overview_figure(lines: Sequence[Beside], width: Width = "wide") -> go.Figure:
    """The link of every model with its interval, floors hollow and grey, the mean of all as a diamond."""
    canvas = CANVAS[width]
    places = list(range(len(lines), 0, -1))
    bars = [(line, place) for line, place in zip(lines, places, strict=True) if line.low is not None]
    data: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [value for line, _ in bars for value in (line.low, line.high, None)],
            "y": [value for _, place in bars for value in (place, place, None)],
            "line": {"color": _GREY, "width": 1.5},
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "mode": "markers",
            "x": [line.value for line in lines],
            "y": places,
            "cliponaxis": False,
            "marker": {
                "size": [13 if line.mean else 10 for line in lines],
                "symbol": ["diamond" if line.mean else "circle-open" if line.floor else "circle" for line in lines],
                "color": [_GREY if line.floor else "#2f7d5b" for line in lines],
                "line": {"width": [2 if line.floor else 0 for line in lines]},
            },
            "text": [plain(line.name) for line in lines],
            "customdata": [here(told(line)) for line in lines],
            "hovertemplate": "<b>%{text}</b><br>%{customdata}<extra></extra>",
        },
    ]
    longest = 24 if width == "wide" else 16
    across = round(canvas.plot_width / (EM * canvas.font))
    title = wrap(here(t("Rank correlation over scripts, inside each model")), across)
    more = canvas.line * (len(title) - 1)
    zero = {"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper"}
    return themed(
        data,
        {
            "hoverlabel": HOVER,
            "height": 108 + more + 34 * max(len(lines), 1),
            "margin": {"l": round(longest * EM * canvas.font) + 12, "r": 16, "t": 34 + more, "b": 56},
            "title": {**_title("<br>".join(title), canvas.font), "xref": "container" if more else "paper"},
            "font": {"size": canvas.font},
            "shapes": [{**zero, "line": {"color": "#7a746a", "width": 1.2, "dash": "dot"}}],
            "xaxis": {
                "range": list(_span(lines)),
                "title": {"text": here(t("Spearman, −1 to 1")), "font": {"size": canvas.font}},
            },
            "yaxis": {
                **{"tickvals": places, "ticktext": [plain(shortened(line.name, longest)) for line in lines]},
                **{"range": [0.4, len(lines) + 0.6], "showgrid": False},
            },
        },
    )


def _span(lines: Sequence[Beside]) -> tuple[float, float]:
    ends = [end for line in lines for end in (line.low, line.high, line.value) if end is not None]
    return max(-1.02, min([*ends, -0.2]) - 0.08), min(1.02, max([*ends, 0.2]) + 0.08)


def told(line: Beside) -> str:
    """A line in words: value, interval, scripts."""
    between = (
        ""
        if line.low is None or line.high is None
        else t(" ({number} to {number2})", number=number(line.low), number2=number(line.high))
    )
    return t("{number}{between}, {n} scripts", number=number(line.value), between=between, n=line.n)


def beside(models: Sequence[tuple[WithinModel, bool]], pooled: PooledLink | None) -> tuple[Beside, ...]:
    """The lines of an overview: models first, their floors after them, the mean of the models last.

    ``models`` say whether each is a floor; those without a coefficient have no line.
    """
    found = []
    for model, floor in sorted(models, key=lambda pair: pair[1]):
        rank = model.result.spearman
        if rank is not None:
            found.append(Beside(model.model, rank.value, rank.low, rank.high, model.result.n, floor))
    if pooled is not None and pooled.value is not None:
        name = t("Mean of {n} models", n=len(pooled.models))
        found.append(Beside(name, pooled.value, pooled.low, pooled.high, pooled.scripts, mean=True))
    return tuple(found)
