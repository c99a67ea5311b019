"""What the pages say, in English and Chinese.

``t("Sort by {column}", column=name)`` is a text of ours: in the code and to machines the English sentence, and wherever
it is shown (``here``, or written into HTML) the sentence in the language of whoever asked. The Chinese stands in
``zh.toml`` beside this file, by the English.

A text remembers its pattern and what was put into it until it is shown, so tables of constants, kept results and
sentences inside sentences need not know who reads them. Names and other texts from outside are put in as they are.
The language belongs to a request (``speaking``), never to the process.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache, wraps
from pathlib import Path
from typing import Any, Literal, ParamSpec, TypeVar, cast

from markupsafe import Markup, escape

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
ZH = Path(__file__).with_name("zh.toml")

P = ParamSpec("P")
R = TypeVar("R")
_language: ContextVar[Language] = ContextVar("language", default="en")


class Text(str):
    """A sentence of ours: as a ``str`` its English, with the pattern (``key``) and what stands in it (``values``)."""

    __slots__ = ("holds_html", "key", "values")
    key: str
    values: dict[str, Any]
    holds_html: bool

    def __new__(cls, key: str = "", values: dict[str, Any] | None = None) -> Text:
        """``key`` is a pattern of ``str.format`` where there are ``values``, and literal where there are none."""
        values = values or {}
        text = super().__new__(cls, key.format(**values) if values else key)
        text.key, text.values = key, values
        text.holds_html = any(map(_holds_html, values.values()))
        return text

    def __html__(self) -> Markup:
        """As it is written into HTML: escaped, but for values that are HTML themselves."""
        if not self.holds_html:
            return escape(str(self) if _language.get() == "en" else self.shown())
        pattern = _pattern(self.key)
        return Markup(escape(pattern)).format(**{name: _html(value) for name, value in self.values.items()})  # noqa: S704

    def shown(self) -> str:
        """In the language of whoever asked."""
        pattern = _pattern(self.key)
        return pattern.format(**{name: _plain(v) for name, v in self.values.items()}) if self.values else pattern


class _Joined(Text):
    """Several texts with a separator between them, which is a text as well (English ", ", Chinese "、")."""

    __slots__ = ()

    def __html__(self) -> Markup:
        return escape(_plain(self.values["by"])).join(escape(part) for part in self.values["parts"])

    def shown(self) -> str:
        return str(_plain(self.values["by"])).join(str(_plain(part)) for part in self.values["parts"])


def t(key: str, /, **values: Any) -> Text:
    """A text of ours. ``values`` (data, or other texts) go where the pattern names them: ``{n:,}``, ``{model}``."""
    return Text(key, values)


def counted(number: int, one: str, many: str, **values: Any) -> Text:
    """``one`` for a number of 1, else ``many``; the number is ``{n}`` in both."""
    return Text(one if number == 1 else many, {"n": number, **values})


def joined(by: str, parts: Iterable[str]) -> Text:
    """``parts`` with ``by`` between them; parts that are texts are translated, others stay as they are."""
    found = tuple(parts)
    text = str.__new__(_Joined, by.join(found))
    text.key, text.values = "", {"by": by if isinstance(by, Text) else t(by), "parts": found}
    text.holds_html = any(map(_holds_html, found))
    return text


def here(text: str) -> str:
    """``text`` in the language of whoever asked; what is no text of ours stays as it is. A plain ``str``."""
    return text.shown() if isinstance(text, Text) and _language.get() != "en" else str(text)


def language() -> Language:
    """The language of whoever asked; English where nobody did."""
    return _language.get()


@contextmanager
def speaking(which: Language) -> Iterator[None]:
    """Texts that are shown inside of the block are in this language."""
    before = _language.set(which)
    try:
        yield
    finally:
        _language.reset(before)


def cached(most: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """As ``functools.lru_cache``, but what was made in one language is not given to whoever reads another."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @lru_cache(maxsize=most)
        def kept(_: Language, *args: Hashable, **kwargs: Hashable) -> R:
            return function(*args, **kwargs)  # type: ignore[arg-type]

        @wraps(function)
        def found(*args: P.args, **kwargs: P.kwargs) -> R:
            return kept(_language.get(), *args, **kwargs)  # type: ignore[arg-type]

        return found

    return decorate


@cache
def catalogue() -> dict[str, str]:
    """Chinese by English, all sections of ``zh.toml`` together."""
    with ZH.open("rb") as file:
        sections = cast(dict[str, dict[str, str]], tomllib.load(file))
    return {key: said for section in sections.values() for key, said in section.items()}


def for_scripts() -> dict[str, str]:
    """What scripts of the pages say, in the language of whoever asked, by the English; empty for English."""
    if _language.get() == "en":
        return {}
    with ZH.open("rb") as file:
        return cast(dict[str, str], tomllib.load(file)["scripts"])


def _pattern(key: str) -> str:
    return key if _language.get() == "en" else catalogue().get(key, key)


def _plain(value: Any) -> Any:
    return value.shown() if isinstance(value, Text) else value


def _holds_html(value: Any) -> bool:
    return value.holds_html if isinstance(value, Text) else isinstance(value, Markup)


def _html(value: Any) -> Any:
    """As ``Markup.format`` takes it: it escapes texts itself, and numbers keep their formats."""
    return value.__html__() if isinstance(value, Text) else value
