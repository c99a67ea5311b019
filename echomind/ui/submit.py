"""The Submit page: choose, check, sign in, confirm, receipt."""

from __future__ import annotations

import gradio as gr

from echomind.ui.markup import h
from echomind.ui.site import Site


def build_submit(site: Site) -> None:
    """Lay the page out in the current Blocks."""
    gr.HTML(h("div", h("h1", "Submit"), class_="em-title"), apply_default_css=False, js_on_load=None)
