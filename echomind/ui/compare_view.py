"""Two to four models beside each other in words and tables."""

from __future__ import annotations

from itertools import groupby

from markupsafe import Markup

from echomind.leaderboard.comparing import Beside, Row, sentences, verdict
from echomind.leaderboard.comparing_figures import VERDICTS, signed
from echomind.leaderboard.frame import absence
from echomind.leaderboard.metrics import GROUPS
from echomind.leaderboard.model_page import origin, title
from echomind.leaderboard.paired import ModelDifference
from echomind.leaderboard.protocols import protocol_text
from echomind.ui.markup import h
from echomind.ui.models_view import address_of, interval_cell, note_line, scores_part
from echomind.ui.table import dash
from echomind.words import joined, t

_NUMBER = "em-number"
_UNKNOWN = t("no interval was published, so nothing can be said")
MARKS = ("●", "■", "◆", "▲")  # the symbols of the models in the figures


def compare_head(found: Beside, query: str, note: str = "") -> Markup:
    """Who is compared and how each was measured, warnings, and for each level whether they can be told apart."""
    who = [
        h(
            "li",
            h("span", mark, aria_hidden="true", class_=f"em-side em-side-{i}"),
            " ",
            h("a", h("bdi", label), href=address_of(f"{found.board.id}/{slug}"), data_model=f"{found.board.id}/{slug}"),
            h("small", joined(t("; "), (origin(record.provenance), protocol_text(record.protocol)))),
        )
        for i, (mark, label, slug, record) in enumerate(
            zip(MARKS, found.labels, found.slugs, found.records, strict=False)
        )
    ]
    said = [
        h("tr", h("th", GROUPS[group], scope="row", class_=f"em-{group} em-level"), h("td", [h("p", s) for _, s in of]))
        for group, of in groupby(sentences(found), key=lambda pair: pair[0])
    ]
    copy = h("button", t("Copy link"), type="button", data_copy_link=True, class_="em-take")
    told = h(
        "table",
        h("caption", t("Can they be told apart?"), class_="em-hidden"),
        h("tbody", said),
        class_="em-plain em-told",
    )
    return h(
        "section",
        note_line(note),
        h("h2", t("{n} models of {title}", n=len(found.slugs), title=found.board.title), " ", copy),
        h("ul", who, class_="em-sides"),
        [h("p", h("strong", t("Different protocols. ")), warning, class_="em-notice") for warning in found.warnings],
        told if said else None,
        data_query=query,
        class_="em-model",
    )


def _difference(found: ModelDifference | None, comparable: bool) -> Markup:
    if found is None or found.value is None:
        return h(
            "td", dash(t("measured otherwise") if not comparable else t("one of the two has no score")), class_=_NUMBER
        )
    value, said = signed(found.metric, found.value), verdict(found)
    if found.low is None or found.high is None:
        return h("td", value, h("small", _UNKNOWN, title=found.reason), class_="em-number em-unsure")
    return h(
        "td",
        h("strong", value) if said in ("better", "worse") else value,
        h(
            "small",
            t(
                "{signed} to {signed2}",
                signed=signed(found.metric, found.low),
                signed2=signed(found.metric, found.high),
            ),
        ),
        h("small", VERDICTS[said]),
        h(
            "small",
            t("paired, {scripts:,} scripts", scripts=found.scripts)
            if found.kind == "paired"
            else t("unpaired, approximate"),
        ),
        title=t("not paired: {reason}", reason=found.reason) if found.reason else None,
        class_=_NUMBER,
    )


def _row(found: Beside, row: Row) -> Markup:
    metric = row.metric
    values = [
        h("td", dash(absence(found.board, record, metric.id)), class_=_NUMBER)
        if value is None
        else h("td", metric.text(value), h("div", interval_cell(metric, sure), class_="em-sure"), class_=_NUMBER)
        for value, sure, record in zip(row.values, row.sure, found.records, strict=True)
    ]
    differences = [_difference(row.differences[i], found.comparable[i]) for i in range(1, len(found.slugs))]
    better = t("higher is better") if metric.higher_is_better else t("lower is better")
    name = h(
        "th", title(metric), h("small", joined(t("; "), (metric.term, better))), scope="row", title=metric.definition
    )
    return h("tr", name, values, differences)


def compare_table(found: Beside) -> Markup:
    """All shared metrics: every model's value with its interval, and each difference from the first with its own."""
    if not found.rows:
        return h("p", t("No score is shared by two of these models."), class_="em-note")
    first, *others = found.labels
    heads = [h("th", t("Score"), scope="col")]
    heads += [h("th", label, scope="col", class_=_NUMBER) for label in found.labels]
    heads += [
        h("th", t("{label} minus {first}", label=label, first=first), scope="col", class_=_NUMBER) for label in others
    ]
    bodies = []
    for group, rows in groupby(found.rows, key=lambda row: row.metric.group):
        name = h("th", GROUPS[group], scope="rowgroup", colspan=len(heads), class_=f"em-{group} em-level")
        bodies.append(h("tbody", h("tr", name), [_row(found, row) for row in rows]))
    note = t(
        "Paired: both models answered the same scripts, and the interval is of the difference script by "
        "script. Unpaired: made from the two models' own intervals as if they had answered other items, as a "
        "rule wider. Of twenty differences of equal models, one comes out as real by luck."
    )
    return scores_part(
        t("Every shared score"),
        t("Shared scores of {join}", join=joined(t(", "), found.labels)),
        heads,
        bodies,
        note=(note,),
        class_="em-plain em-scores em-compared",
    )
