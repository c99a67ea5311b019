"""What each training clip is to contain, decided from a seed before any sound is made, and which labels follow from it.

A recipe depends on nothing but the seed, its index and the scenarios, so a set can be resumed, widened or audited
without listening. Labels that the recipe does not settle are ``None`` and must be masked in training.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from echomind.taxonomy import ATTRIBUTES, CATEGORIES, CATEGORY_OF, ENVIRONMENT, NEUTRAL
from echomind.training.data.background import BACKGROUNDS, ESC10, ESC10_NONE
from echomind.training.data.corpus import Scenario
from echomind.training.data.delivery import DELIVERIES
from echomind.training.data.speech import ESPEAK, VOICES

VERSION = 3  # raise when rendering changes, so that clips of an earlier version are not taken for this one
NEUTRAL_SHARE = 0.25
SECOND_CUE_SHARE = 0.15
OUTSIDE_NOISE_SHARE = 0.12  # clips with a recorded sound outside the 39, when recordings are at hand
RECORDED_SHARE = 0.5  # of rain, waves and dogs, when recordings are at hand
ENGINE_SHARES = {"flite": 0.75, "festival": 0.12, "espeak": 0.13}
# Voice by engine and gender of the result; "swap" marks a voice turned into the other gender. Weights sum to 1.
_CAST: dict[tuple[str, str], tuple[tuple[str, float], ...]] = {
    ("flite", "male"): (("rms", 0.33), ("awb", 0.3), ("kal16", 0.14), ("kal", 0.08), ("slt swap", 0.15)),
    ("flite", "female"): (("slt", 0.6), ("rms swap", 0.2), ("awb swap", 0.2)),
    ("festival", "male"): (("kal_diphone", 0.35), ("ked_diphone", 0.35), ("cmu_us_slt_arctic_hts swap", 0.3)),
    ("festival", "female"): (("cmu_us_slt_arctic_hts", 0.8), ("ked_diphone swap", 0.2)),
    ("espeak", "male"): tuple((v.name, 1 / 15) for v in ESPEAK if v.gender == "male"),
    ("espeak", "female"): tuple((v.name, 1 / 12) for v in ESPEAK if v.gender == "female"),
}
# Categories that a cue leaves open: a listener could hear either, so no label is given.
OPEN: dict[str, tuple[str, ...]] = {
    "child": ("gender",),
    "elderly": ("speed",),
    "tired": ("speed", "emotion"),
    "sobbing": ("speed", "emotion", "nve"),
    "happy": ("speed",),
    "sad": ("speed", "physiological"),
    "surprise": ("speed",),
    "angry": ("speed", "volume"),
    "fear": ("speed",),
    "disgust": ("speed",),
    "shout": ("emotion",),
    "cough": ("physiological",),
    "sigh": ("emotion", "physiological", "speed"),
    "laughter": ("emotion",),
    "yawn": ("physiological", "speed"),
    "moan": ("emotion", "physiological", "speed"),
    "breath": ("speed",),
}
_LONG = frozenset({"sobbing", "slow", "breath", "tired", "yawn"})  # deliveries that stretch: one sentence is enough


@dataclass(frozen=True)
class Recipe:
    """One clip to be made. ``cues`` are attribute ids, the main one first; empty for a neutral clip."""

    index: int
    seed: int
    script: str
    topic: str
    transcript: str
    voice: str
    gender: str
    swap: bool
    vary: str  # how the voice is made another speaker's: "full" (PSOLA), "quick" (resampled) or "none"
    cues: tuple[str, ...]
    delivery: str
    strength: float
    background: str  # an attribute id, "noise:<ESC-10 class>", or "" for none
    recorded: bool
    snr_db: float

    @property
    def name(self) -> str:
        """File name: the index and a digest of the whole recipe, so that another recipe never reuses the file."""
        content = json.dumps([VERSION, asdict(self)], sort_keys=True).encode()
        return f"{self.index:06d}-{hashlib.sha256(content).hexdigest()[:10]}.flac"

    @property
    def style(self) -> str:
        """The main cue, or ``"neutral"``."""
        return self.cues[0] if self.cues else NEUTRAL

    def labels(self) -> dict[str, str | None]:
        """Label of each of the 12 categories; ``None`` where the clip leaves it open."""
        labels: dict[str, str | None] = {c.id: c.absent or self.gender for c in CATEGORIES}
        for cue in self.cues:
            labels.update(dict.fromkeys(OPEN.get(cue, ()), None))
        for cue in self.cues:
            labels[CATEGORY_OF[cue]] = cue
        if "child" in self.cues:
            labels["gender"] = None
        return labels


def is_environment(cue: str) -> bool:
    """Whether an attribute belongs to the surroundings rather than to the speaker."""
    return any(cue in c.attributes for c in CATEGORIES if c.dimension == ENVIRONMENT)


def _second(cue: str, rng: np.random.Generator) -> str:
    """A cue of the other kind: surroundings for a voice, a delivery for surroundings."""
    if is_environment(cue):
        return str(rng.choice(sorted(DELIVERIES)))
    return str(rng.choice(sorted(BACKGROUNDS)))


def recipe(
    index: int,
    seed: int,
    scenarios: Sequence[Scenario],
    *,
    recordings: bool = False,
    engines: dict[str, float] | None = None,
) -> Recipe:
    """The recipe with this index: a quarter plain speech, the rest one main cue, all 39 equally often."""
    rng = np.random.default_rng([seed, index])
    scenario = scenarios[int(rng.integers(len(scenarios)))]
    cues: list[str] = []
    if rng.random() >= NEUTRAL_SHARE:
        cues.append(ATTRIBUTES[int(rng.integers(len(ATTRIBUTES)))])
        if cues[0] not in ("male", "female") and rng.random() < SECOND_CUE_SHARE:
            cues.append(_second(cues[0], rng))
    gender = cues[0] if cues and cues[0] in ("male", "female") else str(rng.choice(["male", "female"]))
    shares = engines or ENGINE_SHARES
    engine = str(rng.choice(list(shares), p=np.array(list(shares.values())) / sum(shares.values())))
    cast = _CAST[engine, gender]
    chosen = cast[int(rng.choice(len(cast), p=[w for _, w in cast]))][0]
    voice = VOICES[f"{engine}:{chosen.removesuffix(' swap')}"]
    spoken = [scenario.utterances[int(i)] for i in rng.permutation(len(scenario.utterances))[:2]]
    double = rng.random() < 0.3 and not _LONG & set(cues) and sum(len(s.split()) for s in spoken) <= 24
    backgrounds = [c for c in cues if c in BACKGROUNDS]
    background = backgrounds[0] if backgrounds else ""
    snr_db = float(rng.uniform(0, 15)) if cues and cues[0] == background else float(rng.uniform(5, 18))
    recorded = recordings and background in ESC10.values() and rng.random() < RECORDED_SHARE
    if recordings and not background and rng.random() < OUTSIDE_NOISE_SHARE:
        background, recorded = f"noise:{rng.choice(ESC10_NONE)}", True
    delivery = next((c for c in cues if c in DELIVERIES), NEUTRAL)
    return Recipe(
        index=index,
        seed=seed,
        script=scenario.id,
        topic=scenario.topic,
        transcript=" ".join(spoken if double else spoken[:1]),
        voice=voice.id,
        gender=gender,
        swap=chosen.endswith(" swap") and delivery != "child",
        vary=str(rng.choice(["full", "quick", "none"], p=[0.6, 0.28, 0.12])),
        cues=tuple(cues),
        delivery=delivery,
        strength=round(float(rng.uniform(0.7, 1.4)), 3),
        background=background,
        recorded=bool(recorded),
        snr_db=round(snr_db, 2),
    )
