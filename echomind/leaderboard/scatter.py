"""The figure of a comparison: every model a point, its group, size and intervals, the line and how sure it is.

Colour and symbol tell the group, the size of a mark the number of parameters; a hollow mark has none stated. Bars are
the 95 % intervals of the scores: solid where they were measured, dotted and lighter where they follow from n alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, log10
from typing import Any, NamedTuple

import plotly.graph_objects as go

from echomind.leaderboard.colours import COLOURS
from echomind.leaderboard.comparison import Comparison
from echomind.leaderboard.figures import (
    CANVAS,
    EM,
    FAINT,
    HOVER,
    Canvas,
    Width,
    arrow,
    axis_title,
    lines,
    plain,
    shortened,
    span,
    text_width,
    themed,
)
from echomind.leaderboard.intervals import ScoreInterval, interval_of
from echomind.leaderboard.labels import MAX_LABELS, place_labels
from echomind.leaderboard.metrics import METRICS
from echomind.leaderboard.points import Colouring, Score, group_of, groups, score_of, score_text, source_text
from echomind.leaderboard.records import Record
from echomind.words import cached, counted, here, joined, t

_LONGEST_LABEL = 0.6  # of the plot's width; what is longer is cut there, and whole at the pointer and in the table
_UNKNOWN_SIZE = 11.0  # pixels across
_AROUND = 2.5  # pixels kept free around a mark
_CROWD = 0.6  # how much smaller marks are where there are too many for names
CONTEXT = {"hoverinfo": "skip", "showlegend": False}


def diameter(params_b: float | None) -> float:
    """Pixels across a mark: 7 to 20, four more with each tenfold of parameters (in billions)."""
    return _UNKNOWN_SIZE if params_b is None else min(max(9 + 4 * log10(params_b), 7.0), 20.0)


def parameters_text(params_b: float | None) -> str:
    """``"7B parameters"``, ``"6M parameters"``, or that the source does not say."""
    if params_b is None:
        return t("number of parameters not stated")
    return t("{size} parameters", size=size_text(params_b))


def size_text(params_b: float) -> str:
    """``"7B"``, ``"6M"``."""
    return f"{params_b:g}B" if params_b >= 0.1 else f"{params_b * 1000:.3g}M"


def crowded(found: Comparison) -> bool:
    """Whether there are too many points for names and interval bars: both are at the pointer and in the table then."""
    return len(found.models) > MAX_LABELS


class _Whisker(NamedTuple):
    x: tuple[float, float]
    y: tuple[float, float]
    kind: str


def _whiskers(found: Comparison) -> Iterator[_Whisker]:
    for record, x, y in zip(found.records, found.xs, found.ys, strict=True):
        for metric in (found.x, found.y):
            ends = interval_of(record, metric.id)
            if isinstance(ends, ScoreInterval):
                across = metric is found.x
                bar = (ends.low, ends.high)
                yield _Whisker(bar if across else (x, x), (y, y) if across else bar, ends.kind)


def _bars(whiskers: list[_Whisker], kind: str, **line: Any) -> dict[str, Any] | None:
    mine = [whisker for whisker in whiskers if whisker.kind == kind]
    if not mine:
        return None
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [value for whisker in mine for value in (*whisker.x, None)],
        "y": [value for whisker in mine for value in (*whisker.y, None)],
        "line": line,
        "hoverinfo": "skip",
        "name": here(t("95 % interval") if kind == "measured" else t("approximate interval")),
    }


def _details(found: Comparison, record: Record) -> str:
    scores = [_score_line(score_of(record, metric)) for metric in (found.x, found.y)]
    return "<br>".join([*scores, _about(record.model.params_b, source_text(record))])


@cached(65_536)
def _score_line(score: Score) -> str:
    return plain(f"{METRICS[score.metric].term} {here(score_text(score))}")


@cached(4096)
def _about(params_b: float | None, source: str) -> str:
    return f"{plain(parameters_text(params_b))}<br>{plain(source)}"


def _marks(found: Comparison, colouring: Colouring, scale: float) -> Iterator[dict[str, Any]]:
    """One trace a group, and the entries of the legend, which draw no point."""
    scale *= _CROWD if crowded(found) else 1.0
    members = [group_of(record, colouring) for record in found.records]
    for group in groups(colouring):
        mine = [i for i, member in enumerate(members) if member == group]
        if not mine:
            continue
        sizes = [found.records[i].model.params_b for i in mine]
        yield {
            "type": "scatter",
            "mode": "markers",
            "x": [found.xs[i] for i in mine],
            "y": [found.ys[i] for i in mine],
            "cliponaxis": False,
            "marker": {
                "size": [round(diameter(size) * scale, 1) for size in sizes],
                "symbol": [group.symbol if size is not None else f"{group.symbol}-open" for size in sizes],
                "color": group.colour,
                "opacity": 1,
                "line": {
                    "width": [1 if size is not None else 2 for size in sizes],
                    "color": ["rgba(255,255,255,0.85)" if size is not None else group.colour for size in sizes],
                },
            },
            "text": [lines(found.models[i]) for i in mine],
            "customdata": [_details(found, found.records[i]) for i in mine],
            "hovertemplate": "<b>%{text}</b><br>%{customdata}<extra></extra>",
            "showlegend": False,
        }
        yield _key(f"{here(group.name)} ({len(mine)})", group.symbol, group.colour)
    hollow = sum(record.model.params_b is None for record in found.records)
    if hollow:
        yield _key(here(t("size not stated ({hollow})", hollow=hollow)), "circle-open", "#8a8378")


def _key(name: str, symbol: str, colour: str) -> dict[str, Any]:
    """An entry of the legend."""
    marker = {"size": 10, "symbol": symbol, "color": colour, "line": {"width": 2 if "open" in symbol else 0}}
    return {"type": "scatter", "mode": "markers", "x": [None], "y": [None], "marker": marker, "name": name}


def _line(found: Comparison) -> list[dict[str, Any]]:
    fit, ink = found.result.fit, COLOURS[found.y.group].figure
    if fit is None:
        return []
    band = {"type": "scatter", "mode": "lines", "line": {"width": 0}, "x": fit.x, **CONTEXT}
    return [
        {**band, "y": fit.low},
        {**band, "y": fit.high, "fill": "tonexty", "fillcolor": f"{ink}24"},
        {
            **{"type": "scatter", "mode": "lines", "x": fit.x, "y": fit.y, "hoverinfo": "skip"},
            "line": {"color": ink, "width": 1.5, "dash": "dash"},
            "name": here(t("line, 95 % band")),
        },
    ]


def heading(found: Comparison, width: float) -> list[str]:
    """The lines of the figure's title, with n: as few as ``width`` characters allow."""
    n = here(counted(found.result.n, "n = 1 model", "n = {n} models"))
    names = here(t("{title} and {title2}", title=found.x.title, title2=found.y.title))
    for lines_of_title in ([here(joined(t(", "), (names, n)))], [names, n]):
        if max(map(text_width, lines_of_title)) <= width:
            return lines_of_title
    return [here(found.x.title), here(t("and {title}", title=found.y.title)), n]


