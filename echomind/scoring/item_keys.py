"""One name for every item of a set: the keys of prediction files in JSON Lines.

``asr/{script}/{style}``, ``understanding/{question}``, ``reasoning/{question}``, ``reply/{script}/{style}``. The kind
ends at the first slash and the style begins at the last one; what is between is the id, which may hold slashes, spaces
or anything else. So every item has one key and every key means at most one item.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

from echomind.benchmark.fields import shown
from echomind.benchmark.items import STYLES, Style
from echomind.errors import DataError

Kind = Literal["asr", "understanding", "reasoning", "reply"]
KINDS: tuple[Kind, ...] = get_args(Kind)
OF_DELIVERIES: tuple[Kind, ...] = ("asr", "reply")
FORMS = "asr/ID/STYLE, understanding/ID, reasoning/ID or reply/ID/STYLE"


class ItemName(NamedTuple):
    """An item: its kind, the id of its script or question, and the style of its delivery (``None`` for a question)."""

    kind: Kind
    id: str
    style: Style | None = None


def item_key(kind: Kind, item_id: str, style: Style | None = None) -> str:
    """The key of an item. Raises ``ValueError`` for an empty id, or a style where there is none or the reverse."""
    if not item_id or (style is None) == (kind in OF_DELIVERIES):
        raise ValueError(f"no item is called {kind!r} {item_id!r} {style!r}")
    return f"{kind}/{item_id}" if style is None else f"{kind}/{item_id}/{style}"


def parse_key(key: str) -> ItemName:
    """The item of a key. Raises ``DataError`` with the key and the forms that keys have."""
    kind, _, rest = key.partition("/")
    known = next((k for k in KINDS if k == kind), None)
    if known in OF_DELIVERIES:
        rest, _, last = rest.rpartition("/")
        style = next((s for s in STYLES if s == last), None)
        if known and rest and style is None:
            raise DataError(f"found the style {shown(last)} in {shown(key)}, expected one of {', '.join(STYLES)}")
    else:
        style = None
    if known is None or not rest:
        raise DataError(f"found {shown(key)}, expected {FORMS}")
    return ItemName(known, rest, style)
