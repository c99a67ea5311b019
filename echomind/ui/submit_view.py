"""The words of the Submit page around its steps, as HTML: what is taken, the chosen files, what becomes public."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from echomind.leaderboard.boards import BOARDS
from echomind.scoring.report import SCORER_VERSION
from echomind.settings import Settings
from echomind.submissions.check import Check
from echomind.submissions.sent_files import Incoming
from echomind.ui.identity import Way
from echomind.ui.markup import h, together
from echomind.ui.submit_check_view import download, preview_html, visible
from echomind.ui.submit_form import closed_boards
from echomind.words import Text, counted, joined, t

SCHEMA = "submission.schema.json"  # below assets
EXAMPLE = Path("examples", "submit.py")  # below the repository's root
_LOST = t("Connection lost. Nothing is lost: your files and the form are kept. Go on, or try again, when it is back.")
_WHO = {
    "here": t("On this machine no sign-in is needed: who uses the app here hands in as “local”."),
    "token": t("Whoever hands in here shows the admin token of this app. It is not kept in your browser."),
    "huggingface": t("Your Hugging Face name stands beside the submission. Nothing else of your account is read."),
    "closed": t(
        "Nothing can be handed in here: other machines reach this app, and it has no way to know who they are. "
        "Its operator can set ECHOMIND_ADMIN_TOKEN. Checking works all the same."
    ),
}


def heading() -> Markup:
    """The title, and the line that tells of a lost connection."""
    return together(
        h(
            "div",
            h("h1", t("Submit")),
            h(
                "p",
                t("Drop your model's raw answers: they are checked at once and scored here, the same for everybody."),
            ),
            class_="em-title",
        ),
        h("p", _LOST, data_connection=True, hidden=True, role="status", class_="em-connection"),
    )


def accepted(settings: Settings) -> Markup:
    """What is taken, in two lines, and where it is described."""
    schema = settings.assets_dir / SCHEMA
    described = schema.is_file()
    return h(
        "div",
        h(
            "p",
            t(
                "{official}, or JSON Lines with {key} and {pred}: .json, .jsonl, or a .zip of them.",
                official=h("strong", t("What the official EchoMind runner writes")),
                key=h("code", "key"),
                pred=h("code", "pred"),
            ),
        ),
        h(
            "p",
            t(
                "Recordings of replies may come along as WAV or FLAC. Up to {max_upload_mb} MB in all; "
                "part of a set is fine, what is missing is shown.",
                max_upload_mb=settings.max_upload_mb,
            ),
        ),
        h(
            "p",
            download(t("JSON Schema"), SCHEMA, schema.read_text(encoding="utf-8"), "submit-schema", copy=False)
            if described
            else None,
            h("a", t("From a script"), href="#submit-scripts"),
            h("a", t("Score it yourself"), href="#submit-scoring"),
            class_="em-links",
        ),
        class_="em-accepted",
    )


def too_large(settings: Settings) -> Markup:
    """The line about a file that is too large, filled in by the page's script."""
    limit = settings.max_upload_mb * 2**20
    words = t("the {max_upload_mb} MB that are taken", max_upload_mb=settings.max_upload_mb)
    return h("p", data_limit=limit, data_words=words, hidden=True, role="alert", class_="em-refused")


def size_words(size: int) -> str:
    """A size for people: ``"12 KB"``, ``"3.4 MB"``."""
    return f"{size / 2**20:.1f} MB" if size >= 2**20 else f"{max(1, round(size / 1024))} KB"


def files_html(files: Sequence[Incoming], told: str = "") -> Markup:
    """The files on the tray with their sizes, and what went wrong with the last ones."""
    rows = []
    total = 0
    for number, file in enumerate(files):
        size = file.content.stat().st_size if isinstance(file.content, Path) else len(file.content)
        total += size
        remove = h(
            "button",
            t("Remove"),
            type="button",
            data_remove=number,
            class_="em-button em-small",
            aria_label=t("Remove {name}", name=visible(file.sent_as)),
        )
        rows.append(
            h("li", h("span", visible(file.sent_as), class_="em-file-name"), h("small", size_words(size)), remove)
        )
    summary = None
    if rows:
        summary = h(
            "p",
            counted(
                len(rows),
                "1 file, {size}. More can be dropped.",
                "{n:,} files, {size}. More can be dropped.",
                size=size_words(total),
            ),
            class_="em-fine",
        )
    return together(
        refused(told) if told else None,
        h("ul", rows, class_="em-files", aria_label=t("Chosen files")) if rows else None,
        summary,
    )


