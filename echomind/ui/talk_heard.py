"""What was heard along its time, drawn: words, wave, loudness, pitch and pauses; the same in words beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from markupsafe import Markup

from echomind.leaderboard.colours import COLOURS
from echomind.leaderboard.figures import EM, HOVER, plain, themed
from echomind.models.asr import Word
from echomind.talk.timeline import FLOOR_DB, Pause, Timeline
from echomind.ui.markup import h, together
from echomind.words import counted, here, joined, t

BLUE, GREY = COLOURS["understanding"].figure, COLOURS["overall"].figure
_FONT = 11
_LANES = 4  # lines of words above the wave
_NO_PITCH = t("too little voice for a pitch")
_PHONE = 290.0  # pixels of the plot on the narrowest screen served: words that have room there have it everywhere


def lanes(words: Sequence[Word], seconds: float, width: float = _PHONE) -> list[int | None]:
    """The line (0 is the lowest) on which each word has room in a plot so many pixels wide; None where none has."""
    free = [0.0] * _LANES
    found: list[int | None] = []
    for word in words:
        half = (len(word.text) * EM * _FONT + 4) / 2
        centre = min(max((word.start + word.end) / 2 / seconds * width, half), width - half)
        lane = next((lane for lane, end in enumerate(free) if end <= centre - half), None)
        if lane is not None:
            free[lane] = centre + half
        found.append(lane)
    return found


def timeline_figure(measured: Timeline) -> go.Figure:
    """Words over the wave, loudness and pitch under it on the same time; pauses as grey bands over all."""
    placed = lanes(measured.words, measured.seconds)
    used = max((lane + 1 for lane in placed if lane is not None), default=0)
    top = 1.0 + 0.32 * used
    middles = (np.arange(len(measured.wave)) + 0.5) * measured.seconds / max(len(measured.wave), 1)
    peak = float(np.abs(measured.wave).max()) if len(measured.wave) else 0.0
    wave = measured.wave / peak if peak > 0 else measured.wave
    times = np.round(measured.times, 3)
    voiced = measured.pitch_range_hz is not None
    pitch = [round(float(value), 1) if voiced and not np.isnan(value) else None for value in measured.pitch_hz]
    data: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "x": [*np.round(middles, 3).tolist(), *np.round(middles[::-1], 3).tolist()],
            "y": [*np.round(wave[:, 1], 3).tolist(), *np.round(wave[::-1, 0], 3).tolist()],
            "fill": "toself",
            "fillcolor": BLUE,
            "line": {"color": BLUE, "width": 0.6},
            "mode": "lines",
            "hoverinfo": "skip",
        },
        _line(times.tolist(), np.round(measured.level_db, 1).tolist(), GREY, "y2", t("%{y:.0f} dB at %{x:.1f} s")),
        _line(times.tolist(), pitch, BLUE, "y3", t("%{y:.0f} Hz at %{x:.1f} s"), width=2.4),
        {
            "type": "scatter",
            "mode": "text",
            "x": [
                _inside(w, measured.seconds) for w, lane in zip(measured.words, placed, strict=True) if lane is not None
            ],
            "y": [1.18 + 0.32 * lane for lane in placed if lane is not None],
            "text": [plain(w.text) for w, lane in zip(measured.words, placed, strict=True) if lane is not None],
            "textfont": {"size": _FONT},
            "hoverinfo": "skip",
            "cliponaxis": False,
        },
    ]
    return themed(
        data,
        {
            "height": 288 + 16 * used,
            "margin": {"l": 46, "r": 8, "t": 8, "b": 36},
            "font": {"size": _FONT},
            "hoverlabel": HOVER,
            "shapes": [_band(pause) for pause in measured.pauses],
            "annotations": [
                *(_named(pause) for pause in measured.pauses if pause.seconds >= 0.1 * measured.seconds),
                *([] if voiced else [_no_pitch()]),
            ],
            "xaxis": {
                "range": [0, measured.seconds],
                "ticksuffix": " s",
                "anchor": "y3",
                "nticks": 7,
                "rangemode": "tozero",
                "showgrid": False,
            },
            "yaxis": {"domain": [0.6, 1], "range": [-1.05, top + 0.05], "showticklabels": False, "showgrid": False},
            "yaxis2": {**_axis(f"{here(t('loudness'))}<br>dB", [_floor(measured), 0]), "domain": [0.32, 0.55]},
            "yaxis3": {**_axis(f"{here(t('pitch'))}<br>Hz", _pitch_range(measured)), "domain": [0, 0.27]},
        },
    )


def _line(
    x: list[float], y: Sequence[float | None], ink: str, axis: str, hover: str, width: float = 1.6
) -> dict[str, Any]:
    line = {"color": ink, "width": width}
    return {
        **{"type": "scatter", "mode": "lines", "x": x, "y": list(y), "yaxis": axis, "line": line},
        **{"connectgaps": False, "hovertemplate": f"{here(hover)}<extra></extra>"},
    }


def _inside(word: Word, seconds: float) -> float:
    """The middle of a word, far enough from both ends that its letters stay in the plot."""
    half = (len(word.text) * EM * _FONT + 4) / 2 * seconds / _PHONE
    return round(min(max((word.start + word.end) / 2, half), max(seconds - half, half)), 3)


def _axis(title: str, span: list[float]) -> dict[str, Any]:
    return {
        **{"title": {"text": title, "font": {"size": _FONT}, "standoff": 4}, "range": span, "nticks": 4},
        **{"gridcolor": "rgba(128,120,110,0.22)", "zeroline": False, "fixedrange": True},
    }


def _floor(measured: Timeline) -> float:
    return max(FLOOR_DB, float(np.floor(measured.level_db.min() / 10) * 10)) if len(measured.level_db) else FLOOR_DB


def _pitch_range(measured: Timeline) -> list[float]:
    voiced = measured.pitch_hz[~np.isnan(measured.pitch_hz)]
    if not len(voiced):
        return [50, 300]
    return [float(max(np.percentile(voiced, 1) * 0.85, 40)), float(np.percentile(voiced, 99) * 1.15)]


def _no_pitch() -> dict[str, Any]:
    return {"x": 0.5, "xref": "paper", "y": 0.13, "yref": "paper", "showarrow": False, "text": here(_NO_PITCH)}


def _band(pause: Pause) -> dict[str, Any]:
    place = {"x0": round(pause.start, 3), "x1": round(pause.end, 3), "y0": 0, "y1": 1, "xref": "x", "yref": "paper"}
    return {"type": "rect", **place, "fillcolor": "rgba(138,131,120,0.22)", "line": {"width": 0}, "layer": "below"}


def _named(pause: Pause) -> dict[str, Any]:
    middle = round((pause.start + pause.end) / 2, 3)
    return {
        "x": middle,
        "y": 0.575,
        "yref": "paper",
        "text": here(t("pause {s:.1f} s", s=pause.seconds)),
        "showarrow": False,
    }


def timeline_words(measured: Timeline) -> Markup:
    """The same in a sentence, and the words with their times as a table that can be opened."""
    parts: list[str] = [t("{s:.1f} s of sound", s=measured.seconds)]
    if measured.loudness_db is not None:
        level = _signed(measured.loudness_db)
        parts.append(t("speech at {level} dB (0 is the loudest a file can hold)", level=level))
    pitch = measured.pitch_range_hz
    parts.append(
        _NO_PITCH
        if pitch is None
        else t("pitch about {hz:.0f} Hz, mostly {low:.0f} to {high:.0f}", hz=pitch[0], low=pitch[1], high=pitch[2])
    )
    count = len(measured.pauses)
    silent = sum(pause.seconds for pause in measured.pauses)
    paused = counted(count, "{n} pause, {silent:.1f} s in all", "{n} pauses, {silent:.1f} s in all", silent=silent)
    parts.append(paused if count else t("no pause"))
    if measured.words_per_s is not None:
        parts.append(t("{rate:.1f} words a second", rate=measured.words_per_s))
    return together(h("p", t("{parts}.", parts=joined(t("; "), parts)), class_="em-fine"), _table(measured))


def _table(measured: Timeline) -> Markup | None:
    rows = [("word", w.start, w.end, w.text) for w in measured.words]
    rows += [("pause", p.start, p.end, f"{p.seconds:.1f}") for p in measured.pauses]
    if not rows:
        return None
    head = h("tr", [h("th", text, scope="col") for text in (t("from"), t("to"), t("what"))])
    body = [
        h(
            "tr",
            h("td", f"{start:.2f} s", class_="em-number"),
            h("td", f"{end:.2f} s", class_="em-number"),
            h("td", h("bdi", text, lang="en") if kind == "word" else h("em", t("pause of {s} s", s=text))),
        )
        for kind, start, end, text in sorted(rows, key=lambda row: row[1])
    ]
    table = h("table", h("thead", head), h("tbody", body), class_="em-plain")
    return h("details", h("summary", t("Words and pauses with their times")), h("div", table), class_="em-note")


def _signed(value: float) -> str:
    return f"{value:.0f}".replace("-", "−")
