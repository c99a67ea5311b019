"""Plotly figures of a comparison. They hold data and layout; what depends on the page's scheme is applied in one place.

The page's style sheet recolours text and grid lines of figures for light and dark, so a figure drawn once suits both.
"""

from __future__ import annotations

import unicodedata
from math import inf
from typing import Literal, NamedTuple

import plotly.graph_objects as go

from echomind.leaderboard.colours import COLOURS
from echomind.leaderboard.comparison import Comparison
from echomind.leaderboard.labels import place_labels
from echomind.leaderboard.metrics import Metric

Width = Literal["wide", "narrow"]


class _Canvas(NamedTuple):
    """Pixels of the smallest screen a width serves: labels free of collisions there are free on larger ones too."""

    plot_width: float
    plot_height: float
    font: int
    margin: dict[str, int]

    @property
    def height(self) -> int:
        return round(self.plot_height) + self.margin["t"] + self.margin["b"]


_CANVAS: dict[Width, _Canvas] = {
    "wide": _Canvas(560, 400, 13, {"l": 64, "r": 16, "t": 12, "b": 56}),
    "narrow": _Canvas(276, 380, 11, {"l": 48, "r": 8, "t": 8, "b": 52}),
}
# Mean width of a character of the page's font, in its size; measured high, so that boxes err on the safe side.
_EM = 0.56
_LONGEST_LABEL = 0.6  # of the plot's width; what is longer is cut there, and whole at the pointer and in the table


def with_theme(figure: go.Figure) -> go.Figure:
    """The one look of all figures: transparent paper, neutral ink that reads in both schemes, no tool bar."""
    axis = {"gridcolor": "rgba(128,120,110,0.22)", "zeroline": False, "ticks": "", "linecolor": "rgba(128,120,110,0.5)"}
    figure.update_layout(
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": "#7a746a", "family": "Source Sans Pro, system-ui, sans-serif"},
        showlegend=False,
        dragmode=False,
        modebar={
            "remove": ["zoom", "pan", "select", "lasso", "zoomIn", "zoomOut", "autoScale", "resetScale", "toImage"]
        },
    )
    figure.update_xaxes(**axis, fixedrange=True)
    figure.update_yaxes(**axis, fixedrange=True)
    return figure


def axis_title(metric: Metric, arrow: str) -> str:
    """Title, term and unit of an axis, its level's colour as a square, and an arrow towards better."""
    unit = ", %" if metric.unit == "%" else f", {metric.range}"
    square = f'<span style="color:{COLOURS[metric.group].figure}">■</span>'
    return f"{square} {metric.title} ({metric.term}{unit})  {arrow} better"


def _arrow(metric: Metric, towards: str, away: str) -> str:
    return towards if metric.higher_is_better else away


def _span(values: tuple[float, ...], metric: Metric) -> tuple[float, float]:
    """The range of an axis: the values with room around them, but no ticks for values the metric cannot take."""
    low, high = min(values), max(values)
    pad = (high - low) * 0.1 or 1.0
    bounds = (metric.low if metric.low is not None else -inf, metric.high if metric.high is not None else inf)
    edge = 0.02 * (high - low + 2 * pad)
    return max(low - pad, bounds[0] - edge), min(high + pad, bounds[1] + edge)


# Plotly's texts are a small HTML; between two $ it sees LaTeX, after % or in braces a place for data, and some of that
# is looked for before entities are read. So all of these become numeric entities, which every reader of plotly knows.
_ESCAPED = {ord(character): f"&#{ord(character)};" for character in "&<>$%{}\\"}
_LONGEST_LINE = 44  # characters of a name on one line of the box at the pointer, which plotly never breaks by itself


def plain(text: str) -> str:
    """A name as plotly shows it literally, whatever is in it."""
    return text.translate(_ESCAPED)


def _lines(text: str) -> str:
    """As ``plain``, broken into lines that fit a narrow screen."""
    return "<br>".join(plain(text[i : i + _LONGEST_LINE]) for i in range(0, len(text), _LONGEST_LINE))


def text_width(text: str) -> float:
    """Roughly how wide ``text`` is, in characters of Latin: East Asian ones and pictures count nearly two."""
    return sum(
        0.0 if unicodedata.combining(c) else 1 / _EM if unicodedata.east_asian_width(c) in "WF" else 1.0 for c in text
    )


