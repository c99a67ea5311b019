"""The leaderboard as a real HTML table: caption, scopes, sort state, ranges beside the numbers, "—" with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote

from markupsafe import Markup

from echomind.leaderboard.arrange import Row, Table
from echomind.leaderboard.metrics import LANGUAGES, METRICS
from echomind.leaderboard.records import Provenance
from echomind.leaderboard.view import MAX_PINS, MORE, key_title
from echomind.ui.markup import h, link, together
from echomind.ui.table_cells import dash, rank_cell, score_cell
from echomind.ui.table_head import shows_mean, table_head

__all__ = ["MISSING", "dash", "parameters", "table_frame"]

MISSING = "Rows of submissions are missing for now: where they are kept cannot be read. They come back by themselves."
_KINDS = {"paper": "Paper", "submission": "Submission", "measured": "Measured here"}
_PIN = h("svg", h("path", d="M5 1h6l-1 5 3 3H9v5l-1 1-1-1V9H3l3-3z"), viewbox="0 0 16 16", aria_hidden="true")


def parameters(billions: float) -> str:
    """A number of parameters as people write it: ``7B``, ``6M``."""
    return f"{billions:g}B" if billions >= 0.1 else f"{billions * 1000:.3g}M"


def _small(parts: Iterable[str | Markup | None], class_: str | None = None) -> Markup | None:
    """Small print: the parts that there are, with dots between them, each in its own direction of writing."""
    shown = [h("bdi", part) for part in parts if part]
    apart = [together(" · " if i else None, part) for i, part in enumerate(shown)]
    return h("small", apart, class_=class_) if shown else None


def model_address(board: str, slug: str) -> str:
    """Where everything about one row is."""
    return f"/models?model={board}/{quote(slug)}"


def _pin(table: Table, row: Row) -> Markup:
    full = not row.pinned and len(table.view.pins) >= MAX_PINS
    return h(
        "button",
        _PIN,
        type="button",
        data_act="pin",
        data_value=row.slug,
        aria_pressed="true" if row.pinned else "false",
        aria_label=f"Keep {row.record.model.name} on top",
        title=f"{MAX_PINS} rows are on top already: take one off first" if full else "Keep on top, to compare",
        disabled=full,
        class_="em-pin",
    )


def _model(table: Table, row: Row) -> Markup:
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
        _pin(table, row),
        h("a", h("bdi", model.name), href=model_address(table.board.id, row.slug), title="All about this model"),
        _small(details),
        _small(said, "em-apart"),
        h("small", f"not ranked: {row.unlike}", class_="em-unranked") if row.unlike else None,
        scope="row",
    )


def _kind_and_date(provenance: Provenance) -> Markup:
    """In two lines, as every row of the table has them."""
    date = h("small", f"{provenance.date:%Y-%m-%d}")
    return together(_KINDS[provenance.kind], h("span", ", ", class_="em-hidden"), date)


@lru_cache(maxsize=4096)
def _source(provenance: Provenance) -> Markup:
    if provenance.receipt is not None:
        checked = (
            "a person compared it with its source" if provenance.verified else "nobody compared it with its source"
        )
        return h(
            "td",
            h(
                "a",
                _kind_and_date(provenance),
                href=f"/submissions?receipt={quote(provenance.receipt, safe='')}",
                title=f"The submission {provenance.receipt}",
            ),
            h("small", "verified" if provenance.verified else "unverified", title=checked),
        )
    second_hand = (
        None if provenance.verified else h("small", "second-hand", title="not compared with the source itself")
    )
    return h("td", link(_kind_and_date(provenance), provenance.url, provenance.source), second_hand)


def _mean(table: Table, value: float) -> str:
    """A mean of marks from 1 to 5 needs a digit more than the marks; a mean of percentages does not."""
    metric = METRICS[table.order.metrics[0]] if table.order else table.metrics[0]
    return metric.text(value, extra=0 if metric.unit == "%" else 1)


def _coverage(table: Table, row: Row) -> str:
    """Of all metrics of the board in this language, those that the row has, whichever columns are shown."""
    columns = table.board.columns(table.view.language or None)
    return f"{sum(m.id in row.record.scores for m in columns)} of {len(columns)}"


def _row(table: Table, row: Row) -> Markup:
    mean = None
    if shows_mean(table.order):
        mean = h("td", dash("a score is missing") if row.value is None else _mean(table, row.value), class_="em-number")
    return h(
        "tr",
        rank_cell(table, row),
        _model(table, row),
        mean,
        [score_cell(table, row, metric) for metric in table.metrics],
        h("td", _coverage(table, row), class_="em-number"),
        _source(row.record.provenance),
        data_row=row.slug,
    )


def _caption(table: Table) -> str:
    parts = [table.board.title]
    if table.view.language:
        parts.append(LANGUAGES[table.view.language])
    shown = f"{table.found} of {table.total}" if table.found != table.total else str(table.total)
    if table.models == table.total:
        parts.append(f"{shown} {'model' if table.total == 1 else 'models'}")
    else:
        parts.append(f"{shown} rows of {table.models} {'model' if table.models == 1 else 'models'}")
    keys = ", then ".join(
        f"{key_title(table.view, sort.by)}{'' if sort.best_first else ', worst first'}" for sort in table.view.sorted_by
    )
    parts.append(f"by {keys}")
    pinned = sum(row.pinned for row in table.rows)
    if pinned:
        parts.append(f"{pinned} kept on top")
    if len(table.sent) < len(table.rows):
        parts.append(f"the first {len(table.sent)} are shown")
    return " · ".join(parts)


def _nothing(table: Table) -> Markup | str:
    """What stands in place of rows: why there are none, and the way back."""
    if not table.total:
        return "This board has no results yet."
    text = table.view.text.strip()
    if text and not table.view.filters:
        said = f"No model matches “{table.view.text}”."
    elif text:
        said = f"No model matches “{table.view.text}” and the filters."
    else:
        said = "No model passes these filters."
    return together(said, h("button", "Clear filters", type="button", data_act="clear", class_="em-plain-button"))


def _more(table: Table) -> Markup | None:
    left = len(table.rows) - len(table.sent)
    if not left:
        return None
    return h(
        "p",
        h("button", f"Show {min(left, MORE)} more", type="button", data_act="more", class_="em-plain-button"),
        h("button", f"Show all {len(table.rows)}", type="button", data_act="all", class_="em-plain-button"),
        h("span", f"{len(table.sent)} of {len(table.rows)} rows are shown; searching and sorting take in all of them."),
        class_="em-more",
    )


def table_frame(table: Table) -> Markup:
    """The table in its scrolling frame; rows that are pinned are a body of their own, which stays in sight."""
    pinned = [_row(table, row) for row in table.sent if row.pinned]
    others = [_row(table, row) for row in table.sent if not row.pinned]
    if not others and not table.found:
        span = len(table.metrics) + 4 + shows_mean(table.order)
        others = [h("tr", h("td", _nothing(table), colspan=span, class_="em-empty"))]
    return h(
        "div",
        h(
            "table",
            h("caption", _caption(table), aria_live="polite"),
            table_head(table),
            h("tbody", pinned, class_="em-pinned") if pinned else None,
            h("tbody", others),
            class_="em-table",
        ),
        _more(table),
        class_="em-scroll",
        data_board=f"{table.board.id}/{table.view.language}",
        data_view="/".join(
            map(str, (table.view.sorts, table.view.text, table.view.filters, table.view.size, table.view.pins))
        ),
        tabindex=0,
        role="region",
        aria_label="Scores, scrolls sideways",
    )
