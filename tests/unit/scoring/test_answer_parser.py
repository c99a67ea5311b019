"""The forms in which models really answer multiple-choice questions, and what each has to be read as."""

import pytest

from echomind.benchmark.mini_scripts import load_mini_scripts
from echomind.scoring.answer_parser import classify_answer, parse_answer

GENDER = {"A": "male", "B": "female"}
LONG_GENDER = {"A": "The speaker is male.", "B": "The speaker is female."}
AGE = {"A": "The speaker is an adult.", "B": "The speaker is a child.", "C": "The speaker is elderly."}
PACE = {"A": "The speaker is speaking at a fast pace.", "B": "The speaker is speaking at a slow pace."}
PEOPLE = {"A": "Yes", "B": "No"}
SENSE = {"A": "Consistent", "B": "Inconsistent"}
SOUND = {"A": "Happy music", "B": "Music", "C": "Dog barking", "D": "Sea waves"}
FEELING = {"A": "Happy", "B": "Sad", "C": "Angry", "D": "Surprised"}
NEED = {"A": "Praise", "B": "Sarcastic Overenthusiasm", "C": "Empathetic Acknowledgement", "D": "Passive Judgment"}
SUGGESTION = {"A": "Take an umbrella along.", "B": "Close the window first.", "C": "Vitamin C", "D": "Say no to it."}
NUMBERED = {"1": "male", "2": "female"}
COUNTS = {"A": "1", "B": "2"}
NOTHING = {"A": "Cough", "B": "Sigh", "C": "None of the above"}
REPLY = {
    "A": "It tore the good rug again? I would not be so polite this time.",
    "B": "That is no place to be alone. If you like, I stay.",
    "C": "So the answer is yes, but not today.",
    "D": "Did you sleep?",
}
TWICE = {"A": "male", "B": "Male."}

REASONING = (
    "Let's listen to the audio step by step. At first option A seems plausible, because the voice is loud and the "
    "words are quick. However, the pitch falls at the end of each phrase and there is a long pause before the last "
    "word, which is not what one hears when somebody is happy. Option D would need a rise. "
)

