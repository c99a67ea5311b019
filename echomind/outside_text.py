"""Names, texts and addresses that come from outside, as types: visible text in one normal form, or refused.

What passes is still only text: whoever shows it escapes it, and nobody uses it as a path, a pattern or a command.
The length is looked at before anything else: bringing text into a normal form takes time that grows with the square of
the accents that are stacked on one letter, and a million of them take hours.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

LONGEST_TEXT, LONGEST_NAME, LONGEST_ADDRESS = 200, 80, 500  # characters

# Unicode categories that hide or reorder text: control, format (zero width, bidi), surrogate, private use, unassigned.
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def invisible(text: str) -> str:
    """The first character of ``text`` that hides or reorders others, as ``U+202E``; "" where there is none."""
    found = next((character for character in text if unicodedata.category(character) in _INVISIBLE), None)
    return f"U+{ord(found):04X}" if found else ""


def plain_text(value: str, longest: int = LONGEST_TEXT) -> str:
    """``value``, if it is visible text of at most ``longest`` characters in Unicode normal form C.

    Raises ``ValueError`` that says what was found or expected.
    """
    if len(value) > longest:
        raise ValueError(f"found {len(value)} characters, expected at most {longest}")
    if value != value.strip() or not value:
        raise ValueError("expected text without leading or trailing space")
    if hidden := invisible(value):
        raise ValueError(f"found the invisible character {hidden}, expected visible text")
    if value != unicodedata.normalize("NFC", value):
        raise ValueError("expected text in Unicode normal form C")
    return value


def _text(value: str) -> str:
    return plain_text(value, LONGEST_TEXT)


def _name(value: str) -> str:
    return plain_text(value, LONGEST_NAME)


def _web_address(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s<>\"'`\\]+", plain_text(value, LONGEST_ADDRESS)):
        raise ValueError("expected a web address that begins with http:// or https://")
    parts = urlsplit(value)  # raises ValueError itself where it cannot tell the host
    if not parts.hostname or parts.username is not None:  # https://huggingface.co@elsewhere.example leads elsewhere
        raise ValueError("expected a web address with a host and without a user name")
    return value


def _hub_id(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", value, re.ASCII):
        raise ValueError("expected a Hub id such as owner/name")
    return value


Text = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(_text)]
Name = Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(_name)]
WebAddress = Annotated[str, Field(max_length=LONGEST_ADDRESS), AfterValidator(_web_address)]
HubId = Annotated[str, AfterValidator(_hub_id)]
