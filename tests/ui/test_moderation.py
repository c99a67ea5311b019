"""The page of moderators in a real browser, and its events by raw HTTP without being one."""

import itertools
from types import SimpleNamespace

import pytest
from pydantic import SecretStr

from echomind.settings import Settings
from tests.unit.ui.raw_events import called, events
from tests.unit.ui.shown_submissions import HOSTILE, Shelf

TOKEN = "open sesame"
CONTACT = "bo-private@example.org"
TOLD_INTO_VIEW = """
const scroll = Element.prototype.scrollIntoView;
Element.prototype.scrollIntoView = function (...how) { scroll.apply(this, how); this.dataset.inView = ""; };
"""


@pytest.fixture(scope="module")
def app(run_app):
    kept = {}

    def prepare(data):
        shelf = kept["shelf"] = Shelf(data)
        for name in ("first", "second", "third", "late", "plain"):
            shelf.add(name, f"Model {name}", sender="Bo", contact=CONTACT)
            shelf.claim(name)
            shelf.score(name)
        shelf.add("hostile", HOSTILE, sender="Eve", since=None)
        shelf.claim("hostile")
        shelf.score("hostile")
        shelf.add("ours", "Model of this machine")
        shelf.add("held", "Quiet model", contact=CONTACT)
        shelf.claim("held")
        shelf.event("held", "held", reason="the references cannot be read here now")

    running = run_app(Settings(scoring_workers=0, admin_token=SecretStr(TOKEN)), prepare)
    return SimpleNamespace(url=running.url, log=running.log, **kept)


@pytest.fixture
def standing(app):
    return lambda name: app.shelf.store.get(app.shelf.ids[name]).standing


@pytest.fixture
def moderate(visit, app):
    """Opens the page with the token, at one submission where its model is named."""

    def go(model="", **given):
        page = visit("moderation", "#mod-note .sub-said", base=app.url, before=TOLD_INTO_VIEW, **given)
        page.fill("#mod-key input", TOKEN)
        page.keyboard.press("Enter")
        page.wait_for_selector("#mod-table table")
        if model:
            page.locator("#mod-table button[data-pick]").get_by_text(model, exact=True).click()
            page.wait_for_function("(name) => document.querySelector('#mod-head h2')?.innerText === name", arg=model)
            page.wait_for_selector("#mod-head[data-in-view]")  # a button that moves while it is pressed is not pressed
        return page

    return go


def done(page, line):
    page.locator("#mod-done").get_by_text(line).wait_for()


def test_without_the_token_and_with_a_wrong_one_there_is_nothing(visit, app):
    page = visit("moderation", "#mod-note .sub-said", base=app.url)
    assert page.locator("#mod-note").inner_text() == "For moderators alone."
    page.fill("#mod-key input", "open sesam")
    page.click("#mod-open")
    page.get_by_text("This is not the admin token.").wait_for()
    assert "Quiet model" not in page.content()
    assert not page.locator("#mod-all").is_visible() and not page.locator("#mod-one").is_visible()


def test_what_waits_for_a_person_stands_first_and_search_is_literal(moderate):
    page = moderate()
    names = page.locator("#mod-table button[data-pick]")
    assert names.first.inner_text() == "Quiet model"
    assert names.count() == 8
    page.get_by_label("Find").fill("=HYPERLINK(")
    page.wait_for_function("document.querySelectorAll('#mod-table button[data-pick]').length === 1")
    assert names.first.inner_text() == HOSTILE
    page.get_by_label("Find").fill(".*")
    page.get_by_text("No submission contains “.*”.").wait_for()
    page.get_by_label("Find").fill("")
    page.wait_for_function("document.querySelectorAll('#mod-table button[data-pick]').length === 8")
    page.get_by_label("State").click()
    page.get_by_role("option", name="Waits for a person", exact=True).click()
    page.wait_for_function("document.querySelectorAll('#mod-table button[data-pick]').length === 1")


def test_one_shows_what_only_moderators_read(moderate):
    page = moderate("Model plain")
    private = page.locator("#mod-private")
    assert CONTACT in private.inner_text()
    assert "account since 2019-03-01, 7 years" in private.inner_text()
    assert private.locator("table tbody tr").count() == 4  # what Bo has handed in before
    assert page.locator("#mod-scores table").first.is_visible() and page.locator("#mod-about table").is_visible()
    page = moderate(HOSTILE)
    assert "could not be found out" in page.locator("#mod-private").inner_text()
    page.wait_for_function("(name) => document.title.startsWith(name)", arg=HOSTILE)


