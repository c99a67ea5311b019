"""The figures of the model card, each from one function that anyone can run again (``python -m echomind card``).

Intervals are 95 % percentile bootstrap intervals with a fixed seed over the unit named beside them.
"""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
from sklearn.metrics import recall_score

from echomind.audio import load_clip
from echomind.errors import ConfigurationError, DataError
from echomind.models.asr import load_recognizer
from echomind.models.protocol import Perception, Thinking
from echomind.models.slm import EchoMindSLM, load_slm
from echomind.talk.events import Done, Event, Heard, Perceived, Thought
from echomind.talk.turn import Models, talk
from echomind.taxonomy import ADULT, NEUTRAL, NONE, attribute_of
from echomind.training.card_background import measure_background
from echomind.training.card_choices import measure_choices
from echomind.training.card_fairness import measure_fairness
from echomind.training.cues import predict_cues
from echomind.training.data.corpus import as_heard
from echomind.training.data.published import load_emobank
from echomind.training.recordings import TEST_ACTORS, FeatureStore, ravdess
from echomind.training.reply_evaluation import measure_replies
from echomind.training.text import predict_vad
from echomind.training.word_emotions import measure_word_emotions

log = logging.getLogger(__name__)
RESAMPLES, SEED = 2_000, 0
BINS = 10  # of a winner's probability
FIGURES = "figures.json"  # beside the checkpoint, the source of every number on its card
Figure = dict[str, Any]


def bootstrap(values: Callable[[np.ndarray], float], n: int) -> list[float]:
    """95 % interval of a statistic of resampled indices ``(n,)``; indices that give no number are left out."""
    rng = np.random.default_rng(SEED)
    drawn = np.array([values(rng.integers(0, n, n)) for _ in range(RESAMPLES)])
    return [round(float(q), 3) for q in np.nanquantile(drawn, (0.025, 0.975))]


def _figure(value: float, interval: Sequence[float], n: int, unit: str) -> Figure:
    return {"value": round(float(value), 3), "interval": list(interval), "n": n, "unit": unit}


