import hashlib
import json
import logging

import pytest
from huggingface_hub import constants
from huggingface_hub.utils import _http

from echomind.errors import ResultsError
from echomind.leaderboard import hub_copy
from echomind.leaderboard.hub_copy import HubCopies, record_names
from echomind.leaderboard.records import read_board
from echomind.settings import ROOT
from echomind.submissions.hub_faults import Patience
from echomind.submissions.hub_repo import HubRepo
from echomind.submissions.store import StoreError, StoreUnavailable
from tests.unit.submissions.hub_cues import Fault
from tests.unit.submissions.hub_history import Repo
from tests.unit.submissions.hub_server import TOKEN, HubServer

NAME = "me/results"
FILES = {
    f"results/{path.relative_to(ROOT / 'results').as_posix()}": path.read_bytes()
    for board in ("echomind", "echomind-mini")
    for path in (ROOT / "results" / board).rglob("*.json")
}
ONE = "results/echomind/kimi-audio.json"


@pytest.fixture
def hub(monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)  # this Hub is on this machine
    monkeypatch.setattr(_http.time, "sleep", lambda seconds: None)
    with HubServer() as server:
        server.repos[NAME] = Repo(NAME, private=False)
        server.repo.become(FILES)
        yield server


@pytest.fixture
def copies(hub, tmp_path):
    return made(hub, tmp_path)


def made(hub, tmp_path, token=""):
    patience = Patience(faults=3, sleep=lambda seconds: None)
    return HubCopies(HubRepo(NAME, token, hub.endpoint, private=False, patience=patience), tmp_path / "copies")


def test_a_commit_becomes_a_folder_with_the_same_files(hub, copies):
    copy = copies.newest()
    assert copy.commit == hub.repo.head.oid and copy.left_out == {}
    assert {f"results/{p.relative_to(copy.folder).as_posix()}" for p in copy.folder.rglob("*.json")} == set(FILES)
    assert all((copy.folder.parent / path).read_bytes() == content for path, content in FILES.items())
    assert read_board(copy.folder, "echomind") == read_board(ROOT / "results", "echomind")


def test_a_public_data_set_is_read_without_a_token_and_nothing_is_made_or_written(hub, copies):
    copies.newest()
    assert hub.requests.keys() == {"revision", "tree", "resolve"}
    assert 401 not in hub.answers


def test_a_private_one_is_read_with_a_token_alone(hub, tmp_path):
    hub.repos[NAME].private = True
    assert made(hub, tmp_path, TOKEN).newest().commit == hub.repo.head.oid
    with pytest.raises(StoreUnavailable):
        made(hub, tmp_path / "other").newest()


def test_one_that_is_not_there_is_not_made(hub, copies):
    del hub.repos[NAME]
    with pytest.raises(StoreUnavailable):
        copies.newest()
    assert not hub.repos


def test_while_nothing_changed_it_costs_one_request(hub, copies):
    copy = copies.newest()
    hub.requests.clear()
    assert copies.newest(copy) is copy
    assert hub.requests == {"revision": 1}


def test_only_what_changed_is_fetched(hub, copies):
    copy = copies.newest()
    record = json.loads(FILES[ONE])
    record["scores"]["understanding_acc"] = 50.0
    hub.repo.become(FILES | {ONE: json.dumps(record).encode()})
    hub.requests.clear()
    newer = copies.newest(copy)
    assert hub.requests["resolve"] == 1
    assert read_board(newer.folder, "echomind")["kimi-audio"].scores["understanding_acc"] == 50.0
    assert read_board(copy.folder, "echomind")["kimi-audio"].scores["understanding_acc"] != 50.0  # who reads it, may


def test_after_a_restart_nothing_is_fetched_again(hub, copies, tmp_path):
    copy = copies.newest()
    hub.requests.clear()
    assert made(hub, tmp_path).last() == made(hub, tmp_path).newest() == copy
    assert hub.requests == {"revision": 1}


@pytest.mark.parametrize(
    ("path", "content", "says"),
    [
        (ONE, b"{", "expected"),
        (ONE, FILES[ONE].replace(b'"board": "echomind"', b'"board": "humdial"'), "board: found 'humdial'"),
        ("results/echomind/UPPER.json", FILES[ONE], "not the place"),
        ("results/nowhere/a.json", FILES[ONE], "not the place"),
        ("results/echomind/run.py", b"print()", "not the place"),
        ("results/echomind/a/b/c.json", b"{}", "not the place"),
        ("results/echomind/huge.json", b" " * 2_000_001, "expected at most 2,000,000"),
        ("results/echomind-mini/items/nobody.json", FILES["results/echomind-mini/items/echomind.json"], "no record"),
    ],
)
def test_a_file_that_is_not_valid_is_left_out_and_named(hub, copies, caplog, path, content, says):
    hub.repo.become(FILES | {path: content})
    with caplog.at_level(logging.ERROR):
        copy = copies.newest()
    name = path.removeprefix("results/")
    assert list(copy.left_out) == [name] and says in copy.left_out[name]
    assert name in caplog.text
    assert not (copy.folder / name).exists()
    assert len(copy.records()) == len(record_names(ROOT / "results") & copy.records()) >= 17


