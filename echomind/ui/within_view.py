"""The link inside models as words and tables: one model's scripts, and every model beside its floors."""

from __future__ import annotations

from markupsafe import Markup

from echomind.leaderboard.comparison import number, p_text
from echomind.leaderboard.metrics import METRICS
from echomind.leaderboard.within import PooledLink, WithinModel
from echomind.leaderboard.within_board import Known, WithinBoard
from echomind.leaderboard.within_figure import heap_mean, heap_range, heaps
from echomind.ui.markup import h, together
from echomind.ui.table import dash
from echomind.words import t

_NUMBER = "em-number"
NOTHING = t("Of no row of this board the scores of single scripts are known.")


def pair_title(pair: tuple[str, str]) -> str:
    """A link by the titles of its metrics."""
    return t("{x} → {y}", x=METRICS[pair[0]].title, y=METRICS[pair[1]].title)


def _row(known: Known, model: WithinModel) -> Markup:
    rank = model.result.spearman
    kind = h("small", t("floor: it hears no voice")) if known.floor else None
    head = h("th", h("bdi", known.label), kind, scope="row")
    n = h("td", str(model.result.n), class_=_NUMBER)
    if rank is None:
        return h("tr", head, h("td", dash(model.sentence), class_=_NUMBER), h("td"), h("td"), n)
    return h(
        "tr",
        head,
        h("td", h("strong", number(rank.value)), class_=_NUMBER),
        h("td", _between(rank.low, rank.high, rank.note), class_=_NUMBER),
        h("td", "" if rank.p is None else p_text(rank.p), class_=_NUMBER),
        n,
    )


def _between(low: float | None, high: float | None, note: str) -> Markup | str:
    return (
        dash(t("no interval: {note}", note=note))
        if low is None or high is None
        else t("{number} to {number2}", number=number(low), number2=number(high))
    )


def _mean(link: PooledLink, name: str) -> Markup | None:
    if link.value is None:
        return None
    return h(
        "tr",
        h("th", name, scope="row"),
        h("td", h("strong", number(link.value)), class_=_NUMBER),
        h("td", _between(link.low, link.high, link.note), class_=_NUMBER),
        h("td"),
        h("td", str(link.scripts), class_=_NUMBER),
    )


def _models_table(found: WithinBoard) -> Markup:
    columns = (t("Model"), "Spearman", t("95 % interval"), t("p by chance"), t("Scripts"))
    head = [h("th", title, scope="col", class_=_NUMBER if i else None) for i, title in enumerate(columns)]
    rows = [_row(known, model) for known, model in sorted(found.models, key=lambda pair: pair[0].floor)]
    means = [
        _mean(link, name)
        for link, name in ((found.pooled, t("Mean of the models")), (found.beyond, t("Beyond what is easy for all")))
        if link is not None
    ]
    return h(
        "table",
        h("caption", t("The link inside every model; intervals are over scripts")),
        h("thead", h("tr", head)),
        h("tbody", rows, means),
        class_="em-plain",
    )


def _heaps_table(model: WithinModel) -> Markup:
    rows = [
        h(
            "tr",
            h("th", heap_range(model, heap), scope="row"),
            h("td", heap_mean(model, heap), class_=_NUMBER),
        )
        for heap in heaps(model.points.x, model.points.y)
    ]
    return h(
        "details",
        h("summary", t("The plot as a table")),
        h(
            "table",
            h(
                "caption",
                t(
                    "Mean {title} of the scripts by {title2}, with 95 % intervals",
                    title=model.y.title,
                    title2=model.x.title,
                ),
            ),
            h("thead", h("tr", h("th", model.x.title, scope="col"), h("th", model.y.title, scope="col"))),
            h("tbody", rows),
            class_="em-plain",
        ),
        class_="em-note",
        data_keep="heaps",
    )


def _overview(found: WithinBoard) -> str:
    if found.pooled is not None and found.pooled.value is not None:
        return found.pooled.sentence
    known = [(row, model) for row, model in found.models if not row.floor]
    if len(known) == 1:
        return known[0][1].sentence
    return t("Too few models besides the floors for a mean; each stands for itself.")


def within_words(found: WithinBoard, slug: str) -> Markup:
    """What the link is inside the model ``slug``, or inside all where there is none of that name."""
    model = found.of(slug)
    sentence = model.sentence if model is not None else _overview(found)
    further = found.beyond.sentence if model is None and found.beyond is not None and found.beyond.value else None
    return h(
        "div",
        h("p", sentence, class_="em-sentence", role="status"),
        h("p", further, class_="em-finding") if further else None,
        _models_table(found),
        h(
            "p",
            t(
                "Read a model beside its floors: constant answers make links too, mostly below 0. Only what differs "
                "from them says something about hearing. Each script counts a few questions, so luck blurs every "
                "link."
            ),
            class_="em-note",
        ),
        _heaps_table(model) if model is not None else None,
        _left_out(found),
        class_="em-verdict",
    )


def _left_out(found: WithinBoard) -> Markup | None:
    if not found.left_out:
        return None
    return h(
        "details",
        h("summary", t("{n} left out, each with its reason", n=len(found.left_out))),
        h("ul", [h("li", together(h("strong", h("bdi", name)), t(": "), why)) for name, why in found.left_out]),
        class_="em-note",
        data_keep="within-left-out",
    )
