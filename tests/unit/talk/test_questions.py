import json

import pytest

from echomind.errors import EchoMindError
from echomind.talk import questions
from echomind.talk.questions import Question, answer_question, parse_question, read_questions, run_answer

GOOD = {"clip": "a.flac", "question": "Who speaks?", "options": {"A": "a man", "B": "a woman"}}


def test_a_line_is_read():
    assert parse_question(json.dumps(GOOD).encode(), "q:1") == Question(
        questions.Path("a.flac"), "Who speaks?", {"A": "a man", "B": "a woman"}
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"options": {"A": "one"}}, "at least two texts"),
        ({"options": ["a", "b"]}, "at least two texts"),
        ({"question": " "}, "'question'"),
        ({"clip": 3}, "'clip'"),
        ({"answer": "A"}, "expected clip, question, options"),
    ],
)
def test_a_bad_line_is_named(change, said):
    with pytest.raises(EchoMindError, match="q:4: ") as caught:
        parse_question(json.dumps(GOOD | change).encode(), "q:4")
    assert said in str(caught.value)


def test_broken_json_and_a_missing_file_are_named(tmp_path):
    (tmp_path / "q.jsonl").write_text(json.dumps(GOOD) + "\n{oops\n")
    with pytest.raises(EchoMindError, match=r"q\.jsonl:2"):
        read_questions(tmp_path / "q.jsonl")
    with pytest.raises(EchoMindError, match="cannot read the questions"):
        read_questions(tmp_path / "none.jsonl")


def test_answers_come_in_order_and_a_bad_clip_does_not_stop_the_rest(tmp_path, tiny_checkpoint, monkeypatch, capsys):
    import numpy as np
    import soundfile

    from echomind.settings import Settings
    from echomind.talk.engine import Engine

    noise = np.random.default_rng(0).normal(size=16_000) * 0.1
    soundfile.write(tmp_path / "a.flac", noise, 16_000)
    lines = [GOOD | {"clip": str(tmp_path / name), "transcript": "hello"} for name in ("a.flac", "gone.flac", "a.flac")]
    (tmp_path / "q.jsonl").write_text("\n".join(map(json.dumps, lines)))
    engine = Engine(Settings(model=str(tiny_checkpoint)))
    monkeypatch.setattr(questions, "get_engine", lambda: engine)
    assert run_answer(tmp_path / "q.jsonl", as_json=True) == 2
    first, second, third = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == third
    assert set(first["scores"]) == {"A", "B"}
    assert first["answer"] == max(first["scores"], key=first["scores"].get)
    assert sum(first["scores"].values()) == pytest.approx(1)
    assert set(second) == {"clip", "error"}


def test_without_a_model_the_reason_is_said():
    from echomind.talk.turn import Models

    with pytest.raises(EchoMindError, match="no checkpoint"):
        answer_question(Question(questions.Path("x"), "q", {"A": "a", "B": "b"}), Models(None, None, "no checkpoint"))
