"""Submissions as a table, newest first."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from echomind.leaderboard.boards import BOARDS
from echomind.submissions.service import Status
from echomind.ui import submissions_steps as way
from echomind.ui.markup import h
from echomind.ui.status_view import badges, clock, outside, sender_text
from echomind.words import t

_HEADS = (t("Model"), t("Board"), t("State"), t("Received"))


def _row(status: Status, *, pick: bool, chosen: str) -> Markup:
    form = status.receipt.form
    model: Markup = h("a", outside(form.model), href=f"/submissions?receipt={status.id}")
    if pick:
        model = h("button", outside(form.model), type="button", data_pick=status.id, class_="sub-pick")
    sender = h("small", t("by {sender}", sender=sender_text(status.receipt.sender))) if pick else None
    return h(
        "tr",
        h("th", model, sender, scope="row"),
        h("td", BOARDS[form.board].title),
        h("td", h("span", way.words(status)[0], class_=f"sub-state sub-state-{status.state}"), badges(status)),
        h("td", clock(status.receipt.at)),
        aria_current="true" if status.id == chosen else None,
    )


def table_html(
    found: Sequence[Status], caption: str, nothing: str, *, pick: bool = False, chosen: str = "", most: int = 0
) -> Markup:
    """The table, or ``nothing`` where there is none. ``pick``: names are buttons, and say who sent it.

    Of more than ``most`` (0: all are shown) the newest are shown, and the caption says so.
    """
    shown = found[:most] if most else found
    if len(shown) < len(found):
        caption = t("{caption}: the newest {n:,} of {n2:,}", caption=caption, n=len(shown), n2=len(found))
    if not shown:
        return h("p", nothing, class_="em-note")
    return h(
        "div",
        h(
            "table",
            h("caption", caption, aria_live="polite"),
            h("thead", h("tr", [h("th", head, scope="col") for head in _HEADS])),
            h("tbody", [_row(status, pick=pick, chosen=chosen) for status in shown]),
            class_="em-plain sub-submissions",
        ),
        tabindex=0,
        role="region",
        aria_label=caption,
        class_="sub-frame",
    )
