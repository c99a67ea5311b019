"""The page of submissions in a real browser: every state, live change, downloads, withdrawing."""

import io
import json
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from echomind.settings import Settings
from echomind.submissions.outcomes import publish
from tests.unit.ui.shown_submissions import HOSTILE, HOSTILE_FILE, REASON, Shelf

STEPS = "#sub-head .sub-steps"


@pytest.fixture(scope="module")
def app(run_app):
    """The app over a prepared folder; nobody scores, so that states change only where a test says so."""
    kept = {}

    def prepare(data):
        shelf = kept["shelf"] = Shelf(data)
        shelf.add("published", HOSTILE, hub_id="ada/slm", org="Ada & Söhne", contact="ada@example.org", params_b=7.0)
        shelf.claim("published")
        shelf.score("published", "echomind-0.9", 47.0)
        shelf.score("published")
        shelf.add("failed", "Warm listener")
        shelf.claim("failed")
        shelf.event("failed", "failed", reason=REASON)
        shelf.add("hidden", "Copied model", sender="Bo")
        shelf.claim("hidden")
        shelf.score("hidden")
        shelf.event("hidden", "hidden", reason="the answers are those of another row")
        shelf.add("live", "Model that is being scored")
        shelf.claim("live")
        shelf.progress("live", 0.25, "scoring replies")
        shelf.add("waiting", "Model that waits")
        shelf.add("long", "W" * 80, org="Ö" * 80, licence="L" * 80, decoding="d" * 200)
        shelf.add("mine", "Model to take back")
        shelf.add("other", "Model of somebody else", sender="Bo")
        shelf.add("scored here", "Model that is kept")
        shelf.claim("scored here")
        shelf.score("scored here")

    running = run_app(Settings(scoring_workers=0), prepare)
    return SimpleNamespace(url=running.url, temporary=running.temporary, **kept)


@pytest.fixture
def see(visit, app):
    def go(name, ready=STEPS, **given):
        return visit(f"submissions?receipt={app.shelf.ids.get(name, name)}", ready, base=app.url, **given)

    return go


def marks(page):
    return [item.get_attribute("class").split()[1] for item in page.locator(f"{STEPS} > li").all()]


def test_names_are_text_everywhere_also_in_the_title_of_the_tab(see):
    page = see("published")
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.wait_for_function("(name) => document.title === `${name} · submission · EchoMind`", arg=HOSTILE)
    assert page.locator("#sub-head h1").inner_text() == HOSTILE
    assert HOSTILE_FILE in page.locator("#sub-about table").inner_text()
    assert page.locator("#sub-about b, #sub-head script").count() == 0
    assert "ada@example.org" not in page.content()
    assert dialogs == []


def test_a_published_one_shows_its_way_scores_older_scores_and_its_row(see):
    page = see("published")
    assert marks(page) == ["sub-done", "sub-done", "sub-done", "sub-now"]
    page.wait_for_function("document.querySelector('.sub-step [data-since]').textContent.includes('minutes ago')")
    assert page.get_by_role("link", name="See it on its board").get_attribute("href") == (
        "/leaderboard?board=echomind-mini"
    )
    scores = page.locator("#sub-scores")
    assert "50.00 %" in scores.inner_text() and "47.00 to 53.00" in scores.inner_text()
    page.get_by_text("By question type").first.click()
    assert page.get_by_text("Gender Recognition").first.is_visible()
    page.get_by_text("Scores of echomind-0.9").click()
    assert page.get_by_text("47.00 %").is_visible()


def test_why_it_failed_stands_there_in_full_and_leads_to_handing_in_again(see):
    page = see("failed")
    assert page.locator("#sub-head .sub-why").inner_text() == REASON
    assert page.get_by_role("link", name="Hand in again").get_attribute("href") == "/submit"
    assert not page.locator("#sub-withdraw").is_visible()


def test_a_hidden_one_says_why_and_is_taken_back_by_nobody_else(see):
    page = see("hidden")
    assert "the answers are those of another row" in page.locator("#sub-head").inner_text()
    assert page.get_by_role("link", name="See it on its board").count() == 0
    assert not page.locator("#sub-withdraw").is_visible()


