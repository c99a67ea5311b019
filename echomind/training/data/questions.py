"""Training questions about how something was said: own wording, one answer text each, in the benchmark's 8 + 10 spirit.

The decoder learns to give the text of the right option, and the reader of options (``training.options``) which cue an
answer names, so the wording of the options here has to be varied, and is never the benchmark's.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

from echomind.taxonomy import CATEGORIES, CATEGORY, NONE
from echomind.training.data.corpus import CUE_WORDS, GROUP_OF_CUE

_QUESTIONS: dict[str, tuple[str, ...]] = {
    "gender": ("What is the likely gender of the speaker?", "Is a man or a woman speaking?", "Who is speaking?"),
    "age": ("What age group does the speaker belong to?", "How old does the speaker sound?"),
    "emotion": ("Which emotion does the speaker express?", "How does the speaker feel?", "What is the tone of voice?"),
    "style": ("Which vocal style is heard?", "How does the voice itself sound?", "What is the voice like?"),
    "speed": ("What is the speaking pace?", "How fast does the speaker talk?"),
    "nve": ("Which non-verbal sound does the speaker make?", "What sound other than words comes from the speaker?"),
    "background": ("Which sound is in the background?", "What can be heard around the speaker?"),
}
_ANSWERS: dict[str, tuple[str, ...]] = {
    "male": ("The speaker is male.", "A man.", "Male"),
    "female": ("The speaker is female.", "A woman.", "Female"),
    "child": ("The speaker is a child.", "A child.", "Child"),
    "adult": ("The speaker is an adult.", "An adult.", "Adult"),
    "elderly": ("The speaker is elderly.", "An elderly person.", "Elderly"),
    "fast": ("The speaker talks at a fast pace.", "Fast", "At a fast speaking pace."),
    "slow": ("The speaker talks at a slow pace.", "Slow", "At a slow speaking pace."),
    "happy": ("Happy", "The speaker is happy.", "Joy"),
    "sad": ("Sad", "The speaker is sad.", "Sadness"),
    "surprise": ("Surprised", "The speaker is surprised.", "Surprise"),
    "angry": ("Angry", "The speaker is angry.", "Anger"),
    "fear": ("Fearful", "The speaker is afraid.", "Fear"),
    "disgust": ("Disgusted", "The speaker is disgusted.", "Disgust"),
}
_NEEDS = {  # what kind of answer a feeling asks for
    "joy": ("Praise", "Shared excitement", "Warm congratulation"),
    "sad": ("Comfort", "Gentle consolation", "Empathetic acknowledgement"),
    "anger": ("Calm understanding", "Taking their side calmly", "Validation"),
    "fear": ("Reassurance", "Calm encouragement"),
    "disgust": ("Understanding", "Agreement with the dislike"),
    "surprise": ("Curiosity", "Shared amazement"),
    "tired": ("Suggestion to rest", "Gentle care"),
    "unwell": ("Concern for their health", "Advice to rest the voice"),
    "plain": ("Friendly interest", "A matter-of-fact reply"),
}
_ENVIRONMENT = tuple(c.id for c in CATEGORIES if c.dimension == "environment")


def _yes(value: bool) -> str:
    return "Yes" if value else "No"


def answers_of(label: str) -> tuple[str, ...]:
    """Answer texts that name a label; none for labels that are only named by their cue words."""
    return _ANSWERS.get(label, ())


def sample_question(labels: Mapping[str, str], rng: random.Random) -> tuple[str, str] | None:
    """A question whose answer follows from full labels, and the answer; ``None`` if the drawn type does not apply."""
    kind = rng.choice((*_QUESTIONS, "people", "laughter", "shouting", "need", "suggest"))
    present = [label for c in CATEGORIES if (label := labels.get(c.id)) not in (None, NONE, "adult")]
    if kind in ("gender", "age", "emotion", "speed", "nve"):
        label = labels.get(kind)
        if label is None or (label == NONE and kind != "emotion"):
            return None
        answers = _ANSWERS.get(label) or (CUE_WORDS.get(label, "Neutral").capitalize(),)
        return rng.choice(_QUESTIONS[kind]), rng.choice(answers)
    if kind == "style":
        styles = [a for a in present if a in (*CATEGORY["physiological"].attributes, *CATEGORY["volume"].attributes)]
        return (rng.choice(_QUESTIONS["style"]), CUE_WORDS[styles[0]].capitalize()) if styles else None
    if kind == "background":
        around = [labels[c] for c in _ENVIRONMENT if labels.get(c, NONE) != NONE]
        return (rng.choice(_QUESTIONS["background"]), CUE_WORDS[around[0]].capitalize()) if around else None
    if kind == "people":
        several = labels.get("voices", NONE) in ("chatter", "children", "cheering")
        return "Are several people heard in the audio?", _yes(several)
    if kind == "laughter":
        return "Does the speaker laugh for joy?", _yes(labels.get("nve") == "laughter")
    if kind == "shouting":
        return "Is the speaker shouting?", _yes(labels.get("volume") == "shout")
    group = next((GROUP_OF_CUE[a] for a in present if a in GROUP_OF_CUE), "plain")
    if kind == "need":
        return "What kind of response does the speaker need?", rng.choice(_NEEDS[group])
    return "What would be a fitting thing to offer the speaker?", rng.choice(_NEEDS[group])
