import pytest
from pydantic import SecretStr

from echomind.endpoint_settings import EndpointSettings
from echomind.models.endpoint_faults import read_key, server_message, without_key

KEY = SecretStr("sk-proj-ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"error": {"message": "too long", "code": "context_length"}}', "context_length: too long"),
        (b'{"error": {"message": "spent", "type": "insufficient_quota"}}', "insufficient_quota: spent"),
        (b'{"error": {"message": "bad", "type": "invalid_request_error", "code": null}}', "bad"),
        (b'{"error": "overloaded"}', "overloaded"),
        (b'{"object": "error", "message": "no such model", "code": 404}', "no such model"),  # vLLM before 0.10
        (b'{"detail": "Not Found"}', "Not Found"),  # FastAPI
        (b'{"error": {"message": 5}}', '{"error": {"message": 5}}'),
        (b"<html>\n <h1>Bad\tgateway</h1>\x00\x1b[31m", "<html> <h1>Bad gateway</h1> [31m"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b'[{"error": {"message": "no such key", "code": 400}}]', "no such key"),  # Google
        (b'{"error": {"message": "odd", "code": [], "type": {}}}', "odd"),
        (b"[1, 2]", "[1, 2]"),
        (b"", ""),
    ],
)
def test_a_server_s_words_are_one_line(body, shown):
    assert server_message(body, None) == shown


def test_long_words_are_cut_after_the_key_is_gone():
    said = server_message(b"x" * 190 + b" " + KEY.get_secret_value().encode() + b" y" * 500, KEY)
    assert len(said) == 200 and said.endswith("…")
    assert said.startswith("x" * 190 + " *** y")


@pytest.mark.parametrize("part", [slice(None), slice(0, 12), slice(-6, None), slice(10, 20)])
def test_a_word_with_a_part_of_the_key_is_hidden(part):
    piece = KEY.get_secret_value()[part]
    assert without_key(f"the key ({piece}****) is wrong", KEY) == "the key *** is wrong"


def test_words_are_left_alone_without_a_key_and_beside_a_short_one():
    assert without_key("the key EMPTY is wrong", None) == "the key EMPTY is wrong"
    assert without_key("the key EMPTY is wrong", SecretStr("EMPTY")) == "the key *** is wrong"


def test_a_key_is_read_without_its_line_end():
    settings = EndpointSettings(name="a", base_url="http://h/v1", model="m", api_key_env="K")
    assert read_key(settings, {"K": " sk-1\n"}).get_secret_value() == "sk-1"
    assert read_key(settings.model_copy(update={"api_key_env": None}), {}) is None
