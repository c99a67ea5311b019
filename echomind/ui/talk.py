"""The Talk page: speak, and see what was heard, felt, understood and replied. Layout and wiring only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components.api_component import Api
from gradio.utils import get_upload_folder
from gradio_client.utils import python_type_to_json_schema

from echomind.audio import load_clip
from echomind.talk.engine import Engine, model_is_here
from echomind.talk.examples import Example
from echomind.talk.intent import Asked
from echomind.talk.schemas import EarlierTurn, TalkAnswer
from echomind.ui import talk_about, talk_session, talk_view
from echomind.ui.faults import spoken
from echomind.ui.markup import h
from echomind.ui.site import Site
from echomind.ui.talk_aside import example_buttons, help_lines
from echomind.ui.talk_ask import ask
from echomind.ui.talk_contrast import build_contrast
from echomind.ui.talk_endpoint import talk_endpoint
from echomind.ui.talk_live import LiveTurns
from echomind.ui.talk_more import more
from echomind.ui.talk_parts import AT_ONCE, HUSH, PRIVATE, TURNS_AT_ONCE, VIEW, Parts, Update, last_step
from echomind.ui.talk_session import Session, Steps, View
from echomind.ui.talk_side import build_side
from echomind.ui.talk_speak import ways_to_speak, wire_ways
from echomind.ui.talk_turnstile import Turnstile
from echomind.ui.uploads import Uploads
from echomind.words import here, t

TOPICS = (  # told to the model as they are
    t("family"),
    t("work"),
    t("school"),
    t("health"),
    t("food"),
    t("games"),
    t("sports"),
    t("entertainment"),
    t("finance"),
    t("technology"),
)
SESSION_S = 1_800  # how long a conversation stays in memory without a new turn
ASKED = ("status", "reply", "voice", "unheard", "times")  # what an answer about earlier turns changes


def build_talk(site: Site) -> None:
    """Lay the page out in the current Blocks, with the public endpoint ``/talk``."""
    settings = site.settings
    engine, uploads = Engine(settings), Uploads(Path(get_upload_folder()))
    turns = LiveTurns(engine, settings)
    script = (settings.assets_dir / "talk.js").read_text(encoding="utf-8")
    gr.HTML(talk_about.heading(), apply_default_css=False, js_on_load=None)
    if not model_is_here(settings):
        gr.HTML(talk_view.status(talk_session.NO_MODEL, error=True), apply_default_css=False, js_on_load=None)
    with gr.Row(elem_id="talk"):
        with gr.Column(elem_id="talk-speak"):
            ways = ways_to_speak(settings, turns)
            with gr.Row(elem_id="talk-progress"):
                status, stop = _html("status"), gr.Button(here(t("Stop")), size="sm", elem_id="talk-stop")
            topic, aloud, restart = _options()
        with gr.Column(elem_id="talk-answer"):
            shown, answer_again = _answer(script)
        with gr.Column(elem_id="talk-examples"):
            buttons = example_buttons(settings)
            gr.HTML(talk_about.promises(settings), apply_default_css=False, js_on_load=None)
            country = help_lines(settings)
    deeper, asks = more()
    shown |= deeper
    session, gate = gr.State(Session(), time_to_live=SESSION_S), gr.State(Turnstile(), delete_callback=Turnstile.stop)
    parts = Parts(
        ways.mic, topic, aloud, country, session, gate, {"status": status, **shown}, settings.turns_per_minute
    )
    _wire(parts, engine, uploads, answer_again, stop, restart, buttons)
    wire_ways(parts, ways, turns, engine)
    _wire_asks(parts, engine, asks)
    build_contrast(settings, engine, uploads, script, TURNS_AT_ONCE)
    build_side(settings, engine, session, topic, country)
    _publish(engine, uploads)


def _html(name: str, *, js: str | None = None) -> gr.HTML:
    """The component for one field of ``View``."""
    value = getattr(View(), name)
    return gr.HTML(value, apply_default_css=False, js_on_load=js, elem_id=f"talk-{name}", container=False)


def _title(words: str, level: str) -> None:
    gr.HTML(h("h2", words, class_=f"em-part {level}"), apply_default_css=False, js_on_load=None)


def _options() -> tuple[gr.Dropdown, gr.Checkbox, gr.Button]:
    with gr.Row(elem_id="talk-options"):
        topics = [(here(t("any topic")), ""), *((here(topic), str(topic)) for topic in TOPICS)]
        topic = gr.Dropdown(
            topics, value="", label=here(t("Topic")), show_label=False, min_width=120, elem_id="talk-topic"
        )
        aloud = gr.Checkbox(True, label=here(t("Say replies aloud")), min_width=150, elem_id="talk-aloud")
        restart = gr.Button(here(t("Start over")), size="sm", min_width=90, elem_id="talk-restart")
    return topic, aloud, restart


def _answer(script: str) -> tuple[dict[str, Any], gr.Button]:
    shown: dict[str, Any] = {}
    _title(t("Heard"), "em-understanding")
    with gr.Row(elem_id="talk-words"):
        shown["transcript"] = gr.Textbox(
            label=here(t("The words as they were recognised; correct them if they are wrong")),
            show_label=False,
            placeholder=here(t("What was said appears here. Correct it if it is wrong, then answer again.")),
            lines=1,
            max_lines=4,
            max_length=talk_session.MAX_CHARS,
            elem_id="talk-transcript",
        )
        answer_again = gr.Button(here(t("Answer again")), size="sm", elem_id="talk-again")
    shown["sound"] = _html("sound", js=script)
    _title(t("Felt"), "em-understanding")
    shown["felt"] = _html("felt", js=script)
    _title(t("Why"), "em-reasoning")
    shown["why"] = _html("why")
    _title(t("Replied"), "em-conversation_text")
    shown["reply"] = _html("reply")
    shown["voice"] = _html("voice", js=script)
    shown["unheard"] = _html("unheard")
    shown["times"] = _html("times")
    shown["earlier"] = _html("earlier")
    return shown, answer_again


def _wire(
    parts: Parts,
    engine: Engine,
    uploads: Uploads,
    answer_again: gr.Button,
    stop: gr.Button,
    restart: gr.Button,
    buttons: list[tuple[gr.Button, Example]],
) -> None:
    """Events; every one is private, so that only ``/talk`` is public.

    Gradio's own ``cancels`` leaves the stopped button dead in the browser, so turns are stopped by the turnstile.
    """

    def record(path: str, topic: str, aloud: bool, where: str, session: Session, gate: Turnstile) -> Iterator[Update]:
        session = replace(session, country=where)
        yield from parts.changes(gate, session, _from_file(engine, uploads, path, topic, aloud, session, recorded=True))

    def upload(path: str, topic: str, aloud: bool, where: str, session: Session, gate: Turnstile) -> Iterator[Update]:
        session = replace(session, country=where)
        yield from parts.changes(
            gate, session, _from_file(engine, uploads, path, topic, aloud, session, recorded=False)
        )

    def correct(words: str, topic: str, aloud: bool, where: str, session: Session, gate: Turnstile) -> Iterator[Update]:
        session = replace(session, country=where)
        yield from parts.changes(gate, session, talk_session.again(engine, words, topic, session, aloud=aloud))

    def play(clip: Example) -> Callable[[str, bool, str, Session, Turnstile], Iterator[Update]]:
        def run(topic: str, aloud: bool, where: str, session: Session, gate: Turnstile) -> Iterator[Update]:
            session = replace(session, country=where)
            yield from parts.changes(gate, session, talk_session.example(engine, clip, topic, session, aloud=aloud))

        return run

    shown, context, outputs, options = parts.shown, parts.context, parts.outputs, parts.options
    parts.mic.start_recording(engine.warm, js=HUSH, **AT_ONCE)
    parts.mic.stop_recording(record, [parts.mic, *context], outputs, **options)
    parts.mic.upload(upload, [parts.mic, *context], outputs, **options)
    answer_again.click(correct, [shown["transcript"], *context], outputs, **options)
    shown["transcript"].submit(correct, [shown["transcript"], *context], outputs, **options)
    for button, clip in buttons:
        button.click(None, js="() => dispatchEvent(new Event('em-stop'))", **PRIVATE)
        button.click(play(clip), context, outputs, **options)
    stop.click(lambda gate: _stopped(parts, gate), parts.gate, shown["status"], **AT_ONCE)
    restart.click(lambda gate: _fresh(parts, gate), parts.gate, outputs, **AT_ONCE)
    for button in (stop, restart):
        button.click(None, js=HUSH, **PRIVATE)


def _wire_asks(parts: Parts, engine: Engine, asks: list[tuple[gr.Button, Asked]]) -> None:
    """Questions about the speaker's own feelings change the reply and its voice, nothing else."""

    def answer(question: Asked) -> Callable[[bool, Session, Turnstile], Iterator[Update]]:
        def run(aloud: bool, session: Session, gate: Turnstile) -> Iterator[Update]:
            for view, _ in gate.pass_through(ask(question, session, aloud=aloud, say=engine.voice)):
                yield {parts.shown[name]: getattr(view, name) for name in ASKED}
            yield {part: value for part, value in last_step(gate).items() if part in outputs} or gr.skip()

        return run

    outputs = [parts.shown[name] for name in ASKED]
    for button, question in asks:
        inputs = [parts.aloud, parts.session, parts.gate]
        button.click(None, js=HUSH, api_visibility="private")
        button.click(answer(question), inputs, outputs, api_visibility="private", show_progress="hidden")


