"""What the Talk page shows of turns in a real browser: in depth, over several turns, and of three deliveries."""

import pytest

from echomind.settings import ROOT, Settings
from tests.ui.test_talk import UPLOAD_GONE, files_in, record

EXAMPLES = ROOT / "assets" / "examples"
READY = ".em-example-button"
RUNNING = ".em-busy"


@pytest.fixture(scope="module")
def app(run_app, tiny_checkpoint):
    """The app with a tiny model of our own classes, whose weights are random."""
    return run_app(Settings(model=str(tiny_checkpoint)))


@pytest.fixture
def page(app, visit):
    return visit("", READY, base=app.url)


def show(page, name, turns=0):
    """Play an example and wait until all of its turn is shown, the timeline last but for the line without the voice."""
    drawn = page.locator("#talk-timeline-words").inner_text()
    page.click(f".em-example-button:has-text('{name}') >> nth=0")
    page.wait_for_function(
        "(before) => { const now = document.querySelector('#talk-timeline-words').innerText;"
        " return now && now !== before; }",
        arg=drawn,
    )
    page.wait_for_selector("#talk-timeline .js-plotly-plot")


def sideways(page):
    return page.evaluate("document.documentElement.scrollWidth")


def test_a_turn_is_shown_in_depth(page):
    show(page, "sobbing")
    page.wait_for_selector("#talk-plane .js-plotly-plot")
    words = page.locator("#talk-timeline-words").inner_text()
    assert "s of sound" in words
    assert "words a second" in words
    assert "What the speaker expresses is" in page.locator("#talk-plane-words").inner_text()
    page.click("#talk-timeline-words summary")
    assert page.locator("#talk-timeline-words tbody tr").count() >= 5
    names = page.locator("#talk-plane .textpoint").all_text_contents()
    assert names == ["speaker", "listener"]
    page.wait_for_selector("text=Without the voice I would have said:")
    assert len(page.locator(".em-unheard").inner_text()) > len("Without the voice I would have said: ")
    assert not page.locator("#talk-turns .js-plotly-plot").count()


def test_three_turns_with_their_trajectory(app, page):
    for number, name in enumerate(("sobbing", "laughing", "whispering"), 1):
        show(page, name)
        if number > 1:
            page.wait_for_selector(f"#talk-turns-words tbody tr:nth-child({number})")
    page.wait_for_selector("#talk-turns .js-plotly-plot")
    ticks = page.locator("#talk-turns .xtick").all_text_contents()
    assert ticks == ["turn 1", "turn 2", "turn 3"]
    table = page.locator("#talk-turns-words tbody tr").all_inner_texts()
    assert len(table) == 3

    page.click("text=How did my feelings change?")
    page.wait_for_selector("text=Put together from what the model noted in each turn")
    told = page.locator(".em-reply-text").inner_text()
    assert told.startswith(("First you sounded", "You sounded"))
    page.click("text=Why do I feel like this?")
    page.wait_for_function("(told) => document.querySelector('.em-reply-text').innerText !== told", arg=told)
    page.wait_for_selector("[data-download]")
    assert page.locator("#talk-turns-words tbody tr").count() == 3  # a question asked here is no turn

    page.fill("#talk-transcript textarea", "How did my feelings change over this conversation?")
    page.click("#talk-again")  # the same question as a message; the turn before takes its place
    page.wait_for_selector("text=Put together from what the model noted in each turn")
    page.wait_for_function("document.querySelectorAll('#talk-turns-words tbody tr').length === 2")

    page.click("#talk-restart")
    page.wait_for_function("!document.querySelector('#talk-turns-words tbody')")
    assert page.input_value("#talk-transcript textarea") == ""
    assert files_in(app) == []


def test_help_lines_are_those_of_the_chosen_country(page):
    show(page, "plainly")
    page.click("#talk-country input")
    page.click("li:has-text('New Zealand')")
    page.fill("#talk-transcript textarea", "I want to die")
    page.click("#talk-again")
    page.wait_for_selector(".em-care >> text=1737")
    page.wait_for_selector(".em-voice:has([data-download])")
    assert page.locator(".em-voice").get_attribute("data-aloud") is None
    assert "not written by the model" in page.locator("#talk-reply").inner_text()


