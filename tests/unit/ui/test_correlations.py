"""The Correlations page: what it shows for a pair of axes, and what follows when rows come in."""

import base64
import csv
import io
import json

import gradio as gr
import pytest

from echomind.errors import EchoMindError
from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.known_items import KnownItems
from echomind.leaderboard.metrics import METRICS
from echomind.leaderboard.results import Results
from echomind.settings import ROOT
from echomind.submissions.store_local import LocalStore
from echomind.ui import correlations, correlations_show, reading
from echomind.ui.correlations_axes import Axes, with_pair, with_preset
from echomind.ui.correlations_parts import told
from echomind.ui.correlations_show import every_point
from echomind.ui.reading import below, verdict
from tests.unit.leaderboard.made_rows import HOSTILE, made_rows, publish_row


@pytest.fixture
def results():
    return Results(ROOT / "results")


@pytest.fixture
def live(tmp_path):
    """Results with a store that grows, and their store."""
    store = LocalStore(tmp_path / "submissions")
    return Results(ROOT / "results", store), store


def skipped(given):
    return [value == gr.skip() for value in given]


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
    assert [row[1] for row in rows] == ["0.68", "0.52", "0.56"]
    assert [row[3] for row in rows] == ["p = 0.034by lot", "p = 0.11by lot", "p = 0.029counted"]
    assert {row[4] for row in rows} == {"10"}
    assert "4 left out for lack of a score" in page.text
    assert len(page.all("li")) == 4


def test_without_a_number_the_verdict_shows_dashes(parse, results):
    found = correlations.comparison(correlations.Axes("echomind-upper-bound", "c_ctx_fit", "ves"), results)
    cells = [row.children[1].text for row in parse(verdict(found)).all("tbody")[0].children]
    assert cells == ["—", "—", "—"]


def test_the_points_are_there_as_a_table_too(parse, results):
    found = correlations.comparison(correlations.Axes(), results)
    page = parse(below(found))
    assert len(page.all("tbody")[0].children) == 14
    assert "not a cause" in page.text and "10,000 draws of models with replacement (BCa" in page.text
    assert "about 64.87–67.61" in page.text  # 66.25 % of 4,576 questions, by Wilson


def test_of_many_points_the_table_has_the_first_until_all_are_asked_for(parse, results, monkeypatch):
    monkeypatch.setattr(reading, "FIRST_POINTS", 5)
    axes = correlations.Axes()
    part, whole = parse(below(correlations.comparison(axes, results))), parse(every_point(axes, results))
    rows = [[row.text for row in page.all("tbody")[0].children] for page in (part, whole)]
    assert len(rows[0]) == 5 and len(rows[1]) == 14 and rows[0] == rows[1][:5]
    assert "Show all 14 The first 5 are shown." in part.text
    assert "Show all" not in whole.text


def test_the_plot_follows_the_results_and_the_width(live, monkeypatch):
    results, store = live
    monkeypatch.setattr(correlations_show, "SHARED_S", 0.0)
    axes = correlations.Axes().on_board("echomind-mini")
    assert all(skipped(correlations.news(axes, None, "wide", results)))
    drawn = correlations.show(axes, "wide", results).drawn
    assert all(skipped(correlations.news(axes, drawn, "wide", results)))
    assert not any(skipped(correlations.news(axes, drawn, "narrow", results)))
    publish_row(store, 0, "A newcomer")
    figure, words, _, below_it, drawn = correlations.news(axes, drawn, "wide", results)
    assert any("A newcomer" in (trace.text or ()) for trace in figure.data) and "A newcomer" in below_it
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


def test_an_address_that_asks_for_nothing_draws_nothing_anew(live):
    results, store = live
    axes = Axes()
    first = correlations.show(axes, "wide", results).drawn
    assert first == (axes, "wide", first[2])

    def sent(query, width):
        shown = correlations.open_address(query, width, results, first)
        assert (shown.axes, shown.drawn) == (shown.drawn[0], (shown.axes, width, shown.drawn[2]))
        return skipped(shown).count(False) > 2

    assert not sent("", "wide") and not sent("?__theme=dark", "wide")
    assert sent("", "narrow") and sent("?y=ves", "wide")
    stale = (axes, "wide", first[2] - 1)  # rows came in since the page was laid out
    assert not any(skipped([correlations.open_address("", "wide", results, stale).plot]))
    publish_row(store, 0, "Newcomer", 0.4)
    assert not sent("", "wide")  # a row of another board
    assert correlations.open_address("?board=echomind-mini", "wide", results, first).board == "echomind-mini"


def test_many_rows_of_one_model_are_one_point_and_no_evidence(live):
    results, store = live
    for seed in range(6):
        publish_row(store, seed, "Many times", 0.2 + seed / 10)
    found = correlations.comparison(correlations.Axes().on_board("echomind-mini"), results)
    assert found.result.n == 5
    assert [out.reason.split(":")[0] for out in found.left_out] == ["another row of the same model counts"] * 5
    assert found.xs[found.models.index(next(m for m in found.models if m.startswith("Many times")))] == 70.0