def _from_file(
    engine: Engine, uploads: Uploads, path: str, topic: str, aloud: bool, session: Session, *, recorded: bool
) -> Steps:
    """A turn for an uploaded file, which is off the disk before it is decoded."""
    name = here(t("your recording")) if recorded else Path(path or "clip").name
    return talk_session.new_clip(
        engine, lambda: load_clip(uploads.take(path, shared=not recorded), name=name), topic, session, aloud=aloud
    )


def _stopped(parts: Parts, gate: Turnstile) -> Update:
    gate.stop({parts.shown["status"]: talk_view.status(t("Stopped."))})
    return gate.last_word


def _fresh(parts: Parts, gate: Turnstile) -> Update:
    shown = {parts.shown[name]: getattr(View(), name) for name in VIEW}
    gate.stop(shown | {parts.session: Session(), parts.mic: None})
    return gate.last_word


def _publish(engine: Engine, uploads: Uploads) -> None:
    """``/talk`` for programs: an audio file in, the documented JSON out."""
    clip = gr.Audio(type="filepath", visible=False, label="clip")
    topic = gr.Textbox("", visible=False, label="topic")
    history = Api([], python_type_to_json_schema(list[EarlierTurn]), "history")
    answer = Api(None, python_type_to_json_schema(TalkAnswer), "answer")
    gr.Button(visible=False).click(
        spoken(talk_endpoint(engine, uploads)),
        [clip, topic, history],
        answer,
        api_name="talk",
        show_progress="hidden",
        concurrency_limit=TURNS_AT_ONCE,
        concurrency_id="talk",
    )
