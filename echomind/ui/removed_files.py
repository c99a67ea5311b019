"""Files that are removed in the very moment when a browser asks for them.

An upload is gone as soon as it was read (``uploads``), and gradio's player may be about to load it: gradio looks
whether the file is there, and when it goes on to send it, it is not. That is no fault of the server.
"""

from __future__ import annotations

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FILES = "/gradio_api/file="


class RemovedFiles:
    """ASGI middleware: a file that goes before anything of it was sent is answered as one that was never there."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or FILES not in scope["path"]:
            await self._app(scope, receive, send)
            return
        begun = False
        held: list[Message] = []  # the head of the answer, until more follows: Starlette sends it, then opens the file

        async def sending(message: Message) -> None:
            nonlocal begun
            held.append(message)
            if message["type"] == "http.response.start":
                return
            begun = True
            while held:
                await send(held.pop(0))

        try:
            await self._app(scope, receive, sending)
        except (FileNotFoundError, RuntimeError) as error:
            if begun or not _gone(error):
                raise
            # 403 is what gradio says of files that are not there.
            await JSONResponse({"detail": "the file is no longer here"}, 403)(scope, receive, send)


def _gone(error: Exception) -> bool:
    """Starlette and gradio say it by a ``RuntimeError`` of their own where they look before they open."""
    return isinstance(error, FileNotFoundError) or str(error).endswith("does not exist.")
