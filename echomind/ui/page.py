"""The page that is being laid out, and who was quicker: its address or its visitor."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import gradio as gr
from gradio.context import Context

T = TypeVar("T")


class Arrival:
    """Until when a page may show what its address asks for. One for each visitor, shared by all events of the page.

    A page is opened with its first screen, and what its address asks for comes a moment later. A visitor who has
    chosen something by then is left with that.
    """

    def __init__(self) -> None:
        self._is_over = False

    def over(self) -> None:
        """Somebody has chosen something."""
        self._is_over = True

    def unless_over(self, shown: Callable[[], T], kept: T) -> T:
        """``shown()``; ``kept`` where somebody has chosen something before or meanwhile."""
        found = kept if self._is_over else shown()
        return kept if self._is_over else found


def current_page() -> gr.Blocks:
    """The Blocks whose ``with`` block is open, to hang a load event on. ``RuntimeError`` outside of one."""
    if Context.root_block is None:
        raise RuntimeError("found no open gr.Blocks, expected to be called while a page is laid out")
    return Context.root_block