FORMS = [
    # a letter in every dress
    ("B", GENDER, "B"),
    ("b", GENDER, "B"),
    ("a", GENDER, "A"),
    ("A", GENDER, "A"),
    ("B.", GENDER, "B"),
    ("B:", GENDER, "B"),
    ("b)", GENDER, "B"),
    ("(b)", GENDER, "B"),
    ("(B", GENDER, "B"),
    ("[B]", GENDER, "B"),
    ("[[B]]", GENDER, "B"),
    ("{B}", GENDER, "B"),
    ("<B>", GENDER, "B"),
    ("'B'", GENDER, "B"),
    ('"B."', GENDER, "B"),
    ("\u201cB\u201d", GENDER, "B"),
    ("`B`", GENDER, "B"),
    ("**B**", GENDER, "B"),
    ("__B__", GENDER, "B"),
    ("*(B)*", GENDER, "B"),
    ("【B】", GENDER, "B"),
    ("Ｂ", GENDER, "B"),
    ("（Ｂ）", GENDER, "B"),
    ("Ⓑ", GENDER, "B"),
    ("  \n\tB\r\n ", GENDER, "B"),
    ("\u200bB\u200b\ufeff", GENDER, "B"),
    ("B</s>", GENDER, "B"),
    ("B<|im_end|>", GENDER, "B"),
    ("Option B", GENDER, "B"),
    ("option b", GENDER, "B"),
    ("Option (B).", GENDER, "B"),
    ("Choice: B", GENDER, "B"),
    ("Letter B", GENDER, "B"),
    ("B option", GENDER, "B"),
    ("option_a", GENDER, "A"),
    ("- B", GENDER, "B"),
    ("1. B", GENDER, "B"),
    ("B ✅", GENDER, "B"),
    ("B\nB", GENDER, "B"),
    # explicit statements
    ("The answer is: B", GENDER, "B"),
    ("The answer is: [B]", GENDER, "B"),
    ("THE ANSWER IS: [B]", GENDER, "B"),
    ("the answer is: b", GENDER, "B"),
    ("the answer is: a", GENDER, "A"),
    ("The answer is B.", GENDER, "B"),
    ("The answer is\n\nB", GENDER, "B"),
    ("Answer: B", GENDER, "B"),
    ("answer:B", GENDER, "B"),
    ("Answer - B", GENDER, "B"),
    ("Answer = B", GENDER, "B"),
    ("Answer B", GENDER, "B"),
    ("Answer: B. female", GENDER, "B"),
    ("Answer: Option B", GENDER, "B"),
    ("### Answer\n\n**B**", GENDER, "B"),
    ("**Answer:** B", GENDER, "B"),
    ("**Final Answer: (B)**", GENDER, "B"),
    ("answer is option B", GENDER, "B"),
    ("The answer is letter B", GENDER, "B"),
    ("The correct answer is (B) female.", GENDER, "B"),
    ("The correct option is B) female", GENDER, "B"),
    ("The best choice would be B.", GENDER, "B"),
    ("The most likely answer is: B: female", GENDER, "B"),
    ("The answer is most likely B", GENDER, "B"),
    ("The answer to this question is option B.", GENDER, "B"),
    ("The answer, in my opinion, is B", GENDER, "B"),
    ("My answer would be B, because the pitch is high.", GENDER, "B"),
    ("My final answer is B", GENDER, "B"),
    ("Answer: The answer is: [B]", GENDER, "B"),
    ("Sure! Here is my answer: B.", GENDER, "B"),
    ("<answer>B</answer>", GENDER, "B"),
    ("<answer> (B) female </answer>", GENDER, "B"),
    ("I listened twice.<ANSWER>B</ANSWER>", GENDER, "B"),
    ("<|begin_of_box|>B<|end_of_box|>", GENDER, "B"),
    ("\\boxed{B}", GENDER, "B"),
    ("$\\boxed{\\text{B}}$", GENDER, "B"),
    ("So the result is \\boxed{B}.", GENDER, "B"),
    ('{"answer": "B"}', GENDER, "B"),
    ('{"answer": "B. female"}', GENDER, "B"),
    ('{"reasoning": "it could be A, the voice is low", "final_answer": "B"}', GENDER, "B"),
    ('```json\n{"Answer": "female"}\n```', GENDER, "B"),
    ('{"answer": ["B"]}', GENDER, "B"),
    ("{'answer': 'B'}", GENDER, "B"),
    ("答案是B", GENDER, "B"),
    ("答案：B", GENDER, "B"),
    ("正确答案是（Ｂ）。", GENDER, "B"),
    ("选B", GENDER, "B"),
    ("应该选择 B", GENDER, "B"),
    ("选项B", GENDER, "B"),
    ("The answer is female.", GENDER, "B"),
    ("The answer is: the speaker is female", LONG_GENDER, "B"),
    ("The answer is that the speaker sounds female.", LONG_GENDER, "B"),
    ("The answer is: yes", PEOPLE, "A"),
    ("The answer is no.", PEOPLE, "B"),
    ("The answer is A. Yes", PEOPLE, "A"),
    ("B is correct", GENDER, "B"),
    ("Option B is the correct answer.", GENDER, "B"),
    ("(B) seems to be the best choice here.", GENDER, "B"),
    ("The answer is B, not A.", GENDER, "B"),
    ("The answer is B. Male speakers usually have a lower pitch.", GENDER, "B"),
    ("The answer is B because male voices are lower.", GENDER, "B"),
    ("It's definitely not A, it's B. The answer is B.", GENDER, "B"),
    ("The answer is not A. The answer is B.", GENDER, "B"),
    ("Is the answer A? No, the answer is B.", GENDER, "B"),
    ("If the pitch were low, the answer would be A. The answer is B.", GENDER, "B"),
    ("The answer is A. Wait, on second thought the final answer is B.", GENDER, "B"),
    ("A. male\nB. female\nThe answer is: B", GENDER, "B"),
    (REASONING + "So the answer is C.", FEELING, "C"),
    (REASONING + "Therefore, the speaker is **angry**.", FEELING, None),  # "happy" was discussed: not one option only
    ("<think>A? B? The answer is A.</think>The answer is B", GENDER, "B"),
    ("<think>maybe male, maybe B</think>\n\nA", GENDER, "A"),
    ("<thinking>The answer is B</thinking> male", GENDER, "A"),
    ("◁think▷It is B◁/think▷A", GENDER, "A"),
    ("so it must be A</think>\nB", GENDER, "B"),
    # a letter with its text
    ("B. female", GENDER, "B"),
    ("B: female", GENDER, "B"),
    ("B) female", GENDER, "B"),
    ("b) female", GENDER, "B"),
    ("(B) female", GENDER, "B"),
    ("B - female", GENDER, "B"),
    ("B – female", GENDER, "B"),
    ("B female", GENDER, "B"),
    ("B (female)", GENDER, "B"),
    ("B.The speaker is female.", LONG_GENDER, "B"),
    ("B. female\n\nExplanation: the pitch is high. Option A does not fit.", GENDER, "B"),
    ("A. Happy music", SOUND, "A"),
    ("B. Music", SOUND, "B"),
    ("female (B)", GENDER, "B"),
    ("The speaker is female. (B)", LONG_GENDER, "B"),
    ("B. No", PEOPLE, "B"),
    ("D. Say no to it.", SUGGESTION, "D"),
    ("Option C: The speaker is elderly.", AGE, "C"),
    # picks
    ("I think it's B because the voice is high", GENDER, "B"),
    ("I think it’s B.", GENDER, "B"),
    ("I would say A.", GENDER, "A"),
    ("I'd go with B", GENDER, "B"),
    ("I choose option B.", GENDER, "B"),
    ("It sounds like B to me", GENDER, "B"),
    ("The voice is high and bright, so B.", GENDER, "B"),
    ("Well, B, I think.", GENDER, "B"),
    ("The voice is bright.\nB", GENDER, "B"),
    ("B, because she sounds bright", GENDER, "B"),
    ("B because she sounds bright", GENDER, "B"),
    ("A, I think.", GENDER, "A"),
    ("Maybe B", GENDER, "B"),
    ("You should pick B!", GENDER, "B"),
    ("-> B", GENDER, "B"),
    # the option's text
    ("female", GENDER, "B"),
    ("FEMALE!", GENDER, "B"),
    ("A male voice.", GENDER, "A"),
    ("The speaker is female.", LONG_GENDER, "B"),
    ("the speaker is male", LONG_GENDER, "A"),
    ("female", LONG_GENDER, "B"),
    ("Male.", LONG_GENDER, "A"),
    ("It is a female speaker.", LONG_GENDER, "B"),
    ("I'm not sure, but the speaker is male.", LONG_GENDER, "A"),
    ("There is no doubt that the speaker is female.", LONG_GENDER, "B"),
    ("An adult", AGE, "A"),
    ("This is the voice of a child", AGE, "B"),
    ("slow", PACE, "B"),
    ("They talk at a fast pace.", PACE, "A"),
    ("empathetic acknowledgement", NEED, "C"),
    ("The speaker needs Praise here.", NEED, "A"),
    ("Take an umbrella along", SUGGESTION, "A"),
    ("vitamin c", SUGGESTION, "C"),
    ("Happy music is playing.", SOUND, "A"),
    ("music", SOUND, "B"),
    ("There is a dog barking in the background.", SOUND, "C"),
    ("Consistent", SENSE, "A"),
    ("Inconsistent.", SENSE, "B"),
    ("They are inconsistent", SENSE, "B"),
    ("Yes", PEOPLE, "A"),
    ("No.", PEOPLE, "B"),
    ("no", PEOPLE, "B"),
    ("Yes, there are several people talking.", PEOPLE, "A"),
    ("No, there is only one speaker.", PEOPLE, "B"),
    ("No there is only one", PEOPLE, "B"),
    ("Yes there is no doubt", PEOPLE, "A"),
    ("I would say yes", PEOPLE, "A"),
    ("None of the above", NOTHING, "C"),
    ("2", NUMBERED, "2"),
    ("The answer is: 2", NUMBERED, "2"),
    ("2", COUNTS, "B"),
    # options that ask and deny
    (REPLY["A"], REPLY, "A"),
    (REPLY["B"].upper(), REPLY, "B"),
    (REPLY["C"], REPLY, "C"),
    (REPLY["D"], REPLY, "D"),
    (f"(A) {REPLY['A']}", REPLY, "A"),
    (f"B. {REPLY['B']}", REPLY, "B"),
    (f"The answer is: {REPLY['B']}", REPLY, "B"),
    (f"The answer is: C. {REPLY['C']}", REPLY, "C"),
    (f"I think the answer is D, because {REPLY['D']}", REPLY, "D"),
    (f"I would not say: {REPLY['D']} I would say: {REPLY['C']}", REPLY, None),
    (f"The answer is: A. {REPLY['B']}", REPLY, None),
    # nothing said
    ("", GENDER, None),
    ("  \n ", GENDER, None),
    ("\u200b\ufeff", GENDER, None),
    ("...", GENDER, None),
    ("<think>It is B", GENDER, None),
    ("<think>The answer is B</think>", GENDER, None),
    # refused
    ("I cannot hear the audio", GENDER, None),
    ("I'm sorry, but I can't listen to audio.", GENDER, None),
    ("I cannot tell whether the speaker is male.", LONG_GENDER, None),
    ("The answer is unclear.", GENDER, None),
    ("The answer cannot be determined", GENDER, None),
    ("None of the above", GENDER, None),
    ("The answer is none of the above.", GENDER, None),
    ("The answer is A. Actually the answer is none of these.", GENDER, None),
    ("I don't know", PEOPLE, None),
    ("No idea.", PEOPLE, None),
    # two at once
    ("A or B", GENDER, None),
    ("A and B", GENDER, None),
    ("A/B", GENDER, None),
    ("A, B", GENDER, None),
    ("A B", GENDER, None),
    ("AB", GENDER, None),
    ("Both A and B", GENDER, None),
    ("Either A or B", GENDER, None),
    ("The answer is A or B", GENDER, None),
    ("The answer is: [A/B/C/D]", FEELING, None),
    ("The answer is B, or maybe C", FEELING, None),
    ("The answer is either A or B", GENDER, None),
    ("The answer is A. The answer is B.", GENDER, None),
    ("The answer is A. No, the answer is B.", GENDER, None),
    ("Final answer: A. Final answer: B.", GENDER, None),
    ("Final answer: B. But the answer is A.", GENDER, None),
    ("The answer is A. Or is the answer B or A? The answer is either B or A.", GENDER, None),
    ("A. No, wait, B.", GENDER, None),
    ("A is correct. B is correct.", GENDER, None),
    ('{"answer": "A", "answer": "B"}', GENDER, None),
    ('{"answer": "A", "choice": "B"}', GENDER, None),
    ("male or female", GENDER, None),
    ("The voice could be male or female.", LONG_GENDER, None),
    ("sad rather than happy", FEELING, None),
    ("Yes and no", PEOPLE, None),
    ("Yes or no", PEOPLE, None),
    ("Yes. No.", PEOPLE, None),
    ("Yes, but no", PEOPLE, None),
    ("A) male B) female", GENDER, None),
    ("A. male\nB. female", GENDER, None),
    ("The options are: A. male, B. female", GENDER, None),
    ("Answer: A) male B) female", GENDER, None),
    ("male", TWICE, None),
    # contradictory
    ("The answer is: B. male", GENDER, None),
    ("B. male", GENDER, None),
    ("B: The speaker is male.", LONG_GENDER, None),
    ("B (male)", GENDER, None),
    ("A. No", PEOPLE, None),
    ("B. music, a happy one", {"A": "Music", "B": "Rain"}, None),
    ("I think it's B, the speaker is male.", LONG_GENDER, None),
    ("male (B)", GENDER, None),
    # denied, asked, supposed
    ("It's definitely not A, it's B", GENDER, None),
    ("Not A", GENDER, None),
    ("The answer is not A", GENDER, None),
    ("The answer isn't B", GENDER, None),
    ("I don't think the answer is B", GENDER, None),
    ("B is wrong", GENDER, None),
    ("A: incorrect", GENDER, None),
    ("Option A is incorrect.", GENDER, None),
    ("Is it B?", GENDER, None),
    ("Is the answer B?", GENDER, None),
    ("If it is B, say so", GENDER, None),
    ("The speaker is not male.", LONG_GENDER, None),
    ("The voice isn't female", GENDER, None),
    ("They are not consistent", SENSE, None),
    ("不选A", GENDER, None),
    ("There is no cough.", NOTHING, None),
    # letters that are no labels
    ("A person is speaking", GENDER, None),
    ("A person is speaking in the audio.", LONG_GENDER, None),
    ("a woman", GENDER, None),
    ("Answer: A person is speaking", GENDER, None),
    ("The answer is a person with a high voice", GENDER, None),
    ("I hear the U.S.A. and an A-level exam", GENDER, None),
    ("at 9 A.M.", GENDER, None),
    ("N/A", GENDER, None),
    ("Plan B", GENDER, None),
    ("Speaker A says hello.", PEOPLE, None),
    ("Speaker A: hello\nSpeaker B: hi", PEOPLE, None),
    ("There are two speakers: A and B", PEOPLE, None),
    ("E", GENDER, None),
    ("The answer is E", GENDER, None),
    ("C", GENDER, None),
    ("2", GENDER, None),
    ("The answer is 2", GENDER, None),
    ("There are 2 people", NUMBERED, None),
    ("В", GENDER, None),  # Cyrillic
    ("B or E", GENDER, None),
    # everyday words that are options
    ("There is no laughter in it", PEOPLE, None),
    ("No laughter can be heard", PEOPLE, None),
    ("No doubt they are happy", PEOPLE, None),
    ("childish", AGE, None),
    # cut off, or only discussing
    ("Let's look at option A. The", GENDER, None),
    ("Let me compare B with the rest", GENDER, None),
    (REASONING, FEELING, None),
    (REASONING.replace("happy", "glad") + "The voice may suggest", SENSE, None),
    ("The speaker talks about lunch.", FEELING, None),
]


