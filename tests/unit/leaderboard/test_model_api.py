import pytest

from echomind.errors import EchoMindError
from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.model_api import ModelApi
from echomind.leaderboard.results import Results
from echomind.settings import ROOT

RESULTS = Results(ROOT / "results")
API = ModelApi(RESULTS)


def test_everything_about_one_model_is_in_the_answer():
    found = API.model("echomind", "audio-flamingo3")
    scores = {score["metric"]: score for score in found["scores"]}
    assert list(scores) == list(BOARDS["echomind"].metrics)
    assert scores["ves"] | {"of": 0} == {
        "metric": "ves",
        "value": None,
        "missing": "this model does not speak",
        "n": None,
        "interval": {"low": None, "high": None, "kind": "none", "note": "there is no score"},
        "rank": None,
        "of": 0,
        "distance": "",
    }
    assert scores["understanding_acc"]["interval"]["kind"] == "approximate"
    assert scores["wer"]["rank"] == 1 and found["coverage"] == {"scored": 12, "of": 16}
    assert found["places"][0]["best"] == 2 and found["places"][1]["rank"] is None
    assert found["unranked_because"] is None


def test_measured_intervals_and_breakdown_are_in_full():
    found = API.model("echomind-mini", "echomind")
    record = RESULTS.look("echomind-mini").records["echomind"]
    wer = next(score for score in found["scores"] if score["metric"] == "wer")
    assert (wer["interval"]["kind"], wer["interval"]["low"], wer["interval"]["high"]) == (
        "measured",
        *record.intervals["wer"],
    )
    assert len(found["breakdown"]["question_type"]) == 18
    assert found["breakdown"]["style"]["target"]["wer"]["failed"] == 0


def test_what_is_not_there_is_answered_with_what_is():
    with pytest.raises(EchoMindError, match=r"echomind-mini has no row '\.\./x'; expected one of: echomind, "):
        API.model("echomind-mini", "../x")
    with pytest.raises(EchoMindError, match="unknown board"):
        API.model("nope", "x")
    with pytest.raises(EchoMindError, match="and more, see /leaderboard"):
        API.model("echomind", "x" * 1000)
