"""Which language a visitor gets, and that a page says so."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import gradio as gr
import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from echomind.ui.language import LanguageFirst, Pages, accepted, of_event
from echomind.words import here, language, speaking, t

PAGE = '<html lang="en"><head><title>é</title></head><body>{}</body></html>'


@pytest.mark.parametrize(
    ("header", "which"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("de-DE,de;q=0.9,zh;q=0.2", "zh"),
        ("fr", "en"),
        ("en;q=0.1, ZH-hant;q=0.3", "zh"),
        ("zh;q=0, en;q=0.1", "en"),
        ("zh;q=nonsense", "en"),
        ("," * 10_000, "en"),
        ("<script>,\x00;;=", "en"),
    ],
)
def test_the_browser_says_what_it_accepts(header, which):
    assert accepted(header) == which


def page(request):
    return HTMLResponse(PAGE.format(here(t("Rank"))))


def data(request):
    return JSONResponse({"rank": here(t("Rank")), "html": '<html lang="en"><head>'})


APP = Starlette(routes=[Route("/", page), Route("/data", data)], middleware=[Middleware(LanguageFirst)])


def answer(path, accept=None):
    async def ask():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=APP), base_url="http://here") as client:
            return await client.get(path, headers={"accept-language": accept} if accept else {})

    with ThreadPoolExecutor(1) as apart:  # browser tests leave a loop running in the thread of the tests
        return apart.submit(asyncio.run, ask()).result()


@pytest.mark.parametrize(
    ("path", "accept", "tag", "rank"),
    [
        ("/", "en", "en", "Rank"),
        ("/", "zh-CN", "zh-CN", "名次"),
        ("/?__lang=zh", "en", "zh-CN", "名次"),
        ("/?__lang=en&board=humdial", "zh-CN", "en", "Rank"),
        ("/?__lang=%3Cscript%3E", "zh-CN", "zh-CN", "名次"),
        ("/?lang=en", "zh-CN", "zh-CN", "名次"),
    ],
)
def test_a_page_is_in_the_asked_language_and_says_so_before_all_scripts(path, accept, tag, rank):
    found = answer(path, accept)
    assert found.text.startswith(f'<html lang="{tag}"><head><script>window.emWords = ')
    assert f"<body>{rank}</body>" in found.text
    assert int(found.headers["content-length"]) == len(found.content)
    assert found.headers["vary"] == "Accept-Language"


def test_what_is_no_page_is_not_rewritten():
    assert answer("/data", "zh").json() == {"rank": "名次", "html": '<html lang="en"><head>'}


def test_an_event_has_the_language_of_its_address_else_of_its_browser():
    def asked(named, header):
        return SimpleNamespace(query_params={"__lang": named} if named else {}, headers={"accept-language": header})

    assert of_event(asked("zh", "en")) == "zh"
    assert of_event(asked("", "zh-CN")) == "zh"
    assert of_event(asked("en", "zh-CN")) == "en"
    assert of_event(None) == "en"


def laid_out(extra=False):
    with Pages() as pages:
        button, found = gr.Button(here(t("Find"))), gr.Textbox()
        button.click(lambda: here(t("Rank")), None, found, api_visibility="private")
        button.click(lambda: here(t("Rank")), None, found, api_name="machines")
        if extra:
            gr.Markdown("more")
    return pages


@pytest.fixture
def both():
    from gradio.context import Context

    first = Context.id
    pages = laid_out()
    Context.id = first
    with speaking("zh"):
        pages.speak_also("zh", laid_out())
    return pages


def test_an_app_that_stands_by_looks_into_its_queue_a_hundred_times_a_second(both, monkeypatch):
    waited = []

    async def sleep(seconds):
        waited.append(seconds)
        both._queue.stopped = len(waited) == 3

    both._queue.stopped = False
    monkeypatch.setattr(asyncio, "sleep", sleep)
    with ThreadPoolExecutor(1) as apart:  # this thread's loop belongs to a browser where one was opened before
        apart.submit(lambda: asyncio.run(both._queue.start_processing())).result()
    assert waited == [0.01] * 3


def test_a_configuration_has_the_words_of_who_asks_for_it(both):
    def words():
        return [c["props"].get("value") for c in both.config["components"] if c["type"] == "button"]

    assert words() == ["Find"]
    with speaking("zh"):
        assert words() == [here(t("Find"))] and both.config["version"]
    assert words() == ["Find"]


def test_events_answer_in_the_language_of_who_sent_them_and_programs_in_english(both):
    def said(number, header):
        request = SimpleNamespace(query_params={}, headers={"accept-language": header})
        with ThreadPoolExecutor(1) as apart:
            return apart.submit(asyncio.run, both.process_api(both.fns[number], [], request=request)).result()["data"][
                0
            ]

    numbers = sorted(both.fns)
    assert [said(numbers[0], "zh"), said(numbers[0], "en")] == ["名次", "Rank"]
    assert said(numbers[1], "zh") == "Rank"
    assert language() == "en"


def test_pages_that_differ_are_refused():
    from gradio.context import Context

    first = Context.id
    pages = laid_out()
    Context.id = first
    with pytest.raises(RuntimeError, match="found other components"):
        pages.speak_also("zh", laid_out(extra=True))
