"""EmoAlign: how often a spoken reply carries the emotion that the recording of the reference reply carries.

Both are heard by the same classifier and the most likely label has to be the same, "neutral" and "other" included; the
paper's own matching is not published. ``emo_align`` is made with the paper's classifier, emotion2vec+ large through
``funasr`` (which is not among this project's requirements), ``emo_align_other`` with any other. Without a recording of
the reference there is nothing to compare with: what a cue might call for is no stand-in.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from echomind.audio import SAMPLE_RATE, Clip, load_clip
from echomind.benchmark.items import BenchmarkSet
from echomind.errors import AudioError, ConfigurationError
from echomind.models.endpoint_wire import LONGEST_REPLY_S
from echomind.scoring.item_metric import ItemMetric, metric_of_replies
from echomind.scoring.predictions import ItemKey, Predictions

logger = logging.getLogger(__name__)
PAPER, OTHER = "emo_align", "emo_align_other"
EMOTION2VEC = ("iic/emotion2vec_plus_large", "emotion2vec/emotion2vec_plus_large")  # on ModelScope, on the Hub
LONGEST_S = 60.0  # of a recording that is heard: attention grows with the square, and an emotion shows sooner


class EmotionClassifier(Protocol):
    """Names the emotion of a recording. ``metric_id`` is the metric it makes, ``name`` the model."""

    metric_id: str
    name: str

    def emotion(self, clip: Clip) -> str:
        """The most likely label of at most the first minute."""


class Emotion2Vec:
    """emotion2vec through ``funasr``, utterance level; loaded, and fetched by funasr itself, when first used."""

    def __init__(self, name: str, device: str = "cpu") -> None:
        self.metric_id = PAPER if name in EMOTION2VEC else OTHER
        self.name = name
        self._device = device

    @cached_property
    def _model(self) -> Any:
        try:
            from funasr import AutoModel
        except ImportError as error:
            raise ConfigurationError(
                f"ECHOMIND_EMOTION_MODEL: {self.name} needs the package funasr, which is not installed"
                f" ({error}); expected it, or a classifier that transformers loads"
            ) from error
        hub = "ms" if self.name.startswith("iic/") else "hf"
        return AutoModel(model=self.name, hub=hub, device=self._device, disable_update=True, disable_pbar=True)

    def emotion(self, clip: Clip) -> str:
        """The most likely of nine labels, in English."""
        [found] = self._model.generate(_start(clip), granularity="utterance", extract_embedding=False)
        label = found["labels"][int(np.argmax(found["scores"]))]
        return str(label).rpartition("/")[2]  # "生气/angry"


class AudioClassifier:
    """Any audio classification checkpoint of ``transformers``, a folder or a Hub id; loaded when first used."""

    metric_id = OTHER

    def __init__(self, name: str, device: str = "cpu") -> None:
        self.name = name
        self._device = device

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        from transformers import AutoFeatureExtractor, AutoModelForAudioClassification

        try:
            features = AutoFeatureExtractor.from_pretrained(self.name)
            model, loading = AutoModelForAudioClassification.from_pretrained(self.name, output_loading_info=True)
        except (OSError, ValueError) as error:
            line = " ".join(str(error).split())[:200]
            raise ConfigurationError(f"ECHOMIND_EMOTION_MODEL: {self.name!r} cannot be loaded: {line}") from error
        missing = sorted(loading["missing_keys"])
        if missing:  # such a head is drawn at random, and what it says means nothing
            raise ConfigurationError(
                f"ECHOMIND_EMOTION_MODEL: {self.name!r} has no weights for {missing[0]}, expected a trained classifier"
            )
        return features, model.to(self._device).eval()

    def emotion(self, clip: Clip) -> str:
        """The most likely of the checkpoint's labels."""
        import torch

        features, model = self._loaded
        rate = features.sampling_rate
        samples = _start(clip)
        if rate != SAMPLE_RATE:
            import soxr

            samples = soxr.resample(samples, SAMPLE_RATE, rate)
        inputs = features(samples, sampling_rate=rate, return_tensors="pt").to(self._device)
        with torch.inference_mode():
            best = int(model(**inputs).logits[0].argmax())
        return str(model.config.id2label[best])


def emotion_classifier(name: str, device: str = "cpu") -> EmotionClassifier:
    """The classifier that a setting names: emotion2vec by its ids, any other name with ``transformers``."""
    if "emotion2vec" in name and not Path(name).exists():
        return Emotion2Vec(name, device)
    return AudioClassifier(name, device)


def emotion_metric(
    benchmark: BenchmarkSet,
    predictions: Predictions,
    classifier: EmotionClassifier,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[list[ItemMetric], dict[str, str]]:
    """EmoAlign, in percent, or why it is absent, by metric id. Replies without usable sound fail.

    Deliveries whose reference has no recording are left out. Raises ``ConfigurationError`` where the model cannot be
    used, ``AudioError`` for a recording of a reference that cannot be decoded.
    """
    with_reference = {
        (script.id, delivery.style): delivery.reference_audio
        for script, delivery in benchmark.deliveries()
        if delivery.reference_audio is not None
    }
    if not with_reference:
        return [], {classifier.metric_id: "the set has no recordings of reference replies"}
    if not predictions.reply_audio:
        return [], {classifier.metric_id: "no spoken replies were handed in"}
    expected: dict[Path, str] = {}
    marks: dict[ItemKey, float | None] = {}
    for done, (key, reference) in enumerate(with_reference.items(), start=1):
        heard = _reply_emotion(classifier, predictions.reply_audio.get(key))
        if heard is not None and reference not in expected:
            expected[reference] = classifier.emotion(load_clip(reference, max_seconds=LONGEST_REPLY_S))
        marks[key] = None if heard is None else float(heard == expected[reference])
        if progress is not None:
            progress(done, len(with_reference))
    used = f"{classifier.name}, the same label as the recorded reference reply"
    metric = metric_of_replies(benchmark, classifier.metric_id, marks, worst=0.0, best=1.0, scale=100.0, used=used)
    return [metric], {}


def _reply_emotion(classifier: EmotionClassifier, path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        clip = load_clip(path, max_seconds=LONGEST_REPLY_S)
    except AudioError as error:
        logger.warning("%s: %s", classifier.metric_id, error)
        return None
    return classifier.emotion(clip)


def _start(clip: Clip) -> np.ndarray:
    return clip.samples[: int(LONGEST_S * SAMPLE_RATE)]
