import json

import httpx2
import pytest
from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled, RepositoryNotFoundError, RevisionNotFoundError
from pydantic import SecretStr

from echomind.submissions.hub_faults import ParentMoved, Passing, Patience, asked_to_wait, explained
from echomind.submissions.store import Conflict, StoreError, StoreUnavailable

TOKEN = SecretStr("hf_aTokenThatNoMessageMayEverHold")


def answer(status, kind=HfHubHTTPError, message="said so", **headers):
    response = httpx2.Response(status, headers=headers, request=httpx2.Request("GET", "http://hub/x"))
    return kind("in full", response=response, server_message=message)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (answer(412), ParentMoved),
        (answer(409), ParentMoved),
        (answer(429), Passing),
        (answer(408), Passing),
        (answer(500), Passing),
        (answer(503), Passing),
        (answer(404, RevisionNotFoundError), Passing),
        (answer(401), StoreUnavailable),
        (answer(403), StoreUnavailable),
        (answer(404, RepositoryNotFoundError), StoreUnavailable),
        (answer(400), StoreError),
        (answer(413), StoreError),
        (httpx2.ReadTimeout("slow"), Passing),
        (httpx2.ConnectError("refused"), Passing),
        (httpx2.RemoteProtocolError("Server disconnected"), Passing),
        (json.JSONDecodeError("Expecting value", "<html>", 0), Passing),
        (RuntimeError("Cannot send a request, as the client has been closed."), Passing),
        (ConnectionError("Server error: 500, as hf_xet says it"), Passing),
        (OfflineModeIsEnabled("offline"), StoreUnavailable),
        (ValueError("Malformed response from server"), StoreError),
        (Conflict("as it is"), Conflict),
    ],
)
def test_what_an_error_means(error, kind):
    assert type(explained(error, "writing", TOKEN)) is kind


def test_what_went_wrong_with_one_of_several_files_is_looked_up():
    wrapped = RuntimeError("Error while uploading 'a' to the Hub.")
    wrapped.__cause__ = answer(403)
    assert "HTTP 403" in str(explained(wrapped, "writing", TOKEN))


def test_a_message_is_one_short_line_without_the_token():
    error = explained(answer(500, message=f"no\n{TOKEN.get_secret_value()} " + "x" * 5000), "writing", TOKEN)
    assert str(error).startswith("writing: HTTP 500: no ***")
    assert len(str(error)) < 300
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "12"}, 12),
        ({"retry-after": "soon"}, None),
        ({"ratelimit": '"api";r=0;t=55', "retry-after": "12"}, 55),
        ({"ratelimit": '"api";r=480;t=55'}, None),
    ],
)
def test_how_long_the_hub_asks_to_wait(headers, seconds):
    assert asked_to_wait(httpx2.Headers(headers)) == seconds


def tries(patience, errors):
    """How many calls it took to get past ``errors``, or the error that was given up with."""
    left, calls = list(errors), []

    def call():
        calls.append(None)
        if left:
            raise left.pop(0)

    try:
        patience.retrying()(call)
    except StoreError as error:
        return len(calls), error
    return len(calls), None


def test_faults_and_conflicts_have_their_own_bounds():
    patience = Patience(faults=3, conflicts=6, sleep=lambda s: None)
    assert tries(patience, [Passing("a"), ParentMoved("b")] * 2) == (5, None)
    assert tries(patience, [ParentMoved("b")] * 5) == (6, None)
    count, error = tries(patience, [ParentMoved("b")] * 3 + [Passing(str(i)) for i in range(9)])
    assert (count, str(error)) == (6, "2")
    count, error = tries(patience, [ParentMoved(str(i)) for i in range(9)])
    assert (count, str(error)) == (6, "5")


def test_what_does_not_pass_is_not_repeated():
    for error in (StoreUnavailable("away"), Conflict("no"), StoreError("no")):
        assert tries(Patience(sleep=lambda s: None), [error] * 2) == (1, error)


def test_waits_grow_by_chance_and_stay_short():
    slept = []
    tries(Patience(faults=30, sleep=slept.append), [Passing("a")] * 29)
    assert len(slept) == 29
    assert len(set(slept)) > 20
    assert max(slept[:2]) <= 1
    assert max(slept) <= 10


def test_a_longer_wait_than_agreed_is_not_waited():
    slept = []
    patience = Patience(longest_wait_s=20, sleep=slept.append)
    assert tries(patience, [Passing("a", 20)]) == (2, None)
    assert slept == [20]
    count, _ = tries(patience, [Passing("a", 21)])
    assert (count, slept) == (1, [20])
