"""The walkthrough without a page: every step from what a browser holds, again and again, and nothing lost."""

import gradio as gr
import pytest
from pydantic import SecretStr

from echomind.leaderboard.results import Results
from echomind.submissions import desk as desk_module
from echomind.submissions.desk import Desk
from echomind.submissions.intake import IntakeUnavailable
from echomind.submissions.lookups import Lookups, Misses
from echomind.submissions.store import StoreUnavailable
from echomind.submissions.store_local import LocalStore
from echomind.ui.identity import Identity
from echomind.ui.site import Site
from echomind.ui.submit_steps import CHECK, CHOOSE, CONFIRM, RECEIPT, SIGN_IN, Given, Steps
from tests.unit.scoring.made_sets import made_predictions, made_set
from tests.unit.submissions.made_references import settings_for
from tests.unit.submissions.made_uploads import FULL_FORM, json_lines

SET = made_set(2)


class Visitor:
    """A visitor of a site of their own: what their browser holds."""

    def __init__(self, folder, **settings):
        self.uploads = folder / "gradio"
        self.uploads.mkdir()
        self.settings = settings_for(folder, SET, **settings)
        self.store = LocalStore(self.settings.data_dir / "submissions")
        self.desk = Desk(self.store, self.settings)
        identity = Identity(self.settings, since=lambda name: None)
        site = Site(self.settings, self.desk, identity, Results(folder / "results", self.store))
        self.steps = Steps(site, self.uploads)
        self.form, self.tray, self.profile, self.key = FULL_FORM, "", None, ""

    @property
    def given(self):
        return Given(self.form, self.tray, self.profile, self.key)

    def drop(self, data, name="answers.jsonl"):
        place = self.uploads / "hash"
        place.mkdir()
        (place / name).write_bytes(data)
        shown = self.steps.add([{"path": str(place / name), "orig_name": name}], self.tray)
        self.tray = shown.tray if shown.tray is not None else self.tray
        return shown

    def ids(self):
        return list(self.store.ids())


def answers(seed=1):
    return json_lines(made_predictions(SET, seed=seed))


@pytest.fixture
def visit(tmp_path):
    return lambda **settings: Visitor(tmp_path, **settings)


@pytest.fixture
def ready(visit):
    """A visitor whose files are on the tray."""
    visitor = visit()
    visitor.drop(answers())
    return visitor


def named(name):
    return gr.OAuthProfile({"name": name, "preferred_username": name, "profile": "", "picture": ""})


def test_a_check_keeps_nothing_and_leads_past_a_sign_in_that_nobody_needs(ready):
    shown = ready.steps.check(ready.given)
    assert (shown.step, shown.ready) == (CHECK, True) and "Ready to hand in" in shown.checked
    assert "Made model" in shown.confirm and ready.ids() == []
    assert ready.steps.go_on(ready.given).step == CONFIRM


def test_problems_stay_at_the_check(ready):
    ready.form = {**FULL_FORM, "prompt": "", "url": "javascript:alert(1)"}
    shown = ready.steps.check(ready.given)
    assert (shown.step, shown.ready, shown.confirm) == (CHECK, False, "")
    assert "2 problems to put right first" in shown.checked and "Paper or code" in shown.checked


def test_handing_in_twice_gives_the_receipt_of_the_first_time(ready):
    first = ready.steps.hand_in(ready.given)
    assert (first.step, first.moving) == (RECEIPT, True) and ready.ids() == [first.receipt]
    again = ready.steps.hand_in(ready.given)  # the first answer was lost
    assert again.receipt == first.receipt and "received before" in again.facts and ready.ids() == [first.receipt]


def test_without_files_the_first_step_says_so(visit):
    visitor = visit()
    for step in (visitor.steps.check, visitor.steps.hand_in):
        shown = step(visitor.given)
        assert (shown.step, shown.ready) == (CHOOSE, False) and "expected some to be chosen first" in shown.files


def test_what_went_wrong_meanwhile_is_told_where_it_is_put_right(ready):
    ready.form = {**FULL_FORM, "model": ""}
    shown = ready.steps.hand_in(ready.given)
    assert (shown.step, shown.ready) == (CHECK, False) and "Model name" in shown.checked and ready.ids() == []


def test_a_check_that_cannot_run_blames_nobody(ready, monkeypatch):
    def full(*args, **kwargs):
        raise IntakeUnavailable("uploads cannot be checked here now: No space left on device")

    monkeypatch.setattr(desk_module, "check_files", full)
    shown = ready.steps.check(ready.given)
    assert (shown.step, shown.ready) == (CHECK, False)
    assert "no fault of your files" in shown.checked and "No space left" in shown.checked
    monkeypatch.undo()
    assert ready.steps.check(ready.given).ready


def test_a_limit_and_a_store_that_is_away_are_told_in_place(visit, monkeypatch):
    visitor = visit(submissions_per_day=1)
    visitor.drop(answers(1))

    def away(*args, **kwargs):
        raise StoreUnavailable("the store cannot be reached")

    with monkeypatch.context() as patched:
        patched.setattr(visitor.store, "create", away)
        shown = visitor.steps.hand_in(visitor.given)
    assert shown.step is None and "Nothing is lost; try again" in shown.refused
    assert visitor.steps.hand_in(visitor.given).step == RECEIPT
    visitor.tray = ""
    visitor.drop(answers(2))
    limited = visitor.steps.hand_in(visitor.given)
    assert limited.step is None and "Found 1 submissions in the last 24 hours" in limited.refused