def _name(form):
    return repr(form[0][:40])


@pytest.mark.parametrize("form", FORMS, ids=_name)
def test_a_form_is_read_as_meant(form):
    text, options, letter = form
    assert parse_answer(text, options) == letter


def test_the_table_is_as_wide_as_promised():
    texts = [(text, tuple(options.items())) for text, options, _ in FORMS]
    assert len(texts) >= 110
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(
    ("text", "options", "reason"),
    [
        ("B", GENDER, "parsed"),
        ("", GENDER, "empty"),
        (" \u200b\n", GENDER, "empty"),
        ("A or B", GENDER, "ambiguous"),
        ("B. male", GENDER, "ambiguous"),
        ("The answer is A. The answer is B.", GENDER, "ambiguous"),
        ("male or female", GENDER, "ambiguous"),
        ("the answer is a or b", GENDER, "ambiguous"),
        ("The answer is not A", GENDER, "ambiguous"),
        ("The answer is E", GENDER, "unreadable"),
        ("The answer is unclear", GENDER, "unreadable"),
        ("I cannot hear the audio", GENDER, "unreadable"),
        ("A person is speaking", GENDER, "unreadable"),
        ("...", GENDER, "unreadable"),
        ("E", GENDER, "unreadable"),
        ("<think>The answer is B</think>", GENDER, "unreadable"),
        ('{"answer": ""}', GENDER, "empty"),
    ],
)
def test_the_reason_says_why_there_is_no_letter(text, options, reason):
    answer = classify_answer(text, options)
    assert answer.reason == reason
    assert (answer.letter is None) == (reason != "parsed")


