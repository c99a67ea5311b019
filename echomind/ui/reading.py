"""The Correlations page's words and tables around the plot, as HTML."""

from __future__ import annotations

from markupsafe import Markup

from echomind.leaderboard.comparison import Comparison, number
from echomind.leaderboard.correlation import MIN_MODELS, RESAMPLES, Coefficient
from echomind.leaderboard.metrics import Metric
from echomind.ui.markup import h, together
from echomind.ui.table import MISSING, dash

_NUMBER = "em-number"


def _coefficient(name: str, meaning: str, coefficient: Coefficient | None, n: int) -> Markup:
    if coefficient is None:
        shown = dash(f"needs at least {MIN_MODELS} models that differ on both axes")
        interval: Markup | str = ""
    else:
        shown = h("strong", number(coefficient.value))
        if coefficient.low is None or coefficient.high is None:
            interval = dash("no interval: in most draws all models were equal on one axis")
        else:
            interval = f"{number(coefficient.low)} to {number(coefficient.high)}"
    return h(
        "tr",
        h("th", name, h("small", meaning), scope="row"),
        h("td", shown, class_=_NUMBER),
        h("td", interval, class_=_NUMBER),
        h("td", str(n), class_=_NUMBER),
    )


def coefficients_table(found: Comparison) -> Markup:
    """Both coefficients with interval and n."""
    result = found.result
    columns = (("Coefficient", None), ("−1 to 1", _NUMBER), ("95 % interval", _NUMBER), ("n", _NUMBER))
    head = [h("th", title, scope="col", class_=kind) for title, kind in columns]
    return h(
        "table",
        h("caption", "How strongly the two go together", class_="em-hidden"),
        h("thead", h("tr", head)),
        h(
            "tbody",
            _coefficient("Spearman", "by rank", result.spearman, result.n),
            _coefficient("Pearson", "by a straight line", result.pearson, result.n),
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


def verdict(found: Comparison, submissions_missing: bool = False) -> Markup:
    """The sentence, the coefficients, what one model does to them, and who is missing."""
    undefined = found.result.undefined
    return h(
        "div",
        h("p", MISSING, role="status", class_="em-notice") if submissions_missing else None,
        h("p", found.sentence, class_="em-sentence", role="status"),
        coefficients_table(found),
        _influence(found),
        _left_out(found),
        h(
            "p",
            f"{undefined:,} of {RESAMPLES:,} draws had no correlation and were left out of the interval.",
            class_="em-note",
        )
        if undefined
        else None,
        class_="em-verdict",
    )


def _influence(found: Comparison) -> Markup | None:
    if not found.influence:
        return None
    before, model, after = found.influence
    return h("p", before, h("bdi", model), after, class_="em-note")


def _left_out(found: Comparison) -> Markup | None:
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


def _data_row(model: str, x: str, y: str) -> Markup:
    return h("tr", h("th", h("bdi", model), scope="row"), h("td", x, class_=_NUMBER), h("td", y, class_=_NUMBER))


def below(found: Comparison) -> Markup:
    """What the axes mean, the points as a table, and how the interval was made."""
    points = sorted(zip(found.models, found.xs, found.ys, strict=True), key=lambda point: point[1])
    columns = (("Model", None), (found.x.term, _NUMBER), (found.y.term, _NUMBER))
    head = [h("th", title, scope="col", class_=kind) for title, kind in columns]
    return together(
        h("ul", _chip(found.x), _chip(found.y), class_="em-note em-axes"),
        h(
            "details",
            h("summary", "The points as a table"),
            h(
                "table",
                h("caption", f"{found.x.title} and {found.y.title} of {len(points)} models"),
                h("thead", h("tr", head)),
                h("tbody", [_data_row(m, found.x.text(x), found.y.text(y)) for m, x, y in points]),
                class_="em-plain",
            ),
            class_="em-note",
            data_keep="points",
        ),
        h("p", h("strong", "Read with care. "), found.board.note, class_="em-note"),
        h(
            "p",
            f"The interval and the band come from {RESAMPLES:,} draws of models with replacement (percentile "
            "bootstrap, fixed seed). They show how far the numbers would move with other models of this kind. "
            "A correlation is not a cause.",
            class_="em-note",
        ),
    )
