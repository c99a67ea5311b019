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
from echomind.ui.status_view import outside, sender_text
from echomind.ui.submissions_list import table_html

PICK_SCRIPT = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-pick]');
  if (button) trigger('select', {id: button.dataset.pick});
});
"""
TITLE = h("div", h("h1", "Moderation"), class_="em-title")
FILTERS: list[tuple[str, str]] = [
    ("All, waiting for a person first", ""),
    *((name, state) for state, (name, _) in sorted(way.STATES.items(), key=lambda item: item[0] != "held")),
]
MOST = 100  # rows of the list: who looks for an older one searches
_YOUNG_DAYS = 30  # an account made for one row is looked at twice
_MANY_FAILED = 0.1  # share of answers that nothing could be read from


def closed_line(settings: Settings) -> str:
    """What the operator sets before anybody can moderate; "" where somebody can."""
    if settings.on_space:
        return "" if settings.moderators else "Nobody can moderate here yet: its operator sets ECHOMIND_MODERATORS."
    if settings.admin_token.get_secret_value():
        return ""
    return "Nobody can moderate here yet: its operator sets ECHOMIND_ADMIN_TOKEN."


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
    caption = "1 submission" if len(found) == 1 else f"{len(found):,} submissions"
    nothing = f"No submission contains “{text.strip()}”." if text.strip() else "There is none in this state."
    if not state and not text.strip():
        nothing = "Nothing was handed in yet."
    return str(table_html(found, caption, nothing, pick=True, chosen=chosen, most=MOST))


def is_state(text: str) -> State | None:
    """The state that a filter names; ``None`` for all of them, and for what is none."""
    return next((state for state in way.STATES if state == text), None)


def _age(days: int) -> str:
    for unit, size in (("year", 365.25), ("month", 30.44), ("day", 1.0)):
        if days >= size:
            number = int(days / size)
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return "less than a day"


def account_text(sender: Sender, now: datetime.datetime) -> str:
    """Since when the sender has an account: ``account since 2019-03-01, 7 years``."""
    if sender.provider == "local":
        return "no account: somebody at this machine"
    if sender.account_since is None:
        return "age of the account: could not be found out"
    since = sender.account_since
    return f"account since {since:%Y-%m-%d}, {_age(max((now - since).days, 0))}"


def warnings(
    status: Status, same_files: Sequence[Status], same_name: Sequence[Status], report: ScoreReport | None
) -> list[Markup]:
    """What a moderator should know before anything is done."""
    receipt = status.receipt
    found = [h("li", "The same files were handed in by ", _other(other)) for other in same_files]
    found += [h("li", "A model of the same name was handed in by ", _other(other)) for other in same_name]
    since = receipt.sender.account_since
    if receipt.sender.provider == "huggingface" and since is None:
        found.append(h("li", "How old the sender's account is could not be found out."))
    if since is not None and (days := (receipt.at - since).days) < _YOUNG_DAYS:
        found.append(h("li", f"The account was made {_age(max(days, 0))} before this was handed in."))
    for kind, part in (report.coverage if report else {}).items():
        if part.answered < part.expected:
            found.append(h("li", f"{kind}: {part.answered:,} of {part.expected:,} were answered."))
        if part.failed > _MANY_FAILED * max(part.answered, 1):
            found.append(h("li", f"{kind}: {part.failed:,} of {part.answered:,} answers could not be used."))
    return found


def _other(other: Status) -> Markup:
    return together(
        sender_text(other.receipt.sender),
        ": ",
        h("a", outside(other.receipt.form.model), href=f"/submissions?receipt={other.id}"),
        f", {way.words(other)[0].lower()}.",
    )


def private_html(
    status: Status, contact: str, earlier: Sequence[Status], told: Sequence[Markup], now: datetime.datetime
) -> Markup:
    """What nobody but a moderator reads of one submission."""
    sender = status.receipt.sender
    warned = h("ul", told) if told else h("p", "None.")
    before = table_html(
        earlier, "Earlier submissions of the same sender", "No earlier submission of this sender.", most=10
    )
    return h(
        "div",
        h(
            "dl",
            h("div", h("dt", "Sent by"), h("dd", sender_text(sender), h("br"), account_text(sender, now))),
            h("div", h("dt", "Contact, private"), h("dd", outside(contact) if contact else "none was given")),
            h(
                "div",
                h("dt", "Its own page"),
                h("dd", h("a", "status and downloads", href=f"/submissions?receipt={status.id}", target="_blank")),
            ),
            class_="sub-facts",
        ),
        h("h2", "Warnings"),
        warned,
        before,
        class_="sub-private",
    )
