"""HTML that cannot be broken by what it shows: every text and every attribute value is escaped where it is put in.

``h("td", name, title=reason)`` returns ``Markup``. Only ``Markup`` passes unescaped, and only this module makes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from markupsafe import Markup, escape

from echomind.words import here

_TAG = re.compile(r"[a-z][a-z0-9]*")
_ATTRIBUTE = re.compile(r"[a-z][a-z0-9-]*")
_VOID = frozenset({"br", "hr", "img", "input", "col"})
_BANNED_TAGS = frozenset({"script", "style", "iframe", "object", "embed"})
_ADDRESSES = frozenset({"href", "src"})

Child = str | int | Markup | None
SLOT = "\ue000"  # a private character, which outside text may not hold: a place in a ``Template``


def safe_address(url: str) -> str:
    """``url`` when it may be linked to: http, https, or a place on this site. Raises ``ValueError`` otherwise."""
    if not re.match(r"https?://|/(?:$|[\w?#])|#", url):
        raise ValueError(f"found the address {url[:80]!r}, expected one that begins with http://, https://, / or #")
    return url


@lru_cache(maxsize=512)
def _attribute(key: str) -> str:
    name = key.rstrip("_").replace("_", "-")
    if not _ATTRIBUTE.fullmatch(name) or name.startswith("on") or name == "style":
        raise ValueError(f"found the attribute {name!r}, expected one without behaviour")
    return name


def h(tag: str, *children: Child | Iterable[Child], **attributes: str | int | bool | None) -> Markup:
    """One element.

    Children are texts, ``Markup`` or iterables of them; ``None`` is left out. In attribute names ``_`` stands for ``-``
    and a trailing ``_`` is dropped (``class_``). ``True`` writes the bare attribute, ``None`` and ``False`` leave it
    out. Raises ``ValueError`` for scripts, event-handler attributes and addresses of other schemes.
    """
    if not _TAG.fullmatch(tag) or tag in _BANNED_TAGS:
        raise ValueError(f"found the tag {tag!r}, expected a plain element")
    parts = [f"<{tag}"]
    for key, value in attributes.items():
        name = _attribute(key)
        if value is None or value is False:
            continue
        if value is True:
            parts.append(f" {name}")
            continue
        text = safe_address(str(value)) if name in _ADDRESSES else here(value) if isinstance(value, str) else str(value)
        parts.append(f' {name}="{escape(str(text))}"')
    parts.append(">")
    if tag in _VOID:
        return Markup("".join(parts))  # noqa: S704 (every part is escaped above)
    parts.extend(escape(child) for child in _flat(children))
    parts.append(f"</{tag}>")
    return Markup("".join(parts))  # noqa: S704 (every part is escaped above)


def _flat(children: Iterable[Child | Iterable[Child]]) -> Iterable[str | Markup]:
    for child in children:
        if isinstance(child, str):  # Markup is a str and keeps its type
            yield child
        elif isinstance(child, int):
            yield str(child)
        elif child is not None:
            yield from _flat(child)


def together(*children: Child | Iterable[Child]) -> Markup:
    """Several pieces one after another, each escaped unless it is ``Markup``."""
    return Markup("").join(_flat(children))


def link(text: Child, url: str | None, title: str | None = None) -> Markup:
    """``text`` as a link that opens in a tab of its own; plain text without ``url``."""
    if url is None:
        return h("span", text, title=title)
    return h("a", text, href=url, title=title, target="_blank", rel="noopener noreferrer")


class Template:
    """An element made once by ``h`` with ``SLOT`` for texts or in attribute values, to be filled in many times.

    What is filled in is escaped each time, as ``h`` does, unless it is ``Markup``: for tables of thousands of cells.
    """

    def __init__(self, made: Markup) -> None:
        self._parts = tuple(str(made).split(SLOT))

    def __call__(self, *values: str | int | Markup) -> Markup:
        """The element with ``values`` in its places. Raises ``ValueError`` unless there is one for each."""
        first, *rest = self._parts
        texts = [first]
        for value, part in zip(values, rest, strict=True):
            texts += (escape(value), part)
        return Markup("".join(texts))  # noqa: S704 (every part is escaped above or was by ``h``)
