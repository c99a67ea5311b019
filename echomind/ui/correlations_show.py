"""What the Correlations page shows for a pair of axes: the values of all its components. Pure but for the results."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import gradio as gr
from markupsafe import Markup

from echomind.errors import EchoMindError, ResultsError
from echomind.leaderboard.boards import Board, get_board
from echomind.leaderboard.comparison import Comparison, compare
from echomind.leaderboard.exports import FORMATS
from echomind.leaderboard.figures import Width
from echomind.leaderboard.known_items import KnownItems
from echomind.leaderboard.known_pairs import KNOWN_PAIRS, PAPER_BOARD, finding
from echomind.leaderboard.metrics import LANGUAGES
from echomind.leaderboard.points import csv_name, points_csv
from echomind.leaderboard.results import Results
from echomind.leaderboard.scatter import scatter
from echomind.leaderboard.within_board import Known, known_rows, links_there, may_be_known, within_board
from echomind.leaderboard.within_figure import beside, overview_figure, scripts_figure
from echomind.ui.correlations_axes import Axes, axis_choices
from echomind.ui.live import SHARED_S, to_save
from echomind.ui.markup import h
from echomind.ui.matrix_view import matrix_table
from echomind.ui.reading import below, verdict
from echomind.ui.within_view import NOTHING, pair_title, within_words
from echomind.words import here, t

Drawn = tuple[Axes, str, int]  # what a plot shows: the axes, for which width, and the version of the results
ALL = "all"  # models, in place of one of them


class Reading(NamedTuple):
    """What is read and seen of a pair of axes, and what of the page follows from new rows too."""

    plot: Any
    words: str
    take: str
    below: str
    drawn: Drawn


class Shown(NamedTuple):
    """The components of the page that follow from the axes, in the order of the outputs."""

    axes: Axes
    language: Any
    x: Any
    y: Any
    plot: Any
    words: str
    take: str
    below: str
    drawn: Drawn
    board: str
    colour: str
    presets: str


READING = slice(4, 4 + len(Reading._fields))  # the part of ``Shown`` that is a ``Reading``


def comparison(axes: Axes, results: Results) -> Comparison:
    """The comparison of the two axes over the board's current records."""
    return compare(get_board(axes.board), results.board(axes.board), axes.x, axes.y)


def width_of(told: str) -> Width:
    """What a browser says of its width; wide for anything unknown."""
    return cast(Width, told if told in ("wide", "narrow") else "wide")


def presets_row(axes: Axes) -> Markup:
    """The presets as buttons, with a word on where each lot comes from; the one that is shown is pressed."""
    lots = ((t("The paper’s Figure 2"), PAPER_BOARD), (t("HumDial’s empathy"), "humdial"))
    return h(
        "div",
        [
            h(
                "p",
                h("span", name, t(": ")),
                [
                    h(
                        "button",
                        preset.title,
                        type="button",
                        data_preset=preset.id,
                        aria_pressed="true" if axes.preset == preset else "false",
                    )
                    for preset in KNOWN_PAIRS
                    if preset.board == board
                ],
            )
            for name, board in lots
        ],
        class_="em-presets",
        role="group",
        aria_label=t("Known pairs"),
    )


def take_row(found: Comparison, axes: Axes, version: int) -> Markup:
    """What can be taken along: the plot as a picture, its points as a file, the view as a link.

    It also says what is shown, the board and the ``version`` of its rows: what follows from these changes with it.
    """
    name = csv_name(found).removesuffix(".csv")
    return h(
        "div",
        picture_buttons("em-plot", name),
        h("button", t("Points as CSV"), type="button", data_download="csv", class_="em-take"),
        h("button", t("Copy link"), type="button", data_copy_link=True, class_="em-take"),
        h("span", role="status", class_="em-said"),
        data_query=axes.query(),
        data_board=axes.board,
        data_version=version,
        class_="em-takes",
    )


def picture_buttons(plot: str, name: str) -> list[Markup]:
    """Buttons that save the plot in the element ``plot`` as a picture, made by the browser."""
    return [
        h("button", kind.upper(), type="button", data_picture=kind, data_plot=plot, data_file=name, class_="em-take")
        for kind in ("png", "svg")
    ]


def read(axes: Axes, width: str, results: Results, note: str = "") -> Reading:
    """Plot, words, tables and what they show, of the rows there are now. ``note`` is about the address."""
    look = results.look(axes.board, at_most_s=SHARED_S)
    found = compare(get_board(axes.board), look.records, axes.x, axes.y)
    known_for = finding(axes.preset, look.records) if axes.preset else ""
    return Reading(
        scatter(found, width_of(width), axes.colour),
        str(verdict(found, look.submissions_missing, known_for, note)),
        str(take_row(found, axes, look.version)),
        str(below(found)),
        (axes, width, look.version),
    )


