import json

import pytest

from echomind.errors import ResultsError
from echomind.leaderboard.check import check_results
from echomind.settings import ROOT


def test_the_published_results_are_valid():
    report = check_results(ROOT / "results")
    assert report.problems == []
    assert report.files >= 29


def test_a_valid_folder_has_no_problems_and_says_so_in_json(record, write):
    report = check_results(write(record))
    assert json.loads(report.to_json()) == {"ok": True, "files": 1, "problems": []}


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda r: r["scores"].update(wer=-1), "echomind/model-a.json: scores.wer: found -1, expected 0 % and up"),
        (lambda r: r["scores"].update(ves=5.5), "echomind/model-a.json: scores.ves: found 5.5, expected 1 to 5"),
        (lambda r: r["scores"].update(magic=1), "scores.magic: found an unknown metric"),
        (lambda r: r["scores"].update(t1_avg_zh=4), "scores.t1_avg_zh: found a metric of another board"),
        (lambda r: r["intervals"].update(reasoning_acc=[40, 101]), "intervals.reasoning_acc.1: found 101"),
        (
            lambda r: r["breakdown"]["style"].update(neutral={"magic": {"value": 1}}),
            "breakdown.style.neutral.magic: found an unknown metric",
        ),
        (lambda r: r.update(board="humdial"), "board: found 'humdial', expected 'echomind'"),
    ],
)
def test_what_the_schema_cannot_say_is_checked_too(record, write, change, line):
    change(record)
    problems = check_results(write(record)).problems
    assert len(problems) == 1
    assert line in problems[0]


def test_every_problem_of_every_file_is_listed(record, write):
    write(b"not json", "a")
    write(b'{"schema": 1}', "b")
    record["scores"]["ves"] = 9
    report = check_results(write(record, "c"))
    files = [line.split(":")[0] for line in report.problems]
    assert set(files) == {"echomind/a.json", "echomind/b.json", "echomind/c.json"}
    assert files.count("echomind/b.json") == 5  # board, model, protocol, provenance, scores
    assert not report.ok


def test_the_same_model_twice_under_one_protocol_is_a_problem_whatever_its_case(record, write):
    write(record, "a")
    record["model"]["name"] = "MODEL A"
    results = write(record, "b")
    assert "as in a.json" in check_results(results).problems[0]
    record["protocol"]["prompt"] = "basic"
    write(record, "b")
    assert check_results(results).ok


@pytest.mark.parametrize(
    "place", ["loose.json", "nowhere/x.json", "echomind/deep/x.json", "echomind/x.csv", "echomind/X Y.json"]
)
def test_files_in_the_wrong_place_or_under_a_wrong_name_are_reported(record, write, place):
    results = write(record)
    path = results / place
    path.parent.mkdir(parents=True, exist_ok=True)
    record["model"]["name"] = "Model B"
    path.write_text(json.dumps(record))
    problems = check_results(results).problems
    assert len(problems) == 1
    assert problems[0].startswith(place)


def test_links_are_not_followed(record, write, tmp_path):
    results = write(record)
    secret = tmp_path / "secret.json"
    secret.write_text("{}")
    (results / "echomind" / "link.json").symlink_to(secret)
    assert check_results(results).problems == ["echomind/link.json: found a link, expected a plain file"]


def test_studies_only_have_to_be_strict_json(record, write):
    results = write(record)
    write(b'{"anything": [1, 2]}', "one", "studies")
    assert check_results(results).ok
    write(b'{"x": NaN}', "two", "studies")
    assert check_results(results).problems[0].startswith("studies/two.json: found NaN")


def test_a_missing_folder_is_an_error_of_one_line(tmp_path):
    with pytest.raises(ResultsError, match="no such folder"):
        check_results(tmp_path / "nothing")