def test_what_hangs_on_a_bad_record_goes_with_it(hub, copies):
    hub.repo.become(FILES | {"results/echomind-mini/echomind.json": b"[]"})
    copy = copies.newest()
    assert set(copy.left_out) == {"echomind-mini/echomind.json", "echomind-mini/items/echomind.json"}


def test_notes_and_studies_are_passed_over(hub, copies):
    hub.repo.become(FILES | {"results/README.md": b"# hello", "README.md": b"x", "results/studies/a.json": b"{"})
    assert copies.newest().left_out == {}


def test_a_commit_without_a_record_is_refused(hub, copies, tmp_path):
    hub.repo.become({"results/echomind/a.json": b"{", "README.md": b"x"})
    with pytest.raises(ResultsError, match="no valid record"):
        copies.newest()
    assert list((tmp_path / "copies").iterdir()) == []
    hub.repo.become({"README.md": b"x"})
    with pytest.raises(ResultsError, match="no valid record"):
        copies.newest()


def test_more_files_than_there_can_be_are_refused_before_any_is_fetched(hub, copies, monkeypatch):
    monkeypatch.setattr(hub_copy, "MOST_FILES", 10)
    with pytest.raises(ResultsError, match="expected at most 10"):
        copies.newest()
    assert hub.requests["resolve"] == 0


@pytest.mark.parametrize("endpoint", ["revision", "tree", "resolve"])
@pytest.mark.parametrize("fault", [Fault.BUSY, Fault.FAILED, Fault.AWAY, Fault.CUT])
def test_what_passes_is_asked_again(hub, copies, endpoint, fault):
    hub.script(endpoint, fault, fault)
    assert len(copies.newest().records()) == len(copies.newest().records()) >= 18
    assert hub.happened == {fault: 2}


@pytest.mark.parametrize("endpoint", ["revision", "tree", "resolve"])
def test_what_lasts_leaves_nothing_half_done(hub, copies, tmp_path, endpoint):
    hub.faults = lambda name: Fault.AWAY if name == endpoint else None
    with pytest.raises(StoreUnavailable):
        copies.newest()
    assert not (tmp_path / "copies").exists() or list((tmp_path / "copies").iterdir()) == []
    hub.faults = lambda name: None
    assert len(copies.newest().records()) >= 18


def test_half_a_file_is_noticed(hub, copies, tmp_path):
    hub.script("resolve", Fault.HALF)
    with pytest.raises(StoreError, match="does not have its hash"):
        copies.newest()
    assert list((tmp_path / "copies").iterdir()) == []


def test_a_folder_that_was_damaged_is_fetched_anew(hub, copies, tmp_path):
    copy = copies.newest()
    (copy.folder / "echomind" / "kimi-audio.json").write_bytes(b"{")
    assert copies.last() is None
    assert len(made(hub, tmp_path).newest().records()) == len(copy.records())
    (copy.folder.parent / "copy.json").write_bytes(b"half")
    assert made(hub, tmp_path).newest() == copy
    (copy.folder / "echomind" / "more.json").write_bytes(b"{}")
    assert copies.last() is None


def test_a_copy_that_this_version_would_not_take_is_fetched_anew(hub, copies, tmp_path):
    """As one that was kept by an app whose schema asked for less."""
    copy = copies.newest()
    about = json.loads((copy.folder.parent / "copy.json").read_bytes())
    bad = b'{"schema": 1}'
    (copy.folder / "echomind" / "kimi-audio.json").write_bytes(bad)
    about["files"]["echomind/kimi-audio.json"] = hashlib.sha256(bad).hexdigest()
    (copy.folder.parent / "copy.json").write_text(json.dumps(about))
    assert copies.last() is None
    assert made(hub, tmp_path).newest() == copy


def test_old_folders_go_and_the_newest_stay(hub, copies, tmp_path):
    copy = None
    for number in range(6):
        hub.repo.become(FILES | {"results/README.md": b"%d" % number})
        copy = copies.newest(copy)
    commits = [commit.oid for commit in hub.repo.commits[-3:]]
    assert sorted(path.name for path in (tmp_path / "copies").iterdir()) == sorted(commits)


def test_it_is_known_since_which_commit_a_file_is_as_it_is(hub, copies, tmp_path):
    first = copies.newest()
    assert set(first.since) == {path.removeprefix("results/") for path in FILES}
    record = json.loads(FILES[ONE])
    record["scores"]["understanding_acc"] = 50.0
    hub.repo.become(FILES | {ONE: json.dumps(record).encode()})
    second = made(hub, tmp_path).newest()  # after a restart
    changed = {path for path, at in second.since.items() if at == second.at}
    assert changed == {"echomind/kimi-audio.json"} and second.at > first.at
    assert {second.since[path] for path in set(second.since) - changed} == {first.at}
