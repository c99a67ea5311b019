import json

import numpy as np
import pytest

from echomind.training.card import bootstrap, expected_calibration_error, summarise_clips, word_errors, write_figures
from echomind.training.card_text import judged, steps_made, write_card

THOUGHT = {"emotion": "sad", "cause": "they lost", "confidence": 0.9}


def test_calibration_error_by_hand():
    probability, right = np.array([0.95, 0.95, 0.55, 0.55]), np.array([1, 1, 1, 0])
    # Bin 9: accuracy 1, confidence .95; bin 5: accuracy .5, confidence .55; each half of the clips.
    assert expected_calibration_error(probability, right) == pytest.approx(0.05)


def test_the_bootstrap_is_seeded_and_holds_the_value():
    values = np.arange(100.0)
    interval = bootstrap(lambda rows: float(values[rows].mean()), 100)
    assert interval == bootstrap(lambda rows: float(values[rows].mean()), 100)
    assert interval[0] < values.mean() < interval[1]
    assert interval[1] - interval[0] == pytest.approx(2 * 1.96 * values.std() / 10, rel=0.15)


def clip(case: str, style: str, cue: str, rank: int | None, score: float, reply: str, emotion: str = "none") -> dict:
    return {
        "file": f"{case}_{style}.flac",
        "case": case,
        "style": style,
        "cue": cue,
        "words": 4,
        "word_errors": word_errors("We met, at noon.", "we met at moon" if style == "target" else "we met at noon"),
        "rank_of_cue": rank,
        "cue_scores": {"sad": score},
        "emotion": emotion,
        "reply": reply,
    }


def test_the_summary_counts_what_it_says():
    rows = [
        clip("a", "target", "sad", 2, 0.6, "Oh no.", "sad"),
        clip("a", "neutral", "neutral", None, 0.1, "Fine."),
        clip("a", "alternative", "happy", 9, 0.0, "Yay."),
        clip("b", "target", "sad", 5, 0.1, "Same.", "sad"),
        clip("b", "neutral", "neutral", None, 0.3, "Same.", "angry"),
        clip("b", "alternative", "happy", 1, 0.0, "Yay."),
    ]
    questions = [
        {"chosen": "A", "chosen_words_given": "A", "answer": "A"},
        {"chosen": "B", "chosen_words_given": "A", "answer": "A"},
    ]
    summary = summarise_clips(rows, questions)
    assert summary["wer_neutral"] == {"value": 0.0, "n": 2}
    assert summary["wer_target"] == {"value": 0.25, "n": 2}
    assert summary["cue_among_three_strongest"] == {"count": 2, "n": 4}
    assert summary["neutral_heard_as_emotional"] == {"count": 1, "n": 2}
    assert summary["target_cue_higher_than_in_neutral"] == {"count": 1, "n": 2}
    assert summary["replies_differ_target_neutral"] == {"count": 1, "n": 2}
    assert summary["questions_right"] == {"count": 1, "n": 2}
    assert summary["questions_right_words_given"] == {"count": 2, "n": 2}


def made_replies(one: dict) -> dict:
    keys = ("complete", "differ", "differ_references", "invents_nothing", "cause_of_the_words", "emotion_told")
    thinking = {"emotion": "sad", "cause": "of this", "confidence": 0.6}
    rows = [
        {"utterance": "Is it | on?", "delivery": d, "told": f"a man; {cue}", "thinking": thinking, "reply": "Oh no."}
        for d, cue in (("target", "sad"), ("neutral", "neutral"))
    ]
    figures = {"utterances": 100, "words": 12.0, "distinct_2": 0.61, "distinct_2_references": 0.7}
    figures |= {"perplexity": {"value": 12.34, "tokens": 4321}, "emotions_heard": {"head": one, "thinking": one}}
    return figures | dict.fromkeys(keys, one) | {"sample": rows}


