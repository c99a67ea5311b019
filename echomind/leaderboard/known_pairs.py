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
from echomind.leaderboard.metrics import GROUPS, LANGUAGES, METRICS
from echomind.leaderboard.records import Record
from echomind.words import joined, t

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
    return GROUPS[found.group] if found.level != "conversation" else found.title


KNOWN_PAIRS: tuple[KnownPair, ...] = (
    *(
        KnownPair(f"figure2-{x}-{y}".replace("_", "-"), t("{x} → {y}", x=_side(x), y=_side(y)), PAPER_BOARD, x, y)
        for x, y in PAPER_FIGURE_2
    ),
    *(
        KnownPair(
            f"empathy-{code}",
            t("Judge or people ({name})", name=name),
            BOARD,
            f"{AUTOMATIC}_{code}",
            f"{PEOPLE}_{code}",
            code,
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
    said = joined(t("; "), (_said(place, found[place]) for place in order))
    return t("The paper’s Figure 2, from its published table (rank correlation, number of models): {said}.", said=said)


_IN_SENTENCES = {
    "understanding": t("understanding"),
    "reasoning": t("reasoning"),
    "conversation": t("conversation"),
    "overall": t("overall"),
}
_SIDED = ("clear", "carried")
_ORDER = ("clear", "carried", "mixed", "open", "constant", "few")


def _told(one: Comparison) -> str:
    rank = one.result.spearman
    value = t("no value") if rank is None else number(rank.value)
    y = _IN_SENTENCES[one.y.level] if one.y.level != "conversation" else t("“{title}”", title=one.y.title)
    return t("{x} with {y} ({value}, {n})", x=_IN_SENTENCES[one.x.level], y=y, value=value, n=one.result.n)


def _said(place: Standing, pairs: list[str]) -> str:
    first, last = joined(t(", "), pairs[:-1]), pairs[-1]
    every = t("{others} and {last}", others=first, last=last) if first else last
    any_of = t("{others} or {last}", others=first, last=last) if first else last
    if first:
        way = t("go together") if place.better else t("go opposite ways")
    else:
        way = t("goes together") if place.better else t("goes opposite ways")
    match place.kind:
        case "clear":
            return t("{every} {way}", every=every, way=way)
        case "carried":
            return t("{every} {way}, though a few models carry it", every=every, way=way)
        case "mixed":
            return t("of {every} it depends on how one measures it", every=every)
        case "open":
            return t("one cannot say so of {any_of}", any_of=any_of)
        case "constant":
            return t("of {every} all models are equal in one of the two", every=every)
        case _:
            return t("too few models have both of {every}", every=every)