def scatter(found: Comparison, width: Width = "wide", colouring: Colouring = "weights") -> go.Figure:
    """Every model as a labelled point, with the fitted line and its 95 % band where the result has them.

    ``width`` chooses the screen the labels are laid out for. Points without a free place for their label are named on
    hover only. An empty comparison gives an empty figure that says so.
    """
    canvas = CANVAS[width]
    if not found.models:
        nothing = {"text": here(t("No model has both scores")), "showarrow": False, "xref": "paper", "yref": "paper"}
        hidden = {"visible": False}
        return themed([], {"height": 420, "xaxis": hidden, "yaxis": hidden, "annotations": [nothing]})
    fit, whiskers = found.result.fit, [] if crowded(found) else list(_whiskers(found))
    x_span = span((*found.xs, *(end for whisker in whiskers for end in whisker.x)), found.x)
    line_ends = () if fit is None else (fit.y[0], fit.y[-1])
    y_span = span((*found.ys, *line_ends, *(end for whisker in whiskers for end in whisker.y)), found.y)
    bars = [
        _bars(whiskers, "approximate", color="rgba(128,120,110,0.6)", width=1, dash="dot"),
        _bars(whiskers, "measured", color="rgba(128,120,110,0.9)", width=1.4),
    ]
    data = [*_line(found), *(bar for bar in bars if bar), *_marks(found, colouring, canvas.marks)]
    layout = _layout(found, canvas, data)
    layout["xaxis"]["range"], layout["yaxis"]["range"] = list(x_span), list(y_span)
    layout["annotations"] = list(_labels(found, canvas, x_span, y_span, whiskers))
    return themed(data, layout)


