"""Where submissions lie in a repository: ``submissions/<yyyy-mm>/<id>/…``, the rest as in ``layout``.

A month that is full goes on in ``<yyyy-mm>-2``: the Hub wants fewer than 10,000 entries a folder. Pure functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from echomind.submissions.layout import EVENTS, EventName, month_of, parse_event_name
from echomind.submissions.model import Receipt

ROOT = "submissions"

_INSIDE = re.compile(rf"({ROOT}/\d{{4}}-\d{{2}}(?:-\d+)?/([0-9a-f]{{12}}-[0-9a-f]{{32}}))/(.+)", re.ASCII)


class Place(NamedTuple):
    """A path of the repository, taken apart."""

    folder: str
    submission_id: str
    rest: str


def place(path: str) -> Place | None:
    """The submission that a path belongs to, and the rest of the path; ``None`` for anything else."""
    match = _INSIDE.fullmatch(path)
    return Place(*match.groups()) if match else None


def month_folder(receipt: Receipt, part: int) -> str:
    """The folder for submissions of its month; ``part`` counts from 1."""
    return f"{ROOT}/{month_of(receipt)}" + (f"-{part}" if part > 1 else "")


def event_names(paths: Iterable[str]) -> list[EventName]:
    """The events among paths inside a submission's folder, in the order in which everybody reads them.

    Numbers count from 1 without a gap. Should the Hub ever let two commits in on one parent, both events count, in the
    order of their names.
    """
    inside = (path.removeprefix(f"{EVENTS}/") for path in paths if path.startswith(f"{EVENTS}/"))
    return sorted(filter(None, map(parse_event_name, inside)))


def event_path(name: EventName) -> str:
    """Path of an event inside the submission's folder."""
    return f"{EVENTS}/{name.number:08}-{name.kind}-{name.id}.json"
