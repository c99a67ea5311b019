"""What stands above the leaderboard's table: filters, columns, further sort keys, and what is chosen as chips.

Every control is a button, a box or a list with ``data-act`` and ``data-value``; ``assets/board.js`` tells the server,
and ``actions`` says what it means.
"""

from __future__ import annotations

from markupsafe import Markup

from echomind.leaderboard.arrange import Table
from echomind.leaderboard.filters import ANY_SIZE, FACETS, Facet, size_words
from echomind.leaderboard.metrics import GROUPS
from echomind.leaderboard.presets import ALL, presets_for
from echomind.leaderboard.view import MAX_SORTS, ROW_KEYS, key_title, key_words
from echomind.ui.markup import h
from echomind.words import t

MOST_VALUES = 60  # of a facet in the panel; the search finds the others


def _box(label: str, act: str, value: str, checked: bool, count: int | None = None) -> Markup:
    return h(
        "label",
        h("input", type="checkbox", data_act=act, data_value=value, checked=checked),
        h("bdi", label),
        h("small", count) if count is not None else None,
        class_="em-box",
    )


def _facet(table: Table, facet: Facet) -> Markup | None:
    counts = table.facets.get(facet.id, {})
    chosen = dict(table.view.filters).get(facet.id, ())
    if len(counts) < 2 and not chosen:
        return None  # all rows are alike in it
    shown = [*list(counts)[:MOST_VALUES]]
    shown += [value for value in chosen if value not in shown]
    left = len(counts) - MOST_VALUES
    return h(
        "fieldset",
        h("legend", facet.title),
        [
            _box(facet.word(value), "filter", f"{facet.id}={value}", value in chosen, counts.get(value, 0))
            for value in shown
        ],
        h("p", t("and {left} more: use the search", left=left), class_="em-note") if left > 0 else None,
    )


def _end(table: Table, which: int, label: str) -> Markup:
    end = table.view.size[which]
    return h(
        "label",
        label,
        h(
            "input",
            type="number",
            min="0",
            step="any",
            inputmode="decimal",
            value=f"{end:g}" if end is not None else None,
            data_size=("low", "high")[which],
        ),
    )


def _panel(name: str, title: str, *parts: Markup | list[Markup | None] | None) -> Markup:
    return h(
        "div",
        h(
            "p",
            h("strong", title),
            h(
                "button",
                t("Close"),
                type="button",
                popovertarget=name,
                popovertargetaction="hide",
                class_="em-plain-button",
            ),
            class_="em-panel-head",
        ),
        *parts,
        popover="auto",
        id=name,
        role="dialog",
        aria_label=title,
        class_="em-panel",
    )


def _filters(table: Table) -> Markup:
    size = h(
        "fieldset",
        h("legend", t("Size, billions of parameters")),
        h("p", _end(table, 0, t("from ")), _end(table, 1, t(" to ")), class_="em-ends"),
    )
    return _panel("board-filters", t("Filters"), size, [_facet(table, facet) for facet in FACETS.values()])


def _columns(table: Table) -> Markup:
    shown = {metric.id for metric in table.metrics}
    all_columns = table.board.columns(table.view.language or None)
    groups = dict.fromkeys(metric.group for metric in all_columns)
    return _panel(
        "board-columns",
        t("Choose columns"),
        [
            h(
                "fieldset",
                h("legend", GROUPS[group]),
                [
                    _box(
                        t("{term}: {title}", term=m.term, title=m.title) if m.term != m.title else m.term,
                        "column",
                        m.id,
                        m.id in shown,
                    )
                    for m in all_columns
                    if m.group == group
                ],
                class_=f"em-{group}",
            )
            for group in groups
        ],
    )


def _opener(target: str, label: str) -> Markup:
    return h("button", label, type="button", popovertarget=target, class_="em-tool")


