"""One submission as HTML: what it is, where it is on its way, what was said and sent.

Its scores are in ``submissions_scores``.
"""

from __future__ import annotations

import datetime

from markupsafe import Markup

from echomind.leaderboard.boards import BOARDS
from echomind.submissions.model import File, Form, Sender
from echomind.submissions.service import Happened, Status
from echomind.ui import submissions_steps as way
from echomind.ui.markup import Child, h, link, together
from echomind.ui.table import dash, parameters
from echomind.words import counted, joined, t

# The browser tab's title is set as text, never as HTML. Times since are counted in the browser, so that they stay true
# on a page that is left open.
SCRIPT = """
const words = new Intl.RelativeTimeFormat(document.documentElement.lang || 'en', {numeric: 'auto'});
const units = [['year', 31557600], ['month', 2629800], ['day', 86400], ['hour', 3600], ['minute', 60]];
const since = (then) => {
  const seconds = (Date.now() - Date.parse(then)) / 1000;
  const unit = units.find(([, size]) => seconds >= size);
  return unit ? words.format(-Math.floor(seconds / unit[1]), unit[0]) : (window.emWords?.['just now'] ?? 'just now');
};
const show = () => {
  element.querySelectorAll('[data-since]').forEach((node) => {
    const text = since(node.dataset.since);
    if (node.textContent !== text) node.textContent = text;
  });
  const title = element.querySelector('[data-title]')?.dataset.title;
  if (title && document.title !== title) document.title = title;
};
show();
watch('value', show);
const timer = setInterval(() => (element.isConnected ? show() : clearInterval(timer)), 20000);
"""
_PROMPTS = {"zero": t("no system prompt"), "basic": t("basic prompt"), "enhanced": t("enhanced prompt")}
_WEIGHTS = {"open": t("open"), "closed": t("closed")}
PARTS = {  # what a report counts answers of
    "transcripts": t("Transcripts"),
    "understanding": t("Understanding questions"),
    "reasoning": t("Reasoning questions"),
    "replies": t("Replies"),
    "sound": t("Recordings of replies"),
}
_VOICES = {"tts": t("synthetic voices"), "human": t("recorded people")}


def clock(at: datetime.datetime) -> Markup:
    """A time in UTC with how long ago it was, which the page's script fills in."""
    exact = at.isoformat(timespec="seconds")
    return h(
        "span",
        h("time", f"{at:%Y-%m-%d %H:%M:%S} UTC", datetime=exact),
        h("span", "", data_since=exact, class_="sub-since"),
        class_="sub-clock",
    )


def outside(text: str) -> Markup:
    """Text from outside as itself: what is right to left in it does not turn what stands beside it."""
    return h("bdi", text)


def size_text(size: int) -> str:
    """Bytes as people read them: ``812 bytes``, ``1.4 MB``."""
    if size < 1000:
        return t("{size} bytes", size=size)
    return f"{size / 1e3:.1f} kB" if size < 1e6 else f"{size / 1e6:.1f} MB"


def sender_text(sender: Sender) -> Markup:
    """Who sent it; only a name that Hugging Face vouches for is one."""
    if sender.provider == "local":
        return h("span", t("somebody at this machine"))
    return h("span", outside(sender.name), " (Hugging Face)")


def tab_title(status: Status) -> str:
    """The title of the browser's tab: text."""
    return t("{model} · submission · EchoMind", model=status.receipt.form.model)


def _step(step: way.Step) -> Markup:
    said = {"done": t("done: "), "now": t("now: "), "todo": t("to come: ")}[step.mark]
    kind = " sub-ended" if step.mark == "now" and step.state in ("failed", "withdrawn") else ""
    return h(
        "li",
        h("span", said, class_="em-hidden"),
        h("strong", step.words),
        clock(step.at) if step.at else None,
        class_=f"sub-step sub-{step.mark}{kind}",
        aria_current="step" if step.mark == "now" else None,
    )


def badges(status: Status) -> Markup:
    """Its marks in words: verified or, once there is a row, not; hidden; not yet stored."""
    verified = None
    if status.verified:
        verified = h(
            "span", t("verified"), title=t("a moderator compared it with its source"), class_="sub-badge sub-yes"
        )
    elif status.state in ("scored", "published"):
        verified = h(
            "span", t("unverified"), title=t("not compared with its source by a moderator yet"), class_="sub-badge"
        )
    return h(
        "span",
        verified,
        h("span", t("hidden"), class_="sub-badge sub-no") if status.hidden else None,
        h("span", t("received, not yet stored"), class_="sub-badge sub-no") if not status.stored else None,
        class_="sub-badges",
    )


def _progress(status: Status) -> Markup | None:
    if status.state != "scoring":
        return None
    if status.progress is None:
        return h("p", h("progress", max=1, aria_label=t("Scoring")), h("span", t("starting")), class_="sub-scoring")
    done = status.progress.done
    return h(
        "p",
        h("progress", value=f"{done:.3f}", max=1, aria_label=t("Scoring")),
        h("span", f"{100 * done:.0f} %: ", outside(status.progress.doing)),
        class_="sub-scoring",
    )


def _queue(status: Status) -> str:
    if status.position is None:
        return ""
    return (
        t(" It is the next one.")
        if status.position == 1
        else t(" It is number {position} in the queue.", position=status.position)
    )


def _said(title: str, text: str) -> Markup:
    return h("div", h("strong", title), h("p", outside(text), class_="sub-why"), class_="sub-told")


