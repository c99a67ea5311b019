"""The same board as a capable user of gradio writes it: ``gr.Dataframe``, a search box, filters, ``gr.Plot``.

``python -m bench.board_plain`` serves it on ``ECHOMIND_PORT``, with a page for the table and one for the plot. It has
what ``gr.Dataframe`` brings: the head sorts in the browser, rows are drawn as one scrolls. It knows no intervals, no
ranks and no links. The measurements of the pages set EchoMind's pages against it.
"""

from __future__ import annotations

import os
from typing import Any

import gradio as gr
import numpy as np
import pandas as pd
from plotly import express
from scipy import stats

from bench.made_board import plain_frame

ABOUT = 4  # columns before the metrics
PRESETS = {"All columns": slice(None), "Understanding": slice(0, 4), "Conversation": slice(4, 18)}


def narrowed(frame: pd.DataFrame, text: str, weights: list[str], preset: str) -> pd.DataFrame:
    """The rows with ``text`` in the name of model or organisation, of these ``weights``; the columns of ``preset``."""
    shown = frame
    if text:
        names = shown["Model"] + " " + shown["Organisation"]
        shown = shown[names.str.contains(text, case=False, regex=False)]
    if weights:
        shown = shown[shown["Weights"].isin(weights)]
    return shown[[*frame.columns[:ABOUT], *frame.columns[ABOUT:][PRESETS[preset]]]]


def plotted(frame: pd.DataFrame, x: str, y: str, colour: str) -> tuple[Any, str, pd.DataFrame]:
    """The points with a straight line, the coefficients in a line of text, and the points as a table."""
    points = frame.dropna(subset=[x, y])
    figure = express.scatter(points, x=x, y=y, color=colour, hover_name="Model", title=f"{x} and {y}")
    slope, start = np.polyfit(points[x], points[y], 1)
    ends = np.array([points[x].min(), points[x].max()])
    figure.add_scatter(x=ends, y=start + slope * ends, mode="lines", name="line")
    rank, line = stats.spearmanr(points[x], points[y]), stats.pearsonr(points[x], points[y])
    words = f"{len(points)} models. Spearman {rank.statistic:.2f} (p {rank.pvalue:.2g}), Pearson {line.statistic:.2f}"
    return figure, words, points[["Model", x, y, "Size (B)", "Weights"]]


def build(frame: pd.DataFrame) -> gr.Blocks:
    """Both pages."""
    metrics = list(frame.columns[ABOUT:])
    first = (metrics[2], metrics[7], "Weights")
    figure, words, points = plotted(frame, *first)
    with gr.Blocks(analytics_enabled=False, title="Plain board") as demo:
        gr.Markdown("# Plain board")
    with demo.route("Leaderboard"):
        with gr.Row():
            search = gr.Textbox(label="Find a model")
            weights = gr.CheckboxGroup(["open", "closed"], label="Weights")
            preset = gr.Radio(list(PRESETS), value="All columns", label="Columns")
        table = gr.Dataframe(frame, interactive=False, pinned_columns=1, max_height=700, elem_id="plain-table")

        def narrow(text: str, chosen: list[str], columns: str) -> pd.DataFrame:
            return narrowed(frame, text, chosen, columns)

        asked = [search, weights, preset]
        for control in asked:
            control.change(
                narrow, asked, table, show_progress="hidden", trigger_mode="always_last", concurrency_limit=None
            )
    with demo.route("Correlations"):
        with gr.Row():
            x = gr.Dropdown(metrics, value=first[0], label="Across (x)")
            y = gr.Dropdown(metrics, value=first[1], label="Upward (y)")
            colour = gr.Dropdown(["Weights", "Organisation"], value=first[2], label="Marks")
        plot, said = gr.Plot(figure, elem_id="plain-plot"), gr.Markdown(words, elem_id="plain-words")
        rows = gr.Dataframe(points, interactive=False, elem_id="plain-points")

        def draw(across: str, upward: str, by: str) -> tuple[Any, str, pd.DataFrame]:
            return plotted(frame, across, upward, by)

        axes = [x, y, colour]
        for control in axes:
            control.input(
                draw,
                axes,
                [plot, said, rows],
                show_progress="hidden",
                trigger_mode="always_last",
                concurrency_limit=None,
            )
    return demo


def main() -> None:
    """Serve until stopped."""
    demo = build(plain_frame())
    demo.launch(server_name="127.0.0.1", server_port=int(os.environ["ECHOMIND_PORT"]), quiet=True, ssr_mode=False)


if __name__ == "__main__":
    main()
