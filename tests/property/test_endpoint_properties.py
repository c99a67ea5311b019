"""No answer of a server, however odd, does anything but give an answer or say what is wrong with it."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from echomind.models.endpoint_faults import retry_after_s, server_message, without_key
from echomind.models.endpoint_wire import Answer, MalformedAnswer, answer_of, document_of, usage_of
from echomind.models.prompts import system_prompt

RELAXED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no defect
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
sounds = st.fixed_dictionaries({}, optional={"data": st.text(max_size=8) | anything, "transcript": anything}) | anything
messages = st.fixed_dictionaries({}, optional={"content": anything, "refusal": anything, "audio": sounds}) | anything
choices = st.fixed_dictionaries({}, optional={"message": messages, "finish_reason": anything}) | anything
details = st.fixed_dictionaries({}, optional={"audio_tokens": anything}) | anything
tokens = st.fixed_dictionaries(
    {},
    optional={
        "prompt_tokens": anything,
        "completion_tokens": anything,
        "prompt_tokens_details": details,
        "completion_tokens_details": details,
    },
)
documents = st.fixed_dictionaries(
    {}, optional={"choices": st.lists(choices, max_size=3) | anything, "model": anything, "usage": tokens | anything}
)


def read(body):
    try:
        document = document_of(body)
        usage = usage_of(document)
        answer = answer_of(document)
    except MalformedAnswer as error:
        assert str(error)
        return
    assert isinstance(answer, Answer)
    for text in (answer.text, answer.transcript, answer.model, answer.finish_reason):
        text.encode()
    if usage is not None:
        assert min(usage.text_in, usage.text_out, usage.audio_in, usage.audio_out) >= 0


@RELAXED
@given(documents)
def test_a_document_is_an_answer_or_is_said_not_to_be(document):
    read(json.dumps(document).encode())


@RELAXED
@given(st.binary(max_size=200))
def test_bytes_are_an_answer_or_are_said_not_to_be(body):
    read(body)


@RELAXED
@given(st.binary(max_size=600), st.text("abc-XYZ", min_size=6, max_size=40))
def test_a_server_s_message_is_one_short_line_without_the_key(body, key):
    for said in (server_message(body, SecretStr(key)), server_message(body + key.encode() + body, SecretStr(key))):
        assert len(said) <= 200 and len(said.splitlines()) <= 1
        assert key not in said and key[:6] not in said and key[-6:] not in said


faults = st.fixed_dictionaries(
    {}, optional={"message": anything, "code": anything, "type": anything, "detail": anything}
)


@RELAXED
@given(st.fixed_dictionaries({"error": faults | anything}) | faults | st.lists(faults, max_size=2))
def test_any_error_document_gives_one_short_line(document):
    said = server_message(json.dumps(document).encode(), None)
    assert len(said) <= 200 and (said.isprintable() or not said)


@RELAXED
@given(st.text(max_size=60))
def test_hiding_a_key_that_is_not_there_keeps_the_words(text):
    assert without_key(text, None) == " ".join(text.split())


@RELAXED
@given(st.text(max_size=40))
def test_a_wait_is_a_finite_time_or_none(value):
    wait = retry_after_s({"retry-after": value})
    assert wait is None or 0 <= wait < float("inf")


@RELAXED
@given(st.text(max_size=200))
def test_no_topic_leaves_its_quotes(topic):
    prompt = system_prompt("basic", topic, None)
    assert prompt.count('"') in (0, 2) and prompt.isprintable() and len(prompt) < 450
