"""Two to four models beside each other as figures: see ``model_figures`` for the overlaid profile."""

from __future__ import annotations

import plotly.graph_objects as go

from echomind.leaderboard.colours import COLOURS
from echomind.leaderboard.comparing import Beside, Row, together, verdict
from echomind.leaderboard.figures import plain, shortened, with_theme
from echomind.leaderboard.metrics import Metric
from echomind.leaderboard.model_figures import LINES, Picture, bounds
from echomind.leaderboard.model_page import title
from echomind.leaderboard.paired import ModelDifference
from echomind.words import counted, here, joined, t

_BAND, _AROUND = 34, 76  # pixels of a metric, and of what is above and below all of them
VERDICTS = {
    "better": t("better"),
    "worse": t("worse"),
    "same": t("cannot be told apart"),
    "unknown": t("nothing can be said"),
}
_INK = "#7a746a"


def signed(metric: Metric, value: float) -> str:
    """A difference with its sign."""
    return f"{'+' if value > 0 else ''}{metric.text(value)}"


def difference_text(found: ModelDifference) -> str:
    """A difference with its interval, as far as there is one."""
    value = signed(found.metric, found.value or 0.0)
    if found.low is None or found.high is None:
        return value
    return t(
        "{value} ({signed} to {signed2})",
        value=value,
        signed=signed(found.metric, found.low),
        signed2=signed(found.metric, found.high),
    )


def _share(metric: Metric, difference: float) -> float:
    """A difference in percent of the metric's range, positive where it is better."""
    low, high = bounds(metric) or (0.0, 1.0)
    return 100 * difference / (high - low) * (1 if metric.higher_is_better else -1)


def dumbbells(found: Beside) -> Picture | None:
    """Every model's distance from the first one, metric by metric, in percent of its range; right is better.

    ``None`` where nothing can be subtracted.
    """
    differing = [row for row in found.rows if any(difference is not None for difference in row.differences)]
    drawn = [row for row in differing if bounds(row.metric) is not None]
    endless = [row.metric.term for row in differing if bounds(row.metric) is None]
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
    figure.update_xaxes(title={"text": here(t("% of range; right is better"))})
    figure.update_yaxes(
        tickvals=list(range(len(drawn))),
        ticktext=names,
        range=[len(drawn) - 0.5, -0.5],
        automargin=True,
        showgrid=False,
    )
    others = together([found.labels[i] for i in models])
    unknown = any(d is not None and verdict(d) == "unknown" for row in drawn for d in row.differences)
    return Picture(
        t("Differences"),
        joined(
            t(" "),
            [
                counted(
                    len(models),
                    "How far {others} is from {first}, which is the dotted line.",
                    "How far {others} are from {first}, which is the dotted line.",
                    others=others,
                    first=found.labels[0],
                ),
                t(
                    "A horizontal line is the 95 % interval; where it crosses the dotted line, the two cannot be told "
                    "apart."
                ),
                *((t("Open marks have no interval, so nothing can be said about them."),) if unknown else ()),
            ],
        ),
        figure,
        (t("Score"), *(found.labels[i] for i in models)),
        tuple(
            (
                t("{title} ({term})", title=title(row.metric), term=row.metric.term),
                *(_cell(row, i, alone=len(models) == 1) for i in models),
            )
            for row in drawn
        ),
        (t("Not drawn: {join} (has no published range).", join=joined(t(", "), endless)),) if endless else (),
    )


def _cell(row: Row, i: int, *, alone: bool) -> str:
    difference = row.differences[i]
    if difference is None:
        return "—"
    parts = [difference_text(difference), *([VERDICTS[verdict(difference)]] if alone else [])]
    return joined(t(", "), parts)


def _add_model(figure: go.Figure, found: Beside, drawn: list[Row], i: int, shift: float) -> None:
    colour, _, symbol = LINES[i]
    points = [(at, row, d) for at, row in enumerate(drawn) if (d := row.differences[i]) is not None]
    gaps = [_share(row.metric, d.value or 0.0) for _, row, d in points]
    ends = [
        (gap, gap)
        if d.low is None or d.high is None
        else tuple(sorted((_share(row.metric, d.low), _share(row.metric, d.high))))
        for gap, (_, row, d) in zip(gaps, points, strict=True)
    ]
    for gap, (at, _, _) in zip(gaps, points, strict=True):
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
        y=[at + shift for at, _, _ in points],
        mode="markers",
        name=plain(shortened(found.labels[i], 28)),
        marker={
            "size": 11,
            "color": colour,
            "symbol": [f"{symbol}-open" if d.low is None else symbol for _, _, d in points],
            "line": {"width": 2, "color": colour},
        },
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
            f"{plain(found.labels[i])}<br>{plain(title(row.metric))}: {here(difference_text(d))}"
            for _, row, d in points
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
