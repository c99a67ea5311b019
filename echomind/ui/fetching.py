"""Addresses in place of files: gradio fetches whatever public address a caller names, however much comes from there.

It does so for every input of every event, before our functions see it. Here nothing is fetched: the address under
which this app serves an upload stands for that upload, any other is refused in one line.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

import gradio as gr
from gradio.exceptions import InvalidPathError
from gradio_client.utils import is_file_obj_with_meta, is_http_url_like, traverse

from echomind.benchmark.fields import shown

SERVED = "/gradio_api/file="  # before the path in the address under which gradio serves an upload


def without_addresses(value: Any) -> Any:
    """An event's input with the addresses of our own uploads as their paths, which gradio then checks as any path.

    Raises ``gr.Error`` for any other address.
    """
    return traverse(value, _as_path, is_file_obj_with_meta)


def _as_path(file: dict[str, Any]) -> dict[str, Any]:
    if not is_http_url_like(file["path"]):
        return file
    address = urlsplit(file["path"]).path
    if SERVED not in address:
        raise gr.Error(
            f"found the address {shown(file['path'])}, expected a file that was sent to /gradio_api/upload; "
            "nothing is fetched from there",
            print_exception=False,
        )
    return file | {"path": unquote(address.partition(SERVED)[2])}


class NothingFetched(gr.Blocks):
    """Blocks whose events fetch nothing on behalf of whoever calls them."""

    async def preprocess_data(self, block_fn: Any, inputs: list[Any], *args: Any, **kwargs: Any) -> Any:
        """As in ``gr.Blocks``, with inputs as ``without_addresses`` gives them, and a sentence for what is no upload.

        Gradio refuses those too, but tells its caller nothing of why.
        """
        try:
            return await super().preprocess_data(block_fn, [without_addresses(one) for one in inputs], *args, **kwargs)
        except InvalidPathError:
            raise gr.Error(
                "found a file that was not uploaded, expected a file that was sent to /gradio_api/upload",
                print_exception=False,
            ) from None
