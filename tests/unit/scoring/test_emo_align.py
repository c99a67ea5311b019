import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
import torch
from transformers import Wav2Vec2Config, Wav2Vec2FeatureExtractor, Wav2Vec2ForSequenceClassification, Wav2Vec2Model

from echomind.audio import SAMPLE_RATE, Clip, load_clip
from echomind.errors import AudioError, ConfigurationError
from echomind.scoring.emo_align import AudioClassifier, Emotion2Vec, emotion_classifier, emotion_metric
from echomind.scoring.predictions import Predictions
from tests.unit.scoring.made_sets import made_set

LABELS = {0: "calm", 1: "angry", 2: "happy"}


def config():
    return Wav2Vec2Config(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        conv_dim=(16, 16),
        conv_stride=(20, 16),
        conv_kernel=(20, 16),
        num_conv_pos_embeddings=4,
        num_conv_pos_embedding_groups=2,
        classifier_proj_size=8,
        id2label=LABELS,
        label2id={label: i for i, label in LABELS.items()},
    )


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    folder = tmp_path_factory.mktemp("classifier")
    torch.manual_seed(0)
    Wav2Vec2ForSequenceClassification(config()).save_pretrained(folder)
    Wav2Vec2FeatureExtractor().save_pretrained(folder)
    return str(folder)


def sound(path, level=0.1, seconds=0.5):
    samples = level * np.sin(2 * np.pi * 200 * np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE)
    soundfile.write(path, samples, SAMPLE_RATE)
    return path


def with_references(benchmark, references):
    """The set with recordings of references, by (script, style)."""
    scripts = tuple(
        replace(
            s,
            deliveries={
                style: replace(d, reference_audio=references.get((s.id, style))) for style, d in s.deliveries.items()
            },
        )
        for s in benchmark.scripts
    )
    return replace(benchmark, scripts=scripts)


class HearsLoudness:
    """Loud is angry."""

    metric_id, name = "emo_align_other", "loudness"

    def __init__(self):
        self.heard = 0

    def emotion(self, clip):
        self.heard += 1
        return "angry" if np.abs(clip.samples).max() > 0.3 else "calm"


def test_a_reply_matches_the_emotion_of_its_reference(tmp_path):
    soft, loud = sound(tmp_path / "soft.wav"), sound(tmp_path / "loud.wav", 0.8)
    silent = sound(tmp_path / "silent.wav", 0.0)
    keys = [("id_1", s) for s in ("target", "neutral", "alternative")] + [("id_2", "target"), ("id_2", "neutral")]
    benchmark = with_references(made_set(2, questions_per_script=9), dict.fromkeys(keys, loud))
    replies = {keys[0]: loud, keys[1]: soft, keys[2]: silent, keys[4]: loud, ("id_2", "alternative"): loud}
    classifier, seen = HearsLoudness(), []
    [metric], absent = emotion_metric(
        benchmark, Predictions(reply_audio=replies), classifier, lambda *n: seen.append(n)
    )
    found = {i.key: (m, f) for i, m, f in zip(metric.items, metric.numerator, metric.failed, strict=True)}
    assert found == {
        "id_1/target": (1.0, False),
        "id_1/neutral": (0.0, False),
        "id_1/alternative": (0.0, True),  # silence
        "id_2/target": (0.0, True),  # not handed in
        "id_2/neutral": (1.0, False),
    }
    assert absent == {} and (metric.id, metric.scale) == ("emo_align_other", 100.0) and "loudness" in metric.used
    assert classifier.heard == 3 + 1  # three replies, and the one reference they share
    assert seen == [(i, 5) for i in range(1, 6)]


def test_without_recordings_there_is_no_score(tmp_path):
    benchmark, classifier = made_set(1), HearsLoudness()
    reply = {("id_1", "target"): sound(tmp_path / "soft.wav")}
    assert emotion_metric(benchmark, Predictions(reply_audio=reply), classifier) == (
        [],
        {"emo_align_other": "the set has no recordings of reference replies"},
    )
    assert emotion_metric(with_references(benchmark, reply), Predictions(), classifier) == (
        [],
        {"emo_align_other": "no spoken replies were handed in"},
    )
    gone = with_references(benchmark, {("id_1", "target"): tmp_path / "gone.wav"})
    with pytest.raises(AudioError, match=r"gone.wav: no such file"):
        emotion_metric(gone, Predictions(reply_audio=reply), classifier)


