"""Stage ``ears`` on made data: what it draws, what it trains, what it keeps, and that being cut off changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from echomind.audio import Clip
from echomind.models.slm import load_slm
from echomind.slm import EchoMindFeatureExtractor, EchoMindForConditionalGeneration
from echomind.training.calibration import choosing_actors
from echomind.training.card_background import carriers, mixtures, told_apart
from echomind.training.cues import AveragedHearing, Hearing
from echomind.training.data.background import ESC10
from echomind.training.hearing import new_ears
from echomind.training.hearing_data import HearingData, Mixing, emotion_balanced, spoken_part
from echomind.training.recordings import FeatureStore, made_speakers, ravdess, surroundings, synthetic
from echomind.training.stages import run_configured
from tests.unit.training.made_data import write_esc10, write_ravdess, write_speech, write_texts

SHAPE = {"conv_channels": [8, 8, 16], "pitch_channels": [8, 8, 8], "hidden_size": 32, "level_size": 8, "dropout": 0.1}
MIXING = {"acted": 4, "made": 4, "frames": 48, "surroundings_share": 0.5}


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_ravdess(folder, range(1, 21))
    write_speech(folder / "speech")
    write_esc10(folder)
    write_texts(folder)
    return folder


@pytest.fixture(scope="module")
def data(root, tiny_checkpoint) -> HearingData:
    extractor, cache = EchoMindFeatureExtractor(pitch=True), root / "cache"
    acted = ravdess(root, [1, 2])
    return HearingData(
        FeatureStore([*acted, *made_speakers(acted, (0.9,))], extractor, cache),
        FeatureStore(synthetic(root / "speech"), extractor, cache),
        FeatureStore(surroundings(root), extractor, cache),
        EchoMindForConditionalGeneration.from_pretrained(tiny_checkpoint).config.categories,
        bands=64,
        seed=0,
        mixing=Mixing(**MIXING),
    )


def config(root: Path, checkpoint: Path, folder: Path, **values: object) -> Path:
    loop = {"steps": 4, "learning_rate": 0.002, "warmup_steps": 1, "save_every": 1, "log_every": 1}
    merged = {
        **{"data_root": str(root), "speech": str(root / "speech"), "cache": str(root / "cache")},
        **{"init": str(checkpoint), "run_dir": str(folder), "out": str(folder / "model"), "loop": loop},
        **{"encoder": SHAPE, "mixing": MIXING, "paces": [0.9], "left_out": "espeak", "choose_every": 2, "threads": 1},
    } | values
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "ears.json"
    path.write_text(json.dumps(merged))
    return path


def test_made_speakers_are_longer_and_keep_what_is_still_known(root):
    [clip] = ravdess(root, [1])[2:3]
    near, far = made_speakers([clip], (1.05, 1.2))
    assert near.labels == clip.labels | {"speed": None}
    assert far.labels == clip.labels | {"speed": None, "gender": None}
    stored = FeatureStore([clip, far], EchoMindFeatureExtractor(), root / "cache")
    assert len(stored[1]) == pytest.approx(1.2 * len(stored[0]), abs=2)


def test_no_surroundings_of_the_checked_fold_are_trained_on(root):
    found = surroundings(root)
    assert {r.path.name[0] for r in found} == {"1", "2", "3"}
    assert {tuple(r.labels.items()) for r in found} == {
        (("weather", "rain"),),
        (("location", "sea_waves"),),
        (("other", "dog"),),
        (),
    }


def test_a_batch_depends_on_the_step_alone(data):
    first, again, other = data.batch(3), data.batch(3), data.batch(4)
    assert torch.equal(first.features, again.features)
    assert all(torch.equal(first.labels[c], again.labels[c]) for c in first.labels)
    assert not torch.equal(first.features, other.features)
    assert first.features.shape == (8, 48, 66)
    assert torch.isfinite(first.features).all()


def test_surroundings_bring_their_label_and_their_level(data):
    features = torch.zeros(8, 48, 66)
    features[..., 65] = 1.0
    labels = [dict.fromkeys(data.categories, "none") for _ in range(7)] + [
        dict.fromkeys(data.categories, "none") | {"voices": "applause"}
    ]
    lengths = torch.full((8,), 48)
    mixed = data.surrounded(features, lengths, labels, np.random.default_rng(0))
    louder = (mixed[..., :64] > features[..., :64] + 1e-4).flatten(1).any(1)
    assert 0 < louder.sum() < 8
    assert not louder[7]  # it has surroundings of its own
    for row, touched in zip(labels[:7], louder.tolist(), strict=False):
        assert touched or set(row.values()) == {"none"}
    assert (mixed[louder][..., 65] < 1).any()


def test_what_is_spoken_is_kept(data):
    quiet = np.full((200, 66), -1.0, np.float32)
    quiet[90:130, :64] = 0.5
    assert spoken_part(quiet, 64) == (78, 142)
    rng = np.random.default_rng(0)
    cuts = [data.cut(quiet, rng, (90, 130)) for _ in range(20)]
    assert max(map(len, cuts)) <= 48
    assert all((cut[:, 0] == 0.5).any() for cut in cuts)


def test_emotions_are_drawn_equally_often(data):
    shares = emotion_balanced(data.acted.recordings)
    by: dict[str, float] = {}
    for share, recording in zip(shares, data.acted.recordings, strict=True):
        by[str(recording.labels["emotion"])] = by.get(str(recording.labels["emotion"]), 0) + share
    assert list(by.values()) == pytest.approx([1 / 7] * 7)


def test_the_average_follows_the_weights_and_takes_their_place(tiny_model):
    hearing = AveragedHearing(tiny_model, decay=0.5).train()
    before = hearing.average()["encoder.frame.weight"].clone()
    with torch.no_grad():
        tiny_model.encoder.frame.weight += 1.0
    features, lengths = torch.randn(2, 20, 64), torch.tensor([20, 20])
    for _ in range(40):
        hearing(features, lengths)
    torch.testing.assert_close(hearing.average()["encoder.frame.weight"], before + 1.0)
    hearing.eval()
    calls = hearing.calls.clone()
    hearing(features, lengths)
    assert hearing.calls == calls
    with torch.no_grad():
        tiny_model.encoder.frame.weight += 5.0
    hearing.settle()
    torch.testing.assert_close(tiny_model.encoder.frame.weight, before + 1.0)
    assert set(dict(hearing.named_parameters())) == {n for n, _ in Hearing(tiny_model).named_parameters()}


def test_new_ears_keep_the_decoder(tiny_checkpoint):
    old = dict(EchoMindForConditionalGeneration.from_pretrained(tiny_checkpoint).named_parameters())
    model, processor = new_ears(tiny_checkpoint, SHAPE, seed=1)
    kept = {n.split(".")[0] for n, p in model.named_parameters() if n in old and torch.equal(p, old[n])}
    assert {"language_model", "vad_head", "cue_embeddings", "projector"} <= kept
    assert model.config.encoder_config.encoder_kind == "prosodic"
    assert processor.feature_extractor.columns == 66


def test_the_stage_gives_the_same_when_cut_off_and_its_model_hears(root, tiny_checkpoint, tmp_path, monkeypatch):
    whole = run_configured("ears", config(root, tiny_checkpoint, tmp_path / "whole"))
    assert [row["step"] for row in whole["choices"]] == [2, 4]

    def killed(*_: object) -> None:
        raise KeyboardInterrupt  # after a checkpoint, before anything is judged or written

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("echomind.training.hearing.judge", killed)
        run_configured("ears", config(root, tiny_checkpoint, tmp_path / "cut"))
    resumed = run_configured("ears", config(root, tiny_checkpoint, tmp_path / "cut"))
    assert resumed["choices"] == whole["choices"]
    assert resumed["losses"]["loss"] == whole["losses"]["loss"]
    one, other = (
        dict(EchoMindForConditionalGeneration.from_pretrained(tmp_path / name / "model").named_parameters())
        for name in ("whole", "cut")
    )
    assert all(torch.equal(value, other[name]) for name, value in one.items())

    slm = load_slm(str(tmp_path / "whole" / "model"))
    assert choosing_actors(tmp_path / "whole" / "model") == [15, 16]
    done = json.loads((tmp_path / "whole" / "model" / "training.json").read_text())["ears"]
    assert done["steps"] == whole["chosen"]["step"]
    assert done["acted"] == 14 * 8 * 2
    perception = slm.perceive(Clip(np.random.default_rng(0).normal(0, 0.1, 16_000).astype(np.float32)), "we met")
    assert len(perception.cues) == 12

    bridge = {
        **{"data_root": str(root), "speech": str(root / "speech"), "cache": str(root / "cache"), "threads": 1},
        **{"init": str(tmp_path / "whole" / "model"), "run_dir": str(tmp_path / "align"), "batch_size": 4},
        **{"out": str(tmp_path / "align" / "model"), "loop": {"steps": 1, "learning_rate": 0.002, "log_every": 1}},
    }
    (tmp_path / "align.json").write_text(json.dumps(bridge))
    run_configured("align", tmp_path / "align.json")
    aligned = dict(EchoMindForConditionalGeneration.from_pretrained(tmp_path / "align" / "model").named_parameters())
    moved = {name.split(".")[0] for name, value in one.items() if not torch.equal(value, aligned[name])}
    assert moved == {"projector", "cue_embeddings", "vad_head"}


def test_mixtures_are_of_the_checked_fold_and_speakers(root):
    assert len(carriers(root)) == 4
    made = mixtures(root)
    assert [attribute for attribute, _, _ in made] == [name for name in ESC10.values() for _ in range(4)]
    assert len({number for _, number, _ in made}) == 3
    assert all(np.isfinite(samples).all() for _, _, samples in made)


def test_told_apart_by_hand():
    truth, numbers = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 1, 1, 2, 2])
    shares = np.eye(3)[[0, 0, 1, 2, 0, 2]] * 0.5 + 0.1
    figure = told_apart(truth, shares, numbers)
    assert figure["value"] == pytest.approx(4 / 6, abs=1e-3)
    assert figure["recall"] == {"rain": 1.0, "sea_waves": 0.5, "dog": 0.5}
    assert (figure["n"], figure["recordings"]) == (6, 3)
    assert figure["interval"][0] <= figure["value"] <= figure["interval"][1]
