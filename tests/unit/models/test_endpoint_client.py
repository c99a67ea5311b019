"""The client against a real server that misbehaves in every way seen in the wild."""

import json
import logging
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import numpy as np
import pytest

from echomind.audio import SAMPLE_RATE, load_clip
from echomind.endpoint_settings import EndpointSettings, Prices
from echomind.errors import ConfigurationError, EchoMindError
from echomind.models.endpoint_client import EndpointClient, EndpointError, EndpointRefused
from tests.unit.models.openai_server import (
    KEY,
    KEY_VARIABLE,
    MODEL,
    Answer,
    Cut,
    Fault,
    InPieces,
    Never,
    Raw,
    speech,
    usage,
)

HELLO = [{"role": "user", "content": "Hello"}]
SPEAK = {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "wav"}}


def ask(client, text="Hello", **changes):
    return client.complete([{"role": "user", "content": text}], **{"max_tokens": 64, "temperature": 0.0, **changes})


def body(**changes):
    return json.dumps({**Answer().document(MODEL), **changes}).encode()


# --- what goes over the wire -----------------------------------------------------------------------------------------


def test_an_answer_comes_back_with_all_that_is_known_of_it(server, make_client, prices):
    server.script(Answer("Hi!", usage=usage(12, 3), finish_reason="length"))
    got = ask(make_client(prices=prices), temperature=0.5, seed=7, response_format={"type": "json_object"})
    assert (got.text, got.audio, got.audio_transcript, got.words) == ("Hi!", None, "", "Hi!")
    assert (got.model, got.finish_reason, got.cached) == (f"{MODEL}-2025-06-03", "length", False)
    assert got.cost == pytest.approx((12 * 2.5 + 3 * 10) / 1e6)
    assert got.latency_s > 0
    sent = server.requests[0].body
    expected = {"temperature": 0.5, "seed": 7, "response_format": {"type": "json_object"}, "max_tokens": 64}
    assert sent == {"model": MODEL, "messages": HELLO, **expected}


def test_what_is_not_given_is_left_to_the_server(server, make_client):
    ask(make_client(), temperature=None)
    assert server.requests[0].body == {"model": MODEL, "messages": HELLO, "max_tokens": 64}


@pytest.mark.parametrize("style", ["input_audio", "audio_url"])
def test_a_clip_arrives_as_it_was(server, make_client, clip, style):
    client = make_client(audio_style=style)
    client.complete([{"role": "user", "content": [client.audio_part(clip)]}], max_tokens=9, temperature=0)
    [(samples, rate)] = server.requests[0].clips
    assert rate == SAMPLE_RATE
    assert np.abs(samples - clip.samples).max() <= 1 / 32768  # 16 bits
    assert server.faults == []


def test_a_spoken_answer_keeps_sound_transcript_and_audio_tokens(server, make_client, prices):
    server.script(Answer(None, speech(0.5), "Hi there.", usage=usage(50, 30, heard=40, spoken=20)))
    got = ask(make_client(speech_out=True, prices=prices), **SPEAK)
    assert (got.text, got.audio_transcript, got.words) == ("", "Hi there.", "Hi there.")
    assert load_clip(got.audio).seconds == pytest.approx(0.5, abs=0.01)
    assert got.cost == pytest.approx((10 * 2.5 + 10 * 10 + 40 * 40 + 20 * 80) / 1e6)


def test_words_and_sound_in_two_choices_are_one_answer(server, make_client):
    server.script(Answer("Hi.", speech(), "", split=True))
    got = ask(make_client(), **SPEAK)
    assert got.text == "Hi." and got.audio is not None


def test_other_fields_and_the_newer_token_limit_are_sent(server, make_client):
    ask(make_client(extra={"top_p": 0.9}, max_tokens_field="max_completion_tokens"))
    sent = server.requests[0].body
    assert sent["top_p"] == 0.9 and sent["max_completion_tokens"] == 64 and "max_tokens" not in sent


