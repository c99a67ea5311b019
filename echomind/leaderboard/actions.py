"""What a reader does on the page, by name, as another view. What a browser tells is checked here. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from echomind.errors import EchoMindError
from echomind.leaderboard.view import ALL_ROWS, MORE, TABS, View

MOST = 50  # actions in one message: faster than anybody clicks


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None  # an empty or unfinished field is an open end


def _filter(view: View, told: str) -> View:
    facet, _, value = told.partition("=")
    chosen = dict(view.filters).get(facet, ())
    return view.without_filter(facet, value) if value in chosen else view.with_filter(facet, value)


def _size(view: View, told: str) -> View:
    low, _, high = told.partition("..")
    return view.with_size(_number(low), _number(high))


def _tab(view: View, told: str) -> View:
    if told not in TABS:
        raise EchoMindError(f"found the part {told[:60]!r}, expected one of: {', '.join(filter(None, TABS))}")
    return replace(view, tab="" if told == view.tab else told)


_ACTIONS: dict[str, Callable[[View, str], View]] = {
    "sort": View.toggled,
    "then": View.then_by,
    "unsort": View.without_sort,
    "filter": _filter,
    "size": _size,
    "search": View.searching,
    "unsearch": lambda view, _: view.searching(""),
    "clear": lambda view, _: view.without_filters(),
    "preset": View.with_preset,
    "column": View.with_column,
    "pin": View.with_pin,
    "unpin": lambda view, _: replace(view, pins=()),
    "heat": lambda view, _: replace(view, heat=not view.heat),
    "official": lambda view, _: replace(view, official=not view.official),
    "more": lambda view, _: replace(view, rows=view.rows + MORE if view.rows else ALL_ROWS),
    "all": lambda view, _: replace(view, rows=ALL_ROWS),
    "tab": _tab,
}
CLEARS_SEARCH = frozenset({"unsearch", "clear"})


def acted(view: View, name: str, value: str) -> View:
    """The view after one action. ``EchoMindError`` for an unknown action or a value that it cannot take."""
    if name not in _ACTIONS:
        raise EchoMindError(f"found the action {name[:60]!r}, expected one of: {', '.join(_ACTIONS)}")
    return _ACTIONS[name](view, value)


def acted_all(view: View, told: Iterable[tuple[str, str]]) -> View:
    """The view after several actions, one after another; all or none."""
    for count, (name, value) in enumerate(told):
        if count >= MOST:
            raise EchoMindError(f"found more than {MOST} actions at once, expected fewer")
        view = acted(view, name, value)
    return view
