import pytest

from echomind.errors import DataError
from echomind.slm import EchoMindFeatureExtractor
from echomind.training.recordings import FeatureStore, LabelIds, ravdess, synthetic
from tests.unit.training.made_data import write_ravdess, write_speech


def test_ravdess_names_are_read(tmp_path):
    write_ravdess(tmp_path, range(1, 3))
    found = ravdess(tmp_path, [1, 2])
    assert len(found) == 16
    assert [r.labels["emotion"] for r in found[:8]] == [
        *("none", "none", "happy", "sad", "angry", "fear", "disgust", "surprise")
    ]
    assert {r.labels["gender"] for r in found[:8]} == {"male"}
    assert {r.labels["gender"] for r in found[8:]} == {"female"}
    assert found[0].transcript == "Kids are talking by the door."


def test_a_missing_actor_is_named(tmp_path):
    write_ravdess(tmp_path, range(1, 2))
    with pytest.raises(DataError, match="Actor_02"):
        ravdess(tmp_path, [1, 2])


def test_features_are_computed_once(tmp_path):
    write_speech(tmp_path, 4)
    recordings = synthetic(tmp_path)
    first = FeatureStore(recordings, EchoMindFeatureExtractor(), tmp_path / "cache")
    files = {p: p.stat().st_mtime_ns for p in (tmp_path / "cache").iterdir()}
    second = FeatureStore(recordings, EchoMindFeatureExtractor(), tmp_path / "cache")
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "cache").iterdir()} == files
    assert (first[2] == second[2]).all()
    assert first[0].shape[1] == 64


def test_other_features_are_not_taken_for_these(tmp_path):
    write_speech(tmp_path, 2)
    FeatureStore(synthetic(tmp_path), EchoMindFeatureExtractor(), tmp_path / "cache")
    assert (
        FeatureStore(synthetic(tmp_path), EchoMindFeatureExtractor(feature_size=40), tmp_path / "cache")[0].shape[1]
        == 40
    )


def test_unknown_labels_are_masked():
    ids = LabelIds({"speed": ["none", "fast", "slow"], "gender": ["male", "female"]})
    assert ids({"speed": None, "gender": "female"}) == {"speed": -100, "gender": 1}
