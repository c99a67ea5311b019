"""The Correlations page: two metrics of a board, a plot, one sentence, and the uncertainty of both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from echomind.errors import ResultsError
from echomind.leaderboard.boards import get_board
from echomind.leaderboard.known_items import KnownItems
from echomind.leaderboard.points import COLOURINGS, Colouring
from echomind.leaderboard.query_codecs import fields_of
from echomind.leaderboard.results import Results
from echomind.ui.correlations_axes import Axes, axis_choices, plottable_boards, read_address, with_pair, with_preset
from echomind.ui.correlations_parts import QUIET, build_parts, told
from echomind.ui.correlations_scripts import ALL_POINTS_SCRIPT, ARRIVE, MEASURE, PRESETS_SCRIPT, TAKE_SCRIPT
from echomind.ui.correlations_show import (
    READING,
    Drawn,
    Shown,
    every_point,
    has_scripts,
    news,
    points_file,
    presets_row,
    read,
    show,
    unchanged,
    width_of,
)
from echomind.ui.correlations_show import comparison as comparison
from echomind.ui.faults import notice, spoken
from echomind.ui.live import KEEP_SCRIPT, LOOK_S, SAVE, SHARED_S
from echomind.ui.markup import h
from echomind.ui.page import Arrival, current_page
from echomind.ui.site import Site
from echomind.words import here, t

_COLOURED: dict[Colouring, str] = {"weights": t("Colour by weights"), "source": t("Colour by source")}


def open_address(query: str, width: str, results: Results, first: Drawn | None = None) -> Shown:
    """The page that an address asks for, with a line about what of it is not there.

    Of an address that asks for nothing, nothing is sent where all is as it was laid out, which is ``first``.
    """
    asked = read_address(query)
    now = (asked.axes, width_of(width), results.look(asked.axes.board, at_most_s=SHARED_S).version)
    if not fields_of(query) and first == now:
        return unchanged(asked.axes, first)
    return show(asked.axes, width, results, asked.note)


def _words(value: str = "", script: str | None = None, **how: Any) -> gr.HTML:
    return gr.HTML(value, apply_default_css=False, js_on_load=script, **how)


def build_correlations(site: Site) -> None:
    """Lay the page out in the current Blocks."""
    results = site.results
    _words(
        str(
            h(
                "div",
                h("h1", t("Correlations")),
                h("p", t("Does understanding a voice predict answering it well? Choose two scores and see.")),
                class_="em-title",
            )
        )
    )
    first = Axes()
    try:
        at_first = read(first, "wide", results)
    except ResultsError as error:
        _words(str(notice(error)))
        return
    choices = axis_choices(get_board(first.board), first.language)
    colours = [(here(_COLOURED[by]), by) for by in COLOURINGS]
    with gr.Row(elem_classes="em-controls", elem_id="em-axes"):
        boards = gr.Dropdown(
            plottable_boards(), value=first.board, label=here(t("Board")), filterable=False, min_width=150
        )
        x = gr.Dropdown(choices, value=first.x, label=here(t("Across (x)")), min_width=220)
        y = gr.Dropdown(choices, value=first.y, label=here(t("Upward (y)")), min_width=220)
        colour = gr.Dropdown(colours, value=first.colour, label=here(t("Marks")), filterable=False, min_width=150)
        language = gr.Radio([], label=here(t("Language")), visible=False, min_width=150)
    presets = _words(str(presets_row(first)), PRESETS_SCRIPT, elem_id="em-presets")
    with gr.Row(elem_classes="em-reading"):
        with gr.Column(scale=3, min_width=320):
            plot = gr.Plot(at_first.plot, show_label=False, container=False, elem_id="em-plot")
            take = _words(at_first.take, TAKE_SCRIPT, elem_id="em-take")
        with gr.Column(scale=2, min_width=320):
            words = _words(at_first.words, KEEP_SCRIPT, elem_id="em-verdict")
    below = _words(at_first.below, KEEP_SCRIPT + ALL_POINTS_SCRIPT, elem_id="em-below")
    axes, drawn, arrival, width, file = (
        gr.State(first),
        gr.State(None),
        gr.State(Arrival()),
        gr.Textbox("wide", visible=False),
        gr.Textbox(visible=False),
    )
    parts = build_parts(has_scripts(first, results))
    shown = [axes, language, x, y, plot, words, take, below, drawn, boards, colour, presets]

    same = (gr.skip(),) * len(shown)

    def on(event: Callable[..., Any], name: str, change: Callable[[Axes, Any], Axes], given: Any) -> None:
        # A list fires ``change`` once for a choice by hand or by key, and also where the page sets it: left alone.
        def changed(arrived: Arrival, a: Axes, value: Any, w: str) -> tuple[Any, ...]:
            if value in (None, getattr(a, name)):
                return same
            arrived.over()
            return show(change(a, value), w, results, before=a)

        event(spoken(changed), [arrival, axes, given, width], shown, js=MEASURE, **QUIET)

    def press(arrived: Arrival, a: Axes, w: str, event: gr.EventData) -> tuple[Any, ...]:
        arrived.over()
        return show(with_preset(a, told(event, "preset")), w, results, before=a)

    def open_pair(arrived: Arrival, a: Axes, w: str, event: gr.EventData) -> tuple[Any, ...]:
        arrived.over()
        return show(with_pair(a, told(event, "pair")), w, results, before=a)

    def arrive(arrived: Arrival, query: str, w: str) -> tuple[Any, ...]:
        return arrived.unless_over(lambda: open_address(query, w, results, at_first.drawn), same)

    def renew(a: Axes, d: Drawn | None, w: str) -> tuple[Any, ...]:
        return news(a, d, w, results)

    def all_points(a: Axes) -> str:
        return every_point(a, results)

    def save(a: Axes, event: gr.EventData) -> str:
        return points_file(a, told(event, "kind"), results)

    on(boards.change, "board", Axes.on_board, boards)
    on(language.input, "language", Axes.in_language, language)
    on(x.change, "x", Axes.with_x, x)
    on(y.change, "y", Axes.with_y, y)
    on(colour.change, "colour", Axes.coloured, colour)
    presets.select(spoken(press), [arrival, axes, width], shown, js=MEASURE, **QUIET)
    parts.matrix.select(spoken(open_pair), [arrival, axes, width], shown, js=MEASURE, **QUIET)
    below.select(spoken(all_points), [axes], [below], **QUIET)
    address = gr.Textbox("", visible=False)
    current_page().load(spoken(arrive), [arrival, address, width], shown, js=ARRIVE, **QUIET)
    gr.Timer(LOOK_S).tick(spoken(renew), [axes, drawn, width], shown[READING], js=MEASURE, **QUIET)
    saved = take.download(spoken(save), [axes], [file], **QUIET)
    saved.then(None, [file], [file], js=SAVE, api_visibility="private")
    parts.listen(axes, take, width, results, KnownItems(lambda: results.results_dir, results.store))
