import json

import pytest

from echomind.errors import ResultsError
from echomind.leaderboard.records import parse_record, read_board, read_record


def parse(content):
    return parse_record(json.dumps(content).encode())


def test_a_record_keeps_what_was_written(record):
    parsed = parse(record)
    assert parsed.model.name == "Model A"
    assert parsed.scores == {"wer": 2.93, "understanding_acc": 64.29, "reasoning_acc": 50.0}
    assert parsed.intervals["understanding_acc"] == (62.9, 65.7)
    assert parsed.n == {"understanding_acc": 4576}
    assert str(parsed.provenance.date) == "2026-03-05"
    assert "bleu" not in parsed.scores


def test_optional_parts_may_be_absent(record):
    for part in ("intervals", "n", "breakdown"):
        del record[part]
    assert parse(record).intervals == {}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda r: r.update(schema=2), "schema"),
        (lambda r: r.update(schema=True), "schema"),
        (lambda r: r.update(extra=1), "extra: found an unknown field"),
        (lambda r: r["model"].update(rank=1), "model.rank: found an unknown field"),
        (lambda r: r["model"].pop("name"), "model.name: found nothing"),
        (lambda r: r["model"].update(name=" A"), "model.name"),
        (lambda r: r["model"].update(name="A\u202eB"), "U+202E"),
        (lambda r: r["model"].update(name="A\u200bB"), "U+200B"),
        (lambda r: r["model"].update(name="e\u0301"), "normal form C"),
        (lambda r: r["model"].update(params_b="7"), "model.params_b"),
        (lambda r: r["model"].update(params_b=0), "model.params_b"),
        (lambda r: r["model"].update(hub_id="no-owner"), "model.hub_id"),
        (lambda r: r["model"].update(hub_id="../../etc"), "model.hub_id"),
        (lambda r: r["model"].update(url="javascript:alert(1)"), "model.url"),
        (lambda r: r["model"].update(url='https://a.b/"onclick='), "model.url"),
        (lambda r: r["model"].update(weights="ajar"), "model.weights"),
        (lambda r: r["model"].update(speech_out="yes"), "model.speech_out"),
        (lambda r: r["protocol"].update(prompt="magic"), "protocol.prompt"),
        (lambda r: r["provenance"].update(date="05.03.2026"), "provenance.date"),
        (lambda r: r["provenance"].update(verified="true"), "provenance.verified"),
        (lambda r: r["provenance"].update(kind="submission"), "receipt"),
        (lambda r: r["provenance"].update(receipt="r-1"), "receipt"),
        (lambda r: r["scores"].update(wer=None), "scores.wer"),
        (lambda r: r["scores"].update(wer=True), "scores.wer"),
        (lambda r: r["scores"].update(wer="2.93"), "scores.wer"),
        (lambda r: r["scores"].update({"WER!": 1.0}), "scores.WER!"),
        (lambda r: r.update(scores={}, n={}, intervals={}), "scores"),
        (lambda r: r["n"].update(ves=3), "n names ves"),
        (lambda r: r["n"].update(wer=0), "n.wer"),
        (lambda r: r["intervals"].update(bleu=[1, 2]), "intervals names bleu"),
        (lambda r: r["intervals"].update(wer=[3, 2]), "low before high"),
        (lambda r: r["intervals"].update(wer=[3]), "intervals.wer"),
    ],
)
def test_each_fault_is_named_with_its_field(record, change, says):
    change(record)
    with pytest.raises(ResultsError) as caught:
        parse(record)
    assert says in str(caught.value)


def test_every_fault_of_a_file_is_reported_at_once(record):
    record["model"]["params_b"] = -1
    record["protocol"]["voice"] = "robot"
    record["surprise"] = 1
    with pytest.raises(ResultsError) as caught:
        parse(record)
    assert len(str(caught.value).splitlines()) == 3


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_values_that_are_not_finite_numbers_are_refused(record, text):
    data = json.dumps(record).replace("2.93", text).encode()
    with pytest.raises(ResultsError):
        parse_record(data)


def test_a_duplicate_key_is_refused(record):
    data = json.dumps(record).replace('"wer": 2.93', '"wer": 2.93, "wer": 1.0').encode()
    with pytest.raises(ResultsError, match="'wer' twice"):
        parse_record(data)


def test_an_oversized_file_is_refused_before_it_is_parsed():
    with pytest.raises(ResultsError, match="bytes"):
        parse_record(b" " * 1_000_001)


def test_reading_names_the_file_on_one_line(record, write):
    record["model"]["params_b"] = -1
    record["surprise"] = 1
    results = write(record)
    with pytest.raises(ResultsError) as caught:
        read_record(results / "echomind" / "model-a.json")
    assert str(caught.value).startswith("echomind/model-a.json: ")
    assert "\n" not in str(caught.value)


def test_a_board_is_read_by_slug_and_must_match_its_folder(record, write):
    write(record, "b")
    results = write(record, "a")
    assert list(read_board(results, "echomind")) == ["a", "b"]
    assert read_board(results, "humdial") == {}
    write(record, "stray", "humdial")
    with pytest.raises(ResultsError, match="expected 'humdial'"):
        read_board(results, "humdial")
