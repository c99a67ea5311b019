"""The replies on the model card: what was measured of them, and a sample with nothing removed."""

from __future__ import annotations

from typing import Any

_SHARES = {
    "complete": "complete sentences, no phrase twice, no thinking shown",
    "differ": "reply to the target delivery differs in substance from that to the neutral one",
    "differ_references": "the same of the written references",
    "invents_nothing": "no word that nobody said and that is not everyday",
    "cause_of_the_words": "cause takes up a word that was said",
    "emotion_told": "thinking names the emotion, delivery told in words",
}
_HEARD = {"head": "emotion head names the emotion, clips of EchoMind-Mini", "thinking": "thinking names it, same clips"}


def replies_rows(figures: dict[str, Any]) -> str:
    """Shares with their intervals, then perplexity, distinct-2 and length; rows of a table of three columns."""
    rows = [_row(title, figures[key]) for key, title in _SHARES.items()]
    rows += [_row(title, figures["emotions_heard"][key]) for key, title in _HEARD.items()]
    perplexity, n = figures["perplexity"], 3 * figures["utterances"]
    rows += [
        f"| perplexity of the references, per token | {perplexity['value']:.1f} | {perplexity['tokens']:,} tokens |",
        f"| distinct-2 of all replies | {figures['distinct_2']:.3f} | {n} |",
        f"| distinct-2 of the references | {figures['distinct_2_references']:.3f} | {n} |",
        f"| words in a reply | {figures['words']:.1f} | {n} |",
    ]
    return "\n".join(rows)


def _row(title: str, figure: dict[str, Any]) -> str:
    low, high = figure["interval"]
    return f"| {title} | {figure['value']:.3f} [{low:.3f}, {high:.3f}] | {figure['n']} |"


def sample_rows(sample: list[dict[str, Any]]) -> str:
    """What was said and told, thought and answered; rows of a table of four columns."""
    rows = []
    for entry in sample:
        thinking = entry["thinking"]
        thought = f"{thinking['emotion']}, because {thinking['cause']}"
        said = entry["utterance"] if entry["delivery"] == "target" else ""  # three rows an utterance
        rows.append((said, f"{entry['delivery']}: {entry['told']}", thought, entry["reply"]))
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in rows)
