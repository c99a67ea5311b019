"""The Talk page in a real browser: recording, reading, hearing, and nothing left behind."""

import io
import time
from pathlib import Path

import jiwer
import numpy as np
import pytest
import soundfile
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from echomind.settings import ROOT, Settings
from echomind.taxonomy import CATEGORIES

EXAMPLES = ROOT / "assets" / "examples"
WORDS = "I think we should start walking home before it gets dark"
SPEAK, OTHER = "[data-speak]", "#talk-other > button"
# gradio's player asks for the upload that we have removed
UPLOAD_GONE = ("Waveform load error", "(Forbidden)")
DENIED = "navigator.permissions.query = async () => ({ state: 'denied' })"
TIMES = "#talk-times .em-times"


def files_in(app):
    """What stays below the app's temporary folder. A voice stopped in mid-sentence takes a moment to tidy up."""
    for _ in range(60):
        found = [path for path in app.temporary.rglob("*") if path.is_file() and path.stat().st_size]
        if not found:
            break
        time.sleep(0.5)
    return found


def wrong_words(page):
    heard = page.input_value("#talk-transcript textarea").lower()
    return jiwer.wer(WORDS.lower(), heard.strip(" ."))


def record(page, seconds, at="#talk-mic"):
    page.click(f"{at} .record-button")
    page.wait_for_selector(f"{at} .stop-button")
    # the recorder's own clock, which runs while it records
    page.wait_for_function(
        """([at, seconds]) => [...document.querySelectorAll(`${at} time, ${at} .time`)]
            .some((t) => { const [m, s] = t.textContent.split(':').map(Number); return 60 * m + s >= seconds; })""",
        arg=[at, seconds],
    )
    page.click(f"{at} .stop-button")


def wait_for_turn(page):
    page.wait_for_selector(f"{TIMES}, #talk-status .em-error")
    assert not page.locator("#talk-status .em-error").all_inner_texts()
    page.wait_for_selector(".em-busy", state="detached")


def show(page, name):
    page.click(f".em-example-button:has-text('{name}') >> nth=0")


@pytest.fixture(scope="module")
def app(run_app, tiny_checkpoint):
    """The app with a tiny model of our own classes, whose weights are random."""
    return run_app(Settings(model=str(tiny_checkpoint)))


@pytest.fixture(scope="module")
def app_without_model(run_app, tmp_path_factory):
    return run_app(Settings(model=str(tmp_path_factory.mktemp("empty") / "no-model")))


@pytest.fixture
def page(app, visit):
    return visit("", SPEAK, base=app.url)


def test_the_first_screen_shows_microphone_and_examples(page):
    page.wait_for_selector(".em-example-button")
    boxes = [page.locator(SPEAK).bounding_box(), *(b.bounding_box() for b in page.locator(".em-example-button").all())]
    assert len(boxes) >= 7
    assert all(box["y"] + box["height"] <= 900 for box in boxes)
    assert boxes[0]["width"] >= 190


def test_a_recording_is_heard_felt_explained_and_answered(app, page, spoken_words):
    wrong = []
    for _ in range(3):  # a busy machine drops parts of what the fake microphone plays: the best of three counts
        page.click(OTHER)
        record(page, int(spoken_words.seconds))
        wait_for_turn(page)
        wrong.append(wrong_words(page))
        if wrong[-1] <= 0.7:
            break
        page.reload()
        page.wait_for_selector(SPEAK)
    assert min(wrong) <= 0.7, wrong
    assert page.locator(".em-cue").count() == len(CATEGORIES)
    assert [row.inner_text().split()[0] for row in page.locator(".em-vad tbody th").all()] == [
        "Valence", "Arousal", "Dominance",
    ]  # fmt: skip
    assert page.locator(".em-why strong").inner_text()
    assert page.locator(".em-reply-text").inner_text().strip(" …")
    times = page.locator(TIMES).inner_text()
    for step in ("reading the audio", "words", "voice cues", "first words of the reply", "whole reply", "in all"):
        assert f"{step} " in times
    page.wait_for_selector("#talk-mic .record-button")  # ready for the next turn
    assert files_in(app) == []


