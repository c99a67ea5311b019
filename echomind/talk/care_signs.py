"""The signs of danger that ``care`` looks for: what is said, and the words around it that make it harmless.

Patterns see lower-case words with single spaces, no punctuation but apostrophes, and contractions written one way
("can't", "i'm", "he's", "going to"). Order matters only where two dangers are said at once: the first sign wins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SELF_HARM, VIOLENCE, MEDICAL = "self_harm", "violence", "medical"

_HOME = (
    "(he|she|my (husband|wife|partner|boyfriend|girlfriend|ex|father|dad|mother|mom|mum|uncle|brother|son|"
    "step ?(dad|father|mom|mother)))"
)
_SOMEONE = (
    "(i|he|she|(my|the|our) (dad|father|mom|mum|mother|husband|wife|partner|son|daughter|baby|child|friend|brother|"
    "sister|grand(mother|father|ma|pa)))"
)
_ENDING = "(kill(ing)? myself|(end|ending|take|taking) my( own)? life|(commit )?suicide)"
_HURTING = "(hurt|hurting|harm|harming|cut|cutting|burn|burning) myself"


@dataclass(frozen=True)
class Sign:
    """``said`` anywhere in the words, unless ``before`` ends what precedes it or ``after`` begins what follows."""

    kind: str
    said: re.Pattern[str]
    before: re.Pattern[str]
    after: re.Pattern[str]

    def is_in(self, plain: str) -> bool:
        """Whether one of its places in ``plain`` stands without harmless words around it."""
        return any(
            not self.before.search(plain[: found.start()]) and not self.after.match(plain[found.end() :])
            for found in self.said.finditer(plain)
        )


def _sign(kind: str, said: str, *, before: str = "", after: str = "") -> Sign:
    never = "(?!)"  # matches nothing
    return Sign(
        kind,
        re.compile(rf"\b({said})\b"),
        re.compile(rf"\b({before}) $" if before else never),
        re.compile(rf" ({after})\b" if after else never),
    )


_LAUGHING = "laughing|with laughter|from laughing|for laughing"
_FIGURE = f"of|from|at|when|every time|if|{_LAUGHING}"  # "I want to die of embarrassment", "... when she sings"

SIGNS: tuple[Sign, ...] = (
    _sign(SELF_HARM, f"(want|going|plan|planning|ready|tempted|decided|about) to ({_ENDING}|{_HURTING})",
          before="i'm not|never", after=f"{_LAUGHING}|with (this|all|work|homework)"),
    _sign(SELF_HARM, f"(think|thinking|thoughts) (about|of) ({_ENDING}|{_HURTING}|ending it all)"),
    _sign(SELF_HARM, "i (want|wish) (to die|i was dead|i were dead|to be dead|i was never born|to end it all)",
          after=_FIGURE),
    _sign(SELF_HARM, "i'm going to end it all"),
    _sign(SELF_HARM, "i don't want to (live|be alive|exist)",
          after="with|in|on|near|by|there|here|alone|together|at|next"),
    _sign(SELF_HARM, "(no|any) (reason to live|reason for living|point in living|point in being alive)"),
    _sign(SELF_HARM, "i('m|'d be| would be) better off dead"),
    _sign(SELF_HARM, "(everyone|everybody|they|you|the world|my family|my kids)('d| would| will)?( all)? be better off "
          "without me"),
    _sign(SELF_HARM, "i('m| feel|'ve been| have been)( feeling| so| very)* suicidal"),
    _sign(SELF_HARM, f"i('ve)? (tried|attempted) (to )?{_ENDING}"),
    _sign(SELF_HARM, f"i('ve been|'m|'ve started| keep| started) {_HURTING}",
          after="shaving|some|off|a|in (sport|training|football|the gym)|at (the gym|practice|training|work)|"
          "on (the|a|my)|short"),
    _sign(SELF_HARM, "i('ve)? (took|taken|swallowed) (all (of )?(my|the|her|his)|a (whole )?bottle of|too many)"
          "( sleeping| of my)? (pills|tablets|painkillers|medication)"),
    _sign(SELF_HARM, "i('ve)? (overdosed|took an overdose|taken an overdose)",
          after="on (sugar|chocolate|coffee|tv|cute)"),
    _sign(VIOLENCE, rf"{_HOME}('s| has| keeps| often| started| is| was)* (hits|hitting|beats|beating|beat|punches|"
          "punched|punching|chokes|choked|choking|strangled|slaps|slapped|slapping|kicks|kicked|kicking|abuses|"
          "abused|abusing|raped|molested|molests) me",
          after="up|at|to|in( the)? (chess|race|game|final|tennis|first|first set)|by|out|off|over|every time we|"
          "under the table|playing|again at|on my bike|with (his|her) (news|idea|question|score)"),
    _sign(VIOLENCE, rf"{_HOME} hit me",
          after="up|back up|with (a|an|the|some|his|her) (ball|news|idea|question|bill|bat)|as|like|that|"
          "by accident|while"),
    _sign(VIOLENCE, rf"{_HOME} (tried|threatened|threatens|says (he|she)'s going|wants) to (kill|hurt|stab|shoot|"
          "choke) me",
          after=f"with kindness|{_LAUGHING}"),
    _sign(VIOLENCE, rf"i'm (so )?(scared|afraid|terrified|frightened) (that )?{_HOME}('s going to|'ll| will| might| is "
          "going to) (hurt|hit|beat|attack) me", after="in (chess|the race|the game)|at"),
    _sign(VIOLENCE, "(i'm not|i don't feel|it isn't) safe (at home|in my( own)? (home|house)|with him|with her)"),
    _sign(VIOLENCE, "(i'm being|i've been|i was) (sexually )?(abused|assaulted|raped|molested|beaten at home)"),
    _sign(MEDICAL, rf"{_SOMEONE} can't breathe", before="hard",
          after=f"{_LAUGHING}|through my nose|in (this|these|that)|when|without|with this (mask|cold)|she's so|"
          "he's so|it's so"),
    _sign(MEDICAL, rf"{_SOMEONE}('s| has| is|'m)? (stopped|isn't|not) breathing", after="a word|down"),
    _sign(MEDICAL, rf"({_SOMEONE}('s|'m| is)|i think {_SOMEONE}('s|'m| is)) having (a|another) (heart attack|stroke|"
          "seizure|severe allergic reaction|bad allergic reaction)",
          after="when|over|if|at|about|because of the (price|bill)"),
    _sign(MEDICAL, "(i've|i'm having|i've got|i have|he has|she has|he's having|she's having)( very| bad| terrible|"
          " sharp| crushing)* (chest pains?|pain in (my|his|her) chest)", after="medication|last (year|month|week)"),
    _sign(MEDICAL, rf"{_SOMEONE}('s| is) (unconscious|unresponsive)"),
    _sign(MEDICAL, rf"{_SOMEONE} won't wake up", after="for (school|work|class|breakfast)|before|until|in time|early"),
    _sign(MEDICAL, rf"({_SOMEONE}('s|'m| is)|there's blood and (he|she|i)('s|'m)) bleeding (a lot|badly|heavily|"
          "to death|out|everywhere)", after="of (money|cash)"),
    _sign(MEDICAL, "(won't stop|can't stop the) bleeding", after="money|cash"),
    _sign(MEDICAL, "(call|need|get)( me| us| him| her)? an ambulance", before="almost had to|had to|nearly had to"),
    _sign(MEDICAL, "(my|his|her) throat('s| is) (closing|swelling)( up)?"),
)  # fmt: skip
