"""What a reader has chosen to see of a board, and the table that follows from it. Pure: no page, no session."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from echomind.leaderboard.boards import BOARDS, Board, Order, get_board
from echomind.leaderboard.frame import board_frame, order_of, ordered, search
from echomind.leaderboard.metrics import Metric, get_metric
from echomind.leaderboard.names import marks, same_model
from echomind.leaderboard.protocols import unlike
from echomind.leaderboard.records import Record
from echomind.leaderboard.results import Results

MAX_SEARCH = 200  # characters; longer text cannot name a model


@dataclass(frozen=True)
class View:
    """The reader's choices. ``order`` is an official order's id, a metric id, or empty on a board without orders.

    ``language`` is empty on boards that do not score languages apart.
    """

    board: str = "echomind"
    order: str = "understanding_reasoning"
    best_first: bool = True
    language: str = ""
    text: str = ""

    def on_board(self, board_id: str) -> View:
        """Another board, in its first official order; the search text stays."""
        board = get_board(board_id)
        language = board.languages[0] if board.languages else ""
        return replace(self, board=board_id, language=language, order=_first_order(board, language), best_first=True)

    def in_language(self, language: str) -> View:
        """The same board's other language. An order that only exists in one language gives way to the first one."""
        board = get_board(self.board)
        if language not in board.languages:
            return self
        here = {order.id for order in board.orders_for(language)} | {m.id for m in board.columns(language)}
        order = self.order if self.order in here else _first_order(board, language)
        return replace(self, language=language, order=order)

    def in_order(self, order: str) -> View:
        """Another order, best first. Raises ``EchoMindError`` for an id that is neither an order nor a metric here."""
        board = get_board(self.board)
        if order not in {o.id for o in board.orders}:
            get_metric(order, board.metrics)
        return replace(self, order=order, best_first=True)

    def toggled(self, order: str) -> View:
        """As :meth:`in_order`; asked again for the current order, it turns the direction round."""
        return replace(self, best_first=not self.best_first) if order == self.order else self.in_order(order)

    def searching(self, text: str) -> View:
        """Only models that contain every term of ``text``."""
        return replace(self, text=text[:MAX_SEARCH])


def _first_order(board: Board, language: str) -> str:
    orders = board.orders_for(language or None)
    return orders[0].id if orders else ""


@dataclass(frozen=True)
class Row:
    """One record in the table. ``rank`` and ``value`` are ``None`` where it has no place in the order.

    ``unlike`` says how it was measured otherwise than the board ranks, "" where it was not. ``mark`` tells it from
    others of the same name, "" where there are none.
    """

    slug: str
    record: Record
    rank: int | None
    value: float | None
    unlike: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Table:
    """A view filled with records. ``best`` is the best value a metric has among the ranked records, found or not.

    ``total`` counts the board's rows and ``models`` the models they are of; ``version`` and ``submissions_missing`` are
    those of the look at the results.
    """

    view: View
    board: Board
    order: Order | None
    metrics: tuple[Metric, ...]
    rows: tuple[Row, ...]
    total: int
    models: int
    best: dict[str, float]
    version: int = 0
    submissions_missing: bool = False


def current_order(view: View) -> Order | None:
    """The order the view asks for: an official one, one by a single metric, or none."""
    board = get_board(view.board)
    for order in board.orders:
        if order.id == view.order:
            return order
    return order_of(get_metric(view.order, board.metrics).id) if view.order else None


def order_choices(view: View) -> list[tuple[str, str]]:
    """(title, id) of the orders to offer: the official ones, and the metric whose column is being sorted by."""
    board = get_board(view.board)
    choices = [(order.title, order.id) for order in board.orders_for(view.language or None)]
    order = current_order(view)
    if order is not None and order.id not in {choice[1] for choice in choices}:
        choices.append((f"Column: {order.title}", order.id))
    return choices


def board_choices() -> list[tuple[str, str]]:
    """(title, id) of every board."""
    return [(board.title, board.id) for board in BOARDS.values()]


def arrange(view: View, results: Results) -> Table:
    """The table of a view over the ``results`` of this moment. Raises ``ResultsError`` when a record is not valid.

    Ranks are over the whole board, so a search never changes a model's rank.
    """
    board = get_board(view.board)
    look = results.look(view.board)
    records = look.records
    frame = board_frame(board, records)
    order = current_order(view)
    metrics = board.columns(view.language or None)
    best = {}
    for metric in metrics:
        values = frame.loc[frame["ranked"], metric.id].dropna()
        if len(values) > 1:
            best[metric.id] = float(values.max() if metric.higher_is_better else values.min())
    if order is None:
        table = frame.assign(value=float("nan"), rank=pd.NA).sort_values("name", key=lambda s: s.map(str.casefold))
    else:
        table = ordered(frame, order, view.best_first)
    found = search(table, view.text)
    told_apart = marks(records)
    rows = tuple(
        Row(
            slug,
            records[slug],
            None if pd.isna(rank) else int(rank),
            None if pd.isna(value) else float(value),
            unlike(records[slug].protocol, board.protocol),
            told_apart[slug],
        )
        for slug, rank, value in zip(map(str, found.index), found["rank"], found["value"], strict=True)
    )
    models = len({same_model(record) for record in records.values()})
    return Table(view, board, order, metrics, rows, len(records), models, best, look.version, look.submissions_missing)
