"""Where the references of a board come from, and what is said where they are not here."""

import logging
import threading

import pytest

from echomind.benchmark.load import load_set
from echomind.settings import Settings
from echomind.submissions import references
from echomind.submissions.references import NotHere, benchmark_of, dialogues_of
from tests.unit.scoring.made_dialogues import write_challenge, write_lines
from tests.unit.scoring.made_sets import made_set
from tests.unit.submissions.made_references import settings_for, write_set

SET = made_set(1)


def refused(board, settings, voice=None):
    with pytest.raises(NotHere) as error:
        benchmark_of(board, voice, settings)
    return str(error.value)


@pytest.mark.parametrize("board", ["echomind-mini", "echomind"])
def test_a_set_is_read_once_and_is_the_one_that_is_scored_against(tmp_path, board, monkeypatch):
    settings = settings_for(tmp_path, SET)
    calls = []
    monkeypatch.setattr(references, "load_set", lambda *given, **more: calls.append(given) or load_set(*given, **more))
    found = []
    threads = [threading.Thread(target=lambda: found.append(benchmark_of(board, None, settings))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1 and all(one is found[0] for one in found)
    assert (found[0].id, found[0].voice, len(found[0].questions)) == (board, "tts", 18)
    assert benchmark_of(board, "tts", settings) is found[0]


def test_both_voices_of_echomind(tmp_path):
    folder = write_set(tmp_path / "set", SET)
    write_set(folder, SET, voice="human")
    settings = Settings(echomind_set=str(folder))
    found = [benchmark_of("echomind", voice, settings).voice for voice in (None, "tts", "human")]
    assert found == ["tts", "tts", "human"]


def test_a_voice_that_a_board_has_not(tmp_path):
    told = refused("echomind-mini", settings_for(tmp_path, SET), "human")
    assert told == "found the voice human for the board echomind-mini, expected tts"


def test_what_is_not_named_is_not_here(tmp_path):
    bare = Settings(assets_dir=tmp_path)
    for board in ("echomind-mini", "echomind"):
        assert refused(board, bare) == (
            f"found the board {board}, whose references are not available here, expected one that can be scored here"
        )
    with pytest.raises(NotHere, match="found the board humdial, whose references are not available here"):
        dialogues_of(bare)


def test_what_lies_where_is_for_the_log_alone(tmp_path, caplog):
    broken = settings_for(tmp_path, SET)
    [questions] = (tmp_path / "echomind").rglob("reasoning.json")
    questions.write_text("[")
    with caplog.at_level(logging.WARNING):
        told = refused("echomind", broken)
    assert "not available here (cannot be read now)" in told and str(tmp_path) not in told
    assert "reasoning" in caplog.text


def test_another_set_than_the_boards_is_told(tmp_path):
    mini = Settings(echomind_set=str(write_set(tmp_path / "mini", SET, mini=True)))
    assert "not available here (the set that is here is echomind-mini)" in refused("echomind", mini)


def test_that_the_hub_is_away_is_told(tmp_path):
    told = refused("echomind", Settings(echomind_set="some-owner/some-set"))
    assert "the set some-owner/some-set cannot be had from the Hub" in told and "\n" not in told


def test_humdials_dialogues(tmp_path):
    found = dialogues_of(Settings(humdial_set=str(write_challenge(tmp_path / "test"))))
    assert len(found) == 18 and found["task1_3_en_0001"].task == 1
    write_lines(tmp_path / "broken" / "d.jsonl", "[")
    with pytest.raises(NotHere, match="cannot be read now"):
        dialogues_of(Settings(humdial_set=str(tmp_path / "broken")))
