import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import json
from dataclasses import dataclass

import gradio as gr
import pytest

from echomind.errors import EchoMindError
from echomind.leaderboard.known_items import KnownItems
from echomind.leaderboard.model_choice import Choice, read_address
from echomind.leaderboard.results import Results
from echomind.settings import ROOT
from echomind.ui import models
from echomind.ui.models_show import Known, show, show_parts
from echomind.ui.models_view import LISTED
from tests.unit.leaderboard.conftest import RECORD
from tests.unit.leaderboard.made_rows import HOSTILE

RESULTS = Results(ROOT / "results")
KNOWN = Known(RESULTS, KnownItems(ROOT / "results"))


@dataclass
class SiteOfResults:
    """All of a site that this page uses."""

    results: Results


def written(tmp_path, names, board="echomind", **provenance):
    folder = tmp_path / board
    folder.mkdir(parents=True, exist_ok=True)
    for i, name in enumerate(names):
        record = json.loads(json.dumps(RECORD)) | {"board": board}
        record["model"]["name"] = name
        record["provenance"] |= provenance
        record["scores"]["understanding_acc"] = 10 + i / 10
        (folder / f"m{i}.json").write_text(json.dumps(record))
    return Known(Results(tmp_path), KnownItems(tmp_path))


def page_of(shown):
    return "".join(
        (
            shown.head,
            shown.radar_words,
            shown.scores,
            shown.differ_words,
            shown.parts_words,
            shown.people_words,
            shown.along,
        )
    )


def test_nothing_chosen_lists_the_models_of_every_board(parse):
    shown = show(Choice(), KNOWN)
    page = parse(shown.head)
    assert [h2.text.split(" ")[0] for h2 in page.all("h2")][:2] == ["EchoMind", "EchoMind-Mini"]
    first = page.all("li")[0]
    assert first.text == "GPT-4o-Audio1st of 14, 16 of 16 scores"
    assert first.all("a")[0].attributes["href"] == "/models?model=echomind/gpt-4o-audio"
    assert not shown.radar_row["visible"] and not shown.parts_row["visible"] and not shown.others["visible"]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_text_everywhere(parse, tmp_path, name):
    known = written(tmp_path, [name, "Other"], source=name)
    for choice in (Choice(), Choice("echomind", ("m0",)), Choice("echomind", ("m0", "m1"))):
        page = parse(page_of(show(choice, known)))
        assert name in page.text
        assert page.all("script") == [] and page.all("b") == [] and page.all("i") == []
        hrefs = {a.attributes["href"] for a in page.all("a")}
        assert all(href.startswith(("/models?model=echomind/", "https://")) for href in hrefs)


def test_one_model_has_all_that_is_known(parse):
    shown = show(Choice("echomind", ("gpt-4o-audio",)), KNOWN)
    page = parse(page_of(shown))
    assert shown.model["value"] == "echomind/gpt-4o-audio"
    assert page.all("nav")[0].all("a")[0].text == "EchoMind published, 2025-10-26"
    for words in ("1st of 14", "16 of 16 metrics", "verified", "judged by gpt-4o", "approximate", "none published"):
        assert words in page.text
    assert "From this model's record on “EchoMind, cue given in words”" in page.text
    assert page.all("pre", id="take-yaml") and page.all("pre", id="take-bibtex")
    assert json.loads(page.all("pre", id="take-json")[0].text)["model"]["name"] == "GPT-4o-Audio"
    assert shown.radar_row["visible"] and shown.differ_row["visible"] and not shown.parts_row["visible"]


def test_a_submission_links_to_its_receipt_and_is_told_from_others(parse, tmp_path):
    receipt = "0123456789ab-fedcba98765432100123456789abcdef"
    known = written(tmp_path, ["Aria"], kind="submission", receipt=receipt, verified=False)
    page = parse(show(Choice("echomind", ("m0",)), known).head)
    assert f"/submissions?receipt={receipt}" in {a.attributes["href"] for a in page.all("a")}
    assert "not verified" in page.text


def test_missing_scores_say_why(parse):
    page = parse(show(Choice("echomind", ("audio-flamingo3",)), KNOWN).scores)
    row = next(r for r in page.all("tr") if "Vocal empathy" in r.text)
    assert row.all("span", role="img")[0].text == "—" and "No score: this model does not speak." in row.text


def test_five_hundred_models_send_names_and_no_details(tmp_path):
    known = written(tmp_path, [f"Model {i}" for i in range(500)])
    shown = show(Choice(), known)
    assert len(shown.model["choices"]) == 500
    assert shown.head.count("<li") == LISTED and "And 482 more: find them by name above." in shown.head
    one = show(Choice("echomind", ("m7",)), known)
    assert len(one.others["choices"]) == 499
    assert len(json.dumps(one.model["choices"])) < 30_000 and len(page_of(one)) < 60_000


class Unreachable:
    """Results whose store of submissions cannot be read."""

    results_dir, store = ROOT / "results", None

    def look(self, board, *, at_most_s=0.0):
        return RESULTS.look(board)._replace(submissions_missing=True)


