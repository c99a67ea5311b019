"""What training on one perspective or on both gives on EmoBank's official split, and the tower that is shipped.

Pearson r of each dimension against the writer's ratings, the readers' and the combined label, with 95 % percentile
bootstrap intervals over sentences; differences between two towers are taken on the same resampled sentences.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
import torch

from echomind.errors import ConfigurationError
from echomind.slm.tower import load_tower, save_tower
from echomind.training.card import bootstrap
from echomind.training.data.corpus import as_heard
from echomind.training.data.published import load_emobank
from echomind.training.perspectives import PERSPECTIVES, TowerConfig, averaged, predict, train_tower
from echomind.training.word_emotions import fit_emotions

log = logging.getLogger(__name__)
REPORT = "report.json"
DIMENSIONS = "vad"
BOTH = "both"
Figures = dict[str, dict[str, Any]]


def views(predicted: np.ndarray) -> dict[str, np.ndarray]:
    """Predictions ``(n, 6)`` as those of each label ``(n, 3)``; the combined label is about the mean of both sides."""
    return {
        "combined": (predicted[:, :3] + predicted[:, 3:]) / 2,
        "writer": predicted[:, :3],
        "reader": predicted[:, 3:],
    }


def pearson(guess: np.ndarray, gold: np.ndarray) -> np.ndarray:
    """Pearson r of each column, ``(columns,)``; 0 where a column is constant, which says nothing about the other."""
    a, b = guess - guess.mean(0), gold - gold.mean(0)
    norm = np.sqrt((a**2).sum(0) * (b**2).sum(0))
    return np.divide((a * b).sum(0), norm, out=np.zeros_like(norm), where=norm > 0)


def lin(guess: np.ndarray, gold: np.ndarray) -> np.ndarray:
    """Concordance correlation of each column, which also counts shrunken and shifted predictions as wrong."""
    covariance = ((guess - guess.mean(0)) * (gold - gold.mean(0))).mean(0)
    return 2 * covariance / (guess.var(0) + gold.var(0) + (guess.mean(0) - gold.mean(0)) ** 2)


def agreement(predicted: np.ndarray, golds: dict[str, np.ndarray]) -> Figures:
    """r with its interval, CCC and MSE by label and dimension."""
    found: Figures = {}
    for label, guess in views(predicted).items():
        gold, n = golds[label], len(predicted)
        r, ccc, mse = pearson(guess, gold), lin(guess, gold), ((guess - gold) ** 2).mean(0)
        found[label] = {}
        for i, dimension in enumerate(DIMENSIONS):

            def drawn(rows: np.ndarray, a: np.ndarray = guess[:, [i]], b: np.ndarray = gold[:, [i]]) -> float:
                return float(pearson(a[rows], b[rows])[0])

            found[label][dimension] = {
                "value": round(float(r[i]), 4),
                "interval": bootstrap(drawn, n),
                "n": n,
                "ccc": round(float(ccc[i]), 4),
                "mse": round(float(mse[i]), 4),
            }
    return found


def difference(first: np.ndarray, second: np.ndarray, golds: dict[str, np.ndarray]) -> Figures:
    """r of the first predictions minus r of the second, by label and dimension, on the same sentences."""
    found: Figures = {}
    for label, guess in views(first).items():
        other, gold = views(second)[label], golds[label]
        found[label] = {}
        for i, dimension in enumerate(DIMENSIONS):

            def drawn(
                rows: np.ndarray,
                a: np.ndarray = guess[:, [i]],
                b: np.ndarray = other[:, [i]],
                c: np.ndarray = gold[:, [i]],
            ) -> float:
                return float((pearson(a[rows], c[rows]) - pearson(b[rows], c[rows]))[0])

            found[label][dimension] = {
                "value": round(drawn(np.arange(len(gold))), 4),
                "interval": bootstrap(drawn, len(gold)),
                "n": len(gold),
            }
    return found


def _part(config: TowerConfig, part: str) -> tuple[list[str], dict[str, np.ndarray]]:
    texts, sides, combined = load_emobank(config.data_root, part)
    return texts, {"combined": combined, "writer": sides[:, :3], "reader": sides[:, 3:]}


def run_perspectives(config: TowerConfig) -> dict[str, Any]:
    """All runs of a configuration; writes the tower that learnt both sides, and ``report.json`` beside it.

    Returns the report, or where training stands when ``stop_after`` ended it. The weights of a perspective's seeds,
    and of the towers ``beside`` those that learnt both sides, are averaged before anything is measured.
    """
    if unknown := set(config.perspectives) - set(PERSPECTIVES):
        raise ConfigurationError(f"unknown perspectives {sorted(unknown)}: expected some of {sorted(PERSPECTIVES)}")
    torch.set_num_threads(config.threads)
    beside = [load_tower(path, config.base).tower for path in config.beside]  # what is missing is told before training
    dev, dev_golds = _part(config, "dev")
    test, test_golds = _part(config, "test")
    curves: dict[str, list[dict[str, float]]] = {}
    dev_r: dict[str, Any] = {}
    predicted: dict[str, np.ndarray] = {}
    emotions: dict[str, Any] = {}
    for perspective in config.perspectives:
        towers, tokenizer = [], None
        for seed in config.seeds:
            tower, tokenizer, history = train_tower(config, perspective, seed)
            run = f"{perspective}-{seed}"
            curves[run] = [{k: round(v, 5) for k, v in row.items() if k != "seconds"} for row in history]
            if history[-1]["step"] < config.loop.steps:
                return {"stopped": {run: history[-1]["step"]}, "of": config.loop.steps}
            dev_r[run] = _rs(predict(tower, tokenizer, dev, perspective), dev_golds)
            log.info("%s: dev r %s", run, json.dumps(dev_r[run]))
            towers.append(tower)
        if tokenizer is None:
            raise ConfigurationError("seeds: found none, expected at least one")
        if perspective == BOTH:
            towers += beside
        mean = averaged(towers)
        dev_r[perspective] = _rs(predict(mean, tokenizer, dev, perspective), dev_golds)
        predicted[perspective] = predict(mean, tokenizer, test, perspective)
        if perspective == BOTH:
            emotions = fit_emotions(mean, tokenizer, config.data_root)
            save_tower(mean, config.out, config.base, trained_on=trained_on(config))
    report: dict[str, Any] = {
        "study": "perspectives",
        "data": "EmoBank, official split; r on its test part",
        "encoder": "all-MiniLM-L6-v2" if config.base is None else config.base.name,
        "budget": _budget(config),
        "scores": {name: agreement(p, test_golds) for name, p in predicted.items()},
        "differences": {
            f"{BOTH} - {name}": difference(predicted[BOTH], p, test_golds)
            for name, p in predicted.items()
            if name != BOTH and BOTH in predicted
        },
        "dev_r": dev_r,
        "curves": curves,
    }
    if BOTH in predicted:
        report["shipped"] = shipped_scores(config, test, test_golds)
        report["emotions"] = emotions
    config.out.mkdir(parents=True, exist_ok=True)
    (config.out / REPORT).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return report


def trained_on(config: TowerConfig) -> str:
    """What the weights saw, for the description beside them."""
    taught = "; a teacher's ratings of it cut and joined anew, of DREAM, RECCON and our corpus" if config.taught else ""
    return f"EmoBank, official training part, writer and reader{taught}; RECCON's training part (emotions)"


def shipped_scores(config: TowerConfig, texts: list[str], golds: dict[str, np.ndarray]) -> dict[str, Figures]:
    """What the tower on the disk gives, for sentences as written and as a recogniser would write them."""
    vad = load_tower(config.out, config.base)
    forms: dict[str, Callable[[str], str]] = {"written": str, "heard": as_heard}
    return {name: agreement(vad([form(t) for t in texts]).numpy(), golds) for name, form in forms.items()}


def _rs(predicted: np.ndarray, golds: dict[str, np.ndarray]) -> dict[str, list[float]]:
    return {label: pearson(guess, golds[label]).round(4).tolist() for label, guess in views(predicted).items()}


def _budget(config: TowerConfig) -> dict[str, Any]:
    left_out = {"data_root", "run_dir", "out", "base", "taught", "start", "beside", "threads", "stop_after"}
    kept = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(config).items() if k not in left_out}
    kept |= {"towers_beside": len(config.beside)} if config.beside else {}
    kept |= {"goes_on_from": config.start.name} if config.start else {}
    return kept if config.taught is not None else {k: v for k, v in kept.items() if not k.startswith("taught_")}
