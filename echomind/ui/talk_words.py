"""The page's words for labels: what a person would say, next to the ids that machines use."""

from __future__ import annotations

from echomind.taxonomy import CATEGORY
from echomind.words import t

WORDS = {
    "breath": t("out of breath"),
    "elderly": t("an elderly voice"),
    "child": t("a child's voice"),
    "adult": t("an adult voice"),
    "male": t("a man's voice"),
    "female": t("a woman's voice"),
    "surprise": t("surprised"),
    "fear": t("afraid"),
    "disgust": t("disgusted"),
    "shout": t("shouting"),
    "whisper": t("whispering"),
    "nve": t("sounds without words"),
    "sea_waves": t("sea waves"),
    "car": t("inside a car"),
    "subway": t("a subway"),
    "basketball": t("a basketball game"),
    "children": t("children"),
    "alarm": t("an alarm clock"),
    "horn": t("a car horn"),
    "ringtone": t("a ringtone"),
    "dog": t("a dog"),
    "cough": t("a cough"),
    "sigh": t("a sigh"),
    "yawn": t("a yawn"),
    "moan": t("a moan"),
    "tired": t("worn out"),
    "hoarse": t("hoarse"),
    "sobbing": t("sobbing"),
    "happy": t("happy"),
    "sad": t("sad"),
    "angry": t("angry"),
    "fast": t("fast"),
    "slow": t("slow"),
    "laughter": t("laughter"),
    "wind": t("wind"),
    "thunderstorm": t("thunderstorm"),
    "rain": t("rain"),
    "applause": t("applause"),
    "cheering": t("cheering"),
    "chatter": t("chatter"),
    "music": t("music"),
}
DELIVERIES = {
    "neutral": t("plainly"),
    "laughter": t("laughing"),
    "thunderstorm": t("in a storm"),
    "whisper": t("whispering"),
    "tired": t("worn out"),
    "shout": t("shouting"),
    "happy": t("happy"),
    "sad": t("sad"),
    "angry": t("angry"),
    "sobbing": t("sobbing"),
    "hoarse": t("hoarse"),
    "fast": t("fast"),
    "slow": t("slow"),
}
ABSENT = {  # what the absent label of a category means
    "physiological": t("nothing unusual"),
    "emotion": t("neutral"),
    "volume": t("as usual"),
    "speed": t("as usual"),
    "nve": t("none heard"),
    "weather": t("none heard"),
    "location": t("none heard"),
    "voices": t("none heard"),
    "event": t("none heard"),
    "other": t("none heard"),
}


def label_words(category: str, label: str) -> str:
    """A label in words; an id without an entry is shown as it is, with spaces for underscores."""
    if label == CATEGORY[category].absent and category in ABSENT:
        return ABSENT[category]
    return WORDS.get(label, label.replace("_", " "))


def category_words(category: str) -> str:
    """A category in words."""
    return t(CATEGORY[category].title)


def delivery_words(delivery: str) -> str:
    """How an example clip is spoken, for its button."""
    return DELIVERIES.get(delivery, delivery.replace("_", " "))


def percent(probability: float) -> str:
    """``0.873`` as ``87 %``; never 0 % or 100 %, which no model can claim."""
    rounded = min(max(round(100 * probability), 1), 99)
    return f"{rounded} %"
