import json
from collections import Counter

import numpy as np
import pytest
import soundfile

from echomind.settings import ROOT
from echomind.taxonomy import ATTRIBUTES, NEUTRAL
from echomind.training.data import examples
from echomind.training.data.corpus import load_scenarios
from echomind.training.data.examples import EXAMPLES, build, main, make

SHIPPED = ROOT / "assets" / "examples"


@pytest.fixture
def voiced(monkeypatch, male):
    monkeypatch.setattr(examples, "synthesise", lambda text, voice, rate=1.0: male)


def test_three_scripts_each_neutral_and_two_more_ways():
    assert set(Counter(e.script for e in EXAMPLES).values()) == {3}
    for script in {e.script for e in EXAMPLES}:
        same = [e for e in EXAMPLES if e.script == script]
        assert len({e.text for e in same}) == 1 and len({e.delivery for e in same}) == 3
        assert NEUTRAL in {e.delivery for e in same}
    assert {e.delivery for e in EXAMPLES} <= {NEUTRAL, *ATTRIBUTES}


def test_no_script_occurs_in_a_training_scenario():
    def key(text):
        return "".join(c for c in text.lower() if c.isalnum())

    spoken = {key(u) for s in load_scenarios() for u in s.utterances}
    assert not spoken & {key(e.text) for e in EXAMPLES}


def test_same_seed_same_sound(voiced):
    for example in EXAMPLES:
        assert np.array_equal(make(example, 0), make(example, 0))
    assert not np.array_equal(make(EXAMPLES[0], 0), make(EXAMPLES[0], 1))


def test_build_writes_clips_and_their_list(voiced, tmp_path):
    entries = build(tmp_path, 0)
    assert json.loads((tmp_path / "examples.json").read_text(encoding="utf-8")) == entries
    assert len(entries) == len(EXAMPLES)
    for entry in entries:
        assert set(entry) == {"file", "title", "transcript", "delivery", "script"}
        assert soundfile.info(tmp_path / entry["file"]).samplerate == 16000


def test_the_command_line_says_when_voices_are_missing(monkeypatch, tmp_path, capsys):
    from echomind.training.data import speech

    monkeypatch.setattr(speech.shutil, "which", lambda name: None)
    assert main(["--out", str(tmp_path)]) == 2
    assert "not installed" in capsys.readouterr().err


def test_the_shipped_clips_are_small_short_and_listed():
    entries = json.loads((SHIPPED / "examples.json").read_text(encoding="utf-8"))
    assert [(e["script"], e["delivery"], e["transcript"]) for e in entries] == [
        (e.script, e.delivery, e.text) for e in EXAMPLES
    ]
    assert {p.name for p in SHIPPED.glob("*.ogg")} == {e["file"] for e in entries}
    for entry in entries:
        path = SHIPPED / entry["file"]
        assert path.stat().st_size < 100_000
        assert 2.5 < soundfile.info(path).duration < 9
