"""The look: one theme, one style sheet, one colour a level. Nothing is fetched from elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import gradio as gr

from echomind.leaderboard.colours import COLOURS, PAGE_DARK, PAGE_LIGHT

# Of the fonts gradio ships only some files hold Latin letters: of these families the regular and the bold do, the
# semi-bold does not. A weight that is not declared falls to the nearest declared one, so only these two are.
_WEIGHTS = (400, 700)
_TEXT = gr.themes.LocalFont("Source Sans Pro", _WEIGHTS)
_HEADINGS = gr.themes.LocalFont("Quicksand", _WEIGHTS)
_MONO = gr.themes.LocalFont("IBM Plex Mono", _WEIGHTS)

_CHINESE = ("PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei")  # of the visitor's own system: nothing is fetched

_DESCRIPTION = '<meta name="description" content="How well do spoken language models hear how something is said?">'


def theme() -> gr.themes.Base:
    """Warm white or near-black pages, stone greys, ink buttons; levels bring the only colours."""
    ink, paper = "#2f2a25", "#f4efe8"
    return gr.themes.Base(
        primary_hue=gr.themes.colors.stone,
        secondary_hue=gr.themes.colors.stone,
        neutral_hue=gr.themes.colors.stone,
        font=(_TEXT, _HEADINGS, "system-ui", *_CHINESE, "sans-serif"),
        font_mono=(_MONO, "ui-monospace", "monospace"),
        radius_size=gr.themes.sizes.radius_lg,
    ).set(
        body_background_fill=PAGE_LIGHT,
        body_background_fill_dark=PAGE_DARK,
        body_text_color=ink,
        body_text_color_dark=paper,
        body_text_color_subdued="#6b645a",
        body_text_color_subdued_dark="#b3aa9d",
        background_fill_primary=PAGE_LIGHT,
        background_fill_primary_dark=PAGE_DARK,
        background_fill_secondary="#f7f3ec",
        background_fill_secondary_dark="#23201d",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        border_color_primary="#e4ddd2",
        border_color_primary_dark="#3a352f",
        input_background_fill="#ffffff",
        input_background_fill_dark="#23201d",
        input_border_width="1px",
        input_border_color="#cfc6b8",
        input_border_color_dark="#544d44",
        input_placeholder_color="#6f685e",
        input_placeholder_color_dark="#a69d90",
        block_label_text_color="#6b645a",
        block_label_text_color_dark="#b3aa9d",
        button_primary_background_fill=ink,
        button_primary_background_fill_hover="#4a433b",
        button_primary_text_color="#fffdfa",
        button_primary_background_fill_dark=paper,
        button_primary_background_fill_hover_dark="#ffffff",
        button_primary_text_color_dark="#181715",
        button_secondary_background_fill=PAGE_LIGHT,
        button_secondary_background_fill_dark=PAGE_DARK,
        button_secondary_background_fill_hover="#f7f3ec",
        button_secondary_background_fill_hover_dark="#23201d",
        button_secondary_text_color=ink,
        button_secondary_text_color_dark=paper,
        button_secondary_border_color="#8f8574",
        button_secondary_border_color_dark="#857c6e",
        button_secondary_border_color_hover="#6b645a",
        button_secondary_border_color_hover_dark="#b3aa9d",
        button_border_width="1px",
        checkbox_border_color="#8f8574",
        checkbox_border_color_dark="#857c6e",
        checkbox_label_background_fill=PAGE_LIGHT,
        checkbox_label_background_fill_dark=PAGE_DARK,
        checkbox_label_background_fill_hover="#f7f3ec",
        checkbox_label_background_fill_hover_dark="#23201d",
        checkbox_label_background_fill_selected="#f7f3ec",
        checkbox_label_background_fill_selected_dark="#23201d",
        checkbox_label_border_width="1px",
        checkbox_label_border_color="#cfc6b8",
        checkbox_label_border_color_dark="#544d44",
        checkbox_label_border_color_selected="#6b645a",
        checkbox_label_border_color_selected_dark="#b3aa9d",
        link_text_color="#1b6aa8",
        link_text_color_dark="#7cc0f2",
        link_text_color_hover="#124c79",
        link_text_color_hover_dark="#a9d7f8",
        link_text_color_visited="#1b6aa8",
        link_text_color_visited_dark="#7cc0f2",
    )


def _variables() -> str:
    """The level colours as CSS variables: ``--em-understanding`` for text, ``--em-understanding-mark`` for marks."""

    def block(selector: str, scheme: str) -> str:
        lines = [f"--em-{group}: {getattr(shades, scheme)};" for group, shades in COLOURS.items()]
        lines += [f"--em-{group}-mark: {shades.figure};" for group, shades in COLOURS.items()]
        return f"{selector} {{ {' '.join(lines)} }}"

    return f"{block(':root', 'light')}\n{block('.dark', 'dark')}"


def stylesheet(assets_dir: Path) -> str:
    """The style sheets of ``assets_dir`` (``*.css``, by name) behind the level colours, as one text."""
    sheets = [path.read_text(encoding="utf-8") for path in sorted(assets_dir.glob("*.css"))]
    return "\n".join([_variables(), *sheets])


def head(assets_dir: Path) -> str:
    """What gradio puts into the head of every page: a description, and style and script of the frame around the pages.

    Style sheets among the others have their media queries confined to the content, so those of the frame stand here.
    """
    frame = assets_dir / "frame"
    style, script = ((frame / name).read_text(encoding="utf-8") for name in ("frame.css", "frame.js"))
    return f"{_DESCRIPTION}<style>{style}</style><script>{script}{_plot_ahead()}</script>"


def _plot_ahead() -> str:
    """Lets the browser fetch and compile Plotly beside gradio on the page that begins with a plot, not after it.

    Empty where this version of gradio keeps Plotly elsewhere: then the plot comes later.
    """
    found = list(Path(gr.__file__).parent.glob("templates/frontend/assets/PlotlyPlot-*.js"))
    if len(found) != 1:
        return ""
    link = json.dumps({"rel": "modulepreload", "href": f"./assets/{found[0].name}"})
    return (
        "\nif (/\\/correlations\\/?$/.test(location.pathname))"
        f" document.head.append(Object.assign(document.createElement('link'), {link}));\n"
    )
