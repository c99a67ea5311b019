import numpy as np
import pytest

from echomind.training.card_fairness import by_group, drawn_recalls, fairness_rows, recall, share_right

TRUE = np.array([0, 0, 0, 0, 1, 1] * 20)
HEARD = np.array([0, 0, 0, 1, 1, 0] * 20)
GENDER = np.array([0, 1] * 60)


def test_recall_by_hand():
    assert recall(TRUE, HEARD) == pytest.approx((0.75 + 0.5) / 2)
    assert recall(TRUE[:4], HEARD[:4]) == pytest.approx(0.75)  # only classes that are there count


def test_draws_hold_the_value_and_are_seeded():
    draws = drawn_recalls(TRUE, HEARD)
    assert np.array_equal(draws, drawn_recalls(TRUE, HEARD))
    assert draws.mean() == pytest.approx(recall(TRUE, HEARD), abs=0.01)
    # two classes of 80 and 40 clips: the variance of the mean of two independent shares
    assert draws.std() == pytest.approx(np.sqrt(0.75 * 0.25 / 80 + 0.25 / 40) / 2, rel=0.1)


def test_a_share_without_a_fault_has_an_interval_all_the_same():
    # Wilson's upper and lower bounds by hand: 60 of 60 gives 60 / (60 + 1.96^2); 80 of 120 is about 0.58 to 0.74
    assert share_right(GENDER[:60], GENDER[:60]) == {"value": 1.0, "interval": [0.94, 1.0], "n": 60}
    assert share_right(TRUE, HEARD) == {"value": 0.667, "interval": [0.578, 0.745], "n": 120}


def test_groups_are_measured_apart_and_the_gap_is_between_best_and_worst():
    groups = ["even"] * 60 + ["worse"] * 60
    heard = HEARD.copy()
    heard[60:] = 1 - TRUE[60:]
    found = by_group(groups, (TRUE, heard), (GENDER, GENDER))
    assert found["groups"]["even"]["emotion_uar"]["value"] == 0.625
    assert found["groups"]["worse"]["emotion_uar"] == {"value": 0.0, "interval": [0.0, 0.0], "n": 60}
    assert found["groups"]["worse"]["gender_accuracy"]["value"] == 1.0
    assert found["gap"]["value"] == 0.625
    low, high = found["gap"]["interval"]
    assert low < 0.625 < high


def test_the_table_says_n_and_intervals():
    part = by_group(["female"] * 60 + ["male"] * 60, (TRUE, HEARD), (GENDER, GENDER))
    lines = fairness_rows({"gender": part, "actor": part}).splitlines()
    assert len(lines) == 6
    assert lines[0].startswith("| female | 0.625 [") and lines[0].endswith("| 1.000 [0.940, 1.000] | 60 |")
    assert lines[2].startswith("| largest gap by gender | 0.000 [") and lines[2].endswith("| — | 120 |")
