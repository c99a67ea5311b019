"""All that pages can show, in Chinese: what is opened, chosen or refused too, of every board and every state."""

from dataclasses import replace
from itertools import chain

import pytest

from echomind.leaderboard.arrange import arrange
from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.changes import changes
from echomind.leaderboard.filters import FACETS
from echomind.leaderboard.known_items import KnownItems
from echomind.leaderboard.known_pairs import KNOWN_PAIRS
from echomind.leaderboard.model_choice import Choice
from echomind.leaderboard.query import Present, read_view
from echomind.leaderboard.results import Results
from echomind.leaderboard.view import OPENING
from echomind.scoring.problems import Problem
from echomind.settings import ROOT, Settings
from echomind.submissions.desk import open_desk
from echomind.submissions.model import now
from echomind.ui import submit_check_view, submit_receipt_view, submit_view
from echomind.ui.about import about_page
from echomind.ui.board_view import board_table
from echomind.ui.correlations_axes import Axes, plottable_boards, read_address, with_preset
from echomind.ui.correlations_show import ALL, matrix, within_part
from echomind.ui.correlations_show import show as show_pair
from echomind.ui.models_show import Known, show
from echomind.ui.moderation_view import list_html, private_html, warnings
from echomind.ui.status_view import about_html, head_html
from echomind.ui.submissions_page import one, withdrawing
from echomind.words import speaking
from tests.unit.ui.chinese import foreign, texts
from tests.unit.ui.shown_submissions import REASON, Shelf
from tests.unit.ui.test_submit_check_view import a_preview

RESULTS = Results(ROOT / "results")
KNOWN = Known(RESULTS, KnownItems(ROOT / "results"))


@pytest.fixture(autouse=True)
def in_chinese():
    with speaking("zh"):
        yield


@pytest.fixture
def left_english(parse):
    """The texts of some HTML that should be Chinese and are not, but for those that begin with data."""

    def find(*pieces, data=()):
        found = chain.from_iterable(texts(parse(str(piece))) for piece in pieces)
        return sorted({text for text in found if foreign(text) and not text.startswith(tuple(data))})

    return find


def views(board):
    start = OPENING.on_board(board)
    facets = arrange(start, RESULTS).facets
    yield start
    yield replace(start, preset="all", heat=True, official=True, tab="cite")
    yield replace(start, rows=2, tab="changes", pins=tuple(RESULTS.board(board))[:2]).with_size(1, 7)
    for facet in FACETS:
        for value in facets.get(facet, {}):
            yield start.with_filter(facet, value).searching("a")
    yield start.then_by("name").then_by("date").then_by("size").searching("nobody at all")
    if start.language:
        yield start.in_language("en").in_language("zh")


@pytest.mark.parametrize("board", BOARDS)
def test_the_leaderboard(left_english, board):
    for view in views(board):
        table = arrange(view, RESULTS)
        happened = changes(board, RESULTS.board(board), [])
        note = read_view("?nothing=1&weights=gone&pins=nobody", Present({}, ()))[1]
        assert left_english(board_table(table, happened, note)) == []


@pytest.mark.parametrize("board", [board for _, board in plottable_boards()])
def test_correlations(left_english, board):
    axes = Axes().on_board(board)
    pairs = [with_preset(axes, pair.id) for pair in KNOWN_PAIRS if pair.board == board] or [axes]
    for pair in (*pairs, pairs[0].coloured("source"), pairs[0].with_x(pairs[0].y)):
        shown = show_pair(pair, "narrow", RESULTS, read_address("?colour=red&x=1").note)
        assert left_english(shown.words, shown.take, shown.below, shown.presets) == []
    items = KnownItems(ROOT / "results")
    opened = [within_part(axes, "", slug, "wide", RESULTS, items) for slug in (ALL, *RESULTS.board(board))]
    names = [record.model.name for record in RESULTS.board(board).values()]
    pieces = (piece for part in opened for piece in (part.words, part.take))
    assert left_english(matrix(axes, RESULTS, True), *pieces, data=names) == []


@pytest.mark.parametrize("board", BOARDS)
def test_models(left_english, board):
    slugs = tuple(RESULTS.board(board))
    several = [Choice(board, slugs[:4], "zh")] if len(slugs) > 1 else []
    for choice in (Choice(), *several, *(Choice(board, (slug,), "en") for slug in slugs)):
        shown = show(choice, KNOWN)
        pieces = [piece for piece in shown if isinstance(piece, str)]
        data = [record.model.name for one in BOARDS for record in RESULTS.board(one).values()]
        assert left_english(*pieces, data=(*data, "hlt-cuhksz")) == []


