"""A page asked for in a scheme has its colours before any script has run; nothing else is touched."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse, StreamingResponse
from starlette.routing import Route

from echomind.leaderboard.colours import PAGE_DARK, PAGE_LIGHT
from echomind.ui.scheme import SchemeFirst, asked_scheme

PAGE = "<html><head><title>é</title></head><body></head></body></html>"


def page(request):
    return HTMLResponse(PAGE)


def streamed(request):
    async def parts():
        for letter in PAGE.encode():
            yield bytes([letter])

    return StreamingResponse(parts(), media_type="text/html; charset=utf-8")


def data(request):
    return JSONResponse({"text": "</head>"})


APP = Starlette(
    routes=[Route("/", page, methods=["GET", "POST"]), Route("/streamed", streamed), Route("/data", data)],
    middleware=[Middleware(SchemeFirst)],
)


def answer(path, method="GET"):
    async def ask():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=APP), base_url="http://here") as client:
            return await client.request(method, path)

    with ThreadPoolExecutor(1) as apart:  # browser tests leave a loop running in the thread of the tests
        return apart.submit(asyncio.run, ask()).result()


@pytest.mark.parametrize("path", ["/", "/streamed"])
@pytest.mark.parametrize(("scheme", "paper"), [("dark", PAGE_DARK), ("light", PAGE_LIGHT)])
def test_a_page_has_the_colour_of_the_asked_scheme_in_its_head(path, scheme, paper):
    found = answer(f"{path}?a=1&__theme={scheme}")
    head, body = found.text.split("</head>", 1)
    assert f"color-scheme: {scheme}; --bg: {paper}; --bg-dark: {paper};" in head
    assert body == PAGE.split("</head>", 1)[1]
    assert int(found.headers["content-length"]) == len(found.content)


@pytest.mark.parametrize(
    "query", ["", "?__theme=system", "?__theme=", "?theme=dark", "?__theme=%3Cscript%3E", "?__theme=%ff"]
)
def test_any_other_address_gives_the_page_as_it_is(query):
    assert answer(f"/{query}").text == PAGE


def test_what_is_no_page_or_no_reading_is_untouched():
    assert answer("/data?__theme=dark").json() == {"text": "</head>"}
    assert answer("/?__theme=dark", "POST").text == PAGE


def test_the_first_of_several_counts_as_for_the_script_of_the_page():
    assert asked_scheme(b"__theme=dark&__theme=light") == "dark"