def test_without_a_key_none_is_sent(server, make_client, monkeypatch):
    monkeypatch.delenv(KEY_VARIABLE)
    server.key = None
    ask(make_client(api_key_env=None))
    assert "authorization" not in server.requests[0].headers


def test_a_server_on_this_machine_is_never_reached_through_a_proxy(server, make_client, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nothing listens on the discard port
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert ask(make_client(attempts=1)).text == "Hello there."


# --- what passes ------------------------------------------------------------------------------------------------------

PASSING = {
    "408": Fault(408),
    "409": Fault(409),
    "429": Fault(429),
    "500": Fault(500),
    "502 with a page": Raw(b"<html>Bad <b>gateway</b></html>", 502, {"Content-Type": "text/html"}),
    "503": Fault(503),
    "529": Fault(529),
    "cut before the answer": Cut(0),
    "cut in the body": Cut(40),
    "garbage": Raw(b"{'choices': garbage"),
    "empty body": Raw(b""),
    "half a document with its own length": Raw(body()[:60]),
    "not utf-8": Raw(b'{"choices": "\xff\xfe"}'),
    "a list": Raw(b"[]"),
    "a number": Raw(b"1"),
    "nan": Raw(b'{"choices": NaN}'),
    "a key doubled, and long": Raw(b'{"%s": 1, "%s": 2}' % (b"k\\n" * 9999, b"k\\n" * 9999)),
    "no choices": Raw(b"{}"),
    "empty choices": Raw(body(choices=[])),
    "choices of the wrong type": Raw(body(choices={"0": 1})),
    "a choice of the wrong type": Raw(body(choices=["hello"])),
    "no message": Raw(body(choices=[{"index": 0}])),
    "empty content": Answer(""),
    "blank content": Answer(" \n\t"),
    "no content": Answer(None),
    "content is a number": Answer(7),
    "content is an object": Answer({"text": "hi"}),
    "parts without text": Answer([{"type": "text", "text": 3}]),
    "half a surrogate pair": Answer("\ud800"),
    "sound is text": Answer("hi", message={"audio": "UklGRg=="}),
    "sound is not base64": Answer("hi", message={"audio": {"data": "UklGR!!", "transcript": "hi"}}),
    "sound is not sound": Answer("hi", message={"audio": {"data": "aGVsbG8=", "transcript": "hi"}}),
    "transcript is a list": Answer(None, message={"audio": {"data": "", "transcript": ["hi"]}}),
    "an error with status 200": Raw(b'{"error": {"message": "upstream died", "code": 502}}'),
    "an error without a code": Raw(b'{"error": "upstream died"}'),
}


@pytest.mark.parametrize("trouble", PASSING.values(), ids=PASSING)
def test_trouble_that_passes_is_tried_again(server, make_client, waits, trouble):
    server.script(trouble, trouble, Answer("At last."))
    assert ask(make_client()).text == "At last."
    assert len(server.requests) == 3
    assert len(waits) == 2 and 1 <= waits[0] <= 2 <= waits[1] <= 3  # 1 and 2 s, up to 1 s more


@pytest.mark.parametrize("trouble", PASSING.values(), ids=PASSING)
def test_trouble_that_stays_is_one_clear_error(server, make_client, waits, trouble, tmp_path):
    server.answer = lambda request: trouble
    with pytest.raises(EndpointError) as caught:
        ask(make_client(attempts=3))
    message = str(caught.value)
    assert message.startswith("endpoint local: ") and "gave up after 3 attempts" in message
    assert "\n" not in message and len(message) < 400 and KEY not in message
    assert not isinstance(caught.value, ConfigurationError)
    assert len(server.requests) == 3 and len(waits) == 2
    assert list((tmp_path / "cache").rglob("*.json")) == []  # only good answers are kept


def test_waits_grow_and_stay_under_the_longest(server, make_client, waits):
    server.answer = lambda request: Fault(503)
    with pytest.raises(EndpointError):
        ask(make_client(attempts=9, longest_wait_s=10.0))
    assert len(waits) == 8
    assert all(low <= wait <= low + 1 for low, wait in zip((1, 2, 4, 8), waits, strict=False))
    assert waits[4:] == [10.0] * 4


def test_the_same_trouble_is_not_waited_for_alike(server, make_client, waits):
    server.answer = lambda request: Fault(503)
    for text in "abc":
        with pytest.raises(EndpointError):
            ask(make_client(attempts=2), text)
    assert len(set(waits)) == 3  # jitter keeps clients that failed together apart


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"Retry-After": "7"}, 7, 7),
        ({"Retry-After": "7.5"}, 7.5, 7.5),
        ({"retry-after-ms": "6500", "Retry-After": "1"}, 6.5, 6.5),
        ({"Retry-After": "0.2"}, 1, 2),  # never sooner than the backoff
        ({"Retry-After": "0"}, 1, 2),
        ({"Retry-After": "-5"}, 1, 2),
        ({"Retry-After": "nan"}, 1, 2),
        ({"Retry-After": "soon"}, 1, 2),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 1, 2),
    ],
)
def test_the_server_says_how_long_to_wait(server, make_client, waits, headers, least, most):
    server.script(Fault(429, headers=headers))
    assert ask(make_client()).text == "Hello there."
    assert len(waits) == 1 and least <= waits[0] <= most


