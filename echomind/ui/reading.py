"""The Correlations page's words and tables around the plot, as HTML."""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup

from echomind.leaderboard.comparison import Comparison, number, p_text
from echomind.leaderboard.correlation import MIN_MODELS, Coefficient, Influence
from echomind.leaderboard.metrics import Metric
from echomind.leaderboard.points import interval_text, source_text
from echomind.leaderboard.records import Record
from echomind.leaderboard.scatter import crowded, parameters_text
from echomind.ui.markup import h, together
from echomind.ui.table import MISSING, dash

_NUMBER = "em-number"
_MOST_INFLUENCES = 40  # rows; of 500 models the rest move nothing that anybody could read
_P_METHODS = {"exact": "counted", "permutation": "by lot", "normal": "normal"}
_P_METHOD_NOTES = {
    "exact": "over all ways to pair the two scores",
    "permutation": "over random ways to pair the two scores",
    "normal": "from the normal distribution, corrected for ties",
}


def _coefficient(name: str, meaning: str, coefficient: Coefficient | None, n: int) -> Markup:
    interval: Markup | str = ""
    p: Markup | str = ""
    if coefficient is None:
        shown = dash(f"needs at least {MIN_MODELS} models that differ on both axes")
    else:
        shown = h("strong", number(coefficient.value))
        if coefficient.low is None or coefficient.high is None:
            interval = dash(f"no interval: {coefficient.note or 'the draws gave none'}")
        else:
            note = h("small", "percentile", title=coefficient.note) if coefficient.method == "percentile" else None
            interval = together(f"{number(coefficient.low)} to {number(coefficient.high)}", note)
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
        h("caption", "How strongly the two go together", class_="em-hidden"),
        _head("Correlation", "−1 to 1", "95 % interval", "p by chance", "n"),
        h(
            "tbody",
            _coefficient("Spearman", "by rank", result.spearman, result.n),
            _coefficient("Pearson", "by a straight line", result.pearson, result.n),
            _coefficient("Kendall", "by pairs in order", result.kendall, result.n),
        ),
        class_="em-plain",
    )


def _chip(metric: Metric) -> Markup:
    better = "higher is better" if metric.higher_is_better else "lower is better"
    return h(
        "li",
        h("strong", f"{metric.title} ({metric.term})", class_=f"em-{metric.group}"),
        f" {metric.definition} Range {metric.range}; {better}.",
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
        h("p", f"{undefined:,} of {draws:,} draws had no correlation and were left out.", class_="em-note")
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
        h("summary", "Without each model in turn"),
        h(
            "table",
            h("caption", "The correlations without one model, the one that matters most first"),
            _head("Without", "Spearman", "Pearson", "Kendall"),
            h("tbody", [_without(found, influence) for influence in known[:_MOST_INFLUENCES]]),
            class_="em-plain",
        ),
        h("p", f"The other {len(rest)} move Spearman’s by {abs(rest[0].spearman - whole):.3f} at most.")
        if rest
        else None,
        [h("p", "Without ", h("bdi", model), " all are equal on one axis.") for model in lost],
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
        return h("p", "Every model of this board has both scores.", class_="em-note")
    lacking = all(out.lacks for out in found.left_out)
    return h(
        "details",
        h(
            "summary",
            f"{len(found.left_out)} left out{' for lack of a score' if lacking else ', each with its reason'}",
        ),
        h("ul", [h("li", h("strong", h("bdi", out.model)), f": {out.reason}") for out in found.left_out]),
        class_="em-note",
        data_keep="left-out",
    )


def _score(record: Record, metric: Metric, value: float) -> Markup:
    interval = interval_text(record, metric)
    return h("td", f"{metric.text(value)} ({interval})" if interval else metric.text(value), class_=_NUMBER)


@lru_cache(maxsize=4096)
def _about(params_b: float | None, weights: str, source: str) -> Markup:
    """The cells of a row that are the same for all axes: kept, since 500 rows are written at each change of one."""
    return together(
        h("td", parameters_text(params_b).removesuffix(" parameters")),
        h("td", f"{weights} weights" if weights else "weights not stated"),
        h("td", source),
    )


def _data_row(found: Comparison, i: int) -> Markup:
    record = found.records[i]
    return h(
        "tr",
        h("th", h("bdi", found.models[i]), scope="row"),
        _score(record, found.x, found.xs[i]),
        _score(record, found.y, found.ys[i]),
        _about(record.model.params_b, record.model.weights or "", source_text(record)),
    )


def points_table(found: Comparison) -> Markup:
    """Every point with both scores, their intervals, size, weights and source, by x."""
    order = sorted(range(len(found.models)), key=lambda i: found.xs[i])
    columns = (found.x.term, found.y.term)
    return h(
        "table",
        h("caption", f"{found.x.title} and {found.y.title} of {len(order)} models, with 95 % intervals where known"),
        h(
            "thead",
            h(
                "tr",
                h("th", "Model", scope="col"),
                [h("th", term, scope="col", class_=_NUMBER) for term in columns],
                [h("th", title, scope="col") for title in ("Parameters", "Weights", "Source")],
            ),
        ),
        h("tbody", [_data_row(found, i) for i in order]),
        class_="em-plain em-points",
    )


def below(found: Comparison) -> Markup:
    """What the axes mean, the points as a table, and how the interval was made."""
    many = " With so many models, names and interval bars stand at the pointer and in the table."
    draws = found.result.resamples
    notes = h(
        "div",
        h("ul", _chip(found.x), _chip(found.y), class_="em-note em-axes"),
        h("p", h("strong", "Read with care. "), found.board.note, class_="em-note"),
        h(
            "p",
            "The size of a mark grows with the number of parameters, tenfold by tenfold; a hollow mark has none "
            "stated. Bars through a mark are 95 % intervals of its scores: solid where single items were known, dotted "
            f"where they follow from the number of questions alone.{many if crowded(found) else ''}",
            class_="em-note",
        ),
        h(
            "p",
            f"Intervals and band come from {draws:,} draws of models with replacement (BCa bootstrap, fixed seed): how "
            "far the numbers would move with other models of this kind. p says how often pairing the scores by chance "
            "would give as much. A correlation is not a cause.",
            class_="em-note",
        )
        if draws
        else None,
        class_="em-prose",
    )
    table = h(
        "details",
        h("summary", "The points as a table"),
        h("div", points_table(found), class_="em-sideways", tabindex=0, role="region", aria_label="The points"),
        class_="em-note em-whole",
        data_keep="points",
    )
    return together(table, notes)
