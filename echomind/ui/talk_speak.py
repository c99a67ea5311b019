"""How a visitor speaks on the Talk page: hands-free, or else by recording, uploading or typing. Layout and wiring.

Hands-free sound does not go through ``gr.Audio``'s stream: that writes a file for every piece of it, and a piece that
overtakes another is lost. It goes, numbered and piece by piece, through gradio's server functions into memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from echomind.settings import Settings
from echomind.talk.engine import Engine
from echomind.ui import talk_about, talk_session
from echomind.ui.markup import h
from echomind.ui.talk_live import LiveTurns
from echomind.ui.talk_parts import AT_ONCE, HUSH, PRIVATE, Parts, Update
from echomind.ui.talk_session import Session
from echomind.ui.talk_turnstile import Turnstile
from echomind.words import here, t

ANSWERED_AT_ONCE = 16  # answers being told; the engine's places decide how many are being made


@dataclass(frozen=True)
class Ways:
    """The ways to speak: ``live`` tells of hands-free turns, ``begun`` carries the key of the open one."""

    live: gr.HTML
    begun: gr.HTML
    mic: gr.Audio
    typed: gr.Textbox
    send: gr.Button


def ways_to_speak(settings: Settings, turns: LiveTurns) -> Ways:
    """Lay them out in the current Blocks, hands-free first."""
    scripts = {
        name: (settings.assets_dir / f"{name}.js").read_text(encoding="utf-8")
        for name in ("microphone", "talk_live", "talk_note")
    }

    def hear(chunk: Any) -> dict[str, Any]:
        return turns.hear(chunk)

    def finish(turn: Any) -> dict[str, Any]:
        return turns.finish(turn)

    live = gr.HTML(
        talk_about.live_panel(),
        apply_default_css=False,
        js_on_load=scripts["microphone"] + scripts["talk_live"],
        elem_id="talk-live",
        server_functions=[hear, finish],
    )
    begun = gr.HTML("", apply_default_css=False, js_on_load=BEGUN_JS, elem_id="talk-begun", visible="hidden")
    note = scripts["microphone"] + scripts["talk_note"]
    gr.HTML(talk_about.microphone_note(settings), apply_default_css=False, js_on_load=note, elem_id="talk-mic-note")
    with gr.Accordion(here(t("Other ways: record and send, upload, or type")), open=False, elem_id="talk-other"):
        limits = talk_about.other_ways(settings, talk_session.MAX_CHARS)
        gr.HTML(limits, apply_default_css=False, js_on_load=None, elem_id="talk-limits")
        mic = gr.Audio(
            sources=["microphone", "upload"],
            type="filepath",
            label=here(t("Record, or upload a recording")),
            show_label=False,
            editable=False,
            buttons=[],
            elem_id="talk-mic",
            waveform_options=gr.WaveformOptions(waveform_color="#2b8fd6", waveform_progress_color="#1b6aa8"),
        )
        with gr.Row(elem_id="talk-typed-row"):
            typed = gr.Textbox(
                label=here(t("A message without a voice")),
                show_label=False,
                placeholder=here(t("Or type: the words alone are answered.")),
                max_lines=3,
                max_length=talk_session.MAX_CHARS,
                elem_id="talk-typed",
            )
            send = gr.Button(here(t("Send")), size="sm", min_width=80, elem_id="talk-send")
    return Ways(live, begun, mic, typed, send)


# Hands the key, or the problem, of a turn that was begun to the panel. Every value is new, so none is missed.
BEGUN_JS = """watch("value", () => {
  const data = element.querySelector("[data-begun]")?.dataset.begun;
  if (data) dispatchEvent(new CustomEvent("em-begun", { detail: JSON.parse(data) }));
});"""


def wire_ways(parts: Parts, ways: Ways, turns: LiveTurns, engine: Engine) -> None:
    """Events of hands-free and typed turns. Recordings and uploads are wired with the examples."""

    def begin(topic: str, _: bool, where: str, session: Session, gate: Turnstile) -> Any:
        begun = turns.begin(topic, replace(session, country=where), gate)
        return h("span", data_begun=json.dumps({"key": begun.key, "problem": begun.problem}))

    def answer(topic: str, aloud: bool, where: str, session: Session, gate: Turnstile) -> Iterator[Update]:
        steps = turns.answer(topic, replace(session, country=where), gate, aloud=aloud)
        yield from parts.changes(gate, session, steps, open_turn=True)

    def send(words: str, topic: str, aloud: bool, where: str, session: Session, gate: Turnstile) -> Iterator[Update]:
        session = replace(session, country=where)
        steps = talk_session.typed(engine, words, topic, session, aloud=aloud)
        yield from parts.changes(gate, session, steps)

    ways.live.click(begin, parts.context, ways.begun, **AT_ONCE)
    alone = {"concurrency_limit": ANSWERED_AT_ONCE, "concurrency_id": "live"}
    ways.live.submit(answer, parts.context, parts.outputs, **(parts.options | alone))
    for event in (ways.typed.submit, ways.send.click):
        event(send, [ways.typed, *parts.context], parts.outputs, **parts.options)
        event(None, js=HUSH, **PRIVATE)
