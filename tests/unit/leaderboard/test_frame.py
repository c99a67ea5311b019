import pandas as pd
import pytest

from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.frame import absence, board_frame, order_of, ordered, ranks, search
from echomind.leaderboard.records import read_board
from echomind.settings import ROOT

BOARD = BOARDS["echomind"]
# Order of the official leaderboard (mean accuracy; VES; mean of C_CtxFit and C_SpeechRel) as its own rules give it.
OFFICIAL = {
    "understanding_reasoning": [
        "GPT-4o-Audio",
        "Audio-Flamingo3",
        "DeSTA2.5-Audio",
        "Qwen2.5-Omni-7B",
        "Audio-Flamingo3+Think",
        "Kimi-Audio",
        "Baichuan-Omni-1.5",
        "Audio-Flamingo3-chat",
        "LLaMA-Omni2",
        "Step-Audio",
        "EchoX",
        "OpenS2S",
        "VITA-Audio",
        "GLM-4-voice",
    ],
    "vocal_empathy": [
        "GPT-4o-Audio",
        "Kimi-Audio",
        "Qwen2.5-Omni-7B",
        "Step-Audio",
        "OpenS2S",
        "GLM-4-voice",
        "Baichuan-Omni-1.5",
        "VITA-Audio",
        "LLaMA-Omni2",
        "EchoX",
    ],
    "text_empathy": [
        "GPT-4o-Audio",
        "DeSTA2.5-Audio",
        "OpenS2S",
        "Step-Audio",
        "VITA-Audio",
        "LLaMA-Omni2",
        "Baichuan-Omni-1.5",
        "Qwen2.5-Omni-7B",
        "GLM-4-voice",
        "Kimi-Audio",
        "Audio-Flamingo3-chat",
        "EchoX",
        "Audio-Flamingo3+Think",
        "Audio-Flamingo3",
    ],
}


@pytest.fixture(scope="module")
def records():
    return read_board(ROOT / "results", "echomind")


@pytest.fixture(scope="module")
def frame(records):
    return board_frame(BOARD, records)


@pytest.mark.parametrize("order", BOARD.orders, ids=lambda order: order.id)
def test_official_orders_are_reproduced(frame, order):
    table = ordered(frame, order)
    placed = table[table["rank"].notna()]
    assert list(placed["name"]) == OFFICIAL[order.id]
    assert list(placed["rank"]) == list(range(1, len(placed) + 1))


def test_a_model_without_the_score_is_listed_last_and_unranked(frame):
    table = ordered(frame, BOARD.orders[1])
    silent = table.tail(4)
    assert len(table) == 14
    assert silent["value"].isna().all() and silent["rank"].isna().all()
    assert set(silent["name"]) == {"Audio-Flamingo3", "Audio-Flamingo3+Think", "Audio-Flamingo3-chat", "DeSTA2.5-Audio"}


@pytest.mark.parametrize("best_first", [True, False])
@pytest.mark.parametrize("metric", BOARD.metrics)
def test_missing_is_last_in_both_directions_and_best_follows_the_metric(frame, metric, best_first):
    table = ordered(frame, order_of(metric), best_first)
    present = table[metric].dropna()
    assert table[metric].isna().tolist() == sorted(table[metric].isna())
    lower_is_better = metric == "wer"
    assert present.is_monotonic_increasing if best_first == lower_is_better else present.is_monotonic_decreasing


def test_ranks_do_not_turn_round_with_the_direction(frame):
    best, worst = (ordered(frame, order_of("wer"), first).set_index("name")["rank"] for first in (True, False))
    assert best["Audio-Flamingo3"] == worst["Audio-Flamingo3"] == 1


def test_equal_values_share_a_rank_and_the_next_is_skipped():
    values = pd.Series([3.0, 2.0, 2.0, float("nan"), 1.0])
    assert [None if pd.isna(r) else int(r) for r in ranks(values, True)] == [1, 2, 2, None, 4]
    assert [None if pd.isna(r) else int(r) for r in ranks(values, False)] == [4, 2, 2, None, 1]


