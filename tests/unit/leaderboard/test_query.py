from dataclasses import dataclass, replace

import pytest

from echomind.leaderboard.arrange import facets_of
from echomind.leaderboard.query import Present, asked_board, read_view, write_view
from echomind.leaderboard.query_codecs import (
    LONGEST,
    Choice,
    Choices,
    Codec,
    Flag,
    Span,
    Whole,
    Words,
    fields_of,
    of_field,
    told,
    written,
)
from echomind.leaderboard.results import Results
from echomind.leaderboard.view import ALL_ROWS, OPENING, Sort, View
from echomind.settings import ROOT

ANYTHING = Present()


@pytest.fixture(scope="module")
def present():
    records = Results(ROOT / "results").look("echomind").records
    return Present(facets_of("echomind", records), records)


def test_the_first_view_has_no_query_and_no_query_is_the_first_view():
    assert write_view(OPENING) == ""
    assert read_view("", ANYTHING) == (OPENING, "")
    assert read_view("?", ANYTHING) == (OPENING, "")


@pytest.mark.parametrize(
    ("view", "query"),
    [
        (OPENING.on_board("echomind-mini"), "board=echomind-mini"),
        (OPENING.on_board("humdial").in_language("en"), "board=humdial&language=en"),
        (OPENING.toggled("wer").toggled("wer").then_by("name"), "sort=-wer,name"),
        (OPENING.searching("open  nvidia"), "q=open++nvidia"),
        (OPENING.with_filter("licence", "a & b, c").with_filter("licence", ""), "licence=&licence=a+%26+b,+c"),
        (OPENING.with_size(None, 7.5), "size=..7.5"),
        (OPENING.with_size(1, 13), "size=1..13"),
        (OPENING.with_preset("words"), "show=words"),
        (OPENING.with_pin("a.b").with_pin("c_d"), "pins=a.b,c_d"),
        (OPENING.with_pin("a").with_pin("a"), ""),
    ],
)
def test_what_differs_is_written_and_nothing_else(view, query):
    assert write_view(view) == query
    assert read_view(query, ANYTHING) == (view, "")


def test_the_same_choice_has_one_address_however_it_was_made():
    one = OPENING.with_filter("org", "b").with_filter("weights", "open").with_filter("org", "a")
    other = OPENING.with_filter("weights", "open").with_filter("org", "a").with_filter("org", "b")
    assert one == other
    first = OPENING.in_order("understanding_reasoning")
    assert first == OPENING and write_view(first) == ""


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("licence=GPL-9", "“licence=GPL-9” does not exist any more"),
        ("pins=gone-model", "“pins=gone-model” does not exist any more"),
        ("board=nope", "“board=nope” is not known here"),
        ("sort=__class__", "“sort=__class__” is not known here"),
        ("language=fr", "“language=fr” is not known here"),
        ("columns=../../etc/passwd", "“columns=../../etc/passwd” is not known here"),
        ("rows=-1", "“rows=-1”"),
        ("rows=9999999999999999999", "“rows=9999999999999999999”"),
        ("rows=٣", "“rows=٣”"),
        ("size=7..1", "“size=7..1”"),
        ("size=nan..", "“size=nan..”"),
        ("size=1..2..3", "“size=1..2..3”"),
        ("heat=yes", "“heat=yes”"),
        ("tab=/etc", "“tab=/etc”"),
        ("show=<script>alert(1)</script>", "“show=<script>alert(1)</script>”"),
        ("%00=%ff", "is not known here"),
        ("a=%E2%80%AE", "\\u202e"),
        ("utm_source=x", "“utm_source=x” is not known here"),
        ("q=" + "x" * 201, "“q=xxx"),
        ("pins=kimi-audio,step-audio,echox,glm-4-voice,opens2s", "“pins=opens2s”"),
    ],
)
def test_what_is_not_possible_is_left_out_and_named(present, query, named):
    view, note = read_view(query, present)
    assert named in note and len(note) < 300
    assert "\n" not in note
    assert len(view.pins) == 4 if query.startswith("pins=kimi") else view == OPENING


def test_the_good_part_of_a_link_is_kept(present):
    view, note = read_view("sort=-wer&licence=GPL-9&weights=open&weights=none&size=1..&x=1", present)
    assert view == OPENING.toggled("wer").toggled("wer").with_filter("weights", "open").with_size(1, None)
    assert note.count("“") == 3


def test_what_the_frame_puts_into_addresses_is_passed_over():
    assert read_view("__theme=dark&__sign=abc&view=api&logs=container", ANYTHING) == (OPENING, "")


@pytest.mark.parametrize(
    "query",
    ["&" * 5000, "a=1&" * 1000, "=" * 100, "%", "%zz=%zz", "?" * 50, "q=%F0%9F", "sort=" + "," * 5000, ";", "\x00"],
)
def test_any_text_is_an_address_of_some_view(present, query):
    view, note = read_view(query, present)
    assert isinstance(view, View) and isinstance(note, str)
    assert read_view(write_view(view), present) == (view, "")


def test_only_so_much_of_an_address_is_looked_at():
    view, _ = read_view("?" + "x=1&" * LONGEST + "heat=1", ANYTHING)
    assert not view.heat


def test_the_board_is_known_before_the_rest():
    assert asked_board("?heat=1&board=humdial") == "humdial"
    assert asked_board("board=nope") == "echomind"
    view, note = read_view("sort=t3_d1_zh&board=humdial", ANYTHING)
    assert view.order == "t3_d1_zh" and note == ""
    assert read_view("sort=t3_d1_en&board=humdial", ANYTHING)[1] != ""


def test_all_rows_and_a_preset_survive():
    view = replace(OPENING.with_preset("all"), rows=ALL_ROWS)
    assert read_view(write_view(view), ANYTHING) == (view, "")


def test_any_state_can_be_written_with_the_same_kinds():
    @dataclass(frozen=True)
    class Axes:
        x: str = "wer"
        only: tuple[str, ...] = ("a",)
        log: bool = False
        top: int = 3
        range: tuple[float | None, float | None] = (None, None)
        title: str = ""

    codec = Codec(
        (
            of_field("x", "x", Choice(["wer", "ves"])),
            of_field("only", "only", Choices(["a", "b"])),
            of_field("log", "log", Flag()),
            of_field("top", "top", Whole(1, 9)),
            of_field("range", "range", Span(100.0)),
            of_field("title", "title", Words(20)),
        )
    )
    for axes in (Axes(), Axes("ves", (), True, 9, (0.5, None), "a=b&c"), Axes(only=("b", "a"))):
        query = written(codec.pairs(axes, Axes()))
        assert codec.read(fields_of(query), Axes()) == (axes, [])
    found, notes = codec.read(fields_of("x=nope&only=a,c&y=1"), Axes())
    assert found == Axes() and len(notes) == 3
    assert told(notes).startswith("Of this link, “x=nope” is not known here")
    assert told([]) == "" and told(["a"] * 9).endswith("and 3 more.")


def test_keys_of_sorts_are_as_many_as_there_may_be():
    view, note = read_view("sort=wer,ves,name,date,size", ANYTHING)
    assert [sort.by for sort in view.sorts] == ["wer", "ves", "name", "date"] and "“sort=size”" in note
    assert view.sorts[0] == Sort("wer")
