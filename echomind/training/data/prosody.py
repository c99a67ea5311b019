"""How a voice is used, as numbers: mean pitch, range, tempo, tract length, tilt, level, regularity, and what speaks them.

``Prosody`` is a set of tendencies relative to plain speech; ``render`` applies one in a single PSOLA pass. ``PROSODY``
holds those of the attributes that are prosody alone. The six emotions follow the directions on which Banse and Scherer
(1996, table 6), Juslin and Laukka (2003, table 7) and Murray and Arnott (1993, table 1) agree, kept modest: two thirds
of the reported sizes, since synthesised speech breaks when pulled harder.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from echomind.audio import SAMPLE_RATE
from echomind.training.data.psola import Rough, reshape
from echomind.training.data.spectral import aspirated, curve, tilted

_RATIOS = ("pitch", "pitch_range", "tempo", "formant")  # scaled as powers; all other fields by multiplication


@dataclass(frozen=True)
class Prosody:
    """Tendencies relative to plain speech. Ratios are 1 and offsets 0 for no change."""

    pitch: float = 1.0  # median F0, ratio
    pitch_range: float = 1.0  # semitones around the median, ratio
    tempo: float = 1.0  # 2 is twice as fast
    formant: float = 1.0  # formant frequencies, ratio
    slope_st: float = 0.0  # semitones from start to end of the utterance
    rise_st: float = 0.0  # semitones added towards the end of the last fifth
    tilt_db: float = 0.0  # dB an octave, 300 Hz to 5 kHz
    gain_db: float = 0.0
    decay_db: float = 0.0  # level change from start to end
    jitter: float = 0.0
    shimmer: float = 0.0
    subharmonic: float = 0.0
    tremor: float = 0.0  # depth of a 4 to 7 Hz modulation: share of F0, and four times that of amplitude
    aspiration: float = 0.0  # 0..1, share of amplitude that is noise with the same envelope

    def at(self, strength: float) -> Prosody:
        """The same tendencies ``strength`` times as strong (0 is plain speech)."""
        values = {
            f.name: getattr(self, f.name) ** strength if f.name in _RATIOS else getattr(self, f.name) * strength
            for f in fields(self)
        }
        return Prosody(**values)

    def varied(self, rng: np.random.Generator, spread: float = 0.25) -> Prosody:
        """Each tendency made stronger or weaker by itself (factor of ``1 ± spread``): no two speakers do it alike."""
        values = {}
        for f in fields(self):
            factor = float(np.clip(rng.normal(1.0, spread), 0.3, 1.8))
            value = getattr(self, f.name)
            values[f.name] = value**factor if f.name in _RATIOS else value * factor
        return Prosody(**values)


PROSODY: dict[str, Prosody] = {
    "happy": Prosody(pitch=1.2, pitch_range=1.5, tempo=1.08, tilt_db=1.0, gain_db=3.0, formant=1.03, rise_st=1.0),
    "sad": Prosody(
        pitch=0.93,
        pitch_range=0.55,
        tempo=0.78,
        slope_st=-1.5,
        tilt_db=-1.8,
        gain_db=-3.0,
        decay_db=-3.0,
        aspiration=0.12,
    ),
    "surprise": Prosody(pitch=1.33, pitch_range=1.8, tempo=1.02, rise_st=6.0, tilt_db=0.6, gain_db=2.5),
    "angry": Prosody(
        pitch=1.14, pitch_range=1.3, tempo=1.12, tilt_db=2.2, gain_db=5.0, slope_st=-1.5, jitter=0.012, shimmer=0.08
    ),
    "fear": Prosody(
        pitch=1.28, pitch_range=0.75, tempo=1.15, tremor=0.025, jitter=0.02, shimmer=0.08, tilt_db=0.4, aspiration=0.18
    ),
    "disgust": Prosody(
        pitch=0.9, pitch_range=0.8, tempo=0.84, slope_st=-3.0, tilt_db=-0.4, formant=0.96, jitter=0.02, subharmonic=0.15
    ),
    "tired": Prosody(
        pitch=0.88,
        pitch_range=0.4,
        tempo=0.72,
        slope_st=-2.5,
        tilt_db=-2.2,
        gain_db=-4.0,
        decay_db=-6.0,
        jitter=0.01,
        aspiration=0.16,
    ),
    "hoarse": Prosody(
        pitch=0.9,
        pitch_range=0.7,
        tempo=0.96,
        jitter=0.045,
        shimmer=0.3,
        subharmonic=0.45,
        aspiration=0.35,
        gain_db=-2.0,
    ),
    "child": Prosody(
        pitch=1.0, pitch_range=1.25, tempo=0.95, tilt_db=0.4
    ),  # pitch and tract are set from the speaker's
    "elderly": Prosody(
        pitch=1.0,
        pitch_range=0.85,
        tempo=0.85,
        tremor=0.03,
        jitter=0.022,
        shimmer=0.14,
        subharmonic=0.12,
        aspiration=0.14,
        tilt_db=-0.8,
    ),
    "shout": Prosody(pitch=1.55, pitch_range=0.55, tempo=0.97, tilt_db=5.0, gain_db=10.0, formant=1.05, jitter=0.006),
}


def render(samples: np.ndarray, prosody: Prosody, rng: np.random.Generator) -> np.ndarray:
    """Speak again with these tendencies: one PSOLA pass, then aspiration noise, tilt and level. Mono float32, 16 kHz."""
    phase = rng.uniform(0, 2 * np.pi)
    tremor_hz = rng.uniform(4.0, 7.0)
    seconds = len(samples) / SAMPLE_RATE / prosody.tempo

    def contour(f0: np.ndarray, time: np.ndarray) -> np.ndarray:
        centre = np.median(f0)
        semitones = 12 * np.log2(f0 / centre) * prosody.pitch_range
        semitones = (
            semitones + prosody.slope_st * (time - 0.5) + prosody.rise_st * np.clip((time - 0.8) / 0.2, 0, 1) ** 1.5
        )
        waver = 1 + prosody.tremor * np.sin(2 * np.pi * tremor_hz * seconds * time + phase)
        return np.asarray(centre * prosody.pitch * 2 ** (semitones / 12) * waver)

    rough = Rough(prosody.jitter, prosody.shimmer, min(prosody.subharmonic, 0.8))
    # Nobody keeps one tempo: a slow drift of some percent along the utterance.
    drift = prosody.tempo * np.exp(0.05 * curve(24, rng, 1.0, 4.0))
    voiced = reshape(samples, rng, contour=contour, tempo=drift, formant=prosody.formant, rough=rough)
    if prosody.aspiration > 0:
        share = min(prosody.aspiration, 0.9)
        voiced = (np.sqrt(1 - share) * voiced + np.sqrt(share) * 0.6 * tilted(aspirated(voiced, rng), 2.0)).astype(
            np.float32
        )
    if prosody.tilt_db:
        voiced = tilted(voiced, prosody.tilt_db)
    time = np.linspace(0, 1, len(voiced))
    gain = 10 ** ((prosody.gain_db + prosody.decay_db * (time - 0.3)) / 20)
    if prosody.tremor:
        gain = gain * (1 + min(4 * prosody.tremor, 0.5) * np.sin(2 * np.pi * tremor_hz * seconds * time + phase))
    return (voiced * gain).astype(np.float32)