def test_verify_and_take_it_back(moderate, standing):
    page = moderate("Model first")
    page.click("#mod-verify")
    done(page, "It is verified.")
    assert page.locator("#mod-head .sub-badges").inner_text() == "verified"
    assert standing("first").verified
    page.wait_for_function("document.activeElement.closest('#mod-reason')")
    page.click("#mod-unverify")
    done(page, "It is no longer verified.")
    assert not standing("first").verified


def test_hide_wants_a_reason_and_can_be_undone(moderate, standing):
    page = moderate("Model second")
    page.click("#mod-hide")
    done(page, "found no reason, expected one")
    assert not standing("second").hidden
    page.fill("#mod-reason input, #mod-reason textarea", "a copy of <b>another</b> row")
    page.click("#mod-hide")
    done(page, "It is hidden; its sender reads why.")
    assert page.locator("#mod-head .sub-why").inner_text() == "a copy of <b>another</b> row"
    assert standing("second").hidden
    page.click("#mod-show")
    done(page, "It is shown again.")
    assert not standing("second").hidden


def test_return_to_its_sender_and_score_again(moderate, standing):
    page = moderate("Model third")
    page.fill("#mod-reason input, #mod-reason textarea", "please name the organisation")
    page.click("#mod-return")
    done(page, "It is returned; its sender reads why.")
    assert (standing("third").state, standing("third").reason) == ("failed", "please name the organisation")
    page = moderate("Quiet model")
    page.click("#mod-score")
    done(page, "It waits to be scored.")
    page.wait_for_selector("#mod-head [data-state=received]")
    assert standing("held").state == "received"


def test_what_others_did_meanwhile_is_a_refusal_in_one_line(moderate, app):
    page = moderate("Model late")
    app.shelf.event("late", "withdrawn", by="huggingface:Bo")
    page.click("#mod-verify")
    done(page, "found it withdrawn; it can be verified while it is published, scored")
    page.wait_for_selector("#mod-head [data-state=withdrawn]")


def test_with_the_token_one_sees_and_withdraws_what_was_handed_in_here(visit, app, standing):
    page = visit("submissions", "#sub-table p", base=app.url)
    page.fill("#sub-mine-key input", "wrong")
    page.click("#sub-show")
    page.get_by_text("found no valid token").wait_for()
    page.fill("#sub-mine-key input", TOKEN)
    page.click("#sub-show")
    page.get_by_role("link", name="Model of this machine").click()
    page.wait_for_selector("#sub-head .sub-steps")
    page.click("#sub-withdraw")
    page.fill("#sub-key input", "wrong")
    page.click("#sub-yes")
    refusal = page.get_by_text("It was not withdrawn: found no valid token")
    refusal.wait_for()
    app.shelf.progress("ours", 0.5, "nothing")
    app.shelf.claim("ours")
    page.wait_for_selector("#sub-head progress")  # the page has looked again, and the refusal is still there
    assert refusal.is_visible()
    assert standing("ours").state == "scoring"
    page.fill("#sub-key input", TOKEN)
    page.click("#sub-yes")
    page.wait_for_selector("#sub-head [data-state=withdrawn]")
    page.wait_for_function("document.activeElement.id === 'sub-bundle'")
    assert standing("ours").state == "withdrawn"


@pytest.mark.parametrize("width", [1440, 390])
def test_only_frames_scroll_sideways(moderate, width):
    page = moderate("Model first", width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_by_raw_http_nobody_but_a_moderator_reads_or_changes_anything(app):
    found = events(app.url, "moderation")
    assert len(found) == 12
    before = {name: app.shelf.store.get(i).version for name, i in app.shelf.ids.items()}
    for (function, types), token in itertools.product(found, ("", "wrong", None, [TOKEN], f"{TOKEN} ")):
        data = [token, "", "", *([None] if "state" in types else []), *(["a reason"] if len(types) == 5 else [])]
        answer = called(app.url, function, data, event_data={"id": app.shelf.ids["plain"]})
        assert "process_completed" in answer
        for secret in (CONTACT, "Quiet model", "Model plain", "Bo (Hugging Face)", *app.shelf.ids.values()):
            assert secret not in answer
    assert {name: app.shelf.store.get(i).version for name, i in app.shelf.ids.items()} == before
    right = called(app.url, found[0][0], [TOKEN, "", "", None])
    assert "Model plain" in right  # the same call, by who may


def test_by_raw_http_nobody_withdraws_what_is_not_theirs(app, standing):
    for name, key in itertools.product(("first", "held"), ("", "wrong", None, TOKEN)):
        if (name, key) == ("held", TOKEN):
            continue  # that one was handed in with the token
        for function, types in events(app.url, "submissions"):
            data = [key] * len(types)
            answer = called(app.url, function, data, query=f"?receipt={app.shelf.ids[name]}")
            assert CONTACT not in answer
        assert standing(name).state != "withdrawn"