def test_missing_rows_of_submissions_are_said():
    known = Known(Unreachable(), KnownItems(ROOT / "results"))
    for choice in (Choice(), Choice("echomind", ("kimi-audio",)), Choice("echomind", ("kimi-audio", "echox"))):
        assert "Rows of submissions are missing for now" in show(choice, known).head
    assert 'data-query="?"' in show(Choice(), known).head


def test_no_model_at_all_and_a_single_one(tmp_path):
    nothing = show(Choice(), Known(Results(tmp_path), KnownItems(tmp_path)))
    assert nothing.head.count("This board has no results yet.") == 6 and nothing.model["choices"] == []
    alone = show(Choice("echomind", ("m0",)), written(tmp_path, ["Only"]))
    assert not alone.others["visible"] and "the only one with this score" in alone.scores


def test_a_row_that_was_withdrawn_is_said_and_the_rest_stays():
    shown = show(Choice("echomind", ("gone", "kimi-audio")), KNOWN)
    assert shown.choice.slugs == ("kimi-audio",) and "withdrawn" in shown.head
    assert show(Choice("echomind", ("gone",)), KNOWN).choice == Choice()


def test_addresses_open_what_they_name_and_hostile_ones_say_so(parse):
    assert models.open_address("?model=humdial/teleai&language=en", KNOWN).choice.language == "en"
    shown = models.open_address("?model=echomind/<img src=x onerror=alert(1)>", KNOWN)
    assert shown.choice == Choice()
    page = parse(shown.head)
    assert page.all("img") == [] and "has no row '<img src=x onerror=alert(1)>'" in page.text
    assert "data-query" not in shown.head  # the address stays as it came


def test_choosing_comparing_and_speaking_another_language():
    one = models.open_key("humdial/teleai", KNOWN)
    both = models.compared(
        one.choice, ["hdtlab", "teleai", "hdtlab", "iuspeech", "sensedialog", "nju-tencenthy"], KNOWN
    )
    assert both.choice.slugs == ("teleai", "hdtlab", "iuspeech", "sensedialog")
    assert both.others["value"] == ["hdtlab", "iuspeech", "sensedialog"] and both.along == "<span></span>"
    assert models.in_language(both.choice, "en", KNOWN).language["value"] == "en"
    assert models.compared(both.choice, [], KNOWN).choice.slugs == ("teleai",)
    assert models.open_key(None, KNOWN).choice == Choice()
    assert models.open_key("nope/../x", KNOWN).choice == Choice()


def test_a_comparison_says_for_each_level_what_can_be_told(parse):
    choice, _ = read_address("?board=echomind-mini&compare=echomind,majority", RESULTS)
    shown = show(choice, KNOWN)
    page = parse(shown.head + shown.scores)
    levels = [th.text for th in page.all("table")[0].all("th")]
    assert levels == ["Understanding", "Reasoning", "Conversation: words", "Across voices and levels"]
    assert "paired, 171 scripts" in page.text and "cannot be told apart" in page.text
    assert shown.differ_plot is not None and shown.radar_plot is not None


def test_published_means_allow_nothing_to_be_said(parse):
    choice, _ = read_address("?compare=kimi-audio,step-audio", RESULTS)
    page = parse(show(choice, KNOWN).scores)
    row = next(r for r in page.all("tr") if "Vocal empathy" in r.text)
    assert "no interval was published, so nothing can be said" in row.text


def test_other_protocols_are_warned_of_and_not_subtracted(parse, tmp_path):
    known = written(tmp_path, ["A", "B"])
    path = tmp_path / "echomind" / "m1.json"
    record = json.loads(path.read_text())
    record["protocol"]["prompt"] = "zero"
    path.write_text(json.dumps(record))
    shown = show(Choice("echomind", ("m0", "m1")), known)
    assert "Different protocols." in shown.head and not shown.differ_row["visible"]
    cells = parse(shown.scores).all("tbody")[0].all("td")
    assert cells[-1].text == "—" and "measured otherwise" in cells[-1].all("span")[0].attributes["title"]


def test_parts_follow_axis_and_score():
    choice = Choice("echomind-mini", ("echomind",))
    found = show_parts(choice, KNOWN, "attribute", "wer")
    assert found.axis["value"] == "attribute" and found.metric["value"] == "wer" and "whisper" in found.words
    assert not show_parts(choice, KNOWN, "question_type", "wer").metric["visible"]
    assert not show_parts(Choice("echomind", ("kimi-audio",)), KNOWN).axis.get("choices")
    with pytest.raises(EchoMindError, match="found the breakdown 'nope'"):
        show_parts(choice, KNOWN, "nope", "wer")


@pytest.mark.parametrize(("data", "key"), [({"model": "a/b"}, "a/b"), ({}, ""), (None, ""), ([1], "")])
def test_only_a_link_names_a_model(data, key):
    assert models.asked_model(gr.EventData(None, data)) == key


def test_unreadable_results_are_told_in_place_of_the_page(tmp_path):
    (tmp_path / "echomind").mkdir()
    (tmp_path / "echomind" / "x.json").write_text("<b>")
    with gr.Blocks() as demo:
        models.build_models(SiteOfResults(Results(tmp_path)))
    assert any("echomind/x.json" in str(getattr(block, "value", "")) for block in demo.blocks.values())
