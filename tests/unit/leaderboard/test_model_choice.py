import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.model_choice import LONGEST, MOST, Choice, choice_of_key, chosen_records, read_address
from echomind.leaderboard.results import Results
from echomind.settings import ROOT

RESULTS = Results(ROOT / "results")
SLUGS = {board: list(RESULTS.look(board).records) for board in BOARDS}


@st.composite
def choices(draw):
    board = draw(st.sampled_from([board for board in BOARDS if SLUGS[board]]))
    slugs = draw(st.lists(st.sampled_from(SLUGS[board]), min_size=1, max_size=MOST, unique=True))
    languages = BOARDS[board].languages
    return Choice(board, tuple(slugs), draw(st.sampled_from(languages)) if languages else "")


@settings(deadline=None)  # each look asks the disk, which others use too
@given(choices())
def test_an_address_leads_back_to_its_choice(choice):
    assert read_address(choice.query(), RESULTS) == (choice, "")
    assert list(chosen_records(choice, RESULTS)) == list(choice.slugs)


@settings(deadline=None)  # each look asks the disk, which others use too
@given(st.text(max_size=300))
def test_any_address_is_read_without_an_error(text):
    for query in (
        text,
        f"?model={text}",
        f"?compare={text}&board=echomind",
        f"?compare={text}",
        f"?model=echomind/kimi-audio&language={text}",
    ):
        choice, _ = read_address(query, RESULTS)
        assert all(slug in SLUGS[choice.board] for slug in choice.slugs)


@pytest.mark.parametrize(
    "slug",
    ["<script>alert(1)</script>", "../../etc/passwd", "..%2f..%2fsettings", "' OR 1=1", "gone-0000000000", "\u202ex"],
)
def test_what_is_not_there_is_said_in_a_friendly_line(slug):
    choice, note = read_address(f"?model=echomind/{slug}", RESULTS)
    assert choice == Choice()
    assert note.startswith("EchoMind has no row ") and note.endswith("Choose a model below.")
    assert "\u202e" not in note


def test_an_unknown_board_is_said():
    assert "names the board 'nope'" in read_address("?model=nope/x", RESULTS)[1]


def test_no_address_is_no_fault():
    assert read_address("", RESULTS) == read_address("?__theme=dark", RESULTS) == (Choice(), "")


def test_a_stale_model_leaves_the_others():
    choice, note = read_address("?board=echomind&compare=gone,kimi-audio,step-audio", RESULTS)
    assert choice.slugs == ("kimi-audio", "step-audio")
    assert "'gone'" in note


def test_more_models_than_can_be_compared_are_cut_and_said():
    choice, note = read_address(f"?board=echomind&compare={','.join(SLUGS['echomind'])}", RESULTS)
    assert len(choice.slugs) == MOST and "first 4" in note


def test_a_comparison_may_name_its_board_in_the_slugs_and_a_model_twice():
    choice, note = read_address("?compare=humdial/teleai,humdial/teleai,humdial/hdtlab", RESULTS)
    assert (choice, note) == (Choice("humdial", ("teleai", "hdtlab"), "zh"), "")


def test_a_long_address_is_cut_before_it_is_read_and_shown_short():
    _, note = read_address(f"?model=echomind/{'x' * 10 * LONGEST}", RESULTS)
    assert len(note) < 200


@pytest.mark.parametrize("key", ["", "echomind", "echomind/", "nope/kimi-audio", "echomind/../x", "echomind/a/b", "/"])
def test_what_is_no_key_chooses_nothing(key):
    assert choice_of_key(key) == Choice()
