"""The About page: what is measured, what every column means, licences, how to cite, and what not to read into it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import gradio as gr
from markupsafe import Markup

from echomind.leaderboard.boards import BOARDS, Board
from echomind.leaderboard.citing import paper_bibtex
from echomind.leaderboard.correlation import MIN_MODELS
from echomind.leaderboard.metrics import GROUPS, METRICS, Metric
from echomind.leaderboard.protocols import protocol_text
from echomind.models.notices import licence_notices
from echomind.ui.markup import h, link, together
from echomind.ui.site import Site
from echomind.words import joined, t

_LEVELS = (
    (
        "understanding",
        t("Understanding"),
        t(
            "Hear the words and the voice: transcribe, and answer questions about the speaker, "
            "the way of speaking and the surroundings."
        ),
    ),
    (
        "reasoning",
        t("Reasoning"),
        t(
            "Join what was said with how it was said: what happened before, what the speaker wants, "
            "which reply would help."
        ),
    ),
    ("conversation_text", t("Conversation"), t("Answer, in words and in a voice that suit the speaker's state.")),
)
_KINDS = (
    (
        t("Paper"),
        t("Copied from a publication. “second-hand” says that the copy was not compared with the publication itself."),
    ),
    (
        t("Submission"),
        t(
            "Somebody sent a model's raw predictions through the Submit page, and they were scored here, with "
            "intervals; scores themselves cannot be sent. The row is “unverified” until a person has compared it "
            "with its source, then “verified”: until then nobody but the sender vouches that the named model gave "
            "these predictions. Its link shows what was sent and every score. It is ranked when it was asked and "
            "scored as the board asks, and listed with the reason when it was not."
        ),
    ),
    (t("Measured here"), t("This project ran the model itself, with a command that stands in the row's source.")),
)
_LIMITS = (
    t(
        "Few models: with a dozen or two a correlation can change sign when one joins. That is "
        "why intervals are shown, and why fewer than {MIN_MODELS} models give none.",
        MIN_MODELS=MIN_MODELS,
    ),
    t(
        "In places and in correlations each model counts once, however many rows it has: a verified row first, then "
        "the newest. Several tries of one model would push others down, and the luckiest would stand for it."
    ),
    t("No score taken from a paper comes with an interval, so ranks a few tenths apart may not differ at all."),
    t(
        "Scripts and reference replies of EchoMind were written with GPT-4o, which also judges the replies and "
        "competes."
    ),
    t("EchoMind is English and single-turn; most of its clips are synthetic voices."),
    t(
        "Judges are language models. For C_SpeechRel their agreement with people is 0.64 (Spearman), the lowest "
        "reported."
    ),
    t("Multiple-choice questions have 2, 3 or 4 options, so guessing scores more than 25 %."),
)
_LICENCES = (
    (
        t("EchoMind data set"),
        t("CC BY-NC-SA 4.0 (data set card)"),
        "https://huggingface.co/datasets/hlt-cuhksz/EchoMind",
    ),
    (t("EchoMind code"), t("no licence file; nothing of it is copied here"), "https://github.com/hlt-cuhksz/EchoMind"),
    (
        t("HumDial Challenge"),
        t("no licence stated for the scoring code; its formulas are re-implemented"),
        "https://github.com/ASLP-lab/HumDial-Challenge",
    ),
    (t("IEAT paper"), "CC BY-SA 4.0", "https://arxiv.org/abs/2601.04960"),
)


def _levels() -> Markup:
    return h(
        "dl",
        [together(h("dt", title, class_=f"em-{group}"), h("dd", text)) for group, title, text in _LEVELS],
    )


def _metric_row(metric: Metric) -> Markup:
    return h(
        "tr",
        h("th", metric.short, h("small", metric.term), scope="row"),
        h("td", metric.definition),
        h("td", metric.range),
        h("td", t("higher") if metric.higher_is_better else t("lower")),
        h("td", metric.id),
    )


def _order_words(board: Board) -> str:
    """In which order the rows stand until the reader chooses another."""
    if not board.orders:
        return t("Its rows are ranked in no order; they stand by name.")
    order = board.orders[0]
    terms = [METRICS[metric].term for metric in order.metrics]
    by = terms[0] if len(terms) == 1 else t("the mean of {terms}", terms=joined(t(", "), terms))
    if order.higher_is_better:
        return t(
            "Its rows stand by “{title}” until another order is chosen: {by}, highest first.", title=order.title, by=by
        )
    return t("Its rows stand by “{title}” until another order is chosen: {by}, lowest first.", title=order.title, by=by)


def _board_metrics(board: Board) -> Markup:
    head = [h("th", title, scope="col") for title in (t("Score"), t("What it says"), t("Range"), t("Better"), t("Id"))]
    bodies = [
        h(
            "tbody",
            h("tr", h("th", GROUPS[group], scope="rowgroup", colspan=5, class_=f"em-{group}")),
            [_metric_row(metric) for metric in members],
        )
        for group, members in groupby(board.columns(), key=lambda metric: metric.group)
    ]
    return h(
        "details",
        h("summary", board.title),
        h("p", board.note, t(" "), t("Measured with: {protocol}.", protocol=protocol_text(board.protocol))),
        h("p", _order_words(board)),
        h(
            "div",
            h(
                "table",
                h("caption", t("Scores of {title}", title=board.title), class_="em-hidden"),
                h("thead", h("tr", head)),
                bodies,
                class_="em-plain",
            ),
            class_="em-scroll",
            tabindex=0,
            role="region",
            aria_label=t("Scores of {title}", title=board.title),
        ),
        open=board.id == "echomind",
    )


_ENDPOINTS = (
    ("/leaderboard", t("every row of a board, with ranks, scores and sources")),
    ("/correlation", t("how two scores of a board go together")),
    ("/model", t("everything known about one model")),
    ("/talk", t("a spoken turn: what was heard and felt, why, and the reply")),
    ("/check_submission", t("what would become of prediction files, without keeping any")),
    ("/submit", t("hand prediction files in")),
    ("/submission_status", t("where a submission is on its way")),
)


def about_page(notices: Sequence[str] = ()) -> Markup:
    """The whole page. ``notices`` are what the licence of the model in use asks to be said."""
    return h(
        "article",
        h("h1", t("About")),
        h(
            "p",
            t(
                "The same words can be a joke, a plea or a farewell. EchoMind measures whether a spoken language model "
                "hears the difference, and whether it shows in the answer."
            ),
        ),
        h("h2", t("Three levels")),
        _levels(),
        h("h2", t("What every score means")),
        h(
            "p",
            t(
                "A score made with a stand-in never shares a column with the paper's. A missing score is “—”, never "
                "0, and never counts in a rank or a correlation."
            ),
        ),
        [_board_metrics(board) for board in BOARDS.values()],
        h("h2", t("Where a row comes from")),
        h("dl", [together(h("dt", kind), h("dd", text)) for kind, text in _KINDS]),
        h("h2", t("What not to read into it")),
        h("ul", [h("li", limit) for limit in _LIMITS]),
        h("h2", t("Licences")),
        h("ul", [h("li", link(name, url), t(": "), licence) for name, licence, url in _LICENCES]),
        h("p", joined(t(" "), notices)) if notices else None,
        h("h2", t("Cite")),
        h("p", t("The benchmark is the work of its authors; please cite them.")),
        h("pre", h("code", paper_bibtex()), tabindex=0),
        h("h2", t("For machines")),
        h(
            "p",
            t(
                "These endpoints answer in JSON and are MCP tools as well; their shapes are under “Use via API or "
                "MCP” at the foot of every page."
            ),
        ),
        h("ul", [h("li", h("code", name), t(": "), text) for name, text in _ENDPOINTS]),
        class_="em-article",
    )


def build_about(site: Site) -> None:
    """Lay the page out in the current Blocks."""
    gr.HTML(about_page(licence_notices(site.settings)), apply_default_css=False, js_on_load=None)
