"""How a voice is used, as numbers: mean pitch, range, tempo, tract length, tilt, level, regularity; and their renderer.

``Prosody`` is a set of tendencies relative to plain speech; ``render`` applies one in a single PSOLA pass. ``PROSODY``
holds those of the attributes that are prosody alone. The six emotions follow the directions on which Banse and Scherer
(1996, table 6), Juslin and Laukka (2003, table 7) and Murray and Arnott (1993, table 1) agree. Sizes stay where
synthesised speech does not break; aroused emotions are set near acted speech (100 Hz and more above the same speaker's
plain voice, 5 dB and more of extra treble), since faint ones drown in the differences between speakers.
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
    intonation_st: float = 0.0  # deviation of a random melody added to the voice's own, about 1.5 turns a second
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
    "happy": Prosody(pitch=1.35, pitch_range=1.4, tempo=1.06, tilt_db=2.6, gain_db=3.0, formant=1.03, rise_st=1.0),
    "sad": Prosody(
        pitch=0.95,
        pitch_range=0.7,
        tempo=0.76,
        slope_st=-1.5,
        tilt_db=-0.8,
        gain_db=-3.0,
        decay_db=-3.0,
        aspiration=0.14,
    ),
    "surprise": Prosody(pitch=1.5, pitch_range=1.7, tempo=1.0, rise_st=6.0, tilt_db=2.4, gain_db=3.0),
    "angry": Prosody(
        pitch=1.3, pitch_range=1.25, tempo=1.08, tilt_db=4.2, gain_db=5.0, slope_st=-1.5, jitter=0.012, shimmer=0.08
    ),
    "fear": Prosody(
        pitch=1.4, pitch_range=0.8, tempo=1.14, tremor=0.025, jitter=0.02, shimmer=0.08, tilt_db=1.2, aspiration=0.18
    ),
    "disgust": Prosody(
        pitch=0.9, pitch_range=0.85, tempo=0.84, slope_st=-3.0, formant=0.96, jitter=0.02, subharmonic=0.15
    ),
    "tired": Prosody(
        pitch=0.88,
        pitch_range=0.4,
        tempo=0.72,
        slope_st=-2.5,
        tilt_db=-1.5,
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
    "child": Prosody(pitch_range=1.2, tempo=0.97, tilt_db=1.6),  # pitch and tract are set from the speaker's
    "elderly": Prosody(
        pitch_range=0.85,
        tempo=0.9,
        tremor=0.03,
        jitter=0.022,
        shimmer=0.14,
        subharmonic=0.12,
        aspiration=0.14,
        tilt_db=-0.4,
    ),
    "shout": Prosody(pitch=1.75, pitch_range=0.5, tempo=0.97, tilt_db=6.0, gain_db=10.0, formant=1.05, jitter=0.006),
}


def render(samples: np.ndarray, prosody: Prosody, rng: np.random.Generator) -> np.ndarray:
    """Speak again with these tendencies: one PSOLA pass, then aspiration, tilt and level. Mono float32, 16 kHz."""
    phase = rng.uniform(0, 2 * np.pi)
    tremor_hz = rng.uniform(4.0, 7.0)
    seconds = len(samples) / SAMPLE_RATE / prosody.tempo
    melody = prosody.intonation_st * curve(256, rng, 1.5, 256 / max(seconds, 0.5))

    def contour(f0: np.ndarray, time: np.ndarray) -> np.ndarray:
        centre = np.median(f0)
        semitones = 12 * np.log2(f0 / centre) * prosody.pitch_range
        semitones = (
            semitones + prosody.slope_st * (time - 0.5) + prosody.rise_st * np.clip((time - 0.8) / 0.2, 0, 1) ** 1.5
        )
        semitones = semitones + np.interp(time, np.linspace(0, 1, len(melody)), melody)
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
