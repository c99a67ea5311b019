"""Stage ``ears``: the second encoder (``echomind/slm/ears.py``) and the twelve cue heads learn to hear.

What decides which weights are kept has no part in training: two of RAVDESS's actors, and a whole speech synthesiser.
The actors and recordings of the card have no say. The bridge to the decoder is made afterwards by stage ``align``.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.metrics import recall_score

from echomind.slm import EchoMindConfig, EchoMindEncoderConfig, EchoMindForConditionalGeneration, EchoMindProcessor
from echomind.slm.features import EchoMindFeatureExtractor
from echomind.training.cues import AveragedHearing, CueBatch, cue_loss, predict_cues
from echomind.training.hearing_data import HearingData, Mixing
from echomind.training.loop import LoopConfig, Losses, newest_checkpoint, train
from echomind.training.recordings import (
    TRAIN_ACTORS,
    FeatureStore,
    LabelIds,
    Recording,
    made_speakers,
    ravdess,
    surroundings,
    synthetic,
)

log = logging.getLogger(__name__)
EMOTION_WEIGHT = 4.0  # of the emotion among twelve categories: it is the hardest, and replies hang on it
JUDGED_CLIPS = 600  # of the synthesiser left out: enough for every label, seconds to hear
Finish = Callable[[EchoMindForConditionalGeneration, EchoMindProcessor, Any, dict[str, dict[str, Any]]], None]


@dataclass(frozen=True)
class EarsConfig:
    """Stage ``ears``. ``init`` gives decoder, tokenizer and all but the ears; ``encoder`` overrides fields of theirs.

    ``dev_actors`` and the synthesiser ``left_out`` choose among the averages of every ``choose_every`` steps. ``paces``
    make speakers of the other actors. ``decay`` is that of the moving average of the weights.
    """

    data_root: Path
    speech: Path
    init: Path
    run_dir: Path
    out: Path
    loop: LoopConfig
    cache: Path | None = None
    encoder: dict[str, Any] = field(default_factory=dict)
    mixing: dict[str, Any] = field(default_factory=dict)
    dev_actors: Sequence[int] = (15, 16)
    left_out: str = "festival"
    paces: Sequence[float] = (0.87, 0.93, 1.07, 1.15)
    choose_every: int = 300
    decay: float = 0.998
    seed: int = 0
    threads: int = 2


@dataclass(frozen=True)
class Stores:
    """What is trained on (``acted``, ``made``, ``noises``) and what chooses (``actors``, ``synthesiser``)."""

    acted: FeatureStore
    made: FeatureStore
    noises: FeatureStore
    actors: FeatureStore
    synthesiser: FeatureStore


def new_ears(
    init: Path, encoder: dict[str, Any], seed: int
) -> tuple[EchoMindForConditionalGeneration, EchoMindProcessor]:
    """The model of a checkpoint with new, untrained ears of the prosodic kind; ears of that shape are kept."""
    known = EchoMindForConditionalGeneration.from_pretrained(init)
    tokenizer = EchoMindProcessor.from_pretrained(str(init)).tokenizer
    values = known.config.to_dict()
    values["encoder_config"] = EchoMindEncoderConfig(**({"encoder_kind": "prosodic"} | encoder))
    values["temperatures"] = {}
    torch.manual_seed(seed)
    model = EchoMindForConditionalGeneration(EchoMindConfig(**values))
    shapes = {name: value.shape for name, value in model.state_dict().items()}
    same = known.config.encoder_config.encoder_kind == model.config.encoder_config.encoder_kind
    kept = {
        name: value
        for name, value in known.state_dict().items()
        if shapes.get(name) == value.shape and (same or not name.startswith(("encoder.", "cue_heads.")))
    }
    model.load_state_dict(kept, strict=False)
    return model, EchoMindProcessor(EchoMindFeatureExtractor(pitch=True), tokenizer)


def stores_of(config: EarsConfig, extractor: EchoMindFeatureExtractor) -> Stores:
    """The recordings of a configuration as features, computed once. Raises ``DataError`` for what is missing."""
    cache = config.cache or config.run_dir / "cache"
    actors = [a for a in TRAIN_ACTORS if a not in config.dev_actors]
    acted = ravdess(config.data_root, actors)
    made = synthetic(config.speech)

    def store(recordings: Sequence[Recording]) -> FeatureStore:
        return FeatureStore(recordings, extractor, cache)

    return Stores(
        acted=store([*acted, *made_speakers(acted, config.paces)]),
        made=store([r for r in made if r.domain != config.left_out]),
        noises=store(surroundings(config.data_root)),
        actors=store(ravdess(config.data_root, config.dev_actors)),
        synthesiser=store([r for r in made if r.domain == config.left_out][:JUDGED_CLIPS]),
    )


def recalls(probabilities: dict[str, np.ndarray], recordings: Sequence[Recording], ids: LabelIds) -> dict[str, float]:
    """Unweighted average recall of each category that has two labels or more among the recordings."""
    truth = [ids(r.labels) for r in recordings]
    found = {}
    for category, shares in probabilities.items():
        gold = np.array([row[category] for row in truth])
        known = gold >= 0
        if len(set(gold[known])) > 1:
            found[category] = float(
                recall_score(
                    gold[known],
                    shares[known].argmax(1),
                    labels=sorted(set(gold[known])),
                    average="macro",
                    zero_division=0,
                )
            )
    return found


def judge(model: EchoMindForConditionalGeneration, stores: Stores) -> dict[str, float]:
    """Figures on what was never trained on, and ``score``: emotion of real voices and all cues of made ones."""
    ids = LabelIds(model.config.categories)
    real = recalls(predict_cues(model, stores.actors), stores.actors.recordings, ids)
    made = recalls(predict_cues(model, stores.synthesiser), stores.synthesiser.recordings, ids)
    mean = float(np.mean(list(made.values()))) if made else 0.0
    figures = {
        "emotion": real["emotion"],
        "gender": real["gender"],
        "left_out": mean,
        "score": (real["emotion"] + mean) / 2,
    }
    return {k: round(v, 4) for k, v in figures.items()} | {f"left_out_{k}": round(v, 3) for k, v in made.items()}


def ears_loss(hearing: torch.nn.Module, batch: CueBatch) -> Losses:
    """Cross-entropy of the known labels over twelve categories, the emotion counted ``EMOTION_WEIGHT`` times."""
    return cue_loss(hearing(batch.features, batch.lengths), batch.labels, batch.weights, emotion_weight=EMOTION_WEIGHT)


def run_ears(config: EarsConfig, finish: Finish) -> dict[str, Any]:
    """Train new ears and write the checkpoint with the best average so far, by :func:`judge`, every ``choose_every``.

    Resumes what was cut off. ``finish`` writes a checkpoint (``stages.finish``).
    """
    torch.set_num_threads(config.threads)
    model, processor = new_ears(config.init, config.encoder, config.seed)
    stores = stores_of(config, processor.feature_extractor)
    data = HearingData(
        stores.acted,
        stores.made,
        stores.noises,
        model.config.categories,
        bands=processor.feature_extractor.feature_size,
        seed=config.seed,
        mixing=Mixing(**config.mixing),
    )
    hearing = AveragedHearing(model, config.decay)
    loop, best, chosen_by = config.run_dir / "loop", config.run_dir / "best.pt", config.run_dir / "choices.json"
    choices: list[dict[str, float]] = json.loads(chosen_by.read_text()) if chosen_by.is_file() else []
    while True:
        reached = newest_checkpoint(loop)
        step = int(reached.name.split("-")[1]) if reached is not None else 0
        judged = step == 0 or step in [row["step"] for row in choices]
        # A run that was killed between a checkpoint and its judgement judges first; calls with 0 steps load weights.
        more = config.choose_every - step % config.choose_every if judged or step % config.choose_every else 0
        history = train(hearing, data.batch, ears_loss, config.loop, loop, stop_after=more)
        step = min(step + more, config.loop.steps)
        average = {name: value.clone() for name, value in hearing.average().items()}
        hearing.settle()  # the next call of ``train`` loads the weights themselves again
        if step not in [row["step"] for row in choices]:
            choices.append({"step": step, **judge(model, stores)})
            log.info("chosen from: %s", json.dumps(choices[-1]))
            if choices[-1]["score"] >= max(row["score"] for row in choices):
                torch.save(average, best)
            chosen_by.write_text(json.dumps(choices, indent=1) + "\n")
        hearing.settle(torch.load(best, weights_only=True))
        chosen = max(choices, key=lambda row: (row["score"], row["step"]))
        done = {
            **{k: chosen[k] for k in ("emotion", "gender", "left_out")},
            **{"steps": chosen["step"], "clips": len(stores.made), "acted": len(stores.acted)},
            **{"dev_actors": list(config.dev_actors), "left_out_synthesiser": config.left_out},
        }
        finish(model.eval(), processor, config, {"ears": done})
        if step >= config.loop.steps:
            return {"losses": history[-1], "chosen": chosen, "choices": choices}
