"""A receipt as the Submit page shows it: what was received, where it is now, and its scores once it is published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from markupsafe import Markup

from echomind.leaderboard.boards import BOARDS
from echomind.scoring.report import Cell, ScoreReport
from echomind.submissions.layout import to_json
from echomind.submissions.model import Receipt, State
from echomind.submissions.service import Status
from echomind.ui.markup import h, link, together
from echomind.ui.submit_check_view import bar, download, scores_html, visible
from echomind.words import Text, counted, joined, t

# What a state is called on the page, and what it means for the sender.
STATES: Mapping[State, tuple[str, str]] = {
    "received": (
        t("Received"),
        t("It is kept and waits to be scored. You may close this page: nothing depends on it."),
    ),
    "scoring": (t("Being scored"), t("It is kept and being scored. You may close this page: nothing depends on it.")),
    "scored": (t("Scored"), t("Its row is about to be shown.")),
    "published": (
        t("Published"),
        t("Its row is on the leaderboard, marked as not verified until a moderator has looked."),
    ),
    "failed": (t("Not scored"), t("Put right what is said below and hand it in again.")),
    "held": (
        t("Waits for a person"),
        t("It is kept. A moderator will look at it; there is nothing that you have to do."),
    ),
    "withdrawn": (t("Withdrawn"), t("It was taken back by its sender.")),
}
MOVING: frozenset[State] = frozenset({"received", "scoring", "scored"})  # a while later it is another state
_WAY: tuple[State, ...] = ("received", "scoring", "scored", "published")
_EVENTS: Mapping[str, State] = {
    "received": "received",
    "claimed": "scoring",
    "scored": "scored",
    "published": "published",
}


def is_moving(status: Status) -> bool:
    """Whether looking again a moment later may show something else."""
    return status.state in MOVING or not status.stored


def state_html(status: Status) -> Markup:
    """Where a submission is: the part of a receipt that changes while one looks at it."""
    return h(
        "div",
        _now(status),
        class_="em-done",
        data_state=status.state,
        data_receipt=status.id,
    )


def lost_html(submission_id: str, why: str) -> Markup:
    """The state cannot be read now; the receipt is as good as before."""
    return together(
        h("h2", t("Received"), class_="em-verdict em-good"),
        h("p", t("Your receipt is {receipt}; it is kept.", receipt=h("code", submission_id, id="submit-id"))),
        h(
            "p",
            t("Its state cannot be shown at the moment: {visible}", visible=visible(why)),
            class_="em-fine",
            role="status",
        ),
    )


def clock(time: datetime) -> Markup:
    """A time in UTC, to the second."""
    return h("time", f"{time:%Y-%m-%d %H:%M:%S} UTC", datetime=time.isoformat())


def _now(status: Status) -> Markup:
    words, meaning = STATES[status.state]
    mark = {"failed": " em-bad", "received": " em-good", "published": " em-good"}.get(status.state, "")
    return h(
        "section",
        h("h2", words, class_=f"em-verdict{mark}", role="status"),
        h("p", meaning),
        h("p", visible(status.reason), class_="em-reason") if status.reason else None,
        _progress(status),
        h("p", t("Not yet copied to the store that outlives this server; that follows by itself."), class_="em-fine")
        if not status.stored
        else None,
        _way(status) if status.state in _WAY else None,
        _links(status),
    )


def _progress(status: Status) -> Markup | None:
    if status.state == "received" and status.position:
        ahead = status.position - 1
        words = (
            t("Next to be scored.")
            if not ahead
            else counted(ahead, "1 submission ahead of it.", "{n:,} submissions ahead of it.")
        )
        return h("p", words, class_="em-fine")
    if status.state != "scoring":
        return None
    done = status.progress.done if status.progress else 0.0
    doing = visible(status.progress.doing) if status.progress else t("starting")
    return h("p", bar(done), h("span", joined(t(", "), (f"{100 * done:.0f} %", doing))), class_="em-progress")


def _way(status: Status) -> Markup:
    """The four states of the straight way, each with when it was reached."""
    times = {_EVENTS[event.kind]: event.at for event in status.times if event.kind in _EVENTS}
    times.setdefault("received", status.receipt.at)
    reached = _WAY.index(status.state) if status.state in _WAY else -1
    steps = [
        h(
            "li",
            h("span", STATES[state][0]),
            h("time", f"{times[state]:%H:%M:%S}", datetime=times[state].isoformat())
            if state in times and place <= reached
            else h("span", "—", aria_label=t("not yet")),
            class_="em-reached" if place <= reached else None,
        )
        for place, state in enumerate(_WAY)
    ]
    return h("ol", steps, class_="em-way", aria_label=t("States, times in UTC"))


def facts_html(receipt: Receipt, told: str = "") -> Markup:
    """What was received, to be copied and kept, with ``told`` above it: the part of a receipt that never changes."""
    size = sum(file.size for file in receipt.files)
    facts: list[tuple[str, Markup | str]] = [
        (t("Model"), visible(receipt.form.model)),
        (t("Board"), BOARDS[receipt.form.board].title),
        (t("Received"), clock(receipt.at)),
        (t("From"), _from(receipt)),
        (t("Files"), joined(t(", "), (counted(len(receipt.files), "1 file", "{n:,} files"), f"{size / 2**20:.1f} MB"))),
    ]
    rows = [piece for name, value in facts for piece in (h("dt", name), h("dd", value))]
    return h(
        "section",
        h("p", told if isinstance(told, Text) else visible(told), class_="em-said", role="status") if told else None,
        h("dl", _copied(t("Receipt"), receipt.id, "submit-id"), rows),
        h("dl", _copied(t("Content hash, SHA-256"), receipt.content, "submit-content")),
        h(
            "p",
            download(
                t("Download the receipt"),
                f"receipt-{receipt.id}.json",
                to_json(receipt).decode("utf-8"),
                "submit-json",
                copy=False,
            ),
            class_="em-actions",
        ),
        class_="em-receipt",
    )


def _from(receipt: Receipt) -> str:
    return t("this machine") if receipt.sender.provider == "local" else visible(receipt.sender.name)


def _copied(words: str, value: str, id_: str) -> list[Markup]:
    button = h(
        "button",
        t("Copy"),
        type="button",
        data_copy=id_,
        class_="em-button em-small",
        aria_label=t("Copy {words}", words=words),
    )
    return [h("dt", words), h("dd", h("code", value, id=id_), button)]


def _links(status: Status) -> Markup:
    board = status.receipt.form.board
    row = h(
        "a",
        t("See the row on the Leaderboard, board {title}", title=BOARDS[board].title),
        href=f"/leaderboard?board={board}",
    )
    return h(
        "p",
        row if status.state == "published" else None,
        h("a", t("The page of this submission"), href=f"/submissions?receipt={status.id}"),
        class_="em-links",
    )


def scored_html(status: Status, report: ScoreReport | None) -> Markup:
    """The scores of ``report``; nothing before there is one."""
    if report is None:
        return Markup("")
    cells: dict[str, Cell] = {}
    for part in (*report.level.values(), report.beyond.get("style", {}), report.beyond.get("chain", {})):
        cells |= part
    title = together(
        link(visible(status.receipt.form.model), status.receipt.form.url),
        h(
            "small",
            t("{title}, scored by {scorer}", title=BOARDS[status.receipt.form.board].title, scorer=report.scorer),
        ),
    )
    return h(
        "section",
        h("h3", t("Scores")),
        scores_html(status.receipt.form.board, cells, title),
        class_="em-receipt-scores",
    )
