"""The page of moderators. Layout and wiring only; every event asks anew who is there, and shows nothing to others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from echomind.errors import EchoMindError
from echomind.submissions.moderation import Moderator, NotAllowed
from echomind.ui import moderation_page as page
from echomind.ui import moderation_view as view
from echomind.ui.page import current_page
from echomind.ui.site import Site
from echomind.ui.status_view import SCRIPT
from echomind.words import here, t

LONGEST_REASON = 200  # characters, as ``outside_text.Text`` takes them
Update = dict[Any, Any]  # component to new value, as gradio takes it
_PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": None}
# Where the list leaves no room for what was chosen in it.
_TO_IT = "() => setTimeout(() => document.querySelector('#mod-head')?.scrollIntoView({block: 'start'}), 150)"
# The button that was pressed may be gone, and the focus with it.
_TO_REASON = """
() => setTimeout(() => {
  if (document.activeElement === document.body) document.querySelector('#mod-reason :is(input, textarea)')?.focus();
}, 150)
"""


def build_moderation(site: Site) -> None:
    """Lay the page out in the current Blocks. Where nobody can moderate, there is nothing but the line that says so."""
    _html(str(view.title()), "mod-title")
    if line := view.closed_line(site.settings):
        _html(view.said(line), "mod-note")
        return
    _Page(site).wire()


def _html(value: str, name: str, *, js: str | None = None) -> gr.HTML:
    return gr.HTML(value, apply_default_css=False, js_on_load=js, elem_id=name, container=False)


class _Page:
    """The page's components and events. The token comes with every event; a name only from the session."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._submissions = site.desk.submissions
        by_token = not site.settings.on_space
        if not by_token:
            gr.LoginButton(here(t("Sign in with Hugging Face")), size="sm", elem_id="mod-sign-in")
        with gr.Row(visible=by_token, elem_id="mod-token"):
            self.token = gr.Textbox("", label=here(t("Admin token")), type="password", max_lines=1, elem_id="mod-key")
            self.open = gr.Button(here(t("Open")), size="sm", elem_id="mod-open")
        self.note = _html("", "mod-note")
        self.chosen = gr.State("")
        with gr.Column(visible=False, elem_id="mod-all") as self.all:
            with gr.Row(elem_classes="em-controls"):
                self.state = gr.Dropdown(
                    [(here(name), state) for name, state in view.FILTERS],
                    value="",
                    label=here(t("State")),
                    filterable=False,
                    min_width=150,
                )
                self.text = gr.Textbox(
                    "",
                    label=here(t("Find")),
                    placeholder=here(t("model, sender, organisation or receipt")),
                    max_lines=1,
                    max_length=200,
                )
            self.table = _html("", "mod-table", js=view.PICK_SCRIPT + SCRIPT)
        with gr.Column(visible=False, elem_id="mod-one") as self.one:
            self.head = _html("", "mod-head", js=SCRIPT)
            self.done = _html("", "mod-done")
            with gr.Row(elem_id="mod-acts"):
                self.reason = gr.Textbox(
                    "",
                    label=here(t("Reason, which the sender reads")),
                    max_lines=1,
                    max_length=LONGEST_REASON,
                    elem_id="mod-reason",
                )
                self.buttons = {
                    action: gr.Button(here(words), size="sm", visible=False, elem_id=f"mod-{action}")
                    for action, words, _, _ in page.ACTIONS
                }
            self.private = _html("", "mod-private", js=SCRIPT)
            self.scores, self.about = _html("", "mod-scores"), _html("", "mod-about", js=SCRIPT)

    def wire(self) -> None:
        """Hang the events on the page."""
        asked = [self.token, self.state, self.text, self.chosen]
        outputs = [self.note, self.chosen, self.all, self.table, self.one, self.head, self.done, self.reason]
        outputs += [*self.buttons.values(), self.private, self.scores, self.about]
        for event in (self.open.click, self.token.submit, current_page().load):
            event(self._look, asked, outputs, **_PRIVATE)
        for event in (self.state.input, self.text.change):
            event(self._look, asked, outputs, **_PRIVATE, trigger_mode="always_last")
        picked = self.table.select(self._pick, asked, outputs, **_PRIVATE)
        picked.success(None, js=_TO_IT, **_PRIVATE)
        for action, button in self.buttons.items():
            acted = button.click(self._acting(action), [*asked, self.reason], outputs, **_PRIVATE)
            acted.success(None, js=_TO_REASON, **_PRIVATE)

    def _look(self, token: str, state: str, text: str, chosen: str, profile: gr.OAuthProfile | None) -> Update:
        return self._asked(token, profile, lambda by: self._shown(by, state, text, chosen))

    def _pick(
        self, token: str, state: str, text: str, chosen: str, event: gr.EventData, profile: gr.OAuthProfile | None
    ) -> Update:
        picked = _picked(event)
        return self._asked(token, profile, lambda by: self._shown(by, state, text, picked) | {self.reason: ""})

    def _acting(self, action: str) -> Callable[..., Update]:
        def act(token: str, state: str, text: str, chosen: str, reason: str, profile: gr.OAuthProfile | None) -> Update:
            return self._asked(token, profile, lambda by: self._act(by, action, (state, text, chosen), reason))

        return act

    def _asked(self, token: str, profile: gr.OAuthProfile | None, answer: Callable[[Moderator], Update]) -> Update:
        """``answer`` for a moderator; for anybody else the page is empty."""
        try:
            return {self.note: ""} | answer(self._moderator(token, profile))
        except NotAllowed:
            return self._empty(_refusal(token, profile))
        except EchoMindError as error:
            return {self.note: view.said(str(error))}

    def _moderator(self, token: str, profile: gr.OAuthProfile | None) -> Moderator:
        return self._site.identity.moderator(profile, "" if self._site.settings.on_space else token or "")

    def _act(self, by: Moderator, action: str, asked: tuple[str, str, str], reason: str) -> Update:
        try:
            line = page.act(self._submissions, by, action, asked[2], reason)
        except EchoMindError as error:  # also where its state does not allow it: who asks may moderate all the same
            return self._shown(by, *asked) | {self.done: view.said(str(error))}
        return self._shown(by, *asked) | {self.done: view.said(line), self.reason: ""}

    def _shown(self, by: Moderator, state: str, text: str, chosen: str) -> Update:
        one = page.one(self._submissions, by, chosen)
        return {
            self.chosen: chosen,
            self.all: gr.Column(visible=True),
            self.table: page.listed(self._submissions, by, state, text, chosen),
            self.one: gr.Column(visible=bool(chosen)),
            self.done: "",
            **self._parts(one),
        }

    def _empty(self, line: str) -> Update:
        hidden = {self.chosen: "", self.all: gr.Column(visible=False), self.one: gr.Column(visible=False)}
        return hidden | {self.note: view.said(line), self.table: "", self.done: "", **self._parts(page.One())}

    def _parts(self, one: page.One) -> Update:
        buttons = {button: gr.Button(visible=action in one.possible) for action, button in self.buttons.items()}
        shown = {self.head: one.head, self.private: one.private, self.scores: one.scores, self.about: one.about}
        return shown | buttons


def _picked(event: gr.EventData) -> str:
    data = event._data
    return str(data.get("id", "")) if isinstance(data, dict) else ""


def _refusal(token: str, profile: gr.OAuthProfile | None) -> str:
    """The line for somebody who may not; to who has shown nothing yet no reproach."""
    if profile is not None:
        return t("{username} is none of the moderators of this site.", username=profile.username)
    return t("This is not the admin token.") if token else t("For moderators alone.")
