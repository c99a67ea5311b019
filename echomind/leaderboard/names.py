"""Which records are of one model, and how rows of the same name are told apart.

Names come from outside: they are compared in Unicode's compatibility form and without case, and shown as they are.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from echomind.leaderboard.records import Record

_RECEIPT_DIGITS = 8  # of the receipt's 32 that are chance: two of 500 are alike once in 30,000 boards


@lru_cache(maxsize=16_384)
def folded(text: str) -> str:
    """``text`` for comparing: width, ligatures, case and runs of spaces make no difference."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def same_model(record: Record) -> tuple[str, str]:
    """What records of one model have in common: name and organisation."""
    return folded(record.model.name), folded(record.model.org or "")


def short_receipt(receipt: str) -> str:
    """The digits that tell a receipt from others at a glance, out of its second part."""
    return receipt.partition("-")[2][:_RECEIPT_DIGITS] or receipt[:_RECEIPT_DIGITS]


def marks(records: Mapping[str, Record]) -> dict[str, str]:
    """By slug, what tells a record from others of the same name: its short receipt, or else its slug; "": no need."""
    names = {slug: folded(record.model.name) for slug, record in records.items()}
    shared = Counter(names.values())
    from_files = Counter(names[slug] for slug, record in records.items() if record.provenance.receipt is None)
    found = {}
    for slug, record in records.items():
        receipt = record.provenance.receipt
        if receipt is not None:
            found[slug] = short_receipt(receipt) if shared[names[slug]] > 1 else ""
        else:
            found[slug] = slug if from_files[names[slug]] > 1 else ""
    return found


def labels(records: Mapping[str, Record]) -> dict[str, str]:
    """By slug, a name no other record has: the model's, with its mark behind where several share it."""
    return {
        slug: f"{records[slug].model.name} ({mark})" if mark else records[slug].model.name
        for slug, mark in marks(records).items()
    }


def one_a_model(records: Mapping[str, Record]) -> dict[str, str]:
    """By slug of every record, the slug of the one that stands for its model: a verified one first, then the newest.

    So nobody's unverified row takes the place of a verified one by bearing its name. Of one day, the first in
    ``records`` (which has submissions newest first).
    """
    chosen: dict[tuple[str, str], str] = {}
    for slug, record in records.items():
        key = same_model(record)
        best = chosen.get(key)
        if best is None or _weight(record) > _weight(records[best]):
            chosen[key] = slug
    return {slug: chosen[same_model(record)] for slug, record in records.items()}


def _weight(record: Record) -> tuple[bool, int]:
    return record.provenance.verified, record.provenance.date.toordinal()
