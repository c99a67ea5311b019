"""The ten reasoning types of EchoMind-Mini: what follows from words and sound together. Why each key follows:

- The six types written with the scripts (``response_style_matching`` to ``empathy_aware_response_selection``): an item
  has an option for each delivery and one for none, and is asked of all three with the same options in the same order,
  so that the words alone, which are the same, cannot give more than one key in three. Items whose fourth option shows
  by its words are left out (``echomind.scoring.mini_filter``). Scripts about the speaker are asked of target and
  alternative only: their neutral voice is a man's or a woman's, and "neither" cannot be heard.
- ``multiple_people_detection``: yes where applause, cheering, chatter or children are in the background; no for another
  delivery of the same script, whose only voice is the speaker's.
- ``laughter_sentiment_detection``, ``shouting_sentiment_detection``: of scripts whose words are plainly good or bad
  news. Yes needs both the sound and words that go with the question; in each "no" exactly one of the two is missing.
  Who hears only the words, or only the sound, gets three in four.
- ``audio_text_sentiment_consistency``: the same scripts, in a glad or a sad, angry or frightened voice: good and bad
  news in either voice equally often, so that neither words nor voice alone tell anything.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence

from echomind.benchmark.items import STYLES, Style
from echomind.benchmark.mini_added_scripts import AddedScript
from echomind.benchmark.mini_cast import Part, is_about_the_speaker
from echomind.benchmark.mini_choices import Letters
from echomind.benchmark.mini_scripts import MiniScript, left_out
from echomind.benchmark.mini_understanding import Cast, Drawn
from echomind.benchmark.mini_wording import CONSISTENT, INCONSISTENT, LAUGHTER, NO, QUESTIONS, SHOUTING, YES
from echomind.taxonomy import CATEGORY, NEUTRAL

ASKED_OF_SPEAKERS: tuple[Style, ...] = ("target", "alternative")
CROWDS = CATEGORY["voices"].attributes
PLAYERS = ("basketball", "music")  # people may be meant by these though none is heard
OPPOSITE = {"positive": "negative", "negative": "positive"}


def reasoning(scripts: Sequence[MiniScript], parts: Cast, seed: int) -> list[Drawn]:
    """All reasoning questions: the six types with the scripts, then the four with two options."""
    polar = [s for s in scripts if isinstance(s, AddedScript) and s.sentiment != "none"]
    two = {
        "multiple_people_detection": _people(scripts, parts),
        "laughter_sentiment_detection": _sentiments(polar, parts, "laughter", LAUGHTER),
        "shouting_sentiment_detection": _sentiments(polar, parts, "shout", SHOUTING),
        "audio_text_sentiment_consistency": _consistency(polar, parts),
    }
    drawn = list(_written(scripts, parts, seed))
    for kind, asked in two.items():
        drawn += _two_options(kind, asked, seed)
    return drawn


def _written(scripts: Sequence[MiniScript], parts: Cast, seed: int) -> Iterator[Drawn]:
    """The items that lie with the scripts."""
    letters: dict[str, Letters] = {}
    for script in scripts:
        styles = ASKED_OF_SPEAKERS if is_about_the_speaker(script) else STYLES
        for item in script.reasoning:
            if f"{script.id}/{item.type}" in left_out():
                continue
            order = letters.setdefault(item.type, Letters(random.Random(f"{seed} {item.type} letters")))
            texts: dict[str, str] = {option.fits: option.text for option in item.options}
            options, places = order.order_roles(texts, styles)
            for style in styles:
                yield Drawn(item.type, parts[script.id, style], item.question, options, places[style])


Asked = tuple[Part, str, str]  # delivery, question, key


def _two_options(kind: str, asked: Sequence[Asked], seed: int) -> Iterator[Drawn]:
    letters = Letters(random.Random(f"{seed} {kind} letters"))
    opposite = {YES: NO, NO: YES, CONSISTENT: INCONSISTENT, INCONSISTENT: CONSISTENT}
    number: dict[Part, int] = {}
    for part, question, key in asked:
        number[part] = number.get(part, 0) + 1
        options, answer = letters.order(key, [opposite[key]], key)
        yield Drawn(kind, part, question, options, answer, number[part])


def _people(scripts: Sequence[MiniScript], parts: Cast) -> list[Asked]:
    """Every crowd, and as many deliveries of the same scripts without one: with another sound where there is one."""
    question = QUESTIONS["multiple_people_detection"]
    asked: list[Asked] = []
    spare: list[Part] = []  # second deliveries without people, for the scripts that have two crowds
    owed = 0
    for script in scripts:
        here = [parts[script.id, style] for style in STYLES]
        crowds = [p for p in here if p.cue in CROWDS]
        if not crowds:
            continue
        alone = sorted((p for p in here if p.cue not in (*CROWDS, *PLAYERS)), key=lambda p: p.cue == NEUTRAL)
        asked += [(p, question, YES) for p in crowds] + [(alone[0], question, NO)]
        owed += len(crowds) - 1
        spare += alone[1:]
    return asked + [(p, question, NO) for p in spare[:owed]]


def _sentiments(polar: Sequence[AddedScript], parts: Cast, cue: str, questions: Mapping[str, str]) -> list[Asked]:
    """For each script with the cue, a yes and a no: by turns other news than asked for, or no such sound."""
    asked: list[Asked] = []
    for index, script in enumerate(s for s in polar if s.target == cue):
        loud, quiet = parts[script.id, "target"], parts[script.id, "neutral"]
        asked.append((loud, questions[script.sentiment], YES))
        if index % 2:
            asked.append((quiet, questions[script.sentiment], NO))
        else:
            asked.append((loud, questions[OPPOSITE[script.sentiment]], NO))
    return asked


def _consistency(polar: Sequence[AddedScript], parts: Cast) -> list[Asked]:
    question = QUESTIONS["audio_text_sentiment_consistency"]
    asked: list[Asked] = []
    for script in polar:
        part = parts[script.id, "alternative"]
        glad = part.cue == "happy"
        asked.append((part, question, CONSISTENT if glad == (script.sentiment == "positive") else INCONSISTENT))
    return asked
