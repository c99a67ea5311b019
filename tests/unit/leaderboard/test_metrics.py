import pytest

from echomind.errors import EchoMindError
from echomind.leaderboard.boards import BOARDS, get_board
from echomind.leaderboard.metrics import GROUPS, METRICS, get_metric

CONTRACT = [
    "wer",
    "semsim",
    "understanding_acc",
    "reasoning_acc",
    "bleu",
    "rouge_l",
    "meteor",
    "bertscore",
    "c_ctx_fit",
    "c_resp_nat",
    "c_colloq_deg",
    "c_speech_rel",
    "nisqa",
    "dnsmos",
    "utmos",
    "emo_align",
    "ves",
]


def test_the_ids_other_programs_rely_on_exist():
    assert set(CONTRACT) <= set(METRICS)


def test_only_error_rates_are_better_when_lower():
    assert [m.id for m in METRICS.values() if not m.higher_is_better] == ["wer", "wer_utterance_mean"]


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_every_metric_is_fully_described(metric):
    assert metric.title and metric.term and metric.source
    assert metric.definition.endswith(".")
    assert metric.group in GROUPS
    assert metric.level in ("understanding", "reasoning", "conversation", "overall")
    assert metric.group.split("_")[0] in (metric.level, "human", "arena", "across")
    assert metric.low is None or metric.high is None or metric.low < metric.high


def test_people_and_judges_never_share_a_group():
    human = {m.id for m in METRICS.values() if m.group == "human"}
    assert human == {f"t3_d{d}_human_{code}" for d in (2, 3) for code in ("zh", "en")}


def test_a_stand_in_has_an_id_of_its_own():
    assert METRICS["semsim_minilm"].id != METRICS["semsim"].id
    assert "not comparable" in METRICS["semsim_minilm"].definition
    assert {"dnmos_paper", "dnsmos", "utmos"} <= set(METRICS)


@pytest.mark.parametrize(
    ("metric", "words"),
    [("wer", "0 % and up"), ("ves", "1 to 5"), ("bertscore", "up to 100 %"), ("delta_ves", "−4 to 4")],
)
def test_ranges_read_as_words(metric, words):
    assert METRICS[metric].range == words


@pytest.mark.parametrize(
    ("value", "extra", "shown"),
    [(67.145, 0, "67.15"), (3.895, 1, "3.895"), (-0.5, 0, "−0.50"), (2, 0, "2.00"), (-0.0, 0, "0.00")],
)
def test_values_are_rounded_as_on_paper(value, extra, shown):
    assert METRICS["ves"].text(value, extra) == shown


def test_an_unknown_id_is_answered_with_the_valid_ones():
    with pytest.raises(EchoMindError, match="expected one of: ves, wer"):
        get_metric("bleu", ("ves", "wer"))
    with pytest.raises(EchoMindError, match="echomind, echomind-mini, echomind-upper-bound, echomind-arena, humdial, "):
        get_board("nope")


@pytest.mark.parametrize("board", BOARDS.values(), ids=list(BOARDS))
def test_boards_only_name_what_exists(board):
    assert set(board.metrics) <= set(METRICS)
    assert len(set(board.metrics)) == len(board.metrics)
    assert set(board.absent) <= set(board.metrics)
    for order in board.orders:
        assert set(order.metrics) <= set(board.metrics)
        assert len({METRICS[m].direction for m in order.metrics}) == 1


def test_one_language_never_shows_the_other():
    board = BOARDS["humdial"]
    for code, other in (("zh", "en"), ("en", "zh")):
        shown = {metric.id for metric in board.columns(code)}
        assert shown and not any(metric.endswith(f"_{other}") for metric in shown)
        assert "final_overall" in shown
        assert {order.language for order in board.orders_for(code)} == {None, code}