def test_the_server_says_until_when_to_wait(server, make_client, waits):
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=50), usegmt=True)
    server.script(Fault(503, headers={"Retry-After": until}))
    assert ask(make_client()).text == "Hello there."
    assert 20 <= waits[0] <= 50


def test_a_wait_of_an_hour_is_an_error_and_not_waited_for(server, make_client, waits):
    server.script(Fault(429, "slow down", headers={"Retry-After": "3600"}))
    with pytest.raises(EndpointError, match="slow down; the server asks to wait 3600 s, expected at most 60"):
        ask(make_client())
    assert waits == [] and len(server.requests) == 1


def test_silence_ends_at_the_time_limit_and_is_tried_again(server, make_client):
    server.script(Never())
    got = ask(make_client(timeout_s=0.2))
    assert got.text == "Hello there." and len(server.requests) == 2


def test_silence_that_stays_names_the_limit(server, make_client):
    server.answer = lambda request: Never()
    with pytest.raises(EndpointError, match=r"lost after 0\.2 s of silence \(ReadTimeout.*after 2 attempts"):
        ask(make_client(timeout_s=0.2, attempts=2))


def test_an_answer_that_trickles_ends_at_the_total_limit(server, make_client):
    ticks = iter(range(0, 10_000, 1000))  # every look at the clock is 1,000 s later than the one before
    server.answer = lambda request: InPieces(1, Answer("x" * 200))
    with pytest.raises(EndpointError, match="not complete after 300 s"):
        ask(make_client(attempts=1, clock=lambda: next(ticks)))


def test_what_may_have_been_billed_is_counted_and_what_cannot_is_not(server, make_client, prices):
    client = make_client(timeout_s=0.2, attempts=1, prices=prices)
    troubles = [(Never(), 1), (Fault(400), 1), (Cut(0), 2), (Cut(40), 3), (Raw(b"{}"), 4), (Fault(500), 4)]
    for trouble, lost in [*troubles, (Raw(b'{"error": "upstream died"}'), 4)]:
        server.script(trouble)
        with pytest.raises(EndpointError):
            ask(client)
        assert client.spending().lost == lost
    assert client.spending().cost_usd == 0 < client.spending().at_most_usd


def test_nobody_there_is_tried_again_and_then_said(make_client, waits, server):
    server.__exit__()
    client = make_client(attempts=2)
    with pytest.raises(EndpointError, match=r"no connection to http://127\.0\.0\.1:\d+/v1 \(ConnectError"):
        ask(client)
    assert len(waits) == 1 and client.spending().lost == 0


# --- what does not pass -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 405, 413, 415, 422])
def test_a_request_that_is_not_taken_is_not_repeated(server, make_client, waits, status):
    server.script(Fault(status, "this audio is too long"))
    with pytest.raises(EndpointError, match=f"^endpoint local: HTTP {status}: this audio is too long; expected"):
        ask(make_client())
    assert waits == [] and len(server.requests) == 1


