import subprocess
import sys

import numpy as np
import soundfile
import soxr

from echomind.settings import ROOT
from echomind.talk.voice_activity import FRAME, VoiceActivity


def probabilities(samples):
    activity = VoiceActivity()
    return [activity.frame(samples[at : at + FRAME]) for at in range(0, len(samples) - FRAME + 1, FRAME)]


def spoken():
    samples, rate = soundfile.read(ROOT / "assets" / "examples" / "walk_neutral.ogg", dtype="float32")
    return soxr.resample(samples, rate, 16_000).astype(np.float32)


def test_speech_is_told_from_silence_and_noise():
    rng = np.random.default_rng(0)
    assert max(probabilities(np.zeros(16_000, np.float32))) < 0.35
    assert max(probabilities(rng.normal(0, 0.02, 16_000).astype(np.float32))) < 0.35
    assert np.median(probabilities(spoken())) > 0.9


def test_speakers_do_not_mix():
    samples, alone = spoken(), probabilities(spoken())
    one, other = VoiceActivity(), VoiceActivity()
    found = []
    for at in range(0, len(samples) - FRAME + 1, FRAME):
        found.append(one.frame(samples[at : at + FRAME]))
        other.frame(np.zeros(FRAME, np.float32))
    assert found == alone


def test_the_wheel_s_code_is_not_imported():
    code = (
        "import sys, numpy; from echomind.talk.voice_activity import VoiceActivity;"
        "VoiceActivity().frame(numpy.zeros(512, 'float32'));"
        "print({'torch', 'silero_vad'} & set(sys.modules) or 'light')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "light"
