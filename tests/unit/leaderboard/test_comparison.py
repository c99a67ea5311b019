import pytest

from echomind.errors import EchoMindError
from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.comparison import compare, describe, number, p_text
from echomind.leaderboard.correlation import Coefficient, Correlation, correlate
from echomind.leaderboard.metrics import METRICS
from echomind.leaderboard.records import read_board
from echomind.settings import ROOT

BOARD = BOARDS["echomind"]
ACC, VES, WER = METRICS["understanding_acc"], METRICS["ves"], METRICS["wer"]


@pytest.fixture(scope="module")
def records():
    return read_board(ROOT / "results", "echomind")


@pytest.mark.parametrize(
    ("y", "pearson", "spearman", "n"),
    [("reasoning_acc", "0.72", "0.71", 14), ("c_speech_rel", "−0.03", "0.02", 14), ("ves", "0.52", "0.68", 10)],
)
def test_the_published_table_gives_the_known_coefficients(records, y, pearson, spearman, n):
    found = compare(BOARD, records, "understanding_acc", y)
    assert found.result.n == len(found.models) == n
    assert number(found.result.pearson.value) == pearson
    assert number(found.result.spearman.value) == spearman
    assert found.result.spearman.low <= found.result.spearman.value <= found.result.spearman.high


def test_models_without_a_score_are_listed_with_what_they_lack(records):
    out = {left.model: left for left in compare(BOARD, records, "wer", "ves").left_out}
    assert len(out) == 7
    assert out["Audio-Flamingo3-chat"].lacks == ("wer", "ves")
    assert out["OpenS2S"].lacks == ("wer",)
    assert "does not speak" in out["DeSTA2.5-Audio"].reason


def test_another_protocol_is_left_out_and_said_so(records):
    first = records["gpt-4o-audio"]
    other = first.model_copy(update={"protocol": first.protocol.model_copy(update={"voice": "human"})})
    found = compare(BOARD, {**records, "other": other}, "understanding_acc", "reasoning_acc")
    assert found.result.n == 14
    assert [(out.lacks, "protocol" in out.reason) for out in found.left_out] == [((), True)]


def test_the_order_of_the_files_does_not_change_the_interval(records):
    backwards = dict(reversed(records.items()))
    assert compare(BOARD, records, "wer", "ves").result == compare(BOARD, backwards, "wer", "ves").result


def test_metrics_of_other_boards_and_equal_axes_are_refused(records):
    with pytest.raises(EchoMindError, match="unknown metric 't1_avg_zh'; expected one of: wer"):
        compare(BOARD, records, "t1_avg_zh", "ves")
    with pytest.raises(EchoMindError, match="two different metrics"):
        compare(BOARD, records, "ves", "ves")


def test_a_wide_interval_is_said_to_be_compatible_with_anything_in_it(records):
    found = compare(BOARD, records, "understanding_acc", "c_speech_rel")
    low, high = number(found.result.spearman.low), number(found.result.spearman.high)
    assert "With 14 models one cannot say whether" in found.sentence
    assert f"0.02, compatible with anything from {low} to {high}." in found.sentence


def sentence(x, y, spearman, pearson, n=14):
    result = Correlation(n, pearson=Coefficient(*pearson), spearman=Coefficient(*spearman))
    return describe(x, y, result, constant=x)


def test_verdicts_speak_of_better_and_worse_whatever_the_direction():
    sure, sure_not = (0.7, 0.3, 0.9), (-0.7, -0.9, -0.3)
    assert "tend to be better" in sentence(ACC, VES, sure, sure)
    assert "tend to be worse" in sentence(ACC, VES, sure_not, sure_not)
    assert "tend to be worse" in sentence(WER, VES, sure, sure)
    assert "tend to be better" in sentence(WER, VES, sure_not, sure_not)


def test_coefficients_that_disagree_are_both_shown():
    text = sentence(ACC, VES, (0.7, -0.1, 0.9), (0.7, 0.3, 0.9))
    assert "depends on how one measures it" in text
    assert "compatible with anything from −0.10 to 0.90" in text and "95 % interval 0.30 to 0.90" in text


def test_a_missing_interval_is_explained():
    assert "no interval" in sentence(ACC, VES, (0.7, None, None), (0.7, None, None))


@pytest.mark.parametrize(
    ("n", "says"), [(0, "No model has both"), (1, "Only 1 model has both"), (3, "Only 3 models have both")]
)
def test_too_few_models_are_explained_without_a_number(n, says):
    text = describe(ACC, VES, Correlation(n, "few"), constant=ACC)
    assert text.startswith(says) and "needs at least 5" in text and "correlation is" not in text


def test_a_constant_axis_is_named(record):
    from echomind.leaderboard.records import Record

    records = {}
    for slug, wer in zip("abcde", (1.0, 2.0, 3.0, 4.0, 5.0), strict=True):
        record["model"]["name"] = slug
        record["scores"] = {"wer": wer, "reasoning_acc": 50.0}
        records[slug] = Record.model_validate({**record, "intervals": {}, "n": {}}, strict=False)
    found = compare(BOARD, records, "wer", "reasoning_acc")
    assert (
        found.sentence
        == "All 5 models have the same “Reasoning accuracy” (ACC), so there is no correlation to speak of."
    )
    assert found.influence == ()


@pytest.mark.parametrize(
    ("p", "shown"), [(0.0001, "p < 0.001"), (0.0061, "p = 0.006"), (0.12, "p = 0.12"), (1.0, "p = 1.00")]
)
def test_p_values_have_no_more_digits_than_they_deserve(p, shown):
    assert p_text(p) == shown


@pytest.mark.parametrize(("value", "shown"), [(-0.001, "0.00"), (-0.026, "−0.03"), (0.999, "1.00"), (-1, "−1.00")])
def test_numbers_have_a_real_minus_and_no_negative_zero(value, shown):
    assert number(value) == shown


def test_influence_is_one_sentence_about_one_model(records):
    found = compare(BOARD, records, "understanding_acc", "reasoning_acc")
    assert found.influence[1] == "Audio-Flamingo3+Think"
    assert "".join(found.influence).startswith(
        "One model matters most: without Audio-Flamingo3+Think the rank correlation would be 0.94"
    )


def test_the_pairs_of_the_papers_figure_can_all_be_shown(records):
    from echomind.leaderboard.comparison import PAPER_FIGURE_2

    found = {pair: compare(BOARD, records, *pair) for pair in PAPER_FIGURE_2}
    assert all(one.result.failure is None for one in found.values())
    link = found["understanding_acc", "reasoning_acc"]
    assert "tend to be better" in link.sentence and "a few of them carry it" in link.sentence
    assert "0.71 (p = 0.006), compatible with anything from" in link.sentence
    assert link.result.spearman.unlikely and not link.result.spearman.decided
    assert "one cannot say" in found["understanding_acc", "c_speech_rel"].sentence


def test_a_perfect_order_is_a_finding_without_an_interval():
    result = correlate([1, 2, 3, 4, 5, 6], [10, 20, 30, 40, 50, 60])
    text = describe(ACC, VES, result, constant=ACC)
    assert "tend to be better" in text
    assert "1.00, with no interval because every draw gives the same value" in text
