"""Single cells of the leaderboard: scores with their interval, places with their range, what is missing and why.

A table has thousands of them, so their elements are made once (``Template``) and filled in.
"""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup

from echomind.leaderboard.arrange import Row, Table, shade
from echomind.leaderboard.frame import absence
from echomind.leaderboard.intervals import ScoreInterval, interval_of
from echomind.leaderboard.metrics import METRICS, Metric
from echomind.ui.markup import SLOT, Template, h
from echomind.words import cached, language, t

APPROXIMATE = "≈"


@cached(1024)
def dash(reason: str) -> Markup:
    """A missing value: an em dash that says why, to the pointer and to a screen reader."""
    return h(
        "span", "—", role="img", title=reason, aria_label=t("missing: {reason}", reason=reason), class_="em-missing"
    )


_CELL = Template(h("td", SLOT, class_=SLOT))
_MISSING = Template(h("td", SLOT, class_="em-number"))
_TOP = Template(h("strong", h("span", SLOT, class_="em-top"), " ", SLOT))
_SMALL = Template(h("small", SLOT))
# ``h`` refuses a style, which texts from outside could misuse: this one is filled with three numbers of ours alone.
_BARRED = Template(Markup(f'<td class="{SLOT}" style="{SLOT}">{SLOT}</td>'))  # noqa: S704
_EMPTY = Markup("")


@lru_cache(maxsize=65_536)
def _text(metric_id: str, value: float) -> str:
    return METRICS[metric_id].text(value)


@lru_cache(maxsize=65_536)
def _bar(low: float, high: float, value: float, start: float, end: float) -> str:
    """The lengths of a bar from the start of the scale to the value and of a line over its interval, in percent.

    The style sheet draws them as the ground of the cell: elements of their own took most of the time of a change.
    """
    at = (f"{min(max(100 * (x - start) / (end - start), 0), 100):.3g}" for x in (value, low, high))
    return ";".join(f"--{name}:{percent}" for name, percent in zip("vlh", at, strict=True))


def range_text(metric: Metric, interval: ScoreInterval) -> str:
    """An interval as it is shown: ``"64.88–67.60"``, with a sign before it where it is approximate."""
    text = f"{_text(metric.id, interval.low)}–{_text(metric.id, interval.high)}"
    return f"{APPROXIMATE} {text}" if interval.kind == "approximate" else text


def score_cell(table: Table, row: Row, metric: Metric) -> Markup:
    """One score: its value, whether it is among the best two, its interval and the number of items behind it."""
    key = (row.slug, f"{metric.id} {language()}", table.view.heat)
    made: Markup | None = table.drawn.get(key)
    if made is None:
        made = table.drawn[key] = _score(table, row, metric)
    return made


def _score(table: Table, row: Row, metric: Metric) -> Markup:
    record = row.record
    value = record.scores.get(metric.id)
    if value is None:
        return _MISSING(dash(absence(table.board, record, metric.id)))
    said: str | Markup = _text(metric.id, value)
    if not row.unlike:
        if table.best.get(metric.id) == value:
            said = _TOP(t("best"), said)
        elif table.second.get(metric.id) == value:
            said = _TOP(t("2nd"), said)
    step = shade(table, metric, value) if table.view.heat and not row.unlike else 0
    classes = f"em-number em-{metric.group} em-shade-{step}" if step else "em-number"
    interval, n = interval_of(record, metric.id), record.n.get(metric.id)
    below: list[str] = []
    bar = ""
    if isinstance(interval, ScoreInterval):
        below.append(range_text(metric, interval))
        scale = table.scales[metric.id]
        bar = _bar(interval.low, interval.high, value, *scale)
        rough = " em-rough" if interval.kind == "approximate" else ""
        classes = f"{classes} em-barred em-{metric.group}{rough}"
    if n:
        below.append(f"n {n:,}")
    small = _SMALL(", ".join(below)) if below else _EMPTY
    told = Markup("").join((said, small)) if small else said
    return _BARRED(classes, bar, told) if bar else _CELL(classes, told)


def place_words(table: Table, row: Row) -> str:
    """What is known of a row's place, in a sentence."""
    place = row.place
    if place is None:
        return ""
    if table.view.official or place.clear is None:
        why = t("as the source's own site counts") if table.view.official else place.reason
        return t("place {plain} by value alone: {why}", plain=place.plain, why=why)
    models = len(table.ranking.ranks) if table.ranking is not None else 0
    rough = place.interval is not None and place.interval.kind == "approximate"
    by = t("by approximate intervals") if rough else t("by measured intervals")
    return t(
        "{better}; somewhere from place {clear} to {worst}, {by}",
        better=t("nobody is clearly better")
        if place.clear == 1
        else t("{n} of {models} are clearly better", n=place.clear - 1, models=models),
        clear=place.clear,
        worst=place.worst,
        by=by,
    )


def rank_cell(table: Table, row: Row) -> Markup:
    """The rank, with the range of places it may really be in where intervals are known."""
    place = row.place
    if place is None:
        if row.unlike:
            why = t("measured with another protocol, so not ranked with the others: {unlike}", unlike=row.unlike)
        elif row.other_row:
            why = t("no rank: {reason}", reason=row.unranked_because)
        else:
            why = t("no rank: a score of this order is missing") if table.order else t("this board has no ranking")
        return h("td", dash(why), class_="em-rank em-number")
    span = None
    if not table.view.official and place.clear is not None and place.worst != place.clear:
        approximate = place.interval is not None and place.interval.kind == "approximate"
        span = h(
            "small",
            h("span", t("may be "), class_="em-hidden"),
            f"{place.clear}–{place.worst}",
            class_="em-approximate" if approximate else None,
        )
    return h("td", str(row.rank), span, title=place_words(table, row), class_="em-rank em-number")
