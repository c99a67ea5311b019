"""Two to four models beside each other as figures: see ``model_figures`` for the overlaid profile."""

from __future__ import annotations

import plotly.graph_objects as go

from echomind.leaderboard.colours import COLOURS
from echomind.leaderboard.comparing import Beside, Difference, Row
from echomind.leaderboard.figures import plain, shortened, with_theme
from echomind.leaderboard.intervals import NoInterval
from echomind.leaderboard.metrics import Metric
from echomind.leaderboard.model_figures import LINES, Picture
from echomind.leaderboard.model_page import title

_BAND, _AROUND = 34, 76  # pixels of a metric, and of what is above and below all of them
VERDICTS = {
    "better": "better",
    "worse": "worse",
    "same": "cannot be told apart",
    "unknown": "nothing can be said",
}
_INK = "#7a746a"


def signed(metric: Metric, value: float) -> str:
    """A difference with its sign."""
    return f"{'+' if value > 0 else ''}{metric.text(value)}"


def difference_text(metric: Metric, difference: Difference) -> str:
    """A difference with its interval, as far as there is one."""
    sure = difference.sure
    if isinstance(sure, NoInterval):
        return signed(metric, difference.value)
    return f"{signed(metric, difference.value)} ({signed(metric, sure.low)} to {signed(metric, sure.high)})"


def _share(metric: Metric, first: float, difference: float) -> float:
    """A difference as a share of the range, to the right where it is better; of ``first`` where there is no range."""
    span = metric.high - metric.low if metric.high is not None and metric.low is not None else abs(first)
    return 100 * difference / span * (1 if metric.higher_is_better else -1) if span else 0.0


def dumbbells(found: Beside) -> Picture | None:
    """Every model's distance from the first one, metric by metric, in percent of the metric's range; right is better.

    ``None`` where nothing can be subtracted.
    """
    drawn = [row for row in found.rows if any(difference is not None for difference in row.differences)]
    if not drawn:
        return None
    figure = with_theme(go.Figure())
    figure.add_vline(x=0, line={"color": _INK, "width": 1.5, "dash": "dot"})
    models = [i for i in range(1, len(found.slugs)) if found.comparable[i]]
    for place, i in enumerate(models):
        _add_model(figure, found, drawn, i, (place - (len(models) - 1) / 2) * 0.24)
    names = [
        f'<span style="color:{COLOURS[row.metric.group].figure}">■</span> {plain(shortened(title(row.metric), 26))}'
        for row in drawn
    ]
    figure.update_layout(
        height=_AROUND + _BAND * len(drawn) + (26 if len(models) > 1 else 0),
        margin={"l": 8, "r": 16, "t": 8, "b": 52},
        showlegend=len(models) > 1,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "itemclick": False},
    )
    figure.update_xaxes(title={"text": "% of the score's range; right of the line is better"})
    figure.update_yaxes(
        tickvals=list(range(len(drawn))),
        ticktext=names,
        range=[len(drawn) - 0.5, -0.5],
        automargin=True,
        showgrid=False,
    )
    others = " and ".join(found.labels[i] for i in models)
    return Picture(
        "Differences",
        f"How far {others} {'is' if len(models) == 1 else 'are'} from {found.labels[0]}, which is the dotted line. "
        "A horizontal line is the 95 % interval; where it crosses the dotted line, the two cannot be told apart.",
        figure,
        ("Score", *(found.labels[i] for i in models)),
        tuple(
            (
                f"{title(row.metric)} ({row.metric.term})",
                *(_cell(row, i) for i in models),
            )
            for row in drawn
        ),
        ("Scores without a range are shown in percent of the first model's score.",)
        if any(row.metric.low is None or row.metric.high is None for row in drawn)
        else (),
    )


def _cell(row: Row, i: int) -> str:
    difference = row.differences[i]
    if difference is None:
        return "—"
    return f"{difference_text(row.metric, difference)}, {VERDICTS[difference.verdict]}"


def _add_model(figure: go.Figure, found: Beside, drawn: list[Row], i: int, shift: float) -> None:
    colour, _, symbol = LINES[i]
    here = [(at, row, row.differences[i], row.values[0]) for at, row in enumerate(drawn)]
    points = [(at, row, d, v) for at, row, d, v in here if d is not None and v is not None]
    gaps = [_share(row.metric, first, d.value) for _, row, d, first in points]
    ends = [
        (gap, gap)
        if isinstance(d.sure, NoInterval)
        else tuple(sorted((_share(row.metric, first, d.sure.low), _share(row.metric, first, d.sure.high))))
        for gap, (_, row, d, first) in zip(gaps, points, strict=True)
    ]
    for gap, (at, _, _, _) in zip(gaps, points, strict=True):
        figure.add_scatter(
            x=[0, gap],
            y=[at + shift, at + shift],
            mode="lines",
            line={"color": colour, "width": 5},
            opacity=0.35,
            hoverinfo="skip",
            showlegend=False,
        )
    figure.add_scatter(
        x=gaps,
        y=[at + shift for at, _, _, _ in points],
        mode="markers",
        name=plain(shortened(found.labels[i], 28)),
        marker={"size": 11, "color": colour, "symbol": symbol},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [high - gap for gap, (_, high) in zip(gaps, ends, strict=True)],
            "arrayminus": [gap - low for gap, (low, _) in zip(gaps, ends, strict=True)],
            "color": _INK,
            "thickness": 1.6,
            "width": 0,
        },
        customdata=[
            f"{plain(found.labels[i])}<br>{plain(title(row.metric))}: {difference_text(row.metric, d)}"
            for _, row, d, _ in points
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