def test_every_model_left_out_one_at_a_time_most_influential_first(parse, results):
    found = correlations.comparison(Axes(y="reasoning_acc"), results)
    (details,) = parse(verdict(found)).all("details", data_keep="without")
    rows = [[cell.text for cell in row.children] for row in details.all("tbody")[0].children]
    assert len(rows) == 14 and rows[0][:2] == ["Audio-Flamingo3+Think", "0.94"]


def test_a_preset_says_what_it_is_known_for_and_other_pairs_do_not(parse, results):
    shown = correlations.show(Axes(y="reasoning_acc"), "wide", results)
    (finding,) = parse(shown.words).all("p", class_="em-finding")
    assert "understanding with reasoning (0.71, 14) goes together" in finding.text
    pressed = parse(shown.presets).all("button", aria_pressed="true")
    assert [button.text for button in pressed] == ["Understanding → Reasoning"]
    plain = correlations.show(Axes(y="bleu"), "wide", results)
    assert parse(plain.words).all("p", class_="em-finding") == []
    assert parse(plain.presets).all("button", aria_pressed="true") == []


def test_the_judge_and_people_are_a_preset_in_both_languages(parse, results):
    for code, says in (("zh", "people give it 3.62, third of 8"), ("en", "people give it 3.87, fourth of 8")):
        shown = correlations.show(with_preset(Axes(), f"empathy-{code}"), "wide", results)
        assert shown.language.value == code and shown.board == "humdial"
        assert says in parse(shown.words).all("p", class_="em-finding")[0].text


def test_buttons_of_others_change_nothing():
    axes = Axes()
    assert with_preset(axes, "<b>") == with_preset(axes, "") == axes
    for pair in ("", "ves", "ves,ves", "ves,t1_avg_zh", "../x,y", "ves,bleu,wer"):
        assert with_pair(axes, pair) == axes
    assert (with_pair(axes, "ves,bleu").x, with_pair(axes, "ves,bleu").y) == ("ves", "bleu")


@pytest.mark.parametrize("data", [None, [], "x", {"preset": None}, {}])
def test_events_that_name_nothing_are_empty(data):
    assert told(gr.EventData(None, data), "pair") == ""


def text_of(made):
    return base64.b64decode(made["base64"]).decode()


def test_the_points_are_a_file_with_those_left_out_and_nothing_that_runs(tmp_path):
    store = LocalStore(tmp_path / "submissions")
    made_rows(store, HOSTILE)
    made = json.loads(
        correlations.points_file(Axes().on_board("echomind-mini"), "csv", Results(ROOT / "results", store))
    )
    assert made["name"] == "echomind-mini-understanding_acc-style_direction_minilm.csv"
    rows = list(csv.DictReader(io.StringIO(text_of(made).removeprefix("\ufeff"), newline="")))
    assert {f"'{name}" if name[0] in "=+-@" else name for name in HOSTILE} <= {row["model_name"] for row in rows}
    assert all(float(row["understanding_acc_low"]) <= float(row["understanding_acc"]) for row in rows)
    made = json.loads(correlations.points_file(Axes(y="ves"), "csv", Results(ROOT / "results")))
    rows = list(csv.DictReader(io.StringIO(text_of(made).removeprefix("\ufeff"), newline="")))
    assert len(rows) == 14 and sum("does not speak" in row["left_out_because"] for row in rows) == 4
    with pytest.raises(EchoMindError, match="expected csv"):
        correlations.points_file(Axes(), "exe", Results(ROOT / "results"))


@pytest.fixture(scope="module")
def items():
    return KnownItems(ROOT / "results")


def test_inside_all_models_floors_stand_beside(parse, results, items):
    mini = Axes().on_board("echomind-mini")
    part = correlations_show.within_part(mini, "", correlations_show.ALL, "wide", results, items)
    assert part.link.value == f"{mini.x},{mini.y}" and part.model.value == correlations_show.ALL
    text = parse(part.words).text
    assert "floor: it hears no voice" in text and "Read a model beside its floors" in text
    assert set(part.plot.data[1].text) < {"EchoMind tiny", "Random answers (floor)", "Transcript only (floor)", "x"}


def test_inside_one_model_the_plot_and_its_table_say_the_same(parse, results, items):
    mini = Axes().on_board("echomind-mini")
    part = correlations_show.within_part(mini, "understanding_acc,reasoning_acc", "echomind", "narrow", results, items)
    assert part.model.value == "echomind" and "EchoMind tiny" in part.words
    (details,) = parse(part.words).all("details", data_keep="heaps")
    assert len(details.all("tbody")[0].children) == len(part.plot.data[1].x)
    assert sum(int(text.removeprefix("n ")) for text in part.plot.data[1].text) == 120


def test_what_is_not_there_is_answered_with_what_is(results, items):
    mini = Axes().on_board("echomind-mini")
    part = correlations_show.within_part(mini, "<b>,x", "../../etc", "sideways", results, items)
    assert part.model.value == correlations_show.ALL and part.link.value == f"{mini.x},{mini.y}"
    part = correlations_show.within_part(Axes(), "", "gpt-4o-audio", "wide", results, items)
    assert part.plot is None and "Of no row of this board" in part.words
    assert correlations_show.has_scripts(mini, results) and not correlations_show.has_scripts(Axes(), results)
