import json

import pytest

from echomind import cli
from echomind.settings import get_settings
from echomind.submissions import commands, rescore, worker
from echomind.submissions.model import now
from echomind.submissions.scoring_run import ScoringRun
from echomind.submissions.service import Submissions
from echomind.submissions.store_local import LocalStore
from tests.unit.submissions.made_submissions import FILES, made_receipt
from tests.unit.submissions.scoring_hooks import COMMAND


@pytest.fixture
def store(tmp_path, monkeypatch):
    """The store of the commands, whose scorer is a stand-in in a process of its own."""
    monkeypatch.setenv("ECHOMIND_DATA_DIR", str(tmp_path))
    get_settings.cache_clear()

    def run(settings):
        return ScoringRun(settings, command=COMMAND, tick_s=0.05)

    monkeypatch.setattr(worker, "ScoringRun", run)
    monkeypatch.setattr(rescore, "ScoringRun", run)
    yield LocalStore(tmp_path / "submissions")
    get_settings.cache_clear()


def send(store, seed=0, model="A model", contact="", files=None):
    files = files or {"answers.jsonl": f"quick {seed}".encode()}
    return Submissions(store, get_settings()).submit(
        made_receipt(files, seed=seed, at=now(), model=model), files, contact
    )


def test_work_once_scores_all_that_waits(store, capsys):
    ids = [send(store, seed).id for seed in range(3)]
    assert cli.main(["submissions", "work", "--once"]) == 0
    assert {store.get(i).standing.state for i in ids} == {"published"}
    assert capsys.readouterr().out == ""


def test_list_says_each_in_a_line_that_a_terminal_shows_as_it_is(store, capsys):
    send(store, 0, "plain")
    receipt = send(store, 1, "模型 <script>", contact="ada@example.org", files=FILES)
    assert cli.main(["submissions", "list"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith(f"{receipt.id}  received   \\u6a21\\u578b <script>")
    assert second.endswith("plain")
    assert cli.main(["submissions", "list", "--json"]) == 0
    out = capsys.readouterr().out
    rows = json.loads(out)["submissions"]
    assert [row["receipt"]["form"]["model"] for row in rows] == ["模型 <script>", "plain"]
    assert [row["position"] for row in rows] == [2, 1]
    assert "ada@example.org" not in out


def test_rescore_says_what_came_of_each(store, capsys, monkeypatch):
    receipt = send(store)
    monkeypatch.setenv("MADE_SCORER", "echomind-0.9")
    assert cli.main(["submissions", "work", "--once"]) == 0
    assert store.get(receipt.id).standing.scores == {"echomind-0.9": "scores-echomind-0.9.json"}
    assert cli.main(["submissions", "rescore", "--json"]) == 2
    (one,) = json.loads(capsys.readouterr().out)["rescored"]
    assert one == {
        "id": receipt.id,
        "problem": "found a report of the scorer echomind-0.9, expected one of echomind-1.0",
    }
    monkeypatch.delenv("MADE_SCORER")
    assert cli.main(["submissions", "rescore"]) == 0
    assert capsys.readouterr().out == f"{receipt.id}: scored again\n"
    assert cli.main(["submissions", "rescore", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"rescored": []}
    assert set(store.get(receipt.id).standing.scores) == {"echomind-0.9", "echomind-1.0"}


def test_a_remote_store_that_is_away_is_said_and_ends_nothing(machine, away, caplog):
    commands.exchange(machine())
    assert "the remote store of submissions is away, everything is kept here" in caplog.text
