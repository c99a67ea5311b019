"""The page of submissions: one by its receipt, and all of who is asking. Layout and wiring; all events are private.

Which submission it is stands in the address alone (``?receipt=``): it can be linked to, and reloaded after a restart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from echomind.errors import EchoMindError
from echomind.submissions.lookups import Lookups
from echomind.ui import submissions_page as page
from echomind.ui.page import current_page
from echomind.ui.site import Site
from echomind.ui.status_view import SCRIPT
from echomind.ui.submissions_files import SAVE_SCRIPT, bundle_file, report_file
from echomind.words import here, t

LOOK_S = 2.0  # between two looks at what waits to be scored or is being scored
LONGEST = 200  # characters of what is looked up: more than a receipt has
Update = dict[Any, Any]  # component to new value, as gradio takes it
_PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
_QUICK = _PRIVATE | {"concurrency_limit": None}
_LOOK_UP = """
(receipt) => {
  if (!receipt.trim()) return;
  const kept = [...new URLSearchParams(location.search)].filter(([name]) => name.startsWith('__'));
  location.assign(location.pathname + '?' + new URLSearchParams([['receipt', receipt.trim()], ...kept]));
}
"""
# Buttons that come and go would take the focus with them; a moment later those that stay are there.
_FOCUS = "() => setTimeout(() => document.querySelector('#sub-keep')?.focus(), 150)"
_FOCUS_BACK = "() => setTimeout(() => document.querySelector('#sub-withdraw')?.focus(), 150)"
_FOCUS_DONE = """
() => setTimeout(() => {
  if (!document.querySelector('#sub-yes')) document.querySelector('#sub-bundle')?.focus();
}, 150)
"""


@dataclass(frozen=True)
class Parts:
    """The components that events read and write."""

    head: gr.HTML
    away: gr.HTML
    one: gr.Column
    report: gr.Button
    withdraw: gr.Button
    confirm: gr.Column
    key: gr.Textbox
    note: gr.HTML
    scores: gr.HTML
    about: gr.HTML
    mine: gr.Column
    table: gr.HTML
    timer: gr.Timer


def build_submissions(site: Site) -> None:
    """Lay the page out in the current Blocks."""
    head = _html(str(page.title()), "sub-head", js=SCRIPT)
    away = _html("", "sub-away")
    with gr.Column(visible=False, elem_id="sub-one") as one:
        with gr.Row(elem_id="sub-actions"):
            bundle = gr.Button(here(t("Download what was scored (zip)")), size="sm", elem_id="sub-bundle")
            report = gr.Button(here(t("Download the report (JSON)")), size="sm", visible=False, elem_id="sub-report")
            withdraw = gr.Button(here(t("Withdraw …")), size="sm", visible=False, elem_id="sub-withdraw")
        note = _html("", "sub-note")
        with gr.Column(visible=False, elem_id="sub-confirm") as confirm:
            _html(str(page.withdrawing()), "sub-warning")
            key = _token(visible=site.identity.way == "token", name="sub-key")
            with gr.Row():
                yes = gr.Button(here(t("Yes, withdraw it")), size="sm", variant="stop", elem_id="sub-yes")
                keep = gr.Button(here(t("Keep it")), size="sm", elem_id="sub-keep")
        scores, about = _html("", "sub-scores"), _html("", "sub-about", js=SCRIPT)
        file = gr.DownloadButton(visible="hidden", elem_id="sub-file")
        _html(str(page.to_all()), "sub-all")
    with gr.Column(visible=False, elem_id="sub-mine") as mine:
        with gr.Row(visible=site.identity.way == "token", elem_id="sub-token"):
            shown_key = _token(visible=True, name="sub-mine-key")
            show = gr.Button(here(t("Show")), size="sm", elem_id="sub-show")
        table = _html("", "sub-table", js=SCRIPT)
    with gr.Row(elem_id="sub-look"):
        receipt = gr.Textbox(
            "",
            label=here(t("Look up a receipt")),
            max_lines=1,
            max_length=LONGEST,
            elem_id="sub-receipt",
            placeholder=here(t("receipt")),
        )
        look = gr.Button(here(t("Look up")), size="sm", elem_id="sub-go")
    if site.settings.on_space:
        gr.LoginButton(here(t("Sign in with Hugging Face")), size="sm", elem_id="sub-sign-in")
    timer = gr.Timer(LOOK_S, active=False)
    parts = Parts(head, away, one, report, withdraw, confirm, key, note, scores, about, mine, table, timer)
    events = _Events(site, parts)
    events.wire()
    for event in (receipt.submit, look.click):
        event(None, receipt, None, js=_LOOK_UP, **_PRIVATE)
    _wire_mine(site, shown_key, show, table)
    _wire_downloads(site, bundle, report, file, note)
    withdraw.click(lambda: gr.Column(visible=True), None, confirm, **_QUICK).success(None, js=_FOCUS, **_PRIVATE)
    keep.click(lambda: gr.Column(visible=False), None, confirm, **_QUICK).success(None, js=_FOCUS_BACK, **_PRIVATE)
    yes.click(events.withdraw, key, _outputs(parts), **_QUICK).success(None, js=_FOCUS_DONE, **_PRIVATE)


def _html(value: str, name: str, *, js: str | None = None) -> gr.HTML:
    return gr.HTML(value, apply_default_css=False, js_on_load=js, elem_id=name, container=False)


def _token(*, visible: bool, name: str) -> gr.Textbox:
    return gr.Textbox("", label=here(t("Admin token")), type="password", max_lines=1, visible=visible, elem_id=name)


def _outputs(parts: Parts) -> list[Any]:
    return list(vars(parts).values())


class _Events:
    """What happens on the page of one submission."""

    def __init__(self, site: Site, parts: Parts) -> None:
        self._site, self._parts, self._lookups = site, parts, Lookups(site.desk)

    def wire(self) -> None:
        """Hang the events on the page."""
        current_page().load(self.load, None, _outputs(self._parts), **_QUICK)
        self._parts.timer.tick(self.look, None, _outputs(self._parts), **_QUICK)

    def load(self, request: gr.Request, profile: gr.OAuthProfile | None) -> Update:
        """The page as it is opened: one submission, or all of who is asking."""
        if receipt := _receipt(request):
            return self._shown(self._one(receipt, profile))
        return {self._parts.mine: gr.Column(visible=True), self._parts.table: _mine(self._site, "", profile)}

    def look(self, request: gr.Request, profile: gr.OAuthProfile | None) -> Update:
        """Another look. Where it cannot be read just now, what was read stays, with a line, and it is looked again."""
        shown = self._one(_receipt(request), profile)
        if shown.line:
            return {self._parts.away: page.said(shown.line)}
        return self._shown(shown)

    def withdraw(self, key: str, request: gr.Request, profile: gr.OAuthProfile | None) -> Update:
        """Withdraw it, if it is its sender who asks."""
        receipt = _receipt(request)
        try:
            sender = self._site.identity.sender(profile, key or "")
            self._lookups.status(receipt)  # what is no receipt is not asked of the store
            self._site.desk.submissions.withdraw(receipt, sender)
        except EchoMindError as error:
            return {self._parts.note: page.said(t("It was not withdrawn: {error}", error=error))}
        shown = self._shown(self._one(receipt, profile))
        line = page.said(t("It was withdrawn."))
        return shown | {self._parts.confirm: gr.Column(visible=False), self._parts.note: line, self._parts.key: ""}

    def _one(self, receipt: str, profile: gr.OAuthProfile | None) -> page.Shown:
        return page.one(self._site.desk.submissions, self._lookups, self._site.identity.way, receipt, profile)

    def _shown(self, shown: page.Shown) -> Update:
        parts = self._parts
        update: Update = {
            parts.head: shown.head,
            parts.one: gr.Column(visible=not shown.line),
            parts.report: gr.Button(visible=shown.has_report),
            parts.withdraw: gr.Button(visible=shown.may_withdraw),
            parts.away: "",
            parts.scores: shown.scores,
            parts.about: shown.about,
            parts.timer: gr.Timer(active=shown.moving),
        }
        return update if shown.may_withdraw else update | {parts.confirm: gr.Column(visible=False)}


def _receipt(request: gr.Request) -> str:
    return str(request.query_params.get("receipt", ""))[:LONGEST]


def _mine(site: Site, key: str, profile: gr.OAuthProfile | None) -> str:
    """The table of who is asking; before a token or a sign-in the line that invites to it."""
    how = site.identity.way
    if how == "closed" or (how == "token" and not key) or (how == "huggingface" and profile is None):
        return page.said(page.SIGN_IN[how])
    try:
        sender = site.identity.sender(profile, key or "")
    except EchoMindError as error:
        return page.said(str(error))
    return page.mine(site.desk.submissions, sender)


def _wire_mine(site: Site, key: gr.Textbox, show: gr.Button, table: gr.HTML) -> None:
    def mine(given: str, profile: gr.OAuthProfile | None) -> str:
        return _mine(site, given, profile)

    for event in (show.click, key.submit):
        event(mine, key, table, **_QUICK)


def _wire_downloads(site: Site, bundle: gr.Button, report: gr.Button, file: gr.DownloadButton, note: gr.HTML) -> None:
    """A click makes the file and saves it; one at a time, for all its files are in memory meanwhile."""
    submissions, lookups = site.desk.submissions, Lookups(site.desk)

    def make(request: gr.Request, *, whole: bool) -> Update:
        receipt = _receipt(request)
        try:
            lookups.status(receipt)
            return {file: (bundle_file if whole else report_file)(submissions, receipt), note: ""}
        except EchoMindError as error:
            return {file: None, note: page.said(t("It cannot be downloaded now: {error}", error=error))}

    def make_bundle(request: gr.Request) -> Update:
        return make(request, whole=True)

    def make_report(request: gr.Request) -> Update:
        return make(request, whole=False)

    one_at_a_time = _PRIVATE | {"concurrency_limit": 1, "concurrency_id": "sub-files"}
    for button, function in ((bundle, make_bundle), (report, make_report)):
        saved = button.click(function, None, [file, note], **one_at_a_time)
        saved.success(None, file, None, js=SAVE_SCRIPT, **_PRIVATE)
