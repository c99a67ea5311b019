import threading

import pytest

from echomind.errors import ConfigurationError
from echomind.submissions.check import IntakeError
from echomind.submissions.desk import Desk, open_desk
from echomind.submissions.limits import AlreadyReceived, LimitReached
from echomind.submissions.sent_files import Incoming
from echomind.submissions.store_local import LocalStore
from tests.unit.scoring.made_sets import made_predictions, made_set
from tests.unit.submissions.made_references import settings_for
from tests.unit.submissions.made_uploads import FULL_FORM, ME, json_lines

SET = made_set(6)
GOOD = [Incoming("said.jsonl", json_lines(made_predictions(SET)))]
BAD = [Incoming("said.jsonl", b'{"key": "nonsense", "pred": NaN}\n')]


@pytest.fixture
def settings(tmp_path):
    return settings_for(tmp_path, SET, submissions_per_day=2)


@pytest.fixture
def desk(settings):
    return Desk(LocalStore(settings.data_dir / "submissions"), settings)


def test_checking_keeps_nothing(desk):
    assert desk.check(GOOD, FULL_FORM).ok
    assert desk.check(GOOD, {name: f" {value}\n" for name, value in FULL_FORM.items()}).ok
    assert list(desk.store.ids()) == []


def test_problems_of_form_and_files_are_told_together(desk):
    check = desk.check(BAD, FULL_FORM | {"params_b": "many"})
    assert not check.ok and check.preview is None
    assert check.problem_count == len(check.problems)
    assert {problem.file for problem in check.problems} == {"the form", "said.jsonl"}


def test_files_are_checked_while_the_form_is_not_filled_in(desk):
    check = desk.check(GOOD, {"board": "echomind-mini"})
    assert {problem.field for problem in check.problems} == {"model", "prompt", "voice"}
    assert check.coverage


@pytest.mark.parametrize("board", ["", "nope", None, 7, ["echomind-mini"]])
def test_a_missing_board_is_told_once(desk, board):
    check = desk.check(GOOD, FULL_FORM | {"board": board})
    assert [problem.field for problem in check.problems].count("board") == 1
    assert check.problem_count == len(check.problems)


def test_a_board_without_references_here_is_told(desk):
    check = desk.check(GOOD, FULL_FORM | {"board": "humdial", "voice": "human", "model": ""})
    assert {problem.field for problem in check.problems} == {"board", "model"}


def test_what_is_handed_in_is_kept_and_the_contact_apart_from_it(desk):
    receipt = desk.submit(GOOD, FULL_FORM, ME)
    kept = desk.store.get(receipt.id)
    assert kept.receipt == receipt and kept.contact == FULL_FORM["contact"]
    assert desk.store.read(receipt.id, receipt.files[0].name) == GOOD[0].content
    assert FULL_FORM["contact"] not in receipt.model_dump_json()


@pytest.mark.parametrize(
    ("files", "changes"), [(BAD, {}), (GOOD, {"model": ""}), ([], {}), (GOOD, {"verified": "yes"})]
)
def test_what_has_problems_is_not_kept(desk, files, changes):
    with pytest.raises(IntakeError) as refused:
        desk.submit(files, FULL_FORM | changes, ME)
    assert not refused.value.check.ok
    assert list(desk.store.ids()) == []


def test_the_same_bytes_are_told_and_the_limit_is_counted(desk):
    first = desk.submit(GOOD, FULL_FORM, ME)
    with pytest.raises(AlreadyReceived) as again:
        desk.submit(GOOD, FULL_FORM, ME)
    assert again.value.submission_id == first.id
    said = made_predictions(SET)
    other = [Incoming("said.jsonl", json_lines(said) + b"\n")]
    desk.submit(other, FULL_FORM, ME)
    with pytest.raises(LimitReached, match="fewer than 2"):
        desk.submit([Incoming("said.jsonl", json_lines(said) + b"\n\n")], FULL_FORM, ME)


def test_an_open_desk_scores_what_is_handed_in(settings):
    published = threading.Event()
    with open_desk(settings) as desk:
        append = desk.store.append

        def telling(submission_id, event, *given, **named):
            version = append(submission_id, event, *given, **named)
            if event.kind == "published":
                published.set()
            return version

        desk.store.append = telling
        receipt = desk.submit(GOOD, FULL_FORM, ME)
        assert published.wait(240)
        assert desk.submissions.report(receipt.id).level["understanding"]["understanding_acc"].n
    assert not any(thread.is_alive() for thread in desk.workers._threads)


def test_a_store_that_cannot_be_opened_stops_the_start(settings, monkeypatch):
    monkeypatch.delenv("HF_TOKEN", raising=False)
    changed = settings.model_copy(update={"submissions_repo": "me/box"})
    with pytest.raises(ConfigurationError, match="HF_TOKEN"), open_desk(changed):
        pass
