import json

import pytest

from echomind.settings import Settings
from echomind.submissions.service import Submissions
from echomind.ui import submit_receipt_view as view
from tests.unit.ui.shown_submissions import HOSTILE, Shelf, made_report


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path)


@pytest.fixture
def status(shelf):
    submissions = Submissions(shelf.store, Settings(data_dir=shelf.data))
    return lambda name: submissions.status(shelf.ids[name])


def test_a_receipt_can_be_copied_and_downloaded_before_anything_is_scored(parse, shelf, status):
    shelf.add("new", HOSTILE, contact="ada@example.org")
    found = status("new")
    assert view.scored_html(found, None) == ""
    html = view.state_html(found) + view.facts_html(found.receipt, told=HOSTILE)
    page = parse(html)
    assert not page.all("script") and "ada@example.org" not in html
    assert page.all("code", id="submit-id")[0].text == found.id
    assert page.all("code", id="submit-content")[0].text == found.receipt.content
    kept = json.loads(page.all("span", id="submit-json")[0].attributes["data-text"])
    assert (kept["id"], kept["form"]["model"]) == (found.id, HOSTILE)
    assert "Next to be scored." in page.text and view.is_moving(found)
    assert page.children[0].attributes["data-state"] == "received"


def test_progress_is_a_number_and_what_is_being_done(parse, shelf, status):
    shelf.add("one", "M")
    shelf.claim("one")
    assert "0 %, starting" in parse(view.state_html(status("one"))).text
    shelf.progress("one", 0.42, "replies <i>now</i>")
    page = parse(view.state_html(status("one")))
    assert "42 %, replies <i>now</i>" in page.text and not page.all("i")
    assert view.is_moving(status("one"))


def test_a_published_one_has_its_scores_and_links_to_its_row(parse, shelf, status):
    shelf.add("one", "M", url="https://example.org/paper")
    shelf.claim("one")
    shelf.score("one")
    found = status("one")
    page = parse(view.state_html(found) + view.scored_html(found, made_report()))
    assert not view.is_moving(found)
    links = [link.attributes["href"] for link in page.all("a")]
    assert f"/submissions?receipt={found.id}" in links and "/leaderboard?board=echomind-mini" in links
    assert "12.35 %" in page.text and "9.35–15.35" in page.text
    assert "27.1" not in page.text  # what guessing scores is nobody's score
    reached = [step.attributes.get("class") for step in page.all("ol")[0].children]
    assert reached == ["em-reached"] * 4


@pytest.mark.parametrize(("kind", "state"), [("failed", "failed"), ("held", "held")])
def test_a_reason_is_told_in_full_and_as_text(parse, shelf, status, kind, state):
    shelf.add("one", "M")
    shelf.event("one", kind, reason=HOSTILE)
    page = parse(view.state_html(status("one")))
    assert HOSTILE in page.text and not page.all("script") and not page.all("ol")
    assert page.children[0].attributes["data-state"] == state
    assert not view.is_moving(status("one"))


def test_a_state_that_cannot_be_read_keeps_the_receipt(parse):
    page = parse(view.lost_html("abc-def", "<b>away</b>"))
    assert page.all("code", id="submit-id")[0].text == "abc-def" and "<b>away</b>" in page.text
