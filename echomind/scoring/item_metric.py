"""One metric, item by item: what every scorer hands over, and what scores, intervals and item files are made of.

A score is the ratio ``sum(numerator) / sum(denominator) * scale``: errors over words, or marks over items.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict  # that of typing cannot be read by pydantic before Python 3.12

from echomind.benchmark.items import BenchmarkSet, Question, Style
from echomind.errors import DataError
from echomind.scoring.predictions import ItemKey

# "style" and "chain" are the measures beyond the paper: they join several deliveries, or several levels.
Place = Literal["understanding", "reasoning", "conversation", "style", "chain"]
PLACES: tuple[Place, ...] = ("understanding", "reasoning", "conversation", "style", "chain")
_ROUNDING = 1e-6  # cosines of float32 vectors pass 1 by this much


@dataclass(frozen=True)
class Item:
    """What one mark is about. ``key`` is unique within a metric; ``script`` is the cluster it belongs to.

    ``style`` and ``cue`` (attribute id or ``"neutral"``) are of the delivery that was heard, ``None`` where an item
    joins several; ``type`` is the id of a question's type.
    """

    key: str
    script: str
    style: Style | None = None
    cue: str | None = None
    type: str | None = None


@with_config(ConfigDict(extra="forbid", strict=True, allow_inf_nan=False))
class ItemRow(TypedDict):
    """One line of an item file. The metric's score is the mean of ``value`` weighted by ``weight``.

    Read with pydantic's ``TypeAdapter``, which takes nothing else.
    """

    key: str
    script: str
    style: str | None
    metric: str
    value: float
    weight: float
    failed: bool


@dataclass(frozen=True, eq=False)
class ItemMetric:
    """A metric's marks. ``numerator`` and ``denominator`` float64 (n,), unscaled; ``failed`` bool (n,).

    A failed item has the mark ``worst``, which its numerator already holds. ``best`` and ``worst`` bound what an unseen
    item could get (WER has no upper bound: 1, every word wrong, stands for it). ``scale`` is 100 where the score is in
    percent. ``used`` names the model or the rule behind the marks.

    Raises ``DataError`` for arrays of other lengths, numbers that are not finite, denominators that are not positive,
    marks better than ``best`` and keys that are there twice.
    """

    id: str
    place: Place
    items: tuple[Item, ...]
    numerator: np.ndarray
    denominator: np.ndarray
    failed: np.ndarray
    worst: float = 0.0
    best: float = 1.0
    scale: float = 100.0
    used: str = ""

    def __post_init__(self) -> None:
        n = len(self.items)
        for name in ("numerator", "denominator", "failed"):
            if np.shape(getattr(self, name)) != (n,):
                raise DataError(f"{self.id}: {name} has shape {np.shape(getattr(self, name))}, expected ({n},)")
        if len({item.key for item in self.items}) != n:
            raise DataError(f"{self.id}: found items twice, expected each key once")
        for i in np.flatnonzero(
            ~np.isfinite(self.numerator) | ~(self.denominator > 0) | ~np.isfinite(self.denominator)
        ):
            raise DataError(
                f"{self.id}: {self.items[i].key}: found {self.numerator[i]} over {self.denominator[i]}, "
                f"expected a finite number over a positive one"
            )
        side = 1 if self.best > self.worst else -1
        for i in np.flatnonzero(side * (self.numerator / self.denominator - self.best) > _ROUNDING):
            raise DataError(
                f"{self.id}: {self.items[i].key}: found the mark {self.numerator[i] / self.denominator[i]:g}, "
                f"expected none better than {self.best:g}"
            )

    def ordered(self) -> ItemMetric:
        """The same marks in the order of the keys, so that no sum depends on the order in which items came."""
        order = sorted(range(len(self.items)), key=lambda i: self.items[i].key)
        return replace(
            self,
            items=tuple(self.items[i] for i in order),
            numerator=np.asarray(self.numerator, np.float64)[order],
            denominator=np.asarray(self.denominator, np.float64)[order],
            failed=np.asarray(self.failed, bool)[order],
        )

    def rows(self) -> Iterator[ItemRow]:
        """One row an item, in the order of the items; values are scaled."""
        for item, numerator, denominator, failed in zip(
            self.items, self.numerator, self.denominator, self.failed, strict=True
        ):
            yield {
                "key": item.key,
                "script": item.script,
                "style": item.style,
                "metric": self.id,
                "value": round(float(numerator / denominator) * self.scale, 6),
                "weight": round(float(denominator), 6),
                "failed": bool(failed),
            }


def delivery_item(benchmark: BenchmarkSet, key: ItemKey) -> Item:
    """The item of one delivery; its key is ``"<script>/<style>"``. ``DataError`` for one the set does not have."""
    script, style = key
    found = benchmark.script_by_id.get(script)
    if found is None or style not in found.deliveries:
        raise DataError(f"found the item {script}/{style}, which is not in the set {benchmark.id}")
    return Item(f"{script}/{style}", script, style, found.deliveries[style].cue)


def question_item(benchmark: BenchmarkSet, question: Question) -> Item:
    """The item of one question; its key is the question's id."""
    return Item(question.id, question.script, question.style, benchmark.cue_of(question), question.type.id)


def metric_of_marks(
    metric_id: str,
    place: Place,
    items: Sequence[Item],
    marks: Iterable[float | None],
    *,
    worst: float = 0.0,
    best: float = 1.0,
    scale: float = 100.0,
    used: str = "",
) -> ItemMetric:
    """A mean of one mark an item; ``None`` is a failed item and gets ``worst``."""
    given = list(marks)
    return ItemMetric(
        metric_id,
        place,
        tuple(items),
        np.array([worst if mark is None else mark for mark in given], np.float64),
        np.ones(len(given)),
        np.array([mark is None for mark in given], bool),
        worst,
        best,
        scale,
        used,
    )


def metric_of_replies(
    benchmark: BenchmarkSet,
    metric_id: str,
    marks: Mapping[ItemKey, float | None],
    *,
    worst: float,
    best: float,
    scale: float = 1.0,
    used: str = "",
) -> ItemMetric:
    """A metric of the conversation level from marks by (script id, style): judges' marks, speech quality and the like.

    ``marks`` holds every item that should have a mark, ``None`` where the model gave nothing to mark (failed: it gets
    ``worst``). Items that are not in ``marks`` do not count, so leave out only what cannot be blamed on the model.
    ``worst``, ``best`` and the marks are unscaled: 1 and 5 with scale 1 for judges, 0 and 1 with scale 100 for shares.
    """
    items = [delivery_item(benchmark, key) for key in marks]
    return metric_of_marks(
        metric_id, "conversation", items, marks.values(), worst=worst, best=best, scale=scale, used=used
    )
