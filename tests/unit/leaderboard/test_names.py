import copy
import datetime

import pytest

from echomind.leaderboard.names import folded, labels, marks, one_a_model, short_receipt
from echomind.leaderboard.records import Record

RECEIPT = "0123456789ab-{:032x}".format


@pytest.fixture
def make(record):
    def maker(name, receipt=None, *, org="Owner", verified=False, day=1):
        made = copy.deepcopy(record)
        made["model"] |= {"name": name, "org": org}
        made["provenance"] |= {"kind": "submission" if receipt else "paper", "receipt": receipt, "verified": verified}
        made["provenance"]["date"] = datetime.date(2026, 3, day)
        return Record.model_validate({**made, "intervals": {}, "n": {}, "scores": {"wer": 1.0}}, strict=False)

    return maker


def test_only_rows_that_share_a_name_bear_a_mark(make):
    records = {
        "a": make("Model A"),
        "b": make("Model B", RECEIPT(0x11111111 << 96)),
        "c": make("ＭＯＤＥＬ  b", RECEIPT(0x22222222 << 96)),
        "d": make("Model A", RECEIPT(0x33333333 << 96)),
    }
    assert marks(records) == {"a": "", "b": "11111111", "c": "22222222", "d": "33333333"}
    assert labels(records)["d"] == "Model A (33333333)"
    assert labels(records)["a"] == "Model A"


def test_files_that_share_a_name_are_told_apart_by_their_slugs(make):
    assert marks({"a-best": make("A"), "a-zero": make("a"), "b": make("B")}) == {
        "a-best": "a-best",
        "a-zero": "a-zero",
        "b": "",
    }


def test_names_are_compared_without_case_width_and_spaces():
    assert folded(" Ｑwen  2.5-Omni ") == folded("qwen 2.5-OMNI")
    assert folded("Model A") != folded("Model B")


def test_short_receipts_are_taken_from_the_part_that_is_chance():
    assert short_receipt("0123456789ab-c3aa2403bf463678e52bc61c0efd93c3") == "c3aa2403"
    assert short_receipt("legacy") == "legacy"


def test_the_newest_row_stands_for_its_model(make):
    records = {"new": make("A", RECEIPT(1), day=3), "old": make("a", RECEIPT(2), day=2), "b": make("B")}
    assert one_a_model(records) == {"new": "new", "old": "new", "b": "b"}


def test_of_one_day_the_first_stands_for_its_model(make):
    assert one_a_model({"x": make("A", RECEIPT(1)), "y": make("A", RECEIPT(2))}) == {"x": "x", "y": "x"}


def test_nobody_takes_a_verified_row_s_place_by_bearing_its_name(make):
    records = {"theirs": make("A", verified=True), "mine": make("A", RECEIPT(1), day=9)}
    assert one_a_model(records) == {"theirs": "theirs", "mine": "theirs"}


def test_another_organisation_has_another_model(make):
    records = {"x": make("A", RECEIPT(1), org="One"), "y": make("A", RECEIPT(2), org="Two")}
    assert one_a_model(records) == {"x": "x", "y": "y"}
