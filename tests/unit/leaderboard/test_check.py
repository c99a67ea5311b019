import json

import pytest

from echomind.cli import main
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


@pytest.fixture
def with_items(record, write):
    """A results folder with one record and its sums by script; the sums may be changed before they are written."""
    record["scores"], record["intervals"], record["n"] = {"reasoning_acc": 50.0}, {}, {"reasoning_acc": 4}
    results = write(record)

    def writer(change=lambda items: None, slug="model-a"):
        items = {
            "schema": 1,
            "board": "echomind",
            "model": "Model A",
            "scorer": "paper",
            "set_digest": "0" * 64,
            "scripts": ["s1", "s2"],
            "metrics": {"reasoning_acc": {"count": [3, 1], "sum": [200, 0]}},
        }
        change(items)
        folder = results / "echomind" / "items"
        folder.mkdir(exist_ok=True)
        (folder / f"{slug}.json").write_text(json.dumps(items))
        return results

    return writer


def test_sums_by_script_may_lie_beside_a_record_and_disturb_nothing(with_items):
    from echomind.leaderboard.records import read_board

    results = with_items()
    report = check_results(results)
    assert (report.problems, report.files) == ([], 2)
    assert list(read_board(results, "echomind")) == ["model-a"]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda i: i.update(model="B"), "model: found 'B', expected 'Model A' as in the record"),
        (lambda i: i.update(scorer="x"), "scorer: found 'x', expected 'paper' as in the record"),
        (
            lambda i: i["metrics"]["reasoning_acc"].update(sum=[300, 0]),
            "metrics.reasoning_acc: found sums that give 75.0000, expected the record's 50",
        ),
        (
            lambda i: i["metrics"]["reasoning_acc"].update(count=[3, 2], sum=[250, 0]),
            "metrics.reasoning_acc.count: found 5 items, expected the record's 4",
        ),
        (
            lambda i: i["metrics"].update(ves={"count": [1, 1], "sum": [3, 3]}),
            "metrics.ves: found sums, expected only metrics of which the record has a score",
        ),
        (lambda i: i.update(scripts=["s2", "s1"]), "expected each script once, in the order of the ids"),
        (lambda i: i.update(extra=1), "extra: found an unknown field"),
    ],
)
def test_sums_that_say_something_else_than_the_record_are_problems(with_items, change, line):
    problems = check_results(with_items(change)).problems
    assert len(problems) == 1
    assert problems[0].startswith("echomind/items/model-a.json: ")
    assert line in problems[0]


def test_sums_without_a_record_are_a_problem(with_items):
    assert check_results(with_items(slug="nobody")).problems == [
        "echomind/items/nobody.json: found no record nobody.json that these sums belong to"
    ]


def test_nothing_in_a_file_or_its_name_commands_a_terminal(tmp_path, capsys):
    text = json.dumps({"\x1b[31mkey": 1, "scores": {"\x1b[2Jx": 1}, "breakdown": {"style": {"a\u202eb": {}}}})
    (tmp_path / "echomind").mkdir()
    (tmp_path / "echomind" / "evil\x1b[31m.json").write_text(text)
    assert main(["results", "check", "--dir", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert "\x1b" not in said.out + said.err and "\u202e" not in said.out + said.err
    assert r"echomind/evil\u001b[31m.json: \u001b[31mkey: found an unknown field" in said.err
    assert main(["results", "check", "--dir", str(tmp_path), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["files"] == 1
