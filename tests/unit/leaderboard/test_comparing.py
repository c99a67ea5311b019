import json

import pytest

from echomind.errors import EchoMindError
from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.comparing import beside, sentences, verdict
from echomind.leaderboard.comparing_figures import difference_text, dumbbells
from echomind.leaderboard.known_items import KnownItems
from echomind.leaderboard.metrics import METRICS
from echomind.leaderboard.records import Record
from echomind.leaderboard.results import Results
from echomind.settings import ROOT

RESULTS = Results(ROOT / "results")
MINI, ECHOMIND = BOARDS["echomind-mini"], BOARDS["echomind"]


def of_mini(*slugs, items=True):
    records = RESULTS.look("echomind-mini").records
    known = KnownItems(ROOT / "results")
    found = {s: known.of("echomind-mini", s, records[s]) for s in slugs} if items else None
    return beside(MINI, slugs, records, items=found)


def pair(record, first, second, **protocol):
    def made(name, scores, intervals):
        data = json.loads(json.dumps(record)) | {"scores": scores, "intervals": intervals, "n": {}}
        data["model"]["name"] = name
        if name == "B":
            data["protocol"] |= protocol
        return Record.model_validate_json(json.dumps(data))

    return beside(ECHOMIND, ("a", "b"), {"a": made("A", *first), "b": made("B", *second)})


def row(found, metric):
    return next(row for row in found.rows if row.metric.id == metric)


def test_with_scores_of_scripts_the_interval_is_paired_and_narrower_than_the_unpaired_one():
    paired, unpaired = of_mini("echomind", "majority"), of_mini("echomind", "majority", items=False)
    mine, other = row(paired, "style_answer_right").differences[1], row(unpaired, "style_answer_right").differences[1]
    assert (mine.kind, other.kind) == ("paired", "unpaired")
    assert mine.scripts > 100 and mine.value == pytest.approx(other.value, abs=1e-3)
    assert 0 < mine.high - mine.low < other.high - other.low


def test_a_difference_is_the_model_minus_the_first_and_lower_errors_are_better(record):
    found = pair(record, ({"wer": 9.0}, {"wer": [8.0, 10.0]}), ({"wer": 3.0}, {"wer": [2.0, 4.0]}))
    apart = row(found, "wer").differences[1]
    assert apart.value == -6 and verdict(apart) == "better" and row(found, "wer").differences[0] is None
    assert sentences(found) == (("understanding", "B is better than A by “Word error rate”."),)


def test_without_intervals_nothing_is_said(record):
    found = pair(record, ({"ves": 4.0}, {}), ({"ves": 2.0}, {}))
    apart = row(found, "ves").differences[1]
    assert verdict(apart) == "unknown" and difference_text(apart) == "−2.00"
    assert "No interval was published for B and A, so nothing can be said" in sentences(found)[0][1]


def test_mixed_verdicts_are_told_apart_in_one_sentence(record):
    first = {"wer": 9.0, "semsim": 50.0, "understanding_acc": 50.0}, {"wer": [8, 10], "semsim": [45.0, 55.0]}
    second = {"wer": 3.0, "semsim": 51.0, "understanding_acc": 40.0}, {"wer": [2, 4], "semsim": [46.0, 56.0]}
    first[1]["wer"], second[1]["wer"] = [8.0, 10.0], [2.0, 4.0]
    assert sentences(pair(record, first, second))[0][1] == (
        "B is better than A by “Word error rate”; they cannot be told apart by “Same meaning”; "
        "nothing can be said about “Understanding accuracy”, for want of intervals."
    )


def test_different_protocols_are_shown_side_by_side_and_never_subtracted(record):
    sides = ({"ves": 4.0}, {"ves": [3.9, 4.1]}), ({"ves": 2.0}, {"ves": [1.9, 2.1]})
    found = pair(record, *sides, prompt="zero", judge_audio="another judge")
    assert row(found, "ves").values == (4.0, 2.0) and row(found, "ves").differences == (None, None)
    assert found.warnings == (
        "B was measured otherwise than A (no system prompt; voice judged by another judge): no difference is computed.",
    )
    assert sentences(found) == () and dumbbells(found) is None and found.comparable == (True, False)


def test_only_scores_that_two_models_have_are_shown(record):
    found = pair(record, ({"ves": 4.0, "wer": 3.0}, {}), ({"wer": 2.0, "bleu": 1.0}, {}))
    assert [row.metric.id for row in found.rows] == ["wer"]


@pytest.mark.parametrize("slugs", [(), ("echomind",), ("echomind", "echomind"), ("echomind", "x"), tuple("abcde")])
def test_too_few_too_many_twice_and_unknown_are_refused(slugs):
    with pytest.raises(EchoMindError, match=r"expected 2 to 4|has no row"):
        beside(MINI, slugs, RESULTS.look("echomind-mini").records)


def test_dumbbells_point_right_where_the_model_is_better():
    found = of_mini("random", "echomind")
    picture = dumbbells(found)
    points = next(trace for trace in picture.figure.data if trace.mode == "markers")
    drawn = [r.metric.id for r in found.rows if r.metric.id != "bertscore_minilm"]
    gap = dict(zip(drawn, points.x, strict=True))
    assert gap["wer"] > 50 and row(found, "wer").differences[1].value < -50  # fewer errors, to the right
    measured = {r.metric.id: r.differences[1].value for r in found.rows if r.differences[1] is not None}
    higher_is_better = [name for name in gap if METRICS[name].higher_is_better]
    assert len(higher_is_better) > 3
    assert all(gap[name] * measured[name] >= 0 for name in higher_is_better)
    assert picture.notes == ("Not drawn: BERTScore, MiniLM (has no published range).",)
    assert len(picture.rows) == len(drawn)


def test_a_difference_without_an_interval_is_an_open_mark_and_said(record):
    first, second = ({"wer": 9.0, "ves": 4.0}, {"wer": [8.0, 10.0]}), ({"wer": 3.0, "ves": 2.0}, {"wer": [2.0, 4.0]})
    picture = dumbbells(pair(record, first, second))
    marks = next(trace for trace in picture.figure.data if trace.mode == "markers")
    assert list(marks.marker.symbol) == ["square", "square-open"]
    assert "Open marks have no interval" in picture.sentence
    assert "Open marks" not in dumbbells(of_mini("random", "echomind")).sentence


def test_four_models_differ_in_more_than_colour():
    found = of_mini("echomind", "random", "majority", "transcript-only")
    traces = [t for t in dumbbells(found).figure.data if t.mode == "markers"]
    assert len({t.marker.symbol[0] for t in traces}) == len({t.marker.color for t in traces}) == 3
