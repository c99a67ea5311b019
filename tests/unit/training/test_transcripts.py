import json

import pytest

from echomind.models.asr import Transcript
from echomind.training.recordings import synthetic
from echomind.training.transcripts import main, transcribe_clips
from tests.unit.training.made_data import write_speech


class Listens:
    name = "listens"

    def __init__(self, stop_after=None):
        self.count, self.stop_after = 0, stop_after

    def transcribe(self, clip):
        if self.count == self.stop_after:
            raise KeyboardInterrupt
        self.count += 1
        return Transcript(f"{clip.seconds:.1f} seconds")


def test_goes_on_where_it_was_cut_off(tmp_path, monkeypatch):
    monkeypatch.setattr("echomind.training.transcripts.SAVE_EVERY", 2)
    write_speech(tmp_path, 6)
    recordings, out = synthetic(tmp_path), tmp_path / "heard.json"
    with pytest.raises(KeyboardInterrupt):
        transcribe_clips(recordings, Listens(stop_after=5), out)
    assert len(json.loads(out.read_text())) == 4
    second = Listens()
    known = transcribe_clips(recordings, second, out)
    assert second.count == 2
    assert set(known) == {r.path.name for r in recordings}
    assert set(known.values()) == {"0.7 seconds"}


def test_only_as_many_as_asked_for(tmp_path):
    write_speech(tmp_path, 5)
    assert len(transcribe_clips(synthetic(tmp_path), Listens(), tmp_path / "heard.json", limit=3)) == 3


def test_a_missing_manifest_is_one_line(tmp_path, capsys):
    assert main(["--speech", str(tmp_path), "--out", str(tmp_path / "x.json")]) == 2
    assert "manifest.jsonl is missing" in capsys.readouterr().err
