"""The whole view of the leaderboard as a query string and back, so that a link shows to others what one sees.

``?board=echomind-mini&sort=-wer,name&weights=open&size=1..13&columns=wer,bleu&pins=a,b`` : ``-`` is worst first. See
``query_codecs`` for how any other state, such as the axes of the Correlations page, is written the same way.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.filters import FACETS, LARGEST, ordered_filters
from echomind.leaderboard.presets import PRESETS, in_board_order
from echomind.leaderboard.query_codecs import (
    Choice,
    Choices,
    Codec,
    Flag,
    Parameter,
    Span,
    Whole,
    Words,
    fields_of,
    left_out,
    of_field,
    told,
    written,
)
from echomind.leaderboard.view import MAX_PINS, MAX_SEARCH, MAX_SORTS, OPENING, ROW_KEYS, TABS, Sort, View

MOST_ROWS = 100_000
_READ_FIRST = frozenset({"board", "language"})


@dataclass(frozen=True)
class Present:
    """What there is on a board: the values of each facet, and the rows by slug; ``None`` lets anything pass."""

    facets: Mapping[str, Collection[str]] | None = None
    slugs: Collection[str] | None = None


class _Sorts:
    """Keys with commas between; a minus before one that is worst first."""

    def __init__(self, valid: Collection[str]) -> None:
        self.choices = Choices([*valid, *(f"-{key}" for key in valid)])

    def write(self, value: tuple[Sort, ...]) -> list[str]:
        """Keys as text."""
        return self.choices.write(tuple(sort.by if sort.best_first else f"-{sort.by}" for sort in value))

    def read(self, given: list[str]) -> tuple[tuple[Sort, ...] | None, list[str]]:
        """Each key once, as many as there may be."""
        good, refused = self.choices.read(given)
        sorts: dict[str, Sort] = {}
        for text in good or ():
            key = text.removeprefix("-")
            if key in sorts or len(sorts) == MAX_SORTS:
                refused.append(text)
            else:
                sorts[key] = Sort(key, key == text)
        return tuple(sorts.values()) or None, refused


def _facet(facet: str, present: Present) -> Parameter[View, tuple[str, ...]]:
    def put(view: View, values: tuple[str, ...]) -> View:
        return replace(view, filters=ordered_filters({**dict(view.filters), facet: values}))

    valid = None if present.facets is None else present.facets.get(facet, ())
    return Parameter(
        facet, Choices(valid, joined=False), lambda view: dict(view.filters).get(facet, ()), put, gone=True
    )


def view_codec(start: View, present: Present) -> Codec[View]:
    """How views of one board and language are written; ``start`` is any of them."""
    board = BOARDS[start.board]
    metrics = [metric.id for metric in board.columns(start.language or None)]
    orders = [order.id for order in board.orders_for(start.language or None)]
    return Codec(
        (
            of_field("sort", "sorts", _Sorts([*orders, *metrics, *ROW_KEYS])),
            of_field("q", "text", Words(MAX_SEARCH)),
            *(_facet(facet, present) for facet in FACETS),
            of_field("size", "size", Span(LARGEST)),
            of_field("show", "preset", Choice(PRESETS)),
            of_field("columns", "columns", Choices(metrics)),
            of_field("pins", "pins", Choices(present.slugs, most=MAX_PINS), gone=True),
            of_field("official", "official", Flag()),
            of_field("heat", "heat", Flag()),
            of_field("rows", "rows", Whole(0, MOST_ROWS)),
            of_field("tab", "tab", Choice(TABS)),
        ),
        _READ_FIRST,
    )


def _start(board: str, language: str) -> View:
    start = OPENING if board == OPENING.board else OPENING.on_board(board)
    return replace(start, language=language) if language else start


def write_view(view: View) -> str:
    """The query of a view, without its question mark; empty for the view that a visitor begins with."""
    first = _start(view.board, "")
    pairs = [("board", view.board)] if view.board != OPENING.board else []
    if view.language != first.language:
        pairs.append(("language", view.language))
    start = replace(first, language=view.language)
    return written([*pairs, *view_codec(start, Present()).pairs(view, start)])


def asked_board(query: str) -> str:
    """The board that a query names, or the first one."""
    board = fields_of(query).get("board", [OPENING.board])[-1]
    return board if board in BOARDS else OPENING.board


def read_view(query: str, present: Present) -> tuple[View, str]:
    """The view that a query asks for, and a line about what of it is not possible (any more), "" where all is."""
    fields = fields_of(query)
    board, notes = asked_board(query), []
    if "board" in fields and fields["board"][-1] not in BOARDS:
        notes.append(left_out("board", fields["board"][-1]))
    language = fields.get("language", [""])[-1]
    if language and language not in BOARDS[board].languages:
        notes.append(left_out("language", language))
        language = ""
    start = _start(board, language)
    view, more = view_codec(start, present).read(fields, start)
    columns = in_board_order(BOARDS[board], view.language, view.columns)
    if view.sorts == (Sort(view.default_order or "name"),):
        view = replace(view, sorts=())
    return replace(view, columns=columns), told([*notes, *more])
