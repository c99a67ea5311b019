"""All pages and endpoints of the app, put together."""

from __future__ import annotations

import gradio as gr

from echomind.leaderboard.api import ResultsApi
from echomind.leaderboard.model_api import ModelApi
from echomind.ui.about import build_about
from echomind.ui.as_of import build_as_of
from echomind.ui.correlations import build_correlations
from echomind.ui.faults import spoken
from echomind.ui.leaderboard import build_leaderboard
from echomind.ui.models import build_models
from echomind.ui.moderation import build_moderation
from echomind.ui.site import Site
from echomind.ui.submissions import build_submissions
from echomind.ui.submit import build_submit
from echomind.ui.submit_endpoints import publish_submit
from echomind.ui.talk import build_talk

PAGES = (  # name, what builds it, whether the links to all pages name it
    ("Leaderboard", build_leaderboard, True),
    ("Correlations", build_correlations, True),
    ("Models", build_models, True),
    ("Submit", build_submit, True),
    ("Submissions", build_submissions, False),
    ("Moderation", build_moderation, False),
    ("About", build_about, True),
)
OF_RESULTS = ("Leaderboard", "Correlations", "Models")  # these say at their foot how new the results are
# Every so many seconds, uploads older than so many are deleted: those whose page was closed before they were read.
UPLOADS_S = (60, 600)


def navigation() -> None:
    """The links to all pages; each page needs its own, or it calls the first page "Home"."""
    gr.Navbar(main_page_name="Talk")


def build(site: Site) -> gr.Blocks:
    """All pages in one app. Talk is the first; the endpoints of results and submissions belong to no page."""
    api = ResultsApi(site.results)
    with gr.Blocks(title="EchoMind", analytics_enabled=False, delete_cache=UPLOADS_S) as demo:
        navigation()
        build_talk(site)
        gr.api(spoken(api.leaderboard), api_name="leaderboard", concurrency_limit=None)
        gr.api(spoken(api.correlation), api_name="correlation", concurrency_limit=None)
        gr.api(spoken(ModelApi(site.results).model), api_name="model", concurrency_limit=None)
        publish_submit(site)
    for name, build_page, in_navigation in PAGES:
        with demo.route(name, show_in_navbar=in_navigation):
            navigation()
            build_page(site)
            if name in OF_RESULTS:
                build_as_of(site)
    return demo
