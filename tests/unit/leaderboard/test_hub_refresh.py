"""Results from the Hub while the app runs: what is shown first, what then, and what while the Hub is away."""

import datetime
import json
import logging
import threading
import time
from functools import partial

import pytest

from echomind.errors import ConfigurationError
from echomind.leaderboard.freshness import freshness
from echomind.leaderboard.hub_copy import HubCopies
from echomind.leaderboard.hub_refresh import FIRST_RETRY_S, SPREAD, HubRefresh, open_refresh
from echomind.leaderboard.known_items import KnownItems
from echomind.leaderboard.records import read_board
from echomind.leaderboard.results import Results
from echomind.leaderboard.view import View
from echomind.settings import ROOT, Settings
from echomind.submissions.hub_faults import Patience
from echomind.submissions.hub_repo import HubRepo
from echomind.ui.as_of import as_of_line
from echomind.ui.leaderboard import table_html
from tests.unit.leaderboard.test_hub_copy import FILES, NAME, ONE, hub  # noqa: F401 (a fixture)
from tests.unit.submissions.hub_cues import Fault

BUNDLED = ROOT / "results"
WHOLE = {f"results/{path.relative_to(BUNDLED).as_posix()}": path.read_bytes() for path in BUNDLED.rglob("*.json")}
NOON = datetime.datetime(2026, 11, 21, 12, 0, tzinfo=datetime.UTC)
QUARTER_H = 900.0


class Clock:
    now = NOON

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    found = Clock()
    monkeypatch.setattr("echomind.leaderboard.freshness.now", found)
    return found


@pytest.fixture
def refresh(hub, tmp_path, clock):  # noqa: F811
    return made(hub, tmp_path, clock)


def made(hub, tmp_path, clock):  # noqa: F811
    repo = HubRepo(NAME, "", hub.endpoint, private=False, patience=Patience(faults=2, sleep=lambda seconds: None))
    return HubRefresh(HubCopies(repo, tmp_path / "copies"), BUNDLED, QUARTER_H, clock)


def changed(score):
    record = json.loads(FILES[ONE])
    record["scores"]["understanding_acc"] = score
    return {ONE: json.dumps(record).encode()}


def line(results):
    return str(freshness(results).sentence)


def test_what_comes_with_the_app_is_shown_first_and_then_what_the_hub_has(hub, refresh, clock):  # noqa: F811
    hub.repo.become(FILES | changed(50.0))
    results = Results(BUNDLED, hub=refresh)
    first = results.look("echomind")
    assert dict(first.records) == read_board(BUNDLED, "echomind")
    assert f"Source: the snapshot that comes with the app; {NAME} on the Hub: being asked for newer" in line(results)
    assert hub.requests == {}
    assert refresh.check()
    second = results.look("echomind")
    assert second.version > first.version
    assert second.records["kimi-audio"].scores["understanding_acc"] == 50.0
    assert "humdial" not in {path.parent.name for path in results.results_dir.rglob("*.json")}
    assert results.board("humdial") == {}
    clock.now += datetime.timedelta(minutes=3, seconds=20)
    commit = hub.repo.head.oid[:7]
    assert f"Source: {NAME} on the Hub, commit {commit} of 2026-11-20, checked 3 minutes ago." in line(results)
    assert "In the snapshot but not there, so not shown: echomind-arena/gpt-4o-audio" in line(results)
    assert "data-stale" in str(as_of_line(freshness(results)))


def test_a_hub_with_all_that_is_here_is_not_stale(hub, refresh):  # noqa: F811
    hub.repo.become(WHOLE)
    results = Results(BUNDLED, hub=refresh)
    assert refresh.check() and refresh.state.missing == ()
    assert not freshness(results).stale and line(results).endswith("checked just now.")


def test_while_nothing_changed_the_look_stays(refresh):
    results = Results(BUNDLED, hub=refresh)
    refresh.check()
    look = results.look("echomind")
    assert refresh.check()
    assert results.look("echomind") is look


def test_scores_of_scripts_come_from_the_same_place_as_records(refresh):
    results = Results(BUNDLED, hub=refresh)
    known = KnownItems(lambda: results.results_dir)
    refresh.check()
    assert refresh.state.copy.folder == known.results_dir
    assert known.of("echomind-mini", "echomind", results.board("echomind-mini")["echomind"]) is not None


