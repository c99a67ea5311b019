"""What the pages say of a submission in each state: steps, reasons, names as text, scores."""

import pytest

from echomind.settings import Settings
from echomind.submissions.service import Submissions
from echomind.ui import submissions_steps as way
from echomind.ui.status_view import about_html, head_html, size_text, tab_title
from echomind.ui.submissions_list import table_html
from echomind.ui.submissions_page import may_be_sender, page_of, scored_by
from echomind.ui.submissions_scores import Scored, scores_html
from tests.unit.ui.shown_submissions import HOSTILE, HOSTILE_FILE, REASON, Shelf, made_receipt, made_report


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path)


@pytest.fixture
def service(shelf):
    return Submissions(shelf.store, Settings(data_dir=shelf.data))


@pytest.fixture
def status(shelf, service):
    """The status of one submission to which all these things have happened."""

    def made(*kinds, model="A model", **given):
        shelf.add("one", model, **given)
        for kind in kinds:
            if kind == "claimed":
                shelf.claim("one")
            elif kind == "scored":
                shelf.score("one", published=False)
            else:
                shelf.event("one", kind, by="local:admin", reason=f"why {kind}")
        return service.status(shelf.ids["one"])

    return made


def marked(found):
    return [(step.words, step.mark) for step in way.steps(found)]


WAY = ("Received", "Scoring", "Scored", "Published")


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ((), ("now", "todo", "todo", "todo")),
        (("claimed",), ("done", "now", "todo", "todo")),
        (("claimed", "released"), ("now", "todo", "todo", "todo")),
        (("claimed", "scored"), ("done", "done", "now", "todo")),
        (("claimed", "scored", "published"), ("done", "done", "done", "now")),
        (("claimed", "scored", "published", "verified", "hidden"), ("done", "done", "done", "now")),
    ],
)
def test_the_straight_way(status, kinds, expected):
    found = status(*kinds)
    assert marked(found) == list(zip(WAY, expected, strict=True))
    assert [step.at is not None for step in way.steps(found)] == [mark != "todo" for mark in expected]


@pytest.mark.parametrize(
    ("kinds", "expected", "why"),
    [
        (("claimed", "failed"), ["Received", "Scoring", "Failed"], "why failed"),
        (("claimed", "scored", "published", "returned"), ["Received", "Scoring", "Scored", "Published", "Returned"], 0),
        (
            ("claimed", "scored", "published", "withdrawn"),
            ["Received", "Scoring", "Scored", "Published", "Withdrawn"],
            "",
        ),
        (("withdrawn",), ["Received", "Withdrawn"], ""),
        (("claimed", "failed", "returned"), ["Received", "Scoring", "Returned"], "why returned"),
    ],
)
def test_a_way_that_ended_otherwise_ends_there(status, kinds, expected, why):
    found = status(*kinds)
    assert [words for words, _ in marked(found)] == expected
    assert marked(found)[-1][1] == "now" and way.steps(found)[-1].at is not None
    assert way.reason(found) == ("why returned" if why == 0 else why)


def test_what_waits_for_a_person_says_why_also_once_it_is_hidden(status, parse):
    found = status("claimed", "held", "hidden")
    assert marked(found)[:2] == [("Received", "done"), ("Waits for a person", "now")]
    assert (way.reason(found), way.hidden_reason(found)) == ("why held", "why hidden")
    text = parse(head_html(found)).text
    assert "why held" in text and "why hidden" in text


def test_nothing_is_said_to_be_hidden_that_is_shown_again(status):
    found = status("claimed", "scored", "published", "hidden", "shown")
    assert way.hidden_reason(found) == ""
    assert way.is_on_board(found)


@pytest.mark.parametrize(
    ("kinds", "there"),
    [
        (("claimed", "scored"), False),
        (("claimed", "scored", "published"), True),
        (("claimed", "scored", "published", "hidden"), False),
        (("claimed", "scored", "published", "withdrawn"), False),
        (("claimed", "scored", "published", "returned"), False),
    ],
)
def test_the_link_to_the_row_is_there_when_the_row_is(status, parse, kinds, there):
    links = [link.attributes["href"] for link in parse(head_html(status(*kinds))).all("a")]
    assert ("/leaderboard?board=echomind-mini" in links) == there


def test_names_from_outside_are_shown_as_themselves(status, parse):
    found = status(model=HOSTILE, org="<b>Org</b>", decoding="{{value}} ${x}", licence="=1+1")
    head, about = parse(head_html(found)), parse(about_html(found))
    assert head.all("h1")[0].text == HOSTILE
    assert head.all("div", data_title=tab_title(found)) and tab_title(found).startswith(HOSTILE)
    for text in (HOSTILE, HOSTILE_FILE, "<b>Org</b>", "{{value}} ${x}", "=1+1"):
        assert text in about.text
    assert not head.all("script") and not about.all("script") and not about.all("b")
    assert HOSTILE in parse(table_html([found], HOSTILE, "")).all("a")[0].text


def test_a_reason_keeps_its_lines_and_is_text(shelf, service, parse):
    shelf.add("one", "A model")
    shelf.event("one", "failed", reason=REASON)
    box = parse(head_html(service.status(shelf.ids["one"]))).all("p", class_="sub-why")
    assert [one.text for one in box] == [REASON]