def test_no_option_no_answer():
    assert classify_answer("The answer is: A", {}).letter is None
    assert parse_answer("A", {"": "x", "A": ""}) == "A"


def _work(text, monkeypatch):
    """Number of token look-ups that reading ``text`` takes."""
    from echomind.scoring import answer_parser

    class Counting(list):
        count = 0

        def __getitem__(self, key):
            Counting.count += 1 if isinstance(key, int) else len(range(*key.indices(len(self))))
            return list.__getitem__(self, key)

    def counting(real):
        def made(*given):
            value = real(*given)
            for name in ("raw", "low", "start", "sentence", "clause"):
                if hasattr(value, name):
                    object.__setattr__(value, name, Counting(getattr(value, name)))
            return value

        return made

    for name in ("tokens_of", "sentences_of"):
        monkeypatch.setattr(answer_parser, name, counting(getattr(answer_parser, name)))
    parse_answer(text, {**FEELING, "E": "Happy music of a happy music band", "F": "No"})
    return Counting.count


HOSTILE = [
    "A",
    "A ",
    "answer ",
    "the answer is ",
    "answer is happy ",
    "answer is happy, ",
    "B. ",
    "option B, ",
    "(",
    "((A",
    "\n",
    "no it ",
    "((( no it",
    "happy music of a happy ",
    "A, B or ",
    "is B is correct ",
    "- A -",
    "答案",
    "<think>",
    "</think",
    "\\boxed{",
    '{"answer": ',
    "[",
    "a'",
    "'",
    "B?",
    "if B ",
    "\u200b",
    "ﷺ",
]


