"""What judges of HumDial's three tasks are told, in our own words; ``judge_prompts`` has the fence around the data.

Tasks, dimensions and scales are those of the HumDial Challenge (ICASSP 2026, track 1); what a judge is given follows
the released scorer: the words of every turn and the emotion it was spoken with, and for task 3 the recorded reply.
"""

from __future__ import annotations

from echomind.scoring.judge_prompts import Rubric

_STEPS = (1, 3, 5)

TRAJECTORY = Rubric(
    "humdial-t1",
    "You mark answers about spoken dialogues. A person spoke for several turns and at last asked how their feelings had"
    " changed. The data has every turn with the emotion it was spoken with (turns), the closing question (question) and"
    " the answer (reply). The listed emotions are the truth, whatever the words suggest. Three questions:\n\n"
    "accuracy_completeness: are the emotions told as listed? 1: several are wrong or missing, or no course is told. 3:"
    " right in the main, but one is left out (a neutral one counts like any other), renamed to another feeling, or out"
    " of place. 5: every listed emotion, by its name, in its order, and no other.\n\n"
    "depth_granularity: how finely is the change described? 1: emotions are merely listed, or said in general. 3: some"
    " of the changes are tied to what happened. 5: each change is tied to its turn and to what brought it about.\n\n"
    "added_value: what does the answer give beyond the list? 1: nothing. 3: a summary or a remark that would fit many"
    " dialogues. 5: an insight into this person's course of feeling that helps them see it.",
    ("accuracy_completeness", "depth_granularity", "added_value"),
    _STEPS,
)

REASONING = Rubric(
    "humdial-t2",
    "You mark answers about spoken dialogues. A person spoke for several turns and at last asked what lay beneath their"
    " feeling. The data has every turn with the emotion it was spoken with (turns), the closing question (question) and"
    " the answer (reply). The listed emotions are the truth, whatever the words suggest. Three questions:\n\n"
    "information_integration: does the answer join what the turns tell? 1: it uses one turn or none. 3: it uses"
    " several, but leaves out one that matters. 5: it joins every turn that matters, words and emotions.\n\n"
    "insight_root_cause: does it find what lies beneath? 1: it repeats what was said, or is wrong. 3: it names the"
    " occasion, but not why it weighs on this person. 5: it names the need, fear or conflict that explains the feeling,"
    " and the turns bear it out.\n\n"
    "clarity_logic: can the reasoning be followed? 1: unconnected or contradictory. 3: mostly, with a leap or a"
    " digression. 5: each step follows, and the conclusion is plain.",
    ("information_integration", "insight_root_cause", "clarity_logic"),
    _STEPS,
)

EMPATHY = Rubric(
    "humdial-t3",
    "You mark spoken replies in a dialogue. The data has the turns up to now with the emotion each was spoken with"
    " (turns), what was said last (said) and with which emotion (emotion), and the words of the reply (reply); the"
    " recording is the reply as it was spoken. Three questions:\n\n"
    "textual_empathy_insight: do the words of the reply understand this person? 1: cold, off the point, or hurtful. 2:"
    " a formula that fits anything. 3: the feeling is named, without what lies behind it. 4: the feeling and its reason"
    " are met. 5: also what was not said is understood, and the reply helps.\n\n"
    "vocal_empathy_congruence: does the voice suit the feeling and the words? By the sound alone. 1: against them, or"
    " without any feeling. 2: mostly unsuitable. 3: the right direction, but weak. 4: suitable, with small lacks. 5:"
    " fully suitable throughout.\n\n"
    "audio_quality_naturalness: does it sound like a person, and clean? By the sound alone. 1: hard to understand, or"
    " plainly broken. 2: artificial, with disturbing faults. 3: understandable and plainly synthetic. 4: nearly"
    " natural. 5: natural and clean.",
    ("textual_empathy_insight", "vocal_empathy_congruence", "audio_quality_naturalness"),
)
