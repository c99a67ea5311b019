"""The Leaderboard page: pick a board, an order, a language; search; click a column to sort by it; take it with you."""

from __future__ import annotations

import json
from typing import Any

import gradio as gr

from echomind.errors import EchoMindError, ResultsError
from echomind.leaderboard.boards import get_board
from echomind.leaderboard.exports import FORMATS, export, file_name
from echomind.leaderboard.metrics import LANGUAGES
from echomind.leaderboard.results import Results
from echomind.leaderboard.view import View, arrange, board_choices, order_choices
from echomind.submissions.model import now
from echomind.ui.faults import notice, spoken
from echomind.ui.live import BOARD_SCRIPT, LOOK_S, SAVE, SHARED_S
from echomind.ui.markup import h
from echomind.ui.page import current_page
from echomind.ui.site import Site
from echomind.ui.table import board_table

Drawn = tuple[View, int]  # what a table shows: the view, and the version of the results
Shown = tuple[View, Any, Any, str, Drawn]
UNREADABLE = -1  # in place of a version


def table_html(view: View, results: Results) -> tuple[str, Drawn]:
    """The table of a view and what it shows; where the results cannot be read, the reason in its place."""
    try:
        table = arrange(view, results)
    except ResultsError as error:
        return str(notice(error)), (view, UNREADABLE)
    return str(board_table(table)), (view, table.version)


def news(view: View, drawn: Drawn | None, results: Results) -> tuple[Any, Any]:
    """The table and what it shows, where that is not what is ``drawn`` any more; else nothing changes on the page.

    Without ``drawn`` nobody has drawn anything yet, or this process does not know the page: its view is not known.
    """
    if drawn is None:
        return gr.skip(), gr.skip()
    try:
        version = results.look(view.board, at_most_s=SHARED_S).version
    except ResultsError:
        version = UNREADABLE
    return (gr.skip(), gr.skip()) if (view, version) == drawn else table_html(view, results)


def made_file(view: View, kind: str, results: Results) -> str:
    """The view as a file: JSON with ``name``, ``type`` and ``text``. Raises ``EchoMindError`` for another kind."""
    match kind:
        case "csv" | "json":
            today = now().date()
            name = file_name(get_board(view.board), today, kind)
            text = export(arrange(view, results), today, kind)
            return json.dumps({"name": name, "type": FORMATS[kind], "text": text})
    raise EchoMindError(f"found the kind of file {kind!r}, expected one of: {', '.join(FORMATS)}")


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
    return _told(event, "sort")


def asked_kind(event: gr.EventData) -> str:
    """The kind of file a button names; empty, and so refused, when the event did not come from one."""
    return _told(event, "kind")


def _told(event: gr.EventData, key: str) -> str:
    data = event._data
    return str(data.get(key, "")) if isinstance(data, dict) else ""


def show(view: View, results: Results) -> Shown:
    """The view and everything on the page that follows from it."""
    return view, _orders(view), _languages(view), *table_html(view, results)


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
    table = gr.HTML(table_html(first, results)[0], apply_default_css=False, js_on_load=BOARD_SCRIPT, elem_id="em-board")
    view, drawn, file = gr.State(first), gr.State(None), gr.Textbox(visible=False)
    timer = gr.Timer(LOOK_S)
    shown = [view, order, language, table, drawn]
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

    def look(v: View, d: Drawn | None) -> tuple[Any, Any]:
        return news(v, d, results)

    def save(v: View, event: gr.EventData) -> str:
        return made_file(v, asked_kind(event), results)

    board.input(spoken(pick_board), [view, board], **quiet)
    order.input(spoken(pick_order), [view, order], **quiet)
    language.input(spoken(pick_language), [view, language], **quiet)
    search.change(spoken(find), [view, search], **quiet)
    table.select(spoken(sort), [view], **quiet)
    current_page().load(spoken(refresh), [view], **quiet)
    timer.tick(spoken(look), [view, drawn], **quiet | {"outputs": [table, drawn], "queue": False})
    saved = table.download(spoken(save), [view], **quiet | {"outputs": [file]})
    saved.then(None, [file], [file], js=SAVE, api_visibility="private")
