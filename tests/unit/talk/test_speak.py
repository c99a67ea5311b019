"""Every voice that is installed speaks for real; the wheel's eSpeak NG always is."""

import io
import os
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest
import soundfile

from echomind.errors import VoiceError
from echomind.settings import ROOT
from echomind.talk import speak as module
from echomind.talk.prosody import SOFT
from echomind.talk.speak import ENGINES, MAX_CHARS, Speech, joined, speak, voice_engine

HERE = [engine for engine in ENGINES if engine == "espeakng-loader" or shutil.which(engine)]
REPLY = "I am glad that you told me. Shall we look at it together?"


def samples(speech):
    data, rate = soundfile.read(io.BytesIO(speech.wav))
    return data, rate


def pitch(speech):
    """Median fundamental in Hz over voiced frames, by autocorrelation."""
    data, rate = samples(speech)
    size, low, high = int(0.05 * rate), rate // 400, rate // 80
    found = []
    for start in range(0, len(data) - size, size):
        frame = data[start : start + size] - data[start : start + size].mean()
        acf = np.correlate(frame, frame, "full")[size - 1 :]
        lag = low + int(np.argmax(acf[low:high]))
        if acf[0] > 1e-2 and acf[lag] > 0.6 * acf[0]:
            found.append(rate / lag)
    return float(np.median(found))


@pytest.fixture(scope="module", params=HERE)
def engine(request):
    return request.param


def test_wav(engine):
    speech = speak(REPLY, engine=engine)
    data, rate = samples(speech)
    assert data.ndim == 1
    assert rate in (16_000, 22_050)
    assert 2 < speech.seconds == pytest.approx(len(data) / rate)
    assert np.sqrt(np.mean(data**2)) > 0.02
    assert np.abs(data).max() < 1
    assert (speech.engine, speech.text) == (engine, REPLY)


def test_delivery_follows_the_emotion(engine):
    plain, sad, happy = (speak(REPLY, emotion, engine=engine) for emotion in ("neutral", "sad", "happy"))
    assert sad.seconds > 1.08 * plain.seconds > 1.08 * 1.03 * happy.seconds
    loud = {name: np.sqrt(np.mean(samples(s)[0] ** 2)) for name, s in {"plain": plain, "sad": sad}.items()}
    assert loud["sad"] < 0.75 * loud["plain"]
    assert pitch(sad) < pitch(plain) < pitch(happy)


@pytest.mark.parametrize(
    "text",
    ["-w evil.wav --help", "$(touch evil) ; `touch evil` | touch evil", "/etc/passwd", "<audio src='x'/> sound",
     "[[h@'loU]] there", "naïve café, 你好 ok", "ends\x00here\x07 fine", '"quoted" \'text\' & more'],
)  # fmt: skip
def test_text_is_only_text(engine, text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert speak(text, engine=engine).seconds > 0.2
    assert not list(tmp_path.iterdir())
    assert not (ROOT / "evil").exists()
    assert not (ROOT / "evil.wav").exists()


@pytest.mark.parametrize("text", ["", "   ", "...!?", "\n", "[[]]"])
def test_nothing_to_say(text):
    with pytest.raises(VoiceError, match="nothing to speak"):
        speak(text)


def test_a_long_reply_is_cut_and_says_so(engine):
    speech = speak("word " * 400, engine=engine, timeout_s=120)
    assert len(speech.text) <= MAX_CHARS
    assert len(speech.text) > MAX_CHARS - 10


def test_no_file_stays(engine, tmp_path, monkeypatch):
    monkeypatch.setattr(module.tempfile, "tempdir", str(tmp_path))
    speak(REPLY, engine=engine)
    assert not list(tmp_path.iterdir())


def test_a_voice_that_never_ends_is_stopped(tmp_path):
    started = time.monotonic()
    with pytest.raises(VoiceError, match="voice tail: took longer than its time limit for 5 characters"):
        module._run(["tail", "-f", "/dev/null"], "Hello", tmp_path / "reply.wav", 0.2)
    assert time.monotonic() - started < 60


def test_unknown_engine():
    with pytest.raises(VoiceError, match="'siri': no such engine; expected one of flite"):
        speak(REPLY, engine="siri")


def test_a_program_that_is_not_there(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(VoiceError, match="flite: cannot be started"):
        speak(REPLY, engine="flite")


def test_a_program_that_fails(tmp_path, monkeypatch):
    program = tmp_path / "flite"
    program.write_text("#!/bin/sh\necho 'no such voice' >&2\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(VoiceError, match=r"flite: failed with status 3 \(no such voice\)"):
        speak(REPLY, engine="flite")


def test_programs_come_first_and_the_wheel_serves_without_them(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert voice_engine() == "espeakng-loader"
    assert speak(REPLY).engine == "espeakng-loader"
    for name in ("espeak-ng", "flite"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
        assert voice_engine() == name


def test_the_library_is_never_loaded_here():
    code = (
        "from echomind.talk.speak import speak; speak('hello there', engine='espeakng-loader');"
        "import sys; print('espeak' in open('/proc/self/maps').read(), 'espeakng_loader' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == ["False", "False"]


def tone(seconds, rate=8_000, value=0.5):
    file = io.BytesIO()
    soundfile.write(file, np.full(round(seconds * rate), value), rate, format="WAV", subtype="PCM_16")
    return Speech(file.getvalue(), seconds, "flite", f"{seconds} s")


def test_sentences_are_joined_with_pauses():
    whole = joined([tone(0.5), tone(0.25)], 0.3)
    data, rate = soundfile.read(io.BytesIO(whole.wav))
    assert (rate, len(data), whole.seconds) == (8_000, 8_400, 1.05)
    assert np.abs(data[4_000:6_400]).max() == 0
    assert data[0] == data[-1] == 0.5
    assert (whole.engine, whole.text) == ("flite", "0.5 s 0.25 s")


def test_what_cannot_be_joined():
    with pytest.raises(VoiceError, match="found no spoken sentence"):
        joined([], 0.3)
    with pytest.raises(VoiceError, match=r"found sample rates \[8000, 16000\]"):
        joined([tone(0.1), tone(0.1, 16_000)], 0.3)


def test_a_delivery_may_be_given_instead_of_an_emotion(engine):
    assert speak(REPLY, SOFT, engine=engine).seconds == speak(REPLY, "sad", engine=engine).seconds