def _layout(found: Comparison, canvas: Canvas, data: list[dict[str, Any]]) -> dict[str, Any]:
    across, up = canvas.plot_width / (EM * canvas.font), canvas.plot_height / (EM * canvas.font)
    title = heading(found, across)
    x_title = axis_title(found.x, arrow(found.x, "→", "←"), across)
    y_title = axis_title(found.y, arrow(found.y, "→", "←"), up)
    keys = [trace["name"] for trace in data if trace.get("showlegend", True)]
    widest = max(map(text_width, keys)) * EM * (canvas.font - 1) + 40
    rows = ceil(len(keys) / max(1, int(canvas.plot_width / widest)))
    legend = rows * (canvas.line + 2) + 4
    top = canvas.line * len(title) + 10
    bottom = canvas.line * (3 if "<br>" in x_title else 2) + 14 + legend
    left = canvas.left + (canvas.line if "<br>" in y_title else 0)
    size = {"font": {"size": canvas.font}, "standoff": 8}
    return {
        "height": round(canvas.plot_height) + top + bottom,
        "margin": {"l": left, "r": canvas.right, "t": top, "b": bottom},
        "font": {"size": canvas.font},
        "title": {
            **{
                "text": "<br>".join(map(plain, title)),
                "x": 0,
                "xref": "paper",
                "y": 1,
                "yref": "container",
                "yanchor": "top",
            },
            **{"pad": {"t": 4 + top - canvas.line - 10}, "font": {"size": canvas.font + 1}},
        },
        "showlegend": True,
        "legend": {
            **{
                "orientation": "h",
                "x": -left / canvas.plot_width,
                "xanchor": "left",
                "font": {"size": canvas.font - 1},
            },
            **{"y": 0, "yref": "container", "yanchor": "bottom", "itemclick": False, "itemdoubleclick": False},
            "traceorder": "normal",
        },
        "hovermode": "closest",
        "hoverlabel": HOVER,
        "xaxis": {"title": {"text": x_title, **size}},
        "yaxis": {"title": {"text": y_title, **size}},
    }


def _labels(
    found: Comparison,
    canvas: Canvas,
    x_span: tuple[float, float],
    y_span: tuple[float, float],
    whiskers: list[_Whisker],
) -> Iterator[dict[str, Any]]:
    if crowded(found):
        return

    def pixel(x: float, y: float) -> tuple[float, float]:
        return (
            (x - x_span[0]) / (x_span[1] - x_span[0]) * canvas.plot_width,
            (y_span[1] - y) / (y_span[1] - y_span[0]) * canvas.plot_height,
        )

    points = [pixel(x, y) for x, y in zip(found.xs, found.ys, strict=True)]
    names = [shortened(model, canvas.plot_width * _LONGEST_LABEL / (EM * canvas.font)) for model in found.models]
    sizes = [(text_width(name) * EM * canvas.font + 4, canvas.font * 1.3) for name in names]
    radii = [diameter(record.model.params_b) * canvas.marks / 2 + _AROUND for record in found.records]
    strokes = [(*pixel(bar.x[0], bar.y[1]), *pixel(bar.x[1], bar.y[0])) for bar in whiskers]
    places = place_labels(points, sizes, (canvas.plot_width, canvas.plot_height), radii, strokes)
    for name, x, y, radius, place in zip(names, found.xs, found.ys, radii, places, strict=True):
        if place is not None:
            yield {
                **{"x": x, "y": y, "text": plain(name), "ax": place.dx, "ay": place.dy, "xanchor": place.anchor},
                "yanchor": "middle" if place.anchor != "center" else ("top" if place.dy > 0 else "bottom"),
                **{"showarrow": True, "arrowhead": 0, "arrowwidth": 0.8, "arrowcolor": FAINT, "borderpad": 0},
                **{"standoff": radius - _AROUND, "font": {"size": canvas.font}},
            }
