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
from echomind.ui.submit_check_view import count, download, preview_html, visible
from echomind.ui.submit_form import closed_boards

SCHEMA = "submission.schema.json"  # below assets
EXAMPLE = Path("examples", "submit.py")  # below the repository's root
_LOST = "Connection lost. Nothing is lost: your files and the form are kept. Go on, or try again, when it is back."
_WHO = {
    "here": "On this machine no sign-in is needed: who uses the app here hands in as “local”.",
    "token": "Whoever hands in here shows the admin token of this app. It is not kept in your browser.",
    "huggingface": "Your Hugging Face name stands beside the submission. Nothing else of your account is read.",
    "closed": "Nothing can be handed in here: other machines reach this app, and it has no way to know who they are. "
    "Its operator can set ECHOMIND_ADMIN_TOKEN. Checking works all the same.",
}


def heading() -> Markup:
    """The title, and the line that tells of a lost connection."""
    return together(
        h(
            "div",
            h("h1", "Submit"),
            h(
                "p",
                "Drop your model's raw answers: they are checked at once and scored here, the same for everybody.",
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
            h("strong", "What the official EchoMind runner writes"),
            ", or JSON Lines with ",
            h("code", "key"),
            " and ",
            h("code", "pred"),
            ": .json, .jsonl, or a .zip of them.",
        ),
        h(
            "p",
            f"Recordings of replies may come along as WAV or FLAC. Up to {settings.max_upload_mb} MB in all; "
            "part of a set is fine, what is missing is shown.",
        ),
        h(
            "p",
            download("JSON Schema", SCHEMA, schema.read_text(encoding="utf-8"), "submit-schema", copy=False)
            if described
            else None,
            h("a", "From a script", href="#submit-scripts"),
            h("a", "Score it yourself", href="#submit-scoring"),
            class_="em-links",
        ),
        class_="em-accepted",
    )


def too_large(settings: Settings) -> Markup:
    """The line about a file that is too large, filled in by the page's script."""
    limit = settings.max_upload_mb * 2**20
    words = f"the {settings.max_upload_mb} MB that are taken"
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
            "Remove",
            type="button",
            data_remove=number,
            class_="em-button em-small",
            aria_label=f"Remove {visible(file.sent_as)}",
        )
        rows.append(
            h("li", h("span", visible(file.sent_as), class_="em-file-name"), h("small", size_words(size)), remove)
        )
    summary = None
    if rows:
        summary = h("p", f"{count(len(rows), 'file')}, {size_words(total)}. More can be dropped.", class_="em-fine")
    return together(
        refused(told) if told else None,
        h("ul", rows, class_="em-files", aria_label="Chosen files") if rows else None,
        summary,
    )


def refused(told: str) -> Markup:
    """One line in place: what was not possible, and why."""
    return h("p", visible(told[:1].upper() + told[1:]), role="alert", class_="em-refused")


def boards_note(settings: Settings) -> Markup | None:
    """The boards that cannot be scored here, with the reason."""
    closed = closed_boards(settings)
    by_reason: dict[str, list[str]] = {}
    for board, reason in closed.items():
        by_reason.setdefault(reason, []).append(BOARDS[board].title)
    lines = [h("p", h("strong", " and ".join(names)), f": {reason}.") for reason, names in by_reason.items()]
    return h("div", lines, class_="em-fine") if lines else None


def sign_in_html(way: Way, name: str = "") -> Markup:
    """Who hands in, by the way that people show it here."""
    signed = h("p", "Signed in as ", h("strong", visible(name)), ".", role="status") if name else None
    return together(h("h2", "Who hands it in"), signed, h("p", _WHO[way]))


def confirm_html(check: Check | None, who: str, settings: Settings) -> Markup:
    """What will be public and what not, and the row once more."""
    if check is None or check.preview is None:
        return Markup("")
    per_day = settings.submissions_per_day
    limit = f"At most {count(per_day, 'submission')} in 24 hours are taken of one sender. " if per_day else ""
    return together(
        h("h2", "Hand it in?"),
        h(
            "div",
            h(
                "section",
                h("h3", "Public"),
                h(
                    "ul",
                    h("li", "the row, with your form and the name it was handed in under"),
                    h("li", "the files with the predictions, to be downloaded by anybody"),
                    h("li", "the score report: every number with its interval"),
                ),
                h("h3", "Not public"),
                h(
                    "ul",
                    h("li", "the contact: only moderators see it"),
                    h("li", "how old your account is: only moderators see it"),
                ),
                h(
                    "p",
                    f"Handed in by {who}. {limit}You can withdraw it at any time, on its own page.",
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
        h("h2", "How it is scored", id="submit-scoring"),
        h(
            "p",
            f"By {SCORER_VERSION}, the same for everybody and the same as the command, to the last digit. Answers that "
            "cannot be read or are missing count as wrong, never as left out. Every value comes with a 95 % interval, "
            "drawn over scripts, since the voices of one script are no independent tries.",
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
        h("p", h("button", "Copy", type="button", data_copy="submit-example", class_="em-button")),
    )


def script_title(example: bool) -> Markup:
    """What scripts can do, and where the submissions of a visitor are."""
    return h(
        "article",
        h("h2", "For scripts", id="submit-scripts"),
        h(
            "p",
            "The same check and the same hand-in, as endpoints: ",
            h("code", "/check_submission"),
            ", ",
            h("code", "/submit"),
            ", ",
            h("code", "/submission_status"),
            "." if not example else ":",
        ),
        h("p", "What was handed in before: ", h("a", "My submissions", href="/submissions"), "."),
        class_="em-below",
    )


def key_html(key: str, hours: float) -> Markup:
    """A key for scripts, to be copied. It is shown once and kept nowhere."""
    return h(
        "p",
        h("code", key, id="submit-key"),
        h("button", "Copy", type="button", data_copy="submit-key", class_="em-button em-small"),
        h("small", f" Good for {hours:g} hours, under your name. Treat it like a password."),
        class_="em-key",
    )
