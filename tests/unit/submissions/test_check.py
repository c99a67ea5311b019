"""The answer to an upload, as lines and as JSON."""

import json

from echomind.scoring.problems import Problem
from echomind.scoring.report import Cell, Coverage
from echomind.submissions.check import Check, IntakeError, Preview, PreviewMetric

PROBLEMS = tuple(Problem("a.json", f"line {n}", f"asr/id_{n}", "pred", "7", "text") for n in range(30))
CELL = Cell(value=50.0, low=40.0, high=60.0, n=10, failed=1)
PREVIEW = Preview(
    board="echomind-mini",
    model="<b>",
    prompt="zero",
    voice="tts",
    set_digest="0" * 64,
    metrics=(PreviewMetric("wer", 5), PreviewMetric("understanding_acc", 10, CELL)),
    absent={"ves": "it needs a judge"},
)


def test_lines_and_how_many_more():
    check = Check("echomind", PROBLEMS, PROBLEMS[:1], problem_count=31, warning_count=1)
    assert not check.ok and len(check.lines()) == 31
    assert check.lines()[0] == "a.json: line 0: asr/id_0: pred: found 7, expected text"
    assert check.lines()[-1] == "and 1 more problem" and check.warning_lines() == check.lines()[:1]
    assert Check("echomind", PROBLEMS, problem_count=1_030).lines()[-1] == "and 1000 more problems"


def test_an_error_tells_twenty_and_has_all():
    check = Check("echomind", PROBLEMS, problem_count=30)
    error = IntakeError(check)
    assert str(error).splitlines() == [*check.lines()[:20], "and 10 more problems"] and error.check is check


def test_items_are_counted_without_their_sound():
    part = Coverage(expected=10, answered=8, failed=1)
    check = Check("echomind", coverage={"transcripts": part, "replies": part, "sound": part})
    assert (check.ok, check.answered, check.expected) == (True, 16, 20)


def test_all_of_it_is_json():
    part = Coverage(expected=10, answered=8, failed=1)
    check = Check(
        *("echomind", PROBLEMS[:1], (), 1, 0),
        coverage={"replies": part},
        types={"gender_recognition": part},
        kept=(("a.json", 7),),
        preview=PREVIEW,
    )
    assert json.loads(json.dumps(check.document())) == {
        "ok": False,
        "board": "echomind",
        "problems": [
            {
                "file": "a.json",
                "position": "line 0",
                "item": "asr/id_0",
                "field": "pred",
                "found": "7",
                "expected": "text",
            }
        ],
        "warnings": [],
        "problem_count": 1,
        "warning_count": 0,
        "answered": 8,
        "expected": 10,
        "coverage": {"replies": {"expected": 10, "answered": 8, "failed": 1}},
        "types": {"gender_recognition": {"expected": 10, "answered": 8, "failed": 1}},
        "kept": [{"sent_as": "a.json", "size": 7}],
        "preview": {
            "board": "echomind-mini",
            "model": "<b>",
            "prompt": "zero",
            "voice": "tts",
            "set_digest": "0" * 64,
            "metrics": [
                {"id": "wer", "n": 5, "cell": None},
                {
                    "id": "understanding_acc",
                    "n": 10,
                    "cell": {"value": 50.0, "low": 40.0, "high": 60.0, "n": 10, "failed": 1},
                },
            ],
            "absent": {"ves": "it needs a judge"},
        },
    }
    assert Check("echomind").document()["preview"] is None
