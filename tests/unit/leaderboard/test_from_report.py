import json

import pytest

from echomind.errors import ResultsError
from echomind.leaderboard.api import ResultsApi
from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.check import check_results
from echomind.leaderboard.from_report import record_of
from echomind.leaderboard.metrics import METRICS
from echomind.leaderboard.records import ModelInfo, parse_record
from echomind.leaderboard.results import Results
from echomind.scoring.chain import JUDGED
from echomind.scoring.score import ScoreOptions
from tests.unit.leaderboard.made_reports import PROTOCOL, PROVENANCE, made_report, write_mini_board
from tests.unit.scoring.made_embeddings import MADE_MODELS

BOARD = BOARDS["echomind-mini"]
MODEL = ModelInfo(name="Model A")


def _record(report, **other):
    fields = {"board": "echomind-mini", "model": MODEL, "protocol": PROTOCOL, "provenance": PROVENANCE}
    return record_of(report, **{**fields, **other})


def test_scores_intervals_n_and_breakdown_are_those_of_the_report():
    report = made_report(0.7)
    record = _record(report)
    cell = report.level["reasoning"]["reasoning_acc"]
    assert record.scores["reasoning_acc"] == round(cell.value, 4)
    assert record.intervals["reasoning_acc"] == (round(cell.low, 4), round(cell.high, 4))
    assert record.n["reasoning_acc"] == cell.n
    assert record.scores["style_direction_minilm"] == round(report.beyond["style"]["style_direction_minilm"].value, 4)
    assert record.scores["chain_heard"] == round(report.beyond["chain"]["chain_heard"].value, 4)
    angry = record.breakdown.attribute["angry"]["understanding_acc"]
    assert (angry.n, angry.failed) == (report.attribute["angry"]["understanding_acc"].n, 0)
    assert set(record.breakdown.style) == {"target", "neutral", "alternative"}
    assert "response_style_matching" in record.breakdown.question_type
    assert [m for m in BOARD.metrics if m in record.scores] == list(record.scores)


def test_what_the_board_has_no_column_for_stays_out():
    record = _record(made_report(0.7))
    assert "wer_utterance_mean" not in record.scores
    assert "chance" not in str(record.scores)
    assert set(record.scores) <= set(BOARD.metrics)
    assert not [m for part in record.breakdown.style.values() for m in part if m not in BOARD.metrics]


def test_a_record_survives_its_own_schema_and_the_check(tmp_path):
    record = _record(made_report(0.4))
    data = record.model_dump_json(by_alias=True, exclude_none=True).encode()
    assert parse_record(data) == record
    assert json.loads(data)["schema"] == 1
    assert check_results(write_mini_board(tmp_path)).problems == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"set_id": "echomind"}, "the set 'echomind', expected 'echomind-mini'"),
        ({"scorer": "echomind-0.9"}, "the scorer 'echomind-0.9', expected 'echomind-1.0'"),
        ({"voice": "human"}, "the voice 'human', expected 'tts'"),
        ({"prompt": "basic"}, "the prompt 'basic', expected 'enhanced'"),
        ({"prompt": "no"}, "the prompt 'zero', expected 'enhanced'"),
    ],
)
def test_a_report_of_another_set_or_protocol_is_refused(change, found):
    with pytest.raises(ResultsError, match=found):
        _record(made_report(0.7).model_copy(update=change))


def test_prompts_may_have_the_official_names_or_none_that_is_known():
    for prompt in ("enhance", "enhanced", "", "basic_plus_basic"):
        assert _record(made_report(0.7).model_copy(update={"prompt": prompt})).protocol.prompt == "enhanced"


def test_a_report_without_anything_to_show_is_refused():
    only = made_report(0.7, ScoreOptions(only=("wer_utterance_mean",)))
    with pytest.raises(ResultsError, match="found a report of wer_utterance_mean, expected metrics of echomind-mini"):
        _record(only)


@pytest.mark.parametrize("options", [ScoreOptions(), MADE_MODELS], ids=["words", "vectors"])
def test_every_metric_the_scorer_makes_is_described(options):
    missing = set(options.metric_ids()) - set(METRICS)
    assert missing == set()
    for metric_id in options.metric_ids():
        metric = METRICS[metric_id]
        assert metric.unit == "%"  # all are made with the scale 100
        assert metric.higher_is_better == (not metric_id.startswith("wer"))
    assert any(metric_id.endswith(JUDGED) for metric_id in options.metric_ids())


@pytest.mark.parametrize("base", ["semsim", "bertscore"])
def test_every_stand_in_has_a_column_of_its_own(base):
    ids = [base, f"{base}_minilm", f"{base}_other"]
    assert len({METRICS[i].title for i in ids}) == len({METRICS[i].term for i in ids}) == 3


def test_four_models_make_a_board_and_points_of_a_correlation(tmp_path):
    api = ResultsApi(Results(write_mini_board(tmp_path)))
    answer = api.leaderboard("echomind-mini")
    assert [(row["rank"], row["model"]["name"]) for row in answer["rows"]] == [
        (rank, f"Model {name}") for rank, name in enumerate("ABCD", 1)
    ]
    assert answer["rows"][0]["intervals"]["understanding_acc"][1] <= 100
    found = api.correlation("understanding_acc", "style_direction_minilm", "echomind-mini")
    assert (found["n"], len(found["points"])) == (4, 4)
    assert found["sentence"].startswith("Only 4 models have both")


def test_the_board_works_before_it_has_results(tmp_path):
    api = ResultsApi(Results(tmp_path))
    assert api.leaderboard("echomind-mini")["rows"] == []
    sentence = api.correlation("understanding_acc", "reasoning_acc", "echomind-mini")["sentence"]
    assert sentence.startswith("No model has both")
