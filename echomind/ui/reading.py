"""The Correlations page's words and tables around the plot, as HTML."""

from __future__ import annotations

from markupsafe import Markup

from echomind.leaderboard.comparison import Comparison, number, p_text
from echomind.leaderboard.correlation import MIN_MODELS, Coefficient, Influence
from echomind.leaderboard.metrics import METRICS, Metric
from echomind.leaderboard.points import Score, interval_text, score_of, source_text
from echomind.leaderboard.scatter import crowded, parameters_text, size_text
from echomind.ui.markup import SLOT, Template, h, together
from echomind.ui.table import MISSING, dash
from echomind.words import cached, t

_NUMBER = "em-number"
_WEIGHTS = {"open": t("open weights"), "closed": t("closed weights"), "": t("weights not stated")}
FIRST_POINTS = 60  # rows of the table that are written unless all are asked for
_MOST_INFLUENCES = 40  # rows; of 500 models the rest move nothing that anybody could read
_P_METHODS = {"exact": t("counted"), "permutation": t("by lot"), "normal": t("normal")}
_P_METHOD_NOTES = {
    "exact": t("over all ways to pair the two scores"),
    "permutation": t("over random ways to pair the two scores"),
    "normal": t("from the normal distribution, corrected for ties"),
}


def _coefficient(name: str, meaning: str, coefficient: Coefficient | None, n: int) -> Markup:
    interval: Markup | str = ""
    p: Markup | str = ""
    if coefficient is None:
        shown = dash(t("needs at least {MIN_MODELS} models that differ on both axes", MIN_MODELS=MIN_MODELS))
    else:
        shown = h("strong", number(coefficient.value))
        if coefficient.low is None or coefficient.high is None:
            interval = dash(t("no interval: {note}", note=coefficient.note or t("the draws gave none")))
        else:
            note = h("small", t("percentile"), title=coefficient.note) if coefficient.method == "percentile" else None
            interval = together(
                t("{number} to {number2}", number=number(coefficient.low), number2=number(coefficient.high)), note
            )
        if coefficient.p is not None:
            how = coefficient.p_method or "normal"
            p = together(p_text(coefficient.p), h("small", _P_METHODS[how], title=_P_METHOD_NOTES[how]))
    return h(
        "tr",
        h("th", name, h("small", meaning), scope="row"),
        h("td", shown, class_=_NUMBER),
        h("td", interval, class_=_NUMBER),
        h("td", p, class_=_NUMBER),
        h("td", str(n), class_=_NUMBER),
    )


def _head(*columns: str) -> Markup:
    """Column heads, all but the first above numbers."""
    return h("thead", h("tr", [h("th", t, scope="col", class_=_NUMBER if i else None) for i, t in enumerate(columns)]))


def coefficients_table(found: Comparison) -> Markup:
    """The three coefficients with interval, p and n."""
    result = found.result
    return h(
        "table",
        h("caption", t("How strongly the two go together"), class_="em-hidden"),
        _head(t("Correlation"), t("−1 to 1"), t("95 % interval"), t("p by chance"), "n"),
        h(
            "tbody",
            _coefficient("Spearman", t("by rank"), result.spearman, result.n),
            _coefficient("Pearson", t("by a straight line"), result.pearson, result.n),
            _coefficient("Kendall", t("by pairs in order"), result.kendall, result.n),
        ),
        class_="em-plain",
    )


def _chip(metric: Metric) -> Markup:
    better = t("higher is better") if metric.higher_is_better else t("lower is better")
    return h(
        "li",
        h("strong", t("{title} ({term})", title=metric.title, term=metric.term), class_=f"em-{metric.group}"),
        t(" {definition} Range {range}; {better}.", definition=metric.definition, range=metric.range, better=better),
    )


def verdict(found: Comparison, submissions_missing: bool = False, finding: str = "", note: str = "") -> Markup:
    """The sentence, what a preset is known for, the coefficients, what single models do to them, and who is missing.

    ``note`` is about the address that brought the visitor here.
    """
    undefined, draws = found.result.undefined, found.result.resamples
    return h(
        "div",
        h("p", note, role="status", class_="em-notice") if note else None,
        h("p", MISSING, role="status", class_="em-notice") if submissions_missing else None,
        h("p", found.sentence, class_="em-sentence", role="status"),
        h("p", finding, class_="em-finding") if finding else None,
        coefficients_table(found),
        _influence(found),
        _leave_one_out(found),
        _left_out(found),
        h(
            "p",
            t(
                "{undefined:,} of {draws:,} draws had no correlation and were left out.",
                undefined=undefined,
                draws=draws,
            ),
            class_="em-note",
        )
        if undefined
        else None,
        class_="em-verdict",
        tabindex=-1,
    )


def _influence(found: Comparison) -> Markup | None:
    if not found.influence:
        return None
    before, model, after = found.influence
    return h("p", before, h("bdi", model), after, class_="em-note")


