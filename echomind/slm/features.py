"""Log-mel features that keep absolute level: a shout and a whisper differ by it."""

from __future__ import annotations

from typing import Any

import numpy as np
from transformers import AutoFeatureExtractor, BatchFeature
from transformers.audio_utils import mel_filter_bank, spectrogram, window_function
from transformers.feature_extraction_sequence_utils import SequenceFeatureExtractor

from echomind.slm.configuration import EchoMindEncoderConfig
from echomind.slm.pitch import pitch_track

PITCH_COLUMNS = 2  # octaves around 150 Hz, and voicing


class EchoMindFeatureExtractor(SequenceFeatureExtractor):
    """Waveforms at 16 kHz to log10 mel power.

    25 ms Hann windows every 10 ms, ``feature_size`` mel bands from 40 Hz to 7.6 kHz, log10 of power floored 70 dB under
    the clip's loudest value, then ``(x + 4) / 4``: about -1 for a quiet room, 1 for full-scale speech. No normalisation
    by the clip's own mean or variance, so level survives; the encoder removes what should not matter itself. With
    ``pitch``, two columns more: the pitch in octaves around 150 Hz, and how voiced the frame is (0 to 1).
    """

    model_input_names = ["input_features", "feature_lengths"]

    def __init__(
        self,
        feature_size: int = 64,
        sampling_rate: int = 16_000,
        hop_length: int = 160,
        win_length: int = 400,
        n_fft: int = 512,
        dynamic_range: float = 7.0,
        padding_value: float = 0.0,
        pitch: bool = False,
        **kwargs: Any,
    ) -> None:
        self.hop_length = hop_length
        self.win_length = win_length
        self.n_fft = n_fft
        self.dynamic_range = dynamic_range
        self.pitch = pitch
        super().__init__(feature_size=feature_size, sampling_rate=sampling_rate, padding_value=padding_value, **kwargs)
        self._filters: np.ndarray | None = None

    def to_dict(self) -> dict[str, Any]:
        """Everything but the cached filter bank; ``pitch`` only where it is on, as the first extractors had none."""
        left_out = {"_filters"} if self.pitch else {"_filters", "pitch"}
        return {k: v for k, v in super().to_dict().items() if k not in left_out}

    @property
    def columns(self) -> int:
        """Width of a frame: the bands, and the pitch's columns where it is on."""
        return self.feature_size + (PITCH_COLUMNS if self.pitch else 0)

    def extract(self, samples: np.ndarray) -> np.ndarray:
        """Features of one waveform: float32 samples ``(n,)`` to float32 ``(1 + n // 160, columns)``."""
        if self._filters is None:
            self._filters = mel_filter_bank(
                num_frequency_bins=self.n_fft // 2 + 1,
                num_mel_filters=self.feature_size,
                min_frequency=40.0,
                max_frequency=7_600.0,
                sampling_rate=self.sampling_rate,
                norm="slaney",
                mel_scale="slaney",
            )
        power = spectrogram(
            np.asarray(samples, dtype=np.float64),
            window_function(self.win_length, "hann"),
            frame_length=self.win_length,
            hop_length=self.hop_length,
            fft_length=self.n_fft,
            power=2.0,
            mel_filters=self._filters,
        )
        log = np.log10(np.maximum(power.T, 1e-10))
        log = np.maximum(log, log.max() - self.dynamic_range)
        bands = ((log + 4.0) / 4.0).astype(np.float32)
        if not self.pitch:
            return bands
        return np.concatenate([bands, pitch_track(samples, self.sampling_rate)[: len(bands)]], axis=1)

    def __call__(
        self,
        raw_speech: np.ndarray | list[np.ndarray],
        sampling_rate: int | None = None,
        return_tensors: str | None = "pt",
        **_: Any,
    ) -> BatchFeature:
        """Waveforms to ``input_features`` ``(batch, frames, columns)`` and ``feature_lengths`` ``(batch,)``."""
        if sampling_rate is not None and sampling_rate != self.sampling_rate:
            raise ValueError(f"expected {self.sampling_rate} Hz, found {sampling_rate} Hz: resample first")
        waves = raw_speech if isinstance(raw_speech, list) else [raw_speech]
        features = [self.extract(wave) for wave in waves]
        lengths = np.array([len(f) for f in features])
        batch = np.full((len(features), int(lengths.max()), self.columns), self.padding_value, dtype=np.float32)
        for row, one in zip(batch, features, strict=True):
            row[: len(one)] = one
        return BatchFeature({"input_features": batch, "feature_lengths": lengths}, tensor_type=return_tensors)


AutoFeatureExtractor.register(EchoMindEncoderConfig, EchoMindFeatureExtractor)
