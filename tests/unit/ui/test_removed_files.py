"""A file that is removed while it is asked for is answered like one that was never there; real faults stay faults."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from gradio.ranged_response import OpenRange, RangedFileResponse
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import FileResponse, StreamingResponse
from starlette.routing import Route

import app
from echomind.ui.removed_files import FILES, RemovedFiles


def answer(handler, path=f"{FILES}clip.wav", **named):
    served = Starlette(routes=[Route(path, handler)], middleware=[Middleware(RemovedFiles)])

    async def ask():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="http://here") as client:
            return await client.get(path, **named)

    with ThreadPoolExecutor(1) as apart:  # browser tests leave a loop running in the thread of the tests
        return apart.submit(asyncio.run, ask()).result()


@pytest.fixture
def clip(tmp_path):
    clip = tmp_path / "clip.wav"
    clip.write_bytes(b"sound")
    return clip


def test_a_file_that_is_there_is_sent(clip):
    found = answer(lambda request: FileResponse(clip))
    assert (found.status_code, found.content) == (200, b"sound")


def removed_then_sent(clip):
    def handler(request):
        response = FileResponse(clip)
        clip.unlink()
        return response

    return handler


def removed_then_sent_in_part(clip):
    def handler(request):
        response = RangedFileResponse(clip, OpenRange(0, 3), {}, stat_result=clip.stat())
        clip.unlink()
        return response

    return handler


def removed_before_its_size_is_read(clip):
    def handler(request):
        clip.unlink()
        return RangedFileResponse(clip, OpenRange(0, 3), {}, stat_result=clip.stat())

    return handler


def removed_after_the_head(clip):
    class Removed(FileResponse):
        async def _handle_simple(self, send, *others):
            clip.unlink()
            await super()._handle_simple(send, *others)

    return lambda request: Removed(clip)


@pytest.mark.parametrize(
    "race",
    [removed_then_sent, removed_then_sent_in_part, removed_before_its_size_is_read, removed_after_the_head],
)
def test_a_file_that_goes_while_it_is_asked_for_was_never_there(clip, race):
    found = answer(race(clip))
    assert found.status_code == 403
    assert found.json() == {"detail": "the file is no longer here"}


def fails(error):
    def handler(request):
        raise error

    return handler


@pytest.mark.parametrize("error", [RuntimeError("out of memory"), ValueError("x does not exist."), KeyError("x")])
def test_other_faults_stay_faults(error):
    with pytest.raises(type(error)):
        answer(fails(error))


def test_elsewhere_a_missing_file_is_a_fault():
    with pytest.raises(FileNotFoundError):
        answer(fails(FileNotFoundError("results")), "/gradio_api/info")


def test_what_has_begun_is_not_begun_anew():
    async def parts():
        yield b"so"
        raise FileNotFoundError("clip.wav")

    with pytest.raises(FileNotFoundError):
        answer(lambda request: StreamingResponse(parts()))


def test_the_app_is_served_so():
    assert RemovedFiles in [one.cls for one in app.options(app.get_settings())["app_kwargs"]["middleware"]]
