"""One colour a level, everywhere it appears. Colour never carries a meaning alone: a word always stands beside it.

Understanding is blue, Reasoning violet, Conversation coral (words darker, voice lighter). The figure shades keep 3:1
against both page backgrounds and stay apart for readers with any of the three colour-vision deficiencies; the text
shades keep 4.5:1 on their own background. The tests measure all of this.
"""

from __future__ import annotations

from dataclasses import dataclass

from echomind.leaderboard.metrics import Group

PAGE_LIGHT = "#fffdfa"
PAGE_DARK = "#181715"


@dataclass(frozen=True)
class Shades:
    """Hex colours of a group: ``figure`` for marks in either scheme, ``light`` and ``dark`` for text in one."""

    figure: str
    light: str
    dark: str


_WORDS = Shades("#c43d30", "#b23a2b", "#ff9d8c")
_VOICE = Shades("#e96d54", "#b4532a", "#ffc0a8")
_PLAIN = Shades("#8a8378", "#5f594f", "#c9c2b6")
COLOURS: dict[Group, Shades] = {
    "understanding": Shades("#2b8fd6", "#1b6aa8", "#7cc0f2"),
    "reasoning": Shades("#7a4ccc", "#6a3fb5", "#b79cf0"),
    "conversation_text": _WORDS,
    "conversation_audio": _VOICE,
    "human": _WORDS,
    "arena": _WORDS,
    "across": _PLAIN,
    "overall": _PLAIN,
}
