"""Whatever is sent is answered: taken, or refused in plain lines, and nothing is left anywhere."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.unit.submissions.answered import answer
from tests.unit.submissions.hostile import HONEST, SET, SMALL
from tests.unit.submissions.made_challenge import write_references
from tests.unit.submissions.made_references import settings_for
from tests.unit.submissions.mutated import Case, mutated


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """Settings with references, and the only folder that anything may be written to."""
    temporary = tmp_path_factory.mktemp("temporary")
    before, tempfile.tempdir = tempfile.tempdir, str(temporary)
    challenge = write_references(tmp_path_factory.mktemp("HD-Track1-Test"))
    yield settings_for(tmp_path_factory.mktemp("settings"), SET, humdial_set=str(challenge)), temporary
    tempfile.tempdir = before


@pytest.mark.parametrize("what", HONEST)
def test_what_is_as_it_should_be_is_taken(here, what):
    assert answer(Case(HONEST[what]), *here) == "accepted"


# Looks like harm and is none.
HARMLESS = {
    *("carriage returns", "right to left text", "formula in an answer", "prompt injection", "a stream's header"),
    *("a header of nothing", "a field name of a million characters", "an option of every letter"),
    *(f"a {what} called {name}" for what in ("file", "member") for name in ("script", "formula", "shell", "percent")),
    *("a file called option", "a file called braces", "a member called braces"),
}


@pytest.mark.parametrize("what", SMALL)
def test_what_was_made_to_do_harm_is_refused(here, what):
    assert answer(Case(SMALL[what]()), *here) == ("accepted" if what in HARMLESS else "refused")


outcomes: dict[str, int] = {}


@settings(max_examples=300, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=mutated())
def test_what_was_changed_by_chance_is_answered(here, case):
    found = answer(case, *here)
    outcomes[found] = outcomes.get(found, 0) + 1


def test_chance_found_all_kinds_of_answers():
    assert min(outcomes[kind] for kind in ("accepted", "refused", "checked")) >= 3, outcomes


def test_the_folder_is_left_as_it_was(here):
    assert list(Path(tempfile.gettempdir()).iterdir()) == []
