"""The Leaderboard page: pick a board, an order, a language; search; click a column to sort by it."""

from __future__ import annotations

from typing import Any

import gradio as gr

from echomind.errors import ResultsError
from echomind.leaderboard.boards import get_board
from echomind.leaderboard.metrics import LANGUAGES
from echomind.leaderboard.results import Results
from echomind.leaderboard.view import View, arrange, board_choices, order_choices
from echomind.ui.faults import notice, spoken
from echomind.ui.markup import h
from echomind.ui.page import current_page
from echomind.ui.site import Site
from echomind.ui.table import SORT_SCRIPT, board_table

Shown = tuple[View, Any, Any, str]


def table_html(view: View, results: Results) -> str:
    """The table of a view; where the results cannot be read, the reason in its place."""
    try:
        return str(board_table(arrange(view, results)))
    except ResultsError as error:
        return str(notice(error))


def _language_choices(view: View) -> list[tuple[str, str]]:
    return [(LANGUAGES[code], code) for code in get_board(view.board).languages]


def _orders(view: View) -> Any:
    choices = order_choices(view)
    return gr.Dropdown(choices=choices, value=view.order or None, visible=bool(choices))


def _languages(view: View) -> Any:
    choices = _language_choices(view)
    return gr.Radio(choices=choices, value=view.language or None, visible=bool(choices))


def asked_order(event: gr.EventData) -> str:
    """The order a header button names; empty, and so refused, when the event did not come from one."""
    data = event._data
    return str(data.get("sort", "")) if isinstance(data, dict) else ""


def show(view: View, results: Results) -> Shown:
    """The view and everything on the page that follows from it."""
    return view, _orders(view), _languages(view), table_html(view, results)


def build_leaderboard(site: Site) -> None:
    """Lay the page out in the current Blocks."""
    results = site.results
    first = View()
    gr.HTML(
        h(
            "div",
            h("h1", "Leaderboard"),
            h("p", "How well models understand, reason about and answer what a voice carries. Click a column to sort."),
            class_="em-title",
        ),
        apply_default_css=False,
        js_on_load=None,
    )
    with gr.Row(elem_classes="em-controls"):
        board = gr.Dropdown(board_choices(), value=first.board, label="Board", filterable=False, min_width=150)
        order = gr.Dropdown(order_choices(first), value=first.order, label="Order", filterable=False, min_width=150)
        language = gr.Radio([], label="Language", visible=False, min_width=150)
        search = gr.Textbox(label="Find a model", placeholder="name or organisation", max_lines=1, min_width=150)
    table = gr.HTML(table_html(first, results), apply_default_css=False, js_on_load=SORT_SCRIPT, elem_id="em-board")
    view = gr.State(first)
    shown = [view, order, language, table]
    quiet: dict[str, Any] = {
        "outputs": shown,
        "api_visibility": "private",
        "show_progress": "hidden",
        "concurrency_limit": None,
        "trigger_mode": "always_last",
    }

    def refresh(v: View) -> Shown:
        return show(v, results)

    def pick_board(v: View, board_id: str) -> Shown:
        return show(v.on_board(board_id), results)

    def pick_order(v: View, order_id: str) -> Shown:
        return show(v.in_order(order_id), results)

    def pick_language(v: View, code: str) -> Shown:
        return show(v.in_language(code), results)

    def find(v: View, text: str) -> Shown:
        return show(v.searching(text), results)

    def sort(v: View, event: gr.EventData) -> Shown:
        return show(v.toggled(asked_order(event)), results)

    board.input(spoken(pick_board), [view, board], **quiet)
    order.input(spoken(pick_order), [view, order], **quiet)
    language.input(spoken(pick_language), [view, language], **quiet)
    search.change(spoken(find), [view, search], **quiet)
    table.select(spoken(sort), [view], **quiet)
    current_page().load(spoken(refresh), [view], **quiet)
