"""All pairs of a board's metrics as a table: every cell a number on its colour, with n, and a button that opens it."""

from __future__ import annotations

from markupsafe import Markup

from echomind.leaderboard.boards import get_board
from echomind.leaderboard.comparison import number, p_text
from echomind.leaderboard.matrix import NOTE, MatrixCell, board_matrix
from echomind.leaderboard.metrics import LANGUAGES, Metric
from echomind.leaderboard.results import Results
from echomind.ui.correlations_axes import Axes
from echomind.ui.markup import h, together
from echomind.ui.table import dash
from echomind.words import joined, t

STEPS = 5  # shades on either side of none
_ADJUSTED = 0.05  # p adjusted for all pairs, below which a cell is marked
_LEGEND = (-1.0, -0.6, -0.2, 0.0, 0.2, 0.6, 1.0)


def shade(value: float) -> str:
    """The class of a coefficient's colour: ``em-shade-n5`` (−1) over ``em-shade-0`` to ``em-shade-p5`` (1)."""
    step = round(abs(value) * STEPS)
    return "em-shade-0" if step == 0 else f"em-shade-{'p' if value > 0 else 'n'}{step}"


def told(cell: MatrixCell, x: Metric, y: Metric) -> str:
    """A cell in words, for the pointer and for those who hear the page."""
    pair = t("{title} ({term}) and {title2} ({term2})", title=x.title, term=x.term, title2=y.title, term2=y.term)
    if cell.spearman is None:
        return t("{pair}: no correlation, {reason}; n {n}", pair=pair, reason=cell.reason, n=cell.n)
    between = (
        t("95 % interval {number} to {number2}", number=number(cell.low), number2=number(cell.high))
        if cell.low is not None and cell.high is not None
        else cell.reason
    )
    p = (
        ""
        if cell.p is None or cell.p_holm is None
        else t(", {p_text}, adjusted {p_text2}", p_text=p_text(cell.p), p_text2=p_text(cell.p_holm))
    )
    return t(
        "{pair}: {value}, {between}{p}; n {n}", pair=pair, value=number(cell.spearman), between=between, p=p, n=cell.n
    )


def marked(cell: MatrixCell) -> bool:
    """Whether a cell is below 0.05 after the adjustment for all pairs."""
    return cell.p_holm is not None and cell.p_holm < _ADJUSTED


def _cell(cell: MatrixCell, x: Metric, y: Metric, axes: Axes) -> Markup:
    words = told(cell, x, y)
    n = h("small", f"n {cell.n}")
    if cell.spearman is None:
        inside, look = together(dash(cell.reason), n), "em-shade-none"
    else:
        star = h("span", "*", class_="em-star", aria_hidden="true") if marked(cell) else None
        inside, look = together(h("strong", number(cell.spearman)), star, n), shade(cell.spearman)
    here = {axes.x, axes.y} == {x.id, y.id}
    return h(
        "td",
        h(
            "button",
            inside,
            type="button",
            data_pair=f"{x.id},{y.id}",
            title=words,
            aria_label=t("{words}. Open this pair.", words=words),
            aria_current="true" if here else None,
            tabindex=-1,
        ),
        class_=f"em-cell {look}",
    )


def matrix_table(axes: Axes, results: Results) -> Markup:
    """The lower triangle of the matrix of the metrics of the board (in the language of ``axes``), over all its rows."""
    board = get_board(axes.board)
    metrics = board.columns(axes.language or None)
    found = board_matrix(metrics, board, results.look(axes.board).records)
    rows = [
        h(
            "tr",
            _row_head(y),
            [_cell(found.cells[i][j], metrics[j], y, axes) for j in range(i)],
            h("td", aria_hidden="true", colspan=len(metrics) - 1 - i) if i < len(metrics) - 1 else None,
        )
        for i, y in enumerate(metrics)
        if i
    ]
    columns = [
        h("th", m.term, h("span", t(", "), m.title, class_="em-hidden"), scope="col", class_=f"em-{m.group}")
        for m in metrics[:-1]
    ]
    whole = joined(t(", "), [board.title, *([LANGUAGES[axes.language]] if axes.language else [])])
    significant = sum(marked(found.cells[i][j]) for i in range(len(metrics)) for j in range(i))
    return together(
        h(
            "div",
            h(
                "table",
                h(
                    "caption",
                    t("Rank correlations of all pairs: {board}", board=whole),
                ),
                h("thead", h("tr", h("th", t("Score"), scope="col"), columns)),
                h("tbody", rows),
                class_="em-matrix",
            ),
            class_="em-sideways",
            role="region",
            aria_label=t("All pairs, scrolls sideways"),
        ),
        _legend(),
        h(
            "p",
            t(
                "{NOTE} {pairs} pairs have a p; * marks the {significant} of them that stay below 0.05 "
                "after the adjustment. Arrow keys move from cell to cell, Enter opens a pair above.",
                NOTE=NOTE,
                pairs=found.pairs,
                significant=significant,
            ),
            class_="em-note",
        ),
    )


def _row_head(metric: Metric) -> Markup:
    return h("th", metric.title, h("small", metric.term), scope="row", class_=f"em-{metric.group}")


def _legend() -> Markup:
    """The scale of the colours, with its numbers on it."""
    return h(
        "p",
        t("Opposite ways "),
        [h("span", number(value), class_=f"em-swatch {shade(value)}") for value in _LEGEND],
        t(" together"),
        class_="em-note em-legend",
    )
