"""What the page of submissions shows and does, apart from its layout."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import gradio as gr
from markupsafe import Markup

from echomind.errors import EchoMindError
from echomind.scoring.report import SCORER_VERSION
from echomind.submissions.lookups import Lookups
from echomind.submissions.model import Receipt, Sender
from echomind.submissions.service import Status, Submissions
from echomind.submissions.store import StoreError, UnknownSubmission
from echomind.ui import submissions_steps as way
from echomind.ui.identity import Way
from echomind.ui.markup import h, together
from echomind.ui.status_view import about_html, head_html
from echomind.ui.submissions_list import table_html
from echomind.ui.submissions_scores import Scored, scores_html
from echomind.words import t

log = logging.getLogger(__name__)


def title() -> Markup:
    """The page's heading."""
    return h("div", h("h1", t("Submissions")), class_="em-title")


def to_all() -> Markup:
    """The way to all submissions of who is asking."""
    return h("p", h("a", t("All my submissions"), href="/submissions"), class_="sub-said")


def withdrawing() -> Markup:
    """What withdrawing means."""
    return h(
        "div",
        h("p", h("strong", t("Withdraw this submission?"))),
        h("p", t("What goes: its row on the board, at once, and its place in the queue. This cannot be undone.")),
        h("p", t("What stays: this page, the files, the scores and what happened, for whoever has the receipt.")),
        h("p", t("The same files may be handed in again afterwards.")),
    )


SIGN_IN = {
    "huggingface": t("Sign in to see what you have handed in."),
    "token": t("Show the admin token to see what was handed in at this machine."),
    "closed": t("Nothing can be handed in here: its operator has not set ECHOMIND_ADMIN_TOKEN."),
    "here": "",
}


@dataclass(frozen=True)
class Shown:
    """The page of one submission. ``line``: why there is none to show; ``moving``: look again soon."""

    head: str
    scores: str = ""
    about: str = ""
    line: str = ""
    moving: bool = False
    has_report: bool = False
    may_withdraw: bool = False


def told(line: str) -> Shown:
    """One calm line in place of a submission."""
    return Shown(str(together(title(), h("p", line, role="status", class_="em-note sub-told-line"))), line=line)


def said(line: str) -> str:
    """A line about what somebody did; nothing for ""."""
    return str(h("p", line, role="status", class_="sub-said")) if line else ""


def may_be_sender(how: Way, profile: gr.OAuthProfile | None, receipt: Receipt) -> bool:
    """Whether whoever looks at the page may turn out to have sent it; withdrawing asks ``Identity`` itself."""
    if how == "huggingface":
        return profile is not None and receipt.sender.provider == how and receipt.sender.name == profile.username
    return how != "closed" and receipt.sender.provider == "local"


def scored_by(submissions: Submissions, status: Status) -> list[Scored]:
    """Every report, that of the present scorer first, then from the latest to the oldest."""
    order = list(reversed(status.scores))
    order.sort(key=lambda scorer: scorer != SCORER_VERSION)  # stable: the others stay in their order
    found = []
    for scorer in order:
        try:
            found.append(Scored(scorer, submissions.report(status.id, scorer)))
        except StoreError as error:
            log.error("%s", error)
            found.append(Scored(scorer, None, str(error)))
    return found


def page_of(status: Status, scores: list[Scored], *, sender: bool) -> Shown:
    """The page of a submission; ``sender``: whoever looks at it may be who sent it."""
    return Shown(
        head=str(head_html(status)),
        scores=str(scores_html(scores)),
        about=str(about_html(status)),
        moving=way.is_moving(status),
        has_report=any(one.report is not None for one in scores),
        may_withdraw=sender and status.state in way.WITHDRAWABLE,
    )


def one(submissions: Submissions, lookups: Lookups, how: Way, receipt: str, profile: gr.OAuthProfile | None) -> Shown:
    """The page of the submission with this receipt; a line where there is none, or where it cannot be read now."""
    try:
        status = lookups.status(receipt)
    except UnknownSubmission:
        return told(t("There is no submission with this receipt. A receipt is 45 characters long: is this one whole?"))
    except EchoMindError as error:
        return told(t("This submission cannot be shown now: {error}", error=error))
    sender = may_be_sender(how, profile, status.receipt)
    return page_of(status, scored_by(submissions, status), sender=sender)


def mine(submissions: Submissions, sender: Sender) -> str:
    """All submissions of this sender as a table, or the line that says why not."""
    try:
        found = submissions.mine(sender)
    except StoreError as error:
        return str(
            h("p", t("Your submissions cannot be shown now: {error}", error=error), role="alert", class_="em-note")
        )
    caption = (
        t("Handed in at this machine") if sender.provider == "local" else t("Handed in by {name}", name=sender.name)
    )
    nothing = together(t("Nothing was handed in yet."), " ", h("a", t("Hand in results"), href="/submit"))
    return str(table_html(found, caption, nothing))