def test_progress_and_queue_are_told(shelf, service, parse):
    for name in ("first", "second", "third"):
        shelf.add(name, name, minutes=5 - len(shelf.ids))
    shelf.claim("first")
    shelf.progress("first", 0.42, "scoring <replies>")
    scoring = parse(head_html(service.status(shelf.ids["first"])))
    assert scoring.all("progress")[0].attributes["value"] == "0.420"
    assert "42 %: scoring <replies>" in scoring.text
    assert "It is the next one." in parse(head_html(service.status(shelf.ids["second"]))).text
    assert "It is number 2 in the queue." in parse(head_html(service.status(shelf.ids["third"]))).text


def test_not_yet_stored_is_said_and_looked_at_again(status, parse):
    found = status("claimed", "scored", "published").model_copy(update={"stored": False})
    assert "received, not yet stored" in parse(head_html(found)).text
    assert way.is_moving(found)
    assert not way.is_moving(found.model_copy(update={"stored": True}))


def test_unverified_is_said_once_there_is_a_row_and_verified_always(status, parse):
    found = status()
    assert "verified" not in parse(head_html(found)).text
    published = found.model_copy(update={"state": "published"})
    assert "unverified" in parse(head_html(published)).text
    assert "unverified" not in parse(head_html(published.model_copy(update={"verified": True}))).text


def test_nothing_of_the_account_is_shown_to_everybody(status):
    found = status(sender="Bo", contact="bo@example.org")
    shown = head_html(found) + about_html(found)
    assert "2019" not in shown and "bo@example.org" not in shown
    assert "Bo" in shown


def test_scores_have_interval_n_failures_and_what_guessing_gets(parse):
    root = parse(scores_html([Scored("echomind-1.0", made_report())]))
    understanding = root.all("table")[0]
    assert understanding.all("caption")[0].text == "Understanding"
    rows = [[cell.text for cell in row.all("td")] for row in understanding.all("tr")[1:]]
    assert rows == [["12.35 %", "9.35 to 15.35", "200"], ["50.00 %", "47.00 to 53.00", "4803 not usable"]]
    assert "guessing gets 27.10" in understanding.text
    conversation = root.all("table")[1]
    assert conversation.all("td")[1].text == "—"
    assert "Answered: Understanding questions 477 of 480 (3 empty)." in root.text
    assert "no weights <i>of NISQA</i> are named" in root.text
    details = {one.all("summary")[0].text: one for one in root.all("details")}
    assert len(details["By question type"].all("tr")) == 19


def test_the_scores_of_the_board_stand_first_and_older_ones_stay(shelf, service, parse):
    shelf.add("one", "A model")
    for scorer, value in (("echomind-1.0", 51.0), ("echomind-0.9", 49.0), ("echomind-0.8", 48.0)):
        shelf.score("one", scorer, value)
    status = service.status(shelf.ids["one"])
    scores = scored_by(service, status)
    assert [one.scorer for one in scores] == ["echomind-1.0", "echomind-0.8", "echomind-0.9"]
    root = parse(scores_html(scores))
    assert "51.00 %" in root.all("table")[0].text
    summaries = [one.text for one in root.all("summary")]
    assert "Scores of echomind-0.9" in summaries and "Scores of echomind-0.8" in summaries


def test_a_report_that_cannot_be_read_is_said_in_its_place(parse):
    root = parse(scores_html([Scored("echomind-1.0", None, "found <nothing>")]))
    assert "This report cannot be shown: found <nothing>" in root.text
    assert scores_html([]) == ""


def test_the_list_links_to_each_and_says_where_it_is_cut(service, shelf, parse):
    for number in range(3):
        shelf.add(str(number), f"Model {number}", minutes=10 - number)
    found = service.all()
    root = parse(table_html(found, "Mine", "none", most=2))
    assert root.all("caption")[0].text == "Mine: the newest 2 of 3"
    assert [link.attributes["href"] for link in root.all("a")] == [
        f"/submissions?receipt={shelf.ids[name]}" for name in ("2", "1")
    ]
    assert parse(table_html([], "Mine", "none")).text == "none"
    assert [one.attributes["data-pick"] for one in parse(table_html(found, "", "", pick=True)).all("button")] == [
        one.id for one in found
    ]


class Profile:
    def __init__(self, username):
        self.username = username


@pytest.mark.parametrize(
    ("how", "profile", "sender", "may"),
    [
        ("huggingface", Profile("Bo"), "Bo", True),
        ("huggingface", Profile("bo"), "Bo", False),
        ("huggingface", None, "Bo", False),
        ("huggingface", Profile("local"), "", False),
        ("here", None, "", True),
        ("here", None, "Bo", False),
        ("token", None, "", True),
        ("closed", None, "", False),
    ],
)
def test_withdrawing_is_offered_to_who_may_be_its_sender(how, profile, sender, may):
    assert may_be_sender(how, profile, made_receipt(0, "A model", sender=sender)[0]) == may


@pytest.mark.parametrize(
    ("kinds", "offered"), [((), True), (("claimed",), True), (("failed",), False), (("withdrawn",), False)]
)
def test_withdrawing_is_offered_while_there_is_something_to_take_back(status, kinds, offered):
    found = status(*kinds)
    assert page_of(found, [], sender=True).may_withdraw == offered
    assert not page_of(found, [], sender=False).may_withdraw


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (1_440_000, "1.4 MB")]
)
def test_sizes(size, text):
    assert size_text(size) == text
