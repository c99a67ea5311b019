import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import base64
import json
import re
import shutil
from dataclasses import dataclass, field

import gradio as gr
import pytest

from echomind.errors import EchoMindError
from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.results import Results
from echomind.leaderboard.view import Sort, View
from echomind.settings import ROOT, Settings
from echomind.submissions.store_local import LocalStore
from echomind.ui import correlations, leaderboard
from echomind.ui.about import about_page
from echomind.ui.faults import spoken
from echomind.ui.page import current_page
from echomind.ui.theme import stylesheet, theme
from tests.unit.leaderboard.made_rows import publish_row


@pytest.fixture
def results():
    return Results(ROOT / "results")


@dataclass
class SiteOfResults:
    """All of a site that these pages use."""

    results: Results
    settings: Settings = field(default_factory=Settings)


def test_leaderboard_follows_the_view(results):
    view, board, order, language, _, html, drawn = leaderboard.show(
        View().on_board("humdial").in_language("en"), results
    )
    assert board == "humdial"
    assert drawn == (view, results.look("humdial").version)
    assert view.language == "en"
    assert language.visible and language.value == "en"
    assert order.value == "final_overall"
    assert "English" in html
    assert not leaderboard.show(View(), results)[3].visible
    assert not leaderboard.show(View().on_board("ieat-dev"), results)[2].visible


def test_unreadable_results_are_told_in_place_of_the_table(tmp_path):
    (tmp_path / "echomind").mkdir()
    (tmp_path / "echomind" / "x.json").write_text("<b>")
    html, drawn = leaderboard.table_html(View(), Results(tmp_path))
    assert drawn == (View(), leaderboard.UNREADABLE)
    assert 'role="alert"' in html and "echomind/x.json: line 1, column 1" in html


def test_unreadable_results_do_not_stop_the_pages_from_being_built(tmp_path):
    (tmp_path / "echomind").mkdir()
    (tmp_path / "echomind" / "x.json").write_text("<b>")
    with gr.Blocks() as demo:
        leaderboard.build_leaderboard(SiteOfResults(Results(tmp_path)))
        correlations.build_correlations(SiteOfResults(Results(tmp_path)))
    assert any("echomind/x.json" in str(getattr(block, "value", "")) for block in demo.blocks.values())


def test_what_is_done_on_the_page_comes_as_pairs_of_texts():
    event = gr.EventData(None, {"acts": [["sort", "wer"], ["heat", ""]]})
    assert leaderboard.asked_actions(event) == [("sort", "wer"), ("heat", "")]


@pytest.mark.parametrize("data", [{}, None, [1], {"acts": "sort"}, {"acts": [["sort"]]}, {"acts": [["sort", 1]]}])
def test_any_other_event_is_refused(data):
    with pytest.raises(EchoMindError, match="expected pairs"):
        leaderboard.asked_actions(gr.EventData(None, data))


def test_a_link_opens_the_view_it_was_made_of(results):
    view, _, order, _, text, html, _ = leaderboard.arrived("?q=open+nvidia&sort=-wer&licence=gone", results)
    assert (view.text, view.sorts, text, order.value) == ("open nvidia", (Sort("wer", False),), "open nvidia", "wer")
    assert "“licence=gone” does not exist any more and was left out" in html
    assert "3 of 14 models" in html


def test_a_link_to_unreadable_results_says_so(tmp_path):
    (tmp_path / "echomind").mkdir()
    (tmp_path / "echomind" / "x.json").write_text("{")
    assert 'role="alert"' in leaderboard.arrived("?heat=1", Results(tmp_path))[5]


def test_what_changed_is_told_only_to_who_opens_it(parse, results):
    assert "The newest" not in leaderboard.table_html(View(), results)[0]
    page = parse(leaderboard.table_html(View(tab="changes"), results)[0])
    assert "The newest 14 changes of EchoMind" in page.text


def test_errors_of_the_user_are_spoken_and_bugs_are_not():
    def fails(error):
        raise error

    with pytest.raises(gr.Error, match="one clear line"):
        spoken(fails)(EchoMindError("one clear line"))
    with pytest.raises(KeyError):
        spoken(fails)(KeyError("bug"))


