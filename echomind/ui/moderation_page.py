"""What the page of moderators shows and does, apart from its layout. Each function wants a ``Moderator``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from echomind.submissions.layout import sender_key
from echomind.submissions.model import Standing, now
from echomind.submissions.moderation import Moderator, possible
from echomind.submissions.service import Status, Submissions
from echomind.submissions.store import StoreError
from echomind.ui import moderation_view as view
from echomind.ui.status_view import about_html, head_html
from echomind.ui.submissions_page import scored_by
from echomind.ui.submissions_scores import scores_html
from echomind.words import t

Act = Callable[[Submissions, str, Moderator, str], None]
# Action (as in ``moderation.moderate``), its button, what is said when it is done, and what it calls.
ACTIONS: tuple[tuple[str, str, str, Act], ...] = (
    ("verify", t("Verify"), t("It is verified."), Submissions.verify),
    ("unverify", t("Take “verified” back"), t("It is no longer verified."), Submissions.unverify),
    ("hide", t("Hide"), t("It is hidden; its sender reads why."), Submissions.hide),
    ("show", t("Show again"), t("It is shown again."), Submissions.show),
    ("return", t("Return to its sender"), t("It is returned; its sender reads why."), Submissions.return_to_sender),
    ("score", t("Score again"), t("It waits to be scored."), Submissions.score_again),
)


@dataclass(frozen=True)
class One:
    """One submission with all that moderators read of it, as HTML, and what can be done to it."""

    head: str = ""
    private: str = ""
    scores: str = ""
    about: str = ""
    possible: frozenset[str] = frozenset()


def listed(submissions: Submissions, by: Moderator, state: str, text: str, chosen: str) -> str:
    """The list that the filter and the search leave. Raises ``StoreError``."""
    only = view.is_state(state)
    found = view.sifted(submissions.all(*([only] if only else [])), text)
    return view.list_html(found, state, text, chosen)


def one(submissions: Submissions, by: Moderator, submission_id: str) -> One:
    """One submission; nothing for "". Raises ``UnknownSubmission``, ``StoreError``."""
    if not submission_id:
        return One()
    status = submissions.status(submission_id)
    receipt = status.receipt
    scores = scored_by(submissions, status)
    others = [other for other in submissions.all() if other.id != status.id]
    strangers = [other for other in others if sender_key(other.receipt.sender) != sender_key(receipt.sender)]
    told = view.warnings(
        status,
        [other for other in others if other.receipt.content == receipt.content],
        [other for other in strangers if _name(other) == _name(status)],
        scores[0].report if scores else None,
    )
    earlier = [
        other
        for other in others
        if sender_key(other.receipt.sender) == sender_key(receipt.sender) and other.receipt.at <= receipt.at
    ]
    contact = submissions.contact(submission_id, by)
    return One(
        head=str(head_html(status, "h2")),
        private=str(view.private_html(status, contact, earlier, told, now())),
        scores=str(scores_html(scores)),
        about=str(about_html(status)),
        possible=possible(Standing(state=status.state, verified=status.verified, hidden=status.hidden)),
    )


def act(submissions: Submissions, by: Moderator, action: str, submission_id: str, reason: str) -> str:
    """Do it; the line that says so. Raises ``NotAllowed``, ``EchoMindError``, ``StoreError``."""
    if not submission_id:
        raise StoreError("found no submission chosen, expected one")
    _, _, done, call = next(entry for entry in ACTIONS if entry[0] == action)
    call(submissions, submission_id, by, reason.strip())
    return done


def _name(status: Status) -> str:
    return status.receipt.form.model.casefold()
