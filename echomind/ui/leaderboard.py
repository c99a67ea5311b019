"""The Leaderboard page: pick a board, filter, sort, choose columns, pin; its address says what is shown."""

from __future__ import annotations

from typing import Any

import gradio as gr

from echomind.errors import EchoMindError, ResultsError
from echomind.leaderboard.actions import CLEARS_SEARCH, acted_all
from echomind.leaderboard.arrange import arrange, facets_of
from echomind.leaderboard.boards import get_board
from echomind.leaderboard.changes import Change, changes
from echomind.leaderboard.exports import FORMATS, export, file_name
from echomind.leaderboard.metrics import LANGUAGES
from echomind.leaderboard.query import Present, asked_board, read_view
from echomind.leaderboard.query_codecs import fields_of
from echomind.leaderboard.results import Results
from echomind.leaderboard.submitted import known_submissions
from echomind.leaderboard.view import OPENING, View, board_choices, order_choices
from echomind.submissions.model import now
from echomind.submissions.store import StoreError
from echomind.ui.board_view import board_table
from echomind.ui.faults import notice, spoken
from echomind.ui.live import LOOK_S, SAVE, SHARED_S, to_save
from echomind.ui.markup import h
from echomind.ui.page import current_page
from echomind.ui.site import Site
from echomind.words import here, t

Drawn = tuple[View, int]  # what a table shows: the view, and the version of the results
Shown = tuple[View, Any, Any, Any, Any, str, Drawn]
UNREADABLE = -1  # in place of a version
ADDRESS = "(...inputs) => [...inputs.slice(0, -1), window.location.search]"


def _changes(view: View, results: Results) -> list[Change] | None:
    if view.tab != "changes":
        return None
    try:
        submissions = known_submissions(results.store) if results.store is not None else []
    except StoreError:  # the board says already that rows of submissions are missing
        submissions = []
    records, copy = results.look(view.board).records, results.hub.copy if results.hub is not None else None
    bundled = results.came_with_the_app(view.board) if copy is not None else {}
    return changes(view.board, records, submissions, bundled=bundled, copy=copy)


def table_html(
    view: View, results: Results, note: str = "", address: str = "", opening: bool = False
) -> tuple[str, Drawn]:
    """The board of a view and what it shows; where the results cannot be read, the reason in its place."""
    try:
        table = arrange(view, results)
        return str(board_table(table, _changes(view, results), note, address, opening)), (view, table.version)
    except ResultsError as error:
        return str(notice(error)), (view, UNREADABLE)


def news(view: View, drawn: Drawn | None, results: Results, address: str = "") -> tuple[Any, Any]:
    """The table and what it shows, where that is not what is ``drawn`` any more; else nothing changes on the page.

    Without ``drawn`` nobody has drawn anything yet, or this process does not know the page: its view is not known.
    """
    if drawn is None:
        return gr.skip(), gr.skip()
    try:
        version = results.look(view.board, at_most_s=SHARED_S).version
    except ResultsError:
        version = UNREADABLE
    return (gr.skip(), gr.skip()) if (view, version) == drawn else table_html(view, results, address=address)


def made_file(view: View, kind: str, results: Results, address: str = "") -> str:
    """The view as a file, see ``to_save``. Raises ``EchoMindError`` for another kind."""
    match kind:
        case "csv" | "json" | "parquet" | "tex":
            today = now().date()
            content = export(arrange(view, results), today, kind, address)
            return to_save(file_name(get_board(view.board), today, kind), FORMATS[kind], content)
    raise EchoMindError(f"found the kind of file {kind!r}, expected one of: {', '.join(FORMATS)}")


def _orders(view: View) -> Any:
    choices = order_choices(view)
    return gr.Dropdown(choices=choices, value=view.order or None, visible=bool(choices))


def _languages(view: View) -> Any:
    choices = [(here(LANGUAGES[code]), code) for code in get_board(view.board).languages]
    return gr.Radio(choices=choices, value=view.language or None, visible=bool(choices))


def _told(event: gr.EventData, key: str) -> Any:
    data = event._data
    return data.get(key) if isinstance(data, dict) else None


def asked_kind(event: gr.EventData) -> str:
    """The kind of file a button names; empty, and so refused, when the event did not come from one."""
    return str(_told(event, "kind") or "")


def asked_actions(event: gr.EventData) -> list[tuple[str, str]]:
    """Name and value of what was done on the page. Raises ``EchoMindError`` for anything else than pairs of texts."""
    found = _told(event, "acts")
    if not isinstance(found, list) or not all(
        isinstance(act, list) and len(act) == 2 and all(isinstance(part, str) for part in act) for act in found
    ):
        raise EchoMindError("found an event that is no list of actions, expected pairs of a name and a value")
    return [(name, value) for name, value in found]


