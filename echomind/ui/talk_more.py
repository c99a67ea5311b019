"""Where a finished turn is shown in depth, below the first screen: timeline, plane, turns. Layout only."""

from __future__ import annotations

from typing import Any

import gradio as gr

from echomind.talk.intent import Asked
from echomind.ui.markup import h
from echomind.words import here, t

QUESTIONS: tuple[tuple[Asked, str], ...] = (
    ("change", t("How did my feelings change?")),
    ("reason", t("Why do I feel like this?")),
)


def more() -> tuple[dict[str, Any], list[tuple[gr.Button, Asked]]]:
    """Components by field of the view, and the two questions about the speaker's own feelings."""
    shown: dict[str, Any] = {}
    with gr.Row(elem_id="talk-more", elem_classes="em-depth"):
        with gr.Column(scale=5, min_width=300, elem_classes="em-deep"):
            _title(t("Heard along time"), t("words, wave, loudness, pitch; pauses in grey"))
            shown["timeline"] = _plot("timeline")
            shown["timeline_words"] = _words("timeline-words")
        with gr.Column(scale=3, min_width=280, elem_classes="em-deep"):
            _title(t("Expressed and felt"), t("the speaker's side and a listener's"))
            shown["plane"] = _plot("plane")
            shown["plane_words"] = _words("plane-words")
    with gr.Row(elem_id="talk-turns-row", elem_classes="em-depth"):
        with gr.Column(scale=4, min_width=300, elem_classes="em-deep"):
            shown["turns"] = _plot("turns")
        with gr.Column(scale=5, min_width=300, elem_classes="em-deep"):
            shown["turns_words"] = _words("turns-words")
    with gr.Row(elem_id="talk-asks"):
        ask = h("p", t("Ask about your own feelings, aloud or here:"))
        gr.HTML(ask, apply_default_css=False, js_on_load=None)
        asks = [(gr.Button(here(words), size="sm", elem_classes="em-ask"), question) for question, words in QUESTIONS]
    return shown, asks


def _title(words: str, small: str) -> None:
    gr.HTML(
        h("h2", words, h("small", small), class_="em-part em-understanding"), apply_default_css=False, js_on_load=None
    )


def _plot(name: str) -> gr.Plot:
    return gr.Plot(show_label=False, container=False, elem_id=f"talk-{name}", elem_classes="em-figure")


def _words(name: str) -> gr.HTML:
    return gr.HTML("", apply_default_css=False, js_on_load=None, elem_id=f"talk-{name}", container=False)
