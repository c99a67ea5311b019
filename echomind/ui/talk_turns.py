"""Several turns on the page: feelings as a line over them, the same as a table, and questions about them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go
from markupsafe import Markup

from echomind.leaderboard.colours import COLOURS
from echomind.leaderboard.figures import HOVER, plain, themed
from echomind.models.protocol import VAD
from echomind.talk.trajectory import Moment, feeling_words, quoted
from echomind.ui.markup import h, together
from echomind.ui.talk_words import percent
from echomind.words import here, t

_LINES = (  # what of the speaker, its name, colour, dash, symbol: three ways to tell them apart besides the name
    ("v", t("valence"), COLOURS["understanding"].figure, "solid", "circle"),
    ("a", t("arousal"), COLOURS["conversation_audio"].figure, "dash", "diamond"),
    ("d", t("dominance"), COLOURS["overall"].figure, "dot", "square"),
)
_NEAR = 0.22  # of the scale: names of lines closer than this would lie over each other


def turns_figure(moments: Sequence[Moment]) -> go.Figure | None:
    """Valence, arousal and dominance of the speaker over the turns, the emotion above each; None before two turns."""
    if len(moments) < 2:
        return None
    turns = list(range(1, len(moments) + 1))
    data: list[dict[str, Any]] = [
        {
            **{
                "type": "scatter",
                "mode": "lines+markers",
                "x": turns,
                "y": _values(moments, name),
                "cliponaxis": False,
            },
            **{"line": {"color": ink, "width": 2.4, "dash": dash}, "marker": {"symbol": symbol, "size": 9}},
            "hovertemplate": here(t("turn {x}: {title} {y}", x="%{x}", title=title, y="%{y:.1f}")) + "<extra></extra>",
        }
        for name, title, ink, dash, symbol in _LINES
    ]
    marks = [here(t("turn {x}", x=turn)) for turn in turns]
    ends = _apart([_values(moments, name)[-1] for name, *_ in _LINES])
    names = [
        {
            **{"x": turns[-1], "y": y, "text": here(title), "xanchor": "left", "xshift": 10, "showarrow": False},
            "font": {"size": 11},
        }
        for y, (_, title, *_) in zip(ends, _LINES, strict=True)
    ]
    emotions = [
        {
            **{"x": turn, "y": 1.0, "yref": "paper", "yanchor": "bottom", "showarrow": False},
            **{"text": f"<b>{plain(feeling_words(moment))}</b>", "textangle": -20 if len(moments) > 3 else 0},
        }
        for turn, moment in zip(turns, moments, strict=True)
    ]
    return themed(
        data,
        {
            "height": 300,
            "margin": {"l": 34, "r": 78, "t": 56 if len(moments) > 3 else 34, "b": 40},
            "font": {"size": 11},
            "hoverlabel": HOVER,
            "annotations": [*names, *emotions],
            "xaxis": {"tickvals": turns, "ticktext": marks, "range": _room(len(turns))},
            "yaxis": {"range": [1, 5], "tickvals": [1, 2, 3, 4, 5]},
        },
    )


def _room(count: int) -> list[float]:
    return [1 - 0.12 * (count - 1), count + 0.04 * (count - 1)]


def _values(moments: Sequence[Moment], name: str) -> list[float]:
    return [round(min(max(getattr(moment.speaker, name), 1.0), 5.0), 2) for moment in moments]


def _apart(places: Sequence[float]) -> list[float]:
    """The places of names, moved up where one would lie over another."""
    found = list(places)
    order = sorted(range(len(found)), key=lambda i: found[i])
    for below, above in pairwise(order):
        found[above] = max(found[above], found[below] + 4 * _NEAR / 2)
    return found


def turns_table(moments: Sequence[Moment]) -> Markup:
    """Every turn with its words, emotion, cause and V-A-D of both sides; nothing before two turns."""
    if len(moments) < 2:
        return Markup("")
    heads = (t("Turn"), t("Words"), t("Felt"), t("Because"), t("Speaker V A D"), t("Listener V A D"))
    rows = [
        h(
            "tr",
            h("th", number, scope="row"),
            h("td", h("bdi", quoted(moment.words, 60), lang="en")),
            h("td", h("bdi", feeling_words(moment), lang="en"), " ", h("small", percent(moment.confidence))),
            h("td", h("bdi", moment.cause or "—", lang="en")),
            h("td", _vad(moment.speaker), class_="em-number"),
            h("td", _vad(moment.listener), class_="em-number"),
        )
        for number, moment in enumerate(moments, 1)
    ]
    return together(
        h("h2", t("Your turns"), h("small", t("how feelings went over this conversation")), class_="em-part"),
        h(
            "div",
            h(
                "table",
                h("caption", t("Each turn as the model noted it; valence, arousal and dominance from 1 to 5")),
                h("thead", h("tr", [h("th", text, scope="col") for text in heads])),
                h("tbody", rows),
                class_="em-plain",
            ),
            class_="em-sideways",
            tabindex="0",
            role="region",
            aria_label=t("Your turns as a table"),
        ),
    )


def _vad(vad: VAD) -> str:
    return f"{vad.v:.1f} {vad.a:.1f} {vad.d:.1f}"
