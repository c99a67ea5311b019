"""The leaderboard as a real HTML table: caption, scopes, sort state, ranges beside the numbers, "—" with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from urllib.parse import quote

from markupsafe import Markup

from echomind.leaderboard.boards import Order
from echomind.leaderboard.frame import absence
from echomind.leaderboard.metrics import GROUPS, LANGUAGES, METRICS, Metric
from echomind.leaderboard.records import Provenance
from echomind.leaderboard.view import Row, Table
from echomind.ui.markup import h, link, together
from echomind.ui.table_notes import below_table

MISSING = "Rows of submissions are missing for now: where they are kept cannot be read. They come back by themselves."
_KINDS = {"paper": "Paper", "submission": "Submission", "measured": "Measured here"}


def dash(reason: str) -> Markup:
    """A missing value: an em dash that says why, to the pointer and to a screen reader."""
    return h("span", "—", role="img", title=reason, aria_label=f"missing: {reason}", class_="em-missing")


def _sort_state(table: Table, key: str, higher_is_better: bool) -> str:
    if table.order is None or table.order.id != key:
        return "none"
    return "descending" if higher_is_better == table.view.best_first else "ascending"


def _sort_button(label: str, key: str, state: str, hint: str) -> Markup:
    mark = {"ascending": "▲", "descending": "▼"}.get(state)
    arrow = h("span", mark, aria_hidden="true", class_="em-sorted") if mark else None
    return h("button", label, arrow, type="button", data_sort=key, title=hint, class_="em-sort")


def _metric_header(table: Table, metric: Metric) -> Markup:
    state = _sort_state(table, metric.id, metric.higher_is_better)
    better = "higher is better" if metric.higher_is_better else "lower is better"
    title = metric.title.removesuffix(f" ({LANGUAGES.get(metric.language or '', '')})")
    return h(
        "th",
        _sort_button(metric.term, metric.id, state, f"Sort by {metric.title}"),
        h(
            "button",
            h("span", title),
            type="button",
            popovertarget=f"about-{metric.id}",
            class_="em-explain",
            title=f"What {metric.term} means",
        ),
        h(
            "small",
            "↑ " if metric.higher_is_better else "↓ ",
            metric.range,
            h("span", f", {better}", class_="em-hidden"),
            class_="em-range",
        ),
        scope="col",
        aria_sort=state,
        class_=f"em-{metric.group}",
    )


def _shows_mean(order: Order | None) -> bool:
    return order is not None and len(order.metrics) > 1


def _head(table: Table) -> Markup:
    lead = [h("th", "Rank", scope="col", rowspan=2, class_="em-rank"), h("th", "Model", scope="col", rowspan=2)]
    if table.order is not None and _shows_mean(table.order):
        lead.append(_mean_header(table, table.order))
    groups = [
        h("th", h("span", GROUPS[group]), scope="colgroup", colspan=len(list(members)), class_=f"em-{group}")
        for group, members in groupby(table.metrics, key=lambda metric: metric.group)
    ]
    tail = [h("th", "Scores", scope="col", rowspan=2), h("th", "Source", scope="col", rowspan=2)]
    return h("thead", h("tr", lead, groups, tail), h("tr", [_metric_header(table, metric) for metric in table.metrics]))


def _mean_header(table: Table, order: Order) -> Markup:
    state = _sort_state(table, order.id, order.higher_is_better)
    of = ", ".join(METRICS[metric].term for metric in order.metrics)
    return h(
        "th",
        _sort_button("Mean", order.id, state, "Sort by this order"),
        h("small", f"of {of}", class_="em-range"),
        scope="col",
        rowspan=2,
        aria_sort=state,
    )


def _score(table: Table, row: Row, metric: Metric) -> Markup:
    record = row.record
    if metric.id not in record.scores:
        return h("td", dash(absence(table.board, record, metric.id)), class_="em-number")
    value = record.scores[metric.id]
    best = not row.unlike and table.best.get(metric.id) == value
    interval = record.intervals.get(metric.id)
    n = record.n.get(metric.id)
    return h(
        "td",
        h("strong", metric.text(value), h("span", " (best)", class_="em-hidden")) if best else metric.text(value),
        h("small", f"{metric.text(interval[0])}–{metric.text(interval[1])}") if interval else None,
        h("small", f"n {n:,}") if n else None,
        title=f"{metric.title}{', with its 95 % interval' if interval else ''}{f', of {n:,} items' if n else ''}",
        class_="em-number",
    )


def parameters(billions: float) -> str:
    """A number of parameters as people write it: ``7B``, ``6M``."""
    return f"{billions:g}B" if billions >= 0.1 else f"{billions * 1000:.3g}M"


def _model(row: Row) -> Markup:
    model, provenance = row.record.model, row.record.provenance
    size = parameters(model.params_b) if model.params_b else None
    details = (model.org, size, model.weights and f"{model.weights} weights")
    sent = provenance.receipt is not None
    said = (
        together("submission " if sent else "row ", h("span", row.mark, class_="em-mark")) if row.mark else None,
        "unverified" if sent and not provenance.verified else None,
    )
    return h(
        "th",
        link(h("bdi", model.name), model.url),
        _small(details),
        _small(said, "em-apart"),
        h("small", f"not ranked: {row.unlike}", class_="em-unranked") if row.unlike else None,
        scope="row",
    )


def _small(parts: Iterable[str | Markup | None], class_: str | None = None) -> Markup | None:
    """Small print: the parts that there are, with dots between them, each in its own direction of writing."""
    shown = [h("bdi", part) for part in parts if part]
    apart = [together(" · " if i else None, part) for i, part in enumerate(shown)]
    return h("small", apart, class_=class_) if shown else None


def _source(provenance: Provenance) -> Markup:
    date = f"{provenance.date:%Y-%m-%d}"
    if provenance.receipt is not None:
        checked = (
            "a person compared it with its source" if provenance.verified else "nobody compared it with its source"
        )
        return h(
            "td",
            h(
                "a",
                f"{_KINDS[provenance.kind]}, {date}",
                href=f"/submissions?receipt={quote(provenance.receipt, safe='')}",
                title=f"The submission {provenance.receipt}",
            ),
            h("small", "verified" if provenance.verified else "unverified", title=checked),
        )
    second_hand = (
        None if provenance.verified else h("small", "second-hand", title="not compared with the source itself")
    )
    return h("td", link(f"{_KINDS[provenance.kind]}, {date}", provenance.url, provenance.source), second_hand)


def _mean(table: Table, value: float) -> str:
    """A mean of marks from 1 to 5 needs a digit more than the marks; a mean of percentages does not."""
    metric = METRICS[table.order.metrics[0]] if table.order else table.metrics[0]
    return metric.text(value, extra=0 if metric.unit == "%" else 1)


def _row(table: Table, row: Row) -> Markup:
    if row.rank is not None:
        rank: Markup | str = str(row.rank)
    elif row.unlike:
        rank = dash(f"measured with another protocol, so not ranked with the others: {row.unlike}")
    else:
        rank = dash("no rank: a score of this order is missing" if table.order else "this board has no ranking")
    mean = None
    if _shows_mean(table.order):
        mean = h("td", dash("a score is missing") if row.value is None else _mean(table, row.value), class_="em-number")
    return h(
        "tr",
        h("td", rank, class_="em-rank em-number"),
        _model(row),
        mean,
        [_score(table, row, metric) for metric in table.metrics],
        h("td", f"{sum(m.id in row.record.scores for m in table.metrics)} of {len(table.metrics)}", class_="em-number"),
        _source(row.record.provenance),
        data_row=row.slug,
    )


def _caption(table: Table) -> str:
    parts = [table.board.title]
    if table.view.language:
        parts.append(LANGUAGES[table.view.language])
    shown = f"{len(table.rows)} of {table.total}" if len(table.rows) != table.total else str(table.total)
    if table.models == table.total:
        parts.append(f"{shown} {'model' if table.total == 1 else 'models'}")
    else:
        parts.append(f"{shown} rows of {table.models} {'model' if table.models == 1 else 'models'}")
    if table.order is not None:
        parts.append(f"by {table.order.title}{'' if table.view.best_first else ', worst first'}")
    return " · ".join(parts)


def board_table(table: Table) -> Markup:
    """The whole board: the table in its scrolling frame, what the columns mean, and where the rows come from."""
    if table.rows:
        body: list[Markup] = [_row(table, row) for row in table.rows]
    else:
        span = len(table.metrics) + 4 + _shows_mean(table.order)
        nothing = f"No model matches “{table.view.text}”." if table.total else "This board has no results yet."
        body = [h("tr", h("td", nothing, colspan=span, class_="em-empty"))]
    return together(
        h("p", MISSING, role="status", class_="em-notice") if table.submissions_missing else None,
        h(
            "div",
            h("table", h("caption", _caption(table), role="status"), _head(table), h("tbody", body), class_="em-table"),
            class_="em-scroll",
            data_board=f"{table.board.id}/{table.view.language}",
            data_view="/".join(map(str, (table.view.order, table.view.best_first, table.view.text))),
            tabindex=0,
            role="region",
            aria_label="Scores, scrolls sideways",
        ),
        below_table(table),
    )