def test_after_a_turn_everything_is_on_the_first_screen(page):
    show(page, "whispering")
    wait_for_turn(page)
    for part in ("#talk-transcript", "#talk-felt", "#talk-why", ".em-reply-text"):
        box = page.locator(part).bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 900


def test_corrected_words_are_answered_again(page):
    show(page, "whispering")
    wait_for_turn(page)
    page.fill("#talk-transcript textarea", "I want to die")
    page.click("#talk-again")
    page.wait_for_selector(".em-care")
    page.wait_for_selector(".em-busy", state="detached")
    assert "988" in page.locator(".em-reply-text").inner_text()
    assert page.input_value("#talk-transcript textarea") == "I want to die"
    assert "words " not in page.locator(TIMES).inner_text().split("voice cues")[0]  # nothing was recognised anew
    assert page.locator(".em-voice").get_attribute("data-aloud") is None  # help lines are not read out by themselves


def test_answering_again_without_a_clip_says_what_to_do(page):
    page.fill("#talk-transcript textarea", "hello")
    page.click("#talk-again")
    page.wait_for_selector("text=Speak first, or try an example.")


def test_the_reply_can_be_heard_and_downloaded(app, page):
    show(page, "whispering")
    wait_for_turn(page)
    with page.expect_download() as download:
        page.click("[data-download]")
    data = Path(download.value.path()).read_bytes()
    samples, _ = soundfile.read(io.BytesIO(data))
    assert download.value.suggested_filename == "echomind-reply.wav"
    assert np.abs(samples).max() > 0.05
    page.click("[data-hear]")
    page.wait_for_selector(".em-voice[data-spoken=true]")
    assert files_in(app) == []


def test_an_upload_is_answered_and_removed(app, visit):
    page = visit("", SPEAK, base=app.url, forgive=UPLOAD_GONE)
    page.click(OTHER)
    page.click("#talk-mic button[aria-label='Upload file']")
    page.set_input_files("#talk-mic input[type=file]", EXAMPLES / "walk_neutral.ogg")
    wait_for_turn(page)
    assert wrong_words(page) <= 0.4
    assert files_in(app) == []


def test_a_file_that_is_no_audio_is_refused_in_one_line(app, visit, tmp_path):
    page = visit("", SPEAK, base=app.url, forgive=UPLOAD_GONE)
    bad = tmp_path / "<b>notes<b>.wav"
    bad.write_text("no sound at all " * 50)
    page.click(OTHER)
    page.click("#talk-mic button[aria-label='Upload file']")
    page.set_input_files("#talk-mic input[type=file]", bad)
    page.wait_for_selector("#talk-status .em-error")
    assert "not an audio file" in page.locator("#talk-status").inner_text()
    assert page.locator("#talk-status b").count() == 0
    assert files_in(app) == []


def test_conversations_do_not_mix(app, visit):
    one, other = visit("", SPEAK, base=app.url), visit("", SPEAK, base=app.url)
    show(one, "whispering")
    wait_for_turn(one)
    show(one, "laughing")
    one.wait_for_selector("text=1 earlier turn")
    one.wait_for_selector(".em-busy", state="detached")
    show(other, "laughing")
    wait_for_turn(other)
    assert other.locator(".em-earlier").count() == 0
    one.click("#talk-restart")
    one.wait_for_selector(".em-earlier", state="detached")
    assert one.input_value("#talk-transcript textarea") == ""
    assert other.input_value("#talk-transcript textarea") != ""


def test_stopping_frees_the_place(page):
    for _ in range(3):  # more often than there are places
        show(page, "whispering")
        page.click("#talk-stop")
        page.wait_for_selector("text=Stopped.")
    show(page, "whispering")
    wait_for_turn(page)
    assert page.locator(".em-reply-text").inner_text().strip(" …")


