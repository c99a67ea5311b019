import subprocess

import numpy as np
import pytest

from echomind.errors import DataError
from echomind.training.data import speech
from echomind.training.data.speech import (
    ESPEAK,
    FLITE,
    SPEECH_DBFS,
    VOICES,
    Voice,
    active_dbfs,
    available,
    synthesise,
    to_level,
    trim,
)

TEXT = "We walked along the river this morning."


def test_voices_are_unique_and_of_both_genders():
    assert len(VOICES) == len({v.id for v in VOICES.values()}) >= 30
    for engine in ("flite", "festival", "espeak"):
        assert {v.gender for v in VOICES.values() if v.engine == engine} == {"male", "female"}


def test_active_level_ignores_pauses():
    tone = 0.1 * np.sin(2 * np.pi * 200 * np.arange(16000) / 16000).astype(np.float32)
    paused = np.concatenate([tone, np.zeros(48000, dtype=np.float32)])
    assert active_dbfs(tone) == pytest.approx(-23, abs=0.1)
    assert active_dbfs(paused) == pytest.approx(active_dbfs(tone), abs=0.1)
    assert active_dbfs(np.zeros(100)) <= -110


def test_to_level_reaches_it_and_leaves_silence(male):
    assert active_dbfs(to_level(male, -30.0)) == pytest.approx(-30, abs=0.05)
    assert not to_level(np.zeros(1000), -30.0).any()


def test_trim_keeps_a_margin_around_the_sound():
    samples = np.zeros(16000, dtype=np.float32)
    samples[6000:9000] = 0.3
    assert len(trim(samples, 0.05)) == 3000 + 1600 - 1
    assert len(trim(np.zeros(100, dtype=np.float32))) == 0


def test_a_missing_program_is_named(monkeypatch):
    monkeypatch.setattr(speech.shutil, "which", lambda name: None)
    with pytest.raises(DataError, match=r"flite.*apt-get install flite"):
        synthesise(TEXT, FLITE[0])


@pytest.mark.parametrize(("rate", "pitch"), [(0.1, 1.0), (1.0, 9.0), (float("nan"), 1.0)])
def test_settings_out_of_range_are_refused(rate, pitch):
    with pytest.raises(DataError, match=r"between 0\.5 and 2"):
        synthesise(TEXT, VOICES["flite:kal16"], rate=rate, pitch=pitch)


def test_a_voice_without_pitch_setting_says_so():
    with pytest.raises(DataError, match="flite:rms has no pitch"):
        synthesise(TEXT, VOICES["flite:rms"], pitch=1.2)


@pytest.mark.parametrize("text", ["", "   \n"])
def test_empty_text_is_refused(text):
    with pytest.raises(DataError, match="empty"):
        synthesise(text, FLITE[0])


def test_text_never_reaches_the_command_line(monkeypatch):
    seen = {}

    def run(command, **options):
        seen.update(command=command, **options)
        return subprocess.CompletedProcess(command, 3, b"", b"no such voice\n")

    monkeypatch.setattr(speech.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(speech.subprocess, "run", run)
    for voice in (FLITE[0], ESPEAK[0], VOICES["festival:kal_diphone"]):
        with pytest.raises(DataError, match=r"status 3.*no such voice"):
            synthesise("-o /etc/passwd; $(rm x)", voice)
        assert seen["input"] == b"-o /etc/passwd; $(rm x)"
        assert not any("passwd" in part or "rm x" in part for part in seen["command"])
        assert not seen.get("shell")


@pytest.mark.parametrize(
    "voice", [VOICES["flite:rms"], VOICES["festival:kal_diphone"], VOICES["espeak:en-us+f3"]], ids=lambda v: v.id
)
def test_a_sentence_is_spoken(voice: Voice):
    if not available(voice.engine):
        pytest.skip(f"{voice.engine} is not installed")
    spoken = synthesise(TEXT, voice)
    assert spoken.dtype == np.float32 and 1.2 < len(spoken) / 16000 < 5
    assert active_dbfs(spoken) == pytest.approx(SPEECH_DBFS, abs=0.2)
    assert len(synthesise(TEXT, voice, rate=1.5)) < 0.8 * len(spoken)


def test_a_voice_that_is_not_in_the_table_is_refused():
    """The programs would silently speak with another voice, and its labels would be wrong."""
    with pytest.raises(DataError, match="espeak:no-such-voice"):
        synthesise(TEXT, Voice("espeak", "no-such-voice", "male", 100.0))
