"""What ``evaluate`` writes, the reader of predictions reads: nothing lost, nothing to complain of."""

import json
from dataclasses import replace

import pytest

from echomind.models.evaluation.official_files import SYSTEM_PROMPT
from echomind.models.evaluation.run import evaluate
from echomind.scoring.read import read_predictions
from echomind.scoring.score import score
from tests.unit.models.evaluation.made import SaysItsKey, heard_set


@pytest.fixture
def benchmark(tmp_path):
    return heard_set(tmp_path / "set")


@pytest.mark.parametrize("voice", ["tts", "human"])
@pytest.mark.parametrize("prompt", ["zero", "basic", "enhanced"])
def test_every_answer_is_read_back(tmp_path, benchmark, prompt, voice):
    benchmark = replace(benchmark, voice=voice)
    model = SaysItsKey(speaks=True)
    evaluate(benchmark, model, tmp_path / "out", prompt=prompt, speech=True)
    reading = read_predictions([tmp_path / "out"], benchmark)
    assert [problem.line() for problem in (*reading.problems, *reading.warnings)] == []
    found = reading.predictions
    assert (found.model, found.prompt) == ("made/model 1", SYSTEM_PROMPT[prompt])
    deliveries = [(script.id, delivery.style) for script, delivery in benchmark.deliveries()]
    assert found.transcripts == {
        (script, style): f"words of {script}/{style}, said in 3200 samples" for script, style in deliveries
    }
    for level in ("understanding", "reasoning"):
        assert found.answers[level] == {
            question.id: f"The answer is: {list(question.options)[-1]}" for question in benchmark.level(level)
        }
    for script, style in deliveries:
        topic = "" if prompt == "zero" else benchmark.script_by_id[script].topic
        assert found.replies[script, style] == f"{prompt} “{topic}” {script}/{style}"
        assert found.reply_audio[script, style].name == f"{script}_made-model-1_response_{style}.wav"
    assert set(found.replies) == set(found.reply_audio) == set(deliveries)
    assert all(part.answered == part.expected and not part.failed for part in reading.coverage.values())


def test_failures_are_read_as_failures_and_scored_as_such(tmp_path, benchmark):
    script = benchmark.scripts[0].id
    evaluate(benchmark, SaysItsKey(fails={f"asr {script}/neutral", f"reply {script}/target"}), tmp_path)
    reading = read_predictions([tmp_path], benchmark)
    assert not reading.problems
    assert reading.coverage["transcripts"].failed == reading.coverage["replies"].failed == 1
    report = score(benchmark, reading.predictions).report
    assert report.level["understanding"]["wer"].failed == 1
    assert report.level["reasoning"]["reasoning_acc"].failed == 0


def test_a_part_of_a_set_is_read_with_a_warning(tmp_path, benchmark):
    evaluate(benchmark, SaysItsKey(), tmp_path, limit=1)
    reading = read_predictions([tmp_path], benchmark)
    assert not reading.problems
    assert reading.coverage["transcripts"].answered == 3
    assert any("3 of 6 transcripts" in warning.line() for warning in reading.warnings)


def test_the_document_of_the_run_is_beside_the_tree_and_not_taken_for_predictions(tmp_path, benchmark):
    evaluate(benchmark, SaysItsKey(), tmp_path)
    assert json.loads((tmp_path / "run.json").read_bytes())["set"] == "made"
    assert read_predictions([tmp_path / "output"], benchmark) == read_predictions([tmp_path], benchmark)