def test_about_explains_every_metric_of_every_board(parse):
    text = parse(about_page()).text
    for board in BOARDS.values():
        for metric in board.columns():
            assert metric.definition in text and metric.id in text
    for word in ("CC BY-NC-SA 4.0", "arXiv:2510.22758", "0.64"):
        assert word in text


def test_fonts_are_files_that_hold_latin_letters():
    from gradio.themes.utils.fonts import LocalFont, font_file_path

    fonts = [font for family in (theme()._font, theme()._font_mono) for font in family if isinstance(font, LocalFont)]
    assert len(fonts) == 3
    for font in fonts:
        for weight in font.weights:
            # files of the same families that only hold other scripts are far smaller than any with Latin letters
            assert font_file_path(font.name, weight).stat().st_size > 14_000


def test_the_style_sheet_fetches_nothing():
    css = stylesheet(ROOT / "assets")
    assert "--em-understanding:" in css and ".em-table" in css
    fetched = re.sub(r'url\("data:image/svg\+xml,[^"]*"\)', "", css)  # a drawing that stands in the sheet itself
    assert "@import" not in fetched and "http" not in fetched and "url(" not in fetched


def test_a_page_is_only_current_while_it_is_laid_out():
    with pytest.raises(RuntimeError, match="no open"):
        current_page()
    with gr.Blocks() as demo:
        assert current_page() is demo


@pytest.fixture
def live(tmp_path):
    """Results with a store that grows, and their store."""
    store = LocalStore(tmp_path / "submissions")
    return Results(ROOT / "results", store), store


def skipped(given):
    return [value == gr.skip() for value in given]


def test_the_table_is_drawn_again_only_where_something_changed(live, monkeypatch):
    results, store = live
    monkeypatch.setattr(leaderboard, "SHARED_S", 0.0)
    view = View().on_board("echomind-mini")
    assert skipped(leaderboard.news(view, None, results)) == [True, True]
    *_, drawn = leaderboard.show(view, results)
    assert skipped(leaderboard.news(view, drawn, results)) == [True, True]
    publish_row(store, 0, "A newcomer")
    html, drawn = leaderboard.news(view, drawn, results)
    assert "A newcomer" in html
    assert skipped(leaderboard.news(view, drawn, results)) == [True, True]
    # what was drawn for a view that is not the visitor's any more is put right
    html, drawn = leaderboard.news(view.searching("floor"), drawn, results)
    assert "A newcomer" not in html and drawn[0].text == "floor"


def test_a_file_that_breaks_is_told_once_and_the_table_comes_back(tmp_path, monkeypatch):
    monkeypatch.setattr(leaderboard, "SHARED_S", 0.0)
    shutil.copytree(ROOT / "results" / "echomind", tmp_path / "echomind")
    file = tmp_path / "echomind" / "kimi-audio.json"
    whole, results = file.read_bytes(), Results(tmp_path)
    _, drawn = leaderboard.table_html(View(), results)
    file.write_bytes(b"{")
    html, drawn = leaderboard.news(View(), drawn, results)
    assert 'role="alert"' in html
    assert skipped(leaderboard.news(View(), drawn, results)) == [True, True]
    file.write_bytes(whole)
    assert "Kimi-Audio" in leaderboard.news(View(), drawn, results)[0]


@pytest.mark.parametrize(
    ("kind", "begins"), [("csv", "\ufeffrank,slug"), ("json", '{"schema": 1'), ("parquet", "PAR1"), ("tex", "% needs")]
)
def test_a_file_is_the_visitor_s_view(results, kind, begins):
    made = json.loads(leaderboard.made_file(View().searching("kimi"), kind, results))
    content = base64.b64decode(made["base64"])
    assert content.startswith(begins.encode()) and b"Kimi-Audio" in content and b"GLM" not in content
    assert made["name"].startswith("echomind-20") and made["name"].endswith(f".{kind}")


@pytest.mark.parametrize("data", [{"kind": "exe"}, {"kind": "../x"}, {}, None])
def test_other_kinds_of_files_are_refused(results, data):
    with pytest.raises(EchoMindError, match="expected one of: csv, json, parquet, tex"):
        leaderboard.made_file(View(), leaderboard.asked_kind(gr.EventData(None, data)), results)


def test_about_says_what_a_submitted_row_is(parse):
    text = parse(about_page()).text
    assert "“unverified” until a person has compared it with its source" in text
    assert "fewer than 5 models" in text
