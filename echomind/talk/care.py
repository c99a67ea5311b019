"""Someone in danger gets help-line information in plain warm words, never a role-play.

Three dangers are looked for in the transcript: self-harm, violence at home, and a medical emergency. The matcher is
conservative: it wants the danger said outright ("I want to die", "he hits me", "she's not breathing") and lets figures
of speech pass ("this homework is killing me", "my dad will kill me", "I want to die of embarrassment"), and negations.
It reads words only, so it misses what is hinted at or misheard; it is a net under the model, not a diagnosis. What it
says is fixed text that no model writes. The signs stand in ``care_signs``, the numbers of countries in ``help_lines``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from echomind.talk.care_signs import MEDICAL, SELF_HARM, SIGNS, VIOLENCE
from echomind.talk.help_lines import INTERNATIONAL, Country, country_of
from echomind.words import t


@dataclass(frozen=True)
class Care:
    """A danger that was said outright: its ``kind`` and the ``reply`` to give, a text that a page can translate."""

    kind: str
    reply: str


REPLIES = {  # for anywhere in the world
    SELF_HARM: t(
        "I'm really glad you said that, and I take it seriously. I'm a computer program, so please reach a person now. "
        "In the US or Canada, call or text 988. In the UK and Ireland, call Samaritans on 116 123. In mainland China, "
        "call 12356. Anywhere else, findahelpline.com lists a line near you. If you could act on it right now, call "
        "your emergency number: 911, 999 or 112. You deserve help with this, and you don't have to carry it alone."
    ),
    VIOLENCE: t(
        "I'm so sorry this is happening. It is not your fault, and you deserve to be safe. I'm a computer program, so "
        "please reach a person. If you are in danger now, call your emergency number: 911, 999 or 112, or 110 in "
        "mainland China. In the US, the Domestic Violence Hotline is 1-800-799-7233. In the UK, call 0808 2000 247. "
        "Anywhere else, findahelpline.com lists a line near you. If someone could overhear you, a text message may be "
        "safer than a call."
    ),
    MEDICAL: t(
        "This sounds like a medical emergency, so please call for help right now: 911 in the US and Canada, 999 in the "
        "UK, 112 in Europe and many other countries, 120 in mainland China. The person who answers will tell you "
        "what to do until help comes. I'm a computer program and cannot call for you. Put the phone on speaker and "
        "stay there."
    ),
}

# One spelling for what people and recognisers write in several ways; punctuation goes, apostrophes stay.
_SPELLINGS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), written)
    for pattern, written in (
        ("[’`]", "'"),
        ("[^a-z' ]+", " "),
        (" +", " "),
        (r"\b(can|won|don|isn)t\b", r"\1't"),
        (r"\b(can not|cannot)\b", "can't"),
        (r"\bdo not\b", "don't"),
        (r"\bis not\b", "isn't"),
        (r"\bwill not\b", "won't"),
        (r"\b(i am|im)\b", "i'm"),
        (r"\bi have\b", "i've"),
        (r"\b(he|she) is\b", r"\1's"),
        (r"\bwanna\b", "want to"),
        (r"\bgonna\b", "going to"),
        (r"\b(just|really|actually|honestly|seriously|still|sometimes|always) ", ""),  # change no sign's meaning
    )
)


def reply_in(kind: str, country: Country) -> str:
    """The answer to a danger with the help lines of one country."""
    call = country.crisis.call
    if kind == SELF_HARM:
        return t(
            "I'm really glad you said that, and I take it seriously. I'm a computer program, so please reach a person "
            "now: call {call}. If you could act on it right now, call {medical}. "
            "You deserve help with this, and you don't have to carry it alone.",
            call=call,
            medical=country.medical,
        )
    if kind == VIOLENCE:
        return t(
            "I'm so sorry this is happening. It is not your fault, and you deserve to be safe. I'm a computer program, "
            "so please reach a person: call {call}. If you are in danger now, call {emergency}. "
            "If someone could overhear you, a text message may be safer than a call.",
            call=country.violence.call,
            emergency=country.emergency,
        )
    return t(
        "This sounds like a medical emergency, so please call {medical} right now. The person who answers "
        "will tell you what to do until help comes. I'm a computer program and cannot call for you. Put the phone on "
        "speaker and stay there.",
        medical=country.medical,
    )


def check(text: str, country: str = INTERNATIONAL) -> Care | None:
    """The danger that ``text`` says outright, or None. Capitals, punctuation and lost apostrophes do not matter.

    ``country``: an id of ``help_lines``, whose numbers are given. Raises ``ConfigurationError`` for an unknown one.
    """
    where = country_of(country)
    plain = text.casefold()
    for pattern, written in _SPELLINGS:
        plain = pattern.sub(written, plain)
    plain = plain.strip()
    kind = next((sign.kind for sign in SIGNS if sign.is_in(plain)), None)
    if kind is None:
        return None
    return Care(kind, REPLIES[kind] if where is None else reply_in(kind, where))
