"""Scripts that are asked the same of all three deliveries, each time with another right answer; texts are chosen so
that every measure can be worked out by hand.

from tests.unit.scoring.made_contrasts import REFERENCES, contrast_set
"""

from __future__ import annotations

from pathlib import Path

from echomind.benchmark.items import STYLES, BenchmarkSet, Delivery, Question, Script
from echomind.benchmark.question_types import QUESTION_TYPE
from echomind.taxonomy import official_cues_of

CUES = {"target": "angry", "neutral": "neutral", "alternative": "rain"}
REFERENCES = {
    "target": "Who made you so angry today?",
    "neutral": "Fine, see you there at noon.",
    "alternative": "Bring an umbrella and mind puddles.",
}
# One option fits each delivery and one fits none; the order differs by delivery, so letters mean nothing by themselves.
OPTIONS = {
    "target": {"A": "Calm them down.", "B": "Go on as usual.", "C": "Wait for the rain to stop.", "D": "Sing along."},
    "neutral": {"A": "Sing along.", "B": "Calm them down.", "C": "Go on as usual.", "D": "Wait for the rain to stop."},
    "alternative": {
        "A": "Wait for the rain to stop.",
        "B": "Sing along.",
        "C": "Calm them down.",
        "D": "Go on as usual.",
    },
}
RIGHT = {"target": "A", "neutral": "C", "alternative": "A"}


def _questions(script: str):
    def ask(kind, style, options, answer, text):
        return Question(
            f"{script}_{kind}_{style}", QUESTION_TYPE[kind], script, style, Path("a.wav"), text, options, answer
        )

    feeling = {"A": "Happy", "B": "Sad", "C": "Angry", "D": "Fearful"}
    sound = {"A": "Rain", "B": "Wind", "C": "Dog barking", "D": "Music"}
    yield ask("speech_emotion_recognition", "target", feeling, "C", "How does the speaker feel?")
    yield ask("background_sound_detection", "alternative", sound, "A", "What is heard behind the speaker?")
    yield ask("gender_recognition", "target", {"A": "male", "B": "female"}, "B", "Who speaks?")
    for style in STYLES:
        yield ask("response_style_matching", style, OPTIONS[style], RIGHT[style], "What would help now?")


def contrast_set(scripts: int = 2, styles=STYLES) -> BenchmarkSet:
    """``scripts`` scripts ``s1`` .., each angry (target), neutral and in the rain (alternative)."""
    made, questions = [], []
    for number in range(1, scripts + 1):
        key = f"s{number}"
        deliveries = {
            style: Delivery(
                style,
                CUES[style],
                "" if style == "neutral" else official_cues_of(CUES[style])[0],
                Path("a.wav"),
                REFERENCES[style],
            )
            for style in styles
        }
        made.append(Script(key, "family", f"We will meet at the old station {number}.", "angry", deliveries))
        questions += [q for q in _questions(key) if q.style in styles]
    return BenchmarkSet("made", "tts", tuple(made), tuple(questions), "0" * 64)


def all_right(benchmark: BenchmarkSet, level: str) -> dict[str, str]:
    """The right letter for each question of a level."""
    return {q.id: str(q.answer) for q in benchmark.questions if q.level == level}


def all_replies(benchmark: BenchmarkSet, text=None) -> dict:
    """Each delivery's own reference, or ``text`` for every one."""
    return {(s.id, d.style): d.reference if text is None else text for s, d in benchmark.deliveries()}
