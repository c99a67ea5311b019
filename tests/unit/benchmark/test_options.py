"""Options and answer keys in the ways that people write them down."""

import pytest

from echomind.benchmark.options import letter_of, options_text, parse_options
from echomind.errors import DataError

TWO = {"A": "male", "B": "female"}


@pytest.mark.parametrize(
    "written",
    [
        "A. male\nB. female",
        "A) male\nB) female\n",
        "(A) male\r\n(B) female",
        "A: male\n\nB: female",
        "a. male\nb. female",
        "A.male\nB.female",
        "A. male B. female",
        "A) male; B) female",
        "(A) male (B) female",
        "[A] male, [B] female",
        "a) male / b) female",
        ["male", "female"],
        ["A. male", "B. female"],
        {"A": "male", "B": "female"},
        {"b": "female", "a": "male"},
        {"Option A": "male", "Option B": "female"},
    ],
)
def test_forms_of_options(written):
    assert parse_options(written) == TWO


def test_a_line_without_a_letter_continues_the_option_above():
    assert parse_options("A. one\n  two\nB. three") == {"A": "one two", "B": "three"}


def test_letters_inside_an_option_are_words_when_every_option_has_its_line():
    assert parse_options("A. plan B. now\nB. C) later") == {"A": "plan B. now", "B": "C) later"}


def test_other_markers_inside_one_line_are_words():
    assert parse_options("(A) vitamin B. (B) sleep") == {"A": "vitamin B.", "B": "sleep"}


@pytest.mark.parametrize(
    "written",
    [
        "A. x\nC. y",
        "B. x\nC. y",
        "A. x\nA. y",
        "A. vitamin C. B. sleep",
        "A. x",
        "x\nA. y\nB. z",
        "",
        "A.\nB. y",
        ["only one"],
        ["x"] * 27,
        ["x", ""],
        ["x", None],
        {"A": "x", "C": "y"},
        {"A": "x", "a": "y"},
        {"first": "x", "second": "y"},
        {"A": 1, "B": 2},
        {},
        None,
        True,
        3,
        "A. \ud800\nB. x",
        "A. " + "x" * 10**6 + "\nB. y",
    ],
)
def test_options_that_are_refused_in_one_line(written):
    with pytest.raises(DataError) as caught:
        parse_options(written)
    message = str(caught.value)
    assert message.startswith("found ") and ", expected " in message and message.isprintable() and len(message) < 400


def test_options_text_is_the_official_form():
    assert options_text(TWO) == "A. male\nB. female"


@pytest.mark.parametrize("answer", ["B", "b", "B.", "(b)", "[B]", " B) ", "option B", "female", "Female.", "B. female"])
def test_forms_of_an_answer(answer):
    assert letter_of(answer, TWO) == "B"


@pytest.mark.parametrize("answer", ["C", "", "neither", "A. female", "AB", 1, None, ["B"], "1"])
def test_answers_that_fit_no_option(answer):
    with pytest.raises(DataError, match="which is no option, expected a letter A to B or an option's text"):
        letter_of(answer, TWO)


def test_an_answer_that_fits_two_options_is_not_guessed():
    with pytest.raises(DataError, match="which fits A and B"):
        letter_of("same", {"A": "same", "B": "Same"})
    with pytest.raises(DataError, match="which fits A and B"):
        letter_of("A", {"A": "B", "B": "A"})
