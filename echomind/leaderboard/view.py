"""What a reader has chosen to see of a board. Pure and frozen: every choice gives another view; see ``arrange``."""

from __future__ import annotations

from dataclasses import dataclass, replace

from echomind.errors import EchoMindError
from echomind.leaderboard.boards import BOARDS, Board, Order, get_board
from echomind.leaderboard.filters import ANY_SIZE, FACETS, Filters, Size, ordered_filters, ordered_size
from echomind.leaderboard.frame import order_of
from echomind.leaderboard.metrics import Metric, get_metric
from echomind.leaderboard.presets import (
    ALL,
    OVERVIEW,
    PRESETS,
    counterpart,
    in_board_order,
    presets_for,
    shown_columns,
)
from echomind.leaderboard.records import SLUG
from echomind.words import here, t

MAX_SEARCH = 200  # characters; longer text cannot name a model
MAX_SORTS = 4  # more keys than that never decide anything
MAX_PINS = 4  # as many as can be compared
WINDOW = 20  # rows sent at first: a screen and some
MORE = 120  # rows that one request for more brings
ALL_ROWS = 0
# What rows can be put in order by besides orders and metrics; best first is: A to Z, largest, most, newest.
ROW_KEYS: dict[str, str] = {"name": t("Model"), "size": t("Size"), "coverage": t("Number of scores"), "date": t("Date")}
TABS = ("", "changes", "cite")


@dataclass(frozen=True)
class Sort:
    """One key of the order of rows: an order's id, a metric's, or one of ``ROW_KEYS``."""

    by: str
    best_first: bool = True


