"""The leaderboard's head: groups by level, and in each column a button to sort by it and one that explains it."""

from __future__ import annotations

from itertools import groupby

from markupsafe import Markup

from echomind.leaderboard.arrange import Table
from echomind.leaderboard.boards import Order
from echomind.leaderboard.metrics import GROUPS, METRICS, Metric
from echomind.ui.markup import h
from echomind.words import t

_ORDINALS = (t(", first key"), t(", second key"), t(", third key"), t(", fourth key"))


def shows_mean(order: Order | None) -> bool:
    """Whether the table has a column for the mean that the order is by."""
    return order is not None and len(order.metrics) > 1


def _state(table: Table, key: str, higher_is_better: bool = True) -> str:
    """``aria-sort``: it may stand at one column only, that of the first key."""
    first = table.view.sorted_by[0]
    if first.by != key:
        return "none"
    return "descending" if higher_is_better == first.best_first else "ascending"


def _button(table: Table, label: str, key: str, hint: str, higher_is_better: bool = True) -> Markup:
    keys = [sort.by for sort in table.view.sorted_by]
    mark = None
    if key in keys:
        place = keys.index(key)
        down = higher_is_better == table.view.sorted_by[place].best_first
        number = str(place + 1) if len(keys) > 1 else ""
        mark = h("span", f"{'▼' if down else '▲'}{number}", aria_hidden="true", class_="em-sorted")
        if place:
            mark = mark + h("span", _ORDINALS[place], class_="em-hidden")
    return h(
        "button",
        label,
        mark,
        type="button",
        data_sort=key,
        title=t("{hint}. With the shift key: as a further key", hint=hint),
        class_="em-sort",
    )


def _explain(words: str | Markup, target: str, hint: str) -> Markup:
    return h(
        "button",
        h("span", words),
        type="button",
        popovertarget=target,
        class_="em-explain",
        title=hint,
    )


def _metric(table: Table, metric: Metric) -> Markup:
    better = t("higher is better") if metric.higher_is_better else t("lower is better")
    return h(
        "th",
        _button(table, metric.term, metric.id, t("Sort by {title}", title=metric.title), metric.higher_is_better),
        _explain(metric.short, f"about-{metric.id}", t("What {term} means", term=metric.term)),
        h(
            "small",
            "↑ " if metric.higher_is_better else "↓ ",
            metric.range,
            h("span", t(", "), better, class_="em-hidden"),
            class_="em-range",
        ),
        scope="col",
        aria_sort=_state(table, metric.id, metric.higher_is_better),
        class_=f"em-{metric.group}",
    )


def _mean(table: Table, order: Order) -> Markup:
    of = ", ".join(METRICS[metric].term for metric in order.metrics)
    return h(
        "th",
        _button(table, t("Mean"), order.id, t("Sort by this order"), order.higher_is_better),
        h("small", t("of {of}", of=of), class_="em-range"),
        scope="col",
        rowspan=2,
        aria_sort=_state(table, order.id, order.higher_is_better),
    )


def _row_key(table: Table, label: str, key: str, hint: str) -> Markup:
    rises = key == "name"  # A to Z goes up, where the largest and the newest come down
    state = _state(table, key, not rises)
    return h("th", _button(table, label, key, hint, not rises), scope="col", rowspan=2, aria_sort=state)


def _by_value(table: Table) -> bool:
    """Whether no rank says how sure it is."""
    return table.ranking is not None and (table.view.official or table.ranking.basis == "values")


def table_head(table: Table) -> Markup:
    """Both rows of the head."""
    lead = [
        h(
            "th",
            _explain(t("Rank"), "about-rank", t("What the rank and its range mean")),
            h("small", t("by value"), class_="em-range") if _by_value(table) else None,
            scope="col",
            rowspan=2,
            class_="em-rank",
        ),
        _row_key(table, t("Model"), "name", t("Sort by name")),
    ]
    if table.order is not None and shows_mean(table.order):
        lead.append(_mean(table, table.order))
    groups = [
        h("th", h("span", GROUPS[group]), scope="colgroup", colspan=len(list(members)), class_=f"em-{group}")
        for group, members in groupby(table.metrics, key=lambda metric: metric.group)
    ]
    tail = [
        _row_key(table, t("Scores"), "coverage", t("Sort by how many of the board's scores there are")),
        _row_key(table, t("Source"), "date", t("Sort by date")),
    ]
    return h("thead", h("tr", lead, groups, tail), h("tr", [_metric(table, metric) for metric in table.metrics]))
