import pytest

from echomind.errors import EchoMindError
from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.human_agreement import agreement
from echomind.leaderboard.records import Record, read_board
from echomind.settings import ROOT


@pytest.fixture(scope="module")
def published():
    return read_board(ROOT / "results", "humdial")


@pytest.fixture
def made(record):
    def make(*marks):
        protocol = BOARDS["humdial"].protocol.model_dump()
        return {
            f"m{i}": Record.model_validate(
                {
                    **record,
                    "board": "humdial",
                    "model": {**record["model"], "name": f"Team {i}"},
                    "protocol": protocol,
                    "scores": {"t3_d1_zh": x, "t3_d2_human_zh": y},
                    "intervals": {},
                    "n": {},
                },
                strict=False,
            )
            for i, (x, y) in enumerate(marks)
        }

    return make


def test_the_best_by_the_judge_is_third_by_people_in_chinese(published):
    found = agreement(published, "zh")
    assert len(found.teams) == found.comparison.result.n == 8
    team = found.overrated
    assert (team.name, team.automatic, team.people) == ("SenseDialog", 4.96, 3.62)
    assert (team.automatic_place, team.people_place, team.gap) == (1, 3, 1.34)
    assert found.sentence == (
        "Chinese: the automatic judge gives SenseDialog 4.96 for empathy, the best of 8; "
        "people give it 3.62, third of 8."
    )
    assert "Of 8 models" in found.comparison.sentence or "With 8 models" in found.comparison.sentence


def test_in_english_the_same_team_is_fourth_and_the_judges_last_is_liked_by_people(published):
    found = agreement(published, "en")
    assert (found.overrated.name, found.overrated.people_place) == ("SenseDialog", 4)
    assert (found.underrated.name, found.underrated.automatic_place) == ("IUSpeech", 8)
    assert found.underrated.gap == pytest.approx(-1.46)


def test_full_agreement_is_said_so(made):
    found = agreement(made((4, 4), (3, 3)), "zh")
    assert found.overrated is found.underrated is None
    assert found.sentence == "Chinese: the automatic judge and people give every team the same mark for empathy."


def test_equal_marks_share_a_place(made):
    found = agreement(made((4, 3), (4, 2), (3, 3)), "zh")
    assert [(t.automatic_place, t.people_place) for t in found.teams] == [(1, 1), (1, 3), (3, 1)]
    assert found.comparison.result.failure == "few"


def test_no_team_or_one_is_said_plainly(made):
    assert agreement({}, "zh").overrated is None
    assert agreement({}, "en").sentence == "No team has both an automatic and a human mark for empathy (English)."
    assert agreement(made((4, 3)), "zh").sentence.endswith(
        "4.00 for empathy, the only team; people give it 3.00, the only team."
    )


def test_places_beyond_words_are_numbers(made):
    found = agreement(made(*((5 - i / 10, 1 + i / 10) for i in range(12))), "zh")
    assert "people give it 1.00, number 12 of 12" in found.sentence


def test_another_language_is_refused(published):
    with pytest.raises(EchoMindError, match="unknown language 'fr'; expected one of: zh, en"):
        agreement(published, "fr")
