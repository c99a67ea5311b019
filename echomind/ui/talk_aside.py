"""What stands beside the microphone on the Talk page: examples to try, and whose help lines to give. Layout only."""

from __future__ import annotations

import gradio as gr

from echomind.settings import Settings
from echomind.talk.examples import Example, by_script, read_examples
from echomind.talk.help_lines import choices, country_of
from echomind.ui import talk_about
from echomind.ui.markup import h
from echomind.ui.talk_words import delivery_words
from echomind.words import here, t


def example_buttons(settings: Settings) -> list[tuple[gr.Button, Example]]:
    """One button a clip, those with the same words in a row under their sentence."""
    buttons: list[tuple[gr.Button, Example]] = []
    groups = by_script(read_examples(settings.assets_dir / "examples"))
    if groups:
        gr.HTML(talk_about.examples_heading(), apply_default_css=False, js_on_load=None)
    for group in groups:
        with gr.Group(elem_classes="em-example"):
            gr.HTML(h("p", h("bdi", f"“{group[0].transcript}”", lang="en")), apply_default_css=False, js_on_load=None)
            with gr.Row(elem_classes="em-example-row"):
                for example in group:
                    name = here(delivery_words(example.delivery))
                    buttons.append(
                        (gr.Button(name, size="sm", min_width=80, elem_classes="em-example-button"), example)
                    )
    return buttons


def help_lines(settings: Settings) -> gr.Dropdown:
    """Whose help lines to give, should someone sound in danger; the server's default must be a known one."""
    country_of(settings.help_country)
    names = [(here(t("Help lines: {name}", name=name)), country) for name, country in choices()]
    return gr.Dropdown(
        names,
        value=settings.help_country,
        label=here(t("Help lines of which country")),
        show_label=False,
        elem_id="talk-country",
    )