@pytest.mark.parametrize(
    "trouble",
    [
        Fault(401, "no such key"),
        Fault(402, "pay first"),
        Fault(403, "not yours"),
        Fault(404, "no such model"),
        Fault(429, "you exceeded " + "your quota " * 40, "insufficient_quota"),
        Raw(b"", 307, {"Location": "http://127.0.0.1:9/v1"}),
        Raw(b'{"error": {"message": "no such model", "code": 404}}'),
    ],
    ids=["401", "402", "403", "404", "quota", "redirect", "404 in a 200"],
)
def test_what_no_other_request_changes_is_refused_at_once(server, make_client, waits, trouble):
    server.answer = lambda request: trouble
    with pytest.raises(EndpointRefused, match=r"^endpoint local: HTTP ") as caught:
        ask(make_client())
    assert isinstance(caught.value, ConfigurationError)  # a run stops on it
    assert waits == [] and len(server.requests) == 1


def test_a_wrong_path_is_refused_with_the_server_s_words(server, make_client):
    with pytest.raises(EndpointError, match="unknown path /v2/chat/completions"):
        ask(make_client(base_url=server.base_url.replace("/v1", "/v2")))


def test_withheld_words_are_said_and_not_asked_for_again(server, make_client, waits):
    server.script(Answer("", finish_reason="content_filter"), Answer(None, finish_reason="length"))
    with pytest.raises(EndpointError, match="content filter"):
        ask(make_client())
    with pytest.raises(EndpointError, match="within max_tokens"):
        ask(make_client())
    assert waits == []


def test_a_refusal_is_the_model_s_answer(server, make_client):
    server.script(Answer(None, message={"refusal": "I cannot help with that."}))
    assert ask(make_client()).text == "I cannot help with that."


def test_an_answer_in_parts_is_joined(server, make_client):
    server.script(
        Answer([{"type": "thinking", "thinking": []}, {"type": "text", "text": "Oh "}, {"type": "text", "text": "no."}])
    )
    assert ask(make_client()).text == "Oh no."


def test_an_endless_answer_is_not_read(server, make_client, waits):
    server.script(Raw(b'{"choices": "' + b"x" * (2 << 20)))
    with pytest.raises(EndpointError, match="more than 1 MiB"):
        ask(make_client(max_body_mb=1))
    assert waits == []


# --- the key ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "found"), [(None, "is not set"), ("  ", "is not set"), ("sk-a\nb", "no header")])
def test_a_key_that_cannot_be_is_said_at_once(server, make_client, monkeypatch, value, found):
    monkeypatch.delenv(KEY_VARIABLE)
    if value is not None:
        monkeypatch.setenv(KEY_VARIABLE, value)
    with pytest.raises(EndpointRefused, match=f"variable {KEY_VARIABLE} .*{found}") as caught:
        make_client()
    assert "sk-a" not in str(caught.value)


def test_the_key_is_in_no_error_log_or_file(server, make_client, monkeypatch, caplog, tmp_path):
    caplog.set_level(logging.DEBUG)
    client = make_client(attempts=2)
    ask(client)
    echo = f"Bearer {KEY} is bad, {KEY[:14]}... or ...{KEY[-9:]} or '{KEY}'"
    errors = []
    for trouble in (Fault(500, echo), Fault(400, echo), Fault(401, echo), Raw(echo.encode(), 502), Answer({"k": KEY})):
        server.answer = lambda request, trouble=trouble: trouble
        with pytest.raises(EndpointError) as caught:
            ask(client, "again")
        errors.append(f"{caught.value!r} {caught.getrepr(style='short')}")
    monkeypatch.setenv(KEY_VARIABLE, "sk-wrong-9876543210")  # the server echoes what it was given
    with pytest.raises(EndpointRefused) as caught:
        ask(make_client(), "with another key")
    errors.append(str(caught.value))
    assert caplog.records, "nothing was logged, so nothing was tested"
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"Hello there." in stored
    shown = "\n".join([*errors, caplog.text, repr(client), repr(vars(client)), stored.decode()])
    for run in (KEY, KEY[:12], KEY[-8:], KEY[8:20], "wrong-98", "76543210"):
        assert run not in shown


