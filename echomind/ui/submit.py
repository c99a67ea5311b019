"""The Submit page: choose, check, sign in, confirm, receipt. Layout and wiring only.

What is filled in is kept in the visitor's browser by scripts that ask no server (``assets/submit_draft.js``), and comes
with every call; see ``submit_steps``. All events are private; what programs use is in ``submit_endpoints``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder
from markupsafe import Markup

from echomind.settings import ROOT, Settings
from echomind.ui import submit_view as view
from echomind.ui.page import current_page
from echomind.ui.site import Site
from echomind.ui.submit_draft import ANOTHER, BACK, HAND_IN, HANDING_IN, Draft, voices_script
from echomind.ui.submit_form import NAMES, NEEDED, build_field, defaults, given
from echomind.ui.submit_steps import CHECK, CHOOSE, CONFIRM, RECEIPT, SIGN_IN, Given, Shown, Steps
from echomind.words import here, t

CHECKS_AT_ONCE = 2  # a check takes a core for a second; the rest wait in the page's queue
LOOK_S = 1.0  # between two looks at a submission that is being scored
Update = dict[Any, Any]  # component to new value, as gradio takes it
_PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
_QUICK = _PRIVATE | {"concurrency_limit": None}


@dataclass(frozen=True)
class Parts:
    """The components that steps read and write; ``shown`` are those that a field of ``Shown`` fills as it is."""

    walk: gr.Walkthrough
    fields: dict[str, Any]
    files: gr.File
    shown: dict[str, Any]
    key: gr.Textbox
    step: gr.Number
    timer: gr.Timer
    buttons: dict[str, gr.Button]


def build_submit(site: Site) -> None:
    """Lay the page out in the current Blocks."""
    settings = site.settings
    script = (settings.assets_dir / "submit.js").read_text(encoding="utf-8")
    _html(view.heading(), script)
    with gr.Walkthrough(selected=CHOOSE, elem_id="submit-walk") as walk:
        with gr.Step(here(t("Choose")), id=CHOOSE, elem_id="submit-1"):
            fields, files, shown, buttons = _choose(settings, script)
        with gr.Step(here(t("Check")), id=CHECK, elem_id="submit-2"):
            shown["checked"] = _html("", script, "checked")
            buttons |= _row(back=t("Back to the form"), go_on=t("Continue"))
        with gr.Step(here(t("Sign in")), id=SIGN_IN, elem_id="submit-3"):
            shown["signed"], key = _sign_in(site)
            buttons |= _row(signed=t("Continue"))
        with gr.Step(here(t("Confirm")), id=CONFIRM, elem_id="submit-4"):
            shown["confirm"] = _html("", None, "confirm")
            buttons |= _row(over=t("Back to the form"), hand_in=t("Hand in"))
        with gr.Step(here(t("Receipt")), id=RECEIPT, elem_id="submit-5"):
            with gr.Row(elem_id="submit-receipt"):
                shown["done"], shown["facts"] = _html("", None, "done"), _html("", script, "facts")
            shown["scores"] = _html("", None, "scores")
            buttons |= _row(another=t("Hand in another"))
    shown["refused"] = _html("", None, "refused")
    with gr.Row(elem_id="submit-below"):
        _below(site, script)
    shown |= {"tray": _hidden(), "receipt": _hidden()}
    step = gr.Number(1, visible=False)
    timer = gr.Timer(LOOK_S, active=False)
    _wire(Parts(walk, fields, files, shown, key, step, timer, buttons), Steps(site, Path(get_upload_folder())), site)


def _html(value: Markup | str, script: str | None = None, name: str = "") -> gr.HTML:
    elem_id = f"submit-{name}" if name else None
    return gr.HTML(value, apply_default_css=False, js_on_load=script, elem_id=elem_id, container=False)


def _hidden() -> gr.Textbox:
    return gr.Textbox("", visible=False)


def _row(**words: str) -> dict[str, gr.Button]:
    """Buttons beside each other, by name; the last one leads on."""
    last = next(reversed(words))
    with gr.Row(elem_classes="em-go"):
        return {
            name: gr.Button(
                here(text),
                variant="primary" if name == last else "secondary",
                min_width=120,
                elem_id=f"submit-{name.replace('_', '-')}",
            )
            for name, text in words.items()
        }


def _choose(settings: Settings, script: str) -> tuple[dict[str, Any], gr.File, dict[str, Any], dict[str, gr.Button]]:
    """The first step: files at the left, the form at the right."""
    start = defaults(settings)
    with gr.Row(elem_id="submit-choose"):
        with gr.Column(elem_id="submit-drop"):
            files = gr.File(
                file_count="multiple", label=here(t("Files")), show_label=False, height=150, elem_id="submit-files"
            )
            shown = {"files": _html("", script, "tray")}
            _html(view.too_large(settings), script)
            _html(view.accepted(settings), script)
        with gr.Column(elem_id="submit-form"):
            fields = {name: build_field(name, settings, start) for name in NEEDED}
            _html(view.boards_note(settings) or "")
            more = gr.Accordion(here(t("More about the model (optional)")), open=False, elem_id="submit-more")
            with more, gr.Row(elem_id="submit-optional"):
                fields |= {name: build_field(name, settings, start) for name in NAMES if name not in NEEDED}
            buttons = _row(forget=t("Forget this draft"), check=t("Check"))
    return {name: fields[name] for name in NAMES}, files, shown, buttons


def _sign_in(site: Site) -> tuple[gr.HTML, gr.Textbox]:
    way = site.identity.way
    signed = _html(view.sign_in_html(way), None, "signed")
    if site.settings.on_space:
        gr.LoginButton(elem_id="submit-login")
    key = gr.Textbox(
        label=here(t("Admin token")),
        type="password",
        max_lines=1,
        max_length=500,
        visible=way == "token",
        elem_id="submit-key",
    )
    return signed, key


def _below(site: Site, script: str) -> None:
    with gr.Column(min_width=320):
        _html(view.scoring_html(site.settings))
    with gr.Column(min_width=320):
        example = view.script_html(ROOT / view.EXAMPLE)
        _html(view.script_title(bool(example)))
        if example:
            _html(example, script)
        if site.settings.on_space:
            button, key = gr.Button(here(t("Show a key for my scripts")), size="sm"), _html("", script, "script-key")
            button.click(_key_shower(Steps(site, Path(get_upload_folder()))), None, key, **_QUICK)


def _key_shower(steps: Steps) -> Any:
    def show(profile: gr.OAuthProfile | None) -> Markup:
        return steps.script_key(profile)

    return show


def _wire(parts: Parts, steps: Steps, site: Site) -> None:
    """Events. Values of the form, the tray and the receipt come from the browser with each of them."""
    fields, shown, buttons = list(parts.fields.values()), parts.shown, parts.buttons
    tray, receipt = shown["tray"], shown["receipt"]
    kept = [*fields, tray, receipt]
    outputs = [parts.walk, parts.timer, buttons["go_on"], *shown.values()]
    draft = Draft(site.settings)
    remember: dict[str, Any] = {"fn": None, "inputs": kept, "js": draft.script("save"), **_PRIVATE}

    def update(said: Shown) -> Update:
        return _update(parts, said)

    def add(payload: Any, token: str) -> Update:
        return update(steps.add(payload, token)) | {parts.files: None}

    def remove(token: str, event: gr.EventData) -> Update:
        return update(steps.remove(_number(event), token))

    def check(profile: gr.OAuthProfile | None, *values: Any) -> Update:
        return update(steps.check(_given(values, profile)))

    def go_on(profile: gr.OAuthProfile | None, *values: Any) -> Update:
        return update(steps.go_on(_given(values, profile)))

    def signed(profile: gr.OAuthProfile | None, *values: Any) -> Update:
        return update(steps.go_on(_given(values, profile), shown=True))

    def hand_in(profile: gr.OAuthProfile | None, *values: Any) -> Update:
        return update(steps.hand_in(_given(values, profile)))

    def look(submission_id: str) -> Update:
        return update(steps.look_again(submission_id))

    def resume(profile: gr.OAuthProfile | None, *values: Any) -> Update:
        *rest, submission_id, step = values
        return update(steps.resume(_given([*rest, ""], profile), str(submission_id or ""), int(step or 1)))

    def forget(token: str) -> Update:
        return update(steps.forget(token))

    def put_away(token: str, submission_id: str) -> str:
        """The tray is needed until the receipt is on the page: an answer may be lost."""
        if submission_id:
            steps.forget(token)
        return "" if submission_id else token

    all_given = [*fields, tray, parts.key]
    busy = {**_PRIVATE, "concurrency_limit": CHECKS_AT_ONCE, "concurrency_id": "check"}
    seen = {**busy, "show_progress": "minimal"}
    gr.on([field.change for field in fields], None, fields, None, js=draft.script("keep"), **_PRIVATE)
    parts.fields["board"].input(
        None, parts.fields["board"], parts.fields["voice"], js=voices_script(), **_PRIVATE
    ).then(**remember)
    # Read as the browser sends it: see submit_uploads.
    parts.files.upload(add, [parts.files, tray], [*outputs, parts.files], preprocess=False, **_QUICK).then(**remember)
    shown["files"].select(remove, tray, outputs, **_QUICK).then(**remember)
    buttons["check"].click(check, all_given, outputs, show_progress_on=buttons["check"], **seen).then(**remember)
    buttons["go_on"].click(go_on, all_given, outputs, **_QUICK)
    buttons["signed"].click(signed, all_given, outputs, **_QUICK)
    parts.key.submit(signed, all_given, outputs, **_QUICK)
    for name in ("back", "over"):
        buttons[name].click(None, None, [parts.walk, shown["refused"]], js=BACK, **_PRIVATE)
    buttons["hand_in"].click(None, None, buttons["hand_in"], js=HANDING_IN, **_PRIVATE).then(
        hand_in, all_given, outputs, **busy
    ).then(**remember).then(None, None, buttons["hand_in"], js=HAND_IN, **_PRIVATE).then(
        put_away, [tray, receipt], tray, **_QUICK
    )
    parts.timer.tick(look, receipt, outputs, **_QUICK)
    parts.walk.change(None, None, None, js=draft.script("remember"), **_PRIVATE)
    buttons["forget"].click(forget, tray, outputs, **_QUICK)
    buttons["forget"].click(None, None, [*kept, parts.step], js=draft.script("begin"), **_PRIVATE)
    buttons["another"].click(
        None, None, [parts.walk, receipt, tray, shown["files"], parts.timer], js=ANOTHER, **_PRIVATE
    ).then(**remember)
    current_page().load(None, None, [*kept, parts.step], js=draft.script("restore"), **_PRIVATE).then(
        resume, [*kept, parts.step], outputs, **busy
    ).then(**remember)


def _given(values: Any, profile: gr.OAuthProfile | None) -> Given:
    *form, tray, key = values
    return Given(given(form), str(tray or ""), profile, str(key or ""))


def _number(event: gr.EventData) -> int:
    """Which file a "Remove" button names; -1, and so none, when the event did not come from one."""
    data = event._data
    text = str(data.get("remove", "")) if isinstance(data, dict) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else -1


def _update(parts: Parts, said: Shown) -> Update:
    update: Update = {
        component: getattr(said, name) for name, component in parts.shown.items() if getattr(said, name) is not None
    }
    if said.step is not None:
        update[parts.walk] = gr.Walkthrough(selected=said.step)
    if said.ready is not None:
        update[parts.buttons["go_on"]] = gr.Button(visible=said.ready)
    if said.moving is not None:
        update[parts.timer] = gr.Timer(active=said.moving)
    return update
