"""The events of the page of submissions, called as gradio calls them."""

from dataclasses import fields
from types import SimpleNamespace

import pytest
from pydantic import SecretStr

from echomind.leaderboard.results import Results
from echomind.settings import Settings
from echomind.submissions.desk import Desk
from echomind.submissions.lookups import MISSES
from echomind.submissions.store import StoreUnavailable
from echomind.ui.identity import Identity
from echomind.ui.site import Site
from echomind.ui.submissions import Parts, _Events, _mine
from echomind.ui.submissions_files import bundle_file, report_file
from tests.unit.ui.shown_submissions import Shelf

PARTS = Parts(**{field.name: field.name for field in fields(Parts)})


@pytest.fixture
def shelf(tmp_path):
    shelf = Shelf(tmp_path / "var")
    shelf.add("one", "A model")
    return shelf


@pytest.fixture
def site(shelf):
    def made(**given):
        settings = Settings(data_dir=shelf.data, results_dir=shelf.data / "results", **given)
        desk = Desk(shelf.store, settings)
        return Site(settings, desk, Identity(settings, since=lambda name: None), Results(settings.results_dir))

    return made


def asked(receipt):
    return SimpleNamespace(query_params={"receipt": receipt})


def test_while_the_store_is_away_the_page_stays_and_says_so(site, shelf, monkeypatch):
    here = site()
    events = _Events(here, PARTS)
    assert "A model" in events.load(asked(shelf.ids["one"]), None)["head"]

    def away(submission_id):
        raise StoreUnavailable("the disk cannot be read now")

    with monkeypatch.context() as patch:
        patch.setattr(here.desk.store, "get", away)
        shown = events.look(asked(shelf.ids["one"]), None)
        assert list(shown) == ["away"]
        assert "This submission cannot be shown now: the disk cannot be read now" in shown["away"]
    shown = events.look(asked(shelf.ids["one"]), None)
    assert shown["away"] == "" and "A model" in shown["head"]
    assert "note" not in shown


def test_whoever_tries_receipts_out_is_told_to_wait_and_others_are_not(site, shelf):
    events = _Events(site(), PARTS)
    for number in range(MISSES):
        line = events.load(asked(f"{number:012x}-{number:032x}"), None)["head"]
        assert "There is no submission with this receipt." in line
    line = events.load(asked(f"{0:012x}-{1:032x}"), None)["head"]
    assert "too many receipts that do not exist" in line
    assert "A model" in events.load(asked(shelf.ids["one"]), None)["head"]


def test_withdrawing_an_unknown_receipt_is_a_refusal_in_a_line(site):
    events = _Events(site(), PARTS)
    for receipt in ("nonsense", f"{0:012x}-{1:032x}"):
        assert "It was not withdrawn: " in events.withdraw("", asked(receipt), None)["note"]


@pytest.mark.parametrize(
    ("given", "key", "expected"),
    [
        ({}, "", "A model"),
        ({"admin_token": SecretStr("sesame")}, "", "Show the admin token"),
        ({"admin_token": SecretStr("sesame")}, "wrong", "found no valid token"),
        ({"admin_token": SecretStr("sesame")}, "sesame", "A model"),
        ({"host": "0.0.0.0"}, "", "ECHOMIND_ADMIN_TOKEN"),
    ],
)
def test_my_submissions_in_every_way_to_be_known(site, given, key, expected):
    shown = _mine(site(**given), key, None)
    assert expected in shown
    assert ("A model" in shown) == (expected == "A model")


def test_files_are_made_whole_in_the_cache_and_leave_nothing_beside_them(site, shelf, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "cache"))
    shelf.score("one")
    submissions = site().desk.submissions
    paths = {bundle_file(submissions, shelf.ids["one"]) for _ in range(2)} | {
        report_file(submissions, shelf.ids["one"])
    }
    assert sorted(paths) == sorted(str(path) for path in (tmp_path / "cache").rglob("*"))
    monkeypatch.setattr("echomind.ui.submissions_files.write_bundle", lambda files, out: out.write(b"half") and 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bundle_file(submissions, shelf.ids["one"])
    assert sorted(paths) == sorted(str(path) for path in (tmp_path / "cache").rglob("*"))
