"""Pages changed on their way to the browser; everything else passes through as it comes."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import Message, Send


class Rewritten:
    """Sends a page as ``change`` makes it. A page is held back until it is whole: its length changes."""

    def __init__(
        self, send: Send, change: Callable[[bytes], bytes], headers: tuple[tuple[bytes, bytes], ...] = ()
    ) -> None:
        self._send, self._change, self._headers = send, change, headers
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        """Send one message, or keep it."""
        if message["type"] == "http.response.start" and _is_page(message):
            self._start = message
            return
        if self._start is None or message["type"] != "http.response.body":
            await self._send(message)
            return
        self._body += bytes(message.get("body", b""))
        if message.get("more_body", False):
            return
        body = self._change(self._body)
        headers = [(name, value) for name, value in self._start["headers"] if name.lower() != b"content-length"]
        headers += [*self._headers, (b"content-length", str(len(body)).encode())]
        await self._send({**self._start, "headers": headers})
        await self._send({**message, "body": body})


def _is_page(start: Message) -> bool:
    headers = {name.lower(): value for name, value in start["headers"]}
    return headers.get(b"content-type", b"").startswith(b"text/html") and b"content-encoding" not in headers
