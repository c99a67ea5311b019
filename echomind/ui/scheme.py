"""The scheme that an address asks for (``?__theme=dark``), known before the first paint.

Gradio's page follows the system's scheme until its script has started and only then looks at the address. Whoever reads
a Space in another scheme than their system's would see a flash of the wrong one at every page.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Receive, Scope, Send

from echomind.leaderboard.colours import PAGE_DARK, PAGE_LIGHT
from echomind.ui.rewriting import Rewritten

_PAPER = {"dark": PAGE_DARK, "light": PAGE_LIGHT}
_HEAD_ENDS = b"</head>"


def asked_scheme(query: bytes) -> str:
    """``dark`` or ``light`` where the query string names one, else an empty text."""
    named = parse_qs(query.decode("latin-1")).get("__theme", [""])[0]
    return named if named in _PAPER else ""


def style_of(scheme: str) -> bytes:
    """The rules that hold until gradio's own are there. The page's two variables are for the system's schemes."""
    paper = _PAPER[scheme]
    return f"<style>:root {{ color-scheme: {scheme}; --bg: {paper}; --bg-dark: {paper}; }}</style>".encode()


class SchemeFirst:
    """ASGI middleware that writes the asked scheme into pages. Everything else passes through as it comes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        scheme = asked_scheme(scope["query_string"]) if scope["type"] == "http" and scope["method"] == "GET" else ""
        await self._app(scope, receive, Rewritten(send, _with(style_of(scheme))) if scheme else send)


def _with(style: bytes) -> Callable[[bytes], bytes]:
    return lambda page: page.replace(_HEAD_ENDS, style + _HEAD_ENDS, 1)
