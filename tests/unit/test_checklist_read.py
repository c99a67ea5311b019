"""What a reader of the results is promised, a test a promise. Those that stand elsewhere:

missing shows "—" ->
    tests/unit/ui/test_table.py::test_missing_scores_are_dashes_that_say_why
missing never sorts as best or worst unannounced ->
    tests/unit/leaderboard/test_frame.py::test_missing_is_last_in_both_directions_and_best_follows_the_metric
ties share rank ->
    tests/unit/leaderboard/test_frame.py::test_equal_values_share_a_rank_and_the_next_is_skipped
default order ->
    tests/unit/leaderboard/test_view.py::test_the_first_view_is_the_official_order_of_the_main_board
rank interval matches a hand-worked example ->
    tests/unit/leaderboard/test_rank_intervals.py::test_a_hand_worked_board
same seed, same interval: scores ->
    tests/unit/scoring/test_bootstrap.py::test_every_draw_takes_as_many_scripts_as_there_are_and_the_same_each_time
same seed, same interval: correlations ->
    tests/unit/leaderboard/test_correlation.py::test_the_same_points_give_the_same_interval_every_time
cluster count 1 is unknown: scores ->
    tests/unit/scoring/test_bootstrap.py::test_one_script_has_no_interval
cluster count 1 is unknown: differences ->
    tests/unit/leaderboard/test_paired.py::test_one_script_says_nothing
filter to nothing, friendly empty state ->
    tests/unit/ui/test_table.py::test_nothing_found_and_nothing_there_are_told_apart
literal search in the browser ->
    tests/ui/test_results_pages.py::test_search_is_literal_and_says_when_nothing_is_found
literal search of any text ->
    tests/property/test_leaderboard_properties.py::test_search_finds_what_contains_the_text_and_never_fails
URL, view, URL is identity: Leaderboard ->
    tests/property/test_query.py::test_view_to_address_to_view_is_identity
hostile URL parameters: Leaderboard ->
    tests/unit/leaderboard/test_query.py::test_what_is_not_possible_is_left_out_and_named
URL, view, URL is identity: Models ->
    tests/unit/leaderboard/test_model_choice.py::test_an_address_leads_back_to_its_choice
hostile URL parameters: Models ->
    tests/unit/leaderboard/test_model_choice.py::test_any_address_is_read_without_an_error
hostile URL parameters are said ->
    tests/ui/test_models.py::test_a_stale_or_hostile_address_is_answered_with_a_line_and_the_list
CSV runs nothing ->
    tests/unit/leaderboard/test_exports.py::test_text_that_a_spreadsheet_would_run_is_defused_and_the_rest_is_as_it_was
CSV runs nothing, any beginning ->
    tests/unit/leaderboard/test_exports.py::test_what_begins_a_formula_gets_an_apostrophe
caption and scope ->
    tests/unit/ui/test_table.py::test_it_is_a_real_table_with_caption_and_scopes
aria-sort ->
    tests/unit/ui/test_table.py::test_exactly_one_column_carries_the_sort
every colour cue has text: the best ->
    tests/unit/ui/test_table.py::test_the_best_of_a_column_is_said_not_only_drawn
every colour cue has text: levels apart for all ->
    tests/unit/leaderboard/test_colours.py::test_levels_stay_apart_for_every_kind_of_colour_vision
320 px ->
    tests/ui/test_accessibility.py::test_the_page_is_english_never_scrolls_sideways_and_cuts_no_text
contrast of level colours ->
    tests/unit/leaderboard/test_colours.py::test_text_and_marks_stand_out_from_both_pages
contrast of whole pages, dark and light ->
    tests/ui/test_accessibility.py::test_axe_finds_nothing_that_keeps_anybody_out
keyboard only ->
    tests/ui/test_accessibility.py::test_tab_leads_to_every_control_in_reading_order_with_a_ring
plots have a data table: Correlations ->
    tests/unit/ui/test_correlations.py::test_the_points_are_there_as_a_table_too
plots have a data table: inside one model ->
    tests/unit/ui/test_correlations.py::test_inside_one_model_the_plot_and_its_table_say_the_same
reduced motion ->
    tests/ui/test_accessibility.py::test_reduced_motion_is_respected_everywhere
"""

import json

import pytest

from echomind.leaderboard.api import ResultsApi
from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.frame import board_frame, order_of, ordered, search
from echomind.leaderboard.model_choice import read_address
from echomind.leaderboard.records import parse_record
from echomind.leaderboard.results import Results
from echomind.settings import ROOT
from echomind.ui.about import about_page
from tests.unit.checklist import is_there, named_tests

TABLE = named_tests(__doc__)
BOARD = BOARDS["echomind"]


@pytest.fixture(scope="module")
def records():
    return Results(ROOT / "results").board("echomind")


@pytest.mark.parametrize(("clause", "test"), TABLE)
def test_the_test_of_the_clause_is_there(clause, test):
    assert is_there(test), clause


def test_wer_sorts_ascending(records):
    found = ordered(board_frame(BOARD, records), order_of("wer"))["value"].dropna().tolist()
    assert len(found) > 5 and found == sorted(found) and found[0] < found[-1]


def test_missing_is_never_zero_and_never_ranked(records):
    table = ordered(board_frame(BOARD, records), order_of("ves"), best_first=False)
    lacking = [slug for slug, record in records.items() if "ves" not in record.scores]
    assert lacking and set(table.index[-len(lacking) :]) == set(lacking)
    assert table.loc[lacking, "rank"].isna().all() and table.loc[lacking, "value"].isna().all()


def test_the_default_order_is_documented():
    answer = ResultsApi(Results(ROOT / "results")).leaderboard()
    assert answer["orders"][0]["title"] in str(about_page())


@pytest.mark.parametrize("words", ["(", "[", ".*", "😀", "共情", "\\d", "%", "a|b", "^M", "*"])
def test_search_works_literally(words):
    record = json.loads((ROOT / "results" / "echomind" / "kimi-audio.json").read_text(encoding="utf-8"))
    names = {"with": f"Model {words} X", "without": "Model X"}
    records = {
        slug: parse_record(json.dumps(record | {"model": record["model"] | {"name": name, "hub_id": None}}).encode())
        for slug, name in names.items()
    }
    assert list(search(board_frame(BOARD, records), words).index) == ["with"]


@pytest.mark.parametrize(
    "query",
    [
        "model=<script>alert(1)</script>",
        "model=../../etc/passwd",
        "board=%00&compare=" + "a," * 5000,
        "compare=${7*7},{{x}},'; drop table--",
    ],
)
def test_hostile_url_parameters_are_ignored_with_a_note(query):
    choice, note = read_address(query, Results(ROOT / "results"))
    assert note and "<script>alert(1)</script>" not in str(choice)