def test_figures_have_no_english_but_names():
    shown = show_pair(Axes(), "wide", RESULTS)
    layout, traces = shown.plot.layout, shown.plot.data
    said = [layout.title.text, layout.xaxis.title.text, layout.yaxis.title.text, *(t.name for t in traces if t.name)]
    assert len(said) > 5 and [text for text in said if foreign(text)] == []


def test_about(left_english):
    assert left_english(about_page(), data=("CC BY", "https")) == []


STATES = {
    "received": [],
    "scoring": [("claimed", {"until": "2099-01-01T00:00:00+00:00"})],
    "failed": [("claimed", {"until": "2099-01-01T00:00:00+00:00"}), ("failed", {"reason": REASON})],
    "held": [("held", {"reason": REASON})],
    "returned": [("held", {"reason": REASON}), ("returned", {"reason": REASON})],
    "withdrawn": [("withdrawn", {})],
}


@pytest.mark.parametrize("state", [*STATES, "published", "hidden"])
def test_a_submission_in_every_state(left_english, tmp_path, state):
    shelf = Shelf(tmp_path)
    shelf.add("it", "Warm listener 7B", sender="ada", contact="a@b.org", hub_id="ada/slm", params_b=7.0, weights="open")
    shelf.add("other", "Warm listener 7B", sender="bob", minutes=20)
    for kind, data in STATES.get(state, ()):
        shelf.event("it", kind, **data)
    if state in ("published", "hidden"):
        shelf.claim("it")
        shelf.score("it")
    if state == "hidden":
        shelf.event("it", "hidden", reason=REASON)
    with open_desk(Settings(data_dir=tmp_path, scoring_workers=0)) as desk:
        submissions = desk.submissions
        status = submissions.status(shelf.ids["it"])
        others = [submissions.status(shelf.ids["other"])]
        report = submissions.report(status.id) if status.scores else None
        told = warnings(status, others, others, report)
        data = (*REASON.splitlines(), "ada", "bob", "a@b.org", "no weights", "whisper", "echomind-", "of NISQA")
        pieces = [
            *(head_html(status), about_html(status), private_html(status, "a@b.org", others, told, now())),
            *(submit_receipt_view.state_html(status), submit_receipt_view.facts_html(status.receipt)),
            *(submit_receipt_view.scored_html(status, report), submit_receipt_view.lost_html(status.id, "")),
            *(list_html([status, *others], "", "", ""), list_html([], "held", "x", "")),
        ]
        assert left_english(*pieces, data=data) == []


def test_a_check_and_what_becomes_public(left_english):
    from echomind.submissions.check import Check

    settings = Settings()
    problems = (Problem("the form", field="prompt", found="nothing", expected="one"), Problem(found="1", expected="2"))
    bad = Check("echomind-mini", problems, problems, 2, 2)
    good = Check("echomind-mini", preview=a_preview(model="Warm listener 7B", absent={}))
    # What is wrong with a file is told in English, as programs are told it; the page says so at its top.
    data = ("nothing", "one", "the form", "echomind-", "found", "ada")
    assert left_english(submit_check_view.check_html(bad, 0.05, 2), data=data) == []
    assert left_english(submit_check_view.check_html(good, 2.0, 1)) == []
    pieces = [submit_view.sign_in_html(way, "ada") for way in ("here", "token", "huggingface", "closed")]
    pieces += [submit_view.confirm_html(good, "ada", settings), submit_view.heading(), submit_view.accepted(settings)]
    pieces += [submit_view.scoring_html(settings), submit_view.script_title(True), submit_view.key_html("k", 12)]
    pieces += [submit_view.boards_note(settings), submit_view.files_html([], ""), withdrawing()]
    assert left_english(*pieces, data=data) == []


def test_a_receipt_that_is_none(left_english, tmp_path):
    from echomind.submissions.lookups import Lookups

    with open_desk(Settings(data_dir=tmp_path, scoring_workers=0)) as desk:
        assert left_english(one(desk.submissions, Lookups(desk), "here", "nonsense", None).head) == []
