import json
from types import SimpleNamespace

import pytest
import soundfile

from echomind.errors import CheckpointError, ConfigurationError, DataError
from echomind.models.protocol import Turn
from echomind.talk import command
from echomind.talk.command import run_talk
from echomind.talk.turn import Models


@pytest.fixture(autouse=True)
def engine(monkeypatch, models):
    """The engine with the stand-in model; counts turns."""
    from contextlib import contextmanager

    seen = SimpleNamespace(turns=0, models=models)

    @contextmanager
    def turn():
        seen.turns += 1
        yield seen.models

    seen.turn = turn
    monkeypatch.setattr(command, "get_engine", lambda: seen)
    return seen


def lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_one_clip_one_object(wav, capsys):
    assert run_talk([wav], None, "", None, True) == 0
    (answer,) = lines(capsys)
    assert answer["clip"] == str(wav)
    assert answer["reply"] == "Yes, of course. Take care!"


def test_several_clips_in_order_and_one_that_fails(wav, tmp_path, capsys):
    bad = tmp_path / "bad.wav"
    bad.write_text("no sound")
    assert run_talk([wav, bad, tmp_path / "none.wav", wav], None, "", None, True) == 2
    first, second, third, fourth = lines(capsys)
    assert set(second) == set(third) == {"clip", "error"}
    assert second["clip"] == str(bad)
    assert "not an audio file" in second["error"]
    assert "no such file" in third["error"]
    assert first["reply"] == fourth["reply"]


def test_history_and_topic(wav, tmp_path, model, capsys):
    path = tmp_path / "history.json"
    path.write_text('[{"user": "Hello", "reply": "Hi"}]')
    assert run_talk([wav], path, "school", None, True) == 0
    assert model.calls[0][2:] == ("school", (Turn("Hello", "Hi"),))


def test_a_bad_history_stops_before_the_first_clip(wav, tmp_path, engine):
    path = tmp_path / "history.json"
    path.write_text("{}")
    with pytest.raises(DataError, match=r"history.json: found an object"):
        run_talk([wav], path, "", None, True)
    assert engine.turns == 0


def test_voice(wav, tmp_path, capsys):
    out = tmp_path / "reply.wav"
    assert run_talk([wav], None, "", out, True) == 0
    assert soundfile.info(out).duration > 0.5
    assert lines(capsys)[0]["timings_s"]["voice"] > 0


def test_one_voice_file_for_many_clips_is_refused(wav, tmp_path):
    with pytest.raises(ConfigurationError, match="found 2 clips; expected one"):
        run_talk([wav, wav], None, "", tmp_path / "reply.wav", True)


def test_no_model(wav, engine, recognizer, capsys):
    engine.models = Models(recognizer, None, "no checkpoint in assets/model")
    assert run_talk([wav], None, "", None, True) == 2
    assert lines(capsys) == [{"clip": str(wav), "error": "no checkpoint in assets/model"}]


def test_a_recogniser_that_cannot_load_fails_each_clip(wav, engine, monkeypatch, capsys):
    def turn():
        raise CheckpointError("no such recogniser")

    engine.turn = turn
    assert run_talk([wav], None, "", None, True) == 2
    assert lines(capsys)[0]["error"] == "no such recogniser"


def test_for_people(wav, tmp_path, capsys):
    assert run_talk([wav, tmp_path / "none.wav"], None, "", None, False) == 2
    out = capsys.readouterr().out
    assert "  heard    Can I go outside now\n" in out
    assert "  thinking tired, because a long day (60% sure)\n" in out
    assert "  error    none.wav: no such file" in out
