"""What stands below the leaderboard's table: the files to take along, how to read it, what to cite, its sources."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from echomind.leaderboard.metrics import Metric
from echomind.leaderboard.protocols import protocol_text
from echomind.leaderboard.view import Table
from echomind.ui.markup import h, together

SUBMISSION_ROWS = (
    "A row of a submission was scored here, from predictions that somebody sent. It is unverified until a person has "
    "compared it with its source; its link shows what was sent and every score."
)


def below_table(table: Table) -> Markup:
    """All of it, with the definitions that the buttons of the table's head open."""
    return together(
        _downloads(table),
        h("p", h("strong", "Read with care. "), table.board.note, class_="em-note"),
        h("p", h("strong", "Submissions. "), SUBMISSION_ROWS, class_="em-note") if _has_submissions(table) else None,
        _citation(table) if table.rows else None,
        h(
            "p",
            "Ranked together only when measured alike: ",
            protocol_text(table.board.protocol),
            ".",
            class_="em-note",
        ),
        h("ul", list(_sources(table)), class_="em-note em-sources", aria_label="Sources") if table.rows else None,
        [_explanation(metric) for metric in table.metrics],
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
            title=f"These {len(table.rows)} rows, all columns, as {name}",
        )
        for kind, name in (("csv", "CSV"), ("json", "JSON"))
    ]
    return h(
        "p",
        "Download these rows: ",
        buttons,
        class_="em-note em-downloads",
    )


def _citation(table: Table) -> Markup:
    board = table.board
    return h("p", h("strong", "Cite. "), f"{board.citation}. Licence: {board.licence}.", class_="em-note")


def _has_submissions(table: Table) -> bool:
    return any(row.record.provenance.kind == "submission" for row in table.rows)


def _sources(table: Table) -> Iterator[Markup]:
    for source in dict.fromkeys(row.record.provenance.source for row in table.rows):
        yield h("li", source)


def _explanation(metric: Metric) -> Markup:
    direction = "Higher is better" if metric.higher_is_better else "Lower is better"
    return h(
        "div",
        h("strong", f"{metric.title} · {metric.term}"),
        h("p", metric.definition),
        h("p", f"{direction}; range {metric.range}."),
        h("p", h("small", f"Source: {metric.source}. Metric id: {metric.id}")),
        popover="auto",
        id=f"about-{metric.id}",
        class_="em-popover",
    )
