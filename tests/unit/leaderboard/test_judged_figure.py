from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.judged_figure import people_and_judge
from echomind.leaderboard.results import Results
from echomind.settings import ROOT

RESULTS = Results(ROOT / "results")
ECHOMIND = BOARDS["echomind"]


def test_judge_and_people_are_told_apart_and_need_not_agree():
    records, board = RESULTS.look("humdial").records, BOARDS["humdial"]
    picture = people_and_judge(board, records, "sensedialog", "zh")
    assert [row[1:] for row in picture.rows] == [
        ("automatic judge", "4.96", "1 of 8"),
        ("people", "3.62", "3 of 8"),
        ("people", "3.76", "3 of 8"),
    ]
    assert "do not agree" in picture.sentence
    assert people_and_judge(ECHOMIND, RESULTS.look("echomind").records, "kimi-audio", "") is None
