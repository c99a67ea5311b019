import pytest

from echomind.leaderboard.known_pairs import KNOWN_PAIRS, finding, known_pair, paper_finding
from echomind.leaderboard.records import read_board
from echomind.settings import ROOT


@pytest.fixture(scope="module")
def records():
    return read_board(ROOT / "results", "echomind")


def test_the_finding_is_that_of_the_published_table(records):
    said = paper_finding(records)
    assert "understanding with reasoning (0.71, 14) goes together, though a few models carry it" in said
    assert "one cannot say so of understanding with “Answers the voice” (0.02, 14), " in said
    assert "or reasoning with “Vocal empathy” (0.58, 10)." in said


def test_the_finding_is_computed_from_the_rows_of_the_paper_alone(records):
    changed = {}
    for i, (slug, record) in enumerate(records.items()):
        scores = {**record.scores, "understanding_acc": 20.0 + i, "c_speech_rel": 1 + i / 5, "reasoning_acc": 70.0 - i}
        changed[slug] = record.model_copy(update={"scores": scores})
    said = paper_finding(changed)
    assert "understanding with “Answers the voice” (1.00, 14)" in said.split(" go")[0]
    assert "understanding with reasoning (−1.00, 14)" in said and "opposite ways" in said
    measured = {
        slug: record.model_copy(update={"provenance": record.provenance.model_copy(update={"kind": "measured"})})
        for slug, record in changed.items()
    }
    assert paper_finding({**records, **{f"{slug}-x": r for slug, r in measured.items()}}) == paper_finding(records)
    assert "too few models have both of" in paper_finding({})


def test_people_and_judge_are_told_apart_in_both_languages():
    records = read_board(ROOT / "results", "humdial")
    said = {pair.language: finding(pair, records) for pair in KNOWN_PAIRS if pair.board == "humdial"}
    assert set(said) == {"zh", "en"}
    assert "SenseDialog 4.96" in said["zh"] and "SenseDialog 4.91" in said["en"]


def test_pairs_are_known_by_their_axes_in_their_order():
    assert len({pair.id for pair in KNOWN_PAIRS}) == len(KNOWN_PAIRS) == 7
    assert known_pair("echomind", "understanding_acc", "ves").title == "Understanding → Vocal empathy"
    assert known_pair("echomind", "ves", "understanding_acc") is None
    assert known_pair("echomind-mini", "understanding_acc", "reasoning_acc") is None
