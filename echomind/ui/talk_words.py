"""The page's words for labels: what a person would say, next to the ids that machines use."""

from __future__ import annotations

from echomind.taxonomy import CATEGORY

WORDS = {
    "breath": "out of breath",
    "elderly": "an elderly voice",
    "child": "a child's voice",
    "adult": "an adult voice",
    "male": "a man's voice",
    "female": "a woman's voice",
    "surprise": "surprised",
    "fear": "afraid",
    "disgust": "disgusted",
    "shout": "shouting",
    "whisper": "whispering",
    "nve": "sounds without words",
    "sea_waves": "sea waves",
    "car": "inside a car",
    "subway": "a subway",
    "basketball": "a basketball game",
    "children": "children",
    "alarm": "an alarm clock",
    "horn": "a car horn",
    "ringtone": "a ringtone",
    "dog": "a dog",
    "cough": "a cough",
    "sigh": "a sigh",
    "yawn": "a yawn",
    "moan": "a moan",
    "tired": "worn out",
}
DELIVERIES = {
    "neutral": "plainly",
    "laughter": "laughing",
    "thunderstorm": "in a storm",
    "whisper": "whispering",
    "tired": "worn out",
    "shout": "shouting",
}
ABSENT = {  # what the absent label of a category means
    "physiological": "nothing unusual",
    "emotion": "neutral",
    "volume": "normal",
    "speed": "normal",
    "nve": "none heard",
    "weather": "none heard",
    "location": "none heard",
    "voices": "none heard",
    "event": "none heard",
    "other": "none heard",
}


def label_words(category: str, label: str) -> str:
    """A label in words; an id without an entry is shown as it is, with spaces for underscores."""
    if label == CATEGORY[category].absent and category in ABSENT:
        return ABSENT[category]
    return WORDS.get(label, label.replace("_", " "))


def delivery_words(delivery: str) -> str:
    """How an example clip is spoken, for its button."""
    return DELIVERIES.get(delivery, delivery.replace("_", " "))


def percent(probability: float) -> str:
    """``0.873`` as ``87 %``; never 0 % or 100 %, which no model can claim."""
    rounded = min(max(round(100 * probability), 1), 99)
    return f"{rounded} %"
