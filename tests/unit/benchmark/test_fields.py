"""Names of fields as they are written, and values as they are shown."""

import pytest

from echomind.benchmark.fields import Problems, Record, folded, is_blank, shown
from echomind.errors import DataError


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Correct Answer", "correctanswer"),
        ("correct-answer_", "correctanswer"),
        ("prediected_audio_file", "predictedaudiofile"),
        ("ouput_prompt", "outputprompt"),
        ("context_fit_resaon", "contextfitreason"),
    ],
)
def test_case_separators_and_known_typos_do_not_matter(name, plain):
    assert folded(name) == plain


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (1, "1"),
        (0, "0"),
        ("a\nb\u202e", r"'a\nb\u202e'"),
        ([1, 2], "an array of 2 values"),
        ({}, "an empty object"),
        ({"a": 1}, "an object with the fields ['a']"),
    ],
)
def test_values_are_shown_in_one_line(value, text):
    assert shown(value) == text


def test_long_values_are_cut():
    assert len(shown("x" * 10**6)) < 100 and len(shown({"y" * 10**6: 1})) < 200


@pytest.mark.parametrize(
    ("value", "blank"), [(None, True), (" ", True), ([], True), ({}, True), (0, False), (False, False)]
)
def test_blank(value, blank):
    assert is_blank(value) is blank


def test_the_first_name_that_is_not_blank_is_found_also_inside_an_object():
    record = Record({"Answer": "", "target_gold": {"key": "B"}}, "here", Problems(), prefix="target")
    assert record.find(["answer", "goldkey"]).key == "target_gold.key"
    assert record.find(["answer"]) is None


def test_problems_are_listed_up_to_twenty_and_counted():
    problems = Problems()
    problems.raise_if_any()
    for number in range(21):
        problems.add(f"record {number}", "x", "found 1, expected 2")
    with pytest.raises(DataError) as caught:
        problems.raise_if_any()
    lines = str(caught.value).split("\n")
    assert lines[0] == "record 0: x: found 1, expected 2"
    assert len(lines) == 21 and lines[-1] == "and 1 more problem"