def show(axes: Axes, width: str, results: Results, note: str = "", before: Axes | None = None) -> Shown:
    """The axes and everything on the page that follows from them; of ``before``, the lists that stay are not sent."""
    board = get_board(axes.board)
    language: Any = gr.skip()
    x: Any = axes.x
    y: Any = axes.y
    if before is None or (before.board, before.language) != (axes.board, axes.language):
        choices = axis_choices(board, axes.language)
        languages = [(here(LANGUAGES[code]), code) for code in board.languages]
        language = gr.Radio(choices=languages, value=axes.language or None, visible=bool(languages))
        x, y = (gr.Dropdown(choices=choices, value=value) for value in (axes.x, axes.y))
    return Shown(
        axes,
        language,
        x,
        y,
        *read(axes, width, results, note),
        axes.board,
        axes.colour,
        str(presets_row(axes)),
    )


def unchanged(axes: Axes, drawn: Drawn) -> Shown:
    """A page that stays as it is: nothing is sent but what it shows."""
    nothing = Shown(*(gr.skip(),) * len(Shown._fields))
    return nothing._replace(axes=axes, drawn=drawn)


def news(axes: Axes, drawn: Drawn | None, width: str, results: Results) -> tuple[Any, ...]:
    """Plot, words, tables and what they show, where that is not what is ``drawn`` any more; else nothing changes.

    Without ``drawn`` nobody has drawn anything yet, or this process does not know the page: its axes are not known.
    While the results cannot be read, the page stays as it is.
    """
    nothing = (gr.skip(),) * len(Reading._fields)
    if drawn is None:
        return nothing
    try:
        version = results.look(axes.board, at_most_s=SHARED_S).version
        return nothing if (axes, width, version) == drawn else read(axes, width, results)
    except ResultsError:
        return nothing


def every_point(axes: Axes, results: Results) -> str:
    """What stands below the plot, with all of its points in the table."""
    return str(below(compare(get_board(axes.board), results.board(axes.board), axes.x, axes.y), whole=True))


def points_file(axes: Axes, kind: str, results: Results) -> str:
    """The points as a file, see ``to_save``. Raises ``EchoMindError`` for another kind."""
    if kind != "csv":
        raise EchoMindError(f"found the kind of file {kind!r}, expected csv")
    records = results.board(axes.board)
    found = compare(get_board(axes.board), records, axes.x, axes.y)
    left_out = {out.slug: records[out.slug] for out in found.left_out}
    return to_save(csv_name(found), FORMATS["csv"], points_csv(found, left_out).encode())


def matrix(axes: Axes, results: Results, opened: bool) -> str:
    """All pairs, where that part of the page is ``opened``; it costs nothing before."""
    return str(matrix_table(axes, results)) if opened else ""


class Within(NamedTuple):
    """The components of the part about single scripts, in the order of the outputs."""

    link: Any
    model: Any
    plot: Any
    words: Any
    take: Any


def within_part(axes: Axes, link: str, model: str, width: str, results: Results, items: KnownItems) -> Within:
    """The link ``"x,y"`` inside one model (by slug) or all; the first that there is where they are not there."""
    board = get_board(axes.board)
    rows, left_out = known_rows(board, results.board(axes.board), items)
    pairs = links_there(rows, (axes.x, axes.y))
    if not pairs:
        return _no_scripts(board)
    pair = next((pair for pair in pairs if ",".join(pair) == link), pairs[0])
    found = within_board(rows, left_out, *pair)
    chosen = found.of(model)
    figure = (
        overview_figure(beside([(one, row.floor) for row, one in found.models], found.pooled), width_of(width))
        if chosen is None
        else scripts_figure(chosen, width_of(width))
    )
    slug = model if chosen is not None else ALL
    name = f"{board.id}-within-{slug}-{'-'.join(pair)}"
    return Within(
        gr.Dropdown(choices=[(here(pair_title(p)), ",".join(p)) for p in pairs], value=",".join(pair)),
        gr.Dropdown(choices=_models(found.models), value=slug),
        figure,
        str(within_words(found, slug)),
        str(h("div", picture_buttons("em-within-plot", name), class_="em-takes")),
    )


def _models(models: tuple[tuple[Known, Any], ...]) -> list[tuple[str, str]]:
    return [(here(t("All models, beside their floors")), ALL), *((known.label, known.slug) for known, _ in models)]


def _no_scripts(board: Board) -> Within:
    nothing = gr.Dropdown(choices=[], value=None)
    return Within(
        nothing,
        nothing,
        None,
        str(h("p", t("{board}: {nothing}", board=board.title, nothing=NOTHING), class_="em-note")),
        "",
    )


def has_scripts(axes: Axes, results: Results) -> bool:
    """Whether the part about single scripts makes sense on the board."""
    return may_be_known(results.look(axes.board).records)
