"""What of a Chinese page should be Chinese and is not."""

import re

from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.metrics import METRICS
from echomind.leaderboard.results import Results
from echomind.settings import ROOT

CHINESE = re.compile(r"[\u3400-\u9fff]")
NOBODYS_WORDS = ("bdi", "code", "pre", "script")  # names, and what is no language
READ_OUT = ("title", "aria-label", "placeholder")
NAMES = {
    *("EchoMind", "EchoMind-Mini", "Warm listener 7B", "Ada & Söhne", "ada/slm", "Model that failed"),
    *("My-SLM-7B", "owner/name", "Apache-2.0", "https://…"),  # what a form shows as an example
    *("Spearman", "Pearson", "Kendall", "SHA-256", "PNG", "SVG", "CSV", "JSON", "LaTeX", "Parquet", "JSON Schema"),
    *("Gradio footer navigation", "plotly-logomark"),  # gradio's and plotly's own, which they do not translate
    *("Select input device", "Record audio", "Upload file", "Empty value", "dB", "Hz"),
    *("Click to upload or drop files", "File upload", "processing |", "CC BY-SA 4.0", "(Hugging Face)"),
}
# Numbers with their units, times, and the signs of statistics.
SIGNS = re.compile(
    r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d UTC)?|\b\d+(\.\d+)?[BM]\b|\bn [\d,]+|\bp [<=] [\d.]+|\b[\d.]+ [kM]?B\b"
)


def words_that_stay():
    """Names from data: metrics' terms and ids, models, organisations, licences, and citations of sources."""
    found = set(NAMES)
    for metric in METRICS.values():
        found |= {metric.term, metric.id, *metric.term.split(" ")}
    for board in BOARDS.values():
        found |= {f"{board.citation}."}
        for record in Results(ROOT / "results").board(board.id).values():
            found |= {record.model.name, record.model.org or "", record.model.licence or "", record.model.hub_id or ""}
            found.add(record.provenance.source)
    return found


STAY = words_that_stay()


def texts(element):
    """What is read or heard of a tree: names in <bdi>, code, and what is marked as English are nobody's words."""
    if element.tag in NOBODYS_WORDS or element.attributes.get("lang") == "en":
        return
    yield from (element.attributes[name] for name in READ_OUT if element.attributes.get(name))
    for part in element.texts:
        if isinstance(part, str):
            yield part
        else:
            yield from texts(part)


def foreign(text):
    """Whether a text should be Chinese and is not."""
    text = text.strip().strip("：").removesuffix(", %")
    if CHINESE.search(text) or text in STAY or all(part in STAY for part in re.split(", | · ", text)):
        return False
    return bool(re.search(r"[A-Za-z]{2}", SIGNS.sub("", text)))
