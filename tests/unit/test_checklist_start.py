"""What an app of this kind promises about starting and staying up, a test a promise. Those that stand elsewhere:

corrupt snapshot: told in place of the table ->
    tests/unit/ui/test_pages.py::test_unreadable_results_are_told_in_place_of_the_table
corrupt snapshot: told until it is mended ->
    tests/unit/leaderboard/test_results.py::test_a_broken_file_is_told_until_it_is_mended
Hub down: said on the page ->
    tests/ui/test_live_rows.py::test_without_the_store_the_page_says_in_one_line_that_rows_are_missing
two tabs do not share state: views ->
    tests/ui/test_tabs.py::test_two_tabs_do_not_share_a_view
two tabs do not share state: conversations ->
    tests/ui/test_talk.py::test_conversations_do_not_mix

How long it takes is measured in ``bench`` (``bench.start``, and ``bench.steady_memory`` over HTTP), not tested.
"""

import gc
import json
import os
import subprocess
import sys

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import httpx
import pytest

import app
from echomind.errors import ResultsError
from echomind.leaderboard.api import ResultsApi
from echomind.leaderboard.freshness import freshness
from echomind.leaderboard.results import Results
from echomind.settings import ROOT, Settings
from echomind.submissions.desk import open_desk
from echomind.submissions.store import StoreUnavailable
from echomind.submissions.store_local import LocalStore
from echomind.ui.as_of import as_of_line
from echomind.ui.site import site_of
from tests.unit.checklist import is_there, named_tests

TABLE = named_tests(__doc__)
RESULT_PAGES = ("leaderboard", "correlations", "models")
# Any address but this machine's is noted and refused, also a look-up of its name.
OFFLINE = """
import json, os, socket
asked = []
here = ("127.0.0.1", "::1", "localhost", "0.0.0.0")
connect, look_up = socket.socket.connect, socket.getaddrinfo
def refuse(*given):
    asked.append(str(given))
    raise OSError("no network here")
socket.socket.connect = lambda s, to: connect(s, to) if isinstance(to, str) or to[0] in here else refuse(to)
socket.getaddrinfo = lambda host, *rest, **more: look_up(host, *rest, **more) if host in (None, *here) else refuse(host)
import app
from echomind.submissions.desk import open_desk
from echomind.ui.site import site_of
settings = app.get_settings()
with open_desk(settings) as desk:
    app.build(site_of(settings, desk))
print(json.dumps(asked))
"""


class Away(LocalStore):
    """A store that cannot be reached."""

    def ids(self):
        raise StoreUnavailable("no answer")


@pytest.fixture
def made(tmp_path):
    """A folder of results with so many models on the first board."""
    record = json.loads((ROOT / "results" / "echomind" / "kimi-audio.json").read_text(encoding="utf-8"))

    def make(count):
        folder = tmp_path / "results" / "echomind"
        folder.mkdir(parents=True)
        for index in range(count):
            record["model"] |= {"name": f"Model {index}", "hub_id": None}
            record["scores"]["understanding_acc"] = index / 10
            (folder / f"m{index}.json").write_text(json.dumps(record))
        return folder.parent

    return make


@pytest.fixture
def pages(tmp_path):
    """Serves the app over a folder of results and returns the text of its pages; each has to be answered with 200."""

    def read(results_dir):
        settings = Settings(results_dir=results_dir, data_dir=tmp_path / "var", scoring_workers=0)
        with open_desk(settings) as desk:
            demo = app.build(site_of(settings, desk))
            _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, **app.options(settings))
            answers = {page: httpx.get(f"{url}{page}", timeout=60) for page in RESULT_PAGES}
            demo.close()
        assert {answer.status_code for answer in answers.values()} == {200}
        return {page: answer.text for page, answer in answers.items()}

    return read


@pytest.mark.parametrize(("clause", "test"), TABLE)
def test_the_test_of_the_clause_is_there(clause, test):
    assert is_there(test), clause


def test_no_network_at_import(tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GRADIO_", "HF_"))}
    environment |= {"ECHOMIND_DATA_DIR": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", OFFLINE], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(run.stdout.splitlines()[-1]) == []


def test_hub_down_bundled_snapshot_and_a_dated_notice(tmp_path):
    results = Results(ROOT / "results", Away(tmp_path))
    found = freshness(results)
    assert found.submissions_missing and found.newest is not None
    line = as_of_line(found)
    assert f"Data as of {found.newest.isoformat()}." in line and "submissions cannot be reached" in line
    answer = ResultsApi(results).leaderboard()
    assert len(answer["rows"]) == 14 and answer["submissions_missing"]


def test_corrupt_snapshot_clear_message_not_a_traceback(made, pages):
    folder = made(1)
    (folder / "echomind" / "broken.json").write_text('{"schema": 1,\n"board": ')
    with pytest.raises(ResultsError, match=r"^echomind/broken\.json: line 2, column 10"):
        ResultsApi(Results(folder)).leaderboard()
    shown = pages(folder)["leaderboard"]
    assert "echomind/broken.json: line 2, column 10" in shown and "Traceback" not in shown
    assert "Not readable just now: EchoMind." in shown


@pytest.mark.parametrize("count", [0, 1, 500])
def test_zero_one_and_500_models_render(made, pages, count):
    folder = made(count)
    assert len(ResultsApi(Results(folder)).leaderboard()["rows"]) == count
    shown = pages(folder)
    if count:
        assert f"Model {count - 1}" in shown["leaderboard"]  # the best one
        assert "Data as of 2" in shown["leaderboard"]
    else:
        assert all("There are no results." in text for text in shown.values())


def test_memory_is_flat_over_1000_requests(made):
    api = ResultsApi(Results(made(10)))

    def objects(calls):
        for _ in range(calls):
            api.leaderboard()
        gc.collect()
        return len(gc.get_objects())

    before = objects(50)
    assert objects(1000) - before < 100  # a thing kept of each request would be 1,000
