import json
from dataclasses import replace

import pytest

from echomind.benchmark.items import UNKNOWN
from echomind.scoring.judge import Judge
from echomind.scoring.judge_prompts import TEXT
from echomind.scoring.judge_text import METRICS, ORDINARY, cue_in_words, text_metrics
from echomind.scoring.predictions import Predictions
from echomind.scoring.score import score
from tests.unit.models.openai_server import Answer
from tests.unit.scoring.made_sets import made_predictions, made_set


def answer(marks):
    return Answer(json.dumps(dict(zip(TEXT.keys, marks, strict=True))))


def material(request):
    return json.loads(request.body["messages"][1]["content"].split("\n")[1])


@pytest.fixture
def judge(make_client):
    return Judge(make_client(concurrency=2))


def with_deliveries(benchmark, **changes):
    """The set with fields of every delivery replaced."""
    scripts = tuple(
        replace(s, deliveries={style: replace(d, **changes) for style, d in s.deliveries.items()})
        for s in benchmark.scripts
    )
    return replace(benchmark, scripts=scripts)


def test_one_call_a_reply_gives_the_four_metrics(server, judge):
    benchmark = made_set(2, questions_per_script=9)
    predictions = made_predictions(benchmark)
    server.answer = lambda request: answer((5, 4, 3, 2))
    metrics, absent = text_metrics(benchmark, predictions, judge)
    assert absent == {} and [m.id for m in metrics] == list(METRICS.values())
    assert len(server.requests) == 6
    for metric, mark in zip(metrics, (5, 4, 3, 2), strict=True):
        assert metric.numerator.tolist() == [mark] * 6 and not metric.failed.any()
        assert (metric.worst, metric.best, metric.scale, metric.place) == (1, 5, 1.0, "conversation")
        assert TEXT.digest in metric.used
    script = benchmark.scripts[0]
    sent = next(m for m in map(material, server.requests) if m["reply"] == predictions.replies["id_1", "target"])
    assert sent == {
        "said": script.text,
        "topic": "none" if script.topic == "no_specific_topics" else script.topic,
        "voice": script.deliveries["target"].spoken_info,
        "reply": predictions.replies["id_1", "target"],
    }
    assert {m["voice"] for m in map(material, server.requests)} >= {ORDINARY}


def test_a_missing_reply_fails_without_being_sent(server, judge):
    benchmark = made_set(2, questions_per_script=9)
    server.answer = lambda request: answer((5, 4, 3, 2))
    predictions = Predictions(replies={("id_1", "target"): "I see.", ("id_1", "neutral"): "  "})
    metrics, _ = text_metrics(benchmark, predictions, judge, lambda metric: metric == "c_ctx_fit")
    [metric] = metrics
    assert len(server.requests) == 1
    assert dict(zip([i.key for i in metric.items], metric.numerator, strict=True)) == {
        **{item.key: 1.0 for item in metric.items},
        "id_1/target": 5.0,
    }
    assert metric.failed.sum() == 5 and len(metric.items) == 6


def test_the_marks_join_the_report_and_the_chain(server, judge):
    benchmark = made_set(4)
    server.answer = lambda request: answer((5, 4, 3, 2))
    predictions = made_predictions(benchmark)
    metrics, absent = text_metrics(benchmark, predictions, judge)
    report = score(benchmark, predictions, extra=metrics, extra_absent=absent).report
    cell = report.level["conversation"]["c_ctx_fit"]
    assert (cell.value, cell.n, cell.failed) == (5.0, 12, 0) and cell.low < 5.0
    assert "chain_replied_inferred_judge" in report.beyond["chain"]
    assert report.used["c_speech_rel"].startswith("test-audio-model-2025-06-03; prompt text v1 (sha256 ")


def test_what_the_set_does_not_say_is_not_blamed_on_the_model(server, judge):
    benchmark = made_set(2, questions_per_script=9)
    server.answer = lambda request: answer((5, 4, 3, 2))
    predictions = made_predictions(benchmark)
    unsaid = with_deliveries(benchmark, cue=UNKNOWN, spoken_info="")
    metrics, absent = text_metrics(unsaid, predictions, judge)
    assert [m.id for m in metrics] == ["c_ctx_fit", "c_resp_nat", "c_colloq_deg"]
    assert absent == {"c_speech_rel": "the set does not say what could be heard"}
    assert {material(r)["voice"] for r in server.requests} == {"not known"}
    wordless = replace(benchmark, scripts=tuple(replace(s, text="") for s in benchmark.scripts))
    assert text_metrics(wordless, predictions, judge) == (
        [],
        dict.fromkeys(METRICS.values(), "the set does not give the words that were said"),
    )
    assert text_metrics(benchmark, Predictions(), judge)[1] == dict.fromkeys(
        METRICS.values(), "no replies were handed in"
    )


def test_a_cue_is_told_in_the_official_words():
    benchmark = made_set(39)
    deliveries = [d for _, d in benchmark.deliveries()]
    assert {cue_in_words(d) for d in deliveries if d.style == "neutral"} == {ORDINARY}
    for delivery in deliveries:
        assert cue_in_words(delivery)
        if delivery.style != "neutral":
            assert cue_in_words(replace(delivery, spoken_info="")) == delivery.spoken_info
    assert cue_in_words(replace(deliveries[0], cue=UNKNOWN, spoken_info="a strange voice")) == "a strange voice"
    assert cue_in_words(replace(deliveries[0], cue=UNKNOWN, spoken_info="")) is None
