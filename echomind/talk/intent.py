"""Whether someone asks about their own feelings in this conversation: HumDial's first two tasks as plain questions.

The rule, in words: a question about *change* names feelings (feelings, emotions, mood, how I felt) and a change of them
(change, shift, develop, go up and down, over this conversation); a question about the *reason* asks "why" about what I
feel, or names the cause, reason or root of my feelings. The words are looked for in order, in lower case, without
punctuation. Patterns are fixed; what was said is only ever searched. It is asked of short texts alone: in a long one
such words tell of something ("she asked me why I feel like that").
"""

from __future__ import annotations

import re
from typing import Literal

Asked = Literal["change", "reason"]
MAX_WORDS = 18

_MINE = r"(?:my|our) (?:\w+ )?"  # "my own feelings"
_FEELINGS = r"(?:feelings?|emotions?|moods?|emotional (?:state|journey|trajectory))"
_STATE = (
    r"(?:like (?:this|that)|this way|that way|so \w+|sad|down|angry|mad|upset|afraid|scared|anxious|worried|tired|"
    r"exhausted|lonely|bad|unhappy|happy|good|disgusted|surprised|nervous|stressed|unwell|sick)"
)
_CHANGE = (
    r"(?:chang\w+|shift\w*|develop\w*|evolv\w*|progress\w*|mov\w+|var(?:y|ied)|go(?:ne)? (?:up|down)|went|"
    r"(?:over|during|across|through|throughout) (?:this|the|our) (?:\w+ )?(?:conversation|talk|chat|dialogue|turns?))"
)
_QUESTIONS: tuple[tuple[Asked, str], ...] = (
    ("change", rf"(?:how|did|have|has|what|describe|tell me|in what way).* {_MINE}{_FEELINGS}.* {_CHANGE}"),
    ("change", rf"(?:how|describe|tell me).* {_CHANGE}.* {_MINE}{_FEELINGS}"),
    ("change", rf"how (?:did|have|has) (?:i|what i) (?:feel|felt|been feeling).* {_CHANGE}"),
    ("change", rf"how (?:have|has) (?:i|what i) (?:feel|felt|been feeling) {_CHANGE}"),
    ("reason", rf"why (?:do|did|am|was|would|should|have) i (?:really |still |always |even |been )?"
               rf"(?:feel|felt|feeling|{_STATE})(?: {_STATE})?"),
    ("reason", r"(?:what|who) (?:is it that )?(?:makes|made|is making|has made) me (?:feel|so) \w+"),
    ("reason", rf"(?:what|tell me).* (?:cause|reason|root|behind).* {_MINE}{_FEELINGS}"),
    ("reason", rf"what (?:caused|causes|is causing) {_MINE}{_FEELINGS}"),
    ("reason", rf"(?:where|why) (?:does|do|did|is|are) {_MINE}{_FEELINGS}"),
)  # fmt: skip
_PATTERNS = tuple((kind, re.compile(rf"\b(?:{pattern})\b")) for kind, pattern in _QUESTIONS)


def asked(text: str) -> Asked | None:
    """Which of the two questions ``text`` asks, if any; a question about change wins over one about the reason."""
    words = re.sub(r"[^a-z' ]+", " ", text.casefold().replace("’", "'")).split()
    if not 0 < len(words) <= MAX_WORDS:
        return None
    plain = " ".join(words)
    return next((kind for kind, pattern in _PATTERNS if pattern.search(plain)), None)
