"""What the Models page shows of a choice: every component's content, from the records of this moment. No layout."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple, cast

import gradio as gr

from echomind.errors import EchoMindError
from echomind.leaderboard.boards import BOARDS, get_board
from echomind.leaderboard.comparing import beside
from echomind.leaderboard.comparing_figures import dumbbells
from echomind.leaderboard.judged_figure import people_and_judge
from echomind.leaderboard.known_items import KnownItems
from echomind.leaderboard.metrics import LANGUAGES
from echomind.leaderboard.model_choice import Choice, chosen_records
from echomind.leaderboard.model_figures import Picture, gains, radar
from echomind.leaderboard.model_page import Entry, Model, catalogue, model_of, profile
from echomind.leaderboard.model_parts import AXES, Axis, axes_of, bars, part_metrics
from echomind.leaderboard.names import labels
from echomind.leaderboard.results import Results
from echomind.ui.compare_view import compare_head, compare_table
from echomind.ui.markup import h
from echomind.ui.models_view import first_screen, head, picture_words, scores
from echomind.ui.table import MISSING
from echomind.ui.taking import take_along
from echomind.words import here, joined, t

_EMPTY = str(h("span"))
_RECENT_S = 1.0  # a look at other boards that is as old as this will do for the chooser


class Known(NamedTuple):
    """What the page is made from: all results, and the scores of scripts where they are known."""

    results: Results
    items: KnownItems


class Shown(NamedTuple):
    """Everything on the page that follows from a choice, in the order of the components."""

    choice: Choice
    model: Any
    others: Any
    language: Any
    head: str
    radar_row: Any
    radar_words: str
    radar_plot: Any
    scores: str
    differ_row: Any
    differ_words: str
    differ_plot: Any
    parts_row: Any
    axis: Any
    metric: Any
    parts_words: str
    parts_plot: Any
    people_row: Any
    people_words: str
    people_plot: Any
    along: str


def _slot(picture: Picture | None) -> tuple[Any, str, Any]:
    if picture is None:
        return gr.update(visible=False), _EMPTY, None
    return gr.update(visible=True), str(picture_words(picture)), picture.figure


def _choices(models: tuple[Model, ...]) -> list[tuple[str, str]]:
    return [(model.label, model.key) for model in models]


def _controls(choice: Choice, models: tuple[Model, ...], results: Results) -> tuple[Any, Any, Any]:
    found = model_of(models, choice.key)
    model = gr.update(choices=_choices(models), value=found.key if found else None)
    if not choice.slugs:
        return model, gr.update(choices=[], value=None, visible=False), gr.update(choices=[], visible=False)
    names = labels(results.look(choice.board).records)
    rest = sorted(
        ((name, slug) for slug, name in names.items() if slug != choice.slugs[0]), key=lambda c: c[0].casefold()
    )
    languages = [(here(LANGUAGES[code]), code) for code in get_board(choice.board).languages]
    return (
        model,
        gr.update(choices=rest, value=list(choice.slugs[1:]), visible=bool(rest)),
        gr.update(choices=languages, value=choice.language or None, visible=bool(languages)),
    )


def show(choice: Choice, known: Known, note: str = "") -> Shown:
    """The page of a choice; where it, or a part of it, is gone since then, the rest. Raises ``ResultsError``."""
    results = known.results
    records = chosen_records(choice, results)
    if len(records) < len(choice.slugs):
        note = note or t("A row was withdrawn since this page was opened.")
        choice = Choice(choice.board, tuple(records), choice.language) if records else Choice()
    gone = bool(note)
    looked_at = (choice.board,) if choice.slugs else tuple(BOARDS)
    if any(results.look(board, at_most_s=_RECENT_S).submissions_missing for board in looked_at):
        note = joined(t(" "), [*([note] if note else []), MISSING])
    models = catalogue(results, at_most_s=_RECENT_S)
    controls = _controls(choice, models, results)
    hidden = _slot(None)
    if not choice.slugs:
        boards = {board: results.look(board, at_most_s=_RECENT_S).records for board in BOARDS}
        nothing = h("div", first_screen(boards, note), data_query=None if gone else "?")
        return Shown(choice, *controls, str(nothing), *hidden, _EMPTY, *hidden, *no_parts(), *hidden, _EMPTY)
    board, everyone = get_board(choice.board), results.look(choice.board).records
    if len(choice.slugs) > 1:
        items = {
            s: found for s, record in records.items() if (found := known.items.of(board.id, s, record)) is not None
        }
        compared = beside(board, choice.slugs, everyone, choice.language, items)
        profiles = radar(board, dict(zip(compared.labels, compared.records, strict=True)), choice.language)
        return Shown(
            choice,
            *controls,
            str(compare_head(compared, choice.query(), note)),
            *_slot(profiles),
            str(compare_table(compared)),
            *_slot(dumbbells(compared)),
            *no_parts(),
            *hidden,
            _EMPTY,
        )
    one = profile(board, choice.slugs[0], everyone)
    model = model_of(models, choice.key) or Model(one.label, (one.entry,))
    record = one.entry.record
    told = next((g for entry in model.entries if (g := _gains(entry)) is not None), None)
    return Shown(
        choice,
        *controls,
        str(head(one, model, choice.query(), note)),
        *_slot(radar(board, {one.label: record}, choice.language)),
        str(scores(one)),
        *_slot(told),
        *show_parts(choice, known),
        *_slot(people_and_judge(board, everyone, one.entry.slug, choice.language)),
        str(take_along(one.entry)),
    )


def _gains(entry: Entry) -> Picture | None:
    """Gains as published; somebody's own figures under a known name say nothing about that model."""
    picture = None if entry.record.provenance.kind == "submission" else gains(entry.record)
    note = t("From this model's record on “{title}” ({origin}).", title=entry.board.title, origin=entry.origin)
    return None if picture is None else replace(picture, notes=(*picture.notes, note))


class Parts(NamedTuple):
    """The breakdown: its row, what may be chosen, and the chosen part in words and as a figure."""

    row: Any
    axis: Any
    metric: Any
    words: str
    plot: Any


def no_parts() -> Parts:
    """Nothing to break down."""
    return Parts(gr.update(visible=False), gr.update(visible=True), gr.update(visible=True), _EMPTY, None)


def show_parts(choice: Choice, known: Known, axis: str = "", metric: str = "") -> Parts:
    """The breakdown of the record in front along ``axis`` by ``metric``, or the first there are of either.

    Raises ``EchoMindError`` for an axis that there is not.
    """
    records = chosen_records(choice, known.results)
    if len(choice.slugs) != 1 or not records:
        return no_parts()
    record = records[choice.slugs[0]]
    axes = axes_of(record)
    if not axes:
        return no_parts()
    if axis and axis not in AXES:
        raise EchoMindError(f"found the breakdown {axis[:40]!r}, expected one of: {', '.join(AXES)}")
    along = cast(Axis, axis) if axis in axes else axes[0]
    metrics = part_metrics(record, along)
    by = metric if metric in {m.id for m in metrics} else metrics[0].id
    picture = bars(record, along, by)
    if picture is None:
        return no_parts()
    return Parts(
        gr.update(visible=True),
        gr.update(choices=[(here(AXES[a]), a) for a in axes], value=along),
        gr.update(choices=[(here(m.title), m.id) for m in metrics], value=by, visible=len(metrics) > 1),
        str(picture_words(picture)),
        picture.figure,
    )