def test_an_admin_token_is_asked_for_and_a_wrong_one_told(visit):
    visitor = visit(admin_token=SecretStr("sesame"))
    visitor.drop(answers())
    quiet = visitor.steps.go_on(visitor.given)
    assert (quiet.step, quiet.refused) == (SIGN_IN, "")
    visitor.key = "wrong"
    assert "admin token" in visitor.steps.go_on(visitor.given, shown=True).refused
    assert visitor.steps.hand_in(visitor.given).step == SIGN_IN and visitor.ids() == []
    visitor.key = "sesame"
    assert visitor.steps.go_on(visitor.given, shown=True).step == CONFIRM
    assert visitor.steps.hand_in(visitor.given).step == RECEIPT


def test_on_a_space_only_who_signed_in_hands_in(visit, monkeypatch):
    monkeypatch.setenv("SYSTEM", "spaces")
    monkeypatch.setenv("SPACE_ID", "me/echomind")
    visitor = visit()
    visitor.drop(answers())
    assert visitor.steps.hand_in(visitor.given).step == SIGN_IN and visitor.ids() == []
    assert visitor.steps.resume(visitor.given, "", SIGN_IN).step == SIGN_IN
    visitor.profile = named("ada")  # the page was left, and is opened anew
    back = visitor.steps.resume(visitor.given, "", SIGN_IN)
    assert back.step == CONFIRM and "answers.jsonl" in back.files and "Handed in by ada" in back.confirm
    shown = visitor.steps.hand_in(visitor.given)
    assert visitor.store.get(shown.receipt).receipt.sender.name == "ada"


def test_a_page_opened_anew_stands_where_its_draft_stood(ready):
    assert ready.steps.resume(ready.given, "", CHOOSE).step is None
    assert "answers.jsonl" in ready.steps.resume(ready.given, "", CHOOSE).files
    assert ready.steps.resume(ready.given, "", CHECK).step == CHECK
    assert ready.steps.resume(ready.given, "", CONFIRM).step == CONFIRM
    receipt = ready.steps.hand_in(ready.given).receipt
    again = ready.steps.resume(ready.given, receipt, RECEIPT)
    assert (again.step, again.receipt) == (RECEIPT, receipt)
    ready.form = {**FULL_FORM, "prompt": "enhanced", "model": ""}
    assert ready.steps.resume(ready.given, "", CONFIRM).step == CHECK
    ready.steps.forget(ready.tray)
    gone = ready.steps.resume(ready.given, "", CONFIRM)
    assert (gone.step, gone.tray) == (CHOOSE, "") and "the form is kept" in gone.files
    assert ready.steps.resume(Given({}), "", 1).files is None


def test_looking_again_changes_only_what_may_have_changed(ready):
    first = ready.steps.hand_in(ready.given)
    again = ready.steps.look_again(first.receipt)
    assert (again.step, again.facts, again.done, again.moving) == (None, None, first.done, True)
    assert ready.steps.look_again("").moving is False
    ready.desk.submissions.withdraw(first.receipt, ready.store.get(first.receipt).receipt.sender)
    later = ready.steps.look_again(first.receipt)
    assert "Withdrawn" in later.done and later.moving is False
    new = ready.drop(answers(2), "another.jsonl")
    assert (new.receipt, new.moving) == ("", False)


def test_a_store_that_cannot_be_read_keeps_the_receipt_on_the_page(ready, monkeypatch):
    receipt = ready.steps.hand_in(ready.given).receipt

    def away(*args, **kwargs):
        raise StoreUnavailable("the store cannot be reached")

    monkeypatch.setattr(ready.store, "get", away)
    shown = ready.steps.look(receipt)
    assert (shown.step, shown.receipt, shown.moving) == (RECEIPT, receipt, True)
    assert receipt in shown.done and "it is kept" in shown.done and shown.facts is None


def test_receipts_that_do_not_exist_are_asked_for_only_so_often(ready, monkeypatch):
    full = Misses(most=1)
    full.take()
    monkeypatch.setattr(ready.steps, "_lookups", Lookups(ready.desk, full))
    shown = ready.steps.look("0" * 12 + "-" + "0" * 32)
    assert "try again" in shown.done and "it is kept" not in shown.done


@pytest.mark.parametrize("unknown", ["0" * 12 + "-" + "0" * 32, "../../etc", "<b>"])
def test_a_receipt_that_is_none_of_ours_begins_anew(ready, unknown):
    shown = ready.steps.look(unknown)
    assert (shown.step, shown.receipt, shown.moving) == (CHOOSE, "", False)


def test_a_key_for_scripts_needs_a_sign_in(visit):
    assert "expected a sign-in" in visit().steps.script_key(None)


def test_files_that_are_refused_are_told_beside_those_that_stay(ready):
    shown = ready.steps.add([{"path": "/etc/passwd"}], ready.tray)
    assert shown.tray is None and "answers.jsonl" in shown.files and "was not uploaded" in shown.files
    left = ready.steps.remove(0, ready.tray)
    assert left.tray == "" and left.files == ""
