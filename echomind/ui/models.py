"""The Models page: everything about one model, or two to four beside each other. The address says which."""

from __future__ import annotations

from typing import Any

import gradio as gr

from echomind.errors import ResultsError
from echomind.leaderboard.known_items import KnownItems
from echomind.leaderboard.model_choice import MOST, Choice, choice_of_key, read_address
from echomind.ui.faults import notice, spoken
from echomind.ui.markup import h
from echomind.ui.models_show import Known, Parts, Shown, show, show_parts
from echomind.ui.page import Arrival, current_page
from echomind.ui.site import Site
from echomind.words import here, t

# One listener for links within the page, for copying and for saving; and the address follows what is shown. Copying
# without the clipboard's permission, as inside a frame, goes through a selection.
SCRIPT = """
const words = (name) => document.getElementById(name).textContent;
const copied = async (button, text) => {
  let done = true;
  try { await navigator.clipboard.writeText(text); }
  catch {
    const box = document.createElement('textarea');
    box.value = text; document.body.append(box); box.select();
    done = document.execCommand('copy'); box.remove();
  }
  if (button.timer) clearTimeout(button.timer); else button.before = button.textContent;
  const said = done ? 'Copied' : 'Not copied: select the text';
  button.textContent = window.emWords?.[said] ?? said;
  button.timer = setTimeout(() => { button.textContent = button.before; button.timer = 0; }, 2000);
};
const saved = (button) => {
  const address = URL.createObjectURL(new Blob([words(button.dataset.download)], {type: 'text/plain;charset=utf-8'}));
  const anchor = Object.assign(document.createElement('a'), {href: address, download: button.dataset.file});
  anchor.click(); setTimeout(() => URL.revokeObjectURL(address), 1000);
};
element.addEventListener('click', (event) => {
  const chosen = event.target.closest('a[data-model]');
  if (chosen && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault(); trigger('select', {model: chosen.dataset.model}); window.scrollTo(0, 0); return;
  }
  const button = event.target.closest('button');
  if (button?.dataset.copy) copied(button, words(button.dataset.copy));
  else if (button?.dataset.copyLink !== undefined && button) copied(button, location.href);
  else if (button?.dataset.download) saved(button);
});
watch('value', () => {
  const query = element.querySelector('[data-query]')?.dataset.query;
  if (query === undefined) return;
  const kept = new URLSearchParams(location.search);
  ['model', 'board', 'compare', 'language'].forEach((name) => kept.delete(name));
  const all = [query.slice(1), kept.toString()].filter(Boolean).join('&');
  history.replaceState(history.state, '', location.pathname + (all ? '?' + all : ''));
});
"""
ADDRESS = "(...inputs) => [...inputs.slice(0, -1), window.location.search]"


def asked_model(event: gr.EventData) -> str:
    """The record that a link names, as ``board/slug``; empty when the event did not come from one."""
    data = event._data
    return str(data.get("model", "")) if isinstance(data, dict) else ""


def open_key(key: str | None, known: Known) -> Shown:
    """The page of the record ``board/slug``; the first screen without one."""
    return show(choice_of_key(key or ""), known)


def open_address(query: str, known: Known) -> Shown:
    """The page that an address asks for, with a line about what of it is not there."""
    choice, note = read_address(query, known.results)
    return show(choice, known, note)


def compared(choice: Choice, others: list[str] | None, known: Known) -> Shown:
    """The model in front beside the ``others`` of its board, as many as can be compared."""
    slugs = tuple(dict.fromkeys((*choice.slugs[:1], *(others or ()))))
    return show(Choice(choice.board, slugs[:MOST], choice.language), known)


def in_language(choice: Choice, language: str, known: Known) -> Shown:
    """The same in another language of the board."""
    return show(Choice(choice.board, choice.slugs, language), known)


def _words(name: str, class_: str | None = None) -> gr.HTML:
    return gr.HTML("", apply_default_css=False, js_on_load=None, elem_id=name, elem_classes=class_)


