import numpy as np
import pytest
import torch

from echomind.errors import AudioError, ConfigurationError
from echomind.scoring.nisqa import NisqaModel
from tests.unit.scoring.made_nisqa import chirp, made_weights

# Made with the same weights by torchmetrics 1.9.0 (functional.audio.nisqa, a port of the authors' code).
REFERENCE = {
    8_000: [2.3637, 0.3826, 1.3477, -2.4653, -2.0368],
    16_000: [2.4782, 0.3760, 1.2428, -2.2898, -1.6138],
    24_000: [2.0944, 0.5807, 1.4889, -2.4177, -1.2239],
    48_000: [1.9257, 0.7453, 1.4651, -2.8489, -1.3241],
}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return NisqaModel.from_file(made_weights(tmp_path_factory.mktemp("nisqa") / "nisqa.tar"))


@pytest.mark.parametrize("rate", REFERENCE)
def test_it_computes_what_the_reference_does(model, rate):
    samples = chirp(rate)
    found = model(model.windows(samples, rate))
    assert found.tolist() == pytest.approx(REFERENCE[rate], abs=2e-3)
    assert model.mos(samples, rate) == pytest.approx(REFERENCE[rate][0], abs=2e-3)


def test_windows_cover_the_recording(model):
    assert model.windows(chirp(16_000), 16_000).shape == (47, 1, 48, 15)  # 201 frames, one window every 4
    assert model.windows(chirp(16_000, 0.15), 16_000).shape == (1, 1, 48, 15)
    with pytest.raises(AudioError, match=r"found 0.10 s of sound; NISQA expects at least 0.15 s"):
        model.windows(chirp(16_000, 0.1), 16_000)


def test_what_is_past_the_limit_is_not_heard(model, monkeypatch):
    monkeypatch.setattr("echomind.scoring.nisqa.MOST_WINDOWS", 20)
    windows = model.windows(chirp(16_000, 30.0), 16_000)
    assert len(windows) == 20 and torch.allclose(windows, model.windows(chirp(16_000, 1.5), 16_000), atol=1e-4)


def test_parts_of_a_long_recording_are_put_together(model, monkeypatch):
    samples = chirp(16_000, 6.0)
    whole = model.mos(samples, 16_000)
    monkeypatch.setattr("echomind.scoring.nisqa._WINDOWS_AT_ONCE", 10)
    assert model.mos(samples, 16_000) == pytest.approx(whole, abs=1e-5)


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "nisqa.tar"
    path.write_bytes(b"no weights")
    with pytest.raises(ConfigurationError, match=r"nisqa.tar: cannot be read .* expected the weights of NISQA v2.0"):
        NisqaModel.from_file(path)
    torch.save({"state": torch.zeros(3)}, path)
    with pytest.raises(ConfigurationError, match="does not fit the model"):
        NisqaModel.from_file(path)
    torch.save([1, 2], path)
    with pytest.raises(ConfigurationError, match="does not fit the model"):
        NisqaModel.from_file(path)
    with pytest.raises(ConfigurationError, match="found td = 'lstm'"):
        NisqaModel.from_file(made_weights(path, td="lstm"))
    with pytest.raises(ConfigurationError, match="does not fit the model"):
        NisqaModel.from_file(made_weights(path, pool_att_h=64))


def test_a_file_that_is_a_program_is_not_run(tmp_path):
    class Program:
        def __reduce__(self):
            return (pytest.fail, ("it was run",))

    torch.save({"args": Program(), "model_state_dict": {}}, tmp_path / "nisqa.tar")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        NisqaModel.from_file(tmp_path / "nisqa.tar")


def test_the_same_sound_gets_the_same_score(model):
    samples = chirp(24_000)
    assert len({model.mos(samples, 24_000) for _ in range(3)}) == 1
    assert model.mos(samples, 24_000) != model.mos(samples + np.float32(0.05) * chirp(24_000, 2.0)[::-1], 24_000)
