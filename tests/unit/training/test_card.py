import numpy as np
import pytest

from echomind.training.card import bootstrap, expected_calibration_error, summarise_clips


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
        "reference": "We met, at noon.",
        "heard": "we met at moon" if style == "target" else "we met at noon",
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
    summary = summarise_clips(rows, [{"chosen": "A", "answer": "A"}, {"chosen": "B", "answer": "A"}])
    assert summary["wer_neutral"] == {"value": 0.0, "n": 2}
    assert summary["wer_target"] == {"value": 0.25, "n": 2}
    assert summary["cue_among_three_strongest"] == {"count": 2, "n": 4}
    assert summary["neutral_heard_as_emotional"] == {"count": 1, "n": 2}
    assert summary["target_cue_higher_than_in_neutral"] == {"count": 1, "n": 2}
    assert summary["replies_differ_target_neutral"] == {"count": 1, "n": 2}
    assert summary["questions_right"] == {"count": 1, "n": 2}