@pytest.mark.parametrize("fault", [Fault.BUSY, Fault.FAILED, Fault.AWAY, Fault.CUT])
def test_while_the_hub_is_away_the_snapshot_stays_and_the_page_says_since_when(hub, refresh, clock, caplog, fault):  # noqa: F811
    hub.faults = lambda endpoint: fault
    results = Results(BUNDLED, hub=refresh)
    assert not refresh.check()
    clock.now += datetime.timedelta(hours=1)
    assert not refresh.check()
    assert dict(results.look("echomind").records) == read_board(BUNDLED, "echomind")
    assert "snapshot that comes with the app; me/results on the Hub: out of reach since 2026-11-21 12:00 UTC." in line(
        results
    )
    assert freshness(results).stale
    assert caplog.text.count("results stay as they are") == 1  # not once a look
    hub.faults = lambda endpoint: None
    assert refresh.check()
    assert refresh.state.failing_since is None and "checked just now" in line(results)


def test_when_the_hub_goes_away_later_its_last_copy_stays(hub, refresh, clock):  # noqa: F811
    results = Results(BUNDLED, hub=refresh)
    refresh.check()
    look = results.look("echomind")
    hub.faults = lambda endpoint: Fault.AWAY
    clock.now += datetime.timedelta(hours=1)
    assert not refresh.check()
    assert results.look("echomind") is look
    commit = hub.repo.head.oid[:7]
    assert f"commit {commit} of 2026-11-20, out of reach since 2026-11-21 13:00 UTC." in line(results)


def test_after_a_restart_without_the_hub_the_copy_on_the_disk_is_shown(hub, refresh, tmp_path, clock):  # noqa: F811
    refresh.check()
    hub.faults = lambda endpoint: Fault.AWAY
    again = made(hub, tmp_path, clock)
    results = Results(BUNDLED, hub=again)
    assert results.results_dir == BUNDLED
    assert not again.check()
    assert again.state.copy == refresh.state.copy
    assert "out of reach since" in line(results)


def test_a_commit_of_which_nothing_is_valid_does_not_empty_the_board(hub, refresh):  # noqa: F811
    results = Results(BUNDLED, hub=refresh)
    refresh.check()
    shown = results.board("echomind")
    hub.repo.become({"results/echomind/a.json": b"{"})
    assert not refresh.check()
    assert results.board("echomind") == shown
    assert "no newer commit of it could be used since 2026-11-21 12:00 UTC" in line(results)


def test_what_is_left_out_stands_on_the_page_as_text(hub, refresh):  # noqa: F811
    hub.repo.become(WHOLE | {ONE: b"{", "results/echomind/<b>.json": b"{}"})
    results = Results(BUNDLED, hub=refresh)
    refresh.check()
    assert "kimi-audio" not in results.board("echomind")
    said = str(as_of_line(freshness(results)))
    assert "not valid: echomind/&lt;b&gt;.json, echomind/kimi-audio.json." in said
    assert "In the snapshot but not there, so not shown: echomind/kimi-audio." in said


def test_what_nobody_thought_of_ends_no_thread(refresh, monkeypatch, caplog):
    monkeypatch.setattr(refresh.copies, "newest", lambda known: {}["no such key"])
    with caplog.at_level(logging.ERROR):
        assert not refresh.check()
    assert "Traceback" in caplog.text and refresh.state.failing_since == NOON


def test_a_disk_that_takes_nothing_is_a_failure_like_others(hub, tmp_path, clock):  # noqa: F811
    (tmp_path / "copies").write_bytes(b"a file in the way")
    refresh = made(hub, tmp_path, clock)
    assert not refresh.check()
    assert not refresh.state.unreachable and Results(BUNDLED, hub=refresh).board("echomind")


