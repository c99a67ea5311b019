"""Hands-free turns in a real browser with a fake microphone, which says one sentence three times over."""

import re

import jiwer
import numpy as np
import pytest
import soundfile

from echomind.settings import Settings
from tests.ui.conftest import FLAGS, PAUSE_S

WORDS = "I think we should start walking home before it gets dark"
SPEAK, PANEL, TIMES = "[data-speak]", "[data-live]", "#talk-times .em-times"


@pytest.fixture(scope="module")
def browser(browser, chromium, spoken_words, tmp_path_factory):
    """As for other tests, but it speaks longer: words come late on a busy machine, and should come while one speaks."""
    samples, rate = soundfile.read(spoken_words.path)
    before, after = (round(seconds * rate) for seconds in PAUSE_S)
    words = samples[before : len(samples) - after]
    path = tmp_path_factory.mktemp("microphone") / "long.wav"
    soundfile.write(path, np.concatenate([samples[:before], *[words] * 3, np.zeros(4 * rate)]), rate, subtype="PCM_16")
    flags = [*FLAGS, f"--use-file-for-fake-audio-capture={path}"]
    running = browser.browser_type.launch(executable_path=chromium, args=flags)
    yield running
    running.close()


@pytest.fixture(scope="module")
def app(run_app, tiny_checkpoint):
    """The app with a tiny model of our own classes, whose weights are random."""
    return run_app(Settings(model=str(tiny_checkpoint), turns_per_minute=0))


@pytest.fixture
def page(app, visit):
    return visit("", SPEAK, base=app.url)


# As one who is done, unless the turn has ended by itself since: then a press would begin another.
END_TURN = """(speak) => {
    const { phase } = document.querySelector("[data-live]").dataset;
    if (["listening", "answering"].includes(phase)) document.querySelector(speak).click();
}"""
# Quicker than a click by hand, and than the next frame of a busy machine: a reply may take less than that.
STOP_AT_ONCE = """() => {
    const look = () => {
        const stop = document.querySelector("#talk-stop");
        if (!stop?.offsetParent || !document.querySelector(".em-busy")) return;
        watching.disconnect();
        stop.click();
    };
    const watching = new MutationObserver(look);
    watching.observe(document.body, { subtree: true, childList: true, attributes: true });
    look();
}"""


def wait_for_phase(page, *phases):
    page.wait_for_function(
        "(phases) => phases.includes(document.querySelector('[data-live]').dataset.phase)", arg=list(phases)
    )


def wait_for_answer(page):
    """What belongs to one answer is drawn piece by piece; on a busy machine its end may stand there before the rest."""
    page.wait_for_selector(f"{TIMES}, #talk-status .em-error")
    assert not page.locator("#talk-status .em-error").all_inner_texts()
    page.wait_for_selector(".em-busy", state="detached")
    page.wait_for_function(
        "document.querySelector('#talk-transcript textarea').value || document.querySelector('#talk-status').innerText"
    )
    page.wait_for_selector(".em-reply-text")


def speak_again(page):
    """A press a moment after the end of a turn is a late one for that turn; after that it means another."""
    page.wait_for_timeout(800)
    page.click(SPEAK)


def wait_for_cues(page):
    page.wait_for_function("document.querySelectorAll('.em-cue').length === 12")


def test_one_tap_and_the_turn_ends_by_itself(app, page):
    # The microphone plays the words three times. A busy machine drops parts of it, and a gap so made may end the turn:
    # then one speaks again, as one would.
    wrong = {}
    for _ in range(3):
        speak_again(page)
        wait_for_phase(page, "listening")
        page.wait_for_selector("[data-words]:not([hidden])")  # words while one speaks
        assert page.locator("[data-words]").inner_text().strip()
        wait_for_phase(page, "replying")
        wait_for_answer(page)
        heard = page.input_value("#talk-transcript textarea").lower()
        wrong[heard] = min(jiwer.wer(" ".join([WORDS.lower()] * times), heard) for times in (1, 2, 3))
        if wrong[heard] <= 0.6:
            break
    assert min(wrong.values()) <= 0.6, wrong
    assert page.locator(".em-reply-text").inner_text().strip(" …")
    wait_for_cues(page)
    assert page.locator(SPEAK).inner_text() == "Speak"
    assert [path for path in app.temporary.rglob("*") if path.is_file() and path.stat().st_size] == []


def test_the_voice_is_told_while_one_speaks(page):
    page.click(SPEAK)
    page.wait_for_selector("[data-voice]:not([hidden]) li")
    phase, lines = page.evaluate(
        "[document.querySelector('[data-live]').dataset.phase,"
        " [...document.querySelectorAll('[data-voice] li')].map((line) => line.innerText)]"
    )
    assert phase in ("listening", "answering")  # the turn is still open
    assert 1 <= len(lines) <= 3
    assert all(re.fullmatch(r"(unsure, perhaps )?\D+ \d\d? %", line) for line in lines), lines
    assert any("a man's voice" in line or "a woman's voice" in line for line in lines)  # one of two is always likely
    wait_for_phase(page, "replying")
    assert page.locator("[data-voice]").is_hidden()
    wait_for_answer(page)
    wait_for_cues(page)


