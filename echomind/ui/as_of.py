"""The line at the foot of the pages of results that says how new they are."""

from __future__ import annotations

import gradio as gr
from markupsafe import Markup

from echomind.leaderboard.freshness import Freshness, freshness
from echomind.ui.live import SHARED_S
from echomind.ui.markup import h
from echomind.ui.page import current_page
from echomind.ui.site import Site


def as_of_line(found: Freshness) -> Markup:
    """The line; what is missing is read out by screen readers too."""
    return h("p", found.sentence, class_="em-note em-as-of", role="status", data_stale=found.stale)


def build_as_of(site: Site) -> None:
    """Put the line at the end of the page that is being laid out; it is made anew at each visit."""

    def now() -> str:
        return str(as_of_line(freshness(site.results, at_most_s=SHARED_S)))

    line = gr.HTML(now(), apply_default_css=False, js_on_load=None, elem_id="em-as-of")
    current_page().load(now, None, line, api_visibility="private", show_progress="hidden", concurrency_limit=None)
