"""The page that is being laid out."""

from __future__ import annotations

import gradio as gr
from gradio.context import Context


def current_page() -> gr.Blocks:
    """The Blocks whose ``with`` block is open, to hang a load event on. ``RuntimeError`` outside of one."""
    if Context.root_block is None:
        raise RuntimeError("found no open gr.Blocks, expected to be called while a page is laid out")
    return Context.root_block
