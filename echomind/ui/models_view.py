"""One model in words and tables: who it is, where its numbers come from, and every score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from urllib.parse import quote

from markupsafe import Markup

from echomind.leaderboard.boards import BOARDS, Board, Order
from echomind.leaderboard.counted import OTHER_ROW
from echomind.leaderboard.intervals import Kind, NoInterval, ScoreInterval
from echomind.leaderboard.metrics import GROUPS, LANGUAGES, Metric
from echomind.leaderboard.model_figures import Picture
from echomind.leaderboard.model_page import Model, Profile, ScoreLine, summaries, title
from echomind.leaderboard.names import labels
from echomind.leaderboard.protocols import protocol_text
from echomind.leaderboard.records import Record
from echomind.ui.markup import Child, h, link, together
from echomind.ui.table import dash, parameters
from echomind.words import counted, joined, t

LISTED = 18  # models of a board on the first screen; the chooser finds the others
_KINDS = {
    "paper": t("Published"),
    "submission": t("Submitted predictions, scored here"),
    "measured": t("Measured here"),
}
_WEIGHTS = {"open": t("open weights"), "closed": t("closed weights")}
INTERVAL_KINDS: dict[Kind, str] = {"measured": t("measured"), "approximate": t("approximate")}
_NUMBER = "em-number"


def address_of(key: str) -> str:
    """The page of one record."""
    return f"/models?model={quote(key)}"


def _to_model(text: Child, key: str, *, current: bool = False) -> Markup:
    return h("a", text, href=address_of(key), data_model=key, aria_current="true" if current else None)


def note_line(note: str) -> Markup | None:
    """What of an address is not there, where the page would be."""
    return h("p", note, role="status", class_="em-notice") if note else None


def first_screen(boards: Mapping[str, Mapping[str, Record]], note: str = "") -> Markup:
    """Nothing chosen yet: the models of every board, the best first, each with one line about it."""
    return h("div", note_line(note), [_listed(BOARDS[b], records) for b, records in boards.items()], class_="em-models")


def _listed(board: Board, records: Mapping[str, Record]) -> Markup:
    if not records:
        return h("section", h("h2", board.title), h("p", t("This board has no results yet."), class_="em-note"))
    names, lines = labels(records), list(summaries(board, records).items())
    order = t("by “{title}”", title=board.orders[0].title) if board.orders else t("this board has no ranking")
    count = joined(t(", "), (counted(len(lines), "{n} row", "{n} rows"), order))
    items = [
        h("li", _to_model(h("bdi", names[slug]), f"{board.id}/{slug}"), h("small", line))
        for slug, line in lines[:LISTED]
    ]
    rest = len(lines) - LISTED
    more = h("p", t("And {rest:,} more: find them by name above.", rest=rest), class_="em-note") if rest > 0 else None
    return h("section", h("h2", board.title, " ", h("small", count)), h("ol", items), more)


def _row(name: str, *content: Child | Markup) -> Markup:
    return together(h("dt", name), h("dd", *content))


def _who(record: Record) -> Markup:
    model = record.model
    size = (
        t("{parameters} parameters", parameters=parameters(model.params_b)) if model.params_b else t("size not stated")
    )
    weights = _WEIGHTS[model.weights] if model.weights else t("weights: not stated")
    voice = {True: t("answers in a voice"), False: t("answers in text only"), None: None}[model.speech_out]
    licence = t("licence: {licence}", licence=model.licence) if model.licence else t("licence not stated")
    stated = [model.org or t("organisation not stated"), size, weights, licence, voice]
    hub = link(model.hub_id, f"https://huggingface.co/{model.hub_id}") if model.hub_id else None
    shown = model.url if model.url != f"https://huggingface.co/{model.hub_id}" else None
    page = link(t("its page"), shown) if shown else None
    parts: list[Child | Markup] = [joined(" · ", [part for part in stated if part])]
    for extra in (hub, page):
        parts += [" · ", extra] if extra is not None else []
    return h("p", *parts, class_="em-who")


def _origin(record: Record) -> Markup:
    provenance = record.provenance
    receipt = provenance.receipt
    return together(
        joined(t(", "), (_KINDS[provenance.kind], provenance.date.isoformat(), "")),
        h("strong", t("verified") if provenance.verified else t("not verified")),
        t(". "),
        link(provenance.source, provenance.url),
        together(t(". Receipt "), h("a", receipt, href=f"/submissions?receipt={quote(receipt)}", class_="em-mark"))
        if receipt
        else None,
    )


def _records(model: Model, key: str) -> Markup | None:
    if len(model.entries) < 2:
        return None
    items = [
        h(
            "li",
            _to_model(together(entry.board.title, " ", h("small", entry.origin)), entry.key, current=entry.key == key),
        )
        for entry in model.entries
    ]
    return h("nav", h("ul", items), aria_label=t("Records of this model"), class_="em-records")


def _order(order: Order) -> str:
    """The title of an order, with its language by name."""
    if order.language is None:
        return order.title
    return joined(t(", "), (order.short or order.title, LANGUAGES[order.language]))


def head(profile: Profile, model: Model, query: str, note: str = "") -> Markup:
    """Who the model is, its records, its places and where the numbers come from."""
    record, board = profile.entry.record, profile.entry.board
    places = [
        h("li", _order(place.order), t(": "), h("strong", place.words), title=place.meaning) for place in profile.places
    ]
    return h(
        "section",
        note_line(note),
        h(
            "h2",
            h("bdi", profile.label),
            " ",
            h("button", t("Copy link"), type="button", data_copy_link=True, class_="em-take"),
        ),
        _who(record),
        _records(model, profile.entry.key),
        h(
            "dl",
            _row(t("Board"), board.title),
            _row(t("Places"), h("ul", places)) if places else _row(t("Places"), t("this board has no ranking")),
            _row(t("Coverage"), t("{scored} of {n} metrics have a score", scored=profile.scored, n=len(board.metrics))),
            _row(t("Source"), _origin(record)),
            _row(t("Protocol"), protocol_text(record.protocol)),
            _row(t("Not ranked"), t("measured otherwise than the board ranks: {unlike}", unlike=profile.unlike))
            if profile.unlike
            else None,
            class_="em-facts",
        ),
        data_query=query,
        class_="em-model",
    )


def interval_cell(metric: Metric, interval: ScoreInterval | NoInterval) -> Markup:
    """An interval with the word for how it was got; without one, a dash and the word for why."""
    if isinstance(interval, NoInterval):
        return together(dash(interval.reason), " ", h("small", t("none published"), title=interval.reason))
    between = t("{text} to {text2}", text=metric.text(interval.low), text2=metric.text(interval.high))
    return together(between, " ", h("small", INTERVAL_KINDS[interval.kind], title=interval.note))


def _line(line: ScoreLine, unranked: str) -> Markup:
    metric = line.metric
    name = h(
        "th",
        title(metric),
        h("small", joined(t(", "), (metric.term, metric.range))),
        scope="row",
        title=metric.definition,
    )
    if line.value is None:
        return h(
            "tr",
            name,
            h("td", dash(line.missing), class_=_NUMBER),
            h("td", t("No score: {missing}.", missing=line.missing), colspan=4, class_="em-absent"),
        )
    n = f"{line.n:,}" if line.n else dash(t("the source does not say"))
    rank = t("{rank} of {of}", rank=line.rank, of=line.of) if line.rank else dash(unranked)
    return h(
        "tr",
        name,
        h("td", h("strong", metric.text(line.value)), class_=_NUMBER),
        h("td", interval_cell(metric, line.interval), class_=_NUMBER),
        h("td", n, class_=_NUMBER),
        h("td", rank, class_=_NUMBER),
        h("td", line.distance or dash(unranked)),
    )


def scores(profile: Profile) -> Markup:
    """Every metric of the board, level by level: value, interval and how it was got, n, rank, best and median."""
    columns = (
        (t("Score"), None),
        (t("Value"), _NUMBER),
        (t("95 % interval"), _NUMBER),
        ("n", _NUMBER),
        (t("Rank by value"), _NUMBER),
        (t("Best and median of the board"), None),
    )
    unranked = t("measured otherwise than the board ranks") if profile.unlike else OTHER_ROW
    bodies = []
    for (language, group), lines in groupby(profile.lines, key=lambda line: (line.metric.language, line.metric.group)):
        name = joined(t(", "), [GROUPS[group], *([LANGUAGES[language]] if language else [])])
        heading = h("tr", h("th", name, scope="rowgroup", colspan=len(columns), class_=f"em-{group} em-level"))
        bodies.append(h("tbody", heading, [_line(line, unranked) for line in lines]))
    return scores_part(
        t("Every score"),
        t("Scores of {label} on {title}", label=profile.label, title=profile.entry.board.title),
        [h("th", name, scope="col", class_=kind) for name, kind in columns],
        bodies,
        note=(
            t(
                "Measured intervals come from the scores of single items, drawn by script. Approximate ones follow "
                "from the number of questions alone and are as a rule too narrow. "
            ),
            h("strong", t("Read with care. ")),
            profile.entry.board.note,
        ),
    )


def scores_part(
    heading: str,
    caption: str,
    heads: Sequence[Markup],
    bodies: Sequence[Markup],
    *,
    note: Sequence[Child | Markup],
    class_: str = "em-plain em-scores",
) -> Markup:
    """A table of scores that scrolls in its own frame, between a heading and a note on how to read it."""
    table = h(
        "table", h("caption", caption, class_="em-hidden"), h("thead", h("tr", heads)), list(bodies), class_=class_
    )
    return together(
        h("h3", heading),
        h("div", table, class_="em-scroll", tabindex=0, role="region", aria_label=t("Scores, scrolls sideways")),
        h("p", *note, class_="em-note"),
    )


def picture_words(picture: Picture) -> Markup:
    """What stands beside a figure: its title, its sentence, and its data as a table."""
    first, *others = picture.columns
    return together(
        h("h3", picture.title),
        h("p", picture.sentence, class_="em-note"),
        h(
            "div",
            h(
                "table",
                h("caption", t("{title}: the data of the figure", title=picture.title), class_="em-hidden"),
                h(
                    "thead",
                    h("tr", h("th", first, scope="col"), [h("th", c, scope="col", class_=_NUMBER) for c in others]),
                ),
                h(
                    "tbody",
                    [
                        h("tr", h("th", name, scope="row"), [h("td", cell, class_=_NUMBER) for cell in cells])
                        for name, *cells in picture.rows
                    ],
                ),
                class_="em-plain",
            ),
            class_="em-scroll em-data",
            tabindex=0,
            role="region",
            aria_label=t("{title}: data, scrolls", title=picture.title),
        ),
        [h("p", note, class_="em-note") for note in picture.notes],
    )
