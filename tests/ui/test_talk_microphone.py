"""Every reason why a browser gives no microphone, or cannot use it: its own sentence, and another way that works."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from echomind.settings import Settings
from tests.ui.conftest import FLAGS
from tests.ui.test_talk import EXAMPLES, OTHER, SPEAK, UPLOAD_GONE, wait_for_turn, wrong_words

NOTE = "#talk-mic-note .em-error"
PLAIN = "plain.test"  # leads to this machine, but is no name that browsers trust without https
REAL = [*(flag for flag in FLAGS if "fake" not in flag), f"--host-resolver-rules=MAP {PLAIN} 127.0.0.1"]
FAKE_DEVICE = "--use-fake-device-for-media-stream"
UPLOAD_OR = "Upload a recording, type a message or try an example instead."


@pytest.fixture(scope="module")
def app(run_app, tiny_checkpoint):
    """The app with a tiny model of our own classes, whose weights are random."""
    return run_app(Settings(model=str(tiny_checkpoint), turns_per_minute=0))


@pytest.fixture
def visitor(browser, chromium):
    """A browser whose microphones and permissions are its own: nothing is granted and nothing is made up."""
    opened = []

    def come(*flags, width=1440, **context):
        running = browser.browser_type.launch(executable_path=chromium, args=[*REAL, *flags])
        opened.append(running)
        page = running.new_context(viewport={"width": width, "height": 900}, **context).new_page()
        page.set_default_timeout(120_000)
        return page

    yield come
    for running in opened:
        running.close()


def another_way(page):
    """A typed message is answered."""
    page.click(OTHER)
    page.fill("#talk-typed textarea", "I had a long day")
    page.click("#talk-send")
    wait_for_turn(page)
    assert page.locator(".em-reply-text").inner_text().strip(" …")


def told(page, says):
    page.wait_for_selector(f"{NOTE}:has-text('{says}')")
    return page.locator("#talk-mic-note").inner_text()


def test_permission_refused(app, visitor):
    page = visitor(FAKE_DEVICE)
    page.goto(app.url)
    page.wait_for_selector(SPEAK)
    page.click(SPEAK)  # nobody is there to allow it, so the browser refuses
    said = told(page, "The microphone ")
    assert "The microphone was refused. Press Speak again and allow it." in said or (
        "The microphone is blocked for this page. Allow it beside the address, then reload." in said
    )
    assert "type" in said or "other ways below" in said
    assert page.locator(SPEAK).inner_text() == "Speak"
    another_way(page)


def test_no_device(app, visitor):
    page = visitor(permissions=["microphone"])
    page.goto(app.url)
    assert UPLOAD_OR in told(page, "No microphone was found on this device.")
    page.click(SPEAK)
    told(page, "No microphone was found on this device.")
    another_way(page)


def test_plain_http(app, visitor):
    page = visitor(FAKE_DEVICE)
    page.goto(app.url.replace("127.0.0.1", PLAIN))
    said = told(page, "Browsers give a microphone to https pages and to localhost only, and this page is neither.")
    assert UPLOAD_OR in said
    page.click(SPEAK)
    told(page, "https pages and to localhost only")
    another_way(page)


@pytest.fixture
def around():
    """Serves a page of another site, with any other page in a frame, and returns its address."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f"<!doctype html><iframe src='{Page.inside}' width=1300 height=880></iframe>".encode())

        def log_message(self, *_):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()

        def frame(url):
            Page.inside = url
            return f"http://localhost:{server.server_port}/"

        yield frame
        server.shutdown()
        thread.join()


def test_embedded_without_permission(app, visitor, around):
    page = visitor(FAKE_DEVICE, permissions=["microphone"])
    page.goto(around(app.url))
    frame = page.frame_locator("iframe")
    note = frame.locator(f"{NOTE}:has-text('The page around this one does not let it use the microphone.')")
    note.wait_for()
    link = note.locator("a")
    assert link.inner_text() == "Open in a tab of its own"
    with page.context.expect_page() as opening:
        link.click()
    alone = opening.value
    alone.set_default_timeout(120_000)
    assert alone.url == app.url
    alone.wait_for_selector(SPEAK)
    alone.wait_for_selector("#talk-mic-note:has-text('Press Speak and say something')")


OLD = {
    "no AudioWorklet": "delete window.AudioWorkletNode",
    "no AudioContext": "delete window.AudioContext",
}
NO_RECORDER = "delete window.MediaRecorder"


@pytest.mark.parametrize("lacks", OLD)
def test_a_browser_too_old_to_listen_hands_free(app, visit, lacks):
    page = visit("", SPEAK, base=app.url, before=OLD[lacks], forgive=("AudioContext", "AudioWorklet"))
    said = told(page, "This browser is too old to listen hands-free.")
    assert "Record and send, upload a recording or type a message below." in said
    page.click(SPEAK)
    told(page, "This browser is too old to listen hands-free.")
    assert page.locator(SPEAK).inner_text() == "Speak"
    another_way(page)


def test_a_browser_without_a_recorder(app, visit):
    page = visit("", SPEAK, base=app.url, before=NO_RECORDER, forgive=UPLOAD_GONE)
    page.click(OTHER)
    line = page.locator("#talk-limits .em-no-recorder")
    assert line.inner_text() == "This browser cannot record a clip to send. Upload a recording instead."
    assert page.locator("#talk-mic .record-button").count() == 0 or page.locator("#talk-mic .record-button").is_hidden()
    page.click("#talk-mic button[aria-label='Upload file']")
    page.set_input_files("#talk-mic input[type=file]", EXAMPLES / "walk_neutral.ogg")
    wait_for_turn(page)
    assert wrong_words(page) <= 0.4
    assert "Press Speak" in page.locator("#talk-mic-note").inner_text()  # hands-free needs no recorder


def test_a_browser_with_neither(app, visit):
    lacks = f"{NO_RECORDER}; {OLD['no AudioWorklet']}"
    page = visit("", SPEAK, base=app.url, before=lacks)
    assert UPLOAD_OR in told(page, "This browser is too old to listen hands-free.")
    another_way(page)


def test_an_iphone_whose_browser_is_not_safari(app, visitor):
    page = visitor(
        FAKE_DEVICE, user_agent="Mozilla/5.0 (iPhone; CPU iPhone OS 14_0 like Mac OS X) CriOS/86.0", width=390
    )
    page.add_init_script("Object.defineProperty(navigator, 'mediaDevices', { value: undefined })")
    page.goto(app.url)
    said = told(page, "On this iPhone or iPad only Safari gives pages a microphone. Open the page in Safari.")
    assert UPLOAD_OR in said


def test_a_browser_that_records_is_told_nothing_of_recorders(app, visit):
    page = visit("", SPEAK, base=app.url)
    page.click(OTHER)
    assert page.locator("#talk-limits .em-no-recorder").is_hidden()
    assert page.locator("#talk-mic .record-button").is_visible()
