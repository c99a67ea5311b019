"""The words of EchoMind-Mini's understanding and two-option questions; those of six more types lie with the scripts.

Our own wording throughout, none of it used in training. Statements name what is heard and nothing else, in three to ten
words, so that their form says nothing about which is right.
"""

from __future__ import annotations

from echomind.taxonomy import CATEGORY, NONE

QUESTIONS: dict[str, str] = {
    "coarse_grained": "Which statement about this recording is true?",
    "gender_recognition": "Whose voice is this?",
    "age_group_classification": "In which part of life is the person who speaks?",
    "voice_style_detection": "In what way is the voice used in this recording?",
    "speech_emotion_recognition": "What feeling is in the voice, whatever the words say?",
    "speaking_pace_classification": "At what speed do the words follow each other?",
    "nve_recognition": "Which sound does the person make besides the words?",
    "background_sound_detection": "What else is there to hear besides the person who speaks?",
    "multiple_people_detection": "Are people heard besides the speaker, be it that they talk, laugh, cheer or clap?",
    "audio_text_sentiment_consistency": "Do the words and the tone of voice tell of the same kind of feeling?",
}
# Asked with either of two suggestions, so that neither the words of the script nor those of the question give the key.
LAUGHTER = {
    "positive": "Does the person in this recording laugh for joy?",
    "negative": "Does the person in this recording laugh although the news is bad?",
}
SHOUTING = {
    "positive": "Does the person in this recording shout for joy?",
    "negative": "Does the person in this recording shout in anger or despair?",
}
YES, NO = "Yes", "No"
CONSISTENT, INCONSISTENT = "Consistent", "Inconsistent"

STATEMENTS: dict[str, str] = {
    "male": "A grown man is talking.",
    "female": "A grown woman is talking.",
    "child": "A little child is talking.",
    "elderly": "A person of great age is talking.",
    "hoarse": "The voice is rough, as with a sore throat.",
    "breath": "The person is gasping for air.",
    "tired": "The voice is weary and worn out.",
    "sobbing": "The person is crying and talking at once.",
    "happy": "The voice is bright with joy.",
    "sad": "The voice is heavy with sorrow.",
    "surprise": "The voice is full of amazement.",
    "angry": "The voice is sharp with anger.",
    "fear": "The voice is trembling with fright.",
    "disgust": "The voice is thick with disgust.",
    "shout": "The words are shouted at the top of the voice.",
    "whisper": "The words are whispered under the breath.",
    "fast": "The words come in a great hurry.",
    "slow": "The words come very slowly, with long gaps.",
    "cough": "The person has a cough.",
    "sigh": "The person lets out a sigh.",
    "laughter": "The person is laughing.",
    "yawn": "The person gives a yawn.",
    "moan": "The person lets out a moan.",
    "wind": "Wind is blowing around the speaker.",
    "thunderstorm": "Thunder is rolling around the speaker.",
    "rain": "Rain is falling around the speaker.",
    "sea_waves": "Waves are breaking on a shore close by.",
    "basketball": "A ball is being bounced in a hall close by.",
    "car": "A car engine is humming around the speaker.",
    "subway": "An underground train is rattling along.",
    "applause": "An audience is clapping close by.",
    "cheering": "A crowd is cheering close by.",
    "chatter": "A room full of people is talking close by.",
    "children": "Children are playing close by.",
    "alarm": "An alarm clock is going off close by.",
    "ringtone": "A telephone is ringing close by.",
    "horn": "Somebody is sounding a car horn.",
    "music": "Music is playing close by.",
    "dog": "A dog is barking close by.",
}
# What is true of a plain delivery, by question type.
PLAIN: dict[str, str] = {
    "coarse_grained": "It is an everyday voice in a quiet place.",
    "voice_style_detection": "The voice is used in an everyday way.",
    "speech_emotion_recognition": "The voice is calm and even.",
    "nve_recognition": "The person makes no such sound.",
    "background_sound_detection": "It is quiet around the speaker.",
}
GENDERS = {"male": "That of a man.", "female": "That of a woman."}
AGES = {"child": "In childhood.", "adult": "In the middle of life.", "elderly": "In old age."}
PACES = {"fast": "Quickly, in a hurry.", "slow": "Slowly, with pauses."}

# The classes of each type with four options: attributes, then the plain delivery where it is one.
CLASSES: dict[str, tuple[str, ...]] = {
    "coarse_grained": (*STATEMENTS, NONE),
    "voice_style_detection": (*CATEGORY["physiological"].attributes, *CATEGORY["volume"].attributes, NONE),
    "speech_emotion_recognition": (*CATEGORY["emotion"].attributes, NONE),
    "nve_recognition": (*CATEGORY["nve"].attributes, NONE),
    "background_sound_detection": (
        *(a for c in ("weather", "location", "voices", "event", "other") for a in CATEGORY[c].attributes),
        NONE,
    ),
}


def statement(kind: str, label: str) -> str:
    """Option text of a class in a question type with four options."""
    return PLAIN[kind] if label == NONE else STATEMENTS[label]
