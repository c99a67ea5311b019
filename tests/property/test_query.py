"""Every view there can be has an address, and the address gives the view back."""

from hypothesis import given, settings
from hypothesis import strategies as st

from echomind.errors import EchoMindError
from echomind.leaderboard.actions import acted
from echomind.leaderboard.arrange import facets_of
from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.query import Present, read_view, write_view
from echomind.leaderboard.results import Results
from echomind.leaderboard.view import OPENING, ROW_KEYS, View
from echomind.settings import ROOT

RESULTS = Results(ROOT / "results")
RECORDS = {board: RESULTS.look(board).records for board in BOARDS}
FACETS = {board: facets_of(board, records) for board, records in RECORDS.items()}
SIZES = st.one_of(st.just(""), st.floats(0, 1000).map(str), st.sampled_from(["7", "0.5", "1e-05", "x"]))


@st.composite
def views(draw) -> View:
    """A view as a visitor comes to it: a board, a language, and any number of actions on what is there."""
    board = draw(st.sampled_from(sorted(BOARDS)))
    view = OPENING.on_board(board) if board != OPENING.board else OPENING
    if BOARDS[board].languages:
        view = view.in_language(draw(st.sampled_from(BOARDS[board].languages)))
    language = view.language or None
    metrics = [metric.id for metric in BOARDS[board].columns(language)]
    keys = [*metrics, *(order.id for order in BOARDS[board].orders_for(language)), *ROW_KEYS]
    choices = [f"{facet}={value}" for facet, values in FACETS[board].items() for value in values]
    one = st.one_of(
        st.tuples(st.sampled_from(["sort", "then", "unsort"]), st.sampled_from(keys)),
        st.tuples(st.just("filter"), st.sampled_from(choices)),
        st.tuples(st.just("size"), st.tuples(SIZES, SIZES).map("..".join)),
        st.tuples(st.just("preset"), st.sampled_from(["overview", "words", "people", "all"])),
        st.tuples(st.just("column"), st.sampled_from(metrics)),
        st.tuples(st.just("pin"), st.sampled_from(sorted(RECORDS[board]))),
        st.tuples(st.sampled_from(["heat", "official", "more", "all", "clear", "unpin", "unsearch"]), st.just("")),
        st.tuples(st.just("tab"), st.sampled_from(["changes", "cite"])),
        st.tuples(st.just("search"), st.text(max_size=12)),
    )
    for name, value in draw(st.lists(one, max_size=12)):
        try:
            view = view.searching(value) if name == "search" else acted(view, name, value)
        except EchoMindError:
            continue  # a fifth pin, which a page does not offer
    return view


@settings(max_examples=500, deadline=None)
@given(views())
def test_view_to_address_to_view_is_identity(view):
    query = write_view(view)
    present = Present(FACETS[view.board], RECORDS[view.board])
    assert read_view(query, present) == (view, "")
    assert read_view(f"?{query}", Present()) == (view, "")
    assert write_view(read_view(query, present)[0]) == query


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300), st.sampled_from(["", "sort=", "board=", "licence=", "size=", "pins=", "columns=", "q="]))
def test_any_text_gives_a_view_that_has_an_address(text, name):
    view, note = read_view(name + text, Present(FACETS["echomind"], RECORDS["echomind"]))
    assert "\n" not in note and len(note) < 1000
    present = Present(FACETS[view.board], RECORDS[view.board])
    if view.board == "echomind":
        assert read_view(write_view(view), present) == (view, "")
