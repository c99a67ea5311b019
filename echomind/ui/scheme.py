"""The scheme that an address asks for (``?__theme=dark``), known before the first paint.

Gradio's page follows the system's scheme until its script has started and only then looks at the address. Whoever reads
a Space in another scheme than their system's would see a flash of the wrong one at every page.
"""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from echomind.leaderboard.colours import PAGE_DARK, PAGE_LIGHT

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
        await self._app(scope, receive, _Written(send, style_of(scheme)) if scheme else send)


class _Written:
    """Sends a page with ``style`` at the end of its head. A page is held back until it is whole: its length changes."""

    def __init__(self, send: Send, style: bytes) -> None:
        self._send, self._style = send, style
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_page(message):
            self._start = message
            return
        if self._start is None or message["type"] != "http.response.body":
            await self._send(message)
            return
        self._body += bytes(message.get("body", b""))
        if message.get("more_body", False):
            return
        body = self._body.replace(_HEAD_ENDS, self._style + _HEAD_ENDS, 1)
        headers = [(name, value) for name, value in self._start["headers"] if name.lower() != b"content-length"]
        await self._send({**self._start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await self._send({**message, "body": body})


def _is_page(start: Message) -> bool:
    headers = {name.lower(): value for name, value in start["headers"]}
    return headers.get(b"content-type", b"").startswith(b"text/html") and b"content-encoding" not in headers
