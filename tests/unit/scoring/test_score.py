import json
from dataclasses import replace

import numpy as np
import pytest
from jiwer import wer as jiwer_wer

from echomind.benchmark.question_types import LEVELS, QUESTION_TYPES
from echomind.errors import ConfigurationError, DataError
from echomind.scoring.item_metric import metric_of_replies
from echomind.scoring.predictions import Predictions
from echomind.scoring.report import ScoreReport
from echomind.scoring.score import ScoreOptions, score
from tests.unit.scoring.made_contrasts import all_replies, all_right, contrast_set
from tests.unit.scoring.made_embeddings import MADE_MODELS
from tests.unit.scoring.made_sets import made_predictions, made_set


def _perfect(benchmark):
    return Predictions(
        transcripts={(s.id, d.style): s.text for s, d in benchmark.deliveries()},
        answers={level: all_right(benchmark, level) for level in LEVELS},
        replies=all_replies(benchmark),
    )


def test_a_perfect_model_has_perfect_scores_and_is_not_said_to_be_certain():
    report = score(contrast_set(6), _perfect(contrast_set(6)), options=MADE_MODELS).report
    understanding, conversation = report.level["understanding"], report.level["conversation"]
    assert {m: c.value for m, c in understanding.items()} == pytest.approx(
        {"wer": 0, "wer_utterance_mean": 0, "semsim_minilm": 100, "understanding_acc": 100}, abs=1e-5
    )
    assert report.level["reasoning"]["reasoning_acc"].value == 100
    assert conversation["rouge_l"].value == conversation["bleu"].value == 100
    assert conversation["bertscore_minilm"].value == pytest.approx(100, abs=1e-5)
    assert report.beyond["style"]["style_direction_minilm"].value == 100
    assert report.beyond["chain"]["chain_whole_minilm"].value == 100
    for cells in (*report.level.values(), report.beyond["style"]):
        for metric, cell in cells.items():
            assert cell.failed == 0
            assert cell.low <= cell.value <= cell.high
            assert cell.high - cell.low > 1, metric


def test_the_numbers_are_those_of_plain_arithmetic():
    benchmark = made_set(12, seed=3)
    predictions = made_predictions(benchmark, right=0.6, seed=4)
    report = score(benchmark, predictions).report
    for level in LEVELS:
        right = [predictions.answers[level][q.id].endswith(f": {q.answer}") for q in benchmark.level(level)]
        cell = report.level[level][f"{level}_acc"]
        assert cell.value == pytest.approx(100 * np.mean(right), abs=1e-6)
        assert cell.n == len(right)
    kind = QUESTION_TYPES[3]
    right = [
        predictions.answers[q.level][q.id].endswith(f": {q.answer}") for q in benchmark.questions if q.type is kind
    ]
    assert report.question_type[kind.id]["understanding_acc"].value == pytest.approx(100 * np.mean(right), abs=1e-6)
    keys = [(s.id, d.style) for s, d in benchmark.deliveries()]
    plain = [benchmark.script_by_id[script].text.lower().rstrip(".") for script, _ in keys]
    heard = [predictions.transcripts[key].lower().rstrip(".") for key in keys]
    assert report.level["understanding"]["wer"].value == pytest.approx(100 * jiwer_wer(plain, heard), abs=1e-6)


def test_every_attribute_category_and_style_has_its_cells():
    benchmark = made_set(39)
    report = score(benchmark, made_predictions(benchmark)).report
    assert (len(report.attribute), len(report.category), len(report.question_type)) == (39, 12, 18)
    assert set(report.style) == {"target", "neutral", "alternative"}
    assert {"wer", "rouge_l", "understanding_acc", "reasoning_acc"} <= set(report.style["neutral"])


