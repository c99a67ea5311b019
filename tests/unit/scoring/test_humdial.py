import json

import numpy as np
import pytest

from echomind.scoring.humdial import final_of_language, score_humdial
from echomind.scoring.humdial_judging import RUBRICS
from echomind.scoring.humdial_read import read_dialogues
from echomind.scoring.judge import Judge
from tests.unit.models.openai_server import Answer
from tests.unit.scoring.made_dialogues import REPLIES, dialogue, write_challenge, write_lines

# The official results (HumDial-Challenge, content/track1/results.md), for zh and en each: T1, T2, T3 D1/D2/D3, final;
# then the final score of both.
OFFICIAL = {
    "TeleAI": ((4.98, 4.96, 3.87, 3.69, 3.87, 4.26), (4.96, 5.00, 3.84, 3.89, 3.69, 4.27), 4.27),
    "NJU-TencentHY": ((4.92, 5.00, 4.10, 3.50, 3.74, 4.20), (4.89, 5.00, 4.18, 3.92, 3.61, 4.28), 4.24),
    "BJTU_Unisound_team": ((4.93, 4.61, 3.92, 3.73, 3.81, 4.18), (4.59, 4.91, 4.13, 3.96, 3.72, 4.23), 4.21),
    "SenseDialog": ((2.41, 5.00, 4.96, 3.62, 3.76, 3.82), (4.94, 4.84, 4.91, 3.87, 3.56, 4.30), 4.06),
    "HDTLAB": ((4.22, 4.56, 3.74, 3.00, 3.37, 3.72), (4.41, 4.54, 3.74, 3.74, 3.59, 4.00), 3.86),
    "IUSpeech": ((3.43, 3.69, 3.40, 2.78, 3.13, 3.24), (2.18, 2.32, 2.15, 3.61, 3.54, 2.90), 3.07),
    "Lingcon insight": ((3.36, 3.72, 3.38, 2.89, 3.25, 3.29), (1.79, 1.99, 2.25, 3.10, 3.09, 2.53), 2.91),
    "Baseline (OSUM-EChat)": ((3.21, 3.25, 3.28, 3.00, 3.31, 3.20), (2.03, 2.22, 2.19, 2.70, 2.81, 2.45), 2.82),
}
PRINTED = 0.005 + 1e-9  # half of the last digit


@pytest.mark.parametrize("team", OFFICIAL)
def test_the_weights_give_every_printed_final_score(team):
    """All 16 and all 8, within half a digit: no exceptions. Two (TeleAI zh, BJTU zh) lie on the half itself."""
    *languages, overall = OFFICIAL[team]
    finals = [final_of_language(*marks[:5]) for marks in languages]
    for final, marks in zip(finals, languages, strict=True):
        assert final == pytest.approx(marks[5], abs=PRINTED)
    assert np.mean(finals) == pytest.approx(overall, abs=PRINTED)


def marks_of(request):
    """Good marks for English; for Chinese less good ones."""
    rubric = next(r for r in RUBRICS.values() if r.system == request.system)
    zh = REPLIES["zh"] in request.text
    return Answer(json.dumps(dict(zip(rubric.keys, (3, 5, 1) if zh else (5, 5, 3), strict=True))))


@pytest.fixture
def judge(make_client):
    return Judge(make_client(concurrency=2))


def ratings_of(dialogues, d2=4.0, d3=3.0):
    return {d.id: (d2, d3) for d in dialogues if d.task == 3}


def test_a_whole_challenge_is_scored(server, judge, tmp_path):
    server.answer = marks_of
    reading = read_dialogues([write_challenge(tmp_path)])
    report = score_humdial(
        reading.dialogues, judge_text=judge, judge_audio=judge, ratings=ratings_of(reading.dialogues)
    )
    assert report.absent == {} and report.notes == []
    values = {metric: cell.value for metric, cell in report.scores.items()}
    assert {metric: value for metric, value in values.items() if metric.endswith("_zh")} == {
        **{"t1_d1_zh": 3.0, "t1_d2_zh": 5.0, "t1_d3_zh": 1.0, "t1_avg_zh": 3.0},
        **{"t2_d1_zh": 3.0, "t2_d2_zh": 5.0, "t2_d3_zh": 1.0, "t2_avg_zh": 3.0},
        **{"t3_d1_zh": 3.0, "t3_d2_judge_zh": 5.0, "t3_d3_judge_zh": 1.0},
        **{"t3_d2_human_zh": 4.0, "t3_d3_human_zh": 3.0},
        "final_zh": pytest.approx(final_of_language(3, 3, 3, 4, 3)),
    }
    assert values["final_en"] == pytest.approx(final_of_language(13 / 3, 13 / 3, 5, 4, 3), abs=1e-5)
    assert values["final_overall"] == pytest.approx((values["final_zh"] + values["final_en"]) / 2, abs=1e-5)
    assert report.scores["final_overall"].n == 18 and report.scores["t1_avg_zh"].n == 3
    for cell in report.scores.values():
        assert cell.low < cell.high and 1 <= cell.low <= cell.value <= cell.high <= 5
    assert report.coverage["t3_en"].model_dump() == {
        "dialogues": 3,
        "judged": 3,
        "left_out": 0,
        "failed": 0,
        "wrong_language": 0,
    }
    assert report.used["t3_zh"].startswith("test-audio-model-2025-06-03; prompt humdial-t3 v1")
    assert report.turn_rule == "last_non_neutral"
    assert all(len(r.clips) == (r.system == RUBRICS[3].system) for r in server.requests)


