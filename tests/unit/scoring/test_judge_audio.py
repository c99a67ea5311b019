import json

import pytest

from echomind.scoring.judge import Judge
from echomind.scoring.judge_audio import NO_SOUND, ves_metric
from echomind.scoring.judge_prompts import VES
from echomind.scoring.predictions import Predictions
from tests.unit.models.openai_server import Answer
from tests.unit.scoring.made_sets import made_set
from tests.unit.scoring.test_judge_text import with_deliveries


@pytest.fixture
def judge(make_client):
    return Judge(make_client(concurrency=2))


def test_a_judge_hears_the_reply_and_is_told_of_the_speaker_alone(server, judge, wav):
    benchmark = made_set(1)
    server.answer = lambda request: Answer(json.dumps({"vocal_empathy_reason": "warm", "vocal_empathy": 4}))
    spoken = {("id_1", "target"): wav}
    [metric], absent = ves_metric(
        benchmark, Predictions(replies={("id_1", "target"): "Oh."}, reply_audio=spoken), judge
    )
    assert absent == {} and (metric.id, metric.worst, metric.best, metric.scale) == ("ves", 1, 5, 1.0)
    marks = {i.key: (m, f) for i, m, f in zip(metric.items, metric.numerator, metric.failed, strict=True)}
    assert marks == {"id_1/target": (4.0, False), "id_1/neutral": (1.0, True), "id_1/alternative": (1.0, True)}
    [request] = server.requests
    sent = json.loads(request.body["messages"][1]["content"][0]["text"].split("\n")[1])
    assert sent == {"speaker": benchmark.scripts[0].deliveries["target"].spoken_info}
    assert len(request.clips) == 1 and benchmark.scripts[0].text not in request.text
    assert VES.digest in metric.used


def test_without_sound_there_is_no_score(server, judge, wav):
    benchmark = made_set(1)
    assert ves_metric(benchmark, Predictions(replies={("id_1", "target"): "Oh."}), judge) == ([], {"ves": NO_SOUND})
    unsaid = with_deliveries(benchmark, cue="unknown", spoken_info="")
    spoken = Predictions(reply_audio={("id_1", "target"): wav})
    assert ves_metric(unsaid, spoken, judge) == ([], {"ves": "the set does not say what could be heard"})
    assert server.requests == []


def test_a_judge_that_hears_in_vllm_s_way_is_sent_sound_that_way(server, make_client, wav):
    server.answer = lambda request: Answer('{"vocal_empathy": 2}')
    judge = Judge(make_client(audio_style="audio_url", speech_out=True))
    [metric], _ = ves_metric(made_set(1), Predictions(reply_audio={("id_1", "neutral"): wav}), judge)
    assert metric.numerator.tolist() == [1.0, 2.0, 1.0]
    assert server.requests[0].body["modalities"] == ["text"] and server.faults == []
