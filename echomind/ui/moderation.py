"""The page of moderators."""

from __future__ import annotations

import gradio as gr

from echomind.ui.markup import h
from echomind.ui.site import Site


def build_moderation(site: Site) -> None:
    """Lay the page out in the current Blocks."""
    gr.HTML(h("div", h("h1", "Moderation"), class_="em-title"), apply_default_css=False, js_on_load=None)
