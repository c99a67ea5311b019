import json

import pytest

from echomind import cli
from echomind.scoring import command
from echomind.scoring.report import ScoreReport
from tests.unit.scoring.made_contrasts import all_replies, all_right, contrast_set


@pytest.fixture
def benchmark(monkeypatch):
    """The set that every name stands for, and the names that were asked for."""
    made, asked = contrast_set(3), []
    monkeypatch.setattr(command, "load_set", lambda spec, *args, **more: asked.append((spec, more)) or made)
    made.__dict__["asked"] = asked
    return made


def _rows(benchmark):
    for key, text in all_replies(benchmark).items():
        yield {"key": "reply/" + "/".join(key), "pred": text}
    for script, delivery in benchmark.deliveries():
        yield {"key": f"asr/{script.id}/{delivery.style}", "pred": script.text}
    for level in ("understanding", "reasoning"):
        for question, letter in all_right(benchmark, level).items():
            yield {"key": f"{level}/{question}", "pred": f"The answer is: {letter}"}


@pytest.fixture
def predictions(benchmark, tmp_path):
    path = tmp_path / "answers.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in _rows(benchmark)), encoding="utf-8")
    return path


def test_json_is_one_report_on_stdout(predictions, benchmark, capsys):
    assert cli.main(["score", str(predictions), "--no-neural", "--json"]) == 0
    out = capsys.readouterr().out
    report = ScoreReport.model_validate_json(out)
    assert out.count("\n") == 1
    assert report.level["reasoning"]["reasoning_acc"].value == 100
    assert report.beyond["style"]["style_direction_rouge"].value == 100
    assert benchmark.asked == [("mini", {"require_answers": False, "answer_field": ""})]


def test_without_json_it_is_a_table(predictions, capsys):
    assert cli.main(["score", str(predictions), "--no-neural"]) == 0
    out = capsys.readouterr().out
    assert "Reasoning\n  reasoning_acc" in out
    with pytest.raises(json.JSONDecodeError):
        json.loads(out)


def test_report_and_items_are_written_whole(predictions, tmp_path, capsys):
    out, items = tmp_path / "new" / "report.json", tmp_path / "items.jsonl"
    assert cli.main(["score", str(predictions), "--no-neural", "--out", str(out), "--items", str(items)]) == 0
    report = ScoreReport.model_validate_json(out.read_text())
    rows = [json.loads(line) for line in items.read_text().splitlines()]
    assert {row["metric"] for row in rows} == set(report.metrics)
    assert set(rows[0]) == {"key", "script", "style", "metric", "value", "weight", "failed"}
    marks = [row["value"] for row in rows if row["metric"] == "reasoning_acc"]
    assert sum(marks) / len(marks) == report.level["reasoning"]["reasoning_acc"].value
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {
        "answers.jsonl",
        "report.json",
        "items.jsonl",
    }
    capsys.readouterr()


def test_every_problem_is_told_on_its_own_line_and_nothing_is_written(benchmark, tmp_path, capsys):
    path, out = tmp_path / "answers.jsonl", tmp_path / "report.json"
    rows = [{"key": "reply/s9/target", "pred": "x"}, {"key": "asr/s1/sung", "pred": "x"}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert cli.main(["score", str(path), "--no-neural", "--json", "--out", str(out)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    problems = [line for line in told.err.splitlines() if line.startswith("answers.jsonl") or str(path) in line]
    assert len(problems) == 2
    assert "s9" in problems[0] and "sung" in problems[1]
    assert not out.exists()


def test_only_some_metrics_and_an_unknown_one(predictions, capsys):
    assert cli.main(["score", str(predictions), "--no-neural", "--json", "--only", "wer", "bleu"]) == 0
    assert json.loads(capsys.readouterr().out)["metrics"] == ["wer", "bleu"]
    assert cli.main(["score", str(predictions), "--no-neural", "--json", "--only", "acc"]) == 2
    assert "unknown metric 'acc'; expected some of: wer, " in capsys.readouterr().err


def test_one_place_for_the_set(predictions, benchmark, tmp_path, capsys):
    references = tmp_path / "mini"
    references.mkdir()
    arguments = ["score", str(predictions), "--no-neural", "--references", str(references)]
    assert cli.main(arguments) == 0
    assert benchmark.asked[0][0] == str(references)
    assert cli.main([*arguments, "--set", "mini"]) == 2
    assert "expected one of them" in capsys.readouterr().err
    assert cli.main([*arguments[:-1], str(tmp_path / "nowhere")]) == 2
    assert "found no folder" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_an_error_of_the_user(predictions, tmp_path, capsys):
    blocked = tmp_path / "file"
    blocked.write_text("")
    arguments = ["score", str(predictions), "--no-neural", "--json", "--out", str(blocked / "report.json")]
    assert cli.main(arguments) == 2
    told = capsys.readouterr()
    assert told.out == "" and "cannot be written" in told.err


def test_the_models_come_from_the_settings(monkeypatch):
    assert command.options_of_settings(neural=False).embedder is None
    options = command.options_of_settings(only=("wer",))
    assert (options.embedder.metric_id, options.encoder.metric_id, options.only) == (
        *("semsim_minilm", "bertscore_minilm", ("wer",)),
    )
    monkeypatch.setenv("ECHOMIND_SENTENCE_MODEL", "Qwen/Qwen3-Embedding-0.6B")
    command.get_settings.cache_clear()
    try:
        assert command.options_of_settings().embedder.metric_id == "semsim"
    finally:
        monkeypatch.undo()
        command.get_settings.cache_clear()


def test_an_empty_answer_is_failed_and_what_is_not_there_is_absent(benchmark, tmp_path, capsys):
    path = tmp_path / "empty.jsonl"
    path.write_text(json.dumps({"key": "asr/s1/target", "pred": ""}) + "\n")
    assert cli.main(["score", str(path), "--no-neural", "--json"]) == 0
    report = ScoreReport.model_validate_json(capsys.readouterr().out)
    assert report.level["understanding"]["wer"].value == 100
    assert set(report.level) == {"understanding"}