def test_means_that_are_equal_on_paper_are_equal_here(record):
    from echomind.leaderboard.records import Record

    records = {}
    for slug, fit, rel in (("a", 4.02, 3.31), ("b", 4.03, 3.30), ("c", 3.31, 4.02)):
        record["model"]["name"] = slug
        record["scores"] = {"c_ctx_fit": fit, "c_speech_rel": rel}
        records[slug] = Record.model_validate({**record, "intervals": {}, "n": {}}, strict=False)
    table = ordered(board_frame(BOARD, records), BOARD.orders[2])
    assert list(table["rank"]) == [1, 1, 1]
    assert list(table.index) == ["a", "b", "c"]


def test_another_protocol_is_listed_but_not_ranked(records):
    other = records["gpt-4o-audio"].model_copy(
        update={"protocol": records["gpt-4o-audio"].protocol.model_copy(update={"prompt": "basic"})}
    )
    table = ordered(board_frame(BOARD, {**records, "other": other}), BOARD.orders[0])
    assert table.index[-1] == "other"
    assert pd.isna(table.loc["other", "rank"]) and table.loc["other", "understanding_acc"] == 66.25
    assert list(table["rank"].dropna()) == list(range(1, 15))


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 14), ("  ", 14), ("QWEN", 1), ("open nvidia", 3), ("flamingo think", 1), (".*", 0), ("[", 0), ("(ict", 1),
     ("三", 0), ("ｑｗｅｎ", 1), ("\\", 0), ("🙂", 0)],
)  # fmt: skip
def test_search_is_literal_and_wants_every_term(frame, text, count):
    assert len(search(frame, text)) == count


def test_an_empty_board_has_all_columns_and_no_rows():
    table = ordered(board_frame(BOARD, {}), BOARD.orders[0])
    assert len(table) == 0
    assert set(BOARD.metrics) <= set(search(table, "x").columns)


def test_coverage_counts_scores(frame):
    by_name = frame.set_index("name")["coverage"]
    assert by_name["GPT-4o-Audio"] == 16
    assert by_name["Audio-Flamingo3-chat"] == 10


def test_reasons_for_absence(records):
    assert absence(BOARD, records["audio-flamingo3"], "ves") == "this model does not speak"
    assert "transcription" in absence(BOARD, records["opens2s"], "wer")
    assert absence(BOARD, records["opens2s"], "bleu") == "not reported by the source"


def test_missing_scores_are_nan_never_zero(frame, records):
    for slug, record in records.items():
        for metric in BOARD.metrics:
            assert pd.isna(frame.loc[slug, metric]) == (metric not in record.scores)


def test_humdial_finals_follow_from_their_parts():
    for record in read_board(ROOT / "results", "humdial").values():
        scores = record.scores
        for code in ("zh", "en"):
            final = (
                0.2 * scores[f"t1_avg_{code}"]
                + 0.2 * scores[f"t2_avg_{code}"]
                + 0.1 * scores[f"t3_d1_{code}"]
                + 0.25 * scores[f"t3_d2_human_{code}"]
                + 0.25 * scores[f"t3_d3_human_{code}"]
            )
            assert scores[f"final_{code}"] == pytest.approx(final, abs=0.011)
        assert scores["final_overall"] == pytest.approx((scores["final_zh"] + scores["final_en"]) / 2, abs=0.0101)


def test_upper_bound_gains_are_over_the_main_board(records):
    for slug, record in read_board(ROOT / "results", "echomind-upper-bound").items():
        for metric in ("c_ctx_fit", "c_speech_rel", "ves"):
            gain = record.scores[metric] - records[slug].scores[metric]
            assert record.scores[f"delta_{metric}"] == pytest.approx(gain, abs=1e-9)