def show(view: View, results: Results, note: str = "", address: str = "", search: bool = False) -> Shown:
    """The view and everything on the page that follows from it; with ``search``, the text in its box too."""
    html, drawn = table_html(view, results, note, address)
    return view, view.board, _orders(view), _languages(view), view.text if search else gr.skip(), html, drawn


def arrived(query: str, results: Results, address: str = "", view: View = OPENING) -> Shown:
    """The page that an address asks for, with a line about what of it is not possible any more.

    Of an address that asks for nothing, the ``view`` as it is: somebody may have been quicker than the page.
    """
    if not fields_of(query):
        return show(view, results, address=address)
    try:
        look = results.look(asked_board(query))
        present = Present(facets_of(asked_board(query), look.records), look.records)
    except ResultsError:  # the page says so in place of the table
        present = Present()
    view, note = read_view(query, present)
    return show(view, results, note, address, search=bool(view.text))  # who types already keeps what is typed


def _page(site: Site) -> tuple[Any, ...]:
    """The page's title and its parts: controls, board, and what it keeps."""
    address = f"{site.settings.public_address}/leaderboard" if site.settings.public_address else ""
    gr.HTML(
        h(
            "div",
            h("h1", t("Leaderboard")),
            h(
                "p",
                t("How well models understand, reason about and answer what a voice carries. Click a column to sort."),
            ),
            class_="em-title",
        ),
        apply_default_css=False,
        js_on_load=None,
    )
    with gr.Row(elem_classes="em-controls em-board-controls"):
        board = gr.Dropdown(
            board_choices(), value=OPENING.board, label=here(t("Board")), filterable=False, min_width=150
        )
        order = gr.Dropdown(
            order_choices(OPENING), value=OPENING.order, label=here(t("Order")), filterable=False, min_width=150
        )
        language = gr.Radio([], label=here(t("Language")), visible=False, min_width=150)
        search = gr.Textbox(
            label=here(t("Find a model")),
            placeholder=here(t("name or organisation")),
            max_lines=1,
            min_width=150,
            elem_id="em-find",
            interactive=True,  # its text is told by the board's script, with all else that is done
        )
    script = (site.settings.assets_dir / "board.js").read_text(encoding="utf-8")
    first = table_html(OPENING, site.results, address=address, opening=True)[0]
    table = gr.HTML(first, apply_default_css=False, js_on_load=script, elem_id="em-board")
    return address, board, order, language, search, table


def build_leaderboard(site: Site) -> None:
    """Lay the page out in the current Blocks."""
    results = site.results
    address, board, order, language, search, table = _page(site)
    view, drawn, file = gr.State(OPENING), gr.State(None), gr.Textbox(visible=False)
    query, timer = gr.Textbox("", visible=False), gr.Timer(LOOK_S)
    # A list fires ``change`` once for a choice by hand or by key, and also where the page sets it: that is left alone.
    quiet: dict[str, Any] = {
        "outputs": [view, board, order, language, search, table, drawn],
        "queue": False,  # nobody waits for what takes some milliseconds: the way through the queue would take longer
        "api_visibility": "private",
        "show_progress": "hidden",
        "trigger_mode": "always_last",
    }
    same = (gr.skip(),) * len(quiet["outputs"])

    def pick_board(v: View, board_id: str) -> Any:
        return same if board_id == v.board else show(v.on_board(board_id), results, address=address)

    def pick_order(v: View, order_id: str | None) -> Any:
        return same if (order_id or "") == v.order else show(v.in_order(order_id or ""), results, address=address)

    def pick_language(v: View, code: str) -> Shown:
        return show(v.in_language(code), results, address=address)

    def act(v: View, event: gr.EventData) -> Shown:
        told = asked_actions(event)
        cleared = any(name in CLEARS_SEARCH for name, _ in told)
        return show(acted_all(v, told), results, address=address, search=cleared)

    def arrive(v: View, asked: str) -> Shown:
        return arrived(asked, results, address, v)

    def look(v: View, d: Drawn | None) -> tuple[Any, Any]:
        return news(v, d, results, address)

    def save(v: View, event: gr.EventData) -> str:
        return made_file(v, asked_kind(event), results, address)

    board.change(spoken(pick_board), [view, board], **quiet)
    order.change(spoken(pick_order), [view, order], **quiet)
    language.input(spoken(pick_language), [view, language], **quiet)
    table.select(spoken(act), [view], **quiet | {"trigger_mode": "multiple"})
    current_page().load(spoken(arrive), [view, query], js=ADDRESS, **quiet)
    timer.tick(spoken(look), [view, drawn], **quiet | {"outputs": [table, drawn]})
    saved = table.download(spoken(save), [view], **quiet | {"outputs": [file]})
    saved.then(None, [file], [file], js=SAVE, api_visibility="private")
