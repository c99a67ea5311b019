"""TELEVAL's score for answers to spoken questions (AQA): does the reply contain a reference answer? No judge.

Tele-AI/TELEVAL (arXiv 2507.18061), ``ExistMatch``: a reply is right where any reference occurs in it as a run of whole
tokens, after decomposition (NFD), in lower case, without punctuation, Chinese character by character. It is loose: a
long reply that lists many candidates matches. Both means are given, over questions (the board's own) and over sets,
since they differ by several points and papers do not always say which they print.

One difference from the released code: there a slip in the table of Chinese characters takes U+2001 to U+2A6D for some,
``’`` and ``—`` among them, and keeps them as tokens; here they are punctuation, as ``'`` and ``-`` are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import hypot
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from scipy.stats import binomtest

from echomind.benchmark.fields import MAX_ID, MAX_TEXT, shown
from echomind.errors import ConfigurationError
from echomind.scoring.json_lines import Line, raise_if_any, read_lines
from echomind.scoring.problems import Problem, Problems
from echomind.scoring.report import SCORER_VERSION, Cell

WEIGHTED, PLAIN = "televal_aqa_weighted", "televal_aqa_plain"
LANGUAGES = ("zh", "en")
MAX_REFERENCES = 5_000  # of one question; TriviaQA lists up to some hundred names
_HAN = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2EBEF))
_SUFFIX = re.compile(r"[-_](zh|en)\Z")
DECIMALS = 6


@dataclass(frozen=True)
class Answered:
    """One question: the reply and every reference answer."""

    key: str
    reply: str
    references: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether the reply contains a reference."""
        return exist_match(self.reply, self.references)


@dataclass(frozen=True)
class QuestionSet:
    """One set. ``language`` is the end of its name (``webq-zh``), ``None`` where it has none."""

    name: str
    items: tuple[Answered, ...]

    @property
    def language(self) -> str | None:
        """``"zh"``, ``"en"`` or ``None``."""
        found = _SUFFIX.search(self.name)
        return found.group(1) if found else None