def test_what_was_not_answered_is_failed_and_gets_the_lowest_mark():
    benchmark = contrast_set(4)
    full = _perfect(benchmark)
    answers = {level: {i: a for i, a in full.answers[level].items() if not i.startswith("s1_")} for level in LEVELS}
    gaps = Predictions(
        transcripts=full.transcripts | {("s1", "target"): "  "},
        answers=answers,
        replies={key: text for key, text in full.replies.items() if key[0] != "s1"},
    )
    report = score(benchmark, gaps, options=MADE_MODELS).report
    reasoning = report.level["reasoning"]["reasoning_acc"]
    assert (reasoning.value, reasoning.n, reasoning.failed) == (75, 12, 3)
    wer = report.level["understanding"]["wer"]
    assert (wer.value, wer.n, wer.failed) == (pytest.approx(100 / 12), 12, 1)
    assert report.level["understanding"]["semsim_minilm"].value == pytest.approx(100 * 11 / 12, abs=1e-5)
    assert (report.level["conversation"]["rouge_l"].value, report.level["conversation"]["rouge_l"].failed) == (75, 3)
    assert report.beyond["style"]["style_direction_minilm"].failed == 3
    coverage = report.coverage
    assert (coverage["transcripts"].expected, coverage["transcripts"].answered, coverage["transcripts"].failed) == (
        *(12, 12, 1),
    )
    assert (coverage["replies"].expected, coverage["replies"].answered) == (12, 9)
    assert "reply_audio" not in coverage


def test_an_answer_that_names_two_options_is_wrong_and_failed():
    benchmark = contrast_set(3)
    right = all_right(benchmark, "reasoning")
    vague = right | {next(iter(right)): "It is either A or B."}
    cell = score(benchmark, Predictions(answers={"reasoning": vague})).report.level["reasoning"]["reasoning_acc"]
    assert (cell.failed, cell.n) == (1, 9)
    assert cell.value == pytest.approx(100 * 8 / 9)


def test_a_level_without_predictions_is_absent_with_a_reason_and_never_zero():
    benchmark = contrast_set(3)
    report = score(benchmark, Predictions(answers={"reasoning": all_right(benchmark, "reasoning")})).report
    assert set(report.level) == {"reasoning"}
    assert report.absent["wer"] == "no transcripts were handed in"
    assert report.absent["understanding_acc"] == "no answers to understanding questions were handed in"
    assert report.absent["bleu"] == "no replies were handed in"
    assert "reasoning_acc" not in report.absent
    assert "reasoning_acc" in report.metrics
    assert not set(report.absent) & set(report.metrics)
    assert set(report.beyond["chance"]) == {"reasoning_acc", "style_answer_change", "style_answer_right"}


def test_stand_ins_say_what_they_stand_for():
    benchmark = contrast_set(2)
    assert score(benchmark, _perfect(benchmark)).report.absent["semsim"] == "needs a model; none was used"
    report = score(benchmark, _perfect(benchmark), options=MADE_MODELS).report
    assert report.absent["semsim"] == "made with made sentences instead, see semsim_minilm"
    assert report.used["semsim_minilm"] == "made sentences"


def test_questions_without_a_key_are_left_out_and_said_so():
    benchmark = contrast_set(2)
    questions = tuple(replace(q, answer=None) if q.type.id == "gender_recognition" else q for q in benchmark.questions)
    keyless = replace(benchmark, questions=questions)
    report = score(keyless, _perfect(benchmark)).report
    assert report.level["understanding"]["understanding_acc"].n == 4
    assert report.used["understanding_acc"].startswith("4 of 6 questions; the others have no answer key")
    none = replace(benchmark, questions=tuple(replace(q, answer=None) for q in benchmark.questions))
    report = score(none, _perfect(benchmark)).report
    assert report.absent["reasoning_acc"] == "the set gives no answer key"
    assert "reasoning" not in report.level


def test_target_transcripts_alone_are_not_counted_as_two_thirds_failed():
    benchmark = contrast_set(3)
    full = _perfect(benchmark)
    target = {key: text for key, text in full.transcripts.items() if key[1] == "target"}
    report = score(benchmark, Predictions(transcripts=target)).report
    cell = report.level["understanding"]["wer"]
    assert (cell.value, cell.n, cell.failed) == (0, 3, 0)
    assert report.used["wer"].startswith("3 of 9 deliveries: the target ones")
    some = {key: text for key, text in full.transcripts.items() if key != ("s1", "neutral")}
    assert score(benchmark, Predictions(transcripts=some)).report.level["understanding"]["wer"].failed == 1


