import json
from dataclasses import replace

import pytest

from echomind.errors import ConfigurationError
from echomind.leaderboard.metrics import METRICS
from echomind.models.endpoint_client import EndpointClient
from echomind.scoring import extra as made_from
from echomind.scoring.extra import HEARD, IDS, JUDGED, asked_for, extra_metrics
from echomind.scoring.humdial import METRICS as OF_TASK
from echomind.scoring.judge_prompts import TEXT, VES
from echomind.scoring.predictions import Predictions
from echomind.scoring.score import ScoreOptions, score
from echomind.settings import Settings, get_settings
from tests.unit.models.openai_server import KEY_VARIABLE, MODEL, Answer
from tests.unit.scoring.made_nisqa import made_weights
from tests.unit.scoring.made_sets import made_predictions, made_set
from tests.unit.scoring.test_emo_align import with_references

NONE = dict.fromkeys(JUDGED, "not asked for: score with --judge") | {
    i: "not asked for: score with --audio" for i in HEARD if i != "emo_align_other"
}


@pytest.fixture
def benchmark():
    return made_set(1)


@pytest.fixture
def spoken(benchmark, wav):
    """Predictions with a spoken reply to the target alone."""
    return replace(made_predictions(benchmark, right=1.0), reply_audio={("id_1", "target"): wav})


@pytest.fixture
def judged(server, monkeypatch, tmp_path):
    """Settings that name the local server as both judges; it gives the highest marks."""
    fields = {"base_url": server.base_url, "model": MODEL, "api_key_env": KEY_VARIABLE}
    monkeypatch.setenv("ECHOMIND_ENDPOINTS", json.dumps({"words": fields, "voices": fields}))
    monkeypatch.setenv("ECHOMIND_JUDGE_TEXT", "words")
    monkeypatch.setenv("ECHOMIND_JUDGE_AUDIO", "voices")
    monkeypatch.setenv("ECHOMIND_DATA_DIR", str(tmp_path))
    server.answer = lambda request: Answer(json.dumps(dict.fromkeys((VES if request.clips else TEXT).keys, 5)))
    get_settings.cache_clear()
    yield get_settings()
    get_settings.cache_clear()


def test_nothing_runs_unasked(benchmark, spoken, monkeypatch):
    for name in ("Judge", "Dnsmos", "Nisqa", "Utmos", "quality_metric"):
        monkeypatch.setattr(made_from, name, None)
    found = extra_metrics(benchmark, spoken, Settings(), asked_for())
    assert (found.metrics, found.absent) == ([], NONE)


def test_what_is_asked_for():
    assert asked_for(judge=True) == set(JUDGED)
    assert asked_for(audio=True) == set(HEARD)
    assert asked_for(only=("wer", "ves", "dnsmos")) == {"ves", "dnsmos"}
    assert asked_for(judge=True, audio=True, only=("wer",)) == set(IDS)


def test_what_no_setting_names_is_absent(benchmark, spoken):
    found = extra_metrics(
        benchmark, spoken, Settings(), asked_for(judge=True, only=("nisqa", "utmos", "emo_align_other"))
    )
    assert found.metrics == []
    assert {metric: why for metric, why in found.absent.items() if "not asked" not in why} == {
        **dict.fromkeys(JUDGED[:4], "needs a judge: ECHOMIND_JUDGE_TEXT names none"),
        "ves": "needs a judge that hears: ECHOMIND_JUDGE_AUDIO names none",
        "nisqa": "needs a model: ECHOMIND_NISQA_MODEL names none",
        "utmos": "needs a model: ECHOMIND_UTMOS_MODEL names none",
        "emo_align_other": "needs a classifier: ECHOMIND_EMOTION_MODEL names none",
    }


def test_without_sound_nothing_is_heard(benchmark):
    found = extra_metrics(
        benchmark, Predictions(replies={("id_1", "target"): "Oh."}), Settings(), asked_for(audio=True)
    )
    assert found.metrics == []
    assert {found.absent[metric] for metric in HEARD} == {"no spoken replies were handed in"}