def expected_calibration_error(probability: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error of the winning class over equal-width bins (Guo et al. 2017, eq. 3)."""
    edges = np.clip((probability * bins).astype(int), 0, bins - 1)
    gaps = [abs(right[edges == b].mean() - probability[edges == b].mean()) * (edges == b).mean() for b in set(edges)]
    return float(sum(gaps))


def reliability(probability: np.ndarray, right: np.ndarray) -> list[dict[str, float]]:
    """For each filled bin of the winner's probability: bounds, clips, mean probability, share that was right."""
    bins = np.clip((probability * BINS).astype(int), 0, BINS - 1)
    return [
        {
            "low": round(b / BINS, 2),
            "high": round((b + 1) / BINS, 2),
            "n": int((bins == b).sum()),
            "probability": round(float(probability[bins == b].mean()), 3),
            "right": round(float(right[bins == b].mean()), 3),
        }
        for b in sorted({int(b) for b in bins})
    ]


def measure_ravdess(slm: EchoMindSLM, root: Path) -> Figure:
    """RAVDESS actors 17-20: unweighted recall of 7 emotions (calm counts as neutral), gender accuracy, calibration."""
    with tempfile.TemporaryDirectory() as cache:
        store = FeatureStore(ravdess(root, TEST_ACTORS), slm.processor.feature_extractor, Path(cache))
    probabilities = predict_cues(slm.model, store)
    labels = slm.model.config.categories
    truth = {c: np.array([labels[c].index(str(r.labels[c])) for r in store.recordings]) for c in ("emotion", "gender")}
    best = {c: probabilities[c].argmax(1) for c in truth}
    n = len(store)

    def uar(rows: np.ndarray) -> float:
        return float(recall_score(truth["emotion"][rows], best["emotion"][rows], average="macro", zero_division=0))

    def gender(rows: np.ndarray) -> float:
        return float((truth["gender"][rows] == best["gender"][rows]).mean())

    everything = np.arange(n)
    recalls = recall_score(truth["emotion"], best["emotion"], average=None, zero_division=0)
    by_gender = {}
    for name in labels["gender"]:
        rows = np.flatnonzero(truth["gender"] == labels["gender"].index(name))
        by_gender[name] = {"emotion_uar": round(uar(rows), 3), "n": len(rows)}
    sure, right = probabilities["emotion"].max(1), (best["emotion"] == truth["emotion"]).astype(float)

    def calibration(rows: np.ndarray) -> float:
        return expected_calibration_error(sure[rows], right[rows], BINS)

    return {
        "emotion_uar": _figure(uar(everything), bootstrap(uar, n), n, "clips"),
        "gender_accuracy": _figure(gender(everything), bootstrap(gender, n), n, "clips"),
        "emotion_ece": round(calibration(everything), 3),
        "emotion_ece_interval": bootstrap(calibration, n),
        "emotion_temperature": slm.model.config.temperatures.get("emotion", 1.0),
        "emotion_reliability": reliability(sure, right),
        "recall_by_emotion": {
            (NEUTRAL if label == NONE else label): round(float(r), 3)
            for label, r in zip(labels["emotion"], recalls, strict=True)
        },
        "emotion_by_gender": by_gender,
    }


def measure_emobank(slm: EchoMindSLM, root: Path) -> Figure:
    """EmoBank, official test split, from text: Pearson r of V, A, D on the combined label, the writer's, reader's.

    With a text tower also, as ``heard_...``, for the sentences as a recogniser would write them.
    """
    texts, sides, combined = load_emobank(root, "test")
    if slm.tower is None:
        return _correlations(predict_vad(slm.model, slm.processor, texts), sides, combined)
    heard = _correlations(slm.tower([as_heard(text) for text in texts]).numpy(), sides, combined)
    return _correlations(slm.tower(texts).numpy(), sides, combined) | {f"heard_{k}": v for k, v in heard.items()}


def _correlations(predicted: np.ndarray, sides: np.ndarray, combined: np.ndarray) -> Figure:
    pairs = {
        "combined": ((predicted[:, :3] + predicted[:, 3:]) / 2, combined),
        "writer": (predicted[:, :3], sides[:, :3]),
        "reader": (predicted[:, 3:], sides[:, 3:]),
    }
    figures: Figure = {}
    for name, (guess, gold) in pairs.items():
        for i, dimension in enumerate("vad"):

            def r(rows: np.ndarray, i: int = i, guess: np.ndarray = guess, gold: np.ndarray = gold) -> float:
                return float(np.corrcoef(guess[rows, i], gold[rows, i])[0, 1])

            figures[f"{name}_{dimension}"] = _figure(
                r(np.arange(len(predicted))), bootstrap(r, len(predicted)), len(predicted), "sentences"
            )
    return figures


def _real_clips(root: Path) -> list[dict[str, Any]]:
    listing = root / "echomind_clips" / "clips.json"
    if not listing.is_file():
        raise DataError(f"{listing} is missing: it lists the clips of the EchoMind project page used as a check")
    return json.loads(listing.read_text(encoding="utf-8"))


def _scores(perception: Perception) -> dict[str, float]:
    """Probability of every attribute but gender, which is always there and would crowd the list."""
    return {a: p for category, cue in perception.cues.items() if category != "gender" for a, p in cue.scores.items()}


def word_errors(reference: str, heard: str) -> int:
    """Substitutions, deletions and insertions, lower-cased and without punctuation."""
    out = jiwer.process_words(as_heard(reference), as_heard(heard))
    return out.substitutions + out.deletions + out.insertions


def _turn(events: Iterable[Event]) -> tuple[str, Perception, Thinking, str]:
    """Words, perception, thinking and reply of a turn. ``DataError`` where it has no thinking: a fixed answer."""
    heard, reply, perception, thinking = "", "", None, None
    for event in events:
        match event:
            case Heard(transcript):
                heard = transcript.text
            case Perceived(found):
                perception = found
            case Thought(found):
                thinking = found
            case Done(text):
                reply = text
    if perception is None or thinking is None:
        raise DataError(f"found a fixed answer to {heard!r}, expected one of the model")
    return heard, perception, thinking, reply


def measure_clips(slm: EchoMindSLM, root: Path) -> Figure:
    """Real EchoMind clips (never trained on): word errors, cues, thinking, replies as they are, the five questions.

    Each clip is one turn of ``talk``, as the page answers a clip that is uploaded there. The sentences themselves are
    not part of the figures: they belong to the data set.
    """
    models = Models(load_recognizer("pocketsphinx", "cpu"), slm)
    rows, questions = [], []
    for entry in _real_clips(root):
        clip = load_clip(root / "echomind_clips" / entry["file"])
        heard, perception, thinking, reply = _turn(talk(clip, models, entry["topic"], voice=None))
        cue = NEUTRAL if entry["style"] == "neutral" else attribute_of(entry["cue"])
        scores = _scores(perception)
        wanted = scores | dict(perception.cues["gender"].scores)
        stronger = sum(p > wanted[cue] for p in scores.values()) if cue != NEUTRAL else None
        rows.append(
            {
                "file": entry["file"],
                "case": entry["case_id"],
                "style": entry["style"],
                "cue": cue,
                "words": len(as_heard(entry["transcript"]).split()),
                "word_errors": word_errors(entry["transcript"], heard),
                "rank_of_cue": None if stronger is None else stronger + 1,
                "cue_scores": {a: round(p, 3) for a, p in wanted.items()},
                "emotion": perception.cues["emotion"].label,
                "thinking": {"emotion": thinking.emotion, "cause": thinking.cause, "confidence": thinking.confidence},
                "reply": reply,
            }
        )
        for question in entry.get("questions", ()):
            row = {"type": question["type"], "answer": question["answer"]}
            for name, words in {"chosen": heard, "chosen_words_given": entry["transcript"]}.items():
                shares = slm.choose(clip, question["question"], question["options"], transcript=words)
                row[name] = max(shares, key=lambda k: shares[k])
            questions.append(row)
    return {"summary": summarise_clips(rows, questions), "clips": rows, "questions": questions}


def summarise_clips(rows: Sequence[dict[str, Any]], questions: Sequence[dict[str, Any]]) -> Figure:
    """What the clips say in a few numbers; counts, since there are too few for intervals."""
    summary: Figure = {}
    for style in ("target", "neutral", "alternative"):
        chosen = [r for r in rows if r["style"] == style]
        wer = sum(r["word_errors"] for r in chosen) / sum(r["words"] for r in chosen)
        summary[f"wer_{style}"] = {"value": round(wer, 3), "n": len(chosen)}
    cued = [r for r in rows if r["rank_of_cue"] is not None and r["cue"] != ADULT]
    summary["cue_among_three_strongest"] = {"count": sum(r["rank_of_cue"] <= 3 for r in cued), "n": len(cued)}
    neutral = [r for r in rows if r["style"] == "neutral"]
    summary["neutral_heard_as_emotional"] = {"count": sum(r["emotion"] != NONE for r in neutral), "n": len(neutral)}
    scripts = {r["case"] for r in neutral}
    by = {(r["case"], r["style"]): r for r in rows if not r["file"].startswith("mcq_")}
    higher, differ = 0, 0
    for case in scripts:
        target, plain = by[case, "target"], by[case, "neutral"]
        higher += target["cue_scores"][target["cue"]] > plain["cue_scores"][target["cue"]]
        differ += target["reply"] != plain["reply"]
    summary["target_cue_higher_than_in_neutral"] = {"count": higher, "n": len(scripts)}
    summary["replies_differ_target_neutral"] = {"count": differ, "n": len(scripts)}
    for name, kind in {"questions_right": "chosen", "questions_right_words_given": "chosen_words_given"}.items():
        summary[name] = {"count": sum(q[kind] == q["answer"] for q in questions), "n": len(questions)}
    return summary


MEASUREMENTS: dict[str, Callable[[EchoMindSLM, Path], Figure]] = {
    "ravdess": measure_ravdess,
    "emobank": measure_emobank,
    "words": measure_word_emotions,
    "clips": measure_clips,
    "choices": measure_choices,
    "fairness": measure_fairness,
    "replies": measure_replies,
    "background": measure_background,
}


def measure(model: Path, data_root: Path, only: Sequence[str] | None = None) -> Figure:
    """Run the measurements (all, or those named) on a checkpoint."""
    names = list(only or MEASUREMENTS)
    if unknown := set(names) - set(MEASUREMENTS):
        raise ConfigurationError(f"unknown measurement {sorted(unknown)}: expected some of {sorted(MEASUREMENTS)}")
    slm = load_slm(str(model))
    figures = {}
    for name in names:
        log.info("measuring %s", name)
        figures[name] = MEASUREMENTS[name](slm, data_root)
    return figures


def write_figures(model: Path, figures: Figure) -> Path:
    """Write figures next to the checkpoint; those measured now replace older ones of the same name."""
    path = model / FIGURES
    known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    path.write_text(json.dumps(known | figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
