"""The figure of a HumDial team: the automatic judge's mark for empathy beside those of people, among all teams."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go

from echomind.leaderboard.boards import Board
from echomind.leaderboard.colours import COLOURS
from echomind.leaderboard.figures import with_theme
from echomind.leaderboard.metrics import METRICS
from echomind.leaderboard.model_figures import Picture, strip
from echomind.leaderboard.model_page import title
from echomind.leaderboard.records import Record
from echomind.words import here, joined, t

_GREY = "#8a8378"


def people_and_judge(board: Board, records: Mapping[str, Record], slug: str, language: str) -> Picture | None:
    """The automatic mark for empathy beside people's, for one team among all, in one language of HumDial.

    ``None`` where the board or the record has no such marks.
    """
    marks = [
        METRICS[f"{m}_{language}"] for m in ("t3_d1", "t3_d2_human", "t3_d3_human") if f"{m}_{language}" in METRICS
    ]
    own = records[slug].scores
    marked = [m for m in marks if m.id in own and m.id in board.metrics]
    if len(marked) < 2 or marked[0].group == "human":
        return None
    figure, rows, places = with_theme(go.Figure()), [], []
    for row, metric in enumerate(marked):
        ink = COLOURS[metric.group].figure
        values = {s: r.scores[metric.id] for s, r in records.items() if metric.id in r.scores}
        others = [value for s, value in values.items() if s != slug]
        rank = 1 + sum(value > own[metric.id] for value in others)
        figure.add_scatter(
            x=others,
            y=[row] * len(others),
            mode="markers",
            marker={"symbol": "line-ns", "size": 16, "line": {"width": 1.5, "color": _GREY}},
            hovertemplate=f"{here(t('another team'))}: %{{x}}<extra></extra>",
        )
        figure.add_scatter(
            x=[own[metric.id]],
            y=[row],
            mode="markers+text",
            marker={"size": 14, "color": ink, "symbol": "circle" if row == 0 else "diamond"},
            text=[metric.text(own[metric.id])],
            textposition="bottom center",
            hovertemplate=f"{metric.term} %{{x}}<extra></extra>",
        )
        who = t("automatic judge") if row == 0 else t("people")
        rows.append(
            (
                t("{title} ({term})", title=title(metric), term=metric.term),
                who,
                metric.text(own[metric.id]),
                t("{rank} of {n}", rank=rank, n=len(values)),
            )
        )
        places.append(rank)
    strip(
        figure, [f"{m.term}<br>{here(t('judge') if i == 0 else t('people'))}" for i, m in enumerate(marked)], (1.0, 5.0)
    )
    return Picture(
        t("Marked by a judge and by people"),
        joined(
            t(" "),
            (
                t("The automatic judge and people agree on its place among {n} teams.", n=len(records))
                if len(set(places)) == 1
                else t("The automatic judge and people do not agree on its place among {n} teams.", n=len(records)),
                t("They mark different things: the judge the words of the reply, people its voice."),
            ),
        ),
        figure,
        (t("Mark"), t("By"), t("Mark, 1 to 5"), t("Place")),
        tuple(rows),
        (t("Thin upright lines are the other teams."),),
    )
