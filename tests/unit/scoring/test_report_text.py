from echomind.scoring.predictions import Predictions
from echomind.scoring.report import Cell
from echomind.scoring.report_text import readable
from echomind.scoring.score import score
from tests.unit.scoring.made_contrasts import all_right, contrast_set
from tests.unit.scoring.made_sets import made_predictions, made_set


def test_every_level_is_there_with_intervals_n_failures_and_chance():
    benchmark = made_set(10)
    report = score(benchmark, made_predictions(benchmark, failed=0.1)).report
    lines = readable(report).splitlines()
    assert lines[0] == "made-model, basic prompt on made (tts), scored by echomind-1.0"
    cell = report.level["reasoning"]["reasoning_acc"]
    row = next(line for line in lines if line.startswith("  reasoning_acc"))
    for part in (f"{cell.value:.2f}", f"[{cell.low:.2f}, {cell.high:.2f}]", f"n {cell.n}", f"{cell.failed} failed"):
        assert part in row
    assert row.endswith(f"chance {report.beyond['chance']['reasoning_acc'].value:.2f}")
    for heading in ("Understanding", "Conversation", "Between voices", "From hearing to replying", "By attribute"):
        assert heading in lines
    gender = next(line for line in lines if line.startswith("  gender_recognition"))
    assert gender.endswith("chance 50.00")


def test_what_is_missing_is_told_and_no_empty_heading_stays():
    benchmark = contrast_set(1)
    text = readable(score(benchmark, Predictions(answers={"reasoning": all_right(benchmark, "reasoning")})).report)
    assert "\nUnderstanding\n" not in text
    assert "  wer: no transcripts were handed in\n" in text
    assert text.startswith("unnamed model on made")
    assert "[" not in next(line for line in text.splitlines() if line.startswith("  reasoning_acc"))  # one script


def test_an_interval_that_cannot_be_had_is_left_out():
    report = score(contrast_set(2), Predictions()).report
    cell = Cell(value=3.5, n=1, failed=0)
    text = readable(report.model_copy(update={"level": {"conversation": {"ves": cell}}}))
    row = next(line for line in text.splitlines() if line.startswith("  ves"))
    assert row.split() == ["ves", "3.50", "n", "1"]


def test_a_name_cannot_command_the_terminal():
    report = score(contrast_set(1), Predictions(model="a\x1b[2Jb\nc")).report
    assert readable(report).splitlines()[0].startswith("a?[2Jb?c on made")