def test_the_button_ends_a_turn(page):
    page.click(SPEAK)
    page.wait_for_selector("[data-words]:not([hidden])")
    page.click(SPEAK)
    wait_for_phase(page, "replying")
    wait_for_answer(page)
    assert page.input_value("#talk-transcript textarea")


def test_a_press_as_the_turn_ends_by_itself_begins_no_other(page):
    press = """(speak) => {
        const live = document.querySelector("[data-live]");
        window.phases = [];
        new MutationObserver(() => {
            if (window.phases.at(-1) === live.dataset.phase) return;
            window.phases.push(live.dataset.phase);
            if (live.dataset.phase === "replying") document.querySelector(speak).click();
        }).observe(live, { attributes: true, attributeFilter: ["data-phase"] });
    }"""
    page.evaluate(press, SPEAK)
    page.click(SPEAK)
    wait_for_phase(page, "replying")
    wait_for_answer(page)
    phases = page.evaluate("window.phases")
    assert phases[-1] == "replying"
    assert phases.count("starting") == 1
    speak_again(page)
    wait_for_phase(page, "listening")


def test_stopping_in_the_middle_of_a_reply_and_speaking_again(page):
    for _ in range(3):  # more often than there are places
        page.click(SPEAK)
        page.wait_for_selector("[data-words]:not([hidden])")
        page.evaluate(STOP_AT_ONCE)
        page.evaluate(END_TURN, SPEAK)
        wait_for_phase(page, "idle")
        page.wait_for_selector("text=Stopped.")
    page.click(SPEAK)
    wait_for_phase(page, "replying")
    wait_for_answer(page)
    assert page.locator(".em-reply-text").inner_text().strip(" …")


def test_three_spoken_turns_with_their_trajectory_and_the_last_side_by_side(page):
    for number in (1, 2, 3):
        speak_again(page)
        page.wait_for_selector("[data-words]:not([hidden])")
        page.evaluate(END_TURN, SPEAK)
        wait_for_phase(page, "replying")
        page.wait_for_function("(n) => document.querySelectorAll('.em-earlier li').length === n - 1", arg=number)
        wait_for_answer(page)
        if number > 1:
            page.wait_for_selector(f"#talk-turns-words tbody tr:nth-child({number})")
    page.wait_for_function("document.querySelectorAll('#talk-turns .xtick').length === 3")
    page.click("#side-go")
    page.wait_for_selector("#side-replies :text('Times count')")
    assert "Your last turn" in page.inner_text("#side-what")
    assert page.locator("#side-replies .em-contrast-card").count() == 2


def test_turns_follow_each_other_when_one_keeps_listening(page):
    page.check("[data-keep]")
    page.click(SPEAK)
    page.wait_for_selector("text=1 earlier turn")
    page.uncheck("[data-keep]")
    wait_for_phase(page, "replying")
    wait_for_answer(page)
    page.wait_for_timeout(3000)  # over a second of quiet begins the next turn, where one keeps listening
    assert page.locator("[data-live]").get_attribute("data-phase") == "replying"
    assert page.locator(SPEAK).inner_text() == "Speak"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("NotAllowedError", "The microphone was refused. Press Speak again and allow it."),
        ("NotReadableError", "Another program is using the microphone."),
        ("NotFoundError", "No microphone was found on this device."),
    ],
)
def test_a_refusal_is_explained_with_another_way(app, visit, name, says):
    refuse = f"navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException('no', '{name}') }}"
    page = visit("", SPEAK, base=app.url, before=refuse)
    page.click(SPEAK)
    page.wait_for_selector(f"#talk-mic-note .em-error:has-text('{says}')")
    assert "Use one of the other ways below, or try an example." in page.locator("#talk-mic-note").inner_text()
    assert page.locator(SPEAK).inner_text() == "Speak"
    page.click("#talk-other button")
    page.fill("#talk-typed textarea", "I had a long day")
    page.click("#talk-send")
    wait_for_answer(page)
    assert page.locator(".em-reply-text").inner_text().strip(" …")


def test_a_browser_that_cannot_resample_a_microphone(app, visit):
    own_rate = """const Usual = AudioContext; window.AudioContext = class extends Usual {
        constructor(options) { if (options?.sampleRate) throw new Error('not supported'); super(options); } }"""
    page = visit("", SPEAK, base=app.url, before=own_rate)
    page.click(SPEAK)
    page.wait_for_selector("[data-words]:not([hidden])")
    wait_for_phase(page, "replying")
    wait_for_answer(page)
    assert page.input_value("#talk-transcript textarea")


def test_on_a_phone(app, visit):
    page = visit("", SPEAK, width=390, height=844, base=app.url)
    box = page.locator(SPEAK).bounding_box()
    assert box["y"] + box["height"] < 500
    assert box["height"] >= 44
    page.click(SPEAK)
    wait_for_phase(page, "replying")
    wait_for_answer(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_connection_that_stands_still_loses_no_word(page):
    held = []
    page.route("**/component_server/", lambda route: held.append(route) if len(held) < 1 else route.continue_())
    page.click(SPEAK)
    page.wait_for_timeout(2_000)
    held[0].continue_()
    wait_for_phase(page, "replying")
    wait_for_answer(page)
    assert page.input_value("#talk-transcript textarea")