def _slot(name: str) -> list[Any]:
    with gr.Row(visible=False, elem_classes="em-picture") as row:
        with gr.Column(scale=1, min_width=300):
            words = _words(f"em-{name}-words")
        with gr.Column(scale=1, min_width=320):
            plot = gr.Plot(show_label=False, container=False, elem_id=f"em-{name}", elem_classes="em-figure")
    return [row, words, plot]


def _parts() -> Parts:
    with gr.Column(visible=False) as column:
        with gr.Row(elem_classes="em-controls"):
            axis = gr.Radio([], label=here(t("Part by part")), min_width=220)
            metric = gr.Dropdown([], label=here(t("Score")), min_width=220)
        with gr.Row(elem_classes="em-picture"):
            with gr.Column(scale=1, min_width=300):
                words = _words("em-parts-words")
            with gr.Column(scale=1, min_width=320):
                plot = gr.Plot(show_label=False, container=False, elem_id="em-parts", elem_classes="em-figure")
    return Parts(column, axis, metric, words, plot)  # type: ignore[arg-type]


def build_models(site: Site) -> None:
    """Lay the page out in the current Blocks."""
    known = Known(site.results, KnownItems(lambda: site.results.results_dir, site.results.store))
    title = h(
        "div",
        h("h1", t("Models")),
        h("p", t("Everything known about one model. Choose one; then set up to three others of its board beside it.")),
        class_="em-title",
    )
    gr.HTML(title, apply_default_css=False, js_on_load=None)
    try:
        first = show(Choice(), known)
    except ResultsError as error:
        gr.HTML(notice(error), apply_default_css=False, js_on_load=None)
        return
    with gr.Row(elem_classes="em-controls"):
        model = gr.Dropdown(first.model["choices"], value=None, label=here(t("Model")), info=None, min_width=260)
        others = gr.Dropdown(
            [],
            value=[],
            multiselect=True,
            max_choices=MOST - 1,
            label=here(t("Compare with (up to {n})", n=MOST - 1)),
            visible=False,
            min_width=260,
        )
        language = gr.Radio([], label=here(t("Language")), visible=False, min_width=150)
    page = gr.HTML(first.head, apply_default_css=False, js_on_load=SCRIPT, elem_id="em-model")
    radar = _slot("radar")
    scores = _words("em-scores")
    differ = _slot("differ")
    parts = _parts()
    people = _slot("people")
    along = gr.HTML("", apply_default_css=False, js_on_load=SCRIPT, elem_id="em-along")
    choice, arrival = gr.State(first.choice), gr.State(Arrival())
    shown = [choice, model, others, language, page, *radar, scores, *differ, *parts, *people, along]
    quiet: dict[str, Any] = {
        "api_visibility": "private",
        "show_progress": "hidden",
        "concurrency_limit": None,
        "trigger_mode": "always_last",
    }
    whole = quiet | {"outputs": shown}

    same = (gr.skip(),) * len(shown)

    def pick(arrived: Arrival, c: Choice, key: str | None) -> Any:
        # ``change`` comes once, for a choice by hand or by key; also where the page sets it, which is left alone.
        asked = choice_of_key(key or "")
        if asked.key == c.key:
            return same
        arrived.over()
        return show(asked, known)

    def follow(arrived: Arrival, event: gr.EventData) -> Shown:
        arrived.over()
        return open_key(asked_model(event), known)

    def compare(c: Choice, slugs: list[str]) -> Shown:
        return compared(c, slugs, known)

    def pick_language(c: Choice, code: str) -> Shown:
        return in_language(c, code, known)

    def pick_part(c: Choice, axis: str, metric: str) -> Parts:
        return show_parts(c, known, axis, metric)

    def arrive(arrived: Arrival, query: str) -> Any:
        return arrived.unless_over(lambda: open_address(query, known), same)

    model.change(spoken(pick), [arrival, choice, model], **whole)
    page.select(spoken(follow), [arrival], **whole)
    others.input(spoken(compare), [choice, others], **whole)
    language.input(spoken(pick_language), [choice, language], **whole)
    for control in (parts.axis, parts.metric):
        control.input(spoken(pick_part), [choice, parts.axis, parts.metric], outputs=list(parts), **quiet)
    address = gr.Textbox("", visible=False)
    current_page().load(spoken(arrive), [arrival, address], js=ADDRESS, **whole)
