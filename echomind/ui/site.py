"""What all pages share."""

from __future__ import annotations

from dataclasses import dataclass

from echomind.leaderboard.hub_refresh import HubRefresh
from echomind.leaderboard.results import Results
from echomind.settings import Settings
from echomind.submissions.desk import Desk
from echomind.ui.identity import Identity


@dataclass(frozen=True)
class Site:
    """The app as its pages see it: settings, where submissions are handed in, who is asking, and all results."""

    settings: Settings
    desk: Desk
    identity: Identity
    results: Results


def site_of(settings: Settings, desk: Desk, hub: HubRefresh | None = None) -> Site:
    """The site of one process; with ``hub``, its results are those on the Hub as soon as there are some."""
    return Site(settings, desk, Identity(settings), Results(settings.results_dir, desk.store, hub))
