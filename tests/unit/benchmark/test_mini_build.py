import json
import os
import sys

import numpy as np
import pytest

from echomind.audio import SAMPLE_RATE, load_clip
from echomind.benchmark import mini_audio, mini_build
from echomind.benchmark.load import load_set
from echomind.benchmark.mini_build import build_mini, recipe
from echomind.benchmark.mini_items import mini_items
from echomind.cli import main
from echomind.errors import DataError
from echomind.training.data import speech

HAS_VOICES = all(speech.available(engine) for engine in mini_build.ENGINES)


@pytest.fixture
def recorded(monkeypatch):
    """Clips of noise in place of speech; returns the parts that were recorded."""
    parts = []

    def record(self, part):
        parts.append(part)
        return np.random.default_rng(part.number).standard_normal(SAMPLE_RATE).astype(np.float32) / 10

    monkeypatch.setattr(mini_audio.Studio, "record", record)
    monkeypatch.setattr(speech, "available", lambda engine: True)
    return parts


def tree(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_build_is_a_set_that_reads_and_says_what_it_is(recorded, tmp_path):
    summary = build_mini(tmp_path / "mini", limit=4)
    assert len(recorded) == summary["made"] == summary["clips"]["count"] == 12
    items = load_set(str(tmp_path / "mini"), check_audio=True)
    assert items.id == "echomind-mini" and items.digest == summary["digest"] == mini_items(0, 4).digest
    assert sum(summary["questions"]["level"].values()) == len(items.questions)
    kept = json.loads((tmp_path / "mini" / "mini.json").read_bytes())
    assert kept == {k: v for k, v in summary.items() if k != "made"}
    assert {"name", "version", "seed", "questions", "voices", "licence", "digest", "made_with"} <= kept.keys()
    assert "4 scripts" in (tmp_path / "mini" / "README.md").read_text(encoding="utf-8")


def test_building_again_makes_nothing_and_changes_nothing(recorded, tmp_path):
    build_mini(tmp_path, limit=2)
    before, times = tree(tmp_path), {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.ogg")}
    assert build_mini(tmp_path, limit=2)["made"] == 0
    assert tree(tmp_path) == before and {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.ogg")} == times


def test_two_builds_are_the_same_bytes(recorded, tmp_path):
    build_mini(tmp_path / "a", limit=3)
    build_mini(tmp_path / "b", limit=3)
    assert tree(tmp_path / "a") == tree(tmp_path / "b")


def test_a_build_that_was_killed_goes_on_and_is_not_taken_for_whole(recorded, tmp_path, monkeypatch):
    whole = tmp_path / "whole"
    build_mini(whole, limit=3)
    out, write = tmp_path / "cut", mini_build._write
    recorded.clear()

    def killed(path, data):
        if len(recorded) == 5:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_name(f".{path.name}.{os.getpid()}.part").write_bytes(data[:100])
            raise KeyboardInterrupt
        write(path, data)

    monkeypatch.setattr(mini_build, "_write", killed)
    with pytest.raises(KeyboardInterrupt):
        build_mini(out, limit=3)
    assert not (out / "mini.json").exists() and len(list(out.rglob("*.part"))) == 1
    monkeypatch.setattr(mini_build, "_write", write)
    recorded.clear()
    assert build_mini(out, limit=3)["made"] == len(recorded) == 5
    assert tree(out) == tree(whole)


def test_a_damaged_clip_or_one_of_another_seed_is_made_again(recorded, tmp_path):
    build_mini(tmp_path, limit=1)
    clips = sorted(tmp_path.rglob("*.ogg"))
    good = clips[0].read_bytes()
    clips[0].write_bytes(b"OggS")
    assert build_mini(tmp_path, limit=1)["made"] == 1 and clips[0].read_bytes() == good
    assert build_mini(tmp_path, seed=1, limit=1)["made"] == 3
    assert json.loads((tmp_path / "mini.json").read_bytes())["seed"] == 1


def test_a_recipe_knows_the_words_the_cast_and_the_crowd(monkeypatch):
    parts = {p.cue: p for p in mini_items(0).parts}
    assert len({recipe(p, 0) for p in mini_items(0).parts}) == 513
    quiet, crowd = recipe(parts["rain"], 0), recipe(parts["chatter"], 0)
    assert recipe(parts["rain"], 1) != quiet
    monkeypatch.setattr(mini_build, "all_scripts", lambda: ())
    assert recipe(parts["rain"], 0) == quiet and recipe(parts["chatter"], 0) != crowd


def test_a_folder_with_other_clips_is_refused_and_left_alone(recorded, tmp_path):
    stranger = tmp_path / "dataset/data_synthesis/audio/target/holiday.wav"
    stranger.parent.mkdir(parents=True)
    stranger.write_bytes(b"mine")
    with pytest.raises(DataError, match="holiday"):
        build_mini(tmp_path, limit=1)
    assert not recorded and stranger.read_bytes() == b"mine"


def test_the_command_prints_one_document(recorded, tmp_path, capsys):
    assert main(["mini", "build", "--out", str(tmp_path), "--limit", "2", "--json"]) == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 1 and json.loads(out)["scripts"] == 2
    assert main(["mini", "build", "--out", str(tmp_path), "--limit", "2"]) == 0
    assert "0 made now" in capsys.readouterr().out


def test_a_missing_speech_program_is_one_line_and_status_2(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(speech.shutil, "which", lambda name: None)
    assert main(["mini", "build", "--out", str(tmp_path), "--limit", "1"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and len(said.err.strip().splitlines()) == 1
    assert "'flite' and 'text2wave' are not installed" in said.err and "apt-get install flite festival" in said.err
    assert not list(tmp_path.rglob("*.json"))


def test_a_place_that_is_no_folder_or_a_damaged_note_is_one_line(recorded, tmp_path, capsys):
    (tmp_path / "file").write_text("mine")
    assert main(["mini", "build", "--out", str(tmp_path / "file"), "--limit", "1"]) == 2
    assert "expected a folder" in capsys.readouterr().err.strip().splitlines()[-1]
    build_mini(tmp_path / "mini", limit=1)
    (tmp_path / "mini" / "mini.json").write_text('{"seed": NaN}')
    assert main(["mini", "build", "--out", str(tmp_path / "mini"), "--limit", "1"]) == 2
    assert "mini.json: found NaN" in capsys.readouterr().err


def test_a_whole_set_needs_no_speech_program(recorded, tmp_path, monkeypatch):
    build_mini(tmp_path, limit=1)
    before = tree(tmp_path)
    monkeypatch.setattr(speech, "available", lambda engine: False)
    assert build_mini(tmp_path, limit=1)["made"] == 0
    assert tree(tmp_path) == before  # the versions that made it stay noted


@pytest.mark.skipif(not HAS_VOICES, reason="flite or festival is not installed")
def test_real_clips_are_the_same_twice_and_as_committed(tmp_path, settings_assets):
    first, second = tmp_path / "a", tmp_path / "b"
    build_mini(first, limit=3)
    build_mini(second, limit=3)
    assert tree(first) == tree(second)
    same = differ = 0
    for path in first.rglob("*.ogg"):
        committed = settings_assets / "mini" / path.relative_to(first)
        if committed.read_bytes() == path.read_bytes():
            same += 1
        else:  # another processor or version may round differently; it must still be the same clip
            differ += 1
            ours, theirs = load_clip(path).samples, load_clip(committed).samples
            assert abs(len(ours) - len(theirs)) < 0.1 * SAMPLE_RATE
    sys.stderr.write(f"{same} clips as committed, {differ} not\n")
    assert same + differ == 9


@pytest.fixture
def settings_assets():
    from echomind.settings import get_settings

    return get_settings().assets_dir
