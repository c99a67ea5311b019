"""A model behind an endpoint, against a server that checks the protocol."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from echomind.audio import SAMPLE_RATE
from echomind.errors import ConfigurationError
from echomind.models.answering import AnsweringModel, ChoiceRequest, ReplyRequest
from echomind.models.endpoint import EndpointModel, endpoint_settings
from echomind.models.endpoint_client import EndpointError, EndpointRefused
from echomind.models.prompts import question_prompt, system_prompt, transcription_prompt
from echomind.settings import get_settings
from tests.unit.models.openai_server import KEY_VARIABLE, MODEL, Answer, Fault, speech

OPTIONS = {"A": "happy", "B": "sad"}


@pytest.fixture
def make_model(make_client):
    return lambda **changes: EndpointModel(make_client(**changes))


def reply_request(clip, condition="zero", dimension="paralinguistic"):
    system = system_prompt(condition, "work", dimension)
    return ReplyRequest("mini-001/target", clip, condition, "work", system)


def test_it_is_an_answering_model(make_model):
    model: AnsweringModel = make_model(concurrency=7)
    assert (model.name, model.concurrency) == ("endpoint:local", 7)


def test_it_transcribes(server, make_model, clip):
    server.answer = lambda request: Answer("  what was said \n")
    assert make_model().transcribe("mini-001/target", clip) == "  what was said \n"  # raw words, the scorer reads them
    [request] = server.requests
    assert (request.text, request.system, len(request.clips)) == (transcription_prompt(), "", 1)
    assert len(request.clips[0][0]) == len(clip.samples)
    assert "mini-001" not in json.dumps(request.body["messages"][0]["content"][1:])


def test_it_chooses(server, make_model, clip):
    server.answer = lambda request: Answer("The answer is: B")
    request = ChoiceRequest("q-1", clip, "speech_emotion_recognition", "How does it sound?", OPTIONS)
    assert make_model().choose(request) == "The answer is: B"
    [sent] = server.requests
    assert sent.text == question_prompt("How does it sound?", OPTIONS) and len(sent.clips) == 1


@pytest.mark.parametrize("condition", ["zero", "basic", "enhanced"])
def test_a_reply_is_asked_for_with_the_prompt_of_its_condition_alone(server, make_model, clip, condition):
    got = make_model().reply(reply_request(clip, condition))
    assert (got.text, got.audio) == ("Hello there.", None)
    [sent] = server.requests
    assert sent.system == sent.text == system_prompt(condition, "work", "paralinguistic")
    assert [message["role"] for message in sent.body["messages"]] == (
        ["user"] if condition == "zero" else ["system", "user"]
    )
    assert len(sent.clips) == 1 and "modalities" not in sent.body


def test_a_model_that_speaks_is_heard(server, make_model, clip):
    server.answer = lambda request: Answer(None, speech(0.5, 24_000), "I hear you.")
    got = make_model(speech_out=True, voice="alloy").reply(reply_request(clip))
    assert got.text == "I hear you."
    assert got.audio.seconds == pytest.approx(0.5, abs=0.01) and np.abs(got.audio.samples).max() > 0.1
    assert len(got.audio.samples) == pytest.approx(SAMPLE_RATE / 2, abs=200)
    assert server.requests[0].body["audio"] == {"voice": "alloy", "format": "wav"}


def test_a_model_that_speaks_answers_questions_in_text(server, make_model, clip):
    model = make_model(speech_out=True, voice="alloy")
    model.choose(ChoiceRequest("q-1", clip, "coarse_grained", "?", OPTIONS))
    model.transcribe("k", clip)
    assert [r.body["modalities"] for r in server.requests] == [["text"], ["text"]]
    assert all("audio" not in r.body for r in server.requests) and server.faults == []


def test_a_server_with_one_voice_is_asked_for_no_voice(server, make_model, clip):
    server.needs_voice = False
    server.answer = lambda request: Answer("Hm.", speech(), "", split=True)
    got = make_model(speech_out=True, audio_style="audio_url").reply(reply_request(clip))
    assert got.text == "Hm." and got.audio is not None
    assert server.requests[0].body["modalities"] == ["text", "audio"] and "audio" not in server.requests[0].body


def test_a_model_that_speaks_may_answer_in_text(server, make_model, clip):
    got = make_model(speech_out=True, voice="alloy").reply(reply_request(clip))
    assert (got.text, got.audio) == ("Hello there.", None)


def test_speech_without_its_words_is_said(server, make_model, clip):
    server.answer = lambda request: Answer(None, speech(), "")
    with pytest.raises(EndpointError, match="endpoint:local: mini-001/target: found speech without its words"):
        make_model(speech_out=True, voice="alloy").reply(reply_request(clip))


def test_decoding_comes_from_the_settings(server, make_model, clip):
    make_model(temperature=0.7, seed=3, max_tokens=512, extra={"top_p": 0.9}).transcribe("k", clip)
    sent = server.requests[0].body
    assert [sent[name] for name in ("temperature", "seed", "max_tokens", "top_p")] == [0.7, 3, 512, 0.9]


def test_without_settings_decoding_is_the_server_s(server, make_model, clip):
    make_model().transcribe("k", clip)
    assert server.requests[0].body.keys() == {"model", "messages", "max_tokens"}


def test_a_refused_key_stops_a_run(server, make_model, clip):
    server.answer = lambda request: Fault(403, "not yours")
    with pytest.raises(ConfigurationError, match="HTTP 403: not yours"):
        make_model().transcribe("k", clip)


def test_a_run_that_is_begun_again_asks_nothing_twice(server, make_model, clip, prices):
    clips = [type(clip)(clip.samples * gain) for gain in (0.5, 0.6, 0.7, 0.8)]
    with ThreadPoolExecutor(4) as pool:
        first = list(pool.map(lambda c: make_model(prices=prices).transcribe("k", c), clips))
    again = make_model(prices=prices)
    assert [again.transcribe("k", c) for c in clips] == first
    assert len(server.requests) == 4
    assert (again.spending().cached, again.spending().cost_usd) == (4, 0.0)


@pytest.fixture
def endpoints(monkeypatch, server, tmp_path):
    fields = {"base_url": server.base_url, "model": MODEL, "api_key_env": KEY_VARIABLE}
    monkeypatch.setenv("ECHOMIND_ENDPOINTS", json.dumps({"gpt4o": fields, "qwen": fields}))
    monkeypatch.setenv("ECHOMIND_DATA_DIR", str(tmp_path))
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.mark.parametrize("name", ["gpt4o", "endpoint:gpt4o"])
def test_it_is_made_by_its_name(endpoints, server, clip, tmp_path, name):
    model = EndpointModel.from_settings(name)
    assert model.name == "endpoint:gpt4o"
    assert model.transcribe("k", clip) == "Hello there."
    assert len(list((tmp_path / "cache" / "endpoints").rglob("*.json"))) == 1


@pytest.mark.parametrize("name", ["gpt5", "", "endpoint:", "../gpt4o", "x" * 5000])
def test_an_unknown_name_lists_the_known_ones(endpoints, name):
    with pytest.raises(ConfigurationError, match=r"no endpoint is called .*; known: gpt4o, qwen$") as caught:
        EndpointModel.from_settings(name)
    assert len(str(caught.value)) < 200


def test_without_endpoints_the_setting_is_named():
    with pytest.raises(ConfigurationError, match="known: none, ECHOMIND_ENDPOINTS names them"):
        endpoint_settings("gpt4o", {})


def test_a_missing_key_is_said_before_anything_is_asked(endpoints, monkeypatch, server):
    monkeypatch.delenv(KEY_VARIABLE)
    with pytest.raises(EndpointRefused, match=f"endpoint gpt4o: the environment variable {KEY_VARIABLE} is not set"):
        EndpointModel.from_settings("gpt4o")
    assert server.requests == []
