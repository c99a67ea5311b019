"""Rows that are published while a page is open come in by themselves, and the visitor's place stays theirs."""

from types import SimpleNamespace

import pytest

from echomind.leaderboard.submitted import published_records
from echomind.settings import Settings
from echomind.submissions.model import new_event
from echomind.submissions.store_local import LocalStore
from tests.unit.leaderboard.made_rows import made_rows, publish_row

TABLE, PLOT = "#em-board table", "#em-plot .main-svg"
CAPTION = "(words) => document.querySelector('#em-board caption').innerText.includes(words)"
SENTENCE = "(words) => document.querySelector('.em-sentence').innerText.includes(words)"
NAMES = "[...document.querySelectorAll('#em-board tbody th bdi:first-child')].map((name) => name.textContent)"
TOP_ROW = """() => {
  const head = document.querySelector('#em-board thead').getBoundingClientRect().bottom;
  const rows = [...document.querySelectorAll('#em-board tr[data-row]')];
  const row = rows.find((one) => one.getBoundingClientRect().bottom > head + 2);
  return [row.dataset.row, row.getBoundingClientRect().top - head];
}"""


@pytest.fixture(scope="module")
def app(serve, tmp_path_factory):
    """An app with thirty submissions to EchoMind-Mini: its ``base``, its ``store`` and their ``folder``."""
    folder = tmp_path_factory.mktemp("data") / "submissions"
    store = LocalStore(folder)
    made_rows(store, [f"Model {i:02}" for i in range(30)])
    base = serve(Settings(data_dir=folder.parent, scoring_workers=0))
    return SimpleNamespace(base=base, store=store, folder=folder)


def rows_now(app):
    """How many rows the board has: four are files."""
    return 4 + len(published_records(app.store, "echomind-mini"))


def choose_mini(page):
    page.wait_for_load_state("load")
    page.get_by_label("Board", exact=True).click()
    page.get_by_role("option", name="EchoMind-Mini").click()


def test_a_row_comes_in_and_focus_place_search_and_definition_stay(visit, app):
    count = rows_now(app)
    page = visit("leaderboard", TABLE, base=app.base)
    choose_mini(page)
    page.wait_for_function(CAPTION, arg=f"{count} models")
    page.locator("#em-board button[data-sort=bertscore_minilm]").click()
    page.wait_for_selector('#em-board th[aria-sort="descending"] button[data-sort=bertscore_minilm]')
    link = page.locator("#em-board tr[data-row]", has_text="Model ").nth(15).get_by_role("link", name="Submission")
    link.scroll_into_view_if_needed()
    link.focus()
    page.evaluate("document.querySelector('.em-scroll').scrollTop += 7")
    before, focused = page.evaluate(TOP_ROW), page.evaluate("document.activeElement.href")
    sideways = page.evaluate("document.querySelector('.em-scroll').scrollLeft")
    publish_row(app.store, 100, "A newcomer", 0.99)
    page.wait_for_function(CAPTION, arg=f"{count + 1} models", timeout=30_000)
    row, at = page.evaluate(TOP_ROW)
    assert row == before[0] and abs(at - before[1]) <= 2  # a frame is scrolled by whole pixels
    assert page.evaluate("document.activeElement.href") == focused
    assert page.evaluate("document.querySelector('.em-scroll').scrollLeft") == sideways
    assert "A newcomer" in page.evaluate(NAMES)
    assert page.locator('th[aria-sort="descending"] button[data-sort=bertscore_minilm]').count() == 1

    page.get_by_label("Find a model").fill("newcomer")
    page.wait_for_function(CAPTION, arg=f"1 of {count + 1} models")
    page.locator("button[popovertarget=about-wer]").click()
    page.locator("#about-wer").wait_for(state="visible")
    receipt = publish_row(app.store, 101, "A second newcomer", 0.5)
    page.wait_for_function(CAPTION, arg=f"2 of {count + 2} models", timeout=30_000)
    assert page.locator("#about-wer").is_visible()
    assert page.get_by_label("Find a model").input_value() == "newcomer"
    app.store.append(receipt.id, new_event("verified", "moderator"))
    row = page.locator("#em-board tr[data-row]", has_text="A second newcomer")
    row.locator("small", has_text="verified").and_(row.locator("td small")).get_by_text(
        "verified", exact=True
    ).wait_for()
    app.store.append(receipt.id, new_event("hidden", "moderator", reason="a test"))
    page.wait_for_function(CAPTION, arg=f"1 of {count + 1} models", timeout=30_000)


def test_a_point_comes_in_and_what_was_opened_stays_open(visit, app):
    count = rows_now(app)
    page = visit("correlations", PLOT, base=app.base)
    choose_mini(page)
    page.wait_for_function("document.querySelector('.em-sentence').innerText.includes('models, those')")
    page.get_by_text("The points as a table").click()
    page.get_by_label("Upward (y)").focus()
    publish_row(app.store, 102, "A third newcomer", 0.99)
    page.wait_for_function(SENTENCE, arg=f"{count + 1} models", timeout=30_000)
    page.wait_for_function("document.querySelectorAll('#em-plot .scatterlayer .point').length === " + str(count + 1))
    page.get_by_role("rowheader", name="A third newcomer").wait_for(state="visible")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Upward (y)"


def test_a_row_leads_to_its_submission(visit, app):
    count = rows_now(app)
    page = visit("leaderboard", TABLE, base=app.base)
    choose_mini(page)
    page.wait_for_function(CAPTION, arg=f"{count} models")
    address = page.locator("#em-board tr[data-row] td a").first.get_attribute("href")
    assert address.removeprefix("/submissions?receipt=") in set(app.store.ids())


def test_without_the_store_the_page_says_in_one_line_that_rows_are_missing(visit, app):
    count = rows_now(app)
    page = visit("leaderboard", TABLE, base=app.base)
    choose_mini(page)
    page.wait_for_function(CAPTION, arg=f"{count} models")
    away = app.folder.with_name("away")
    app.folder.rename(away)
    app.folder.write_text("no folder any more")
    page.locator(".em-notice").wait_for(timeout=30_000)
    assert page.locator(".em-notice").inner_text().startswith("Rows of submissions are missing for now")
    page.wait_for_function(CAPTION, arg="4 models")
    app.folder.unlink()
    away.rename(app.folder)
    page.wait_for_function(CAPTION, arg=f"{count} models", timeout=30_000)
    assert page.locator(".em-notice").count() == 0