def test_judges_and_listeners_join_the_report(server, benchmark, spoken, judged, wav, tmp_path):
    weights = made_weights(tmp_path / "nisqa.tar")
    settings = judged.model_copy(update={"nisqa_model": str(weights)})
    found = extra_metrics(benchmark, spoken, settings, asked_for(judge=True, only=("nisqa", "dnsmos")), repeats=2)
    report = score(benchmark, spoken, extra=found.metrics, extra_absent=found.absent).report
    cells = report.level["conversation"]
    assert {metric: (cells[metric].value, cells[metric].failed) for metric in JUDGED} == {
        **dict.fromkeys(JUDGED[:4], (5.0, 0)),
        "ves": (pytest.approx((5 + 1 + 1) / 3), 2),
    }
    assert cells["dnsmos"].failed == cells["nisqa"].failed == 2
    assert len(server.requests) == 2 * (3 + 1)
    assert "chain_replied_inferred_judge" in report.beyond["chain"]
    assert report.absent["utmos"] == "not asked for: score with --audio"


def test_only_what_is_named_is_made(server, benchmark, spoken, judged):
    only = ("c_ctx_fit",)
    found = extra_metrics(benchmark, spoken, judged, asked_for(only=only))
    assert [m.id for m in found.metrics] == ["c_ctx_fit"]
    report = score(
        benchmark, spoken, options=ScoreOptions(only=only), extra=found.metrics, extra_absent=found.absent
    ).report
    assert report.metrics == ["c_ctx_fit"] and report.absent == {}


def test_a_run_that_broke_off_goes_on_for_nothing(server, benchmark, spoken, judged):
    wanted = asked_for(judge=True)
    first = extra_metrics(benchmark, spoken, judged, wanted)
    asked = len(server.requests)
    again = extra_metrics(benchmark, spoken, judged, wanted)
    assert len(server.requests) == asked
    assert [m.used for m in first.metrics] == [m.used for m in again.metrics]


def test_another_classifier_never_makes_the_paper_s_metric(benchmark, spoken, wav, monkeypatch):
    class Deaf:
        metric_id, name = "emo_align_other", "deaf"

        def emotion(self, clip):
            return "calm"

    monkeypatch.setattr(made_from.emo_align, "emotion_classifier", lambda name, device: Deaf())
    settings = Settings(emotion_model="some/classifier")
    with_sound = with_references(benchmark, {("id_1", "target"): wav})
    found = extra_metrics(with_sound, spoken, settings, frozenset(("emo_align", "emo_align_other")))
    assert [(m.id, m.numerator.tolist()) for m in found.metrics] == [("emo_align_other", [1.0])]
    assert found.absent["emo_align"] == "ECHOMIND_EMOTION_MODEL names deaf, see emo_align_other"
    assert extra_metrics(with_sound, spoken, settings, frozenset(("emo_align",))).metrics == []


def test_a_judge_that_no_endpoint_is_called_is_an_error(benchmark, spoken):
    with pytest.raises(ConfigurationError, match="no endpoint is called 'gpt'"):
        extra_metrics(benchmark, spoken, Settings(judge_text="gpt"), asked_for(judge=True))


def test_connections_are_closed(benchmark, spoken, judged, monkeypatch):
    closed, close = [], EndpointClient.close
    monkeypatch.setattr(EndpointClient, "close", lambda self: closed.append(self.settings.name) or close(self))
    extra_metrics(benchmark, spoken, judged, asked_for(judge=True))
    assert closed == ["words", "voices"]


def test_every_metric_is_described():
    humdial = [f"{metric}_{code}" for ids in OF_TASK.values() for metric in ids for code in ("zh", "en")]
    televal = [f"televal_aqa_{mean}{code}" for mean in ("weighted", "plain") for code in ("", "_zh", "_en")]
    assert {*IDS, *humdial, *televal} <= set(METRICS)
    assert {METRICS[metric].group for metric in HEARD} == {METRICS["ves"].group} == {"conversation_audio"}
    assert [METRICS[metric].language for metric in televal] == [None, "zh", "en"] * 2
    for metric in IDS:
        assert METRICS[metric].unit == ("%" if metric.startswith("emo_align") else "points")