def test_waits_grow_after_failures_up_to_the_usual_one(hub, refresh):  # noqa: F811
    def bounds(seconds):
        waits = [refresh.wait_s() for _ in range(200)]
        assert seconds * (1 - SPREAD) <= min(waits) < seconds < max(waits) <= seconds * (1 + SPREAD)

    bounds(QUARTER_H)
    hub.faults = lambda endpoint: Fault.AWAY
    for seconds in (FIRST_RETRY_S, 60.0, 120.0, 240.0, 480.0, QUARTER_H, QUARTER_H):
        refresh.check()
        bounds(seconds)
    hub.faults = lambda endpoint: None
    refresh.check()
    bounds(QUARTER_H)


def test_whoever_reads_while_results_change_sees_one_commit(hub, refresh):  # noqa: F811
    """Every record of a commit has the same score, so a mixture would show."""

    def commit(score):
        files = {}
        for path, content in FILES.items():
            if path.startswith("results/echomind/"):
                record = json.loads(content)
                files[path] = json.dumps(record | {"scores": {"ves": score}, "intervals": {}, "n": {}}).encode()
        return files

    results = Results(BUNDLED, hub=refresh)
    hub.repo.become(commit(1.0))
    refresh.check()
    seen, faults, done = set(), [], threading.Event()

    def read():
        try:
            while not done.is_set():
                scores = {record.scores["ves"] for record in results.look("echomind").records.values()}
                seen.add(frozenset(scores))
        except Exception as error:
            faults.append(error)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(2, 12):
        hub.repo.become(commit(1.0 + number / 10))
        assert refresh.check()
    done.set()
    for reader in readers:
        reader.join()
    assert faults == []
    assert len(seen) > 1 and all(len(scores) == 1 for scores in seen)


def settings(tmp_path, **given):
    return Settings(data_dir=tmp_path, **given)


def test_without_the_setting_there_is_no_thread_and_no_request(hub, tmp_path):  # noqa: F811
    before = threading.active_count()
    with open_refresh(settings(tmp_path), {}) as refresh:
        assert refresh is None and threading.active_count() >= before
        assert not [thread for thread in threading.enumerate() if thread.name == "results from the Hub"]
    assert Results(BUNDLED, hub=refresh).hub is None
    assert "Source: the snapshot that comes with the app." in line(Results(BUNDLED))


def test_the_thread_asks_and_ends_with_the_app(hub, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr("echomind.leaderboard.hub_refresh.HubRepo", partial(HubRepo, endpoint=hub.endpoint))
    with open_refresh(settings(tmp_path, results_repo=NAME), {}) as refresh:
        deadline = time.monotonic() + 60
        while refresh.state.copy is None and time.monotonic() < deadline:
            refresh.stopped.wait(0.01)
        assert refresh.state.copy is not None
        assert [thread.daemon for thread in threading.enumerate() if thread.name == "results from the Hub"] == [True]
    assert not [thread for thread in threading.enumerate() if thread.name == "results from the Hub"]


def test_a_hub_that_never_answers_holds_up_neither_start_nor_end(hub, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr("echomind.leaderboard.hub_refresh.HubRepo", partial(HubRepo, endpoint=hub.endpoint))
    monkeypatch.setattr("echomind.submissions.hub_repo.SILENCE", dict.fromkeys(("connect", "read", "write", "pool"), 1))
    hub.faults = lambda endpoint: Fault.SILENT
    began = time.monotonic()
    with open_refresh(settings(tmp_path, results_repo=NAME), {}) as refresh:
        assert Results(BUNDLED, hub=refresh).board("echomind")
        assert time.monotonic() - began < 1
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("name", ["no slash", "a/b/c", "../x", "https://huggingface.co/a/b"])
def test_a_name_that_is_no_repository_is_refused_at_the_start(tmp_path, name):
    with (
        pytest.raises(ConfigurationError, match="ECHOMIND_RESULTS_REPO"),
        open_refresh(settings(tmp_path, results_repo=name), {}),
    ):
        pytest.fail("it was opened")


def test_the_page_tells_what_changed_with_the_commit(hub, refresh):  # noqa: F811
    hub.repo.become(WHOLE | changed(50.0))
    results = Results(BUNDLED, hub=refresh)
    view = View(tab="changes")
    assert "on the Hub" not in table_html(view, results)[0].partition("What changed when")[2]
    refresh.check()
    said = table_html(view, results)[0].partition("What changed when")[2]
    assert "2026-11-20" in said and "changed on the Hub: " in said and "to 50.00" in said
