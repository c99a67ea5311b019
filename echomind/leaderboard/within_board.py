"""The link of two metrics inside every model of a board of which the scores of single scripts are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from echomind.leaderboard.boards import Board
from echomind.leaderboard.counted import OTHER_ROW
from echomind.leaderboard.known_items import KnownItems
from echomind.leaderboard.names import labels, one_a_model
from echomind.leaderboard.records import Record
from echomind.leaderboard.scripts_data import ScriptItems
from echomind.leaderboard.within import LINKS, PooledLink, WithinModel, beyond, pooled, within
from echomind.words import t

# Rows that answer without hearing, by slug: by lot, always alike, or from the words alone.
FLOORS = ("transcript-only", "majority", "random")

Pair = tuple[str, str]


class Known(NamedTuple):
    """One row with known items: ``label`` is its name on the page, ``floor`` whether it answers without hearing."""

    slug: str
    label: str
    floor: bool
    items: ScriptItems


@dataclass(frozen=True)
class WithinBoard:
    """``models`` have both metrics by script; ``pooled`` and ``beyond`` are over those that are no floors.

    ``left_out`` are the other rows and why. Without enough models of one version of the set the two are ``None``.
    """

    x: str
    y: str
    models: tuple[tuple[Known, WithinModel], ...]
    pooled: PooledLink | None
    beyond: PooledLink | None
    left_out: tuple[tuple[str, str], ...]

    def of(self, slug: str) -> WithinModel | None:
        """The model of a row; ``None`` where it has none."""
        return next((model for known, model in self.models if known.slug == slug), None)


def may_be_known(records: Mapping[str, Record]) -> bool:
    """Whether any row was scored here, for only of such rows single scripts can be known; reads no file."""
    return any(record.provenance.kind != "paper" for record in records.values())


def known_rows(
    board: Board, records: Mapping[str, Record], items: KnownItems
) -> tuple[tuple[Known, ...], tuple[tuple[str, str], ...]]:
    """The rows of which items are known, and the names of the others with the reason; one row a model."""
    names, standing = labels(records), one_a_model(records)
    found, left_out = [], []
    for slug, record in records.items():
        if standing[slug] != slug:
            left_out.append((names[slug], OTHER_ROW))
        elif (known := items.of(board.id, slug, record)) is None:
            left_out.append((names[slug], t("the scores of single scripts are not known")))
        else:
            floor = record.provenance.receipt is None and slug in FLOORS
            found.append(Known(slug, names[slug], floor, known))
    return tuple(found), tuple(left_out)


def links_there(rows: tuple[Known, ...], wanted: Pair | None = None) -> tuple[Pair, ...]:
    """The pairs that some row has items of: ``wanted`` first, then those of ``LINKS``."""
    pairs = dict.fromkeys(((wanted,) if wanted else ()) + LINKS)
    return tuple(pair for pair in pairs if any(set(pair) <= set(row.items.metrics) for row in rows))


def within_board(rows: tuple[Known, ...], left_out: tuple[tuple[str, str], ...], x: str, y: str) -> WithinBoard:
    """The link of ``x`` and ``y`` inside every row that has items of both.

    Models are pooled over one version of the set, that of most of them. Raises ``EchoMindError`` as ``within`` does.
    """
    lacking = [row for row in rows if not {x, y} <= set(row.items.metrics)]
    counted = [row for row in rows if {x, y} <= set(row.items.metrics)]
    out = [*left_out, *((row.label, t("the scores of single scripts are not known for both")) for row in lacking)]
    models = tuple((row, replace(within(row.items, x, y), model=row.label)) for row in counted)
    several = [row for row in counted if not row.floor]
    versions = Counter(row.items.set_digest for row in several)
    most = versions.most_common(1)[0][0] if versions else ""
    same = [row.items.model_copy(update={"model": row.label}) for row in several if row.items.set_digest == most]
    out += [
        (row.label, t("not in the mean: it answered another version of the set"))
        for row in several
        if row.items.set_digest != most
    ]
    together = pooled(same, x, y) if len(same) > 1 else None
    apart = beyond(same, x, y) if len(same) > 2 else None
    return WithinBoard(x, y, models, together, apart, tuple(out))
