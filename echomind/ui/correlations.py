"""The Correlations page: two metrics of a board, a plot, one sentence, and the uncertainty of both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, cast

import gradio as gr

from echomind.errors import ResultsError
from echomind.leaderboard.boards import BOARDS, Board, get_board
from echomind.leaderboard.comparison import Comparison, compare
from echomind.leaderboard.figures import Width, scatter
from echomind.leaderboard.metrics import LANGUAGES
from echomind.leaderboard.results import Results
from echomind.ui.faults import notice, spoken
from echomind.ui.live import KEEP_SCRIPT, LOOK_S, SHARED_S
from echomind.ui.markup import h
from echomind.ui.page import current_page
from echomind.ui.reading import below, verdict
from echomind.ui.site import Site

# The browser says how wide it is; the labels are laid out for that. It is the last input of every event.
MEASURE = "(...inputs) => [...inputs.slice(0, -1), window.innerWidth < 760 ? 'narrow' : 'wide']"


@dataclass(frozen=True)
class Axes:
    """What the reader compares. ``language`` is empty on boards that do not score languages apart."""

    board: str = "echomind"
    x: str = "understanding_acc"
    y: str = "c_speech_rel"
    language: str = ""

    def on_board(self, board_id: str) -> Axes:
        """Another board, with a first pair of axes that makes sense there."""
        board = get_board(board_id)
        return _first_axes(board, board.languages[0] if board.languages else "")

    def in_language(self, language: str) -> Axes:
        """The same metrics in the board's other language."""
        board = get_board(self.board)
        if language not in board.languages:
            return self
        here = {metric.id for metric in board.columns(language)}

        def counterpart(metric: str) -> str:
            return metric if metric in here else f"{metric.removesuffix(f'_{self.language}')}_{language}"

        return replace(self, language=language, x=counterpart(self.x), y=counterpart(self.y))


_FIRST = {
    "echomind": ("understanding_acc", "c_speech_rel"),
    "echomind-mini": ("understanding_acc", "style_direction_minilm"),
    "humdial": ("t3_d1", "t3_d2_human"),
}


def _first_axes(board: Board, language: str) -> Axes:
    suffix = f"_{language}" if language else ""
    if board.id in _FIRST:
        x, y = (f"{metric}{suffix}" for metric in _FIRST[board.id])
    else:
        x, y = (metric.id for metric in board.columns(language or None)[:2])
    return Axes(board.id, x, y, language)


def plottable_boards() -> list[tuple[str, str]]:
    """(title, id) of the boards with at least two metrics to set against each other."""
    return [(b.title, b.id) for b in BOARDS.values() if len(b.columns(b.languages[0] if b.languages else None)) > 1]


def axis_choices(board: Board, language: str) -> list[tuple[str, str]]:
    """(title, id) of a board's metrics, in the order of the levels."""
    return [(f"{m.title} ({m.term})", m.id) for m in board.columns(language or None)]


Drawn = tuple[Axes, str, int]  # what a plot shows: the axes, for which width, and the version of the results


def comparison(axes: Axes, results: Results) -> Comparison:
    """The comparison of the two axes over the board's current records."""
    return compare(get_board(axes.board), results.board(axes.board), axes.x, axes.y)


def show(axes: Axes, width: str, results: Results) -> tuple[Any, ...]:
    """The axes and everything on the page that follows from them."""
    board = get_board(axes.board)
    look = results.look(axes.board)
    found = compare(board, look.records, axes.x, axes.y)
    choices = axis_choices(board, axes.language)
    languages = [(LANGUAGES[code], code) for code in board.languages]
    return (
        axes,
        gr.Radio(choices=languages, value=axes.language or None, visible=bool(languages)),
        gr.Dropdown(choices=choices, value=axes.x),
        gr.Dropdown(choices=choices, value=axes.y),
        scatter(found, cast(Width, width if width in ("wide", "narrow") else "wide")),
        str(verdict(found, look.submissions_missing)),
        str(below(found)),
        (axes, width, look.version),
    )


