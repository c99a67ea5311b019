"""What can be taken along of a record: texts to copy or to save, made here and never kept on the server."""

from __future__ import annotations

import json
from collections.abc import Sequence

from markupsafe import Markup

from echomind.leaderboard.citing import bibtex_note, eval_results_yaml
from echomind.leaderboard.model_page import Entry
from echomind.ui.markup import Child, h, link
from echomind.words import t


def _text_to_take(name: str, label: str, text: str, *, words: Sequence[Child | Markup], file: str = "") -> Markup:
    download = (
        h("button", t("Download"), type="button", data_download=name, data_file=file, class_="em-take")
        if file
        else None
    )
    return h(
        "details",
        h("summary", label),
        h("p", *words, class_="em-note") if words else None,
        h("p", h("button", t("Copy"), type="button", data_copy=name, class_="em-take"), download),
        h("pre", h("code", text), id=name, tabindex=0),
    )


def take_along(entry: Entry) -> Markup:
    """Evaluation results for the Hub, a note for a bibliography, and the record itself, to copy or to download."""
    record = entry.record
    yaml = eval_results_yaml(record)
    whole = json.dumps(record.model_dump(mode="json", by_alias=True), ensure_ascii=False, indent=1)
    about = link(t("the Hub's page about it"), "https://huggingface.co/docs/hub/eval-results")
    if yaml is None:
        hub = h(
            "p",
            t("This board's data set is not on the Hub, so there is no .eval_results file for it."),
            class_="em-note",
        )
    else:
        words = (
            t(
                "For a file in the folder .eval_results of the model's own repository on Hugging Face. The format is "
                "in beta, see "
            ),
            about,
            t("; tasks are our metric ids, and which tasks a data set has is up to its owners."),
        )
        hub = _text_to_take(
            "take-yaml", t("Copy as .eval_results YAML"), yaml, words=words, file=f"{entry.board.id}-{entry.slug}.yaml"
        )
    return h(
        "section",
        h("h3", t("Take it along")),
        hub,
        _text_to_take("take-bibtex", t("Copy row as BibTeX note"), bibtex_note(entry.slug, record), words=()),
        _text_to_take(
            "take-json", t("The record as JSON"), whole, words=(), file=f"{entry.board.id}-{entry.slug}.json"
        ),
        class_="em-along",
    )
