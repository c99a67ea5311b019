"""The Submit page in a real browser: the whole way to a row, and nothing lost where the connection is."""

import json
import re

import pytest
from playwright.sync_api import Error

from echomind.settings import Settings
from echomind.submissions.references import benchmark_of
from tests.unit.submissions.made_answers import random_answers

READY = "#submit-model :is(input, textarea)"
DRAFT = "JSON.parse(localStorage.getItem('echomind-submit-1'))"
OFFLINE = ("ERR_INTERNET_DISCONNECTED", "Failed to fetch", "Connection errored out", "ERR_FAILED")
SLOW_S = 8  # a full-size check takes half a second; the machine may be busy
NAME = "<b>Random</b> =1+1 ${1+1} {{1}} 模型"


@pytest.fixture(scope="module")
def app(run_app):
    return run_app(Settings())


@pytest.fixture(scope="module")
def mini():
    return benchmark_of("echomind-mini", None, Settings())


@pytest.fixture
def page(visit, app):
    """The Submit page of a new visitor, once its draft was looked for."""
    page = visit("submit", READY, base=app.url, forgive=OFFLINE)
    page.wait_for_function("window.emDraftIsRead === true")
    return page


def choose(page, name, data):
    page.set_input_files(
        "#submit-files input[type=file]", {"name": name, "mimeType": "application/json", "buffer": data}
    )
    page.wait_for_selector(f".em-files li:has-text('{name}')")


def choose_while_reopened(page, name, data):
    """Choose a file while gradio may open the page anew (a request was lost): then it is chosen again, as people do."""
    opened = []
    page.on("framenavigated", lambda frame: opened.append(frame))
    for _ in range(3):
        opened.clear()
        try:
            page.set_input_files(
                "#submit-files input[type=file]", {"name": name, "mimeType": "application/json", "buffer": data}
            )
            page.wait_for_selector(f".em-files li:has-text('{name}')", timeout=30_000)
            return
        except Error:  # of playwright
            assert opened, "the file was not taken though the page stayed"
    raise AssertionError(f"{name} was not taken")


def fill(page, model, prompt="enhanced"):
    page.fill(READY, model)
    page.click(f"#submit-prompt label:has-text('{prompt}')")


def open_more(page):
    """Open the optional part; a frame later gradio gives its fields what they had, whatever was typed by then."""
    page.click("#submit-more button")
    page.wait_for_selector("#submit-contact :is(input, textarea) >> visible=true")
    page.evaluate("() => new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen)))")


def check(page):
    page.click("#submit-check")
    page.wait_for_selector("#submit-checked .em-verdict >> visible=true")


def go_to_confirm(page):
    check(page)
    page.click("#submit-go-on")
    page.wait_for_selector("#submit-hand-in >> visible=true")


def submissions_of(app):
    return sorted(path.name for path in app.data.glob("submissions/20*/*"))


def test_the_first_screen_says_what_to_send_and_where_to_drop_it(visit, app):
    for width, height in ((1440, 900), (390, 844)):
        page = visit("submit", READY, base=app.url, width=width, height=height)
        for what in ("#submit-files", ".em-accepted", *([] if width < 800 else [READY, "#submit-check"])):
            box = page.locator(what).bounding_box()
            assert box["y"] >= 0 and box["y"] + box["height"] <= height, (what, box)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width