@pytest.mark.parametrize(
    ("browser_is", "says"),
    [
        (DENIED, "The microphone is blocked for this page."),
        ("navigator.mediaDevices.enumerateDevices = async () => []", "No microphone was found on this device."),
        ("Object.defineProperty(window, 'isSecureContext', { value: false })", "https pages and to localhost only"),
        ("Object.defineProperty(navigator, 'mediaDevices', { value: undefined })", "gives pages no microphone"),
    ],
)
def test_a_missing_microphone_is_explained_with_another_way(app, visit, browser_is, says):
    page = visit("", f"#talk-mic-note .em-error:has-text('{says}')", base=app.url, before=browser_is)
    note = page.locator("#talk-mic-note").inner_text()
    assert "Upload a recording, type a message or try an example instead." in note
    page.wait_for_selector(".em-example-button")


def test_without_a_microphone_an_example_is_answered(app, visit):
    page = visit("", "#talk-mic-note .em-error", base=app.url, before=DENIED)
    show(page, "whispering")
    wait_for_turn(page)


def test_a_phone_needs_no_sideways_scrolling(app, visit):
    page = visit("?__theme=dark", SPEAK, width=390, height=844, base=app.url)
    assert page.locator(SPEAK).bounding_box()["y"] < 500
    show(page, "whispering")
    wait_for_turn(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("#talk-felt").bounding_box()["y"] < 844  # the answer came into view by itself


def test_without_a_model_the_page_says_so_and_still_transcribes(app_without_model, visit):
    page = visit("", "text=The reply model is not installed on this server", base=app_without_model.url)
    show(page, "plainly")
    wait_for_turn(page)
    assert page.input_value("#talk-transcript textarea")
    assert page.locator(".em-cue").count() == 0
    with pytest.raises(AppError, match="not installed on this server"):
        Client(app_without_model.url, verbose=False).predict(
            handle_file(EXAMPLES / "walk_neutral.ogg"), api_name="/talk"
        )


def test_the_endpoint(app):
    client = Client(app.url, verbose=False)
    answer = client.predict(
        clip=handle_file(EXAMPLES / "walk_neutral.ogg"),
        topic="family",
        history=[{"user": "Hello", "reply": "Hi"}],
        api_name="/talk",
    )
    assert list(answer) == ["clip", "transcript", "cues", "vad", "thinking", "reply", "timings_s", "model"]
    assert answer["clip"] == "walk_neutral.ogg"
    assert set(answer["cues"]) == {category.id for category in CATEGORIES}
    assert str(app.temporary) not in str(answer)
    assert str(ROOT) not in str(answer)
    assert files_in(app) == []


def test_the_endpoint_with_the_same_clip_many_times_at_once(app):
    client = Client(app.url, verbose=False)
    jobs = [client.submit(handle_file(EXAMPLES / "walk_neutral.ogg"), api_name="/talk") for _ in range(6)]
    answers = [job.result(timeout=120) for job in jobs]
    assert len({answer["transcript"] for answer in answers}) == 1
    assert files_in(app) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"topic": "x" * 81}, "found 81 characters"),
        ({"history": [{"reply": "x"}]}, 'turn 1: found no "user" text'),
        ({"history": {"user": "x"}}, "found an object; expected a list"),
    ],
)
def test_the_endpoint_says_what_is_wrong(app, arguments, message):
    with pytest.raises(AppError, match=message):
        Client(app.url, verbose=False).predict(
            handle_file(EXAMPLES / "walk_neutral.ogg"), api_name="/talk", **arguments
        )
    assert files_in(app) == []


def test_the_endpoint_of_this_page_says_what_it_takes_and_gives(app):
    endpoints = Client(app.url, verbose=False).view_api(return_format="dict")["named_endpoints"]
    (talk,) = [endpoints[name] for name in endpoints if name == "/talk"]
    assert [p["parameter_name"] for p in talk["parameters"]] == ["clip", "topic", "history"]
    assert talk["returns"][0]["type"]["properties"].keys() >= {"transcript", "cues", "reply"}
    assert "voice clip" in talk["description"]
