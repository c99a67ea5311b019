"""Do the levels hang together inside a model? Of the scripts it understands, does it also reason and reply better?

Between models, understanding may go with conversation because large models do everything better. Within one model that
cannot be: here the points are scripts, and one model's mean score on a script at one level is set against its mean on
the same script at another. Each mean is of a few questions, so luck blurs both and a link shows weaker than it is.

- ``within`` is one model: rank correlation over scripts with its BCa interval.
- ``pooled`` is the mean of these coefficients over models. The models answered the same scripts, so they are no
  independent studies, as a meta-analysis would have it: the interval draws scripts, the same ones for all models, and
  speaks of other scripts and of these models.
- ``beyond`` takes away what makes a script easy or hard for everybody (fewer options, a loud cue) before it asks: only
  what a model does better than the others on a script counts.

Habits make links too: constant answers fit one kind of cue at one level and another kind at the next, so a model that
hears nothing can show a link, mostly below 0. A link means something where it differs from those of the floors beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from echomind.errors import EchoMindError
from echomind.leaderboard.association import SAME, Axis, Ends, Weighted, bca_interval, bootstrap_weights
from echomind.leaderboard.comparison import number
from echomind.leaderboard.correlation import MIN_MODELS, Coefficient, Correlation, correlate
from echomind.leaderboard.metrics import METRICS, Metric, get_metric
from echomind.leaderboard.scripts_data import ScriptItems
from echomind.words import t

MIN_SCRIPTS = MIN_MODELS  # the same luck: four scripts come in perfect order once in twelve times
# The links between the levels that a page shows first, where a board has them.
LINKS = (
    ("understanding_acc", "reasoning_acc"),
    ("understanding_acc", "style_direction_minilm"),
    ("reasoning_acc", "style_direction_minilm"),
    ("understanding_acc", "c_speech_rel"),
    ("reasoning_acc", "c_speech_rel"),
)


class ByScript(NamedTuple):
    """One model's mean scores of the scripts that have items of both metrics, in the metrics' units; parallel."""

    scripts: tuple[str, ...]
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True)
class WithinModel:
    """One model: ``points`` are its scripts, ``result`` what the coefficients say of them (``n`` counts scripts)."""

    model: str
    x: Metric
    y: Metric
    points: ByScript
    result: Correlation

    @property
    def sentence(self) -> str:
        """One sentence that says what the rank correlation allows, and no more."""
        found, n = self.result.spearman, self.result.n
        if self.result.failure == "few":
            return t(
                "{model}: only {n} scripts have items of both, and a correlation needs {MIN_SCRIPTS}.",
                model=self.model,
                n=n,
                MIN_SCRIPTS=MIN_SCRIPTS,
            )
        if found is None:
            same = self.x if len(set(self.points.x)) == 1 else self.y
            return t(
                "{model}: all {n} scripts have the same “{title}”, so there is no link to speak of.",
                model=self.model,
                n=n,
                title=same.title,
            )
        return t("{model}: {said}.", model=self.model, said=_said(self.x, self.y, found, n))


@dataclass(frozen=True)
class PooledLink:
    """The mean rank correlation of several models over the same scripts, with a 95 % interval over scripts.

    ``models`` and ``values`` are parallel: those that count; ``left_out`` names the others with the reason. Without a
    ``value`` too few models or scripts count. ``beyond_script``: what all models share on a script was taken away.
    """

    x: Metric
    y: Metric
    models: tuple[str, ...]
    values: tuple[float, ...]
    left_out: tuple[tuple[str, str], ...]
    scripts: int
    value: float | None
    low: float | None
    high: float | None
    note: str
    beyond_script: bool = False

    @property
    def sentence(self) -> str:
        """One sentence on what the mean allows, and how far apart the models are."""
        if self.value is None:
            return t(
                "Of {n} models and {scripts} scripts nothing can be said: too few.",
                n=len(self.models),
                scripts=self.scripts,
            )
        spread = t(
            "from {number} to {number2} in single models",
            number=number(min(self.values)),
            number2=number(max(self.values)),
        )
        mean = Coefficient(self.value, self.low, self.high, note=self.note)
        where = t("Within {n} models", n=len(self.models))
        if self.beyond_script:
            where = t("{where}, beyond what makes a script easy for all of them", where=where)
        said = _said(self.x, self.y, mean, self.scripts)
        return t("{where}: {said}; {spread}.", where=where, said=said, spread=spread)


def _said(x: Metric, y: Metric, found: Coefficient, n: int) -> str:
    figure = t("correlation {number}", number=number(found.value))
    if found.low is None or found.high is None:
        return t("{figure} over {n} scripts, with no interval: {note}", figure=figure, n=n, note=found.note)
    between = t("{number} to {number2}", number=number(found.low), number2=number(found.high))
    if not found.decided:
        return t(
            "one cannot say whether scripts with a better “{title}” have a better “{title2}” too: "
            "{figure}, compatible with anything from {between}, over {n} scripts",
            title=x.title,
            title2=y.title,
            figure=figure,
            between=between,
            n=n,
        )
    same_way = (found.value > 0) == (x.higher_is_better == y.higher_is_better)
    tends = t("scripts with a better “{x}” tend to have a better “{y}”", x=x.title, y=y.title)
    if not same_way:
        tends = t("scripts with a better “{x}” tend to have a worse “{y}”", x=x.title, y=y.title)
    return t(
        "{tends}: {figure}, 95 % interval {between}, over {n} scripts",
        tends=tends,
        figure=figure,
        between=between,
        n=n,
    )


def by_script(items: ScriptItems, x: str, y: str) -> ByScript:
    """The points of one model. Raises ``ResultsError`` where the items of a metric are not known."""
    first, second = items.sums(x), items.sums(y)
    xs = dict(zip(first.scripts, (first.numerator / first.denominator).tolist(), strict=True))
    ys = dict(zip(second.scripts, (second.numerator / second.denominator).tolist(), strict=True))
    scripts = tuple(script for script in first.scripts if script in ys)
    return ByScript(scripts, tuple(xs[script] for script in scripts), tuple(ys[script] for script in scripts))


def _axes(x: str, y: str) -> tuple[Metric, Metric]:
    if x == y:
        raise EchoMindError(f"found {x!r} on both axes, expected two different metrics")
    return get_metric(x), get_metric(y)


def within(items: ScriptItems, x: str, y: str) -> WithinModel:
    """The link of two metrics over the scripts of one model.

    Raises ``EchoMindError`` for a metric that is not known here, of which no items are known, or twice the same.
    """
    x_metric, y_metric = _axes(x, y)
    points = by_script(items, x, y)
    return WithinModel(items.model, x_metric, y_metric, points, correlate(points.x, points.y))


def pooled(several: Sequence[ScriptItems], x: str, y: str) -> PooledLink:
    """The mean of the links of several models over the scripts of their set; at least two have to count.

    A model counts that has items of both metrics, ``MIN_SCRIPTS`` scripts and some spread in both. Raises
    ``EchoMindError`` as ``within`` does, and where the models answered different versions of a set.
    """
    return _link(several, x, y, beyond_script=False)


def beyond(several: Sequence[ScriptItems], x: str, y: str) -> PooledLink:
    """As ``pooled``, of what is left (Pearson) once the mean of all models on each script is taken away.

    Over the scripts that all models have; at least three models have to count, for with two one's gain is the other's
    loss. Raises as ``pooled`` does.
    """
    return _link(several, x, y, beyond_script=True)


def _link(several: Sequence[ScriptItems], x: str, y: str, beyond_script: bool) -> PooledLink:
    x_metric, y_metric = _axes(x, y)
    if len({(items.board, items.set_digest) for items in several}) > 1:
        raise EchoMindError("found models that answered different versions of the set, expected one version")
    counted: list[tuple[str, ByScript]] = []
    left_out: list[tuple[str, str]] = []
    for items in several:
        if not {x, y} <= set(items.metrics):
            left_out.append((items.model, t("the scores of single scripts are not known for both")))
            continue
        points = by_script(items, x, y)
        failure = correlate(points.x, points.y).failure
        if failure is None:
            counted.append((items.model, points))
        else:
            few, same = (
                t("fewer than {MIN_SCRIPTS} scripts have both", MIN_SCRIPTS=MIN_SCRIPTS),
                t("all scripts are equal in one of the two"),
            )
            left_out.append((items.model, few if failure == "few" else same))
    found = (_beyond if beyond_script else _pool)(tuple(points for _, points in counted))
    return PooledLink(
        *(x_metric, y_metric, tuple(model for model, _ in counted), found.values, tuple(left_out), found.scripts),
        *(found.value, found.ends.low, found.ends.high, found.ends.note, beyond_script),
    )


class _Pool(NamedTuple):
    values: tuple[float, ...]
    scripts: int
    value: float | None
    ends: Ends


_NOTHING = Ends(None, None, "none")


@lru_cache(maxsize=64)
def _pool(models: tuple[ByScript, ...]) -> _Pool:
    """The mean over ``models`` and its interval: every draw of scripts serves all of them."""
    scripts = sorted({script for points in models for script in points.scripts})
    n = len(scripts)
    if len(models) < 2:
        return _Pool(tuple(_alone(points) for points in models), n, None, _NOTHING)
    place = {script: i for i, script in enumerate(scripts)}
    draws, left_out = bootstrap_weights(n), 1 - np.eye(n, dtype=np.int64)
    drawn, without = np.zeros(len(draws)), np.zeros(n)
    for points in models:
        columns = [place[script] for script in points.scripts]
        x, y = Axis(np.array(points.x)), Axis(np.array(points.y))
        drawn += Weighted(x, y, draws[:, columns]).spearman / len(models)
        without += Weighted(x, y, left_out[:, columns]).spearman / len(models)
    values = tuple(_alone(points) for points in models)
    value = float(np.mean(values))
    return _Pool(values, n, value, bca_interval(value, drawn, without))


def _alone(points: ByScript) -> float:
    weights = np.ones((1, len(points.scripts)))
    return float(Weighted(Axis(np.array(points.x)), Axis(np.array(points.y)), weights).spearman[0])


@lru_cache(maxsize=64)
def _beyond(models: tuple[ByScript, ...]) -> _Pool:
    """As ``_pool``, of the scores less the mean of all models on the script."""
    scripts = sorted(set.intersection(*(set(points.scripts) for points in models))) if models else []
    if len(models) < 3 or len(scripts) < MIN_SCRIPTS:
        return _Pool((), len(scripts), None, _NOTHING)
    x = np.array([_row(points.scripts, points.x, scripts) for points in models])
    y = np.array([_row(points.scripts, points.y, scripts) for points in models])
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    n = len(scripts)
    draws = bootstrap_weights(n).astype(np.float64)
    values = _residual(x, y, np.ones((1, n)))[0]
    if np.isnan(values).any():
        return _Pool((), n, None, _NOTHING)
    drawn, without = _residual(x, y, draws).mean(axis=1), _residual(x, y, 1 - np.eye(n)).mean(axis=1)
    value = float(values.mean())
    return _Pool(tuple(map(float, values)), n, value, bca_interval(value, drawn, without))


def _row(known: tuple[str, ...], values: Sequence[float], scripts: Sequence[str]) -> list[float]:
    found = dict(zip(known, values, strict=True))
    return [found[script] for script in scripts]


def _residual(x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Pearson of each model's row of ``x`` and ``y``, (models, n), under each row of ``weights``: (rows, models)."""
    total = weights.sum(axis=1, keepdims=True)
    x_mean, y_mean = weights @ x.T / total, weights @ y.T / total
    xy = weights @ (x * y).T / total - x_mean * y_mean
    xx, yy = (weights @ (v * v).T / total - mean**2 for v, mean in ((x, x_mean), (y, y_mean)))
    scale = np.sqrt(np.maximum(xx * yy, 0.0))
    return np.clip(np.divide(xy, scale, out=np.full_like(xy, np.nan), where=scale > SAME), -1.0, 1.0)


def links_of(items: ScriptItems) -> tuple[tuple[str, str], ...]:
    """The pairs of ``LINKS`` of which ``items`` has both metrics."""
    return tuple(pair for pair in LINKS if set(pair) <= set(items.metrics) and set(pair) <= set(METRICS))
