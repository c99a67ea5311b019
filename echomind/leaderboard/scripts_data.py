"""What each script contributed to a model's scores: ``results/<board>/items/<slug>.json``, read strictly or refused.

A score is a ratio of sums over scripts, so the sums of each script are all that is needed to set two models against
each other over the scripts they share, to draw scripts anew, and to ask whether scripts that are understood are also
answered well. Single answers and their texts are not in it. Some 40 kB a model with 171 scripts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from echomind import strict_json
from echomind.errors import ResultsError
from echomind.leaderboard.boards import get_board
from echomind.leaderboard.records import MetricId, Record, problems_of
from echomind.outside_text import Name
from echomind.scoring.bootstrap import ScriptSums, cluster_sums, clusters
from echomind.scoring.item_metric import ItemRow

FOLDER = "items"  # beside the records of a board
MAX_BYTES = 2_000_000  # the largest set, 1,137 scripts on 16 metrics, takes about 250 kB
DECIMALS = 4  # of the sums; those of marks of right and wrong are whole
AGREE = 1e-3  # a record's score and the one from the sums are both rounded to four decimals

ScriptId = Annotated[str, Field(min_length=1, max_length=200)]
Amount = Annotated[float, Field(ge=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class MetricItems(_Strict):
    """One metric by script: number of items, sum of their marks in the metric's unit, sum of their weights.

    Without ``weight`` every item weighs 1, so that the weights are the counts. The score is the sum of ``sum`` over the
    sum of the weights. A script without items of the metric has 0 everywhere.
    """

    count: tuple[Annotated[int, Field(ge=0)], ...]
    sum: tuple[float, ...]
    weight: tuple[Amount, ...] | None = None

    @property
    def weights(self) -> tuple[float, ...]:
        """The weight of each script."""
        return tuple(map(float, self.count)) if self.weight is None else self.weight

    @property
    def n(self) -> int:
        """Number of items."""
        return int(np.sum(self.count))

    @property
    def value(self) -> float:
        """The score over all scripts."""
        return float(np.sum(self.sum) / np.sum(self.weights))

    @model_validator(mode="after")
    def _nothing_comes_from_nothing(self) -> MetricItems:
        if len(self.sum) != len(self.count) or len(self.weights) != len(self.count):
            raise ValueError(f"found {len(self.count)} counts and {len(self.sum)} sums, expected as many of each")
        for i, (count, total, weight) in enumerate(zip(self.count, self.sum, self.weights, strict=True)):
            if (count > 0) != (weight > 0) or (count == 0 and total != 0):
                raise ValueError(f"found {count} items with the sum {total:g} and the weight {weight:g} at {i}")
        if not any(self.count):
            raise ValueError("found no item, expected only metrics that have some")
        return self


class ScriptItems(_Strict):
    """One model's sums by script. ``scripts`` are in the order of their ids; every metric is parallel to them.

    ``set_digest`` identifies the items: only models that answered the same ones are compared script by script.
    """

    schema_version: Annotated[int, Field(alias="schema", ge=1, le=1)]
    board: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,60}$")]
    model: Name
    scorer: Name
    set_digest: Annotated[str, Field(pattern=r"^[0-9a-f]{8,64}$")]
    scripts: Annotated[tuple[ScriptId, ...], Field(min_length=1)]
    metrics: Annotated[dict[MetricId, MetricItems], Field(min_length=1)]

    @model_validator(mode="after")
    def _parallel(self) -> ScriptItems:
        if list(self.scripts) != sorted(set(self.scripts)):
            raise ValueError("expected each script once, in the order of the ids")
        for metric, items in self.metrics.items():
            if len(items.count) != len(self.scripts):
                raise ValueError(f"{metric}: found {len(items.count)} counts, expected {len(self.scripts)}")
        return self

    def sums(self, metric: str) -> ScriptSums:
        """The sums of the scripts that have items of ``metric``. Raises ``ResultsError`` where there are none."""
        if metric not in self.metrics:
            raise ResultsError(
                f"{self.model}: no items of {metric} are known; expected one of {', '.join(self.metrics)}"
            )
        items = self.metrics[metric]
        numerator, denominator = np.array(items.sum), np.array(items.weights)
        here = denominator > 0
        scripts = tuple(script for script, known in zip(self.scripts, here, strict=True) if known)
        return ScriptSums(scripts, numerator[here], denominator[here])


def from_rows(rows: Iterable[ItemRow], *, board: str, model: str, scorer: str, set_digest: str) -> ScriptItems:
    """The sums of a scoring's item rows, for the metrics that ``board`` shows.

    Raises ``ResultsError`` where none of the rows is of such a metric.
    """
    shown = get_board(board).metrics
    found: dict[str, list[ItemRow]] = {}
    for row in rows:
        if row["metric"] in shown:
            found.setdefault(row["metric"], []).append(row)
    if not found:
        raise ResultsError(f"{model}: found no items of the metrics of {board}, expected some")
    scripts = sorted({row["script"] for mine in found.values() for row in mine})
    return ScriptItems.model_validate(
        {
            "schema": 1,
            "board": board,
            "model": model,
            "scorer": scorer,
            "set_digest": set_digest,
            "scripts": tuple(scripts),
            "metrics": {metric: _metric(found[metric], scripts) for metric in shown if metric in found},
        }
    )


def _metric(rows: list[ItemRow], scripts: list[str]) -> MetricItems:
    index = clusters([row["script"] for row in rows], scripts, rows[0]["metric"])
    weights = np.array([row["weight"] for row in rows])
    count = np.bincount(index, minlength=len(scripts))
    weight = np.round(cluster_sums(index, weights, len(scripts)), DECIMALS)
    total = np.round(cluster_sums(index, weights * [row["value"] for row in rows], len(scripts)), DECIMALS) + 0.0
    return MetricItems(
        count=tuple(count.tolist()),
        sum=tuple(total.tolist()),
        weight=None if (weight == count).all() else tuple(weight.tolist()),
    )


def to_bytes(items: ScriptItems) -> bytes:
    """The file's bytes: one line a field and a list, whole numbers without a decimal point; the same for the same."""

    def plain(value: float) -> float:
        return int(value) if float(value).is_integer() else value

    def line(values: Iterable[float]) -> str:
        return json.dumps([plain(value) for value in values], separators=(",", ":"))

    head = items.model_dump(mode="json", by_alias=True, exclude={"scripts", "metrics"})
    lines = [f"  {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}," for name, value in head.items()]
    scripts = json.dumps(items.scripts, ensure_ascii=False, separators=(",", ":"))
    metrics = []
    for name, metric in items.metrics.items():
        parts = {"count": metric.count, "sum": metric.sum} | ({"weight": metric.weight} if metric.weight else {})
        inside = ",\n".join(f'      "{part}": {line(values)}' for part, values in parts.items())
        metrics.append(f'    "{name}": {{\n{inside}\n    }}')
    text = "\n".join(["{", *lines, f'  "scripts": {scripts},', '  "metrics": {', ",\n".join(metrics), "  }", "}", ""])
    return text.encode()


