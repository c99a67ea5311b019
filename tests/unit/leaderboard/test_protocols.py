import pytest

from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.protocols import protocol_text, unlike

MINI, PAPER = BOARDS["echomind-mini"].protocol, BOARDS["echomind"].protocol


def test_protocols_read_as_words():
    assert protocol_text(PAPER) == (
        "each model's best prompt; synthetic voices; judged by gpt-4o and gemini-2.5-pro; scored by the source"
    )
    assert protocol_text(BOARDS["ieat-dev"].protocol) == "recorded people; scored by the source"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({}, ""),
        ({"prompt": "zero"}, "no system prompt"),
        ({"prompt": None}, "prompt not stated"),
        ({"voice": "human"}, "recorded people"),
        ({"judge_text": "gpt-4o"}, "words judged by gpt-4o"),
        ({"scorer": "echomind-0.9"}, "scored by echomind-0.9"),
        ({"prompt": "basic", "voice": None}, "basic prompt; voices not stated"),
    ],
)
def test_what_is_unlike_the_ranking_is_said_and_nothing_else(changed, says):
    assert unlike(MINI.model_copy(update=changed), MINI) == says


def test_a_submission_to_the_papers_board_is_unlike_it_in_most_ways():
    assert unlike(MINI, PAPER) == "enhanced prompt; words not judged; voice not judged; scored by echomind-1.0"
    assert unlike(PAPER, PAPER) == ""
