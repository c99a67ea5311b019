"""What a check found, as HTML: problems, warnings, how much is answered, and the row that it would become."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from echomind.benchmark.question_types import QUESTION_TYPE
from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.metrics import METRICS, Metric
from echomind.scoring.problems import Problem
from echomind.scoring.report import Cell, Coverage
from echomind.submissions.check import Check, Preview
from echomind.submissions.form import THE_FORM
from echomind.ui.markup import h, together
from echomind.ui.submit_form import field_words
from echomind.ui.table import dash
from echomind.words import Text, counted, joined, t

SHOWN = 50  # problems in the table; all that are kept are in the list to download
_PARTS = {
    "transcripts": (t("Transcripts"), "understanding"),
    "understanding": (t("Understanding questions"), "understanding"),
    "reasoning": (t("Reasoning questions"), "reasoning"),
    "replies": (t("Replies"), "conversation_text"),
    "sound": (t("Recordings of replies"), "conversation_audio"),
}


def visible(text: str) -> str:
    """``text`` with everything escaped that cannot be seen or turns the reading direction."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def bar(share: float, level: str = "") -> Markup:
    """A bar filled to ``share`` (0 to 1); the number stands beside it, so it is hidden from screen readers."""
    fill = h("rect", width=f"{100 * min(max(share, 0.0), 1.0):.1f}%", height="100%", rx="3")
    return h("svg", fill, class_=f"em-bar em-{level}" if level else "em-bar", aria_hidden="true", focusable="false")


def download(words: str, name: str, text: str, id_: str, *, copy: bool = True) -> Markup:
    """Buttons that save or copy a text, made in the browser from the page itself: no file lies on the server."""
    return together(
        h("span", id=id_, data_text=text, hidden=True),
        h("button", words, type="button", data_download=name, data_from=id_, class_="em-button"),
        h("button", t("Copy it"), type="button", data_copy=id_, class_="em-button") if copy else None,
    )


def check_html(check: Check, seconds: float, files: int) -> Markup:
    """Everything that a check found."""
    return together(
        _verdict(check, seconds, files),
        _problems(check.problems, check.problem_count, t("What to put right")) if check.problem_count else None,
        _list(check) if check.problem_count else None,
        _warnings(check) if check.warning_count else None,
        h("div", _coverage(check), preview_html(check.preview) if check.preview else None, class_="em-columns"),
    )


def not_checked_html(why: str) -> Markup:
    """The check itself could not be made: not the sender's fault, and nothing is lost."""
    return together(
        h("h2", t("The check could not be run"), class_="em-verdict"),
        h("p", t("This is no fault of your files. {visible}", visible=visible(why)), role="alert"),
        h("p", t("Your files and the form are as they were. Try again in a moment."), class_="em-fine"),
    )


def _verdict(check: Check, seconds: float, files: int) -> Markup:
    took = t("under 0.1 s") if seconds < 0.1 else f"{seconds:.1f} s"
    took = counted(
        files,
        "1 file checked in {took}; nothing was stored or sent on.",
        "{n:,} files checked in {took}; nothing was stored or sent on.",
        took=took,
    )
    if check.ok:
        words: str = t("Ready to hand in")
        more: list[str] = [
            t("{answered:,} of {expected:,} items are answered.", answered=check.answered, expected=check.expected)
        ]
        if check.answered < check.expected:
            more.append(t("What is not answered counts as wrong."))
    else:
        words = counted(check.problem_count, "1 problem to put right first", "{n:,} problems to put right first")
        more = []
    return together(
        h("h2", words, class_="em-verdict em-good" if check.ok else "em-verdict em-bad", role="status"),
        h("p", joined(t(" "), [*more, took]), class_="em-fine"),
    )


def _problems(problems: Sequence[Problem], number: int, title: str) -> Markup:
    head = [h("th", words, scope="col") for words in (t("Where"), t("Item or field"), t("Found"), t("Expected"))]
    rest = number - min(len(problems), SHOWN)
    more = [h("tr", h("td", t("and {rest:,} more", rest=rest), colspan=4, class_="em-more"))] if rest else []
    rows = [_problem(problem) for problem in problems[:SHOWN]]
    table = h("table", h("caption", title, class_="em-hidden"), h("thead", h("tr", head)), h("tbody", rows, more))
    return h("div", table, class_="em-told", tabindex=0, role="region", aria_label=t("{title}, scrolls", title=title))


def _problem(problem: Problem) -> Markup:
    of_form = problem.file == THE_FORM
    field = field_words(problem.field) if of_form else problem.field
    where = t("The form") if of_form else visible(problem.file)
    position = h("small", visible(problem.position)) if problem.position else None
    item = [part if isinstance(part, Text) else visible(part) for part in (problem.item, field) if part]
    return h(
        "tr",
        h("td", where or t("The upload"), position),
        h("td", joined(" · ", item) if item else "—"),
        h("td", visible(problem.found) or "—"),
        h("td", visible(problem.expected) or "—"),
    )


