"""A few of the runs of ``bench.hub_faults``, which makes hundreds."""

import pytest

from echomind.submissions.store import StoreError
from tests.unit.submissions.hub_history import Repo
from tests.unit.submissions.hub_runs import hub_run
from tests.unit.submissions.spool_runs import spool_run


@pytest.mark.parametrize("seed", range(3))
def test_no_fault_loses_or_doubles_anything(seed):
    figures = hub_run(seed)
    assert (figures.lost, figures.doubled) == (0, 0)
    assert figures.created == 5
    assert figures.appended >= 16
    assert figures.faults.total() > 50


@pytest.mark.parametrize("seed", range(2))
def test_no_fault_parts_machines_for_good(seed, tmp_path):
    figures = spool_run(seed, tmp_path)
    assert (figures.lost, figures.doubled) == (0, 0)
    assert figures.created == 4
    assert figures.faults.total() > 10


def test_a_run_notices_when_something_gets_lost(monkeypatch):
    """On a Hub that puts a commit on the parent it names, and so takes away what came in between."""

    def forgetful(repo, title, added, parent):
        with repo.lock:
            return repo._add(parent, title, {**repo.at(parent or "main").files, **added})

    monkeypatch.setattr(Repo, "commit", forgetful)
    try:
        figures = hub_run(0)
    except StoreError:
        return  # a writer missed its own submission already
    assert figures.lost
