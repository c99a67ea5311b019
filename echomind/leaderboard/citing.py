"""A record as text to take along: Hugging Face community evaluation results in YAML, and a note for a bibliography.

Both are built from values and written by something that knows the format: the YAML by the Hub's own entry class and
PyYAML, the BibTeX by ``bibtex_entry``, which lets no text out of its braces.
"""

from __future__ import annotations

import re

import yaml
from huggingface_hub import EvalResultEntry, eval_result_entries_to_yaml

from echomind.leaderboard.boards import get_board
from echomind.leaderboard.metrics import METRICS
from echomind.leaderboard.protocols import protocol_text
from echomind.leaderboard.records import Record

# Boards whose data set is on the Hub. The format points at a data set there, so other boards have nothing to point at.
DATASETS: dict[str, str] = {
    "echomind": "hlt-cuhksz/EchoMind",
    "echomind-upper-bound": "hlt-cuhksz/EchoMind",
    "echomind-arena": "hlt-cuhksz/EchoMind",
}
_KINDS = {"paper": "published", "submission": "submitted predictions, scored here", "measured": "measured here"}
_ENDLESS = 1_000_000  # columns: no line of YAML is folded, so that each value stays on its own line
# Braces count for BibTeX even behind a backslash, so they become commands, which are balanced by their own braces.
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    **{character: f"\\{character}" for character in "$&#_%"},
}
_IN_ADDRESS = {ord(character): f"%{ord(character):02X}" for character in "{}\\^~|"}
_PAPER = {
    "title": "{EchoMind}: An Interrelated Multi-level Benchmark for Evaluating Empathetic Speech Language Models",
    "author": "Zhou, Li and Yu, Lutong and Lyu, You and Lin, Yihang and Zhao, Zefeng and Ao, Junyi and Zhang, Yuhao "
    "and Wang, Benyou and Li, Haizhou",
    "booktitle": "International Conference on Learning Representations",
    "year": "2026",
    "note": "arXiv:2510.22758",
}
_PAPER_BOARDS = ("echomind", "echomind-mini", "echomind-upper-bound", "echomind-arena")


def _notes(record: Record, metric_id: str) -> str:
    """What a reader of one number must know: how it was measured, by how many items, and how sure it is."""
    provenance = record.provenance
    n, interval = record.n.get(metric_id), record.intervals.get(metric_id)
    parts = [
        f"{METRICS[metric_id].title} ({METRICS[metric_id].term}), {METRICS[metric_id].range}",
        protocol_text(record.protocol),
        _KINDS[provenance.kind],
        f"n = {n}" if n else "n not published",
        f"95 % interval {interval[0]} to {interval[1]}" if interval else "no interval published",
        None if provenance.verified else "not verified",
        f"receipt {provenance.receipt}" if provenance.receipt else None,
    ]
    return "; ".join(part for part in parts if part)


def eval_results_yaml(record: Record) -> str | None:
    """The record as a file for ``.eval_results/`` of the model's Hub repository; ``None`` for boards off the Hub.

    One entry a score, under the metric's id as task; missing scores have no entry. The Hub's format is in beta, and
    which tasks a data set has is up to its owners. Source: huggingface.co/docs/hub/eval-results.
    """
    dataset = DATASETS.get(record.board)
    if dataset is None:
        return None
    provenance = record.provenance
    entries = [
        EvalResultEntry(
            dataset_id=dataset,
            task_id=metric_id,
            value=value,
            date=provenance.date.isoformat(),
            source_url=provenance.url,
            source_name=provenance.source if provenance.url else None,  # the format has no name without an address
            notes=_notes(record, metric_id) + ("" if provenance.url else f"; {provenance.source}"),
        )
        for metric_id, value in record.scores.items()
    ]
    found = eval_result_entries_to_yaml(entries)
    return yaml.safe_dump(found, allow_unicode=True, sort_keys=False, width=_ENDLESS)


def latex(text: str) -> str:
    """``text`` as LaTeX prints it literally, with balanced braces."""
    return "".join(_LATEX.get(character, character) for character in text)


def bibtex_entry(kind: str, key: str, fields: dict[str, str]) -> str:
    """One entry; ``fields`` are LaTeX already. Raises ``ValueError`` for a key or a value that would end the entry."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9:._-]*", key):
        raise ValueError(f"found the key {key!r}, expected letters, digits, : . _ -")
    for name, value in fields.items():
        depth = 0
        for character in value:
            depth += {"{": 1, "}": -1}.get(character, 0)
            if depth < 0:
                break
        if depth != 0:
            raise ValueError(f"{name}: found braces that are not balanced, expected each to be closed")
    width = max(map(len, fields))
    body = "".join(f"  {name:<{width}} = {{{value}}},\n" for name, value in fields.items())
    return f"@{kind}{{{key},\n{body}}}"


def paper_bibtex() -> str:
    """The entry of the EchoMind paper."""
    return bibtex_entry("inproceedings", "zhou2026echomind", _PAPER)


def bibtex_note(slug: str, record: Record) -> str:
    """The record as a BibTeX entry with its provenance and scores, and the entry of the paper behind its board."""
    provenance, board = record.provenance, get_board(record.board)
    scores = ", ".join(f"{METRICS[m].title} ({METRICS[m].term}) {value:g}" for m, value in record.scores.items())
    checked = "verified" if provenance.verified else "not verified"
    notes = [
        f"{_KINDS[provenance.kind].capitalize()} ({provenance.date.isoformat()}, {checked}): {provenance.source}",
        f"Receipt {provenance.receipt}" if provenance.receipt else "",
        f"Protocol: {protocol_text(record.protocol)}",
        f"Scores: {scores}",
        f"Cite with it: {board.citation}",
    ]
    fields = {
        "title": f"{{{latex(record.model.name)}}} on {{{latex(board.title)}}}",
        "author": f"{{{latex(record.model.org)}}}" if record.model.org else "",
        "howpublished": "Row of a results table",
        "year": str(provenance.date.year),
        "url": (provenance.url or "").translate(_IN_ADDRESS),
        "note": latex(". ".join(note for note in notes if note)),
    }
    row = bibtex_entry("misc", f"{board.id}:{slug}", {name: value for name, value in fields.items() if value})
    if record.board not in _PAPER_BOARDS:
        return f"{row}\n"
    return f"{row}\n\n{paper_bibtex()}\n"