def test_from_files_to_a_row_on_the_leaderboard(page, app, mini):
    choose(page, "answers.jsonl", random_answers(mini, 1))
    uploads = [path for path in app.temporary.rglob("*") if path.is_file() and path.stat().st_size > 1_000]
    assert uploads == []  # gradio's copy is gone
    fill(page, NAME)
    check(page)
    assert page.inner_text(".em-verdict") == "Ready to hand in"
    assert "2,552 of 2,552 items are answered" in page.inner_text("#submit-checked")
    took = re.search(r"checked in (?:under )?([\d.]+) s", page.inner_text("#submit-checked"))
    assert float(took.group(1)) < SLOW_S
    assert page.locator("#submit-checked .em-preview .em-later").count() > 5
    page.click("#submit-go-on")
    page.wait_for_selector("#submit-hand-in >> visible=true")  # here nobody has to sign in
    assert "Not public" in page.inner_text("#submit-confirm")
    page.click("#submit-hand-in")
    page.wait_for_selector(".em-done >> visible=true")
    receipt = page.get_attribute(".em-done", "data-receipt")
    assert submissions_of(app) == [receipt]
    page.wait_for_function(f"{DRAFT}?.receipt && !{DRAFT}.fields")  # the draft is done with
    with page.expect_download() as download:
        page.click("#submit-facts [data-download]")
    assert json.loads(download.value.path().read_text(encoding="utf-8"))["form"]["model"] == NAME
    page.wait_for_selector(".em-done[data-state=scoring] .em-progress")
    page.wait_for_selector(".em-done[data-state=published]")
    scores = page.inner_text(".em-receipt-scores")
    assert NAME in scores and "Understanding accuracy" in scores and re.search(r"\d\d\.\d\d–\d\d\.\d\d", scores)
    page.click(".em-links a:has-text('Leaderboard')")
    page.wait_for_selector("#em-board")
    page.get_by_label("Board", exact=True).click()
    page.get_by_role("option", name="EchoMind-Mini", exact=True).click()
    row = page.locator("#em-board tbody tr", has_text=NAME)
    row.wait_for()
    assert row.locator("td small", has_text="–").count() > 5  # intervals


def test_problems_are_told_and_the_form_is_kept(page, mini):
    lines = random_answers(mini, 2, questions=5).decode().splitlines()
    choose(page, "bad.jsonl", "\n".join([*lines, '{"key": "understanding/<i>x</i>", "pred": NaN}']).encode())
    page.fill(READY, NAME)
    check(page)
    told = page.inner_text("#submit-checked")
    assert "2 problems to put right first" in told and "line 6" in told and "NaN" in told and "Prompt condition" in told
    assert page.locator("#submit-go-on").count() == 0 or not page.is_visible("#submit-go-on")
    with page.expect_download() as download:
        page.click("#submit-checked [data-download]")
    assert "bad.jsonl: line 6" in download.value.path().read_text(encoding="utf-8")
    page.click("#submit-back")
    page.wait_for_selector(f"{READY} >> visible=true")
    assert page.input_value(READY) == NAME
    page.click(".em-files [data-remove]")
    page.wait_for_selector(".em-files", state="detached")
    choose(page, "good.jsonl", "\n".join(lines).encode())
    page.click("#submit-prompt label:has-text('basic')")
    check(page)
    assert page.inner_text(".em-verdict") == "Ready to hand in"


def test_a_reload_finds_form_files_and_step_again(page, mini):
    choose(page, "part.jsonl", random_answers(mini, 3, questions=7))
    fill(page, NAME, "basic")
    open_more(page)
    page.fill("#submit-contact :is(input, textarea)", "ada@example.org")
    page.wait_for_function(f"{DRAFT}?.fields.contact === 'ada@example.org'")
    go_to_confirm(page)
    page.wait_for_function(f"{DRAFT}?.step === 4")
    page.reload()
    page.wait_for_selector("#submit-hand-in >> visible=true")
    page.click("#submit-over")
    page.wait_for_selector(f"{READY} >> visible=true")
    assert page.input_value(READY) == NAME
    assert "part.jsonl" in page.inner_text(".em-files")
    assert page.is_checked("#submit-prompt label:has-text('basic') input")
    open_more(page)
    page.wait_for_function(
        "document.querySelector('#submit-contact :is(input, textarea)')?.value === 'ada@example.org'"
    )
    page.click("#submit-forget")
    page.wait_for_selector(".em-files", state="detached")
    assert page.input_value(READY) == "" and page.evaluate(DRAFT) is None


