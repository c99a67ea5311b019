import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import json
import shutil
from dataclasses import dataclass

import gradio as gr
import pytest

from echomind.errors import EchoMindError
from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.metrics import METRICS
from echomind.leaderboard.results import Results
from echomind.leaderboard.view import View
from echomind.settings import ROOT
from echomind.submissions.store_local import LocalStore
from echomind.ui import correlations, leaderboard
from echomind.ui.about import about_page
from echomind.ui.faults import spoken
from echomind.ui.page import current_page
from echomind.ui.reading import below, verdict
from echomind.ui.theme import stylesheet, theme
from tests.unit.leaderboard.made_rows import publish_row


@pytest.fixture
def results():
    return Results(ROOT / "results")


@dataclass
class SiteOfResults:
    """All of a site that these pages use."""

    results: Results


def test_leaderboard_follows_the_view(results):
    view, order, language, html, drawn = leaderboard.show(View().on_board("humdial").in_language("en"), results)
    assert drawn == (view, results.look("humdial").version)
    assert view.language == "en"
    assert language.visible and language.value == "en"
    assert order.value == "final_overall"
    assert "English" in html
    assert not leaderboard.show(View(), results)[2].visible
    assert not leaderboard.show(View().on_board("ieat-dev"), results)[1].visible


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


@pytest.mark.parametrize(
    ("data", "order"), [({"sort": "wer"}, "wer"), ({}, ""), (None, ""), ([1], ""), ({"sort": ["x"]}, "['x']")]
)
def test_only_a_header_button_names_an_order(data, order):
    assert leaderboard.asked_order(gr.EventData(None, data)) == order


@pytest.mark.parametrize("board", [choice[1] for choice in correlations.plottable_boards()])
def test_every_plottable_board_opens_with_a_pair_of_axes(results, board):
    axes = correlations.Axes().on_board(board)
    shown = correlations.show(axes, "narrow", results)
    assert shown[2].value == axes.x and shown[3].value == axes.y
    for code in BOARDS[board].languages:
        there = axes.in_language(code)
        assert METRICS[there.x].language == METRICS[there.y].language == code
        assert correlations.comparison(there, results).x.language == code


def test_axes_that_belong_to_no_language_survive_a_change_of_language():
    axes = correlations.Axes("humdial", "final_overall", "t1_avg_zh", "zh").in_language("en")
    assert (axes.x, axes.y) == ("final_overall", "t1_avg_en")


def test_the_arena_has_nothing_to_correlate():
    assert "echomind-arena" not in dict(map(reversed, correlations.plottable_boards()))


def test_axis_choices_offer_titles_and_ids():
    assert ("Vocal empathy (VES)", "ves") in correlations.axis_choices(BOARDS["echomind"], "")


def test_the_verdict_shows_sentence_coefficients_n_and_who_is_missing(parse, results):
    found = correlations.comparison(correlations.Axes(x="understanding_acc", y="ves"), results)
    page = parse(verdict(found))
    assert page.all("p", class_="em-sentence")[0].text == found.sentence
    rows = [[cell.text for cell in row.children] for row in page.all("tbody")[0].children]
    assert [row[1] for row in rows] == ["0.68", "0.52"]
    assert {row[3] for row in rows} == {"10"}
    assert "4 left out for lack of a score" in page.text
    assert len(page.all("li")) == 4


def test_without_a_number_the_verdict_shows_dashes(parse, results):
    found = correlations.comparison(correlations.Axes("echomind-upper-bound", "c_ctx_fit", "ves"), results)
    cells = [row.children[1].text for row in parse(verdict(found)).all("tbody")[0].children]
    assert cells == ["—", "—"]


def test_the_points_are_there_as_a_table_too(parse, results):
    found = correlations.comparison(correlations.Axes(), results)
    page = parse(below(found))
    assert len(page.all("tbody")[0].children) == 14
    assert "not a cause" in page.text


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
    assert "@import" not in css and "http" not in css and "url(" not in css


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


def test_the_plot_follows_the_results_and_the_width(live, monkeypatch):
    results, store = live
    monkeypatch.setattr(correlations, "SHARED_S", 0.0)
    axes = correlations.Axes().on_board("echomind-mini")
    assert all(skipped(correlations.news(axes, None, "wide", results)))
    drawn = correlations.show(axes, "wide", results)[-1]
    assert all(skipped(correlations.news(axes, drawn, "wide", results)))
    assert not any(skipped(correlations.news(axes, drawn, "narrow", results)))
    publish_row(store, 0, "A newcomer")
    figure, words, below_it, drawn = correlations.news(axes, drawn, "wide", results)
    assert "A newcomer" in figure.data[-1].text and "A newcomer" in below_it
    assert "5 models" in words
    assert all(skipped(correlations.news(axes, drawn, "wide", results)))


def test_a_plot_stays_while_results_cannot_be_read(tmp_path):
    (tmp_path / "echomind").mkdir()
    (tmp_path / "echomind" / "x.json").write_text("{")
    axes = correlations.Axes()
    assert all(skipped(correlations.news(axes, (axes, "wide", 1), "wide", Results(tmp_path))))


def test_the_correlations_page_tells_of_missing_submissions(parse, results):
    found = correlations.comparison(correlations.Axes(), results)
    assert "missing for now" not in parse(verdict(found)).text
    assert "missing for now" in parse(verdict(found, submissions_missing=True)).text


def test_many_rows_of_one_model_are_one_point_and_no_evidence(live):
    results, store = live
    for seed in range(6):
        publish_row(store, seed, "Many times", 0.2 + seed / 10)
    found = correlations.comparison(correlations.Axes().on_board("echomind-mini"), results)
    assert found.result.n == 5
    assert [out.reason.split(":")[0] for out in found.left_out] == ["another row of the same model counts"] * 5
    assert found.xs[found.models.index(next(m for m in found.models if m.startswith("Many times")))] == 70.0


@pytest.mark.parametrize(("kind", "begins"), [("csv", "\ufeffrank,slug"), ("json", '{"schema": 1')])
def test_a_file_is_the_visitor_s_view(results, kind, begins):
    made = json.loads(leaderboard.made_file(View().searching("kimi"), kind, results))
    assert made["text"].startswith(begins) and "Kimi-Audio" in made["text"] and "GLM" not in made["text"]
    assert made["name"].startswith("echomind-20") and made["name"].endswith(f".{kind}")


@pytest.mark.parametrize("data", [{"kind": "exe"}, {"kind": "../x"}, {}, None])
def test_other_kinds_of_files_are_refused(results, data):
    with pytest.raises(EchoMindError, match="expected one of: csv, json"):
        leaderboard.made_file(View(), leaderboard.asked_kind(gr.EventData(None, data)), results)


def test_about_says_what_a_submitted_row_is(parse):
    text = parse(about_page()).text
    assert "“unverified” until a person has compared it with its source" in text
    assert "fewer than 5 models" in text
