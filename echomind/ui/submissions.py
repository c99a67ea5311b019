"""The page of submissions: one by its receipt, and all of who is signed in."""

from __future__ import annotations

import gradio as gr

from echomind.ui.markup import h
from echomind.ui.site import Site


def build_submissions(site: Site) -> None:
    """Lay the page out in the current Blocks."""
    gr.HTML(h("div", h("h1", "Submissions"), class_="em-title"), apply_default_css=False, js_on_load=None)
