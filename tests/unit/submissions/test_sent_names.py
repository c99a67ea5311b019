"""Names that files were sent under: plain ones pass, each once."""

import time

import pytest

from echomind.errors import DataError
from echomind.submissions.sent_names import SentNames, check_name


@pytest.mark.parametrize(
    "name",
    [
        *("a.json", "out/a b/ä 模型 😀.json", "...json", "a..b/c..", "x" * 240, "<script>.json", "=HYPERLINK(1).json"),
        *("-rf", "~/a", "$(id)", "%2e%2e/x", "CON", "a/b/c/d/e"),
    ],
)
def test_plain_names_pass(name):
    check_name(name)
    SentNames().take(name)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/..", "../a", "/a", "a/", "a//b", "C:a", "z:/a", "a\\b", "\\\\host\\a"]
)
def test_names_that_lead_elsewhere_are_refused(name):
    with pytest.raises(DataError, match="expected a plain name, or a relative path with forward slashes"):
        check_name(name)


def test_a_name_is_measured_before_anything_else():
    begun = time.process_time()
    with pytest.raises(DataError, match=r"found a name of 1000001 characters that begins .*, expected at most 240"):
        check_name("a" + "\u0301\u0316" * 500_000)
    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize(("one", "other"), [("a.json", "A.json"), ("ß", "SS"), ("Ǆ.json", "ǆ.json"), ("K", "K")])
def test_names_that_differ_in_case_alone_are_one(one, other):
    names = SentNames()
    names.take(one)
    with pytest.raises(DataError):
        names.take(other)


def test_a_refused_name_takes_no_place():
    names = SentNames()
    with pytest.raises(DataError):
        names.take("../a")
    names.take("a")
    with pytest.raises(DataError, match="found the name 'a' a second time, expected each name once"):
        names.take("a")
