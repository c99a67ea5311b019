from echomind.errors import DataError
from echomind.scoring.problems import MAX_KEPT, Problem, Problems


def test_a_line_names_place_found_and_expected():
    problem = Problem("asr.json", "record 3", "asr/id_1/target", "predicted_answer", "3", "text")
    assert problem.line() == "asr.json: record 3: asr/id_1/target: predicted_answer: found 3, expected text"


def test_what_is_not_known_is_left_out():
    assert (
        Problem("asr.json", found="an empty file", expected="JSON").line()
        == "asr.json: found an empty file, expected JSON"
    )
    assert Problem(found="3 empty replies").line() == "3 empty replies"


def test_a_line_is_one_printable_line_whatever_is_in_it():
    nasty = "a\nb\r\u2028\u202e\x1b[31m\ud800" + "x" * 10**6
    line = Problem(*[nasty] * 6).line()
    assert line.isprintable()
    assert len(line) < 3_000
    assert "\\u202e" in line and "\\n" in line and "\\ud800" in line


def test_an_error_of_the_house_is_taken_apart():
    problem = Problem("f", "line 3").because_of(DataError("found NaN, expected a number, such as 3"))
    assert (problem.found, problem.expected) == ("NaN", "a number, such as 3")
    assert problem.line() == "f: line 3: found NaN, expected a number, such as 3"


def test_problems_beyond_the_first_thousand_are_counted_and_long_ones_are_cut():
    problems = Problems()
    for number in range(MAX_KEPT + 7):
        problems.add(Problem("f", f"line {number}", item="x" * 10_000))
    assert problems.count == MAX_KEPT + 7
    assert [p.position for p in problems.kept] == [f"line {n}" for n in range(MAX_KEPT)]
    assert max(len(p.item) for p in problems.kept) < 300
