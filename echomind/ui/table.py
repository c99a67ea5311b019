"""The leaderboard as a real HTML table: caption, scopes, sort state, ranges beside the numbers, "—" with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from markupsafe import Markup

from echomind.leaderboard.arrange import Row, Table
from echomind.leaderboard.metrics import LANGUAGES, METRICS
from echomind.leaderboard.records import Provenance
from echomind.leaderboard.view import MAX_PINS, MORE, key_words
from echomind.ui.markup import h, link, together
from echomind.ui.table_cells import dash, rank_cell, score_cell
from echomind.ui.table_head import shows_mean, table_head
from echomind.words import cached, counted, joined, t

__all__ = ["MISSING", "dash", "parameters", "table_frame"]

MISSING = t(
    "Rows of submissions are missing for now: where they are kept cannot be read. They come back by themselves."
)
_WEIGHTS = {"open": t("open weights"), "closed": t("closed weights")}
_KINDS = {"paper": t("Paper"), "submission": t("Submission"), "measured": t("Measured here")}
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
        aria_label=t("Keep {name} on top", name=row.record.model.name),
        title=t("{MAX_PINS} rows are on top already: take one off first", MAX_PINS=MAX_PINS)
        if full
        else t("Keep on top, to compare"),
        disabled=full,
        class_="em-pin",
    )


def _model(table: Table, row: Row) -> Markup:
    model, provenance = row.record.model, row.record.provenance
    size = parameters(model.params_b) if model.params_b else None
    details = (model.org, size, model.weights and _WEIGHTS[model.weights])
    sent = provenance.receipt is not None
    said = (
        together(t("submission") if sent else t("row"), " ", h("span", row.mark, class_="em-mark"))
        if row.mark
        else None,
        t("unverified") if sent and not provenance.verified else None,
    )
    return h(
        "th",
        _pin(table, row),
        h("a", h("bdi", model.name), href=model_address(table.board.id, row.slug), title=t("All about this model")),
        _small(details),
        _small(said, "em-apart"),
        h("small", t("not ranked: {why}", why=row.unranked_because), class_="em-unranked")
        if row.unranked_because
        else None,
        scope="row",
    )


def _kind_and_date(provenance: Provenance) -> Markup:
    """In two lines, as every row of the table has them."""
    date = h("small", f"{provenance.date:%Y-%m-%d}")
    return together(_KINDS[provenance.kind], h("span", t(", "), class_="em-hidden"), date)


@cached(4096)
def _source(provenance: Provenance) -> Markup:
    if provenance.receipt is not None:
        checked = (
            t("a person compared it with its source")
            if provenance.verified
            else t("nobody compared it with its source")
        )
        return h(
            "td",
            h(
                "a",
                _kind_and_date(provenance),
                href=f"/submissions?receipt={quote(provenance.receipt, safe='')}",
                title=t("The submission {receipt}", receipt=provenance.receipt),
            ),
            h("small", t("verified") if provenance.verified else t("unverified"), title=checked),
        )
    second_hand = (
        None if provenance.verified else h("small", t("second-hand"), title=t("not compared with the source itself"))
    )
    return h("td", link(_kind_and_date(provenance), provenance.url, provenance.source), second_hand)


def _mean(table: Table, value: float) -> str:
    """A mean of marks from 1 to 5 needs a digit more than the marks; a mean of percentages does not."""
    metric = METRICS[table.order.metrics[0]] if table.order else table.metrics[0]
    return metric.text(value, extra=0 if metric.unit == "%" else 1)


def _coverage(table: Table, row: Row) -> str:
    """Of all metrics of the board in this language, those that the row has, whichever columns are shown."""
    columns = table.board.columns(table.view.language or None)
    return t("{there} of {n}", there=sum(m.id in row.record.scores for m in columns), n=len(columns))


def _row(table: Table, row: Row) -> Markup:
    mean = None
    if shows_mean(table.order):
        mean = h(
            "td", dash(t("a score is missing")) if row.value is None else _mean(table, row.value), class_="em-number"
        )
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
    shown: str = str(table.total)
    if table.found != table.total:
        shown = t("{found} of {total}", found=table.found, total=table.total)
    if table.models == table.total:
        parts.append(counted(table.total, "{shown} model", "{shown} models", shown=shown))
    else:
        parts.append(counted(table.models, "{shown} rows of {n} model", "{shown} rows of {n} models", shown=shown))
    keys = [key_words(table.view, sort) for sort in table.view.sorted_by]
    parts.append(t("by {keys}", keys=joined(t(", then "), keys)))
    pinned = sum(row.pinned for row in table.rows)
    if pinned:
        parts.append(t("{pinned} kept on top", pinned=pinned))
    if len(table.sent) < len(table.rows):
        parts.append(t("the first {n} are shown", n=len(table.sent)))
    return joined(" · ", parts)


def _nothing(table: Table) -> Markup | str:
    """What stands in place of rows: why there are none, and the way back."""
    if not table.total:
        return t("This board has no results yet.")
    text = table.view.text.strip()
    if text and not table.view.filters:
        said = t("No model matches “{text}”.", text=table.view.text)
    elif text:
        said = t("No model matches “{text}” and the filters.", text=table.view.text)
    else:
        said = t("No model passes these filters.")
    return together(said, h("button", t("Clear filters"), type="button", data_act="clear", class_="em-plain-button"))


def _more(table: Table) -> Markup | None:
    left = len(table.rows) - len(table.sent)
    if not left:
        return None
    return h(
        "p",
        h(
            "button",
            t("Show {n} more", n=min(left, MORE)),
            type="button",
            data_act="more",
            class_="em-plain-button",
        ),
        h("button", t("Show all {n}", n=len(table.rows)), type="button", data_act="all", class_="em-plain-button"),
        h(
            "span",
            t(
                "{n} of {n2} rows are shown; searching and sorting take in all of them.",
                n=len(table.sent),
                n2=len(table.rows),
            ),
        ),
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
        aria_label=t("Scores, scrolls sideways"),
    )
