"""The real app with results on a Hub of this machine: what comes with the app is shown first, then the commit."""

import json
import re

import pytest

from echomind.settings import ROOT, Settings
from tests.unit.submissions.hub_cues import Fault
from tests.unit.submissions.hub_history import Repo
from tests.unit.submissions.hub_server import HubServer

NAME = "me/results"
TABLE = "#em-board table"
LINE = "#em-as-of"
ROW = "[data-row=kimi-audio]"


@pytest.fixture
def hub():
    files = {f"results/{p.relative_to(ROOT / 'results').as_posix()}": p for p in (ROOT / "results").rglob("*.json")}
    contents = {path: file.read_bytes() for path, file in files.items()}
    record = json.loads(contents["results/echomind/kimi-audio.json"])
    record["scores"]["understanding_acc"] = 12.34
    contents["results/echomind/kimi-audio.json"] = json.dumps(record).encode()
    with HubServer() as server:
        server.repos[NAME] = Repo(NAME, private=False)
        server.repo.become(contents)
        yield server


def test_the_snapshot_first_and_then_the_hub(hub, run_app, visit):
    hub.faults = lambda endpoint: Fault.AWAY
    environ = {"HF_ENDPOINT": hub.endpoint, "HF_HUB_OFFLINE": "0"}
    base = run_app(Settings(results_repo=NAME, results_refresh_min=1), environ=environ).url
    page = visit("leaderboard", TABLE, base=base)
    assert "Source: the snapshot that comes with the app; me/results on the Hub" in page.locator(LINE).inner_text()
    assert "12.34" not in page.locator(ROW).inner_text()

    hub.faults = lambda endpoint: None
    page.wait_for_selector(f"{ROW} >> text=12.34")  # it comes by itself, within a minute or so
    page.reload(wait_until="load")
    page.wait_for_selector(f"{LINE} >> text={hub.repo.head.oid[:7]}")
    said = page.locator(LINE).inner_text()
    assert re.search(
        r"Source: me/results on the Hub, commit \w{7} of 2026-11-20, checked (just now|\d+ minutes? ago)\.", said
    )
    page.get_by_role("button", name="What changed when").click()
    page.get_by_text("changed on the Hub").wait_for()
