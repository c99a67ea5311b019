"""Temperature: fitted where it must come out, written where it is read, and silent about who wins."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from scipy.special import softmax

from echomind.audio import Clip
from echomind.errors import DataError
from echomind.models.slm import load_slm
from echomind.training.calibration import calibrate, fit_temperature, judged, made_speakers, reliability
from echomind.training.recordings import ravdess
from tests.unit.training.made_data import write_ravdess


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_ravdess(folder, range(1, 21))
    return folder


def overconfident(temperature: float, n: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Logits that are ``temperature`` times too large for the labels drawn from them."""
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(n, 4)) * 1.5
    truth = np.array([rng.choice(4, p=p) for p in softmax(logits, axis=1)])
    return logits * temperature, truth


@pytest.mark.parametrize("temperature", [0.6, 1.0, 2.5])
def test_the_temperature_that_was_put_in_is_found(temperature):
    logits, truth = overconfident(temperature)
    assert fit_temperature(logits, truth) == pytest.approx(temperature, rel=0.08)
    fitted = judged(logits, truth, fit_temperature(logits, truth))
    assert fitted["ece"] < 0.03
    assert fitted["interval"][0] <= fitted["ece"] <= fitted["interval"][1] + 0.01
    if temperature == 2.5:
        assert judged(logits, truth, 1.0)["ece"] > 0.1


def test_the_table_by_hand():
    table = reliability(np.array([0.95, 1.0, 0.55, 0.52]), np.array([1.0, 1.0, 1.0, 0.0]))
    assert table == [
        {"low": 0.5, "high": 0.6, "n": 2, "probability": 0.535, "right": 0.5},
        {"low": 0.9, "high": 1.0, "n": 2, "probability": 0.975, "right": 1.0},
    ]


def test_made_speakers_are_in_turn_quicker_and_slower(root, tiny_checkpoint):
    slm = load_slm(str(tiny_checkpoint))
    recordings = ravdess(root, range(1, 2))[:2]
    frames = len(slm.processor.feature_extractor.extract(soundfile.read(recordings[0].path, dtype="float32")[0]))
    short, long = (len(f) for f in made_speakers(recordings, slm))
    assert short == pytest.approx(0.85 * frames, abs=2)
    assert long == pytest.approx(frames / 0.85, abs=2)


def test_the_temperature_is_written_and_changes_what_is_shown_but_nothing_else(root, tiny_checkpoint, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(tiny_checkpoint, folder)
    before = json.loads((folder / "config.json").read_text())
    report = calibrate(folder, root, write=True)["emotion"]
    assert report["after"]["n"] == report["before"]["n"] == 32
    assert report["fitted_on"]["n"] == 128
    assert json.loads((folder / "config.json").read_text()) == before | {
        "temperatures": {"emotion": report["temperature"]}
    }
    clip = Clip((np.random.default_rng(0).normal(size=16_000) * 0.1).astype(np.float32))
    plain, fitted = load_slm(str(tiny_checkpoint)), load_slm(str(folder))
    fitted.model.config.temperatures = {"emotion": 2.0}
    one, other = plain.perceive(clip, "we met"), fitted.perceive(clip, "we met")
    assert one.cues["emotion"].label == other.cues["emotion"].label
    assert one.cues["emotion"].score > other.cues["emotion"].score
    assert one.cues["gender"] == other.cues["gender"]
    assert (one.speaker, one.listener) == (other.speaker, other.listener)
    assert torch.equal(one.state.emotions, other.state.emotions)
    assert list(plain.reply(one)) == list(fitted.reply(other))


def test_without_write_nothing_is_written(root, tiny_checkpoint):
    before = (tiny_checkpoint / "config.json").read_bytes()
    calibrate(tiny_checkpoint, root)
    assert (tiny_checkpoint / "config.json").read_bytes() == before


def test_missing_recordings_are_named(tmp_path, tiny_checkpoint):
    with pytest.raises(DataError, match="Actor_01"):
        calibrate(tiny_checkpoint, tmp_path)