def parse_items(data: bytes) -> ScriptItems:
    """The sums in a file's bytes. ``ResultsError`` says what was found where, one line a problem."""
    if len(data) > MAX_BYTES:
        raise ResultsError(f"found {len(data)} bytes, expected at most {MAX_BYTES}")
    try:
        strict_json.loads(data)
        return ScriptItems.model_validate_json(data)
    except strict_json.StrictJSONError as error:
        raise ResultsError(str(error)) from None
    except ValidationError as error:
        raise ResultsError("\n".join(problems_of(error))) from None


def items_path(results_dir: Path, board: str, slug: str) -> Path:
    """Where the sums of a record in ``results/`` lie, if they are known."""
    return results_dir / board / FOLDER / f"{slug}.json"


def read_items(path: Path) -> ScriptItems:
    """The sums in ``path``. ``ResultsError`` names the file and every problem in it, on one line."""
    try:
        return parse_items(path.read_bytes())
    except (ResultsError, OSError) as error:
        where = "/".join(path.parts[-3:])
        raise ResultsError(f"{where}: {'; '.join(str(error).splitlines())}") from None


def disagreements(items: ScriptItems, record: Record) -> list[str]:
    """Where sums and the record they belong to say different things, one line each: field, found, expected."""
    lines = []
    for field, found, expected in (
        ("board", items.board, record.board),
        ("model", items.model, record.model.name),
        ("scorer", items.scorer, record.protocol.scorer),
    ):
        if found != expected:
            lines.append(f"{field}: found {found!r}, expected {expected!r} as in the record")
    for metric, sums in items.metrics.items():
        if metric not in record.scores:
            lines.append(f"metrics.{metric}: found sums, expected only metrics of which the record has a score")
            continue
        score = record.scores[metric]
        if abs(sums.value - score) > AGREE:
            lines.append(f"metrics.{metric}: found sums that give {sums.value:.4f}, expected the record's {score:g}")
        if metric in record.n and sums.n != record.n[metric]:
            lines.append(f"metrics.{metric}.count: found {sums.n} items, expected the record's {record.n[metric]}")
    return lines