# --- limits -----------------------------------------------------------------------------------------------------------


def test_never_more_requests_at_a_time_than_allowed(server, make_client):
    client = make_client(concurrency=3)
    server.hold_until, server.linger_s = 3, 0.3
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda i: ask(client, f"request {i}"), range(12)))
    assert len(answers) == 12 and server.faults == []
    assert server.most_at_once == 3


def test_a_budget_stops_before_it_is_exceeded(server, make_client):
    prices = Prices(text_in=0, text_out=1000.0)  # 64 tokens: at most 0.064 dollars a request
    server.answer = lambda request: Answer(usage=usage(10, 50))  # really 0.05
    client = make_client(prices=prices, budget_usd=0.2)
    for i in range(3):
        ask(client, str(i))
    with pytest.raises(EndpointRefused, match=r"0\.1500 of 0\.2000 US dollars spent, .* may cost 0\.0640"):
        ask(client, "one too many")
    assert len(server.requests) == 3
    assert client.spending().cost_usd == pytest.approx(0.15)
    assert ask(client, "0").cached  # what was paid for stays at hand


def test_a_budget_holds_with_many_at_once_and_is_used_up(server, make_client):
    server.answer = lambda request: Answer(usage=usage(10, 10))
    client = make_client(prices=Prices(text_in=0, text_out=1000.0), budget_usd=0.2, concurrency=8)

    def one(i):
        try:
            return ask(client, str(i)).cost
        except EndpointRefused:
            return None

    with ThreadPoolExecutor(8) as pool:
        costs = [cost for cost in pool.map(one, range(40)) if cost is not None]
    spent = client.spending().cost_usd
    assert spent == pytest.approx(sum(costs)) and spent <= 0.2
    assert spent + 0.064 > 0.2  # it stopped because nothing more fitted, not because others were still under way
    assert len(server.requests) == len(costs)


def test_costs_are_counted_over_threads_and_tries(server, make_client, prices):
    server.script(Fault(500), Answer("", usage=usage(100, 1)), Cut())
    client = make_client(prices=prices)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda i: ask(client, str(i)), range(20)))
    ask(client, "3")
    total = client.spending()
    assert (total.requests, total.answers, total.cached, total.lost) == (23, 21, 1, 1)
    assert (total.usage.text_in, total.usage.text_out) == (21 * 100, 20 * 20 + 1)  # an empty answer is billed too
    assert total.cost_usd == pytest.approx((2100 * 2.5 + 401 * 10) / 1e6)
    assert total.cost_usd < total.at_most_usd < total.cost_usd + 0.002


@pytest.mark.parametrize("odd", [None, "many", {}, {"prompt_tokens": -1, "completion_tokens": 2}, usage(1, 1, heard=2)])
def test_a_cost_that_is_not_known_is_not_zero(server, make_client, prices, odd):
    server.script(Answer(usage=odd))
    client = make_client(prices=prices)
    got = ask(client)
    assert got.text == "Hello there." and got.usage is None and got.cost is None
    assert client.spending().lost == 1 and client.spending().at_most_usd > 0


def test_without_prices_the_cost_is_unknown(server, make_client):
    client = make_client()
    assert ask(client).cost is None
    assert client.spending().cost_usd is None and client.spending().at_most_usd is None
    assert client.spending().usage.text_in == 100


# --- the cache --------------------------------------------------------------------------------------------------------


