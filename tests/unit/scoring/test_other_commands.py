import json

import pytest

from echomind import cli
from echomind.scoring import command
from echomind.scoring.humdial import HumdialReport
from echomind.scoring.humdial_judging import RUBRICS
from echomind.scoring.report import ScoreReport
from echomind.scoring.televal import TelevalReport
from echomind.settings import get_settings
from tests.unit.models.openai_server import KEY_VARIABLE, MODEL, Answer
from tests.unit.scoring.made_contrasts import contrast_set
from tests.unit.scoring.made_dialogues import write_challenge, write_lines, write_sound


def fail(capsys, *arguments):
    assert cli.main(["score", *map(str, arguments)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    return told.err


@pytest.fixture
def answers(tmp_path):
    lines = [{"key": f"q{i}", "pred": "It is Paris.", "ref": ["Paris"] if i else ["Rome"]} for i in range(4)]
    return write_lines(tmp_path / "webq-en.jsonl", *lines)


@pytest.fixture
def judged(server, monkeypatch, tmp_path):
    fields = {"base_url": server.base_url, "model": MODEL, "api_key_env": KEY_VARIABLE}
    monkeypatch.setenv("ECHOMIND_ENDPOINTS", json.dumps({"words": fields, "voices": fields}))
    monkeypatch.setenv("ECHOMIND_JUDGE_TEXT", "words")
    monkeypatch.setenv("ECHOMIND_JUDGE_AUDIO", "voices")
    monkeypatch.setenv("ECHOMIND_DATA_DIR", str(tmp_path / "var"))

    def answer(request):
        rubric = next(r for r in RUBRICS.values() if r.system == request.system)
        return Answer(json.dumps(dict.fromkeys(rubric.keys, 3)))

    server.answer = answer
    get_settings.cache_clear()
    yield server
    get_settings.cache_clear()


def test_televal_answers_are_scored(answers, tmp_path, capsys):
    out = tmp_path / "report.json"
    assert cli.main(["score", str(answers), "--kind", "televal", "--json", "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    report = TelevalReport.model_validate_json(printed)
    assert report.scores["televal_aqa_weighted_en"].value == 75.0 and out.read_text() == printed
    assert cli.main(["score", str(answers), "--kind", "televal"]) == 0
    assert "  televal_aqa_plain        " in capsys.readouterr().out


def test_humdial_dialogues_are_scored(judged, tmp_path, capsys):
    tree = write_challenge(tmp_path / "replies")
    rated = [{"dialogue_id": f"task3_3_{c}_{n:04d}", "t3_d2": 4, "t3_d3": 5} for c in ("zh", "en") for n in (1, 2, 3)]
    ratings = write_lines(tmp_path / "ratings.jsonl", *rated)
    given = ["score", str(tree), "--kind", "humdial", "--judge", "--ratings", str(ratings), "--json"]
    assert cli.main(given) == 0
    report = HumdialReport.model_validate_json(capsys.readouterr().out)
    assert report.absent == {}
    assert report.scores["final_overall"].value == pytest.approx(0.5 * 3 + 0.25 * 4 + 0.25 * 5)
    asked = len(judged.requests)
    assert cli.main([*given, "--turn-rule", "second_non_neutral", "--repeats", "2"]) == 0
    assert HumdialReport.model_validate_json(capsys.readouterr().out).turn_rule == "second_non_neutral"
    assert len(judged.requests) == 2 * asked  # the first of each two answers was kept


def test_without_a_judge_only_people_s_marks_are_there(tmp_path, capsys):
    tree = write_challenge(tmp_path / "replies", languages=("en",), count=1)
    ratings = write_lines(tmp_path / "r.jsonl", {"dialogue_id": "task3_3_en_0001", "t3_d2": 4, "t3_d3": 5})
    assert cli.main(["score", str(tree), "--kind", "humdial", "--ratings", str(ratings)]) == 0
    printed = capsys.readouterr().out
    assert "t3_d2_human_en" in printed and "final_en: needs t1_avg_en, t2_avg_en, t3_d1_en" in printed


def test_faults_and_options_of_another_kind_are_told_in_one_line(answers, tmp_path, capsys):
    assert "found --ratings, expected options that --kind televal has a use for" in fail(
        capsys, answers, "--kind", "televal", "--ratings", "x"
    )
    assert "found --set, expected options that --kind humdial" in fail(
        capsys, "x", "--kind", "humdial", "--set", "mini"
    )
    assert "found --turn-rule, expected options that --kind echomind" in fail(
        capsys, "x", "--turn-rule", "last_non_neutral"
    )
    assert "found no folder" in fail(capsys, answers, "--kind", "humdial", "--reply-audio", tmp_path / "gone")
    assert "webq-en.jsonl: line 1: dialogue_id: found no such field" in fail(capsys, answers, "--kind", "humdial")
    assert "found a file that cannot be read" in fail(capsys, tmp_path / "gone.jsonl", "--kind", "televal")


def test_spoken_replies_are_heard_where_asked_for(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "load_set", lambda *given, **more: contrast_set(1))
    write_sound(tmp_path / "sound" / "reply.wav")
    row = {"key": "reply/s1/target", "pred": "I hear you.", "audio": "reply.wav"}
    given = ["score", str(write_lines(tmp_path / "a.jsonl", row)), "--no-neural", "--json"]
    sound = ["--reply-audio", str(tmp_path / "sound")]
    assert cli.main([*given, *sound, "--audio"]) == 0
    report = ScoreReport.model_validate_json(capsys.readouterr().out)
    cell = report.level["conversation"]["dnsmos"]
    assert (cell.n, cell.failed) == (len(contrast_set(1).scripts[0].deliveries), cell.n - 1)
    assert report.absent["ves"] == "not asked for: score with --judge"
    assert cli.main([*given, *sound]) == 0
    assert "dnsmos" not in ScoreReport.model_validate_json(capsys.readouterr().out).metrics
    assert "found no such folder" in fail(capsys, *given[1:], "--reply-audio", tmp_path / "gone")
