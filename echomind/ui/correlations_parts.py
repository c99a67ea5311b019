"""The two parts of the Correlations page that are made when they are opened: all pairs, and inside one model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from echomind.leaderboard.known_items import KnownItems
from echomind.leaderboard.results import Results
from echomind.ui.correlations_axes import Axes
from echomind.ui.correlations_scripts import MATRIX_SCRIPT, MEASURE, PICTURES_SCRIPT
from echomind.ui.correlations_show import ALL, Within, has_scripts, matrix, within_part
from echomind.ui.faults import spoken
from echomind.ui.live import KEEP_SCRIPT
from echomind.words import here, t

# Nobody waits in a queue for what takes some milliseconds: its way through the queue would take longer than the answer.
QUIET: dict[str, Any] = {
    "queue": False,
    "api_visibility": "private",
    "show_progress": "hidden",
    "trigger_mode": "always_last",
}
UNTOUCHED = Within(*[gr.skip()] * len(Within._fields))


def told(event: gr.EventData, key: str) -> str:
    """What a button of ours names; empty when the event did not come from one."""
    data = event._data
    return str(data.get(key, "")) if isinstance(data, dict) else ""


@dataclass(frozen=True)
class Parts:
    """The components of both parts; ``opened`` are the states of the two."""

    pairs: gr.Accordion
    matrix: gr.HTML
    inside: gr.Accordion
    within: Within
    opened: tuple[gr.State, gr.State]

    def listen(self, axes: gr.State, changed: gr.HTML, width: gr.Textbox, results: Results, items: KnownItems) -> None:
        """Make a part when it is opened, and again when ``changed`` says that the board or its rows have."""
        link, model = self.within.link, self.within.model

        def open_matrix(a: Axes) -> tuple[bool, str]:
            return True, matrix(a, results, opened=True)

        def open_within(a: Axes, pair: str | None, slug: str | None, w: str) -> tuple[Any, ...]:
            return True, *within_part(a, pair or "", slug or ALL, w, results, items)

        def choose(a: Axes, pair: str | None, slug: str | None, w: str) -> Within:
            return within_part(a, pair or "", slug or ALL, w, results, items)

        def follow(a: Axes, pairs: bool, inside: bool, pair: str | None, slug: str | None, w: str) -> tuple[Any, ...]:
            there = has_scripts(a, results)
            part = within_part(a, pair or "", slug or ALL, w, results, items) if inside and there else UNTOUCHED
            return matrix(a, results, pairs), gr.Accordion(visible=there), *part

        chosen = [axes, link, model, width]
        within = list(self.within)
        self.pairs.expand(spoken(open_matrix), [axes], [self.opened[0], self.matrix], **QUIET)
        self.pairs.collapse(closed, None, [self.opened[0]], **QUIET)
        self.inside.expand(spoken(open_within), chosen, [self.opened[1], *within], js=MEASURE, **QUIET)
        self.inside.collapse(closed, None, [self.opened[1]], **QUIET)
        for control in (link, model):
            control.input(spoken(choose), chosen, within, js=MEASURE, **QUIET)
        known = [axes, *self.opened, link, model, width]
        changed.select(spoken(follow), known, [self.matrix, self.inside, *within], js=MEASURE, **QUIET)


def closed() -> bool:
    """A part that is closed is not kept up to date."""
    return False


def _words(script: str | None, name: str) -> gr.HTML:
    return gr.HTML("", apply_default_css=False, js_on_load=script, elem_id=name)


def build_parts(with_scripts: bool) -> Parts:
    """Lay both parts out, closed; ``with_scripts``: whether the board has any of the second."""
    with gr.Accordion(here(t("All pairs of this board")), open=False, elem_id="em-pairs") as pairs:
        table = _words(MATRIX_SCRIPT, "em-matrix")
    with gr.Accordion(here(t("Within one model")), open=False, visible=with_scripts, elem_id="em-within") as inside:
        with gr.Row(elem_classes="em-controls"):
            link = gr.Dropdown([], label=here(t("Link")), filterable=False, min_width=260)
            model = gr.Dropdown([], label=here(t("Model")), min_width=220)
        with gr.Row(elem_classes="em-reading"):
            with gr.Column(scale=3, min_width=320):
                plot = gr.Plot(show_label=False, container=False, elem_id="em-within-plot", elem_classes="em-figure")
                take = _words(PICTURES_SCRIPT, "em-within-take")
            with gr.Column(scale=2, min_width=320):
                words = _words(KEEP_SCRIPT, "em-within-words")
    return Parts(pairs, table, inside, Within(link, model, plot, words, take), (gr.State(False), gr.State(False)))