def test_the_same_request_is_paid_for_once_over_clients(server, make_client, prices, clip):
    server.answer = lambda request: Answer(None, speech(), "Hi.", usage=usage(9, 9, 4, 4))
    first_client, second_client = (make_client(speech_out=True, prices=prices) for _ in range(2))
    messages = [{"role": "user", "content": [first_client.audio_part(clip)]}]
    first = first_client.complete(messages, max_tokens=64, temperature=None, **SPEAK)
    again = second_client.complete(messages, max_tokens=64, temperature=None, **SPEAK)
    assert len(server.requests) == 1
    assert again.cached and again.cost == 0.0 and first.cost > 0
    same = ("text", "audio", "audio_transcript", "usage", "model", "latency_s", "finish_reason")
    assert all(getattr(again, name) == getattr(first, name) for name in same)
    assert second_client.spending().cost_usd == 0.0 and second_client.spending().cached == 1


def test_whatever_changes_the_request_is_asked_anew(server, make_client, clip):
    client = make_client()
    part = client.audio_part(clip)
    louder = client.audio_part(type(clip)(clip.samples * 1.01, clip.name))

    def listen(sound, client=client, **changes):
        given = {"max_tokens": 64, "temperature": 0.0, **changes}
        return client.complete([{"role": "user", "content": [sound]}], **given)

    calls = [
        lambda: listen(part),
        lambda: listen(louder),
        lambda: listen(part, temperature=0.1),
        lambda: listen(part, max_tokens=65),
        lambda: listen(part, seed=1),
        lambda: listen(part, client=make_client(tag="prompts-2")),
        lambda: listen(part, client=make_client(extra={"top_p": 0.5})),
        lambda: listen(part, client=make_client(base_url=server.base_url.replace("127.0.0.1", "localhost"))),
    ]
    for number, call in enumerate(calls, 1):
        assert not call().cached
        assert call().cached, f"call {number} was not found again"
        assert len(server.requests) == number


def test_a_cache_that_is_switched_off_stores_nothing(server, make_client, tmp_path):
    client = make_client(cache=False)
    assert not ask(client).cached and not ask(client).cached
    assert not (tmp_path / "cache").exists()


def test_another_process_finds_the_answer(server, make_client, tmp_path):
    client = make_client()
    ask(client)
    code = (
        "import sys; from pathlib import Path; from echomind.endpoint_settings import EndpointSettings;"
        "from echomind.models.endpoint_client import EndpointClient;"
        "c = EndpointClient(EndpointSettings.model_validate_json(sys.argv[1]), cache_dir=Path(sys.argv[2]));"
        "print(c.complete([{'role': 'user', 'content': 'Hello'}], max_tokens=64, temperature=0.0).cached)"
    )
    settings = EndpointSettings.model_dump_json(client.settings)
    command = [sys.executable, "-c", code, settings, str(tmp_path / "cache")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=dict(os.environ))
    assert (done.stdout.strip(), done.returncode) == ("True", 0), done.stderr
    assert len(server.requests) == 1


def test_the_cache_lies_in_the_data_folder(server, make_client, monkeypatch, tmp_path):
    monkeypatch.setattr("echomind.models.endpoint_client.get_settings", lambda: type("S", (), {"data_dir": tmp_path}))
    with EndpointClient(make_client().settings) as client:
        ask(client)
    assert len(list((tmp_path / "cache" / "endpoints").rglob("*.json"))) == 1


def test_a_disk_that_is_full_costs_no_answer(server, make_client, tmp_path, caplog):
    (tmp_path / "file").write_text("no folder")
    assert ask(make_client(cache_dir=tmp_path / "file")).text == "Hello there."
    assert "could not be cached" in caplog.text


def test_one_client_serves_threads_that_fail_and_succeed_together(server, make_client):
    lock, seen = threading.Lock(), []

    def answer(request):
        with lock:
            seen.append(request.text)
            bad = int(request.text) % 2 and seen.count(request.text) == 1
        return Fault(503) if bad else Answer(f"answer to {request.text}")

    server.answer = answer
    client = make_client(concurrency=6)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda i: ask(client, str(i)).text, range(30)))
    assert answers == [f"answer to {i}" for i in range(30)]
    assert client.spending().requests == 45


def test_every_error_of_the_client_is_an_error_of_the_package():
    assert issubclass(EndpointError, EchoMindError) and issubclass(EndpointRefused, EndpointError)