class TelevalReport(BaseModel):
    """Scores in percent. ``scores`` by metric id, ``sets`` by the set's name; intervals are Wilson's, 95 %."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    schema_version: Annotated[int, Field(alias="schema")] = 1
    kind: Literal["televal"] = "televal"
    scorer: str = SCORER_VERSION
    scores: dict[str, Cell]
    sets: dict[str, Cell]
    used: str = "ExistMatch: a reference as a run of whole tokens in the reply; NFD, lower case, no punctuation"


def tokens(text: str) -> list[str]:
    """Words of letters, marks and digits, single Chinese characters and symbols; punctuation parts and is lost."""
    found: list[str] = []
    word = ""
    for character in unicodedata.normalize("NFD", text):
        kind = unicodedata.category(character)[0]
        alone = kind == "S" or any(low <= ord(character) <= high for low, high in _HAN)
        if kind in "LNM" and not alone:
            word += character
            continue
        if word:
            found.append(word.lower())
            word = ""
        if alone:
            found.append(character)
    return [*found, word.lower()] if word else found


@lru_cache(maxsize=100_000)
def _reference(text: str) -> tuple[str, ...]:
    return tuple(tokens(text))


def exist_match(reply: str, references: Sequence[str]) -> bool:
    """Whether any reference occurs in the reply. A reference without a token (``"..."``) matches nothing."""
    said = tokens(reply)
    starts: dict[str, list[int]] = {}
    for i, token in enumerate(said):
        starts.setdefault(token, []).append(i)
    for text in references:
        wanted = _reference(text)
        if wanted and any(tuple(said[i : i + len(wanted)]) == wanted for i in starts.get(wanted[0], ())):
            return True
    return False


def read_sets(paths: Sequence[Path]) -> list[QuestionSet]:
    """Every set, one a file, its name the file's: JSON Lines with ``key``, ``pred`` and ``ref``; other fields may be.

    ``ref`` is a text, or a list of texts and lists, any of which may match. An empty or null ``pred`` is a failed call.
    Raises ``DataError`` with a line for each problem: file, line, field, what was found and what was expected.
    """
    problems = Problems()
    sets: dict[str, QuestionSet] = {}
    for path in paths:
        name = path.stem
        if name in sets:
            problems.add(Problem(path.name, found=f"the set {name!r} a second time", expected="each set once"))
            continue
        seen: dict[str, int] = {}
        read = (_answered(line, seen, problems) for line in read_lines(path, path.name, problems))
        sets[name] = QuestionSet(name, tuple(item for item in read if item is not None))
    raise_if_any(problems)
    return list(sets.values())


def _answered(line: Line, seen: dict[str, int], problems: Problems) -> Answered | None:
    key = line.value.get("key")
    if isinstance(key, int) and not isinstance(key, bool):
        key = str(key)
    if not isinstance(key, str) or not key.strip() or len(key) > MAX_ID:
        found = shown(key) if "key" in line.value else "no such field"
        problems.add(line.problem("key", found, f"an id of at most {MAX_ID} characters"))
        return None
    first = seen.setdefault(key, line.number)
    if first != line.number:
        problems.add(line.problem("key", f"{shown(key)} a second time", f"each question once (it is in line {first})"))
        return None
    reply: str | None = ""
    if "pred" not in line.value or line.value["pred"] is not None:
        reply = line.text("pred", problems, MAX_TEXT, key)
    references = list(_texts(line.value.get("ref")))
    if any(not isinstance(text, str) for text in references) or "ref" not in line.value:
        found = shown(line.value["ref"]) if "ref" in line.value else "no such field"
        problems.add(line.problem("ref", found, "a text, or a list of texts", key))
    elif len(references) > MAX_REFERENCES:
        problems.add(line.problem("ref", f"{len(references)} references", f"at most {MAX_REFERENCES}", key))
    elif not any(_reference(text) for text in references):
        problems.add(line.problem("ref", shown(line.value["ref"]), "an answer with a letter or a digit", key))
    elif reply is not None:
        return Answered(key, reply, tuple(references))
    return None


def _texts(value: Any) -> Iterator[Any]:
    """The texts of a reference, however deep in lists, and whatever else is in there."""
    if isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    else:
        yield value


def score_televal(sets: Sequence[QuestionSet]) -> TelevalReport:
    """Each set, and over all sets and those of each language the mean over questions and the mean over sets.

    Ids: ``televal_aqa_weighted`` and ``televal_aqa_plain``, and with ``_zh`` and ``_en`` for the languages. Raises
    ``ConfigurationError`` where there is no question.
    """
    sets = [one for one in sets if one.items]
    if not sets:
        raise ConfigurationError("found no question, expected at least one set of TELEVAL predictions")
    counts = {one.name: _Count.of(one) for one in sets}
    scores: dict[str, Cell] = {}
    groups = {"": sets} | {f"_{code}": [s for s in sets if s.language == code] for code in LANGUAGES}
    for suffix, group in groups.items():
        if group:
            mine = [counts[one.name] for one in group]
            scores[WEIGHTED + suffix] = sum(mine[1:], mine[0]).cell()
            scores[PLAIN + suffix] = _plain(mine)
    return TelevalReport(scores=scores, sets={name: count.cell() for name, count in counts.items()})


@dataclass(frozen=True)
class _Count:
    right: int
    n: int
    failed: int

    @classmethod
    def of(cls, one: QuestionSet) -> _Count:
        return cls(
            sum(item.right for item in one.items), len(one.items), sum(not item.reply.strip() for item in one.items)
        )

    def __add__(self, other: _Count) -> _Count:
        return _Count(self.right + other.right, self.n + other.n, self.failed + other.failed)

    def ends(self) -> tuple[float, float]:
        """Wilson's interval, as shares."""
        found = binomtest(self.right, self.n).proportion_ci(method="wilson")
        return float(found.low), float(found.high)

    def cell(self) -> Cell:
        return _cell(self.right / self.n, *self.ends(), self)


def _plain(counts: Sequence[_Count]) -> Cell:
    """The mean of shares. Its ends lie from it as far as those of the sets do, squared, added and rooted.

    G. Y. Zou and A. Donner, "Construction of confidence limits about effect measures", Statistics in Medicine 2008: the
    interval of a sum of independent estimates from their own intervals.
    """
    sets = len(counts)
    shares = [count.right / count.n for count in counts]
    mean = sum(shares) / sets
    ends = [count.ends() for count in counts]
    down = hypot(*((share - low) / sets for share, (low, _) in zip(shares, ends, strict=True)))
    up = hypot(*((high - share) / sets for share, (_, high) in zip(shares, ends, strict=True)))
    return _cell(mean, mean - down, mean + up, sum(counts[1:], counts[0]))


def _cell(value: float, low: float, high: float, count: _Count) -> Cell:
    percent = [round(100 * number, DECIMALS) for number in (value, low, high)]
    return Cell(value=percent[0], low=percent[1], high=percent[2], n=count.n, failed=count.failed)