@dataclass(frozen=True)
class View:
    """The reader's choices.

    ``sorts`` is empty for the board's own first order. ``language`` is empty on boards that do not score languages
    apart. ``columns`` is the own choice and wins over ``preset``. ``official``: places by value alone, as the source's
    site counts them. ``rows`` is how many are sent at most, ``ALL_ROWS`` for all. ``tab`` is what is open below.
    """

    board: str = "echomind"
    language: str = ""
    sorts: tuple[Sort, ...] = ()
    text: str = ""
    filters: Filters = ()
    size: Size = ANY_SIZE
    preset: str = ALL
    columns: tuple[str, ...] = ()
    pins: tuple[str, ...] = ()
    official: bool = False
    heat: bool = False
    rows: int = WINDOW
    tab: str = ""

    @property
    def default_order(self) -> str:
        """The board's first order in this language; empty on a board without orders."""
        orders = get_board(self.board).orders_for(self.language or None)
        return orders[0].id if orders else ""

    @property
    def sorted_by(self) -> tuple[Sort, ...]:
        """The keys that the rows are in order by; never empty."""
        return self.sorts or (Sort(self.default_order or "name"),)

    @property
    def order(self) -> str:
        """What places are counted in: the first order or metric that is sorted by, else the board's first order."""
        return next((sort.by for sort in self.sorts if sort.by not in ROW_KEYS), self.default_order)

    @property
    def best_first(self) -> bool:
        """The direction of the first key."""
        return self.sorted_by[0].best_first

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The columns to show."""
        return shown_columns(get_board(self.board), self.language, self.preset, self.columns)

    @property
    def narrowed(self) -> bool:
        """Whether a search, a filter or a range leaves rows out."""
        return bool(self.text.strip() or self.filters or self.size != ANY_SIZE)

    def on_board(self, board_id: str) -> View:
        """Another board, in its first official order and all its rows; the search text and the looks stay."""
        board = get_board(board_id)
        language = board.languages[0] if board.languages else ""
        preset = self.preset if self.preset in (ALL, OVERVIEW, *presets_for(board, language)) else OVERVIEW
        return View(board_id, language, text=self.text, preset=preset, official=self.official, heat=self.heat)

    def in_language(self, language: str) -> View:
        """The same board's other language. An order that only exists in one language gives way to the first one."""
        board = get_board(self.board)
        if language not in board.languages:
            return self
        here = {*ROW_KEYS, *(o.id for o in board.orders_for(language)), *(m.id for m in board.columns(language))}
        columns = in_board_order(board, language, (counterpart(metric, language, board) for metric in self.columns))
        moved = replace(self, language=language, columns=columns)
        return moved._sorted(tuple(sort for sort in self.sorts if sort.by in here))

    def _checked_key(self, key: str) -> None:
        board = get_board(self.board)
        if key not in ROW_KEYS and key not in {order.id for order in board.orders_for(self.language or None)}:
            get_metric(key, (metric.id for metric in board.columns(self.language or None)))

    def _sorted(self, sorts: tuple[Sort, ...]) -> View:
        """With these keys, written in the one way there is; a longer list of rows begins anew."""
        short = () if sorts == (Sort(self.default_order or "name"),) else sorts
        return replace(self, sorts=short)._from_the_top()

    def _from_the_top(self) -> View:
        return self if self.rows == ALL_ROWS else replace(self, rows=WINDOW)

    def in_order(self, order: str) -> View:
        """By another key alone, best first. ``EchoMindError`` for an id that is no order, metric or row key here."""
        self._checked_key(order)
        return self._sorted((Sort(order),))

    def toggled(self, key: str) -> View:
        """As :meth:`in_order`; asked again for the current first key, it turns the direction round."""
        first = self.sorted_by[0]
        return self._sorted((Sort(key, not first.best_first),)) if key == first.by else self.in_order(key)

    def then_by(self, key: str) -> View:
        """With ``key`` deciding between rows that are alike so far; turned round where it is a key already."""
        self._checked_key(key)
        keys = self.sorted_by
        if key in {sort.by for sort in keys}:
            return self._sorted(tuple(Sort(s.by, s.best_first != (s.by == key)) for s in keys))
        return self._sorted((*keys, Sort(key))[-MAX_SORTS:] if len(keys) < MAX_SORTS else (*keys[:-1], Sort(key)))

    def without_sort(self, key: str) -> View:
        """Without one of the keys."""
        return self._sorted(tuple(sort for sort in self.sorts if sort.by != key))

    def searching(self, text: str) -> View:
        """Only models that contain every term of ``text``."""
        plain = text.encode("utf-8", "replace").decode()  # halves of characters cannot be in an address
        return self if plain[:MAX_SEARCH] == self.text else replace(self, text=plain[:MAX_SEARCH])._from_the_top()

    def with_filter(self, facet: str, value: str) -> View:
        """With one more value of a facet. ``EchoMindError`` for an unknown facet."""
        if facet not in FACETS:
            raise EchoMindError(f"found the filter {facet[:60]!r}, expected one of: {', '.join(FACETS)}")
        chosen = dict(self.filters)
        chosen[facet] = (*chosen.get(facet, ()), value)
        return replace(self, filters=ordered_filters(chosen))._from_the_top()

    def without_filter(self, facet: str, value: str | None = None) -> View:
        """Without one value of a facet, or without all of them."""
        kept = {f: tuple(v for v in values if (f, v) != (facet, value)) for f, values in self.filters}
        if value is None:
            kept.pop(facet, None)
        return replace(self, filters=ordered_filters(kept))._from_the_top()

    def with_size(self, low: float | None, high: float | None) -> View:
        """Only models of so many billions of parameters."""
        return replace(self, size=ordered_size(low, high))._from_the_top()

    def without_filters(self) -> View:
        """All rows: no filter, no range, no search."""
        return replace(self, text="", filters=(), size=ANY_SIZE)._from_the_top()

    def with_preset(self, preset: str) -> View:
        """The columns of a preset. ``EchoMindError`` for an unknown one."""
        if preset not in PRESETS:
            raise EchoMindError(f"found the columns {preset[:60]!r}, expected one of: {', '.join(PRESETS)}")
        return replace(self, preset=preset, columns=())

    def with_column(self, metric: str) -> View:
        """With or without one column; the last one stays. ``EchoMindError`` for a metric that is not on the board."""
        board = get_board(self.board)
        get_metric(metric, (m.id for m in board.columns(self.language or None)))
        ids = {m.id for m in self.metrics} ^ {metric}
        return replace(self, columns=in_board_order(board, self.language, ids)) if ids else self

    def with_pin(self, slug: str) -> View:
        """With one more row kept on top, or without it. ``EchoMindError`` beyond ``MAX_PINS``."""
        if slug in self.pins:
            return replace(self, pins=tuple(pin for pin in self.pins if pin != slug))
        if not SLUG.fullmatch(slug):
            raise EchoMindError(f"found {slug[:60]!r}, expected the slug of a row")
        if len(self.pins) >= MAX_PINS:
            raise EchoMindError(f"{MAX_PINS} rows are pinned already: take one off first")
        return replace(self, pins=(*self.pins, slug))


OPENING = View(preset=OVERVIEW)  # what the page shows to who asks for nothing


def current_order(view: View) -> Order | None:
    """The order that places are counted in: an official one, one by a single metric, or none."""
    board: Board = get_board(view.board)
    for order in board.orders:
        if order.id == view.order:
            return order
    return order_of(get_metric(view.order, board.metrics).id) if view.order else None


def order_choices(view: View) -> list[tuple[str, str]]:
    """(title, id) of the orders to offer: the official ones, and the metric whose column is being sorted by."""
    board = get_board(view.board)
    choices = [(here(order.title), order.id) for order in board.orders_for(view.language or None)]
    order = current_order(view)
    if order is not None and order.id not in {choice[1] for choice in choices}:
        choices.append((here(t("Column: {title}", title=order.title)), order.id))
    return choices


def key_title(view: View, key: str) -> str:
    """A key of the order of rows, for readers."""
    if key in ROW_KEYS:
        return ROW_KEYS[key]
    orders = {order.id: order.title for order in get_board(view.board).orders}
    return orders[key] if key in orders else get_metric(key).term


def key_words(view: View, sort: Sort) -> str:
    """A key with its direction where that is the other one."""
    title = key_title(view, sort.by)
    return title if sort.best_first else t("{key}, worst first", key=title)


def board_choices() -> list[tuple[str, str]]:
    """(title, id) of every board."""
    return [(here(board.title), board.id) for board in BOARDS.values()]
