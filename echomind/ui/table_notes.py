"""What stands below the leaderboard's table: the files to take along, how to read it, what to cite, what changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from echomind.leaderboard.arrange import Table
from echomind.leaderboard.changes import Change
from echomind.leaderboard.counted import ONE_A_MODEL
from echomind.leaderboard.exports import TITLES
from echomind.leaderboard.metrics import Metric
from echomind.leaderboard.protocols import protocol_text
from echomind.ui.markup import Child, h, together
from echomind.ui.table import model_address
from echomind.words import joined, t

SUBMISSION_ROWS = t(
    "A row of a submission was scored here, from predictions that somebody sent. It is unverified until a person has "
    "compared it with its source; its link shows what was sent and every score."
)
READING = t(
    "≈ marks an interval that was worked out from the number of questions alone; the true one is as a rule wider. A "
    "score without an interval has none that was published. Best and 2nd are by value among the ranked rows."
)


def below_table(table: Table, changes: Sequence[Change] | None = None) -> Markup:
    """All of it, with the definitions that the buttons of the table's head open. ``changes``: ``None`` is not asked."""
    return h(
        "div",
        _downloads(table),
        h("p", h("strong", t("Read with care. ")), table.board.note, class_="em-note"),
        h(
            "p",
            h("strong", t("Places. ")),
            joined(t(" "), (_places(table), *([ONE_A_MODEL] if table.ranking else []), READING)),
            class_="em-note",
        )
        if table.rows
        else None,
        h("p", h("strong", t("Submissions. ")), SUBMISSION_ROWS, class_="em-note") if _has_submissions(table) else None,
        h(
            "p",
            t("Ranked together only when measured alike: {protocol}.", protocol=protocol_text(table.board.protocol)),
            class_="em-note",
        ),
        h("ul", list(_sources(table)), class_="em-note em-sources", aria_label=t("Sources")) if table.rows else None,
        _part(table, "cite", t("Cite this board"), _citation(table)),
        _part(table, "changes", t("What changed when"), _changes(table, changes)),
        h("div", _about_rank(table), [_explanation(metric) for metric in table.metrics]),
        class_="em-below",
    )


def _downloads(table: Table) -> Markup | None:
    if not table.rows:
        return None
    buttons = [
        h(
            "button",
            name,
            type="button",
            data_download=kind,
            title=t(
                "These {rows} rows, {columns} columns, as {name}",
                rows=len(table.rows),
                columns=len(table.metrics),
                name=name,
            ),
        )
        for kind, name in TITLES.items()
    ]
    return h("p", t("Download what is shown: "), buttons, class_="em-note em-downloads")


def _places(table: Table) -> str:
    if table.ranking is None:
        return t("This board ranks nobody.")
    if table.view.official:
        return t("Rank is by value alone, as the source's own site counts; it does not say which differences are real.")
    return table.ranking.sentence


def _part(table: Table, name: str, title: str, *inside: Child) -> Markup:
    """A part that a button opens; which one is open is part of the view."""
    opened = table.view.tab == name
    return h(
        "section",
        h(
            "button",
            h("span", "▾ " if opened else "▸ ", aria_hidden="true"),
            title,
            type="button",
            data_act="tab",
            data_value=name,
            aria_expanded="true" if opened else "false",
            aria_controls=f"board-{name}",
            class_="em-opener",
        ),
        h("div", *(inside if opened else ()), id=f"board-{name}", hidden=not opened),
        class_="em-part",
    )


def _citation(table: Table) -> Markup:
    board = table.board
    return together(
        h("pre", h("code", f"{board.citation}."), id="board-citation", tabindex=0),
        h("p", t("Licence: {licence}.", licence=board.licence), class_="em-note"),
        h("p", h("button", t("Copy"), type="button", data_copy="board-citation", class_="em-plain-button")),
    )


def _changes(table: Table, changes: Sequence[Change] | None) -> Markup:
    if not changes:
        return h("p", t("Nothing is known to have changed."), class_="em-note")
    head = h("tr", [h("th", word, scope="col") for word in (t("Date"), t("Model"), t("What happened"))])
    rows = [
        h(
            "tr",
            h("td", f"{change.date:%Y-%m-%d}"),
            h(
                "th",
                h("a", h("bdi", change.model), href=model_address(table.board.id, change.slug))
                if change.slug
                else h("bdi", change.model),
                scope="row",
            ),
            h("td", change.what),
        )
        for change in changes
    ]
    caption = t("The newest {n} changes of {title}", n=len(rows), title=table.board.title)
    return h("table", h("caption", caption), h("thead", head), h("tbody", rows), class_="em-plain")


def _has_submissions(table: Table) -> bool:
    return any(row.record.provenance.kind == "submission" for row in table.rows)


def _sources(table: Table) -> Iterator[Markup]:
    for source in dict.fromkeys(row.record.provenance.source for row in table.rows):
        yield h("li", source)


def _about_rank(table: Table) -> Markup:
    return h(
        "div",
        h("strong", t("Rank")),
        h("p", _places(table)),
        h(
            "p",
            t(
                "Below a rank stands the range of places that a model may really have, as far as the intervals tell. "
                "Models that cannot be told apart share a rank."
            ),
        ),
        popover="auto",
        id="about-rank",
        class_="em-popover",
    )


def _explanation(metric: Metric) -> Markup:
    direction = t("Higher is better") if metric.higher_is_better else t("Lower is better")
    return h(
        "div",
        h("strong", joined(" · ", (metric.title, metric.term))),
        h("p", metric.definition),
        h("p", t("{direction}; range {range}.", direction=direction, range=metric.range)),
        h("p", h("small", t("Source: {source}. Metric id: {id}", source=metric.source, id=metric.id))),
        popover="auto",
        id=f"about-{metric.id}",
        class_="em-popover",
    )
