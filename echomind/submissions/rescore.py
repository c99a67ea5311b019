"""Scores again what an older scorer scored: the new report stands beside the old one, which stays."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from echomind.scoring.report import SCORER_VERSION
from echomind.settings import Settings
from echomind.submissions.listing import Listing
from echomind.submissions.living import living
from echomind.submissions.outcomes import add_scored, publish
from echomind.submissions.scoring_run import ScoringRun
from echomind.submissions.store import Store, StoreError, Submission
from echomind.submissions.worker import workers_folder

log = logging.getLogger(__name__)


class Rescored(NamedTuple):
    """What came of one submission; ``problem`` is empty where it has the new scores."""

    id: str
    problem: str = ""


def rescore(
    store: Store, settings: Settings, *, run: ScoringRun | None = None, scorer: str = SCORER_VERSION
) -> Iterator[Rescored]:
    """Give every scored or published submission that lacks it a report of ``scorer``; one at a time, oldest first.

    Its row stays as it is until the new report is there, and where scoring does not work out. Several at the same time
    do no harm. Raises ``StoreUnavailable``.
    """
    run = run or ScoringRun(settings)

    def lacks(found: Submission) -> bool:
        return found.standing.state in ("scored", "published") and scorer not in found.standing.scores

    with living(workers_folder(settings)) as own:
        for submission in Listing(store).all():
            if lacks(submission):
                yield Rescored(submission.receipt.id, _one(store, submission, run, scorer, own.name, lacks, own))


def _one(
    store: Store,
    submission: Submission,
    run: ScoringRun,
    scorer: str,
    name: str,
    lacks: Callable[[Submission], bool],
    own: Path,
) -> str:
    """The problem, "": there is none."""
    try:
        ended = run(store, submission.receipt, own)
    except StoreError as error:
        return str(error)
    if ended.kind != "scored":
        return ended.reason
    if ended.scorer != scorer:
        return f"found a report of the scorer {ended.scorer}, expected one of {scorer}"
    if add_scored(store, submission.receipt.id, name, ended, lacks):
        publish(store, submission.receipt.id, name)
    return ""
