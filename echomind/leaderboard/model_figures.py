"""The figures of one model. Each is a ``Picture``: plotly data, what it says in words, and the same data as a table.

Marks have the colour of their level and always a word beside them. Texts from outside are escaped by ``plain``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import plotly.graph_objects as go

from echomind.leaderboard.boards import Board
from echomind.leaderboard.colours import COLOURS
from echomind.leaderboard.figures import plain, shortened, with_theme
from echomind.leaderboard.frame import absence
from echomind.leaderboard.metrics import METRICS, Group, Metric
from echomind.leaderboard.model_page import title
from echomind.leaderboard.records import Record
from echomind.words import here, joined, t

_LEVELS: tuple[Group, ...] = ("understanding", "reasoning", "conversation_text", "conversation_audio", "human", "arena")
# Hundred errors per hundred words are as bad as hearing nothing: the only bound that is ours and not the metric's.
_BOUND = {"wer": (0.0, 100.0), "wer_utterance_mean": (0.0, 100.0)}
_LONG_NAME = 12  # characters of a spoke that is broken into two lines, or narrow screens cut it off
_GREY, _FAINT = "#8a8378", "rgba(128,120,110,0.3)"
# Models beside each other: lines differ in dash and symbol as well, and stand apart for all kinds of colour vision.
SIDES = (("#2f7d5b", "solid", "circle"), ("#b8860b", "dash", "square"), ("#8a8378", "dot", "diamond"))
LINES: tuple[tuple[str, str, str], ...] = (*SIDES, ("#b0508c", "dashdot", "triangle-up"))


@dataclass(frozen=True)
class Picture:
    """A figure with its ``title``, a ``sentence``, and its data as a table whose first column heads the rows."""

    title: str
    sentence: str
    figure: go.Figure
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


class _Spoke(NamedTuple):
    metric: Metric
    low: float
    high: float

    def outward(self, value: float) -> float:
        """0 at the worst end of the range, 1 at the best, and never beyond."""
        share = (value - self.low) / (self.high - self.low)
        return min(max(share if self.metric.higher_is_better else 1 - share, 0.0), 1.0)


def bounds(metric: Metric) -> tuple[float, float] | None:
    """The range that figures draw a metric over; ``None`` where it has no two ends."""
    low, high = _BOUND.get(metric.id, (metric.low, metric.high))
    return None if low is None or high is None else (low, high)


def _spokes(board: Board, language: str) -> tuple[list[_Spoke], dict[str, list[str]]]:
    """The spokes of a board, and what has no place among them by the reason."""
    spokes: list[_Spoke] = []
    left_out: dict[str, list[str]] = defaultdict(list)
    for metric in board.columns(language or None):
        span = bounds(metric)
        if metric.group not in _LEVELS:
            left_out[t("belongs to no one level")].append(metric.term)
        elif span is None:
            left_out[t("has no published range")].append(metric.term)
        else:
            spokes.append(_Spoke(metric, *span))
    return spokes, left_out


def _ranged(spoke: _Spoke) -> str:
    unit = " %" if spoke.metric.unit == "%" else ""
    ends = (spoke.low, spoke.high) if spoke.metric.higher_is_better else (spoke.high, spoke.low)
    low, high = (f"{end:g}".replace("-", "−") for end in ends)
    return t("{low} to {high}{unit}", low=low, high=high, unit=unit)


def radar(board: Board, records: Mapping[str, Record], language: str = "") -> Picture | None:
    """One to four models (by label) over the metrics of the levels, the best end of each range outward.

    Only spokes that every model has are drawn; the others are named, with the reason. ``None`` with fewer than three.
    """
    spokes, left_out = _spokes(board, language)
    shared = [s for s in spokes if all(s.metric.id in r.scores for r in records.values())]
    for spoke in spokes:
        lacking: dict[str, list[str]] = defaultdict(list)
        for label, record in records.items():
            if spoke.metric.id not in record.scores:
                lacking[absence(board, record, spoke.metric.id)].append(label)
        for reason, who in lacking.items():
            whose = t("{who}: {reason}", who=joined(t(", "), who), reason=reason) if len(records) > 1 else reason
            left_out[whose].append(spoke.metric.term)
    if len(shared) < 3:
        return None
    figure = with_theme(go.Figure())
    around = [*range(len(shared)), 0]
    for (label, record), (colour, dash, symbol) in zip(records.items(), LINES, strict=False):
        outward = [spoke.outward(record.scores[spoke.metric.id]) for spoke in shared]
        alone = len(records) == 1
        ink = [COLOURS[spoke.metric.group].figure for spoke in shared] if alone else [colour] * len(shared)
        figure.add_scatterpolar(
            r=[outward[i] for i in around],
            theta=[360 * i / len(shared) for i in around],
            mode="lines+markers",
            name=plain(shortened(label, 28)),
            line={
                "color": _GREY if alone else colour,
                "width": 1.5 if alone else 2,
                "dash": "solid" if alone else dash,
            },
            marker={"color": [ink[i] for i in around], "size": 9, "symbol": symbol},
            fill="toself" if alone else "none",
            fillcolor="rgba(128,120,110,0.12)",
            text=[
                f"{shared[i].metric.term} {shared[i].metric.text(record.scores[shared[i].metric.id])}" for i in around
            ],
            hovertemplate="%{text}<extra></extra>" if alone else f"{plain(label)}<br>%{{text}}<extra></extra>",
        )
    _polar(figure, shared, legend=len(records) > 1)
    return Picture(
        t("Profile by level"),
        t(
            "Outward is better. Each spoke runs over the whole range of its score, so spokes of different scores are "
            "not to be compared in length."
        ),
        figure,
        (t("Score"), t("Range, outward"), *records),
        tuple(
            (
                t("{title} ({term})", title=title(s.metric), term=s.metric.term),
                _ranged(s),
                *(s.metric.text(record.scores[s.metric.id]) for record in records.values()),
            )
            for s in shared
        ),
        tuple(
            t("Not drawn: {join} ({reason}).", join=joined(t(", "), terms), reason=reason)
            for reason, terms in left_out.items()
        ),
    )


def _polar(figure: go.Figure, spokes: Sequence[_Spoke], *, legend: bool) -> None:
    terms = Counter(s.metric.term for s in spokes)
    names = [here(title(s.metric)) if terms[s.metric.term] > 1 else s.metric.term for s in spokes]
    broken = [
        "<br>".join(plain(word) for word in (name.split(" ", 1) if len(name) > _LONG_NAME else [name]))
        for name in names
    ]
    squares = [
        f'<span style="color:{COLOURS[s.metric.group].figure}">■</span> {name}'
        for s, name in zip(spokes, broken, strict=True)
    ]
    figure.update_layout(
        height=470 if legend else 430,
        margin={"l": 92, "r": 92, "t": 34, "b": 34},
        showlegend=legend,
        legend={"orientation": "h", "y": -0.16, "x": 0.5, "xanchor": "center", "itemclick": False},
        polar={
            "bgcolor": "rgba(0,0,0,0)",
            "radialaxis": {"range": [0, 1.02], "showticklabels": False, "gridcolor": _FAINT, "linecolor": _FAINT},
            "angularaxis": {
                "tickvals": [360 * i / len(spokes) for i in range(len(spokes))],
                "ticktext": squares,
                "rotation": 90,
                "direction": "clockwise",
                "gridcolor": _FAINT,
                "linecolor": _FAINT,
                "tickfont": {"size": 11},
            },
        },
    )


def gains(record: Record) -> Picture | None:
    """What being told the cue in words adds, for records that say so: from the model's own score to the told one.

    The score without help is the told one minus the published gain.
    """
    told = [METRICS[m] for m in record.scores if f"delta_{m}" in record.scores]
    if not told:
        return None
    figure = with_theme(go.Figure())
    rows = []
    for row, metric in enumerate(told):
        gain = METRICS[f"delta_{metric.id}"]
        after = record.scores[metric.id]
        before = round(after - record.scores[gain.id], 6)
        ink = COLOURS[metric.group].figure
        figure.add_scatter(
            x=[before, after],
            y=[row, row],
            mode="lines+markers+text",
            line={"color": ink, "width": 3},
            marker={
                "size": 13,
                "color": ink,
                "symbol": ["circle-open", "circle"],
                "line": {"width": 2.5, "color": ink},
            },
            text=[metric.text(before), metric.text(after)],
            textposition="bottom center",
            hovertemplate=f"{metric.term} %{{x}}<extra></extra>",
        )
        change = f"{'+' if record.scores[gain.id] > 0 else ''}{gain.text(record.scores[gain.id])}"
        rows.append(
            (
                t("{title} ({term})", title=metric.title, term=metric.term),
                metric.text(before),
                metric.text(after),
                change,
            )
        )
    low, high = min(m.low or 0 for m in told), max(m.high or 0 for m in told)
    strip(figure, [f"{here(m.title)}<br>{m.term}" for m in told], (low, high))
    return Picture(
        t("Told the cue in words"),
        t(
            "Open circle: what the model reaches by listening. Full circle: told in words how the speaker sounds. The "
            "gap is what hearing the cue would be worth."
        ),
        figure,
        (t("Score"), t("Listening"), t("Told"), t("Gain")),
        tuple(rows),
    )


def strip(figure: go.Figure, names: Sequence[str], span: tuple[float, float]) -> None:
    """Lay a figure out as one line a name, one below the other, over the values of ``span``."""
    room = 0.04 * (span[1] - span[0])
    figure.update_layout(height=60 + 64 * len(names), margin={"l": 8, "r": 12, "t": 6, "b": 36})
    figure.update_xaxes(range=[span[0] - room, span[1] + room])
    figure.update_yaxes(
        tickvals=list(range(len(names))),
        ticktext=list(names),
        range=[len(names) - 0.4, -0.6],
        automargin=True,
        showgrid=False,
    )
