"""Where to write the names of points so that they can be read: no label on a label, on a point or outside the plot.

Greedy placement over a ring of candidate positions, then rounds in which each label may move. A label that still
collides is left out; the page's table and the pointer give that name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

POINT_RADIUS = 7.0  # pixels kept free around a point
_DISTANCES = (11.0, 18.0, 28.0, 40.0, 56.0, 74.0)
_DIRECTIONS = tuple((np.cos(a), np.sin(a)) for a in np.linspace(0, 2 * np.pi, 16, endpoint=False))
_ROUNDS = 6
_CROSSED = 2.5  # steps further away that a label goes rather than across a stroke
MAX_LABELS = 60  # more names than this cannot be read on one plot however well they are placed


class Placement(NamedTuple):
    """Label anchor in pixels from its point (``dx`` right, ``dy`` down) and the side of the label that sits there."""

    dx: float
    dy: float
    anchor: str  # "left", "center" or "right": the side of the text at the anchor


class _Candidates(NamedTuple):
    boxes: np.ndarray  # (candidates, 4): x0, y0, x1, y1
    tips: np.ndarray  # (candidates, 2): offset of the anchor from the point
    cost: np.ndarray  # (candidates,): the further and the more slanted, the dearer


def _candidates(point: np.ndarray, width: float, height: float, further: float) -> _Candidates:
    """``further``: by how much the point is larger than most."""
    boxes, tips, cost = [], [], []
    for step, distance in enumerate(near + further for near in _DISTANCES):
        for cosine, sine in _DIRECTIONS:
            dx, dy = distance * cosine, distance * sine
            left = dx if cosine > 0.3 else dx - width if cosine < -0.3 else dx - width / 2
            top = dy - height / 2 if abs(cosine) > 0.3 else (dy if sine > 0 else dy - height)
            boxes.append((point[0] + left, point[1] + top, point[0] + left + width, point[1] + top + height))
            tips.append((dx, dy))
            cost.append(step + 0.3 * abs(sine) + (0.1 if cosine < 0 else 0.0))
    return _Candidates(np.array(boxes), np.array(tips), np.array(cost))


def _overlaps(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """How many of ``others`` (m, 4) each of ``boxes`` (k, 4) overlaps: (k,)."""
    if not len(others):
        return np.zeros(len(boxes))
    apart = (
        (boxes[:, None, 0] >= others[None, :, 2])
        | (boxes[:, None, 2] <= others[None, :, 0])
        | (boxes[:, None, 1] >= others[None, :, 3])
        | (boxes[:, None, 3] <= others[None, :, 1])
    )
    return (~apart).sum(axis=1).astype(float)


def _anchor(tip: np.ndarray) -> str:
    side = tip[0] / np.hypot(*tip)
    return "left" if side > 0.3 else "right" if side < -0.3 else "center"


def place_labels(
    points: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    bounds: tuple[float, float],
    radii: Sequence[float] | None = None,
    strokes: Sequence[tuple[float, float, float, float]] = (),
) -> list[Placement | None]:
    """A place for each label, ``None`` where none is free.

    ``points`` are pixels from the top left of the plot, ``sizes`` are (width, height) of the texts, ``bounds`` is the
    plot's (width, height), ``radii`` is kept free around each point (``POINT_RADIUS`` around all without), ``strokes``
    are boxes (left, top, right, bottom) that a label had better not cross. The result is deterministic.
    """
    count = len(points)
    if count == 0 or count > MAX_LABELS:
        return [None] * count
    spots = np.asarray(points, dtype=float)
    reach = np.full(count, POINT_RADIUS) if radii is None else np.asarray(radii, dtype=float)
    discs = np.column_stack([spots - reach[:, None], spots + reach[:, None]])
    choices = [
        _candidates(spot, *size, further=max(0.0, radius - POINT_RADIUS))
        for spot, size, radius in zip(spots, sizes, reach, strict=True)
    ]
    fixed, crossed = [], []
    bars = np.asarray(strokes, dtype=float).reshape(-1, 4) + np.array([-1.0, -1.0, 1.0, 1.0])
    for choice in choices:
        boxes = choice.boxes
        crossed.append(_CROSSED * _overlaps(boxes, bars))
        outside = (boxes[:, 0] < 0) | (boxes[:, 1] < 0) | (boxes[:, 2] > bounds[0]) | (boxes[:, 3] > bounds[1])
        fixed.append(_overlaps(boxes, discs) + outside)
    chosen: dict[int, int] = {}
    gaps = np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1))
    crowded_first = np.argsort(np.sort(gaps, axis=1)[:, : min(4, count)].sum(axis=1), kind="stable")
    for _ in range(_ROUNDS):
        moved = False
        for index in map(int, crowded_first):
            others = np.array([choices[i].boxes[c] for i, c in chosen.items() if i != index]).reshape(-1, 4)
            collisions = fixed[index] + _overlaps(choices[index].boxes, others)
            best = int(np.argmin(collisions * 1000 + choices[index].cost + crossed[index]))
            moved |= chosen.get(index) != best
            chosen[index] = best
        if not moved:
            break
    return _without_collisions(choices, fixed, chosen)


def _without_collisions(
    choices: list[_Candidates], fixed: list[np.ndarray], chosen: dict[int, int]
) -> list[Placement | None]:
    """Drop labels, the most colliding first, until the rest are free."""
    kept = {i for i, c in chosen.items() if fixed[i][c] == 0}
    while kept:
        order = sorted(kept)
        boxes = np.array([choices[i].boxes[chosen[i]] for i in order])
        hits = _overlaps(boxes, boxes) - 1
        if hits.max() == 0:
            break
        kept.discard(order[int(np.argmax(hits))])
    places: list[Placement | None] = [None] * len(choices)
    for i in kept:
        tip = choices[i].tips[chosen[i]]
        places[i] = Placement(float(tip[0]), float(tip[1]), _anchor(tip))
    return places