def test_any_classifier_of_transformers_can_be_named(checkpoint, tmp_path):
    classifier = emotion_classifier(checkpoint)
    clip = load_clip(sound(tmp_path / "a.wav"))
    assert classifier.emotion(clip) in LABELS.values()
    assert (classifier.metric_id, classifier.name) == ("emo_align_other", checkpoint)
    features = Wav2Vec2FeatureExtractor.from_pretrained(checkpoint)(
        clip.samples, sampling_rate=SAMPLE_RATE, return_tensors="pt"
    )
    logits = Wav2Vec2ForSequenceClassification.from_pretrained(checkpoint).eval()(**features).logits[0]
    assert classifier.emotion(clip) == LABELS[int(logits.argmax())]


def test_only_the_first_minute_is_heard(checkpoint):
    noise = np.random.default_rng(0).standard_normal(SAMPLE_RATE * 61).astype(np.float32) * 0.1
    classifier = AudioClassifier(checkpoint)
    whole, start = Clip(noise), Clip(noise[: 60 * SAMPLE_RATE])
    assert classifier.emotion(whole) == classifier.emotion(start)
    heard = []
    classifier._loaded[1].register_forward_hook(lambda m, args, kwargs, out: heard.append(kwargs), with_kwargs=True)
    classifier.emotion(whole)
    assert heard[0]["input_values"].shape == (1, 60 * SAMPLE_RATE)


def test_a_checkpoint_without_a_trained_head_is_refused(tmp_path):
    Wav2Vec2Model(config()).save_pretrained(tmp_path)
    Wav2Vec2FeatureExtractor().save_pretrained(tmp_path)
    with pytest.raises(ConfigurationError, match=r"has no weights for classifier.bias, expected a trained classifier"):
        emotion_classifier(str(tmp_path)).emotion(Clip(np.zeros(SAMPLE_RATE, np.float32)))


def test_a_folder_without_a_checkpoint_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match=r"ECHOMIND_EMOTION_MODEL: .* cannot be loaded"):
        emotion_classifier(str(tmp_path)).emotion(Clip(np.zeros(SAMPLE_RATE, np.float32)))


@pytest.mark.parametrize(
    ("name", "metric", "hub"),
    [
        ("iic/emotion2vec_plus_large", "emo_align", "ms"),
        ("emotion2vec/emotion2vec_plus_large", "emo_align", "hf"),
        ("iic/emotion2vec_plus_base", "emo_align_other", "ms"),
    ],
)
def test_emotion2vec_is_called_as_its_authors_do(monkeypatch, name, metric, hub):
    calls = []

    class AutoModel:
        def __init__(self, **given):
            calls.append(given)

        def generate(self, samples, **given):
            calls.append((samples.dtype, samples.shape, given))
            return [{"key": "x", "labels": ["生气/angry", "开心/happy", "<unk>"], "scores": [0.2, 0.7, 0.1]}]

    monkeypatch.setitem(sys.modules, "funasr", SimpleNamespace(AutoModel=AutoModel))
    classifier = emotion_classifier(name)
    assert classifier.emotion(Clip(np.zeros(1600, np.float32))) == "happy"
    assert (classifier.metric_id, classifier.name) == (metric, name)
    assert (calls[0]["model"], calls[0]["hub"], calls[0]["disable_update"]) == (name, hub, True)
    assert calls[1] == (np.float32, (1600,), {"granularity": "utterance", "extract_embedding": False})


def test_without_funasr_the_setting_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "funasr", None)
    with pytest.raises(ConfigurationError, match="emotion2vec_plus_large needs the package funasr, which is not inst"):
        Emotion2Vec("iic/emotion2vec_plus_large").emotion(Clip(np.zeros(1600, np.float32)))