def _preset(table: Table) -> Markup:
    offered, own = presets_for(table.board, table.view.language), bool(table.view.columns)
    shown = table.view.preset if table.view.preset in offered else ALL  # what a board lacks shows all that it has
    options = [
        h("option", title, value=preset, selected=not own and preset == shown) for preset, title in offered.items()
    ]
    if own:
        options.append(h("option", t("Own choice"), value="", selected=True))
    return h("span", h("select", options, data_act="preset", aria_label=t("Columns")), class_="em-tool-list")


def _then(table: Table) -> Markup:
    view = table.view
    taken = {sort.by for sort in view.sorted_by}
    keys = [*(order.id for order in table.board.orders_for(view.language or None)), *(m.id for m in table.metrics)]
    options = [h("option", t("then by …"), value="", selected=True)]
    options += [h("option", key_title(view, key), value=key) for key in (*keys, *ROW_KEYS) if key not in taken]
    full = len(view.sorted_by) >= MAX_SORTS
    return h(
        "span",
        h("select", options, data_act="then", disabled=full, aria_label=t("Further sort key")),
        class_="em-tool-list",
    )


def _switch(label: str, act: str, on: bool, hint: str) -> Markup:
    return h("label", h("input", type="checkbox", data_act=act, checked=on), label, title=hint, class_="em-tool-switch")


def _compare(table: Table) -> Markup:
    pins = [row.slug for row in table.rows if row.pinned]
    if len(pins) < 2:
        return h("span", class_="em-compare")
    address = f"/models?board={table.board.id}&compare={','.join(pins)}"
    return h("a", t("Compare these {n}", n=len(pins)), href=address, class_="em-compare em-tool")


def _chip(words: str, act: str, value: str, hint: str) -> Markup:
    return h(
        "button",
        h("bdi", words),
        h("span", "×", aria_hidden="true"),
        type="button",
        data_act=act,
        data_value=value,
        title=hint,
        aria_label=t("{hint}: {words}", hint=hint, words=words),
        class_="em-chip",
    )


def _chips(table: Table) -> Markup:
    view = table.view
    chips = []
    if view.text.strip():
        chips.append(_chip(f"“{view.text.strip()}”", "unsearch", "", t("Take this search off")))
    for facet, values in view.filters:
        for value in values:
            words = t("{facet}: {value}", facet=FACETS[facet].title, value=FACETS[facet].word(value))
            chips.append(_chip(words, "filter", f"{facet}={value}", t("Take this filter off")))
    if view.size != ANY_SIZE:
        chips.append(
            _chip(t("Size: {size_words}", size_words=size_words(view.size)), "size", "..", t("Take this filter off"))
        )
    keys = view.sorted_by
    if len(keys) > 1:
        for i, sort in enumerate(keys):
            chips.append(
                _chip(
                    t("{place}. {key}", place=i + 1, key=key_words(view, sort)),
                    "unsort",
                    sort.by,
                    t("Take this sort key off"),
                )
            )
    if len(chips) > 1 and view.narrowed:
        chips.append(h("button", t("Clear filters"), type="button", data_act="clear", class_="em-plain-button"))
    return h("div", chips, class_="em-chips", role="group", aria_label=t("Chosen filters and sort keys"))


def table_tools(table: Table) -> Markup:
    """The line of tools, the chips, and the panels that the tools open. Always of the same parts, filled or not."""
    view = table.view
    chosen = sum(len(values) for _, values in view.filters) + (view.size != ANY_SIZE)
    return h(
        "div",
        h(
            "div",
            _opener("board-filters", t("Filters ({chosen})", chosen=chosen) if chosen else t("Filters")),
            _preset(table),
            _opener("board-columns", t("Choose columns")),
            _then(table),
            _switch(t("Shading"), "heat", view.heat, t("Shade each column from its worst fifth to its best")),
            _switch(
                t("Official places"),
                "official",
                view.official,
                t("Places by value alone, as the source's own site counts them, without saying how sure they are"),
            ),
            _compare(table),
            h("button", t("Copy link"), type="button", data_copy_link=True, class_="em-tool em-copy-link"),
            class_="em-tools",
        ),
        _chips(table),
        _filters(table),
        _columns(table),
        class_="em-above",
    )