def test_stopping_silences_the_voice(page):
    show(page, "whispering")
    page.wait_for_selector("[data-download]")
    page.click("text=How did my feelings change?")  # its answer takes some seconds to say
    page.wait_for_selector("[data-hush]:visible")
    page.evaluate("window.dispatchEvent(new Event('em-hush'))")  # what Stop and a new recording do
    page.wait_for_selector("[data-hush]", state="hidden")


def test_three_deliveries_side_by_side(page):
    page.click("#contrast-go")
    page.wait_for_selector(".em-verdict-line")
    cards = page.locator(".em-contrast-card")
    assert cards.count() == 3
    assert cards.locator("h3").all_inner_texts() == ["Neutral: plainly", "Target: sobbing", "Alternative: happy"]
    for place in range(3):
        assert cards.nth(place).locator(".em-contrast-reply").inner_text().strip()
        assert cards.nth(place).locator("audio").get_attribute("src").startswith("blob:")
    assert "What was meant" in cards.nth(1).inner_text()
    lines = page.locator(".em-contrast-reply mark").evaluate_all(
        "(marks) => marks.map((mark) => getComputedStyle(mark).textDecorationLine)"
    )
    assert set(lines) <= {"underline"}  # marked by more than colour


def test_own_deliveries_are_compared(app, visit):
    page = visit("", READY, base=app.url, forgive=UPLOAD_GONE)
    page.click("button[role=tab]:has-text('Your own voice')")
    page.click("#contrast-go-mine")
    page.wait_for_selector("text=Record the sentence plainly and at least once in another way")
    for place, clip in enumerate(("walk_neutral.ogg", "walk_whisper.ogg")):
        page.click(f"#contrast-mic-{place} button[aria-label='Upload file']")
        page.set_input_files(f"#contrast-mic-{place} input[type=file]", EXAMPLES / clip)
        page.wait_for_selector(f"#talk-contrast-slot-{place} >> text=in memory only")
    page.click("#contrast-go-mine")
    page.wait_for_selector("#talk-contrast-mine .em-verdict-line")
    assert page.locator("#talk-contrast-mine h3").all_inner_texts() == ["Plainly", "Another way"]
    assert files_in(app) == []


def test_own_deliveries_are_recorded_one_by_one(app, visit, spoken_words):
    page = visit("", READY, base=app.url, forgive=UPLOAD_GONE)
    page.click("button[role=tab]:has-text('Your own voice')")
    for place in range(2):
        record(page, int(spoken_words.seconds), at=f"#contrast-mic-{place}")
        page.wait_for_selector(f"#talk-contrast-slot-{place} >> text=in memory only")
        page.wait_for_selector(f"#contrast-mic-{place} .record-button")  # to say it again
    page.click("#contrast-go-mine")
    page.wait_for_selector("#talk-contrast-mine .em-verdict-line")
    assert page.locator("#talk-contrast-mine h3").all_inner_texts() == ["Plainly", "Another way"]
    assert files_in(app) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_of_it_fits_a_phone(app, visit, scheme):
    page = visit(f"?__theme={scheme}", READY, width=390, height=844, scheme=scheme, base=app.url)
    show(page, "whispering")
    show(page, "laughing")
    page.wait_for_selector("#talk-turns .js-plotly-plot")
    page.click("#contrast-go")
    page.wait_for_selector(".em-verdict-line")
    assert sideways(page) <= 390
    for name in ("timeline", "plane", "turns"):
        box = page.locator(f"#talk-{name} .js-plotly-plot").bounding_box()
        assert box["x"] >= 0
        assert box["width"] <= 390
        assert box["width"] >= 260
    words = page.locator("#talk-timeline .textpoint").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect()).map((b) => [b.left, b.right, b.top, b.bottom])"
    )
    assert len(words) >= 3
    assert all(left >= 0 and right <= 390 for left, right, _, _ in words)
    over = [
        (a, b)
        for place, a in enumerate(words)
        for b in words[place + 1 :]
        if min(a[1], b[1]) - max(a[0], b[0]) > 1 and min(a[3], b[3]) - max(a[2], b[2]) > 3
    ]
    assert not over
