"""Pairs worth a first look: those of the paper's Figure 2, and empathy by the judge against empathy by people.

What each is said to show is worked out from the records, never written here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from echomind.leaderboard.boards import get_board
from echomind.leaderboard.comparison import PAPER_FIGURE_2, Comparison, Standing, compare, number, standing
from echomind.leaderboard.human_agreement import AUTOMATIC, BOARD, PEOPLE, agreement
from echomind.leaderboard.metrics import LANGUAGES, METRICS
from echomind.leaderboard.records import Record

PAPER_BOARD = "echomind"


@dataclass(frozen=True)
class KnownPair:
    """A pair of metrics of a board, by the name it has in an address (``id``) and on a button (``title``)."""

    id: str
    title: str
    board: str
    x: str
    y: str
    language: str = ""


def _side(metric: str) -> str:
    """A level in a word; at the conversation level the metric, for there are several of them."""
    found = METRICS[metric]
    return found.level.capitalize() if found.level != "conversation" else found.title


KNOWN_PAIRS: tuple[KnownPair, ...] = (
    *(
        KnownPair(f"figure2-{x}-{y}".replace("_", "-"), f"{_side(x)} → {_side(y)}", PAPER_BOARD, x, y)
        for x, y in PAPER_FIGURE_2
    ),
    *(
        KnownPair(
            f"empathy-{code}", f"Judge or people ({name})", BOARD, f"{AUTOMATIC}_{code}", f"{PEOPLE}_{code}", code
        )
        for code, name in LANGUAGES.items()
    ),
)


def known_pair(board: str, x: str, y: str) -> KnownPair | None:
    """The known pair of these axes."""
    return next((pair for pair in KNOWN_PAIRS if (pair.board, pair.x, pair.y) == (board, x, y)), None)


def finding(pair: KnownPair, records: Mapping[str, Record]) -> str:
    """What a pair is known for, from the ``records`` of its board."""
    if pair.board == BOARD:
        return agreement(records, pair.language).sentence
    return paper_finding(records)


def paper_finding(records: Mapping[str, Record]) -> str:
    """What the pairs of Figure 2 say, in one sentence, over the rows that come from the paper alone."""
    board = get_board(PAPER_BOARD)
    published = {slug: record for slug, record in records.items() if record.provenance.kind == "paper"}
    found: defaultdict[Standing, list[str]] = defaultdict(list)
    for x, y in PAPER_FIGURE_2:
        one = compare(board, published, x, y)
        place = standing(one.x, one.y, one.result)
        found[place if place.kind in _SIDED else Standing(place.kind)].append(_told(one))
    order = sorted(found, key=lambda place: (_ORDER.index(place.kind), not place.better))
    said = "; ".join(_said(place, found[place]) for place in order)
    return f"The paper’s Figure 2, from its published table (rank correlation, number of models): {said}."


_SIDED = ("clear", "carried")
_ORDER = ("clear", "carried", "mixed", "open", "constant", "few")


def _told(one: Comparison) -> str:
    rank = one.result.spearman
    value = "no value" if rank is None else number(rank.value)
    y = one.y.level if one.y.level != "conversation" else f"“{one.y.title}”"
    return f"{one.x.level} with {y} ({value}, {one.result.n})"


def _said(place: Standing, pairs: list[str]) -> str:
    first, last = ", ".join(pairs[:-1]), pairs[-1]
    every, any_of = (f"{first} {word} {last}" if first else last for word in ("and", "or"))
    way = f"{'go' if first else 'goes'} {'together' if place.better else 'opposite ways'}"
    match place.kind:
        case "clear":
            return f"{every} {way}"
        case "carried":
            return f"{every} {way}, though a few models carry it"
        case "mixed":
            return f"of {every} it depends on how one measures it"
        case "open":
            return f"one cannot say so of {any_of}"
        case "constant":
            return f"of {every} all models are equal in one of the two"
        case _:
            return f"too few models have both of {every}"