def test_the_card_says_what_the_figures_say(tmp_path, tiny_checkpoint):
    import json
    import shutil

    model = tmp_path / "model"
    shutil.copytree(tiny_checkpoint, model)
    steps = {
        "text": {"steps": 2500},
        "ears": {"steps": 1500, "clips": 4522, "acted": 1200},
        "align": {"steps": 300},
        "joint": {"steps": 400},
    }
    (model / "training.json").write_text(json.dumps(steps))
    one = {"value": 0.512, "interval": [0.45, 0.57], "n": 240, "unit": "clips"}
    rows = [
        clip("a", "target", "sad", 2, 0.6, "Oh | no.", "sad") | {"thinking": THOUGHT},
        clip("a", "neutral", "neutral", None, 0.1, "Fine.") | {"thinking": THOUGHT},
        clip("a", "alternative", "happy", 9, 0.0, "Yay.") | {"thinking": THOUGHT},
    ]
    figures = {
        "ravdess": {
            "emotion_uar": one,
            "gender_accuracy": one,
            "emotion_ece": 0.08,
            "emotion_ece_interval": [0.05, 0.11],
            "emotion_temperature": 1.9,
            "emotion_reliability": [{"low": 0.5, "high": 0.6, "n": 9, "probability": 0.55, "right": 0.5}],
            "recall_by_emotion": {"neutral": 0.7, "sad": 0.2},
            "emotion_by_gender": {"male": {"emotion_uar": 0.5, "n": 120}},
        },
        "ablations": {
            "scripts": 171,
            "always_neutral": 0.6,
            "full": {"follows_voice": one, "perplexity": one | {"value": 204.4}},
        },
        "fairness": {
            kind: {"groups": {name: {"emotion_uar": one, "gender_accuracy": one}}, "gap": one}
            for kind, name in (("gender", "female"), ("actor", "actor-17 (male)"))
        },
        "emobank": {f"{label}_{d}": one for label in ("combined", "writer", "reader") for d in "vad"},
        "choices": {part: {"understanding": one, "reasoning": one} for part in ("held_out", "chosen_on")},
        "replies": made_replies(one),
        "background": one | {"recall": {"rain": 0.5, "dog": 0.9}, "named_outright": 0.25},
        "words": {
            "recall": {"value": 0.412, "interval": [0.35, 0.47]},
            "recall_by_emotion": {"neutral": 0.812, "sad": 0.3},
            "log_loss": 0.901,
            "log_loss_of_the_shares": 1.28,
            "thinking": one,
            "decoder_alone": one,
            "n": 2180,
        },
        "clips": {
            "summary": summarise_clips(rows, [{"chosen": "A", "chosen_words_given": "B", "answer": "A"}]),
            "clips": rows,
        },
    }
    text = write_card(model, write_figures(model, figures)).read_text()
    assert "| emotion, unweighted average recall, 7 classes | 0.512 [0.450, 0.570] | 240 |" in text
    assert "temperature 1.90 | 0.080 [0.050, 0.110] | 240 |" in text
    assert "| actor-17 (male) | 0.512 [0.450, 0.570] | 0.512 [0.450, 0.570] | 240 |" in text
    assert "| 50% to 60% | 55% | 50% | 9 |" in text
    assert "| told apart (rain 0.50, dog 0.90) | 0.512 [0.450, 0.570] | 240 |" in text
    assert "| named outright, before all else of the same head | 0.250 | 240 |" in text
    assert "| reasoning, all other scripts | 0.512 [0.450, 0.570] | 240 |" in text
    assert "| unweighted average recall (neutral 0.81, sad 0.30) | 0.412 [0.350, 0.470] | 2180 |" in text
    assert "| log-loss of the emotions' shares alone | 1.280 | 2180 |" in text
    assert "| recall of the thinking, words alone | 0.512 [0.450, 0.570] | 240 |" in text
    assert "recogniser writes" not in text  # only a text tower is measured on words as heard
    assert "2,500 steps" in text
    assert "4,522 synthetic clips" in text
    assert "| a | target (sad) | sad | sad, because they lost (90% sure) | Oh / no. |" in text
    assert "Yay." not in text  # the table compares target and neutral
    assert "| cause takes up a word that was said | 0.512 [0.450, 0.570] | 240 |" in text
    assert "| perplexity of the references, per token | 12.3 | 4,321 tokens |" in text
    assert "| distinct-2 of all replies | 0.610 | 300 |" in text
    assert "| Is it / on? | target: a man; sad | sad, because of this | Oh no. |" in text
    assert "|  | neutral: a man; neutral | sad, because of this | Oh no. |" in text
    assert "$" not in text
    assert "We met" not in text  # the data set's own sentences stay out


def test_the_card_tells_what_the_judge_beside_the_checkpoint_was_measured_at(tmp_path):
    assert judged(tmp_path) == "—"
    (tmp_path / "reply_judge").mkdir()
    figures = {"decoder": {"auc": 0.9104, "n": 600}, "corpus_and_dialogue": {"auc": 0.8, "n": 500}}
    (tmp_path / "reply_judge" / "judge.json").write_text(json.dumps({"held_out": figures}))
    assert judged(tmp_path) == (
        "the decoder's own sentences at 0.910 (n = 600 pairs) and "
        "replies to something else, and joined halves, at 0.800 (n = 500 pairs)"
    )


def test_steps_of_a_mean_are_told_for_each():
    one = {"text": {"steps": 2500}}
    assert steps_made(one, "text") == "2,500"
    assert steps_made(one | {"mean": {"of": [{"text": 2500}, {"text": 4100}]}}, "text") == "2,500 and 4,100"


def test_new_figures_replace_only_their_own(tmp_path):
    write_figures(tmp_path, {"ravdess": {"a": 1}, "emobank": {"b": 2}})
    path = write_figures(tmp_path, {"emobank": {"b": 3}})
    assert path.read_text().replace("\n", "").replace(" ", "") == '{"ravdess":{"a":1},"emobank":{"b":3}}'
