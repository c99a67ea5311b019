"""Names, texts and addresses that come from outside, as types: visible text in one normal form, or refused.

What passes is still only text: whoever shows it escapes it, and nobody uses it as a path, a pattern or a command.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

# Unicode categories that hide or reorder text: control, format (zero width, bidi), surrogate, private use, unassigned.
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _plain_text(value: str) -> str:
    if value != value.strip() or not value:
        raise ValueError("expected text without leading or trailing space")
    hidden = [character for character in value if unicodedata.category(character) in _INVISIBLE]
    if hidden:
        raise ValueError(f"found the invisible character U+{ord(hidden[0]):04X}, expected visible text")
    if value != unicodedata.normalize("NFC", value):
        raise ValueError("expected text in Unicode normal form C")
    return value


def _web_address(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s<>\"'`\\]+", _plain_text(value)):
        raise ValueError("expected a web address that begins with http:// or https://")
    return value


def _hub_id(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", value, re.ASCII):
        raise ValueError("expected a Hub id such as owner/name")
    return value


Text = Annotated[str, Field(max_length=200), AfterValidator(_plain_text)]
Name = Annotated[str, Field(max_length=80), AfterValidator(_plain_text)]
WebAddress = Annotated[str, Field(max_length=500), AfterValidator(_web_address)]
HubId = Annotated[str, AfterValidator(_hub_id)]
