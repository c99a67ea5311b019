"""A benchmark set made in code: all 18 question types, three deliveries a script, references; needs no audio file.

from tests.unit.scoring.made_sets import made_predictions, made_set
"""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

from echomind.benchmark.items import STYLES, BenchmarkSet, Delivery, Question, Script, Style
from echomind.benchmark.question_types import LEVELS, QUESTION_TYPES, QuestionType
from echomind.scoring.predictions import Predictions
from echomind.taxonomy import CATEGORIES, DIMENSIONS, NEUTRAL, official_cues_of

# Pairs of cues of one dimension, in an order that visits all 39 attributes within 39 scripts.
_CUES = {d: [a for c in CATEGORIES if c.dimension == d for a in c.attributes] for d in DIMENSIONS}
_PAIRS = [(cues[i], cues[(i + 1) % len(cues)]) for cues in _CUES.values() for i in range(len(cues))]

_TOPICS = ("family", "work", "school", "food", "health", "sports", "no_specific_topics")
_WORDS = (
    "the bus was late again and everyone at home had already eaten so we ordered something and talked about the plan "
    "for next week because nobody knows yet who brings the old blue suitcase back from the station"
)
_REPLIES = (
    "that sounds like a lot for one day and it is fine to rest before you decide what comes next so tell me which part "
    "of it stays with you and we can look at it together step by step"
)

# As the project page words them where it shows an item of the type, otherwise in its manner.
_OPTIONS: dict[str, tuple[str, ...]] = {
    "coarse_grained": ("Speaker's gender", "Speaker's emotion", "Background sound", "Speaking pace"),
    "gender_recognition": ("The speaker is male.", "The speaker is female."),
    "age_group_classification": ("The speaker is an adult.", "The speaker is a child.", "The speaker is elderly."),
    "voice_style_detection": ("Hoarse voice", "Vocal fatigue", "Sobbing sound", "Whisper"),
    "speech_emotion_recognition": ("Happy", "Sad", "Angry", "Surprised"),
    "speaking_pace_classification": (
        "The speaker is speaking at a fast pace.",
        "The speaker is speaking at a slow pace.",
    ),
    "nve_recognition": ("Cough", "Sigh", "Laughter", "Yawn"),
    "background_sound_detection": ("Happy music", "Music", "Dog barking", "Sea waves"),
    "multiple_people_detection": ("Yes", "No"),
    "laughter_sentiment_detection": ("Yes", "No"),
    "shouting_sentiment_detection": ("Yes", "No"),
    "audio_text_sentiment_consistency": ("Consistent", "Inconsistent"),
    "response_style_matching": (
        "Praise",
        "Sarcastic Overenthusiasm",
        "Empathetic Acknowledgement",
        "Passive Aggressive Judgment",
    ),
    "personalized_recommendation_matching": ("A warm drink", "A quiet walk", "A comedy show", "A running track"),
    "contextual_suggestion_generation": (
        "Take an umbrella along.",
        "Close the window first.",
        "Speak a little louder.",
        "Call your mother.",
    ),
    "preceding_event_inference": (
        "They have just finished a run.",
        "They have been crying.",
        "They won a prize.",
        "They missed the last train.",
    ),
    "speaker_intent_recognition": ("To complain", "To share good news", "To ask for help", "To say goodbye"),
    "empathy_aware_response_selection": (
        "I am here with you, take your time.",
        "Well done, that took courage!",
        "Let's find somewhere quiet.",
        "That is how it is.",
    ),
}


def _text(rng: random.Random, words: str, least: int, most: int) -> str:
    chosen = rng.choices(words.split(), k=rng.randint(least, most))
    return " ".join(chosen).capitalize() + "."


def _delivery(script: str, style: Style, cue: str, rng: random.Random) -> Delivery:
    official = "" if cue == NEUTRAL else official_cues_of(cue)[0]
    return Delivery(
        style=style,
        cue=cue,
        spoken_info=official,
        audio=Path("audio") / f"{script}_{cue}_{style}.wav",
        reference=_text(rng, _REPLIES, 8, 20),
    )


def _script(number: int, rng: random.Random) -> Script:
    key = f"id_{number}"
    target, alternative = _PAIRS[(number - 1) % len(_PAIRS)]
    cues = dict(zip(STYLES, (target, NEUTRAL, alternative), strict=True))
    return Script(
        id=key,
        topic=rng.choice(_TOPICS),
        text=_text(rng, _WORDS, 6, 16),
        target=target,
        deliveries={style: _delivery(key, style, cue, rng) for style, cue in cues.items()},
    )


def _question(script: Script, kind: QuestionType, rng: random.Random) -> Question:
    delivery = script.deliveries[rng.choice(STYLES)]
    options = dict(zip("ABCD", _OPTIONS[kind.id], strict=False))
    return Question(
        id=f"{kind.id}_{script.id}_{delivery.style}",
        type=kind,
        script=script.id,
        style=delivery.style,
        audio=delivery.audio,
        question=f"{kind.title}: which of these fits the audio?",
        options=options,
        answer=rng.choice(list(options)),
    )


def made_set(scripts: int = 6, seed: int = 0, questions_per_script: int = len(QUESTION_TYPES)) -> BenchmarkSet:
    """A set of ``scripts`` scripts; the same arguments give the same set.

    Scripts have the ids ``id_1`` .. and all three deliveries with references; the cues visit all 39 attributes within
    39 scripts. Question types take turns, so ``scripts * questions_per_script`` must reach all 18 types.
    """
    if scripts * questions_per_script < len(QUESTION_TYPES):
        raise ValueError(f"{scripts} scripts of {questions_per_script} questions cannot show all 18 types")
    rng = random.Random(seed)
    made = tuple(_script(number, rng) for number in range(1, scripts + 1))
    questions = []
    for index, script in enumerate(made):
        first = index * questions_per_script
        kinds = [QUESTION_TYPES[(first + i) % len(QUESTION_TYPES)] for i in range(questions_per_script)]
        questions += [_question(script, kind, rng) for kind in kinds]
    questions.sort(key=lambda question: LEVELS.index(question.level))
    return BenchmarkSet(
        id="made",
        voice="tts",
        scripts=made,
        questions=tuple(questions),
        digest=hashlib.sha256(f"{scripts} {seed} {questions_per_script}".encode()).hexdigest(),
    )


def made_predictions(benchmark: BenchmarkSet, right: float = 0.7, seed: int = 0, failed: float = 0.0) -> Predictions:
    """Answers to every item: each question right with probability ``right``, any item empty with ``failed``.

    Transcripts lose a word with probability ``1 - right``; replies are the reference or other words, alike.
    """
    rng = random.Random(seed)

    def answered(text: str) -> str:
        return "" if rng.random() < failed else text

    answers: dict[str, dict[str, str]] = {level: {} for level in LEVELS}
    for question in benchmark.questions:
        wrong = [letter for letter in question.options if letter != question.answer]
        letter = question.answer if rng.random() < right else rng.choice(wrong)
        answers[question.level][question.id] = answered(f"The answer is: {letter}")
    transcripts, replies = {}, {}
    for script, delivery in benchmark.deliveries():
        item = (script.id, delivery.style)
        heard = script.text if rng.random() < right else script.text.split(" ", 1)[1]
        transcripts[item] = answered(heard)
        replies[item] = answered(delivery.reference if rng.random() < right else _text(rng, _REPLIES, 8, 20))
    return Predictions(model="made-model", prompt="basic", transcripts=transcripts, answers=answers, replies=replies)
