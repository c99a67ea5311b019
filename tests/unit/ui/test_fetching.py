"""No event fetches an address that its caller names; that of an upload is the upload."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer

import gradio as gr
import pytest
from gradio import processing_utils

from echomind.ui.fetching import NothingFetched, without_addresses
from echomind.ui.language import Pages

META = {"_type": "gradio.FileData"}
UPLOAD = "/tmp/gradio/abc/my voice.wav"


def file(path):
    return {"path": path, "meta": META}


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:7860/gradio_api/file=/tmp/gradio/abc/my%20voice.wav",
        "https://me-app.hf.space/gradio_api/file=/tmp/gradio/abc/my%20voice.wav",
        UPLOAD,
    ],
)
def test_an_upload_may_be_named_by_its_address(address):
    assert without_addresses(file(address))["path"] == UPLOAD
    assert without_addresses([{"one": [file(address)]}]) == [{"one": [file(UPLOAD)]}]


@pytest.mark.parametrize("address", ["http://example.org/voice.wav", "https://example.org/?/gradio_api/file=/tmp/a"])
def test_any_other_address_is_refused_in_one_line(address):
    with pytest.raises(gr.Error, match="nothing is fetched from there") as refused:
        without_addresses({"deep": [file(address)]})
    assert "\n" not in refused.value.message


@pytest.mark.parametrize("value", ["http://example.org/", {"path": "http://example.org/"}, None, 1, [["x"]]])
def test_what_is_no_file_stays_as_it_is(value):
    assert without_addresses(value) == value


@pytest.fixture
def asked():
    """The requests that come to a server, and its address."""
    paths = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"sound")

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/voice.wav", paths
    server.shutdown()
    server.server_close()


def run(blocks_class, address, monkeypatch):
    """What an event of such blocks gets for a file at ``address``, where this machine counts as a public one."""
    monkeypatch.setattr(processing_utils, "PUBLIC_HOSTNAME_WHITELIST", ["127.0.0.1"])
    return event(blocks_class, address)


def event(blocks_class, path):
    """What an event of such blocks, once they are served, gets for a file."""
    with blocks_class() as demo:
        sound = gr.Audio(type="filepath")
        gr.Button().click(lambda path: path, sound, gr.Textbox())
    demo.has_launched = True
    function = next(iter(demo.fns.values()))
    with ThreadPoolExecutor(1) as apart:  # browser tests leave a loop running in the thread of the tests
        return apart.submit(asyncio.run, demo.process_api(function, [file(path)])).result()["data"][0]


def test_events_fetch_nothing_where_gradio_does(asked, monkeypatch):
    address, paths = asked
    assert run(gr.Blocks, address, monkeypatch).endswith("voice.wav")
    assert paths == ["/voice.wav"]
    for ours in (NothingFetched, Pages):
        with pytest.raises(gr.Error, match="nothing is fetched from there"):
            run(ours, address, monkeypatch)
    assert paths == ["/voice.wav"]


def test_a_path_that_is_no_upload_is_refused_with_a_reason(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    with pytest.raises(gr.Error, match="found a file that was not uploaded"):
        event(NothingFetched, "/etc/hostname")
