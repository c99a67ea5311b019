import json

import pytest

from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.intervals import NoInterval
from echomind.leaderboard.metrics import METRICS
from echomind.leaderboard.model_page import catalogue, distance, model_of, ordinal, profile, summaries, title
from echomind.leaderboard.records import Record
from echomind.leaderboard.results import Results
from echomind.settings import ROOT

RESULTS = Results(ROOT / "results")
ECHOMIND = BOARDS["echomind"]


def made(record, name="Model A", **parts):
    data = json.loads(json.dumps(record))
    data["model"]["name"] = name
    for part, value in parts.items():
        data[part] = {**data[part], **value} if part in ("model", "protocol", "provenance") else value
    return Record.model_validate_json(json.dumps(data))


def test_a_name_on_several_boards_is_one_model_with_several_records():
    found = model_of(catalogue(RESULTS), "echomind-arena/gpt-4o-audio")
    assert found.label == "GPT-4o-Audio"
    assert [entry.key for entry in found.entries] == [
        "echomind/gpt-4o-audio",
        "echomind-upper-bound/gpt-4o-audio",
        "echomind-arena/gpt-4o-audio",
    ]
    assert found.key == "echomind/gpt-4o-audio"


def test_every_record_is_of_exactly_one_model_and_labels_are_unique():
    models = catalogue(RESULTS)
    keys = [entry.key for model in models for entry in model.entries]
    assert sorted(keys) == sorted(f"{b}/{slug}" for b in BOARDS for slug in RESULTS.look(b).records)
    assert len({model.label for model in models}) == len(models)
    assert model_of(models, "echomind/nobody") is None


def test_one_name_of_two_organisations_is_two_models_and_submissions_bear_their_receipts(record, write):
    sent = {"kind": "submission", "receipt": "0123456789ab-fedcba9876543210"}
    write({**record, "model": record["model"] | {"org": "Other"}}, slug="b")
    write({**record, "provenance": record["provenance"] | sent}, slug="c")
    models = catalogue(Results(write(record, slug="a")))
    assert [model.label for model in models] == ["Model A (Other)", "Model A (Owner)"]
    assert [e.origin for e in models[1].entries] == ["published, 2026-03-05", "submission fedcba98, 2026-03-05"]


NAMES = {"a": "A", "b": "B", "c": "C", "d": "D"}


@pytest.mark.parametrize(
    ("metric", "values", "says"),
    [
        ("wer", {"a": 2.0, "b": 3.0, "c": 5.0}, "best of 3; 1.00 better than the median"),
        ("ves", {"a": 2.0, "b": 3.0, "c": 5.0}, "3.00 behind the best, C; 1.00 worse than the median"),
        ("ves", {"a": 3.0, "b": 2.0, "c": 5.0}, "2.00 behind the best, C; at the median"),
        ("ves", {"a": 5.0, "b": 5.0, "c": 1.0, "d": 1.0}, "best of 4, shared with B; 2.00 better than the median"),
        ("ves", {"a": 5.0, "b": 5.0, "c": 5.0}, "best of 3, shared with B and others; at the median"),
        ("ves", {"a": 3.31, "b": 3.30}, "best of 2; 0.005 better than the median"),
        ("ves", {"a": 3.31}, "the only one with this score"),
    ],
)
def test_the_distance_is_told_in_better_and_worse(metric, values, says):
    assert distance(METRICS[metric], "a", values, NAMES) == says


def test_a_profile_has_every_metric_of_its_board_with_its_interval_or_why_there_is_none():
    found = profile(ECHOMIND, "audio-flamingo3", RESULTS.look("echomind").records)
    lines = {line.metric.id: line for line in found.lines}
    assert list(lines) == list(ECHOMIND.metrics)
    assert found.scored == sum(line.value is not None for line in found.lines) == 12
    assert lines["ves"].value is None and lines["ves"].missing == "this model does not speak"
    assert lines["wer"].rank == 1 and lines["wer"].of == 9 and isinstance(lines["wer"].interval, NoInterval)
    assert (lines["understanding_acc"].interval.kind, lines["understanding_acc"].n) == ("approximate", 4576)


def test_ranks_by_value_share_and_skip_places(record):
    same = {"scores": {"ves": 4.0}, "intervals": {}, "n": {}}
    records = {s: made(record, s, **same) for s in ("a", "b")} | {
        "c": made(record, "c", **same | {"scores": {"ves": 3.0}})
    }
    lines = {s: next(x for x in profile(ECHOMIND, s, records).lines if x.metric.id == "ves") for s in records}
    assert {s: (line.rank, line.of) for s, line in lines.items()} == {"a": (1, 3), "b": (1, 3), "c": (3, 3)}


def test_places_say_what_the_intervals_allow_and_why_there_is_none():
    records = RESULTS.look("echomind").records
    words = [place.words for place in profile(ECHOMIND, "qwen2.5-omni-7b", records).places]
    assert words[0] == "2nd to 4th of 14, by approximate intervals; 4th by value"
    assert words[1] == "3rd of 10 by value alone"
    assert profile(ECHOMIND, "audio-flamingo3", records).places[1].words == "no rank: no score for VES"


def test_a_row_of_another_protocol_is_not_set_against_the_board(record):
    records = {"a": made(record), "b": made(record, "Other", protocol={"prompt": "zero"})}
    found = profile(ECHOMIND, "b", records)
    assert found.unlike == "no system prompt"
    assert {line.rank for line in found.lines} == {None} and {line.distance for line in found.lines} == {""}
    assert all(place.rank is None and "no system prompt" in place.words for place in found.places)


def test_one_model_alone_is_told_so(record):
    found = profile(ECHOMIND, "a", {"a": made(record)})
    assert found.lines[0].distance == "the only one with this score"


@pytest.mark.parametrize("board", BOARDS)
def test_every_record_has_a_profile_and_a_summary(board):
    records = RESULTS.look(board).records
    lines = summaries(BOARDS[board], records)
    assert set(lines) == set(records)
    for slug in records:
        assert profile(BOARDS[board], slug, records).label


def test_summaries_come_in_the_order_of_the_board():
    lines = summaries(ECHOMIND, RESULTS.look("echomind").records)
    assert next(iter(lines.items())) == ("gpt-4o-audio", "1st of 14, 16 of 16 scores")


def test_small_words():
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 102, 111)] == [
        "1st",
        "2nd",
        "3rd",
        "4th",
        "11th",
        "12th",
        "13th",
        "21st",
        "102nd",
        "111th",
    ]
    assert title(METRICS["final_zh"]) == "Final score" and title(METRICS["semsim_minilm"]) == "Same meaning (MiniLM)"
