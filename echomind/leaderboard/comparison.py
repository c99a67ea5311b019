"""Two metrics of one board against each other: which models count, what the correlation is, and one plain sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from echomind.errors import EchoMindError
from echomind.leaderboard.boards import Board
from echomind.leaderboard.correlation import MIN_MODELS, Coefficient, Correlation, correlate
from echomind.leaderboard.counted import OTHER_ROW
from echomind.leaderboard.frame import absence
from echomind.leaderboard.metrics import Metric, get_metric
from echomind.leaderboard.names import labels, one_a_model
from echomind.leaderboard.protocols import unlike
from echomind.leaderboard.records import Record
from echomind.words import counted, joined, t

# The pairs of the paper's Figure 2, from level to level, for presets: board "echomind" (arXiv 2510.22758).
PAPER_FIGURE_2 = (
    ("understanding_acc", "reasoning_acc"),
    ("understanding_acc", "c_speech_rel"),
    ("understanding_acc", "ves"),
    ("reasoning_acc", "c_ctx_fit"),
    ("reasoning_acc", "ves"),
)


@dataclass(frozen=True)
class LeftOut:
    """A row that is not in the correlation: the metrics it ``lacks`` (none where it is left out for more), and why."""

    slug: str
    model: str
    lacks: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Comparison:
    """``slugs``, ``models``, ``xs``, ``ys`` and ``records`` are parallel: the complete pairs, one a model, by name.

    Where several rows share a name, part of the receipt stands behind it in ``models``. ``influence`` is a sentence in
    three parts, the middle one the name of the model that matters most; empty where there is none.
    """

    board: Board
    x: Metric
    y: Metric
    slugs: tuple[str, ...]
    models: tuple[str, ...]
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    left_out: tuple[LeftOut, ...]
    result: Correlation
    sentence: str
    influence: tuple[str, ...]
    records: tuple[Record, ...]


def _left_out(
    board: Board, records: Mapping[str, Record], x: Metric, y: Metric
) -> dict[str, tuple[tuple[str, ...], str]]:
    """By slug, the metrics a row lacks and the reason why it is left out; rows that count are not in it.

    One row stands for each model: many of one model would count as many models, and whoever sends most would decide.
    """
    found: dict[str, tuple[tuple[str, ...], str]] = {}
    for slug, record in records.items():
        if record.protocol != board.protocol and (other := unlike(record.protocol, board.protocol)):
            found[slug] = (), t("measured with another protocol than this board's ranking: {other}", other=other)
        elif lacking := [metric for metric in (x, y) if metric.id not in record.scores]:
            why = joined(
                t("; "),
                [
                    t("no {term}: {absence}", term=metric.term, absence=absence(board, record, metric.id))
                    for metric in lacking
                ],
            )
            found[slug] = tuple(metric.id for metric in lacking), why
    counted = {slug: record for slug, record in records.items() if slug not in found}
    for slug, standing in one_a_model(counted).items():
        if slug != standing:
            found[slug] = (), OTHER_ROW
    return found


def compare(board: Board, records: Mapping[str, Record], x: str, y: str) -> Comparison:
    """Correlate metric ``x`` with metric ``y`` over the models of ``board`` that have both.

    Raises ``EchoMindError`` for a metric the board does not have, or the same metric twice.
    """
    x_metric, y_metric = get_metric(x, board.metrics), get_metric(y, board.metrics)
    if x == y:
        raise EchoMindError(f"found {x!r} on both axes, expected two different metrics")
    names, left_out = labels(records), _left_out(board, records, x_metric, y_metric)
    slugs = tuple(sorted((slug for slug in records if slug not in left_out), key=lambda slug: (names[slug], slug)))
    models = tuple(names[slug] for slug in slugs)
    xs, ys = (tuple(records[slug].scores[metric] for slug in slugs) for metric in (x, y))
    result = correlate(xs, ys)
    return Comparison(
        board,
        x_metric,
        y_metric,
        slugs,
        models,
        xs,
        ys,
        tuple(LeftOut(slug, names[slug], *left_out[slug]) for slug in records if slug in left_out),
        result,
        describe(x_metric, y_metric, result, constant=_constant_axis(x_metric, y_metric, xs)),
        _influence_sentence(models, result),
        tuple(records[slug] for slug in slugs),
    )


def _constant_axis(x: Metric, y: Metric, xs: tuple[float, ...]) -> Metric:
    return x if len(set(xs)) == 1 else y


def number(value: float) -> str:
    """A coefficient as it is printed: two decimals, a real minus sign, and no negative zero."""
    return f"{value + 0.0:.2f}".replace("-0.00", "0.00").replace("-", "−")


def p_text(p: float) -> str:
    """A p value as it is printed: ``"p = 0.006"``, ``"p = 0.12"``, ``"p < 0.001"``."""
    if p < 0.001:
        return "p < 0.001"
    return f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def _name(metric: Metric) -> str:
    return t("“{title}” ({term})", title=metric.title, term=metric.term)


def _figure(name: str, coefficient: Coefficient, with_p: bool = False) -> str:
    value = t("the {name} is {number}", name=name, number=number(coefficient.value))
    if with_p and coefficient.p is not None:
        value = t("{value} ({p})", value=value, p=p_text(coefficient.p))
    if coefficient.low is None or coefficient.high is None:
        why = coefficient.note or t("the draws gave none")
        return t("{value}, with no interval because {why}", value=value, why=why)
    between = t("{number} to {number2}", number=number(coefficient.low), number2=number(coefficient.high))
    if coefficient.decided:
        return t("{value}, 95 % interval {between}", value=value, between=between)
    return t("{value}, compatible with anything from {between}", value=value, between=between)


class Standing(NamedTuple):
    """What the coefficients allow to say: whether the two go together, and where they do, which way.

    ``clear``: both intervals exclude 0. ``carried``: luck is unlikely by both, and yet an interval reaches 0, so a few
    models carry the link. ``mixed``: the coefficients part. ``open``: nothing can be said. ``few`` and ``constant``:
    there is no coefficient. ``better``: who is better at one is better at the other.
    """

    kind: Literal["clear", "carried", "mixed", "open", "few", "constant"]
    better: bool = False


def standing(x: Metric, y: Metric, result: Correlation) -> Standing:
    """What ``result`` allows to say about ``x`` and ``y``.

    Interval and p ask different things: whether other models would show it too, and whether these do by luck.
    """
    if result.failure is not None or result.pearson is None or result.spearman is None:
        return Standing("few" if result.failure == "few" else "constant")
    rank, line = result.spearman, result.pearson
    one_way = (rank.value > 0) == (line.value > 0)
    better = (rank.value > 0) == (x.higher_is_better == y.higher_is_better)
    if rank.decided and line.decided and one_way:
        return Standing("clear", better)
    if rank.unlikely and line.unlikely and one_way:
        return Standing("carried", better)
    return Standing("mixed" if rank.decided or line.decided else "open", better)


def describe(x: Metric, y: Metric, result: Correlation, constant: Metric) -> str:
    """One sentence that says what the coefficients allow (``standing``), and no more.

    It speaks of better and worse, so an error rate needs no turning round in the reader's head. ``constant`` is the
    metric to name when all models are equal on one axis.
    """
    n = result.n
    kind, better = standing(x, y, result)
    if kind == "few":
        named = {"x": _name(x), "y": _name(y), "least": MIN_MODELS}
        if n == 0:
            return t("No model has both {x} and {y}; a correlation needs at least {least}.", **named)
        return counted(
            n,
            "Only {n} model has both {x} and {y}; a correlation needs at least {least}.",
            "Only {n} models have both {x} and {y}; a correlation needs at least {least}.",
            **named,
        )
    if result.pearson is None or result.spearman is None:
        return t(
            "All {n} models have the same {name}, so there is no correlation to speak of.", n=n, name=_name(constant)
        )
    rank, line = result.spearman, result.pearson
    figures = _figure(t("rank correlation"), rank)
    if better:
        tendency = t("Of {n} models, those better at {x} tend to be better at {y}", n=n, x=_name(x), y=_name(y))
    else:
        tendency = t("Of {n} models, those better at {x} tend to be worse at {y}", n=n, x=_name(x), y=_name(y))
    match kind:
        case "clear":
            verdict = tendency
        case "carried":
            verdict = t("{tendency}, but a few of them carry it, and others might not show it", tendency=tendency)
            figures = joined(
                t("; "),
                (_figure(t("rank correlation"), rank, True), _figure(t("straight-line correlation"), line, True)),
            )
        case "mixed":
            verdict = t(
                "With {n} models, whether {name} and {name2} go together depends on how one measures it",
                n=n,
                name=_name(x),
                name2=_name(y),
            )
            figures = joined(t("; "), (figures, _figure(t("straight-line correlation"), line)))
        case _:
            verdict = t(
                "With {n} models one cannot say whether {name} and {name2} go together",
                n=n,
                name=_name(x),
                name2=_name(y),
            )
    return t("{verdict}: {figures}.", verdict=verdict, figures=figures)


def _influence_sentence(models: tuple[str, ...], result: Correlation) -> tuple[str, ...]:
    if result.influence is None or result.spearman is None:
        return ()
    without = result.influence
    return (
        t("One model matters most: without "),
        models[without.index],
        t(
            " the rank correlation would be {number} instead of {number2}, the straight-line one {number3}.",
            number=number(without.spearman),
            number2=number(result.spearman.value),
            number3=number(without.pearson),
        ),
    )
