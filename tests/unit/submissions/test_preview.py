"""The row an upload would become has the metrics that scoring then makes, and the same accuracies to the last digit."""

from dataclasses import replace
from pathlib import Path

import pytest

from echomind.benchmark.items import STYLES
from echomind.scoring.predictions import Predictions
from echomind.scoring.score import score
from echomind.settings import Settings
from echomind.submissions import preview
from echomind.submissions.preview import preview_of
from tests.unit.scoring.made_embeddings import MADE_MODELS
from tests.unit.scoring.made_sets import made_predictions, made_set
from tests.unit.submissions.made_uploads import made_form

SET = made_set(40, questions_per_script=18)
SAID = made_predictions(SET, failed=0.1)
SETTINGS = Settings()
PARTS = {
    "everything": SAID,
    "transcripts": Predictions(transcripts=SAID.transcripts),
    "transcripts of target deliveries": Predictions(
        transcripts={key: text for key, text in SAID.transcripts.items() if key[1] == "target"}
    ),
    "understanding": Predictions(answers={"understanding": SAID.answers["understanding"]}),
    "reasoning": Predictions(answers={"reasoning": SAID.answers["reasoning"]}),
    "half of the answers": Predictions(
        answers={level: dict([*answers.items()][::2]) for level, answers in SAID.answers.items()}
    ),
    "replies": Predictions(replies=SAID.replies),
    "answers and replies": replace(SAID, transcripts={}),
}
STYLE_ANSWERS = {"style_answer_change", "style_answer_right"}


@pytest.mark.parametrize("part", PARTS)
def test_the_row_has_what_scoring_makes(part):
    row = preview_of("echomind-mini", SET, PARTS[part], None, SETTINGS)
    report = score(SET, PARTS[part], options=MADE_MODELS).report
    tables = [*report.level.values(), report.beyond.get("style", {}), report.beyond.get("chain", {})]
    made = {metric: cell for cells in tables for metric, cell in cells.items()}
    promised = {metric.id: metric for metric in row.metrics}
    # whether the set asks the same of two deliveries is found out by scoring
    assert set(promised) - STYLE_ANSWERS == set(report.metrics) - STYLE_ANSWERS
    assert not set(promised) & set(row.absent)
    for metric, one in promised.items():
        if one.n is not None:
            assert one.n == made[metric].n, metric
        if one.cell is not None:
            assert one.cell == made[metric], metric
    with_n = {metric for metric in promised if not metric.startswith(("style_", "chain_"))}
    assert {metric for metric, one in promised.items() if one.n is not None} == with_n
    assert {metric for metric, one in promised.items() if one.cell is not None} == with_n & {
        "understanding_acc",
        "reasoning_acc",
    }


def test_why_a_metric_is_absent_is_what_the_report_will_say():
    row = preview_of("echomind-mini", SET, PARTS["understanding"], None, SETTINGS)
    said = score(SET, PARTS["understanding"]).report.absent
    for metric in ("wer", "bleu", "rouge_l", "reasoning_acc"):
        assert row.absent[metric] == said[metric]


def test_a_set_that_has_nothing_to_compare_with():
    keyless = replace(SET, questions=tuple(replace(question, answer=None) for question in SET.questions))
    row = preview_of("echomind", keyless, PARTS["understanding"], None, SETTINGS)
    assert row.absent["understanding_acc"] == "the set has nothing to compare with"
    assert "understanding_acc" not in {metric.id for metric in row.metrics}


def test_answers_too_long_to_read_at_once_are_left_to_scoring(monkeypatch):
    monkeypatch.setattr(preview, "QUICK_CHARACTERS", 100)
    row = preview_of("echomind-mini", SET, SAID, None, SETTINGS)
    assert {metric.cell for metric in row.metrics} == {None}
    assert {"understanding_acc", "reasoning_acc"} <= {metric.id for metric in row.metrics}


def test_what_is_heard_needs_sound_and_a_listener():
    silent = preview_of("echomind-mini", SET, SAID, None, SETTINGS)
    assert silent.absent["dnsmos"] == silent.absent["nisqa"] == "no sound of replies was handed in"
    spoken = replace(SAID, reply_audio={("id_1", STYLES[0]): Path("1")})
    heard = preview_of("echomind-mini", SET, spoken, None, Settings(nisqa_model="x"))
    assert {"dnsmos", "nisqa"} <= {metric.id for metric in heard.metrics}
    assert heard.absent["utmos"] == "no model is set up for it here"
    unasked = "it needs a judge, and none is asked of what is sent in"
    assert heard.absent["c_speech_rel"] == heard.absent["ves"] == unasked


def test_the_form_names_the_row():
    with_form = preview_of("echomind-mini", SET, SAID, made_form(model="<b>", prompt="basic"), SETTINGS)
    without = preview_of("echomind-mini", SET, SAID, None, SETTINGS)
    assert (with_form.model, with_form.prompt) == ("<b>", "basic")
    assert (without.model, without.prompt) == ("made-model", "basic")
    assert (without.voice, without.set_digest) == ("tts", SET.digest)