def now_html(status: Status) -> Markup:
    """Where it is now in a sentence, why in full, and how far scoring is."""
    name, meaning = way.words(status)
    why, hidden = way.reason(status), way.hidden_reason(status)
    board = status.receipt.form.board
    row = h("a", t("See it on its board"), href=f"/leaderboard?board={board}") if way.is_on_board(status) else None
    if status.hidden:
        meaning = t("Its row is not shown.") if status.state in ("scored", "published") else meaning
    return h(
        "div",
        h("p", h("strong", name, t(". ")), meaning, _queue(status), " ", row, role="status"),
        _progress(status),
        _said(t("Why"), why) if why else None,
        _said(t("Hidden by a moderator"), hidden) if status.hidden else None,
        h(
            "p",
            t(
                "Received, not yet stored: it is safe on this server's disk; the long-term store cannot be reached "
                "now and gets it as soon as it can."
            ),
            class_="em-note",
        )
        if not status.stored
        else None,
        h("p", h("a", t("Hand in again"), href="/submit"), class_="sub-again") if status.state in way.AGAIN else None,
        class_="sub-now-box",
        data_state=status.state,
    )


def head_html(status: Status, heading: str = "h1") -> Markup:
    """The top of a submission: model, board, marks, the way, and where it is now.

    ``heading`` is the element of the model's name: ``h2`` on a page that has a name of its own.
    """
    form = status.receipt.form
    return h(
        "div",
        h(
            "div",
            h(heading, outside(form.model)),
            h("p", t("Submission to {title}", title=BOARDS[form.board].title), " ", badges(status)),
            class_="em-title",
        ),
        h("ol", [_step(step) for step in way.steps(status)], class_="sub-steps", aria_label=t("Its way")),
        now_html(status),
        class_="sub-submission",
        data_title=tab_title(status),
        data_receipt=status.id,
    )


def _fact(name: str, value: Child, *, wide: bool = False) -> Markup:
    return h("div", h("dt", name), h("dd", value), class_="sub-wide" if wide else None)


def _form_facts(form: Form) -> list[Markup]:
    unsaid = dash(t("not stated"))
    hub = link(form.hub_id, f"https://huggingface.co/{form.hub_id}") if form.hub_id else unsaid
    speaks = {True: t("yes"), False: t("no"), None: unsaid}[form.speech_out]
    return [
        _fact(t("Model"), outside(form.model)),
        _fact(t("Hub id"), hub),
        _fact(t("Organisation"), outside(form.org) if form.org else unsaid),
        _fact(t("Parameters"), parameters(form.params_b) if form.params_b else unsaid),
        _fact(t("Weights"), _WEIGHTS[form.weights] if form.weights else unsaid),
        _fact(t("Licence"), outside(form.licence) if form.licence else unsaid),
        _fact(t("Paper or code"), link(form.url, form.url) if form.url else unsaid),
        _fact(t("Prompt"), _PROMPTS[form.prompt]),
        _fact(t("Voices"), _VOICES[form.voice]),
        _fact(t("Speaks its replies"), speaks),
        _fact(t("Decoding"), outside(form.decoding) if form.decoding else unsaid),
        _fact(t("Runs"), str(form.runs)),
    ]


def _file(file: File) -> Markup:
    return h(
        "tr",
        h("th", outside(file.sent_as), scope="row"),
        h("td", size_text(file.size), title=t("{size:,} bytes", size=file.size), class_="em-number"),
        h("td", h("code", file.sha256), class_="sub-hash"),
    )


def files_html(files: tuple[File, ...]) -> Markup:
    """The files as they were sent: names as text, sizes, hashes."""
    total = sum(file.size for file in files)
    count = counted(len(files), "1 file", "{n:,} files")
    heads = ((t("Name as sent"), None), (t("Size"), "em-number"), ("SHA-256", None))
    return h(
        "details",
        h("summary", joined(t(", "), (count, size_text(total)))),
        h(
            "div",
            h(
                "table",
                h("caption", t("Files as they were sent"), class_="em-hidden"),
                h("thead", h("tr", [h("th", head, scope="col", class_=kind) for head, kind in heads])),
                h("tbody", [_file(file) for file in files]),
                class_="em-plain sub-files",
            ),
            tabindex=0,
            role="region",
            aria_label=t("Files"),
            class_="sub-frame",
        ),
        open=len(files) <= 8,
    )


def _happened(event: Happened) -> Markup:
    why = h("p", outside(event.reason), class_="sub-why") if event.reason else None
    return h("li", h("strong", way.EVENTS[event.kind]), clock(event.at), why)


def about_html(status: Status) -> Markup:
    """Who sent it, its hashes, what was said in the form, the files, and all that happened to it."""
    receipt = status.receipt
    return together(
        h("h2", t("What was handed in"), class_="sub-part"),
        h(
            "dl",
            _fact(t("Sent by"), sender_text(receipt.sender)),
            _fact(t("Received"), clock(receipt.at)),
            _fact(t("Receipt"), h("code", receipt.id), wide=True),
            _fact(t("Hash of all files (SHA-256)"), h("code", receipt.content), wide=True),
            class_="sub-facts",
        ),
        h("h3", t("Form")),
        h("dl", _form_facts(receipt.form), class_="sub-facts"),
        h("h3", t("Files")),
        files_html(receipt.files),
        h("details", h("summary", t("All that happened")), h("ol", [_happened(e) for e in status.times])),
    )
