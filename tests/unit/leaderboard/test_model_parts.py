import pytest

from echomind.leaderboard.model_parts import AXES, axes_of, bars, chance_of, part_metrics, part_name, parts
from echomind.leaderboard.results import Results
from echomind.settings import ROOT
from echomind.taxonomy import CATEGORIES

RESULTS = Results(ROOT / "results")
OWN = RESULTS.look("echomind-mini").records["echomind"]


def test_a_record_without_a_breakdown_has_no_bars():
    paper = RESULTS.look("echomind").records["kimi-audio"]
    assert axes_of(paper) == [] and bars(paper, "style", "wer") is None


def test_our_record_has_all_four_axes():
    assert axes_of(OWN) == list(AXES)


def test_question_types_stand_in_their_order_with_both_levels_and_chance():
    picture = bars(OWN, "question_type", "understanding_acc")
    assert len(picture.rows) == 18
    gender = OWN.breakdown.question_type["gender_recognition"]["understanding_acc"]
    shown = f"{gender.value:.2f}", f"{gender.low:.2f} to {gender.high:.2f}", str(gender.n), "50"
    assert picture.rows[1] == ("Gender Recognition", "Understanding", *shown)
    assert [row[1] for row in picture.rows] == ["Understanding"] * 8 + ["Reasoning"] * 10
    chances = picture.figure.data[1]
    assert list(chances.x)[:3] == [25, 50, pytest.approx(100 / 3)]
    assert [m.id for m in part_metrics(OWN, "question_type")] == ["understanding_acc"]


def test_intervals_reach_from_their_low_to_their_high_end():
    trace = bars(OWN, "style", "wer").figure.data[0]
    cell = OWN.breakdown.style["target"]["wer"]
    ends = trace.x[0] - trace.error_x.arrayminus[0], trace.x[0] + trace.error_x.array[0]
    assert ends == (pytest.approx(cell.low), pytest.approx(cell.high))


def test_a_category_is_its_cues_taken_together_question_by_question():
    found, cues = parts(OWN, "category"), OWN.breakdown.attribute
    for category in CATEGORIES:
        cells = [cues[a]["reasoning_acc"] for a in category.attributes if "reasoning_acc" in cues.get(a, {})]
        right = sum(round(cell.value * cell.n / 100) for cell in cells)
        pooled = found[category.id]["reasoning_acc"]
        assert pooled.n == sum(cell.n for cell in cells)
        assert pooled.value == pytest.approx(100 * right / pooled.n, abs=1e-3)
        assert pooled.low is None and pooled.high is None
    assert {m.id for m in part_metrics(OWN, "category")} == {"understanding_acc", "reasoning_acc"}


@pytest.mark.parametrize("axis", AXES)
def test_every_part_is_in_words_and_in_the_table(axis):
    for metric in part_metrics(OWN, axis):
        picture = bars(OWN, axis, metric.id)
        assert len(picture.rows) == len(picture.figure.data[0].y) > 0
        assert not any("_" in row[0] for row in picture.rows)
        assert all(len(row) == len(picture.columns) for row in picture.rows)


def test_parts_that_nobody_knows_keep_their_name_and_have_no_chance():
    assert part_name("question_type", "new_type") == "new type"
    assert chance_of("question_type", "new_type") is None and chance_of("style", "target") is None
