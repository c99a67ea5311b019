"""Where a voice lies between unpleasant and pleasant, calm and excited: speaker and listener in one plane."""

from __future__ import annotations

from math import hypot
from typing import Any

import plotly.graph_objects as go
from markupsafe import Markup

from echomind.leaderboard.colours import COLOURS
from echomind.leaderboard.figures import HOVER, themed
from echomind.models.protocol import VAD, Perception
from echomind.ui.markup import h, together
from echomind.words import here, t

LOW, HIGH = 1.0, 5.0  # EmoBank's scale
MIDDLE = (LOW + HIGH) / 2
# Distances in the plane on a scale of 1 to 5 (at most 5.7), in words: half a step is within the model's own error.
DISTANCES = ((0.5, t("almost the same")), (1.0, t("close to each other")), (2.0, t("apart")), (9.0, t("far apart")))
BLUE, VIOLET, GREY = COLOURS["understanding"].figure, COLOURS["reasoning"].figure, COLOURS["overall"].figure
_FONT = 11


def plane_figure(speaker: VAD, listener: VAD) -> go.Figure:
    """Speaker and listener as two points of the valence-arousal plane, each with its name, a dotted line between."""
    (x, y), (at_x, at_y) = _place(speaker), _place(listener)
    speaker_over = y >= at_y
    marks = [
        _mark(x, y, here(t("speaker")), "circle", BLUE, 10, "top center" if speaker_over else "bottom center"),
        _mark(
            at_x,
            at_y,
            here(t("listener")),
            "circle-open",
            VIOLET,
            19,
            "bottom center" if speaker_over else "top center",
        ),
    ]
    between = {
        **{"type": "scatter", "mode": "lines", "x": [x, at_x], "y": [y, at_y], "hoverinfo": "skip"},
        "line": {"color": GREY, "width": 1.5, "dash": "dot"},
    }
    corners = (
        (t("tense"), 1.08, 4.9, "left"),
        (t("elated"), 4.92, 4.9, "right"),
        (t("gloomy"), 1.08, 1.1, "left"),
        (t("at ease"), 4.92, 1.1, "right"),
    )
    axis = {"range": [LOW, HIGH], "tickvals": [1, 2, 3, 4, 5], "showgrid": False}
    middle = {"type": "line", "line": {"color": "rgba(128,120,110,0.4)", "width": 1}, "layer": "below"}
    return themed(
        [between, *marks],
        {
            "height": 300,
            "margin": {"l": 46, "r": 10, "t": 10, "b": 44},
            "font": {"size": _FONT},
            "hoverlabel": HOVER,
            "shapes": [
                {**middle, "x0": MIDDLE, "x1": MIDDLE, "y0": LOW, "y1": HIGH},
                {**middle, "x0": LOW, "x1": HIGH, "y0": MIDDLE, "y1": MIDDLE},
            ],
            "annotations": [
                {"x": x, "y": y, "text": here(text), "xanchor": side, "showarrow": False, "opacity": 0.75}
                for text, x, y, side in corners
            ],
            "xaxis": {**axis, "title": {"text": here(t("valence: unpleasant → pleasant")), "standoff": 6}},
            "yaxis": {**axis, "title": {"text": here(t("arousal: calm → excited")), "standoff": 6}},
        },
    )


def _place(vad: VAD) -> tuple[float, float]:
    return (round(min(max(vad.v, LOW), HIGH), 3), round(min(max(vad.a, LOW), HIGH), 3))


def _mark(x: float, y: float, name: str, symbol: str, ink: str, size: int, place: str) -> dict[str, Any]:
    hover = t("{name}: valence {x}, arousal {y}", name=name, x="%{x:.1f}", y="%{y:.1f}")
    return {
        **{"type": "scatter", "mode": "markers+text", "x": [x], "y": [y], "text": [name], "textposition": place},
        "marker": {"symbol": symbol, "size": size, "color": ink, "line": {"width": 2.5, "color": ink}},
        "textfont": {"size": _FONT + 1},
        "cliponaxis": False,
        "hovertemplate": f"{here(hover)}<extra></extra>",
    }


def plane_words(perception: Perception) -> Markup:
    """Where both points lie, how far apart, and the dominance of both."""
    speaker, listener = perception.speaker, perception.listener
    (x, y), (at_x, at_y) = _place(speaker), _place(listener)
    far = hypot(x - at_x, y - at_y)
    apart = next(words for limit, words in DISTANCES if far < limit)
    return together(
        h(
            "p",
            t(
                "What the speaker expresses is {speaker}; what a listener would feel is {listener}. "
                "The two are {apart}: {far:.1f} on scales from 1 to 5.",
                speaker=region(speaker),
                listener=region(listener),
                apart=apart,
                far=far,
            ),
        ),
        h(
            "p",
            t(
                "Dominance: speaker {a:.1f} ({speaker}), listener {b:.1f} ({listener}).",
                a=speaker.d,
                speaker=_dominance(speaker.d),
                b=listener.d,
                listener=_dominance(listener.d),
            ),
            class_="em-fine",
        ),
    )


def region(vad: VAD) -> str:
    """A place of the plane in words: within a quarter of the middle an axis says nothing."""
    valence = None if abs(vad.v - MIDDLE) < 0.25 else t("pleasant") if vad.v > MIDDLE else t("unpleasant")
    arousal = None if abs(vad.a - MIDDLE) < 0.25 else t("excited") if vad.a > MIDDLE else t("calm")
    if valence and arousal:
        return t("{valence} and {arousal}", valence=valence, arousal=arousal)
    return valence or arousal or t("neither one way nor the other")


def _dominance(value: float) -> str:
    if abs(value - MIDDLE) < 0.25:
        return t("in between")
    return t("rather in control") if value > MIDDLE else t("rather powerless")