def shortened(text: str, width: float) -> str:
    """``text`` where it is at most so wide, or else its beginning and an ellipsis; accents stay with their letters."""
    if text_width(text) <= width:
        return text
    cut = next(i for i in range(1, len(text) + 1) if text_width(text[:i]) > width - 1)
    return f"{text[: cut - 1].rstrip()}…"


def scatter(found: Comparison, width: Width = "wide") -> go.Figure:
    """Every model as a labelled point, with the fitted line and its 95 % band where the result has them.

    ``width`` chooses the screen the labels are laid out for. Points without a free place for their label are named on
    hover only. An empty comparison gives an empty figure that says so.
    """
    canvas = _CANVAS[width]
    figure = with_theme(go.Figure())
    figure.update_layout(height=canvas.height, margin=canvas.margin, font_size=canvas.font)
    if not found.models:
        figure.update_xaxes(visible=False)
        figure.update_yaxes(visible=False)
        figure.add_annotation(
            text="No model has both scores", showarrow=False, x=0.5, y=0.5, xref="paper", yref="paper"
        )
        return figure
    fit = found.result.fit
    x_span = _span(found.xs, found.x)
    y_span = _span(found.ys if fit is None else (*found.ys, fit.y[0], fit.y[-1]), found.y)
    ink = COLOURS[found.y.group].figure
    if fit is not None:
        band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
        figure.add_scatter(x=fit.x, y=fit.low, **band)
        figure.add_scatter(x=fit.x, y=fit.high, fill="tonexty", fillcolor=f"{ink}24", **band)
        figure.add_scatter(
            x=fit.x, y=fit.y, mode="lines", line={"color": ink, "width": 1.5, "dash": "dash"}, hoverinfo="skip"
        )
    figure.add_scatter(
        x=found.xs,
        y=found.ys,
        mode="markers",
        cliponaxis=False,
        marker={"size": 9, "color": ink, "line": {"width": 1, "color": "rgba(255,255,255,0.8)"}},
        text=[_lines(model) for model in found.models],
        hovertemplate=f"<b>%{{text}}</b><br>{found.x.term} %{{x}}<br>{found.y.term} %{{y}}<extra></extra>",
    )
    _write_labels(figure, found, canvas, x_span, y_span)
    size = {"font": {"size": canvas.font}, "standoff": 10}
    figure.update_xaxes(range=x_span, title={"text": axis_title(found.x, _arrow(found.x, "→", "←")), **size})
    figure.update_yaxes(range=y_span, title={"text": axis_title(found.y, _arrow(found.y, "→", "←")), **size})
    return figure


def _write_labels(
    figure: go.Figure, found: Comparison, canvas: _Canvas, x_span: tuple[float, float], y_span: tuple[float, float]
) -> None:
    def pixel(x: float, y: float) -> tuple[float, float]:
        return (
            (x - x_span[0]) / (x_span[1] - x_span[0]) * canvas.plot_width,
            (y_span[1] - y) / (y_span[1] - y_span[0]) * canvas.plot_height,
        )

    points = [pixel(x, y) for x, y in zip(found.xs, found.ys, strict=True)]
    names = [shortened(model, canvas.plot_width * _LONGEST_LABEL / (_EM * canvas.font)) for model in found.models]
    sizes = [(text_width(name) * _EM * canvas.font + 4, canvas.font * 1.3) for name in names]
    places = place_labels(points, sizes, (canvas.plot_width, canvas.plot_height))
    for name, x, y, place in zip(names, found.xs, found.ys, places, strict=True):
        if place is None:
            continue
        figure.add_annotation(
            x=x,
            y=y,
            text=plain(name),
            ax=place.dx,
            ay=place.dy,
            xanchor=place.anchor,
            yanchor="middle" if place.anchor != "center" else ("top" if place.dy > 0 else "bottom"),
            showarrow=True,
            arrowhead=0,
            arrowwidth=0.8,
            arrowcolor="rgba(128,120,110,0.55)",
            standoff=5,
            borderpad=0,
            font={"size": canvas.font},
        )