def _list(check: Check) -> Markup:
    text = "\n".join([*check.lines(), *check.warning_lines()]) + "\n"
    return h("p", download(t("Download the list"), "problems.txt", text, "submit-problems"), class_="em-actions")


def _warnings(check: Check) -> Markup:
    items = [h("li", visible(problem.line())) for problem in check.warnings[:SHOWN]]
    rest = check.warning_count - len(items)
    return h(
        "details",
        h(
            "summary",
            counted(check.warning_count, "1 warning", "{n:,} warnings"),
            h("span", t(": worth a look, not in the way")),
        ),
        h("ul", items, h("li", t("and {rest:,} more", rest=rest)) if rest else None),
        class_="em-warnings",
        open=check.warning_count <= 3,
    )


def _coverage(check: Check) -> Markup | None:
    if not check.coverage:
        return None
    rows = [_covered(*_PARTS.get(name, (name, "")), part) for name, part in check.coverage.items()]
    types = [_type(name, part) for name, part in check.types.items()]
    return h(
        "section",
        h("h3", t("How much is answered")),
        h("table", h("tbody", rows), class_="em-covered"),
        h(
            "details",
            h("summary", t("By type of question")),
            h("table", h("tbody", types), class_="em-covered"),
            open=any(part.answered < part.expected for part in check.types.values()) and check.ok,
        )
        if types
        else None,
    )


def _type(name: str, part: Coverage) -> Markup:
    kind = QUESTION_TYPE.get(name)
    title = t(kind.title.removeprefix("Fine Grained ")) if kind else name
    return _covered(title, kind.level if kind else "", part)


def _covered(title: str, level: str, part: Coverage) -> Markup:
    share = part.answered / part.expected if part.expected else 0.0
    empty = h("small", t("{failed:,} of them empty", failed=part.failed)) if part.failed else None
    return h(
        "tr",
        h("th", title if isinstance(title, Text) else visible(title), scope="row"),
        h("td", bar(share, level), class_="em-bar-cell"),
        h(
            "td",
            t("{answered:,} of {expected:,}", answered=part.answered, expected=part.expected),
            empty,
            class_="em-number",
        ),
    )


def preview_html(preview: Preview) -> Markup:
    """The row that it would become: what is known now, what scoring adds, what stays empty and why."""
    board = BOARDS[preview.board]
    known = {metric.id: metric for metric in preview.metrics}
    rows = []
    for metric_id in board.metrics:
        metric = METRICS[metric_id]
        if metric_id in known:
            found = known[metric_id]
            value = value_html(metric, found.cell) if found.cell else h("span", t("when scored"), class_="em-later")
            rows.append(_metric(metric, value, found.n or (found.cell.n if found.cell else None)))
        elif metric_id in preview.absent:
            rows.append(_metric(metric, dash(preview.absent[metric_id]), None, preview.absent[metric_id]))
    title = together(
        visible(preview.model) or t("Model"), h("small", t("{title}, not verified yet", title=board.title))
    )
    return h("section", h("h3", t("The row it would become")), metrics_table(title, rows))


def metrics_table(title: Markup, rows: Sequence[Markup]) -> Markup:
    """A table of metrics with their values, in the board's order."""
    heads = [
        h("th", t("Metric"), scope="col"),
        *(h("th", w, scope="col", class_="em-number") for w in (t("Value"), "n")),
    ]
    return h("table", h("caption", title), h("thead", h("tr", heads)), h("tbody", rows), class_="em-preview")


def _metric(metric: Metric, value: Markup, n: int | None, why: str = "") -> Markup:
    return h(
        "tr",
        h("th", metric.title, h("small", why or metric.term), scope="row", title=metric.definition),
        h("td", value, class_="em-number"),
        h("td", f"{n:,}" if n else "—", class_="em-number"),
        class_=f"em-{metric.group}",
    )


def value_html(metric: Metric, cell: Cell) -> Markup:
    """A value with its unit, and its 95 % interval where one can be had."""
    unit = " %" if metric.unit == "%" else ""
    if cell.low is None or cell.high is None:
        interval = None
    else:
        interval = h("small", f"{metric.text(cell.low)}–{metric.text(cell.high)}", title=t("95 % interval"))
    return together(f"{metric.text(cell.value)}{unit}", interval)


def scores_html(board_id: str, cells: Mapping[str, Cell], title: Markup) -> Markup:
    """The scores of a report that its board shows."""
    shown = [metric for metric in BOARDS[board_id].metrics if metric in cells]
    rows = [_metric(METRICS[m], value_html(METRICS[m], cells[m]), cells[m].n) for m in shown]
    return metrics_table(title, rows)
