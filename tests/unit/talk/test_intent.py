import time

import pytest

from echomind.talk.intent import asked


@pytest.mark.parametrize(
    "text",
    [
        "How did my feelings change?",
        "how have my emotions changed over this conversation",
        "Can you tell me how my mood shifted?",
        "Did my feelings change at all?",
        "How did I feel over the conversation?",
        "Describe the change in my emotions.",
        "So how has my mood developed during our talk",
        "HOW DID MY FEELINGS GO UP AND DOWN",
        "Have my feelings changed?",
        "What happened to my emotions over the whole conversation?",
    ],
)
def test_questions_about_change(text):
    assert asked(text) == "change"


@pytest.mark.parametrize(
    "text",
    [
        "Why do I feel like this?",
        "why am I so sad",
        "Why am I feeling this way?",
        "What makes me feel bad?",
        "what is the reason for my mood",
        "What’s behind my feelings?",
        "why did i feel so angry",
        "Tell me the root of my emotions",
        "What caused my feelings?",
        "Where do my feelings come from?",
    ],
)
def test_questions_about_the_reason(text):
    assert asked(text) == "reason"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "—",
        "Why do we leave so early?",
        "How did the game change?",
        "I feel like this every Monday.",
        "My mood ring broke.",
        "They asked me to change the feelings section in the report on page nine before the meeting "
        "and I told them why I feel like that about it all",
        "Why do I have to walk?",
        "How do I change my password?",
        "What makes me different from her?",
        "He has emotions.",
    ],
)
def test_other_words(text):
    assert asked(text) is None


def test_a_long_or_odd_text_takes_no_time():
    at = time.perf_counter()
    for text in ("how my " * 5_000, "tell me " * 9, "how my feelings my feelings my " * 3, "why " * 18):
        asked(text)
    assert time.perf_counter() - at < 1
