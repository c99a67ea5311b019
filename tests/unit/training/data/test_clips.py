import json
import shutil

import numpy as np
import pytest
import soundfile

from echomind.errors import DataError
from echomind.taxonomy import CATEGORIES
from echomind.training.data import clips
from echomind.training.data.clips import Workshop, build_speech_set, main, render, spoken
from echomind.training.data.speech import VOICES


@pytest.fixture
def voiced(monkeypatch, male, female):
    """Stands in for the speech programs: the same made-up sentence in two pitches."""
    calls = []

    def speak(text, voice):
        calls.append((text, voice.id))
        return male if voice.gender == "male" else female

    monkeypatch.setattr(clips, "synthesise", speak)
    monkeypatch.setattr(clips, "available", lambda engine: True)
    clips.crowd.cache_clear()
    yield calls
    clips.crowd.cache_clear()


def test_a_set_is_whole_labelled_and_readable(voiced, tmp_path):
    rows = build_speech_set(tmp_path, count=12, seed=3)
    lines = (tmp_path / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == rows and len(rows) == 12
    for row in rows:
        info = soundfile.info(tmp_path / row["audio"])
        assert (info.samplerate, info.channels, info.subtype) == (16000, 1, "PCM_16")
        assert info.duration > 2
        assert set(row["labels"]) == {c.id for c in CATEGORIES}
        assert row["domain"] == VOICES[row["voice"]].engine
        assert row["transcript"] and row["script"] and row["style"]
    assert not list(tmp_path.rglob("*.part"))


def test_a_second_run_makes_nothing_again(voiced, tmp_path):
    first = build_speech_set(tmp_path, count=6, seed=3)
    stamps = {p: p.stat().st_mtime_ns for p in (tmp_path / "audio").iterdir()}
    spoken_before = len(voiced)
    (tmp_path / first[2]["audio"]).unlink()
    again = build_speech_set(tmp_path, count=6, seed=3)
    assert again == first
    assert len(voiced) == spoken_before  # plain speech is kept on disk
    changed = [p for p in (tmp_path / "audio").iterdir() if p.stat().st_mtime_ns != stamps[p]]
    assert [p.name for p in changed] == [first[2]["audio"].split("/")[-1]]


def test_the_same_seed_gives_the_same_bytes(voiced, tmp_path):
    one = build_speech_set(tmp_path / "a", count=4, seed=9)
    two = build_speech_set(tmp_path / "b", count=4, seed=9)
    assert one == two
    for row in one:
        first, _ = soundfile.read(tmp_path / "a" / row["audio"])
        second, _ = soundfile.read(tmp_path / "b" / row["audio"])
        assert np.array_equal(first, second)


def test_the_manifest_lists_only_what_is_there(voiced, tmp_path):
    rows = build_speech_set(tmp_path, count=5, seed=3)
    (tmp_path / rows[0]["audio"]).unlink()
    left = clips.write_manifest(Workshop(tmp_path, 3), 5)
    assert left == rows[1:]


def test_clips_do_not_clip_and_are_finite(voiced, tmp_path):
    workshop = Workshop(tmp_path, 11)
    for made in workshop.recipes(30):
        samples = render(made, workshop)
        assert np.isfinite(samples).all() and np.abs(samples).max() <= 1.0, made
        assert len(samples) < 45 * 16000


def test_train_and_test_parts_share_no_script(tmp_path):
    train, test = ({r.script for r in Workshop(tmp_path, 1, part).recipes(300)} for part in ("train", "test"))
    assert train and test and not train & test


def test_speech_is_kept_by_text_and_voice(voiced, tmp_path):
    first = spoken("Good morning.", "flite:rms", tmp_path)
    again = spoken("Good morning.", "flite:rms", tmp_path)
    assert np.array_equal(first, again) and len(voiced) == 1
    spoken("Good morning.", "flite:slt", tmp_path)
    spoken("Good evening.", "flite:rms", tmp_path)
    assert len(voiced) == 3


def test_missing_engines_and_recordings_are_named(monkeypatch, tmp_path):
    monkeypatch.setattr(clips, "available", lambda engine: engine != "festival")
    with pytest.raises(DataError, match="festival"):
        build_speech_set(tmp_path, count=1)
    monkeypatch.setattr(clips, "available", lambda engine: True)
    with pytest.raises(DataError, match="esc10"):
        build_speech_set(tmp_path, count=1, data_root=tmp_path / "nowhere")


def test_the_command_line_reports_bad_input_in_one_line(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(clips, "available", lambda engine: False)
    assert main(["--out", str(tmp_path), "--count", "2"]) == 2
    assert capsys.readouterr().err.startswith("error: ")


@pytest.mark.skipif(not shutil.which("flite"), reason="flite is not installed")
def test_two_workers_make_what_one_makes(tmp_path):
    one = build_speech_set(tmp_path / "one", count=3, seed=2, engines={"flite": 1.0})
    two = build_speech_set(tmp_path / "two", count=3, seed=2, engines={"flite": 1.0}, workers=2)
    assert one == two
    for row in one:
        assert (tmp_path / "one" / row["audio"]).read_bytes() == (tmp_path / "two" / row["audio"]).read_bytes()