def news(axes: Axes, drawn: Drawn | None, width: str, results: Results) -> tuple[Any, ...]:
    """Plot, words, tables and what they show, where that is not what is ``drawn`` any more; else nothing changes.

    Without ``drawn`` nobody has drawn anything yet, or this process does not know the page: its axes are not known.
    While the results cannot be read, the page stays as it is.
    """
    nothing = (gr.skip(),) * 4
    if drawn is None:
        return nothing
    try:
        version = results.look(axes.board, at_most_s=SHARED_S).version
        return nothing if (axes, width, version) == drawn else show(axes, width, results)[4:]
    except ResultsError:
        return nothing


def build_correlations(site: Site) -> None:
    """Lay the page out in the current Blocks."""
    results = site.results
    gr.HTML(
        h(
            "div",
            h("h1", "Correlations"),
            h("p", "Does understanding a voice predict answering it well? Choose two scores and see."),
            class_="em-title",
        ),
        apply_default_css=False,
        js_on_load=None,
    )
    first = Axes()
    try:
        found, look = comparison(first, results), results.look(first.board)
    except ResultsError as error:
        gr.HTML(notice(error), apply_default_css=False, js_on_load=None)
        return
    choices = axis_choices(found.board, "")
    with gr.Row(elem_classes="em-controls"):
        board = gr.Dropdown(plottable_boards(), value=first.board, label="Board", filterable=False, min_width=150)
        x = gr.Dropdown(choices, value=first.x, label="Across (x)", min_width=220)
        y = gr.Dropdown(choices, value=first.y, label="Upward (y)", min_width=220)
        language = gr.Radio([], label="Language", visible=False, min_width=150)
    with gr.Row(elem_classes="em-reading"):
        with gr.Column(scale=3, min_width=320):
            plot = gr.Plot(scatter(found), show_label=False, container=False, elem_id="em-plot")
        with gr.Column(scale=2, min_width=320):
            words = gr.HTML(
                str(verdict(found, look.submissions_missing)),
                apply_default_css=False,
                js_on_load=KEEP_SCRIPT,
                elem_id="em-verdict",
            )
    rest = gr.HTML(str(below(found)), apply_default_css=False, js_on_load=KEEP_SCRIPT, elem_id="em-below")
    axes, drawn = gr.State(first), gr.State(None)
    timer = gr.Timer(LOOK_S)
    width = gr.Textbox("wide", visible=False)
    quiet: dict[str, Any] = {
        "outputs": [axes, language, x, y, plot, words, rest, drawn],
        "api_visibility": "private",
        "show_progress": "hidden",
        "concurrency_limit": None,
        "trigger_mode": "always_last",
        "js": MEASURE,
    }

    def refresh(a: Axes, w: str) -> tuple[Any, ...]:
        return show(a, w, results)

    def pick_board(a: Axes, board_id: str, w: str) -> tuple[Any, ...]:
        return show(a.on_board(board_id), w, results)

    def pick_language(a: Axes, code: str, w: str) -> tuple[Any, ...]:
        return show(a.in_language(code), w, results)

    def pick_x(a: Axes, metric: str, w: str) -> tuple[Any, ...]:
        return show(replace(a, x=metric), w, results)

    def pick_y(a: Axes, metric: str, w: str) -> tuple[Any, ...]:
        return show(replace(a, y=metric), w, results)

    def renew(a: Axes, d: Drawn | None, w: str) -> tuple[Any, ...]:
        return news(a, d, w, results)

    board.input(spoken(pick_board), [axes, board, width], **quiet)
    language.input(spoken(pick_language), [axes, language, width], **quiet)
    x.input(spoken(pick_x), [axes, x, width], **quiet)
    y.input(spoken(pick_y), [axes, y, width], **quiet)
    current_page().load(spoken(refresh), [axes, width], **quiet)
    timer.tick(spoken(renew), [axes, drawn, width], **quiet | {"outputs": [plot, words, rest, drawn], "queue": False})
