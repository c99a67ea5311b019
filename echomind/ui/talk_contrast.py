"""The section "Same words, different voice" of the Talk page. Layout and wiring only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import gradio as gr

from echomind.audio import Clip, load_clip
from echomind.benchmark.load import MINI, load_set
from echomind.settings import Settings
from echomind.talk.contrast_material import Material, of_examples, of_set
from echomind.talk.engine import Engine
from echomind.ui.markup import h, together
from echomind.ui.page import current_page
from echomind.ui.talk_about import cannot_record
from echomind.ui.talk_contrast_steps import SLOTS, Mine, compare_mine, compare_ready, take
from echomind.ui.talk_parts import last_step
from echomind.ui.talk_turnstile import Turnstile
from echomind.ui.talk_words import delivery_words
from echomind.ui.uploads import Uploads
from echomind.words import here, joined, t

KEEP_S = 1_800  # how long a visitor's own deliveries stay in memory
LONGEST_S = 20.0  # one sentence; three of them wait in memory
HEADING = t("Same words, different voice")
ABOUT = t(
    "Does the model hear how something is said, or only what? The same words, three voices, no conversation around "
    "them: whatever differs below comes from the voice."
)


def examples(assets: Path) -> dict[str, Material]:
    """The example clips as scripts to choose from, by what the list calls them."""
    return {_named(script): script for script in of_examples(assets / "examples")}


@lru_cache(maxsize=4)
def material(assets: Path) -> dict[str, Material]:
    """All scripts to choose from: the examples, then EchoMind-Mini where it is installed. Takes a second."""
    found = examples(assets)
    if (assets / MINI).is_dir():
        found |= {_named(script): script for script in of_set(load_set(str(assets / MINI)))}
    return found


def _named(script: Material) -> str:
    manners = joined(" / ", [delivery_words(recording.cue) for recording in script.recordings[1:]])
    return t("{words} ({manners})", words=script.words, manners=manners)


def _choices(names: Iterable[str]) -> list[tuple[str, str]]:
    """The list in the language of whoever reads it; what is chosen is the same in all."""
    return [(here(name), str(name)) for name in names]


def build_contrast(settings: Settings, engine: Engine, uploads: Uploads, script: str, turns_at_once: int) -> None:
    """Lay the section out in the current Blocks. ``script``: the page's own, which plays sounds."""
    assets = settings.assets_dir
    known = list(examples(assets))
    there = bool(known) or (assets / MINI).is_dir()
    title = h("h2", HEADING, h("small", ABOUT), class_="em-part em-contrast-title")
    with gr.Column(elem_id="talk-contrast"):
        gr.HTML(title, apply_default_css=False, js_on_load=None)
        with gr.Tabs():
            if there:
                with gr.Tab(here(t("Ready clips"))):
                    chosen, go = _ready(known)
                    shown = _result("ready", script)
            with gr.Tab(here(t("Your own voice"))):
                state, go_mine = _own(uploads, script)
                shown_mine = _result("mine", script)
    gate = gr.State(Turnstile())
    options: dict[str, Any] = {
        "api_visibility": "private",
        "show_progress": "hidden",
        "concurrency_limit": turns_at_once,
        "concurrency_id": "talk",
        "trigger_mode": "multiple",
    }

    def ready(name: str, gate: Turnstile) -> Iterator[tuple[Any, Any]]:
        yield from gate.pass_through(compare_ready(engine, material(assets)[name]))
        yield last_step(gate)

    def own(mine: Mine, gate: Turnstile) -> Iterator[tuple[Any, Any]]:
        yield from gate.pass_through(compare_mine(engine, mine))
        yield last_step(gate)

    def offer() -> gr.Dropdown:
        names = list(material(assets))
        first = next(iter(names), None)
        return gr.Dropdown(_choices(names)) if known else gr.Dropdown(_choices(names), value=first and str(first))

    if there:
        go.click(ready, [chosen, gate], shown, **options)
        current_page().load(offer, None, chosen, api_visibility="private", show_progress="hidden")
    go_mine.click(own, [state, gate], shown_mine, **options)


def _html(name: str, script: str | None = None) -> gr.HTML:
    return gr.HTML("", apply_default_css=False, js_on_load=script, elem_id=f"talk-{name}", container=False)


def _result(name: str, script: str) -> list[gr.HTML]:
    """The line that says what goes on, and the comparison."""
    return [_html(f"contrast-{name}-status"), _html(f"contrast-{name}", script)]


def _ready(names: list[str]) -> tuple[gr.Dropdown, gr.Button]:
    with gr.Row(elem_classes="em-contrast-choice"):
        first = next(iter(names), None)
        label = here(t("Sentence (target / alternative)"))
        chosen = gr.Dropdown(_choices(names), value=first and str(first), label=label, elem_id="contrast-script")
        go = gr.Button(here(t("Compare the three")), elem_id="contrast-go", min_width=170)
    return chosen, go


def _own(uploads: Uploads, script: str) -> tuple[gr.State, gr.Button]:
    state = gr.State(Mine(), time_to_live=KEEP_S)
    gr.HTML(
        together(
            h(
                "p",
                t(
                    "Say one sentence plainly, then the same words in other voices: tired, delighted, whispering. "
                    "Each may last up to {s:g} s.",
                    s=LONGEST_S,
                ),
            ),
            h("p", cannot_record(), class_="em-no-recorder"),
        ),
        apply_default_css=False,
        js_on_load=None,
    )
    with gr.Row(elem_id="contrast-own"):
        for place, name in enumerate(SLOTS):
            with gr.Column(min_width=220):
                audio = gr.Audio(
                    sources=["microphone", "upload"],
                    type="filepath",
                    label=here(name).capitalize(),
                    editable=False,
                    buttons=[],
                    elem_id=f"contrast-mic-{place}",
                    elem_classes="em-contrast-mic",
                )
                line = _html(f"contrast-slot-{place}", script)
            for event, shared in ((audio.stop_recording, False), (audio.upload, True)):
                event(
                    _taking(uploads, place, shared=shared),
                    [audio, state],
                    [state, line, audio],
                    api_visibility="private",
                    show_progress="hidden",
                )
    go = gr.Button(here(t("Compare mine")), elem_id="contrast-go-mine")
    return state, go


def _sentence(data: bytes, name: str) -> Clip:
    return load_clip(data, max_seconds=LONGEST_S, name=name)


def _taking(uploads: Uploads, place: int, *, shared: bool) -> Callable[[str, Mine], tuple[Mine, Any, None]]:
    def run(path: str, mine: Mine) -> tuple[Mine, Any, None]:
        name = Path(path or "clip").name if shared else here(t("your recording"))
        return *take(mine, place, lambda: _sentence(uploads.take(path, shared=shared), name)), None

    return run
