"""All pages and endpoints of the app, put together."""

from __future__ import annotations

import gradio as gr
from gradio.context import Context

from echomind.leaderboard.api import ResultsApi
from echomind.leaderboard.model_api import ModelApi
from echomind.ui.about import build_about
from echomind.ui.as_of import build_as_of
from echomind.ui.correlations import build_correlations
from echomind.ui.faults import spoken
from echomind.ui.language import Pages
from echomind.ui.leaderboard import build_leaderboard
from echomind.ui.markup import h
from echomind.ui.models import build_models
from echomind.ui.moderation import build_moderation
from echomind.ui.site import Site
from echomind.ui.submissions import build_submissions
from echomind.ui.submit import build_submit
from echomind.ui.submit_endpoints import publish_submit
from echomind.ui.talk import build_talk
from echomind.words import LANGUAGES, here, language, speaking, t

PAGES = (  # name (English, of which its address is made), what builds it, whether the links to all pages name it
    (t("Leaderboard"), build_leaderboard, True),
    (t("Correlations"), build_correlations, True),
    (t("Models"), build_models, True),
    (t("Submit"), build_submit, True),
    (t("Submissions"), build_submissions, False),
    (t("Moderation"), build_moderation, False),
    (t("About"), build_about, True),
)
OF_RESULTS = ("Leaderboard", "Correlations", "Models")  # these say at their foot how new the results are
# Every so many seconds, uploads older than so many are deleted: those whose page was closed before they were read.
UPLOADS_S = (60, 600)


def navigation() -> None:
    """The links to all pages; each page needs its own, or it calls the first page "Home"."""
    gr.Navbar(main_page_name=here(t("Talk")))


def talk_is_english() -> None:
    """What whoever reads another language should know of the first page."""
    line = h("p", t("The model understands and answers in English only."), class_="em-note")
    gr.HTML(line, visible=language() != "en", apply_default_css=False, js_on_load=None, elem_id="em-only-english")


def build(site: Site) -> Pages:
    """All pages in one app, laid out once in each language."""
    first = Context.id
    demo = _laid_out(site)
    after = Context.id
    for which in LANGUAGES:
        if which != "en":
            Context.id = first  # the same components have the same ids in every language
            with speaking(which):
                demo.speak_also(which, _laid_out(site))
    Context.id = after
    return demo


def _laid_out(site: Site) -> Pages:
    """Talk is the first page; the endpoints of results and submissions belong to no page."""
    api = ResultsApi(site.results)
    with Pages(title="EchoMind", analytics_enabled=False, delete_cache=UPLOADS_S) as demo:
        navigation()
        talk_is_english()
        build_talk(site)
        gr.api(spoken(api.leaderboard), api_name="leaderboard", concurrency_limit=None)
        gr.api(spoken(api.correlation), api_name="correlation", concurrency_limit=None)
        gr.api(spoken(ModelApi(site.results).model), api_name="model", concurrency_limit=None)
        publish_submit(site)
    for name, build_page, in_navigation in PAGES:
        with demo.route(here(name), str(name).lower(), show_in_navbar=in_navigation):
            navigation()
            build_page(site)
            if name in OF_RESULTS:
                build_as_of(site)
    return demo