@pytest.mark.parametrize("receipt", ["nonsense", "../../etc/passwd", "0" * 12 + "-" + "1" * 32, "<script>alert(1)"])
def test_what_is_no_receipt_gets_one_calm_line(see, receipt):
    page = see(receipt, ready=".sub-told-line")
    assert page.locator(".sub-told-line").inner_text().startswith("There is no submission with this receipt.")
    assert not page.locator("#sub-one").is_visible()


def test_it_changes_while_the_page_is_open_and_leaves_focus_and_place_alone(see, app):
    page = see("live", width=390)
    assert page.locator("progress").get_attribute("value") == "0.250"
    page.locator("#sub-about summary").last.click()  # what was opened stays open
    page.locator("#sub-about summary").last.focus()
    page.evaluate("window.scrollTo(0, 300)")
    app.shelf.progress("live", 0.75, "writing the report")
    page.wait_for_selector("progress[value='0.750']")
    assert page.evaluate("window.scrollY") == 300
    assert page.evaluate("document.activeElement === [...document.querySelectorAll('#sub-about summary')].at(-1)")
    assert page.evaluate("[...document.querySelectorAll('#sub-about details')].at(-1).open")
    app.shelf.score("live", published=False)
    page.wait_for_selector("[data-state=scored]")
    assert publish(app.shelf.store, app.shelf.ids["live"], "worker-1")
    page.wait_for_selector("[data-state=published]")
    assert marks(page)[-1] == "sub-now"
    page.wait_for_selector("#sub-scores table")
    assert page.locator("#sub-report").is_visible()


def test_one_click_saves_what_was_scored_and_nothing_stays_but_in_the_cache(see, app):
    page = see("published")
    with page.expect_download() as saved:
        page.click("#sub-bundle")
    first = saved.value.path().read_bytes()
    assert saved.value.suggested_filename == f"echomind-{app.shelf.ids['published']}.zip"
    with zipfile.ZipFile(io.BytesIO(first)) as bundle:
        names = bundle.namelist()
        assert names == sorted(names)
        assert {"receipt.json", "raw/understanding.json", "scores-echomind-0.9.json"} <= set(names)
        assert b"ada@example.org" not in b"".join(bundle.read(name) for name in names)
    with page.expect_download() as saved:
        page.click("#sub-report")
    assert json.loads(saved.value.path().read_bytes())["level"]["understanding"]["understanding_acc"]["value"] == 50.0
    with page.expect_download() as saved:
        page.click("#sub-bundle")
    assert saved.value.path().read_bytes() == first
    left = [path for path in Path(app.temporary).rglob("*") if path.is_file() and "gradio" not in path.parts]
    assert left == []


def test_it_asks_once_more_before_it_is_withdrawn(see, app):
    page = see("mine")
    page.click("#sub-withdraw")
    page.wait_for_function("document.activeElement.id === 'sub-keep'")
    page.keyboard.press("Enter")
    page.locator("#sub-confirm").wait_for(state="hidden")
    assert app.shelf.store.get(app.shelf.ids["mine"]).standing.state == "received"
    page.click("#sub-withdraw")
    assert "What stays" in page.locator("#sub-confirm").inner_text()
    page.click("#sub-yes")
    page.wait_for_selector("[data-state=withdrawn]")
    assert page.locator("#sub-note").inner_text() == "It was withdrawn."
    assert not page.locator("#sub-withdraw").is_visible()
    assert app.shelf.store.get(app.shelf.ids["mine"]).standing.state == "withdrawn"


def test_my_submissions_are_those_of_this_machine_and_a_receipt_can_be_looked_up(visit, app):
    page = visit("submissions", "#sub-table table", base=app.url)
    text = page.locator("#sub-table").inner_text()
    assert HOSTILE in text and "Model that is kept" in text
    assert "Model of somebody else" not in text
    page.get_by_label("Look up a receipt").fill(f" {app.shelf.ids['scored here']} ")
    page.keyboard.press("Enter")
    page.wait_for_selector(STEPS)
    assert page.locator("#sub-head h1").inner_text() == "Model that is kept"


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("name", ["published", "failed", "long"])
def test_only_frames_scroll_sideways(see, name, width):
    page = see(name, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
