import numpy as np
import pytest
import soundfile
import torch

from echomind.audio import SAMPLE_RATE, load_clip
from echomind.errors import ConfigurationError
from echomind.scoring.predictions import Predictions
from echomind.scoring.score import score
from echomind.scoring.speech_quality import Dnsmos, Nisqa, Utmos, named_file, quality_metric
from echomind.settings import ROOT
from tests.unit.scoring.made_nisqa import chirp, made_weights
from tests.unit.scoring.made_sets import made_set

EXAMPLE = ROOT / "assets" / "examples" / "project_neutral.ogg"


def write(path, samples, rate=SAMPLE_RATE):
    soundfile.write(path, samples, rate, subtype="FLOAT")
    return path


def noise(count, level=0.1):
    return (level * np.random.default_rng(0).standard_normal(count)).astype(np.float32)


class Fixed:
    """A listener with given opinions, by file name."""

    metric_id, name = "dnsmos", "given opinions"

    def __init__(self, **opinions):
        self.opinions = opinions

    def mos(self, path):
        load_clip(path)
        return self.opinions[path.stem]


# ---- DNSMOS -------------------------------------------------------------------------------------------------------


def test_dnsmos_of_known_sound(tmp_path):
    """Measured with speechmos 0.0.1.1 and onnxruntime 1.31.1 on x86; other processors may move the third decimal."""
    assert Dnsmos().mos(EXAMPLE) == pytest.approx(2.8941, abs=0.02)
    assert Dnsmos().mos(write(tmp_path / "noise.wav", noise(48_000))) == pytest.approx(1.0983, abs=0.02)


def test_dnsmos_likes_a_voice_less_with_every_noise(tmp_path):
    voice = load_clip(EXAMPLE).samples
    level = np.sqrt(np.mean(voice**2))
    scores = [Dnsmos().mos(EXAMPLE)]
    for snr_db in (10, 0):
        noisy = np.clip(voice + noise(len(voice), level * 10 ** (-snr_db / 20)), -1, 1)
        scores.append(Dnsmos().mos(write(tmp_path / f"{snr_db}.wav", noisy)))
    assert scores[0] > scores[1] + 0.3 and scores[1] > scores[2] + 0.3


def test_dnsmos_says_which_number_it_is():
    assert Dnsmos().name.startswith("DNSMOS P.835 overall (ovrl_mos), not personalised; speechmos 0.")


# ---- NISQA and UTMOS ----------------------------------------------------------------------------------------------


def test_nisqa_hears_a_recording_at_its_own_rate(tmp_path):
    made_weights(tmp_path / "nisqa.tar")
    for source in (tmp_path / "nisqa.tar", tmp_path):
        listener = Nisqa(str(source))
        assert listener.mos(write(tmp_path / "a.wav", chirp(24_000), 24_000)) == pytest.approx(2.0944, abs=2e-3)
        assert listener.mos(write(tmp_path / "b.wav", chirp(16_000), 16_000)) == pytest.approx(2.4782, abs=2e-3)
    assert listener.metric_id == "nisqa"
    assert listener.name.startswith("NISQA v2.0 mos_pred; nisqa.tar (sha256 ") and len(listener.name) > 90


class Loudness(torch.nn.Module):
    """Not UTMOS: five times the peak, from samples as the public export takes them."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        assert x.dtype == torch.int16 and x.dim() == 2 and x.size(0) == 1
        return x.abs().max().to(torch.float32).reshape(1) * 5.0 / 32767.0


class Pair(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.zeros(2)


class Floats(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        assert x.dtype == torch.float32
        return torch.zeros(1)


def scripted(path, module):
    torch.jit.script(module).save(str(path))
    return str(path)


def test_utmos_is_called_as_the_public_export_is(tmp_path):
    clip = write(tmp_path / "a.wav", 0.5 * np.sign(chirp(SAMPLE_RATE)))
    listener = Utmos(scripted(tmp_path / "utmos.jit", Loudness()))
    assert listener.mos(clip) == pytest.approx(2.5, abs=1e-3) and listener.metric_id == "utmos"
    assert Utmos(str(tmp_path)).mos(clip) == pytest.approx(2.5, abs=1e-3)
    assert listener.name.startswith("UTMOS; utmos.jit (sha256 ")


@pytest.mark.parametrize(
    ("module", "message"), [(Pair(), "something else than one number"), (Floats(), "int16 samples")]
)
def test_another_program_is_refused(tmp_path, module, message):
    clip = write(tmp_path / "a.wav", chirp(SAMPLE_RATE))
    with pytest.raises(ConfigurationError, match=message):
        Utmos(scripted(tmp_path / "utmos.jit", module)).mos(clip)


def test_a_file_that_is_no_program_is_refused(tmp_path):
    (tmp_path / "utmos.jit").write_bytes(b"nothing")
    with pytest.raises(ConfigurationError, match=r"utmos.jit: .* expected UTMOS as TorchScript"):
        Utmos(str(tmp_path)).mos(write(tmp_path / "a.wav", chirp(SAMPLE_RATE)))


def test_a_model_that_is_not_there_is_said_with_its_setting(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    with pytest.raises(ConfigurationError, match=r"ECHOMIND_UTMOS_MODEL: found no file or folder 'balacoon/utmos' and"):
        Utmos("balacoon/utmos")
    with pytest.raises(
        ConfigurationError, match=r"no file or folder '/no/such/file.tar' and no nisqa.tar under that id"
    ):
        Nisqa("/no/such/file.tar")
    with pytest.raises(ConfigurationError, match=r"found no nisqa.tar in the folder"):
        named_file(str(tmp_path), "nisqa.tar", "X")


# ---- as a metric --------------------------------------------------------------------------------------------------


def test_replies_without_usable_sound_fail(tmp_path):
    benchmark = made_set(2, questions_per_script=9)
    good, poor = write(tmp_path / "good.wav", chirp(SAMPLE_RATE)), write(tmp_path / "poor.wav", chirp(SAMPLE_RATE))
    silent = write(tmp_path / "silent.wav", np.zeros(SAMPLE_RATE, np.float32))
    sounds = {("id_1", "target"): good, ("id_1", "neutral"): poor, ("id_2", "target"): silent}
    seen = []
    listener = Fixed(good=4.2, poor=0.3)
    metric = quality_metric(benchmark, Predictions(reply_audio=sounds), listener, lambda *n: seen.append(n))
    found = {i.key: (m, f) for i, m, f in zip(metric.items, metric.numerator, metric.failed, strict=True)}
    assert found["id_1/target"] == (4.2, False)
    assert found["id_1/neutral"] == (1.0, False)  # below the scale: its end
    assert [found[key] for key in ("id_1/alternative", "id_2/target", "id_2/neutral")] == [(1.0, True)] * 3
    assert seen == [(i, 6) for i in range(1, 7)]
    report = score(benchmark, Predictions(reply_audio=sounds), extra=[metric]).report
    assert report.level["conversation"]["dnsmos"].failed == 4 and report.used["dnsmos"] == "given opinions"


def test_a_score_that_is_no_number_is_no_score(tmp_path):
    sounds = {("id_1", "target"): write(tmp_path / "good.wav", chirp(SAMPLE_RATE))}
    with pytest.raises(ConfigurationError, match=r"given opinions: found the score nan for good.wav"):
        quality_metric(made_set(1), Predictions(reply_audio=sounds), Fixed(good=float("nan")))