def test_failures_count_and_the_mean_without_them_stands_beside(server, judge, tmp_path):
    server.answer = lambda request: Answer("no") if "unreadable" in request.text else marks_of(request)
    replies = ["You were happy, then sad.", "This is unreadable.", "", "我先开心。"]
    path = write_lines(tmp_path / "d.jsonl", *(dialogue(1, "en", n, reply) for n, reply in enumerate(replies, 1)))
    report = score_humdial(read_dialogues([path]).dialogues, judge_text=judge)
    cell = report.scores["t1_d1_en"]
    assert (cell.value, cell.n, cell.failed) == ((5 + 1 + 1 + 1) / 4, 4, 2)
    assert report.dropped["t1_d1_en"] == (5 + 1) / 2  # the reply in another language is no failure
    assert report.coverage["t1_en"].wrong_language == 1
    assert len(server.requests) == 3


def test_what_is_missing_is_absent_with_its_reason(server, judge, tmp_path):
    server.answer = marks_of
    dialogues = read_dialogues([write_challenge(tmp_path, languages=("en",))]).dialogues
    report = score_humdial(dialogues, judge_text=judge)
    assert set(report.scores) == {f"t{t}_{m}_en" for t in (1, 2) for m in ("d1", "d2", "d3", "avg")}
    assert report.absent["t3_d1_en"] == "needs a judge that hears"
    assert report.absent["t3_d2_human_en"] == "needs people's ratings"
    assert report.absent["final_en"] == "needs t3_d1_en, t3_d2_human_en, t3_d3_human_en"
    assert report.absent["final_overall"] == "needs the final score of both languages"
    assert report.absent["t1_avg_zh"] == "no dialogues of this task and language with a turn to judge were handed in"
    nobody = score_humdial(dialogues)
    assert nobody.scores == {} and nobody.absent["t1_d1_en"] == "needs a judge"


def test_a_judge_never_stands_in_for_people(server, judge, tmp_path):
    server.answer = marks_of
    dialogues = read_dialogues([write_challenge(tmp_path, languages=("en",))]).dialogues
    some = dict(list(ratings_of(dialogues).items())[:2])
    report = score_humdial(dialogues, judge_text=judge, judge_audio=judge, ratings={**some, "other": (3.0, 3.0)})
    assert report.scores["t3_d2_judge_en"].value == 5.0
    assert "t3_d2_human_en" not in report.scores and "final_en" not in report.scores
    assert report.absent["t3_d2_human_en"] == "people rated 2 of 3 dialogues"
    assert report.notes == ["people's ratings of 1 dialogues that were not handed in"]


def test_the_turn_that_is_judged_can_be_chosen(server, judge, tmp_path):
    server.answer = marks_of
    dialogues = read_dialogues([write_challenge(tmp_path, languages=("en",), count=2)]).dialogues
    both = {
        rule: score_humdial(dialogues, judge_audio=judge, turn_rule=rule)
        for rule in ("last_non_neutral", "second_non_neutral")
    }
    assert [report.turn_rule for report in both.values()] == list(both)
    flat = write_lines(tmp_path / "flat.jsonl", dialogue(3, "en", 7))
    value = json.loads(flat.read_text())
    value["turns"][0]["emotion"] = "neutral"
    dialogues = read_dialogues([write_lines(flat, value)]).dialogues
    left_out = score_humdial(dialogues, judge_audio=judge, turn_rule="second_non_neutral")
    assert left_out.absent["t3_d1_en"].startswith("no dialogues") and "t3_en" not in left_out.coverage


def test_the_order_of_the_dialogues_does_not_matter(server, judge, tmp_path):
    server.answer = marks_of
    dialogues = read_dialogues([write_challenge(tmp_path)]).dialogues
    ratings = {d.id: (1 + i % 5, 5 - i % 5) for i, d in enumerate(dialogues) if d.task == 3}
    given = {"judge_text": judge, "judge_audio": judge, "ratings": ratings}
    assert score_humdial(dialogues, **given) == score_humdial(dialogues[::-1], **given)
