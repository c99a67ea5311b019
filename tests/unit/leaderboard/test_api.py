import json

import pytest
from gradio_client.utils import python_type_to_json_schema

from echomind.errors import EchoMindError
from echomind.leaderboard import schemas
from echomind.leaderboard.api import ResultsApi
from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.results import Results
from echomind.settings import ROOT
from echomind.submissions.store import StoreUnavailable
from echomind.submissions.store_local import LocalStore
from tests.unit.leaderboard.made_rows import HOSTILE, made_rows

api = ResultsApi(Results(ROOT / "results"))


def test_the_main_board_has_its_fourteen_rows_in_order():
    answer = api.leaderboard()
    assert answer["board"] == "echomind"
    assert len(answer["rows"]) == 14
    first = answer["rows"][0]
    assert (first["rank"], first["model"]["name"]) == (1, "GPT-4o-Audio")
    assert (first["scores"]["understanding_acc"], first["scores"]["reasoning_acc"]) == (66.25, 68.04)
    assert first["n"] == {"understanding_acc": 4576, "reasoning_acc": 4747}
    assert first["intervals"] == {}
    assert first["provenance"]["verified"] is True
    assert [order["id"] for order in answer["orders"]] == ["understanding_reasoning", "vocal_empathy", "text_empathy"]
    first = answer["orders"][2]["rows"][0]
    assert first == {"rank": 1, "slug": "gpt-4o-audio", "model": "GPT-4o-Audio", "value": 3.895}
    assert answer["submissions_missing"] is False


def test_missing_is_absent_from_scores_and_null_in_orders():
    answer = api.leaderboard()
    silent = next(row for row in answer["rows"] if row["model"]["name"] == "DeSTA2.5-Audio")
    assert "ves" not in silent["scores"]
    assert silent["coverage"] == {"scored": 12, "of": 16}
    listed = next(row for row in answer["orders"][1]["rows"] if row["model"] == "DeSTA2.5-Audio")
    assert listed == {"rank": None, "slug": "desta2.5-audio", "model": "DeSTA2.5-Audio", "value": None}


@pytest.mark.parametrize("board", BOARDS)
def test_every_answer_is_strict_json_of_the_published_shape(board):
    answer = api.leaderboard(board)
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer
    assert set(answer) == set(schemas.LeaderboardAnswer.__annotations__)
    for row in answer["rows"]:
        assert set(row) == set(schemas.BoardRow.__annotations__)
        assert set(row["model"]) == set(schemas.ModelInfo.__annotations__)
        assert set(row["protocol"]) == set(schemas.Protocol.__annotations__)
        assert set(row["provenance"]) == set(schemas.Provenance.__annotations__)
        assert set(row["scores"]) <= {metric["id"] for metric in answer["metrics"]}
    for metric in answer["metrics"]:
        assert set(metric) == set(schemas.MetricInfo.__annotations__)


def test_second_hand_rows_say_so():
    assert {row["provenance"]["verified"] for row in api.leaderboard("ieat-dev")["rows"]} == {False}
    assert {row["provenance"]["verified"] for row in api.leaderboard("echomind-arena")["rows"]} == {False}


@pytest.mark.parametrize(
    ("x", "y", "n", "pearson", "spearman"),
    [
        ("understanding_acc", "reasoning_acc", 14, 0.72, 0.71),
        ("understanding_acc", "c_speech_rel", 14, -0.03, 0.02),
        ("understanding_acc", "ves", 10, 0.52, 0.68),
    ],
)
def test_correlations_of_the_published_table(x, y, n, pearson, spearman):
    answer = api.correlation(x, y)
    assert answer["n"] == n == len(answer["points"])
    assert round(answer["pearson"]["value"], 2) == pearson
    assert round(answer["spearman"]["value"], 2) == spearman
    assert n + len(answer["missing"]) == 14
    assert set(answer) == set(schemas.CorrelationAnswer.__annotations__)
    json.dumps(answer, allow_nan=False)
    spans_zero = answer["spearman"]["low"] <= 0 <= answer["spearman"]["high"]
    assert ("compatible with anything from" in answer["sentence"]) == spans_zero


