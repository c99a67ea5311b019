import httpx2
import pytest
from huggingface_hub import constants, get_session, set_client_factory
from huggingface_hub.utils._http import default_client_factory

from echomind.submissions.hub_faults import Passing, Patience
from echomind.submissions.hub_repo import SILENCE, Blob, HubRepo
from echomind.submissions.store import StoreUnavailable
from tests.unit.submissions.hub_cues import Fault
from tests.unit.submissions.hub_history import Repo
from tests.unit.submissions.hub_server import TOKEN


@pytest.fixture
def repo(hub, slept):
    return HubRepo("me/box", TOKEN, hub.endpoint, patience=Patience(sleep=slept.append))


def test_a_blob_knows_its_content_small_and_large():
    assert Blob("a", "3b18e512dba79e4c8300dd08aeb37f8e728b8dad", "c").holds(b"hello world\n")  # git hash-object
    assert Blob("a", "a948904f2f0f479b8f8197694b30184b0d2ed1c1cd2a1ec0fb85d299a192a447", "c").holds(b"hello world\n")
    assert not Blob("a", "3b18e512dba79e4c8300dd08aeb37f8e728b8dad", "c").holds(b"hello world")


def test_it_reads_at_the_commit_that_was_asked_for(repo):
    first = repo.head()
    second = repo.commit("one", {"submissions/a/x": b"1", "submissions/b": b"22"}, first)
    assert repo.head() == second
    assert repo.tree("submissions", first) == []
    assert [repo.read(blob) for blob in repo.tree("submissions", second)] == [b"1", b"22"]
    assert repo.folders("submissions", second) == ["submissions/a"]
    assert repo.present(["submissions/a/x", "submissions/a/y"], second) == ["submissions/a/x"]


def test_it_asks_for_many_paths_in_several_requests(hub, repo, monkeypatch):
    monkeypatch.setattr("echomind.submissions.hub_repo.PATHS_AT_ONCE", 2)
    head = repo.commit("some", {f"{i}": b"%d" % i for i in range(5)}, repo.head())
    assert repo.present([f"{i}" for i in range(6)], head) == ["0", "1", "2", "3", "4"]
    assert hub.requests["paths-info"] == 3


def test_a_commit_is_tried_once(hub, repo):
    head = repo.head()
    hub.script("commit", Fault.FAILED)
    with pytest.raises(Passing):
        repo.commit("one", {"a": b"1"}, head)
    assert hub.requests["commit"] == 1


def test_offline_mode_is_respected(hub, repo, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(StoreUnavailable, match="HF_HUB_OFFLINE"):
        repo.head()
    assert not hub.requests


def test_nobody_there_is_away(hub, repo, slept):
    hub.__exit__()
    with pytest.raises(StoreUnavailable, match="ConnectError"):
        repo.head()
    assert len(slept) == 4


def test_no_request_waits_for_ever_and_given_limits_stay(hub, repo):
    seen = []
    repo.head()
    get_session().event_hooks["request"].append(lambda request: seen.append(request.extensions["timeout"]))
    try:
        head = repo.commit("one", {"submissions/a.zip": b"1", "submissions/b": b"2"}, repo.head())
        list(map(repo.read, repo.tree("submissions", head)))
        assert hub.requests.keys() == {
            "revision",
            "create",
            "preupload",
            "batch",
            "upload",
            "commit",
            "tree",
            "resolve",
        }
        assert seen == [SILENCE] * len(seen)
        get_session().get(f"{hub.endpoint}/api/datasets/me/box", timeout=3)
        assert seen[-1]["read"] == 3
    finally:
        get_session().event_hooks["request"].pop()


def test_others_who_use_the_client_see_what_they_always_saw(hub, repo):
    repo.head()
    hub.script("revision", Fault.AWAY)
    assert get_session().get(f"{hub.endpoint}/api/datasets/me/box").status_code == 503


def test_a_client_of_somebody_else_is_used_as_it_is(hub, repo):
    made = []
    set_client_factory(lambda: made.append(httpx2.Client(headers={"x-proxy": "1"})) or made[-1])
    try:
        hub.script("revision", Fault.AWAY)
        repo.head()
        assert hub.happened == {Fault.AWAY: 1}
        assert len(made) == 1
    finally:
        set_client_factory(default_client_factory)


def test_a_repository_made_by_somebody_else_meanwhile_is_taken(hub, repo):
    hub.faults = lambda name: hub.repos.setdefault("me/box", Repo("me/box")) and None if name == "create" else None
    assert repo.head() == hub.repos["me/box"].head.oid
