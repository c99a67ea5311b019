"""The section "Other models, same clip" of the Talk page. Layout and wiring only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from echomind.settings import Settings
from echomind.talk.contestants import MOST, contestants, hosts_of
from echomind.talk.engine import Engine
from echomind.talk.examples import read_examples
from echomind.talk.side_by_side import SideBySide
from echomind.ui import talk_side_view as view
from echomind.ui.talk_parts import AT_ONCE, last_step
from echomind.ui.talk_session import Session
from echomind.ui.talk_side_steps import LAST, Shown, compare, sources
from echomind.ui.talk_turnstile import Turnstile
from echomind.words import here, t

ASKED_AT_ONCE = 4  # comparisons under way; the engine's places decide how many models work at a time


def build_side(settings: Settings, engine: Engine, session: gr.State, topic: gr.Dropdown, country: gr.Dropdown) -> None:
    """Lay the section out in the current Blocks. ``session``, ``topic`` and ``country`` are the conversation's."""
    everyone = {one.spec: one for one in contestants(settings)}
    known, side = sources(read_examples(settings.assets_dir / "examples")), SideBySide(engine)
    first, alone = list(everyone.values())[:2], len(everyone) == 2
    with gr.Column(elem_id="talk-side"):
        gr.HTML(view.heading(), apply_default_css=False, js_on_load=None)
        with gr.Row(elem_classes="em-contrast-choice"):
            names = [(here(view.model_name(one)), one.spec) for one in everyone.values()]
            picker = gr.Dropdown(
                names,
                value=[one.spec for one in first],
                multiselect=True,
                max_choices=MOST,
                label=here(t("Models, at most {n}", n=MOST)),
                elem_id="side-models",
            )
            clips = [(here(name), str(name)) for name in known]
            source = gr.Dropdown(clips, value=str(LAST), label=here(t("Clip")), elem_id="side-clip")
        note = _html("side-where", view.where(first, alone=alone))
        with gr.Row(elem_classes="em-contrast-choice"):
            go = gr.Button(here(t("Compare on this server")), elem_id="side-go", min_width=170)
            send = gr.Button(here(t("Send and compare")), visible=False, elem_id="side-send", min_width=170)
            stop = gr.Button(here(t("Stop")), size="sm", elem_id="side-stop", min_width=80)
        status, replies = _html("side-status"), _html("side-replies")
    agreed, gate = gr.State(()), gr.State(Turnstile(), delete_callback=Turnstile.stop)

    def pick(specs: list[str]) -> tuple[Any, Any, Any, tuple[str, ...]]:
        chosen = tuple(everyone[spec] for spec in specs)
        hosts = hosts_of(chosen)
        label = here(view.send_label(chosen) or t("Send and compare"))
        return (
            view.where(chosen, alone=alone),
            gr.Button(visible=not hosts),
            gr.Button(label, visible=bool(hosts)),
            hosts,  # those that the button names, so that a click agrees to no other
        )

    def run(
        specs: list[str],
        clip: str,
        topic: str,
        where: str,
        given: Session,
        gate: Turnstile,
        hosts: tuple[str, ...] = (),
    ) -> Iterator[Shown]:
        chosen, per_minute = tuple(everyone[spec] for spec in specs), settings.turns_per_minute
        given = replace(given, country=where)
        steps = compare(side, chosen, clip, known, given, topic, agreed=hosts, gate=gate, per_minute=per_minute)
        yield from gate.pass_through(steps)
        yield last_step(gate)

    def end(gate: Turnstile) -> Shown:
        gate.stop(("", gr.skip()))
        return gate.last_word

    options: dict[str, Any] = {
        "api_visibility": "private",
        "show_progress": "hidden",
        "concurrency_limit": ASKED_AT_ONCE,
        "concurrency_id": "side",
        "trigger_mode": "multiple",
    }
    inputs = [picker, source, topic, country, session, gate]
    picker.change(pick, picker, [note, go, send, agreed], **AT_ONCE)
    go.click(run, inputs, [status, replies], **options)
    send.click(run, [*inputs, agreed], [status, replies], **options)
    stop.click(end, gate, [status, replies], **AT_ONCE)


def _html(name: str, value: Any = "") -> gr.HTML:
    return gr.HTML(value, apply_default_css=False, js_on_load=None, elem_id=name, container=False)
