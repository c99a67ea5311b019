"""The look of all plotly figures, and names in them. What depends on the page's scheme is applied in one place.

The page's style sheet recolours text and grid lines of figures for light and dark, so a figure drawn once suits both.
"""

from __future__ import annotations

import unicodedata
from math import inf
from typing import Any, Literal, NamedTuple

import plotly.graph_objects as go

from echomind.leaderboard.colours import COLOURS
from echomind.leaderboard.metrics import Metric
from echomind.words import here, t

Width = Literal["wide", "narrow"]
FAINT = "rgba(128,120,110,0.55)"  # lines that lead the eye and mean nothing

# The box at the pointer; the page's style sheet inks it for its scheme.
HOVER = {"align": "left", "bgcolor": "#fffdfa", "bordercolor": "#8a8378", "font": {"color": "#2f2a25"}}


class Canvas(NamedTuple):
    """Pixels of the smallest screen a width serves: labels free of collisions there are free on larger ones too."""

    plot_width: float
    plot_height: float
    font: int
    left: int
    right: int
    marks: float  # their size: where two overlap, the pointer finds but one of them

    @property
    def line(self) -> int:
        """Pixels of a line of text."""
        return round(self.font * 1.5)


CANVAS: dict[Width, Canvas] = {
    "wide": Canvas(560, 380, 13, 64, 16, 1.0),
    "narrow": Canvas(276, 360, 11, 50, 8, 0.72),
}
# Mean width of a character of the page's font, in its size; measured high, so that boxes err on the safe side.
EM = 0.56
_AXIS = {"gridcolor": "rgba(128,120,110,0.22)", "zeroline": False, "ticks": "", "linecolor": "rgba(128,120,110,0.5)"}
_LAYOUT: dict[str, Any] = {
    "paper_bgcolor": "rgba(0,0,0,0)",
    "plot_bgcolor": "rgba(0,0,0,0)",
    "font": {"color": "#7a746a", "family": "Source Sans Pro, system-ui, sans-serif"},
    "showlegend": False,
    "dragmode": False,
    "modebar": {
        "remove": ["zoom", "pan", "select", "lasso", "zoomIn", "zoomOut", "autoScale", "resetScale", "toImage"]
    },
}


def with_theme(figure: go.Figure) -> go.Figure:
    """The one look of all figures: transparent paper, neutral ink that reads in both schemes, no tool bar."""
    figure.update_layout(**_LAYOUT)
    figure.update_xaxes(**_AXIS, fixedrange=True)
    figure.update_yaxes(**_AXIS, fixedrange=True)
    return figure


def themed(data: list[dict[str, Any]], layout: dict[str, Any]) -> go.Figure:
    """A figure of plain data in the look of ``with_theme``.

    Plotly checks none of it, which would take 100 ms at every change of an axis: the tests let it check them instead.
    """
    axes = {name: {**_AXIS, "fixedrange": True, **layout.get(name, {})} for name in ("xaxis", "yaxis")}
    whole = {"template": {}, "colorway": ["#7a746a"], "autosize": True, **_LAYOUT, **layout, **axes}
    whole["font"] = {**_LAYOUT["font"], **layout.get("font", {})}
    return go.Figure({"data": data, "layout": whole}, _validate=False)


def axis_title(metric: Metric, arrow: str, width: float = inf) -> str:
    """Title, term and unit of an axis, its level's colour as a square, and an arrow towards better.

    Broken into two lines where it is wider than ``width`` characters.
    """
    unit = "%" if metric.unit == "%" else metric.range
    square = f'<span style="color:{COLOURS[metric.group].figure}">■</span>'
    about = here(t("({term}, {unit})  {arrow} better", term=metric.term, unit=unit, arrow=arrow))
    title = here(metric.title)
    long = text_width(title) + text_width(about) + 3 > width
    return f"{square} {title}{'<br>' if long else ' '}{about}"


def arrow(metric: Metric, towards: str, away: str) -> str:
    """The one of the two that points at better."""
    return towards if metric.higher_is_better else away


def span(values: tuple[float, ...], metric: Metric) -> tuple[float, float]:
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
    return here(text).translate(_ESCAPED)


def lines(text: str) -> str:
    """As ``plain``, broken into lines that fit a narrow screen."""
    return "<br>".join(plain(text[i : i + _LONGEST_LINE]) for i in range(0, len(text), _LONGEST_LINE))


def text_width(text: str) -> float:
    """Roughly how wide ``text`` is, in characters of Latin: East Asian ones and pictures count nearly two."""
    return sum(
        0.0 if unicodedata.combining(c) else 1 / EM if unicodedata.east_asian_width(c) in "WF" else 1.0 for c in text
    )


def shortened(text: str, width: float) -> str:
    """``text`` where it is at most so wide, or else its beginning and an ellipsis; accents stay with their letters."""
    text = here(text)
    if text_width(text) <= width:
        return text
    cut = next(i for i in range(1, len(text) + 1) if text_width(text[:i]) > width - 1)
    return f"{text[: cut - 1].rstrip()}…"