@pytest.mark.parametrize("part", HOSTILE, ids=repr)
def test_reading_takes_time_linear_in_the_text(part, monkeypatch):
    short, long = (_work(part * (size // len(part)), monkeypatch) for size in (1_500, 15_000))
    assert long <= 12 * short + 1_500, f"{long / max(short, 1):.1f} times the work for 10 times the text"


@pytest.mark.parametrize("part", ["A person speaks. ", "the answer is ", "((", "B ", "x", "<think>"], ids=repr)
def test_a_million_characters_are_read(part):
    text = part * (1_000_000 // len(part))
    assert parse_answer(text + "\nThe answer is: B", FEELING) == (None if part == "<think>" else "B")


def test_the_options_of_the_mini_set_are_read_in_every_form_and_never_as_another():
    items = [item for script in load_mini_scripts() for item in script.reasoning]
    for item in items:
        options = dict(zip("ABCD", (option.text for option in item.options), strict=True))
        for letter, text in options.items():
            forms = (
                text,
                text.upper(),
                f"{letter}. {text}",
                f"**({letter})** {text}",
                f"The answer is: {letter}. {text}",
            )
            for form in (*forms, f"The answer is: {text}", f"I think it's {letter}, because {text}"):
                assert parse_answer(form, options) == letter, form
            other = options["BCDA"["ABCD".index(letter)]]
            for form in (f"{letter}. {other}", f"The answer is: {letter}. {other}", f"{text} {other}"):
                assert parse_answer(form, options) is None, form
