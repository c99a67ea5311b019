"""What only moderators read, as HTML: the list, and of one submission contact, account of the sender, and warnings."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from markupsafe import Markup

from echomind.scoring.report import ScoreReport
from echomind.settings import Settings
from echomind.submissions.model import Sender, State
from echomind.submissions.service import Status
from echomind.ui import submissions_steps as way
from echomind.ui.markup import h, together
from echomind.ui.status_view import PARTS, outside, sender_text
from echomind.ui.submissions_list import table_html
from echomind.words import counted, t

PICK_SCRIPT = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-pick]');
  if (button) trigger('select', {id: button.dataset.pick});
});
"""


def title() -> Markup:
    """The page's heading."""
    return h("div", h("h1", t("Moderation")), class_="em-title")


FILTERS: tuple[tuple[str, str], ...] = (
    (t("All, waiting for a person first"), ""),
    *((name, state) for state, (name, _) in sorted(way.STATES.items(), key=lambda item: item[0] != "held")),
)
MOST = 100  # rows of the list: who looks for an older one searches
_YOUNG_DAYS = 30  # an account made for one row is looked at twice
_MANY_FAILED = 0.1  # share of answers that nothing could be read from


def closed_line(settings: Settings) -> str:
    """What the operator sets before anybody can moderate; "" where somebody can."""
    if settings.on_space:
        return "" if settings.moderators else t("Nobody can moderate here yet: its operator sets ECHOMIND_MODERATORS.")
    if settings.admin_token.get_secret_value():
        return ""
    return t("Nobody can moderate here yet: its operator sets ECHOMIND_ADMIN_TOKEN.")


def said(line: str) -> str:
    """A line about what somebody did; nothing for ""."""
    return str(h("p", line, role="status", class_="sub-said")) if line else ""


def sifted(found: Sequence[Status], text: str) -> list[Status]:
    """Those that contain ``text`` literally, in upper or lower case; what waits for a person first."""
    wanted = text.strip().casefold()
    kept = [status for status in found if wanted in _searched(status)]
    return sorted(kept, key=lambda status: status.state != "held")  # stable: else newest first


def _searched(status: Status) -> str:
    receipt = status.receipt
    form = receipt.form
    parts = (receipt.id, form.model, form.org, form.hub_id, receipt.sender.name, receipt.content)
    return "\n".join(part for part in parts if part).casefold()


def list_html(found: Sequence[Status], state: str, text: str, chosen: str) -> str:
    """The list of submissions, whose names are buttons."""
    caption = counted(len(found), "1 submission", "{n:,} submissions")
    nothing = (
        t("No submission contains “{text}”.", text=text.strip()) if text.strip() else t("There is none in this state.")
    )
    if not state and not text.strip():
        nothing = t("Nothing was handed in yet.")
    return str(table_html(found, caption, nothing, pick=True, chosen=chosen, most=MOST))


def is_state(text: str) -> State | None:
    """The state that a filter names; ``None`` for all of them, and for what is none."""
    return next((state for state in way.STATES if state == text), None)


def _age(days: int) -> str:
    for unit, size in (
        (("{n} year", "{n} years"), 365.25),
        (("{n} month", "{n} months"), 30.44),
        (("{n} day", "{n} days"), 1.0),
    ):
        if days >= size:
            return counted(int(days / size), *unit)
    return t("less than a day")


def account_text(sender: Sender, now: datetime.datetime) -> str:
    """Since when the sender has an account: ``account since 2019-03-01, 7 years``."""
    if sender.provider == "local":
        return t("no account: somebody at this machine")
    if sender.account_since is None:
        return t("age of the account: could not be found out")
    since = sender.account_since
    return t("account since {since:%Y-%m-%d}, {age}", since=since, age=_age(max((now - since).days, 0)))


def warnings(
    status: Status, same_files: Sequence[Status], same_name: Sequence[Status], report: ScoreReport | None
) -> list[Markup]:
    """What a moderator should know before anything is done."""
    receipt = status.receipt
    found = [h("li", t("The same files were handed in by {other}", other=_other(other))) for other in same_files]
    found += [
        h("li", t("A model of the same name was handed in by {other}", other=_other(other))) for other in same_name
    ]
    since = receipt.sender.account_since
    if receipt.sender.provider == "huggingface" and since is None:
        found.append(h("li", t("How old the sender's account is could not be found out.")))
    if since is not None and (days := (receipt.at - since).days) < _YOUNG_DAYS:
        found.append(h("li", t("The account was made {age} before this was handed in.", age=_age(max(days, 0)))))
    for kind, part in (report.coverage if report else {}).items():
        if part.answered < part.expected:
            found.append(
                h(
                    "li",
                    t(
                        "{kind}: {answered:,} of {expected:,} were answered.",
                        kind=PARTS.get(kind, kind),
                        answered=part.answered,
                        expected=part.expected,
                    ),
                )
            )
        if part.failed > _MANY_FAILED * max(part.answered, 1):
            found.append(
                h(
                    "li",
                    t(
                        "{kind}: {failed:,} of {answered:,} answers could not be used.",
                        kind=PARTS.get(kind, kind),
                        failed=part.failed,
                        answered=part.answered,
                    ),
                )
            )
    return found


def _other(other: Status) -> Markup:
    return together(
        sender_text(other.receipt.sender),
        ": ",
        h("a", outside(other.receipt.form.model), href=f"/submissions?receipt={other.id}"),
        t(" ({state})", state=way.words(other)[0]),
    )


def private_html(
    status: Status, contact: str, earlier: Sequence[Status], told: Sequence[Markup], now: datetime.datetime
) -> Markup:
    """What nobody but a moderator reads of one submission."""
    sender = status.receipt.sender
    warned = h("ul", told) if told else h("p", t("None."))
    before = table_html(
        earlier, t("Earlier submissions of the same sender"), t("No earlier submission of this sender."), most=10
    )
    return h(
        "div",
        h(
            "dl",
            h("div", h("dt", t("Sent by")), h("dd", sender_text(sender), h("br"), account_text(sender, now))),
            h("div", h("dt", t("Contact, private")), h("dd", outside(contact) if contact else t("none was given"))),
            h(
                "div",
                h("dt", t("Its own page")),
                h("dd", h("a", t("status and downloads"), href=f"/submissions?receipt={status.id}", target="_blank")),
            ),
            class_="sub-facts",
        ),
        h("h2", t("Warnings")),
        warned,
        before,
        class_="sub-private",
    )