def test_every_coefficient_has_interval_p_and_how_both_were_had():
    answer = api.correlation("understanding_acc", "reasoning_acc")
    for name in ("pearson", "spearman", "kendall"):
        found = answer[name]
        assert set(found) == set(schemas.CoefficientInfo.__annotations__)
        assert found["low"] <= found["value"] <= found["high"] and found["method"] == "BCa" and found["note"] == ""
        assert 0 < found["p"] < 0.01
    assert [answer[name]["p_method"] for name in ("pearson", "kendall")] == ["permutation", "exact"]
    assert answer["bootstrap"]["resamples"] == 10_000
    without = {out["model"]: out for out in answer["leave_one_out"]}
    assert len(without) == 14 and round(without["Audio-Flamingo3+Think"]["spearman"], 2) == 0.94
    assert set(without["EchoX"]) == set(schemas.WithoutModel.__annotations__)


def test_too_few_models_give_nulls_and_a_reason():
    answer = api.correlation("c_ctx_fit", "ves", "echomind-upper-bound")
    for name in ("pearson", "spearman", "kendall"):
        note = answer[name].pop("note")
        assert note == "fewer than 5 models have both scores"
        assert set(answer[name].values()) == {None} and len(answer[name]) == 6
    assert answer["sentence"].startswith("Only 3 models")
    assert answer["leave_one_out"] == [] and answer["bootstrap"]["resamples"] == 0


def test_unknown_ids_are_answered_with_the_valid_ones():
    with pytest.raises(EchoMindError, match="unknown board 'x'; expected one of: echomind, "):
        api.leaderboard("x")
    with pytest.raises(EchoMindError, match="unknown metric 'x'; expected one of: wer, semsim"):
        api.correlation("x", "ves")


@pytest.mark.parametrize("answer", [schemas.LeaderboardAnswer, schemas.CorrelationAnswer])
def test_the_published_schema_is_typed_to_the_leaves(answer):
    schema = python_type_to_json_schema(answer)
    assert schema["type"] == "object"
    assert set(schema["properties"]) == set(answer.__annotations__)
    assert "{}" not in json.dumps(schema)


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    """The functions over a store with hostile names, one name twice and one row of another prompt."""
    store = LocalStore(tmp_path_factory.mktemp("data") / "submissions")
    made_rows(store, HOSTILE)
    made_rows(store, ["Twin", "Twin"], first=50)
    made_rows(store, ["Otherwise"], first=60, prompt="zero")
    return ResultsApi(Results(ROOT / "results", store))


def test_names_are_answered_as_they_are(sent):
    answer = sent.leaderboard("echomind-mini")
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer
    assert set(HOSTILE) <= {row["model"]["name"] for row in answer["rows"]}
    assert set(HOSTILE) <= {row["model"] for order in answer["orders"] for row in order["rows"]}
    found = sent.correlation("understanding_acc", "reasoning_acc", "echomind-mini")
    assert set(HOSTILE) <= {point["model"] for point in found["points"]}


def test_submissions_are_answered_with_all_that_is_known_of_them(sent):
    rows = sent.leaderboard("echomind-mini")["rows"]
    (other,) = [row for row in rows if row["model"]["name"] == "Otherwise"]
    assert (other["rank"], other["unranked_because"]) == (None, "no system prompt")
    said = other["provenance"]
    assert (said["kind"], said["verified"], len(said["receipt"])) == ("submission", False, 45)
    assert len(other["intervals"]["understanding_acc"]) == 2 and other["n"]["understanding_acc"] == 24
    assert all(row["unranked_because"] is None for row in rows if row["rank"] is not None)


def test_rows_of_one_name_have_slugs_of_their_own_and_one_of_them_counts(sent):
    rows = sent.leaderboard("echomind-mini")["orders"][0]["rows"]
    assert len({row["slug"] for row in rows}) == len(rows) == 27
    found = sent.correlation("understanding_acc", "reasoning_acc", "echomind-mini")
    assert sum(point["model"].startswith("Twin (") for point in found["points"]) == 1
    reasons = {out["model"].split(" (")[0]: out["reason"] for out in found["missing"]}
    assert reasons["Twin"].startswith("another row of the same model counts")
    assert reasons["Otherwise"].endswith("no system prompt")
    assert len(found["points"]) + len(found["missing"]) == 27


def test_missing_submissions_are_told(tmp_path):
    class Away(LocalStore):
        def ids(self):
            raise StoreUnavailable("away")

    away = ResultsApi(Results(ROOT / "results", Away(tmp_path)))
    assert away.leaderboard("echomind-mini")["submissions_missing"] is True
    assert away.correlation("wer", "bleu", "echomind-mini")["submissions_missing"] is True
