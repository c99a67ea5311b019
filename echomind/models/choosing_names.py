"""Phrases that name what can be heard: the taxonomy's names, the official strings, everyday synonyms.

``choosing`` compares options and questions with them. They name; what an option implies without naming it is learned.
"""

from __future__ import annotations

from echomind.taxonomy import ADULT

QUIET = "quiet"  # nothing of the five categories of surroundings
UNKIND = "unkind"  # what no voice ever asks for
CROWDS = ("applause", "cheering", "chatter", "children")  # what other people are heard by

PHRASES: dict[str, tuple[str, ...]] = {
    "male": ("male", "a man", "a male speaker"),
    "female": ("female", "a woman", "a female speaker"),
    ADULT: ("adult", "an adult", "a middle-aged person"),
    "child": ("child", "a child", "a young kid"),
    "elderly": ("elderly", "an old person", "a senior"),
    "hoarse": ("hoarse voice", "a husky, raspy voice"),
    "breath": ("breathless", "heavy breathing, gasping, panting"),
    "tired": ("vocal fatigue", "a tired, exhausted voice"),
    "sobbing": ("sobbing", "crying, weeping, in tears"),
    "happy": ("happy", "joyful, cheerful, delighted"),
    "sad": ("sad", "sorrowful, unhappy, grieving"),
    "surprise": ("surprised", "astonished, amazed"),
    "angry": ("angry", "furious, annoyed, mad"),
    "fear": ("fearful", "afraid, scared, frightened, anxious"),
    "disgust": ("disgusted", "disgust, revulsion"),
    "shout": ("shouting", "yelling, loud voice"),
    "whisper": ("whispering", "a whisper, hushed voice"),
    "fast": ("fast speaking pace", "quick, rapid, hurried"),
    "slow": ("slow speaking pace", "slow, unhurried, drawn out"),
    "cough": ("coughing", "a cough"),
    "sigh": ("sighing", "a sigh"),
    "laughter": ("laughter", "laughing, giggling"),
    "yawn": ("yawning", "a yawn"),
    "moan": ("moaning", "a moan, groan"),
    "wind": ("wind blowing", "windy"),
    "thunderstorm": ("thunderstorm", "thunder and lightning"),
    "rain": ("raining", "rain"),
    "sea_waves": ("sea waves", "the ocean, the beach"),
    "basketball": ("playing basketball", "a basketball court"),
    "car": ("driving a car", "car engine, on the road"),
    "subway": ("subway", "metro train, underground"),
    "applause": ("applause from a crowd", "clapping"),
    "cheering": ("crowd cheering", "a cheering crowd"),
    "chatter": ("crowd chatter", "people talking in the background"),
    "children": ("children playing", "children speaking, kids around"),
    "alarm": ("alarm clock ringing", "an alarm"),
    "ringtone": ("ringtone", "a phone ringing"),
    "horn": ("vehicle honking", "a car horn"),
    "music": ("music", "music playing"),
    "dog": ("dog barking", "a dog"),
    "no physiological": ("normal voice", "a plain, ordinary voice"),
    "no emotion": ("neutral", "calm, no emotion"),
    "no volume": ("normal volume", "ordinary loudness"),
    "no speed": ("normal pace",),
    "no nve": ("no non-verbal sound", "none"),
    QUIET: ("quiet surroundings", "no background sound, silence"),
    UNKIND: ("sarcasm, mockery", "a judgemental, spiteful remark", "indifference, dismissal", "blame, harsh criticism"),
}
NAMES = tuple(PHRASES)

# What a question of yes or no may ask for besides a cue of NAMES.
PEOPLE_PHRASES = ("several people", "more than one person", "voices of other people", "somebody besides the speaker")
# A sound that says little without its mood: phrases for the sound alone, made gladly, made in grief or anger.
PLAIN, GLAD, GRIM = "plain", "glad", "grim"
MOODS: dict[str, dict[str, tuple[str, ...]]] = {
    "laughter": {
        PLAIN: ("laughing", "somebody laughs", "the sound of laughter"),
        GLAD: ("laughing for joy", "happy laughter", "laughter that shows a good feeling", "laughing at good news"),
        GRIM: (
            "bitter laughter",
            "laughing in despair",
            "laughter that shows a bad feeling",
            "laughing at bad news",
        ),
    },
    "shout": {
        PLAIN: ("shouting", "somebody shouts", "a loud voice"),
        GLAD: ("shouting for joy", "a happy shout", "shouting that shows a good feeling", "shouting at good news"),
        GRIM: (
            "shouting in anger",
            "shouting in despair",
            "shouting that shows a bad feeling",
            "shouting at bad news",
        ),
    },
}
