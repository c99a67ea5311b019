import math

import numpy as np
import pytest
from scipy import stats

from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.correlation import correlate
from echomind.leaderboard.matrix import board_matrix, correlation_matrix, holm, interval, spearman_matrix
from echomind.leaderboard.records import read_board
from echomind.settings import ROOT

NAN = math.nan


def made(rng, n, k, gaps, ties):
    values = rng.normal(size=(n, k)) + rng.normal(size=(n, 1))
    if ties:
        values = np.round(values)
    values[rng.random(values.shape) < gaps] = NAN
    return values


@pytest.mark.parametrize(("n", "gaps", "ties"), [(30, 0, False), (30, 0.3, False), (25, 0.3, True), (9, 0.2, True)])
def test_every_cell_is_scipys_spearman(n, gaps, ties):
    values = made(np.random.default_rng(n), n, 6, gaps, ties)
    found = correlation_matrix("abcdef", values)
    compared = 0
    for i in range(6):
        for j in range(6):
            cell = found.cells[i][j]
            both = ~np.isnan(values[:, i]) & ~np.isnan(values[:, j])
            assert cell.n == both.sum()
            if i != j and cell.spearman is not None:
                theirs = stats.spearmanr(values[both, i], values[both, j])
                assert cell.spearman == pytest.approx(theirs.statistic, abs=1e-10)
                if cell.n > 7:
                    assert cell.p == pytest.approx(theirs.pvalue, abs=1e-10)
                compared += 1
    assert compared >= 20
    assert all(found.cells[i][j] is found.cells[j][i] for i in range(6) for j in range(6) if i != j)


def test_200_random_pairs_agree_with_scipy():
    rng = np.random.default_rng(21)
    values = made(rng, 40, 21, 0.1, False)  # 210 pairs
    rho, n = spearman_matrix(values)
    for i in range(21):
        for j in range(i):
            both = ~np.isnan(values[:, i]) & ~np.isnan(values[:, j])
            assert rho[i, j] == pytest.approx(stats.spearmanr(values[both, i], values[both, j]).statistic, abs=1e-10)
            assert n[i, j] == both.sum()


def test_few_models_get_the_exact_p_of_the_close_look():
    rng = np.random.default_rng(6)
    for n in (5, 6, 7):
        x, y = rng.normal(size=n), np.round(rng.normal(size=n))
        cell = correlation_matrix("xy", np.stack([x, y], axis=1)).cell("x", "y")
        assert cell.p == pytest.approx(correlate(x, y).spearman.p)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4])
def test_too_few_models_give_no_number(n):
    values = np.arange(2 * n, dtype=float).reshape(n, 2)
    cell = correlation_matrix("xy", values).cell("x", "y")
    assert (cell.n, cell.spearman, cell.low, cell.p, cell.p_holm) == (n, None, None, None, None)
    assert cell.reason == "fewer than 5 models have both"


def test_what_is_missing_or_constant_is_explained():
    values = np.array([[1, 2, 7, NAN], [2, 3, 7, NAN], [3, 1, 7, 3], [4, 5, 7, 4], [5, 4, 7, 5], [6, 6, 7, 1]], float)
    found = correlation_matrix("abcd", values)
    assert found.cell("a", "c").reason == "all models are equal in one of the two"
    assert found.cell("a", "d").reason == "fewer than 5 models have both" and found.cell("a", "d").n == 4
    assert found.cell("c", "c").spearman is None
    assert found.cell("a", "a").spearman == 1.0 and found.cell("a", "a").p is None
    assert found.pairs == 1


def test_a_perfect_order_has_no_interval_and_a_p_no_order_can_beat():
    x = np.arange(10.0)
    cell = correlation_matrix("xy", np.stack([x, x**2], axis=1)).cell("x", "y")
    assert (cell.spearman, cell.low, cell.high) == (1.0, None, None)
    assert cell.p == pytest.approx(2 / math.factorial(10))
    assert "perfect" in cell.reason


def test_a_hand_worked_interval():
    # rho = 0.5, n = 28: z = 0.5493, variance (1 + 0.125) / 25 = 0.045, half = 1.96 * 0.21213 = 0.41577
    assert interval(0.5, 28) == (pytest.approx(math.tanh(0.54931 - 0.41577), abs=1e-4), pytest.approx(0.7467, abs=1e-3))
    assert interval(1.0, 28) is None


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(9)
    rho, n, trials = 0.6, 30, 400
    truth = 6 / math.pi * math.asin(rho / 2)  # Spearman's rho of a normal pair
    x = rng.normal(size=(n, trials))
    y = rho * x + math.sqrt(1 - rho**2) * rng.normal(size=(n, trials))
    hits = 0
    for a, b in zip(x.T, y.T, strict=True):
        low, high = interval(stats.spearmanr(a, b).statistic, n)
        hits += low <= truth <= high
    assert 0.92 <= hits / trials <= 0.98, hits / trials


def test_holm_by_hand():
    # 0.01 * 4, 0.02 * 3 = 0.06, max(0.06, 0.03 * 2) = 0.06, max(0.06, 0.5)
    assert holm([0.02, 0.5, 0.01, 0.03]) == pytest.approx([0.06, 0.5, 0.04, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_the_published_board_with_n_in_each_cell():
    board = BOARDS["echomind"]
    found = board_matrix(board.columns(), board, read_board(ROOT / "results", "echomind"))
    assert found.metrics == board.metrics
    link = found.cell("understanding_acc", "reasoning_acc")
    assert (link.n, round(link.spearman, 2)) == (14, 0.71)
    assert found.cell("understanding_acc", "ves").n == 10
    assert round(found.cell("understanding_acc", "c_speech_rel").spearman, 2) == 0.02
    assert found.cell("wer", "ves").n == 7
    assert link.p < link.p_holm
    assert found.pairs == sum(c.p is not None for i, row in enumerate(found.cells) for c in row[i + 1 :])


def test_a_board_without_records_is_all_empty():
    board = BOARDS["echomind"]
    found = board_matrix(board.columns(), board, {})
    assert all(cell.n == 0 and cell.spearman is None for row in found.cells for cell in row)


def test_another_protocol_does_not_count():
    board = BOARDS["echomind"]
    records = read_board(ROOT / "results", "echomind")
    first = records["gpt-4o-audio"]
    other = first.model_copy(update={"protocol": first.protocol.model_copy(update={"voice": "human"})})
    assert board_matrix(board.columns(), board, {**records, "other": other}) == board_matrix(
        board.columns(), board, records
    )


def test_each_model_counts_once():
    board = BOARDS["echomind"]
    records = read_board(ROOT / "results", "echomind")
    again = {f"again-{i}": records["echox"] for i in range(5)}
    assert board_matrix(board.columns(), board, {**records, **again}) == board_matrix(board.columns(), board, records)