def test_what_is_filled_in_after_a_request_was_lost_is_kept(page):
    fill(page, NAME, "basic")
    open_more(page)
    page.context.set_offline(True)
    page.click("#submit-check")  # gradio lets go of all its events, until it opens the page anew
    page.wait_for_selector("[data-connection] >> visible=true")
    page.wait_for_selector(".toast-body", state="attached")
    fill(page, "Filled in later", "zero")
    page.fill("#submit-contact :is(input, textarea)", "ada@example.org")
    with page.expect_event("framenavigated"):
        page.context.set_offline(False)
    page.wait_for_selector("#submit-prompt label:has-text('zero') input:checked")
    page.wait_for_function("(field) => document.querySelector(field)?.value === 'Filled in later'", arg=READY)
    assert page.evaluate(f"{DRAFT}.fields.contact") == "ada@example.org"


def test_a_lost_connection_loses_nothing_and_hands_in_once(page, app, mini):
    before = submissions_of(app)
    fill(page, NAME, "basic")
    page.context.set_offline(True)
    page.wait_for_selector("[data-connection] >> visible=true")
    page.fill(READY, "Typed while offline")
    page.wait_for_function(f"{DRAFT}?.fields.model === 'Typed while offline'")
    page.context.set_offline(False)
    page.wait_for_selector("[data-connection]", state="hidden")
    choose_while_reopened(page, "part.jsonl", random_answers(mini, 4, questions=9))
    go_to_confirm(page)
    page.wait_for_function(f"{DRAFT}?.step === 4")
    page.context.set_offline(True)
    page.click("#submit-hand-in")  # the request never leaves
    page.wait_for_selector("[data-connection] >> visible=true")
    assert submissions_of(app) == before
    with page.expect_event("framenavigated"):  # gradio opens the page anew once the server answers
        page.context.set_offline(False)
    page.wait_for_selector("#submit-hand-in >> visible=true")

    page.route("**/queue/data*", lambda route: route.abort())  # the request arrives, its answer does not
    page.click("#submit-hand-in")
    page.wait_for_selector("[data-connection] >> visible=true")
    page.unroute("**/queue/data*")
    page.wait_for_selector("#submit-hand-in:not([disabled]) >> visible=true")
    assert len(submissions_of(app)) == len(before) + 1
    page.click("#submit-hand-in")
    page.wait_for_selector(".em-done >> visible=true")
    page.wait_for_selector("#submit-done [data-state=published]")  # a second look, and the line is still there
    assert "received before" in page.inner_text("#submit-facts")
    assert len(submissions_of(app)) == len(before) + 1
    page.reload()  # the receipt is found again
    page.wait_for_selector(".em-done >> visible=true")
    page.click("#submit-another")
    page.wait_for_selector(f"{READY} >> visible=true")
    assert page.evaluate(DRAFT) is None


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(page, tmp_path):
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate(51 * 2**20)
    page.set_input_files("#submit-files input[type=file]", large)
    page.wait_for_selector("[data-limit] >> visible=true")
    assert page.inner_text("[data-limit]").startswith("large.json: larger than the 50 MB")
    assert page.evaluate(DRAFT) is None


def test_files_that_are_gone_are_told_and_the_form_is_kept(visit, app):
    draft = {"fields": {"model": NAME, "board": "no board", "prompt": "basic"}, "tray": "0" * 32, "step": 4}
    before = f"localStorage.setItem('echomind-submit-1', {json.dumps(json.dumps(draft))})"
    page = visit("submit", READY, base=app.url, before=before)
    page.wait_for_selector("#submit-tray .em-refused")
    assert "choose them again, the form is kept" in page.inner_text("#submit-tray")
    assert page.input_value(READY) == NAME
    assert page.is_checked("#submit-board input >> nth=0")