def test_a_set_without_words_or_references_says_so():
    benchmark = contrast_set(2)
    scripts = tuple(
        replace(s, text="", deliveries={k: replace(d, reference="") for k, d in s.deliveries.items()})
        for s in benchmark.scripts
    )
    report = score(replace(benchmark, scripts=scripts), _perfect(benchmark)).report
    assert report.absent["wer"] == "the set does not give the words that were said"
    assert report.absent["rouge_l"] == "the set has no reference replies"
    assert report.absent["style_direction_rouge"].startswith("needs replies, and references that differ")
    assert report.beyond["style"]["style_reply_change"].value == 100


def test_marks_made_elsewhere_join_the_report_and_the_chain():
    benchmark = contrast_set(4)
    marks = {(s.id, d.style): 5.0 if d.style == "target" else 2.0 for s, d in benchmark.deliveries()}
    judged = metric_of_replies(benchmark, "c_speech_rel", marks, worst=1.0, best=5.0, used="judge-1, prompt abc")
    scored = score(benchmark, _perfect(benchmark), extra=[judged], extra_absent={"ves": "no judge that hears"})
    report = scored.report
    assert report.level["conversation"]["c_speech_rel"].value == 3
    assert report.style["target"]["c_speech_rel"].value == 5
    assert report.used["c_speech_rel"] == report.used["chain_whole_judge"] == "judge-1, prompt abc"
    assert report.beyond["chain"]["chain_replied_inferred_judge"].value == 50
    assert report.beyond["chain"]["chain_replied_inferred_rouge"].value == 100
    assert report.absent["ves"] == "no judge that hears"
    assert sum(row["metric"] == "c_speech_rel" for row in scored.items) == 12


def test_a_metric_has_one_maker():
    benchmark = contrast_set(2)
    mine = metric_of_replies(benchmark, "bleu", {("s1", "target"): 0.5}, worst=0.0, best=1.0)
    with pytest.raises(DataError, match="found marks for bleu twice"):
        score(benchmark, _perfect(benchmark), extra=[mine])


def test_only_some_metrics():
    benchmark = contrast_set(2)
    report = score(benchmark, _perfect(benchmark), options=ScoreOptions(only=("wer", "reasoning_acc"))).report
    assert report.metrics == ["wer", "reasoning_acc"]
    assert report.absent == {}
    with pytest.raises(ConfigurationError, match="unknown metric 'acc'; expected some of: wer, wer_utterance_mean"):
        score(benchmark, _perfect(benchmark), options=ScoreOptions(only=("acc",)))


def test_answers_to_what_was_not_asked_are_refused():
    benchmark = contrast_set(2)
    with pytest.raises(DataError, match="found the item s9/target"):
        score(benchmark, Predictions(replies={("s9", "target"): "x"}))
    question = benchmark.level("reasoning")[0].id
    with pytest.raises(DataError, match="which is no understanding question of the set made"):
        score(benchmark, Predictions(answers={"understanding": {question: "A"}}))


def test_rows_are_the_scores_item_by_item():
    benchmark = made_set(6)
    scored = score(benchmark, made_predictions(benchmark, failed=0.1))
    cells = {m: c for cells in scored.report.level.values() for m, c in cells.items()}
    cells |= scored.report.beyond["style"] | scored.report.beyond["chain"]
    assert set(cells) == set(scored.report.metrics)
    for metric, cell in cells.items():
        rows = [row for row in scored.items if row["metric"] == metric]
        assert len(rows) == cell.n
        assert sum(row["failed"] for row in rows) == cell.failed
        weighted = sum(row["value"] * row["weight"] for row in rows) / sum(row["weight"] for row in rows)
        assert weighted == pytest.approx(cell.value, abs=1e-4)


def test_the_report_reads_back():
    benchmark = made_set(3)
    report = score(benchmark, made_predictions(benchmark)).report
    text = report.model_dump_json(by_alias=True)
    assert ScoreReport.model_validate_json(text) == report
    assert json.loads(text)["schema"] == 1
    assert (report.set_id, report.set_digest, report.voice, report.model, report.prompt) == (
        "made",
        benchmark.digest,
        "tts",
        "made-model",
        "basic",
    )
