"""The local server has to refuse what a real one refuses, or tests against it prove nothing."""

import base64

import httpx
import pytest

from tests.unit.models.openai_server import KEY, MODEL, Answer, Cut, Fault, OpenAIServer, speech

SOUND = base64.b64encode(speech(0.2)).decode()


def user(*parts):
    return [{"role": "user", "content": list(parts) or "Hello"}]


def audio(data=SOUND, form="wav"):
    return {"type": "input_audio", "input_audio": {"data": data, "format": form}}


def post(server, body, path="/chat/completions", key=KEY):
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    with httpx.Client(trust_env=False, headers=headers) as client:
        return client.post(server.base_url + path, json=body)


def good(**changes):
    return {"model": MODEL, "messages": user(), "max_tokens": 5, **changes}


BAD = {
    "no model": {"model": None},
    "another model": {"model": "gpt-9"},
    "no messages": {"messages": []},
    "no limit": {"max_tokens": 0},
    "a limit in words": {"max_tokens": "5"},
    "a field nobody knows": {"max_token": 5},
    "a role nobody has": {"messages": [{"role": "human", "content": "hi"}]},
    "no content": {"messages": [{"role": "user", "content": None}]},
    "an empty system prompt": {"messages": [{"role": "system", "content": ""}, *user()]},
    "nobody speaks": {"messages": [{"role": "system", "content": "hi"}]},
    "sound in the system prompt": {"messages": [{"role": "system", "content": [audio()]}, *user()]},
    "a part nobody knows": {"messages": user({"type": "sound", "sound": {}})},
    "sound that is no sound": {"messages": user(audio("aGVsbG8="))},
    "sound that is not base64": {"messages": user(audio("!!!"))},
    "sound as mp3": {"messages": user(audio(form="mp3"))},
    "a link in place of sound": {"messages": user({"type": "audio_url", "audio_url": {"url": "http://h/a.wav"}})},
    "speech without a voice": {"modalities": ["text", "audio"]},
    "a voice without speech": {"audio": {"voice": "alloy", "format": "wav"}},
    "a sense nobody has": {"modalities": ["smell"]},
}


@pytest.mark.parametrize("changes", BAD.values(), ids=BAD)
def test_a_request_that_breaks_the_protocol_is_refused(changes):
    with OpenAIServer() as server:
        got = post(server, good(**changes))
    assert got.status_code == 400 and got.json()["error"]["message"].startswith("protocol: ")
    assert len(server.faults) == 1 and server.requests == []


def test_the_path_the_key_and_the_type_are_checked():
    with OpenAIServer() as server:
        assert post(server, good(), path="/completions").status_code == 400
        assert post(server, good(), key="wrong").status_code == 401
        assert post(server, good(), key=None).status_code == 401
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "text/plain"}
        assert httpx.post(f"{server.base_url}/chat/completions", content=b"{}", headers=headers).status_code == 400
    assert server.requests == []


def test_an_audio_model_without_any_audio_is_refused_as_openai_does():
    with OpenAIServer(needs_audio=True) as server:
        assert post(server, good()).status_code == 400
        assert post(server, good(messages=user(audio()))).status_code == 200
        assert (
            post(server, good(modalities=["text", "audio"], audio={"voice": "a", "format": "wav"})).status_code == 200
        )


def test_the_script_is_played_once_and_then_the_answer_decides():
    with OpenAIServer() as server:
        server.answer = lambda request: Answer(f"You said {request.text}")
        server.script(Fault(503, "busy", headers={"Retry-After": "1"}), Cut(10))
        first = post(server, good())
        assert (first.status_code, first.headers["retry-after"]) == (503, "1")
        with pytest.raises(httpx.RemoteProtocolError):
            post(server, good())
        assert post(server, good()).json()["choices"][0]["message"]["content"] == "You said Hello"
    assert len(server.requests) == 3 and server.most_at_once == 1
