import json

import pytest

from echomind.endpoint_settings import EndpointSettings, Prices, endpoints_from
from echomind.errors import ConfigurationError
from echomind.settings import Settings

GPT = {
    "base_url": "https://api.openai.com/v1/",
    "model": "gpt-4o-audio-preview",
    "api_key_env": "OPENAI_API_KEY",
    "speech_out": True,
    "voice": "alloy",
    "prices": {"text_in": 2.5, "text_out": 10, "audio_in": 40, "audio_out": 80},
    "budget_usd": 25,
}
VLLM = {"base_url": "http://127.0.0.1:8000/v1", "model": "Qwen/Qwen2.5-Omni-7B"}


def settings_from(monkeypatch, text):
    monkeypatch.setenv("ECHOMIND_ENDPOINTS", text)
    return Settings().endpoints


def test_the_variable_names_endpoints(monkeypatch):
    found = settings_from(monkeypatch, json.dumps({"gpt4o": GPT, "qwen": VLLM}))
    assert list(found) == ["gpt4o", "qwen"]
    gpt, qwen = found["gpt4o"], found["qwen"]
    assert (gpt.name, gpt.base_url, gpt.voice) == ("gpt4o", "https://api.openai.com/v1", "alloy")
    assert gpt.prices == Prices(text_in=2.5, text_out=10, audio_in=40, audio_out=80)
    assert (qwen.api_key_env, qwen.prices, qwen.temperature, qwen.speech_out) == (None, None, None, False)


def test_a_judge_is_held_to_json_as_far_as_its_server_can():
    assert endpoints_from({"qwen": VLLM})["qwen"].answer_format == "json_schema"
    assert endpoints_from({"qwen": {**VLLM, "answer_format": "text"}})["qwen"].answer_format == "text"
    with pytest.raises(ConfigurationError, match="answer_format: Input should be 'json_schema', 'json_object' or"):
        endpoints_from({"qwen": {**VLLM, "answer_format": "xml"}})


def test_without_the_variable_there_are_none(monkeypatch):
    monkeypatch.delenv("ECHOMIND_ENDPOINTS", raising=False)
    assert Settings().endpoints == {}
    assert settings_from(monkeypatch, "") == {}


def test_the_example_in_the_text_of_the_module_works():
    from echomind import endpoint_settings

    example = endpoint_settings.__doc__[endpoint_settings.__doc__.index("    {") :]
    assert set(endpoints_from(example)) == {"gpt4o", "qwen"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{", "line 1, column 2"),
        ("[]", "found list"),
        ('{"a": 1}', "endpoint 'a': found int"),
        ('{"a": {}}', "endpoint 'a': base_url: Field required"),
        ('{"a": {"base_url": NaN}}', "found NaN"),
        ('{"a": {}, "a": {}}', "'a' twice"),
    ],
)
def test_text_that_names_no_endpoints_is_one_line(monkeypatch, text, found):
    with pytest.raises(ConfigurationError) as caught:
        settings_from(monkeypatch, text)
    assert str(caught.value).startswith("ECHOMIND_ENDPOINTS: ") and found in str(caught.value)
    assert "\n" not in str(caught.value)


SECRET = "sk-secret-0123456789"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"base_url": "ftp://host/v1"}, "base_url: expected a URL in ASCII that begins with http"),
        ({"base_url": "host/v1"}, "base_url: expected"),
        ({"base_url": "http:///v1"}, "base_url: expected"),
        ({"base_url": "http://host:99999/v1"}, "base_url: is not a URL"),
        ({"base_url": "http://ho st/v1"}, "base_url: expected"),
        ({"base_url": "http://hé.example/v1"}, "base_url: expected"),
        ({"base_url": "http://host/v1\n"}, "base_url: expected"),
        ({"base_url": f"https://user:{SECRET}@host/v1"}, "base_url: expected no user"),
        ({"base_url": f"https://host/v1?key={SECRET}"}, "base_url: expected no user"),
        ({"base_url": "https://host/v1/chat/completions"}, "without /chat/completions"),
        ({"base_url": 5}, "base_url: Input should be a valid string"),
        ({"model": ""}, "model: "),
        ({"api_key": SECRET}, "expected api_key_env"),
        ({"api_key_env": SECRET}, "api_key_env: "),
        ({"key": SECRET}, "key: Extra inputs"),
        ({"name": "other"}, "field name"),
        ({"audio_style": "mp3"}, "audio_style: "),
        ({"speech_out": 1}, "speech_out: "),
        ({"voice": "alloy"}, "voice needs speech_out"),
        ({"prices": {"text_in": 1}}, "prices.text_out: Field required"),
        ({"prices": {"text_in": -1, "text_out": 1}}, "prices.text_in: "),
        ({"budget_usd": 5}, "budget_usd needs prices"),
        ({"concurrency": 0}, "concurrency: "),
        ({"concurrency": 2.0}, "concurrency: "),
        ({"concurrency": True}, "concurrency: "),
        ({"timeout_s": 0}, "timeout_s: "),
        ({"timeout_s": "60"}, "timeout_s: "),
        ({"temperature": 2.1}, "temperature: "),
        ({"max_tokens": 0}, "max_tokens: "),
        ({"attempts": 0}, "attempts: "),
        ({"extra": {"messages": []}}, "extra: found messages"),
        ({"extra": {"stream": True}}, "extra: found stream"),
    ],
)
def test_a_field_that_cannot_be_is_named_and_not_quoted(changes, found):
    with pytest.raises(ConfigurationError) as caught:
        endpoints_from({"local": {**VLLM, **changes}})
    message = str(caught.value)
    assert message.startswith("ECHOMIND_ENDPOINTS: endpoint 'local': ") and found in message
    assert "\n" not in message and SECRET not in message


@pytest.mark.parametrize("name", ["", "a b", "../up", "a/b", "-a", "x" * 65, "a\n", "endpoint:a"])
def test_a_name_is_a_plain_word(name):
    with pytest.raises(ConfigurationError, match="name: "):
        endpoints_from({name: VLLM})


def test_settings_can_be_given_as_objects_and_do_not_change():
    made = EndpointSettings(name="local", **VLLM)
    assert endpoints_from({"local": made}) == {"local": made}
    with pytest.raises(ConfigurationError, match="field name"):
        endpoints_from({"other": made})
    with pytest.raises(ValueError, match="frozen"):
        made.model = "another"