def refused(told: str) -> Markup:
    """One line in place: what was not possible, and why."""
    return h(
        "p", told if isinstance(told, Text) else visible(told[:1].upper() + told[1:]), role="alert", class_="em-refused"
    )


def boards_note(settings: Settings) -> Markup | None:
    """The boards that cannot be scored here, with the reason."""
    closed = closed_boards(settings)
    by_reason: dict[str, list[str]] = {}
    for board, reason in closed.items():
        by_reason.setdefault(reason, []).append(BOARDS[board].title)
    lines = [
        h("p", h("strong", joined(t(" and "), names)), t(": "), reason, t(".")) for reason, names in by_reason.items()
    ]
    return h("div", lines, class_="em-fine") if lines else None


def sign_in_html(way: Way, name: str = "") -> Markup:
    """Who hands in, by the way that people show it here."""
    signed = h("p", t("Signed in as {name}.", name=h("strong", visible(name))), role="status") if name else None
    return together(h("h2", t("Who hands it in")), signed, h("p", _WHO[way]))


def confirm_html(check: Check | None, who: str, settings: Settings) -> Markup:
    """What will be public and what not, and the row once more."""
    if check is None or check.preview is None:
        return Markup("")
    per_day = settings.submissions_per_day
    limit = counted(
        per_day,
        "At most 1 submission in 24 hours is taken of one sender.",
        "At most {n:,} submissions in 24 hours are taken of one sender.",
    )
    return together(
        h("h2", t("Hand it in?")),
        h(
            "div",
            h(
                "section",
                h("h3", t("Public")),
                h(
                    "ul",
                    h("li", t("the row, with your form and the name it was handed in under")),
                    h("li", t("the files with the predictions, to be downloaded by anybody")),
                    h("li", t("the score report: every number with its interval")),
                ),
                h("h3", t("Not public")),
                h(
                    "ul",
                    h("li", t("the contact: only moderators see it")),
                    h("li", t("how old your account is: only moderators see it")),
                ),
                h(
                    "p",
                    joined(
                        t(" "),
                        [
                            t("Handed in by {who}.", who=who),
                            *([limit] if per_day else []),
                            t("You can withdraw it at any time, on its own page."),
                        ],
                    ),
                    class_="em-fine",
                ),
            ),
            preview_html(check.preview),
            class_="em-columns",
        ),
    )


def scoring_html(settings: Settings) -> Markup:
    """How answers are scored, for whoever wonders."""
    return h(
        "article",
        h("h2", t("How it is scored"), id="submit-scoring"),
        h(
            "p",
            t(
                "By {SCORER_VERSION}, the same for everybody and the same as the command, to the last "
                "digit. Answers that cannot be read or are missing count as wrong, never as left out. "
                "Every value comes with a 95 % interval, drawn over scripts, since the voices of one "
                "script are no independent tries.",
                SCORER_VERSION=SCORER_VERSION,
            ),
        ),
        h("pre", "python -m echomind score your-files/", class_="em-code"),
        class_="em-below",
    )


def script_html(example: Path) -> Markup | None:
    """The example for scripts, if it is there."""
    if not example.is_file():
        return None
    text = example.read_text(encoding="utf-8")
    return together(
        h("pre", h("code", text, id="submit-example"), tabindex=0, class_="em-code"),
        h("p", h("button", t("Copy"), type="button", data_copy="submit-example", class_="em-button")),
    )


def script_title(example: bool) -> Markup:
    """What scripts can do, and where the submissions of a visitor are."""
    return h(
        "article",
        h("h2", t("For scripts"), id="submit-scripts"),
        h(
            "p",
            t("The same check and the same hand-in, as endpoints: "),
            h("code", "/check_submission"),
            ", ",
            h("code", "/submit"),
            ", ",
            h("code", "/submission_status"),
            t(".") if not example else t(":"),
        ),
        h("p", t("What was handed in before: {link}.", link=h("a", t("My submissions"), href="/submissions"))),
        class_="em-below",
    )


def key_html(key: str, hours: float) -> Markup:
    """A key for scripts, to be copied. It is shown once and kept nowhere."""
    return h(
        "p",
        h("code", key, id="submit-key"),
        h("button", t("Copy"), type="button", data_copy="submit-key", class_="em-button em-small"),
        h("small", t(" Good for {hours:g} hours, under your name. Treat it like a password.", hours=hours)),
        class_="em-key",
    )
