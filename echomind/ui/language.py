"""The language of a visitor: what the address asks for (``?__lang=zh``), else what the browser does.

It is found out for each request anew, for pages (``LanguageFirst``) as for events (``Pages``), and by the same rule, so
that one page is never in two languages. Gradio's own words (its ``I18n``) follow ``navigator.language``; that of a page
whose visitor asked for another language is set to the same before gradio starts. Programs are always answered in
English: their endpoints, ``/config`` and errors are a contract.

``gr.I18n`` alone would not do: it translates whole properties of components, by key and without values in them, and
nothing inside the HTML that the server makes, of which most of these pages consist.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

import gradio as gr
from gradio.routes import App
from starlette.types import ASGIApp, Receive, Scope, Send

from echomind.ui.fetching import NothingFetched
from echomind.ui.rewriting import Rewritten
from echomind.words import LANGUAGES, Language, for_scripts, language, speaking

QUEUE_LOOK_S = 0.01  # between two looks into the queue of events while there is none
PARAMETER = "__lang"  # its underscores keep it out of the states that addresses hold
TAGS: dict[Language, str] = {"en": "en", "zh": "zh-CN"}  # as browsers and screen readers name them
# What gradio tells screen readers when an event ends and has no words for: they would hear "common.complete".
GRADIO_LACKS = gr.I18n(en={"common.complete": "Done"}, **{"zh-CN": {"common.complete": "完成"}})
OF_A_LANGUAGE = ("components", "dependencies", "pages", "title")  # the parts of a configuration with words in them


def accepted(header: str) -> Language:
    """The first of our languages in an ``Accept-Language`` header by its weights; English where there is none."""
    weighed = []
    for place, part in enumerate(header.split(",")[:50]):
        tag, _, weight = part.partition(";")
        known = next((one for one in LANGUAGES if tag.strip().lower().split("-")[0] == one), None)
        if known is None:
            continue
        try:
            q = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if q > 0:
            weighed.append((-q, place, known))
    return min(weighed)[2] if weighed else "en"


def asked_language(named: str, header: str) -> Language:
    """What an address names, where it names one of ours, else what the browser accepts."""
    return next((one for one in LANGUAGES if one == named), None) or accepted(header)


def of_scope(scope: Scope) -> Language:
    """The language of a request."""
    named = parse_qs(scope["query_string"].decode("latin-1")).get(PARAMETER, [""])[0]
    header = next((value for name, value in scope["headers"] if name == b"accept-language"), b"")
    return asked_language(named, header.decode("latin-1"))


def of_event(request: Any) -> Language:
    """The language of whoever an event comes from. Tests and programs may have no request at all."""
    headers, query = getattr(request, "headers", None), getattr(request, "query_params", None)
    named = query.get(PARAMETER, "") if query is not None and hasattr(query, "get") else ""
    header = headers.get("accept-language", "") if headers is not None and hasattr(headers, "get") else ""
    return asked_language(str(named), str(header))


def script_of(which: Language) -> bytes:
    """The script that goes before all others: the words of the page's scripts, and gradio's own language."""
    with speaking(which):
        words = json.dumps(for_scripts(), ensure_ascii=False).replace("<", "\\u003c")
    tag = json.dumps(TAGS[which])
    own = (
        f"if (navigator.language.slice(0, 2) !== {tag}.slice(0, 2)) {{"
        f'Object.defineProperty(navigator, "language", {{ configurable: true, get: () => {tag} }});'
        f'Object.defineProperty(navigator, "languages", {{ configurable: true, get: () => [{tag}] }}); }}'
    )
    return f"<script>window.emWords = {words}; {own}</script>".encode()


def translated_page(page: bytes, which: Language) -> bytes:
    """A page of gradio's with its language said to browsers, screen readers and scripts."""
    page = page.replace(b'lang="en"', f'lang="{TAGS[which]}"'.encode(), 1)
    return page.replace(b"<head>", b"<head>" + script_of(which), 1)


class LanguageFirst:
    """ASGI middleware: whatever a request does speaks its language, and its page says so."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        which = of_scope(scope)
        vary = ((b"vary", b"Accept-Language"),)
        with speaking(which):
            await self._app(scope, receive, Rewritten(send, lambda page: translated_page(page, which), vary))


class Pages(NothingFetched):
    """Blocks that were laid out once in each language: a page has the words of whoever opens it.

    Events run on this one; of the others, which ``speak_also`` takes, only what a browser is told is ever used.
    """

    _configurations: dict[Language, Any]

    def speak_also(self, which: Language, others: gr.Blocks) -> None:
        """Take the words of ``others``, the same pages in another language. ``RuntimeError`` where they differ."""
        mine, theirs = self.get_config_file(), others.get_config_file()
        shapes = [[(c["id"], c["type"]) for c in config["components"]] for config in (mine, theirs)]
        if shapes[0] != shapes[1] or len(mine["dependencies"]) != len(theirs["dependencies"]):
            raise RuntimeError(f"found other components in the pages laid out in {which!r}, expected the same")
        self._others()[which] = {part: theirs[part] for part in OF_A_LANGUAGE}  # type: ignore[literal-required]

    def _others(self) -> dict[Language, Any]:
        if "_configurations" not in self.__dict__:
            self._configurations = {}
        return self._configurations

    def __exit__(self, *error: Any) -> None:
        """As in ``gr.Blocks``, but without a web app: gradio makes one at the end of every page, and anew to launch.

        For eight pages in two languages that is half of the time that a start would take.
        """
        made = App.create_app
        App.create_app = staticmethod(lambda *_, **__: None)  # type: ignore[method-assign, assignment]
        try:
            super().__exit__(*error)
        finally:
            App.create_app = staticmethod(made)  # type: ignore[method-assign, assignment]

    def queue(self, *args: Any, **kwargs: Any) -> Any:
        """As in ``gr.Blocks``, but looked into a hundred times a second, by gradio itself a thousand times.

        That takes a twentieth of a core while nobody asks for anything, and from those who do.
        """
        made = super().queue(*args, **kwargs)
        self._queue.sleep_when_free = QUEUE_LOOK_S
        return made

    @property
    def config(self) -> Any:
        """What a browser is told of the pages, in the language of the request."""
        return self.__dict__["_config"] | self._others().get(language(), {})

    @config.setter
    def config(self, value: Any) -> None:
        self.__dict__["_config"] = value

    async def process_api(self, block_fn: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """As in ``gr.Blocks``, in the language of whoever the event comes from; endpoints for programs in English.

        Gradio keeps what each component was last given with every session, megabytes of it, for links of a kind that
        these pages do not offer. Here it is forgotten: a page needs its states and nothing else.
        """
        function = self.fns[block_fn] if isinstance(block_fn, int) else block_fn
        request = kwargs.get("request", args[2] if len(args) > 2 else None)
        which: Language = "en" if function.api_visibility == "public" else of_event(request)
        try:
            with speaking(which):
                return await super().process_api(block_fn, *args, **kwargs)
        finally:
            state = kwargs.get("state", args[1] if len(args) > 1 else None)
            if state is not None:
                state.config_values.clear()
