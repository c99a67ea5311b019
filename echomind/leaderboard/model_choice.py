"""What a reader has chosen on the Models page, and its address: one model, or two to four of one board. Pure.

``?model=echomind/kimi-audio`` is one record, ``?board=echomind&compare=kimi-audio,step-audio`` is a comparison.
Addresses come from outside: what they name is looked up among what there is, never a path, and what is not there is
said.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, quote

from echomind.leaderboard.boards import BOARDS, Board
from echomind.leaderboard.metrics import LANGUAGES
from echomind.leaderboard.records import SLUG, Record
from echomind.leaderboard.results import Results
from echomind.words import joined, t

MOST = 4  # models beside each other: more lines than that cannot be told apart in one figure
LONGEST = 2_000  # characters of an address that are looked at
_SHOWN = 60  # characters of what was found there


@dataclass(frozen=True)
class Choice:
    """``slugs`` of one board: none, one to look at, or two to ``MOST`` to compare; ``language`` may be empty."""

    board: str = ""
    slugs: tuple[str, ...] = ()
    language: str = ""

    @property
    def key(self) -> str:
        """The record in front, as ``board/slug``; empty where nothing is chosen."""
        return f"{self.board}/{self.slugs[0]}" if self.slugs else ""

    def query(self) -> str:
        """The choice as an address's query with its question mark; ``?`` where nothing is chosen."""
        if not self.slugs:
            return "?"
        language = f"&language={self.language}" if self.language else ""
        if len(self.slugs) == 1:
            return f"?model={self.board}/{quote(self.slugs[0])}{language}"
        return f"?board={self.board}&compare={','.join(map(quote, self.slugs))}{language}"


def first_language(board: Board) -> str:
    """The language a board is shown in at first; empty where it does not score languages apart."""
    return board.languages[0] if board.languages else ""


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…")


def choice_of_key(key: str) -> Choice:
    """The choice of one record by ``board/slug``; nothing where the key cannot be one."""
    board, _, slug = key.partition("/")
    if board not in BOARDS or not SLUG.fullmatch(slug):
        return Choice()
    return Choice(board, (slug,), first_language(BOARDS[board]))


def read_address(query: str, results: Results) -> tuple[Choice, str]:
    """What an address asks for among ``results``, and a friendly line about what of it is not there ("": all is).

    Raises ``ResultsError`` where the records of the board cannot be read.
    """
    fields = parse_qs(query[:LONGEST].removeprefix("?"))
    models, compared = fields.get("model", [""])[-1], fields.get("compare", [""])[-1]
    if compared:
        board = fields.get("board", [""])[-1]
        slugs = [slug for slug in compared.split(",") if slug]
        prefix = slugs[0].partition("/")[0] if slugs and "/" in slugs[0] else ""
        board = board or prefix or "echomind"
        slugs = [slug.removeprefix(f"{board}/") for slug in slugs]
    elif models:
        board, _, slug = models.partition("/")
        slugs = [slug]
    else:
        return Choice(), ""
    if board not in BOARDS:
        return Choice(), t(
            "The address names the board {shown}, which is not here. Choose a model below.", shown=_shown(board)
        )
    return _among(BOARDS[board], slugs, fields.get("language", [""])[-1], results)


def _among(board: Board, slugs: list[str], language: str, results: Results) -> tuple[Choice, str]:
    records = results.look(board.id).records
    asked = list(dict.fromkeys(slugs))
    found, missing = [slug for slug in asked if slug in records], [slug for slug in asked if slug not in records]
    notes = []
    if missing:
        named = joined(t(", "), map(_shown, missing[:MOST]))
        if len(missing) > MOST:
            named = t("{named} and others", named=named)
        notes.append(
            t(
                "{title} has no row {named}: the address may be old, or the row withdrawn.",
                title=board.title,
                named=named,
            )
        )
    if len(found) > MOST:
        notes.append(t("At most {MOST} models are compared at once; the first {MOST} are shown.", MOST=MOST))
    if not found:
        notes.append(t("Choose a model below."))
        return Choice(), joined(t(" "), notes)
    spoken = language if language in board.languages else first_language(board)
    return Choice(board.id, tuple(found[:MOST]), spoken), joined(t(" "), notes)


def chosen_records(choice: Choice, results: Results) -> dict[str, Record]:
    """The records of a choice by slug, in its order; a row withdrawn since then is left out."""
    records = results.look(choice.board).records if choice.slugs else {}
    return {slug: records[slug] for slug in choice.slugs if slug in records}


def language_name(code: str) -> str:
    """A language's name for people."""
    return LANGUAGES[code]
