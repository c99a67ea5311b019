from dataclasses import replace
from itertools import permutations
from urllib.parse import parse_qs, quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.known_pairs import KNOWN_PAIRS
from echomind.leaderboard.points import COLOURINGS
from echomind.ui.correlations_axes import Asked, Axes, plottable_boards, read_address


def states():
    for _, board in plottable_boards():
        for language in BOARDS[board].languages or ("",):
            metrics = [metric.id for metric in BOARDS[board].columns(language or None)]
            for x, y in permutations(metrics, 2):
                yield Axes(board, x, y, language)


ALL = list(states())


@given(st.sampled_from(ALL), st.sampled_from(sorted(COLOURINGS)))
def test_every_view_comes_back_from_its_address(axes, colour):
    axes = replace(axes, colour=colour)
    assert read_address(axes.query()) == Asked(axes)


@pytest.mark.parametrize("pair", KNOWN_PAIRS)
def test_known_pairs_open_by_name_and_know_themselves(pair):
    asked = read_address(f"?preset={pair.id}")
    assert (asked.axes.board, asked.axes.x, asked.axes.y, asked.note) == (pair.board, pair.x, pair.y, "")
    assert asked.axes.preset == pair


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?board=nowhere", "“board=nowhere”"),
        ("?board=echomind-arena", "“board=echomind-arena”"),
        ("?x=<script>alert(1)</script>", "“x=<script>alert(1)</script>”"),
        ("?x=t1_avg_zh", "“x=t1_avg_zh”"),
        ("?x=ves&y=ves", "“y=ves”"),
        ("?board=humdial&x=t3_d1_en&y=t1_avg_zh", "“y=t1_avg_zh”"),
        ("?language=fr", "“language=fr”"),
        ("?colour=__class__", "“colour=__class__”"),
        ("?preset=../../etc/passwd", "“preset=../../etc/passwd”"),
        (f"?y={'m' * 300}", "mmm…”"),
        ("?x=%ff%fe", "“x="),
    ],
)
def test_what_is_not_there_is_ignored_and_named(query, names):
    asked = read_address(query)
    assert names in asked.note and "was left out" in asked.note
    assert asked.axes in ALL


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
def test_any_address_gives_axes_that_are_there(board, x, y):
    asked = read_address(f"?board={quote(board)}&x={quote(x)}&y={quote(y)}")
    assert replace(asked.axes, colour="weights") in ALL
    assert read_address(f"?{board}&{x}={y}").axes in ALL


def test_an_endless_address_and_foreign_names_do_no_harm():
    asked = read_address(f"?x={'a' * 100_000}&sort=wer")
    assert asked.axes == Axes() and "“x=aaa" in asked.note
    assert "“sort=wer” is not known here" in read_address("?sort=wer&y=ves").note


def test_parts_of_an_address_mean_what_they_say():
    assert read_address("").axes == Axes()
    assert read_address("?y=ves&__theme=dark").axes == Axes(y="ves")
    assert read_address("?x=c_speech_rel").axes == Axes(x="c_speech_rel", y="understanding_acc")
    assert read_address("?board=humdial&language=en").axes.x == "t3_d1_en"
    assert read_address("?board=humdial&x=t1_avg_en").axes.language == "en"
    assert parse_qs(Axes(colour="source").query()[1:])["colour"] == ["source"]


def test_axes_change_places_rather_than_meet():
    axes = Axes(x="ves", y="bleu")
    assert (axes.with_x("bleu").x, axes.with_x("bleu").y) == ("bleu", "ves")
    assert (axes.with_y("ves").x, axes.with_y("ves").y) == ("bleu", "ves")
    assert axes.coloured("nothing") == axes and axes.coloured("source").colour == "source"
