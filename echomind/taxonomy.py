"""The vocabulary of EchoMind: 3 dimensions, 12 categories, 39 vocal attributes, and the official cue strings.

Source: EchoMind (arXiv 2510.22758), section 3 and the ``speech_info`` map of the official code. The official data lists
45 cue strings: dropping ``adult`` (an answer option, not one of the 39), merging the five kinds of music and the two
children strings gives the 39 attributes counted in the paper.
"""

from __future__ import annotations

from dataclasses import dataclass

NONE = "none"
ADULT = "adult"
NEUTRAL = "neutral"


@dataclass(frozen=True)
class Category:
    """One of the 12 fine categories.

    ``attributes`` are the ids counted among the 39. ``absent`` is the label for "nothing of this category was heard":
    ``"none"``, ``"adult"`` for age, and ``None`` for gender, which always has a label.
    """

    id: str
    dimension: str
    title: str
    attributes: tuple[str, ...]
    absent: str | None = NONE

    @property
    def labels(self) -> tuple[str, ...]:
        """Class names in head order: the absent label first (where there is one), then the attributes."""
        return self.attributes if self.absent is None else (self.absent, *self.attributes)


SPEAKER, PARALINGUISTIC, ENVIRONMENT = "speaker", "paralinguistic", "environment"
DIMENSIONS = (SPEAKER, PARALINGUISTIC, ENVIRONMENT)

CATEGORIES: tuple[Category, ...] = (
    Category("gender", SPEAKER, "Gender", ("male", "female"), absent=None),
    Category("age", SPEAKER, "Age", ("child", "elderly"), absent=ADULT),
    Category("physiological", PARALINGUISTIC, "Physiological state", ("hoarse", "breath", "tired", "sobbing")),
    Category("emotion", PARALINGUISTIC, "Emotion", ("happy", "sad", "surprise", "angry", "fear", "disgust")),
    Category("volume", PARALINGUISTIC, "Volume", ("shout", "whisper")),
    Category("speed", PARALINGUISTIC, "Speaking pace", ("fast", "slow")),
    Category("nve", PARALINGUISTIC, "Non-verbal expression", ("cough", "sigh", "laughter", "yawn", "moan")),
    Category("weather", ENVIRONMENT, "Weather", ("wind", "thunderstorm", "rain")),
    Category("location", ENVIRONMENT, "Location", ("sea_waves", "basketball", "car", "subway")),
    Category("voices", ENVIRONMENT, "Voices around", ("applause", "cheering", "chatter", "children")),
    Category("event", ENVIRONMENT, "Sudden event", ("alarm", "ringtone", "horn")),
    Category("other", ENVIRONMENT, "Other sounds", ("music", "dog")),
)
CATEGORY: dict[str, Category] = {category.id: category for category in CATEGORIES}
ATTRIBUTES: tuple[str, ...] = tuple(a for category in CATEGORIES for a in category.attributes)
CATEGORY_OF: dict[str, str] = {a: category.id for category in CATEGORIES for a in category.attributes} | {ADULT: "age"}

# Official cue string -> (attribute id, detail). The detail keeps what the merge into 39 would lose.
OFFICIAL_CUES: dict[str, tuple[str, str | None]] = {
    "male": ("male", None),
    "female": ("female", None),
    "child": ("child", None),
    "adult": (ADULT, None),
    "elderly": ("elderly", None),
    "Hoarse voice": ("hoarse", None),
    "breathless sound / gasping sound / heavy breathing sound": ("breath", None),
    "vocal fatigue": ("tired", None),
    "sobbing sound": ("sobbing", None),
    "happy-toned expressive voice": ("happy", None),
    "sad-toned expressive voice": ("sad", None),
    "surprise-toned expressive voice": ("surprise", None),
    "angry-toned expressive voice": ("angry", None),
    "fear-toned expressive voice": ("fear", None),
    "disgust-toned expressive voice": ("disgust", None),
    "shout": ("shout", None),
    "whisper": ("whisper", None),
    "fast speaking pace": ("fast", None),
    "slow speaking pace": ("slow", None),
    "cough voice": ("cough", None),
    "sigh sound": ("sigh", None),
    "laughter sound": ("laughter", None),
    "yawn sound": ("yawn", None),
    "moan sound": ("moan", None),
    "sound of wind blowing": ("wind", None),
    "sound of thunderstorm and thunder": ("thunderstorm", None),
    "sound of raining": ("rain", None),
    "sound of sea waves": ("sea_waves", None),
    "sound of playing basketball": ("basketball", None),
    "sound of driving a car": ("car", None),
    "sound of subway": ("subway", None),
    "sound of applause from a crowd": ("applause", None),
    "sound of crowd cheering": ("cheering", None),
    "sound of crowd's chatter": ("chatter", None),
    "sound of children playing": ("children", "playing"),
    "sound of children speaking": ("children", "speaking"),
    "sound of alarm clock ringing": ("alarm", None),
    "sound of ringtone": ("ringtone", None),
    "sound of vehicle honking": ("horn", None),
    "sound of happy music": ("music", "happy"),
    "sound of funny music": ("music", "funny"),
    "sound of sad music": ("music", "sad"),
    "sound of exciting music": ("music", "exciting"),
    "sound of angry music": ("music", "angry"),
    "sound of dog(s) barking": ("dog", None),
}

_ATTRIBUTE_OF_TEXT = {text.casefold(): attribute for text, (attribute, _) in OFFICIAL_CUES.items()} | {
    a: a for a in (*ATTRIBUTES, ADULT, NEUTRAL, NONE)
}


def attribute_of(cue: str) -> str:
    """Attribute id of an official cue string or short id (``"vocal fatigue"`` -> ``"tired"``); case is ignored.

    Raises ``KeyError`` with the text that was found when it is neither.
    """
    found = _ATTRIBUTE_OF_TEXT.get(cue.strip().casefold())
    if found is None:
        raise KeyError(f"unknown vocal cue {cue!r}: expected one of the 45 official strings or 39 attribute ids")
    return found


def official_cues_of(attribute: str) -> tuple[str, ...]:
    """All official strings that map to an attribute id (five for ``music``)."""
    return tuple(text for text, (a, _) in OFFICIAL_CUES.items() if a == attribute)
