r"""A board as a LaTeX table: booktabs rules, every text escaped, intervals as a small ± or as their two ends.

Needs the packages booktabs and, for names in other scripts than Latin, XeLaTeX or LuaLaTeX.
"""

from __future__ import annotations

import datetime
import re
import unicodedata

from echomind.leaderboard.arrange import Row, Table
from echomind.leaderboard.intervals import ScoreInterval, interval_of
from echomind.leaderboard.metrics import LANGUAGES, Metric
from echomind.leaderboard.view import key_title

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
    "'": r"\textquotesingle{}",
    "−": r"\ensuremath{-}",
    "–": "--",
    "—": "---",
    "≈": r"\ensuremath{\approx}",
    "↑": r"\ensuremath{\uparrow}",
    "↓": r"\ensuremath{\downarrow}",
}
# No ligature may join what was typed apart: "--" in a name is two hyphens.
_LIGATURES = re.compile(r"-(?=-)|,(?=,)|\?(?=`)|!(?=`)")


def escaped(text: str) -> str:
    """``text`` so that LaTeX prints it and runs nothing; what cannot be seen is left out, line ends are spaces."""
    seen = (c for c in " ".join(text.split()) if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    apart = _LIGATURES.sub(lambda found: f"{found[0]}\0", "".join(seen))
    return "".join("{}" if c == "\0" else _SPECIAL.get(c, c) for c in apart)


def to_latex(table: Table, date: datetime.date) -> str:
    """The rows and columns of the view as a ``table`` environment, with a caption of board, date and n."""
    metrics = table.metrics
    heads = [escaped(f"{metric.term} {'↑' if metric.higher_is_better else '↓'}") for metric in metrics]
    lines = [
        "% needs \\usepackage{booktabs}; with names in other scripts than Latin, XeLaTeX or LuaLaTeX",
        r"\begin{table}",
        r"\centering",
        rf"\caption{{{_caption(table, date)}}}",
        rf"\begin{{tabular}}{{rl{'r' * len(metrics)}}}",
        r"\toprule",
        f"{' & '.join(['Rank', 'Model', *heads])} \\\\",
        r"\midrule",
        *(_line(table, row) for row in table.rows),
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _caption(table: Table, date: datetime.date) -> str:
    view = table.view
    keys = ", then ".join(key_title(view, sort.by) for sort in view.sorted_by)
    language = f", {LANGUAGES[view.language]}" if view.language else ""
    some = "" if len(table.rows) == table.total else f" of {table.total}"
    counts = sorted({row.record.n[m.id] for row in table.rows for m in table.metrics if m.id in row.record.n})
    items = f" Items behind a score: {counts[0]:,} to {counts[-1]:,}." if len(counts) > 1 else ""
    items = f" Items behind a score: {counts[0]:,}." if len(counts) == 1 else items
    said = (
        f"{table.board.title}{language}, {date:%Y-%m-%d}, n = {len(table.rows)}{some} rows, by {keys}.{items} "
        f"Small print: 95 % intervals, ≈ approximate. Source: {table.board.citation}."
    )
    return escaped(said)


def _line(table: Table, row: Row) -> str:
    rank = "---" if row.rank is None else str(row.rank)
    place = row.place
    if place is not None and not table.view.official and place.clear is not None and place.worst != place.clear:
        rank += rf" {{\scriptsize ({place.clear}--{place.worst})}}"
    name = row.record.model.name + (f" ({row.mark})" if row.mark else "")
    return f"{' & '.join([rank, escaped(name), *(_score(row, metric) for metric in table.metrics)])} \\\\"


def _score(row: Row, metric: Metric) -> str:
    value = row.record.scores.get(metric.id)
    if value is None:
        return "---"
    text = escaped(metric.text(value))
    interval = interval_of(row.record, metric.id)
    if not isinstance(interval, ScoreInterval):
        return text
    sign = r"\approx " if interval.kind == "approximate" else ""
    ends = [metric.text(abs(end - value)) for end in (interval.low, interval.high)]
    if ends[0] == ends[1]:
        return rf"{text} {{\scriptsize $\pm{sign}{ends[0]}$}}"
    return rf"{text} {{\scriptsize ${sign}^{{+{ends[1]}}}_{{-{ends[0]}}}$}}"