def _leave_one_out(found: Comparison) -> Markup | None:
    """The coefficients without each model, the one that moves Spearman's most first."""
    if found.result.spearman is None or not found.result.influences:
        return None
    whole = found.result.spearman.value
    known = [influence for influence in found.result.influences if influence is not None]
    known.sort(key=lambda influence: -abs(influence.spearman - whole))
    lost = [found.models[i] for i, influence in enumerate(found.result.influences) if influence is None]
    rest = known[_MOST_INFLUENCES:]
    return h(
        "details",
        h("summary", t("Without each model in turn")),
        h(
            "table",
            h("caption", t("The correlations without one model, the one that matters most first")),
            _head(t("Without"), "Spearman", "Pearson", "Kendall"),
            h("tbody", [_without(found, influence) for influence in known[:_MOST_INFLUENCES]]),
            class_="em-plain",
        ),
        h("p", t("The other {n} move Spearman’s by {abs:.3f} at most.", n=len(rest), abs=abs(rest[0].spearman - whole)))
        if rest
        else None,
        [h("p", t("Without "), h("bdi", model), t(" all are equal on one axis.")) for model in lost],
        class_="em-note",
        data_keep="without",
    )


def _without(found: Comparison, influence: Influence) -> Markup:
    values = (influence.spearman, influence.pearson, influence.kendall)
    return h(
        "tr",
        h("th", h("bdi", found.models[influence.index]), scope="row"),
        [h("td", number(value), class_=_NUMBER) for value in values],
    )


def _left_out(found: Comparison) -> Markup:
    if not found.left_out:
        return h("p", t("Every model of this board has both scores."), class_="em-note")
    lacking = all(out.lacks for out in found.left_out)
    return h(
        "details",
        h(
            "summary",
            t("{n} left out for lack of a score", n=len(found.left_out))
            if lacking
            else t("{n} left out, each with its reason", n=len(found.left_out)),
        ),
        h("ul", [h("li", h("strong", h("bdi", out.model)), t(": "), out.reason) for out in found.left_out]),
        class_="em-note",
        data_keep="left-out",
    )


@cached(65_536)
def _score(score: Score) -> Markup:
    value, interval = METRICS[score.metric].text(score.value), interval_text(score)
    shown = t("{value} ({interval})", value=value, interval=interval) if interval else value
    return h("td", shown, class_=_NUMBER)


@cached(4096)
def _about(params_b: float | None, weights: str, source: str) -> Markup:
    """The cells of a row that are the same for all axes: kept, since 500 rows are written at each change of one."""
    return together(
        h("td", parameters_text(params_b) if params_b is None else size_text(params_b)),
        h("td", _WEIGHTS[weights]),
        h("td", source),
    )


_POINT = Template(h("tr", h("th", h("bdi", SLOT), scope="row"), SLOT, SLOT, SLOT))


def _data_row(found: Comparison, i: int) -> Markup:
    record = found.records[i]
    scores = (_score(score_of(record, metric)) for metric in (found.x, found.y))
    return _POINT(
        found.models[i], *scores, _about(record.model.params_b, record.model.weights or "", source_text(record))
    )


def points_table(found: Comparison, whole: bool = True) -> Markup:
    """Every point with both scores, intervals, size, weights and source, by x; else the first ``FIRST_POINTS``."""
    order = sorted(range(len(found.models)), key=lambda i: found.xs[i])
    columns = (found.x.term, found.y.term)
    return h(
        "table",
        h(
            "caption",
            t(
                "{title} and {title2} of {n} models, with 95 % intervals where known",
                title=found.x.title,
                title2=found.y.title,
                n=len(order),
            ),
        ),
        h(
            "thead",
            h(
                "tr",
                h("th", t("Model"), scope="col"),
                [h("th", term, scope="col", class_=_NUMBER) for term in columns],
                [h("th", title, scope="col") for title in (t("Parameters"), t("Weights"), t("Source"))],
            ),
        ),
        h("tbody", [_data_row(found, i) for i in (order if whole else order[:FIRST_POINTS])]),
        class_="em-plain em-points",
    )


def _more_points(found: Comparison) -> Markup:
    """The button that shows the rest, and how many there are without it."""
    button = h("button", t("Show all {n}", n=len(found.models)), type="button", data_all="", class_="em-plain-button")
    return h("p", button, t(" The first {n} are shown.", n=FIRST_POINTS), class_="em-note")


def below(found: Comparison, whole: bool = False) -> Markup:
    """What the axes mean, the points as a table, and how the interval was made.

    Of more than ``FIRST_POINTS`` points the table has the first, unless the ``whole`` is asked for.
    """
    whole = whole or len(found.models) <= FIRST_POINTS
    many = t(" With so many models, names and interval bars stand at the pointer and in the table.")
    draws = found.result.resamples
    notes = h(
        "div",
        h("ul", _chip(found.x), _chip(found.y), class_="em-note em-axes"),
        h("p", h("strong", t("Read with care. ")), found.board.note, class_="em-note"),
        h(
            "p",
            t(
                "The size of a mark grows with the number of parameters, tenfold by tenfold; a hollow mark has none "
                "stated. Bars through a mark are 95 % intervals of its scores: solid where single items were known, "
                "dotted where they follow from the number of questions alone."
            ),
            many if crowded(found) else None,
            class_="em-note",
        ),
        h(
            "p",
            t(
                "Intervals and band come from {draws:,} draws of models with replacement (BCa bootstrap, "
                "fixed seed): how far the numbers would move with other models of this kind. p says how "
                "often pairing the scores by chance would give as much. A correlation is not a cause.",
                draws=draws,
            ),
            class_="em-note",
        )
        if draws
        else None,
        class_="em-prose",
    )
    table = h(
        "details",
        h("summary", t("The points as a table")),
        h(
            "div",
            points_table(found, whole),
            class_="em-sideways",
            tabindex=0,
            role="region",
            aria_label=t("The points"),
        ),
        None if whole else _more_points(found),
        class_="em-note em-whole",
        data_keep="points",
    )
    return together(table, notes)
