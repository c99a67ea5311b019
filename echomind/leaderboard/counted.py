"""Which rows of a board count: in its places and in its correlations alike.

A row counts where it was measured by the board's own protocol, has the scores that are asked for, and stands for its
model. One row stands for each model, because several rows of one model are several tries of it: counted apart they
would push others down by as many places and draw every correlation towards that model, and whoever sends most would
decide. Which of them stands is not chosen by its scores, or the luckiest try would: a verified one first, then the
newest. A model is a name and an organisation; modes of a model that bear names of their own are models of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from echomind.leaderboard.boards import Board
from echomind.leaderboard.names import one_a_model
from echomind.leaderboard.records import Record
from echomind.words import t

ONE_A_MODEL = t(
    "Each model counts once, however many rows it has: a verified row first, then the newest. Modes of a model that "
    "have names of their own count as models."
)
OTHER_ROW = t("another row of the same model counts: a verified one first, then the newest")


def counted(board: Board, records: Mapping[str, Record], metrics: Iterable[str]) -> dict[str, Record]:
    """The rows that count where ``metrics`` are asked for, in the order of ``records``."""
    asked = tuple(metrics)
    found = {
        slug: record
        for slug, record in records.items()
        if record.protocol == board.protocol and all(metric in record.scores for metric in asked)
    }
    standing = set(one_a_model(found).values())
    return {slug: record for slug, record in found.items() if slug in standing}
