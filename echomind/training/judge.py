"""Stage ``judge``: MiniLM learns to tell replies that people wrote from what the decoder says of its own accord.

Binary cross-entropy on pairs of one utterance (``judge_data``). It is measured on situations that nothing was trained
on (the half that settles choices, ``held_out``): the area under the ROC curve, all replies together, and how often the
one of a pair that a person wrote is the likelier.
"""

from __future__ import annotations

import json
import logging
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from torch import nn
from transformers import PreTrainedTokenizerBase

from echomind.models.slm import load_slm
from echomind.slm.judge import Judge, heard_as, load_judge, new_judge, pieces, save_judge
from echomind.training.data.corpus import as_heard
from echomind.training.held_out import scenarios_held_out
from echomind.training.judge_data import Judged, Pairs, collect, dialogue_turns, prompts_of, train_scenarios
from echomind.training.loop import LoopConfig, Losses, train
from echomind.training.perspectives import layered_groups, ready_to_train
from echomind.training.tower_data import POOL, batches_by_length

log = logging.getLogger(__name__)
REPORT, DRAWN, DRAWN_HELD_OUT = "report.json", "drawn.jsonl", "drawn_held_out.jsonl"
HELD_OUT_SEED = 7


@dataclass(frozen=True)
class JudgeConfig:
    """What is learnt and how. The loop's learning rate is that of the last layer of the encoder.

    ``model`` is the checkpoint whose sentences are judged: it answers ``prompts`` utterances first (kept in
    ``run_dir``, a run that was cut off goes on), and ``held_out_prompts`` of held-out situations to be measured on.
    ``pairs`` make a batch. ``heard_share`` of the utterances are read as a recogniser writes them. ``layer_decay`` and
    ``head_scale`` as in ``TowerConfig``. ``base`` is a folder with another encoder than MiniLM.
    """

    model: Path
    data_root: Path
    run_dir: Path
    out: Path
    loop: LoopConfig
    prompts: int = 1500
    held_out_prompts: int = 150
    pairs: int = 32
    measured_pairs: int = 600
    heard_share: float = 0.2
    layer_decay: float = 0.9
    head_scale: float = 10.0
    dropout: float = 0.0
    seed: int = 0
    base: Path | None = None
    threads: int = 2
    stop_after: int | None = None


class JudgeData:
    """Batches of pairs; :meth:`batch` is a function of seed and step alone.

    Pairs of a pool of batches are sorted by length, so that rows of one batch need little padding.
    """

    def __init__(self, config: JudgeConfig, tokenizer: PreTrainedTokenizerBase, pairs: Pairs) -> None:
        self.config, self.tokenizer, self.pairs = config, tokenizer, pairs
        self._pool: tuple[int, list[list[tuple[Judged, Judged]]]] | None = None

    def _batches(self, pool: int) -> list[list[tuple[Judged, Judged]]]:
        if self._pool is None or self._pool[0] != pool:
            size = self.config.pairs * POOL
            found = [self.pairs.pair(number) for number in range(pool * size, (pool + 1) * size)]
            lengths = [len(a.transcript) + max(len(a.reply), len(b.reply)) for a, b in found]
            rng = random.Random(f"{self.config.seed}-judge-pool-{pool}")
            batches = batches_by_length(list(range(size)), lengths, self.config.pairs, rng)
            self._pool = pool, [[found[i] for i in batch] for batch in batches]
        return self._pool[1]

    def batch(self, step: int) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
        """The model's arguments, ``(2 * pairs, T)`` each, and which replies fit ``(2 * pairs,)``."""
        rng = random.Random(f"{self.config.seed}-judge-{step}")
        texts, fits = [], []
        for pair in self._batches(step // POOL)[step % POOL]:
            heard = rng.random() < self.config.heard_share
            for row in pair:
                said = as_heard(row.transcript) if heard else row.transcript
                texts.append((heard_as(row.emotion, said), row.reply))
                fits.append(float(row.fits))
        return pieces(self.tokenizer, texts), torch.tensor(fits)


def judge_loss(model: nn.Module, batch: tuple[dict[str, torch.Tensor], torch.Tensor]) -> Losses:
    """Binary cross-entropy, and the share that is told rightly."""
    arguments, fits = batch
    odds = model(**arguments).float()
    right = ((odds > 0) == (fits > 0.5)).float().mean()
    return {"loss": nn.functional.binary_cross_entropy_with_logits(odds, fits), "right": right}


def measured(judge: Judge, pairs: Pairs, count: int) -> dict[str, float]:
    """Area under the ROC curve, and how often the written reply of a pair is the likelier one."""
    rows = [pairs.pair(number) for number in range(count)]
    odds = np.array([judge(a.emotion, a.transcript, [a.reply, b.reply]) for a, b in rows])
    labels = np.tile([1, 0], len(rows))
    return {
        "auc": round(float(roc_auc_score(labels, odds.ravel())), 4),
        "pairs_right": round(float((odds[:, 0] > odds[:, 1]).mean()), 4),
        "n": count,
    }


def run_judge(config: JudgeConfig) -> dict[str, Any]:
    """Collect, train, write the judge and its report; returns the report, or where training stands."""
    torch.set_num_threads(config.threads)
    slm = load_slm(str(config.model))
    slm.writer.judge = None  # what the decoder says of its own accord
    turns = dialogue_turns(config.data_root)
    prompts = prompts_of(train_scenarios(), turns, config.seed)
    drawn = collect(slm, prompts, config.prompts, config.run_dir / DRAWN)
    held = scenarios_held_out("dev")
    asked = prompts_of(held, [], HELD_OUT_SEED)
    held_drawn = collect(slm, asked, config.held_out_prompts, config.run_dir / DRAWN_HELD_OUT)
    torch.manual_seed(config.seed)
    model, tokenizer = new_judge(config.base)
    ready_to_train(model, model.encoder, config.dropout)
    data = JudgeData(config, tokenizer, Pairs(drawn, train_scenarios(), turns, config.seed))
    history = train(
        model,
        data.batch,
        judge_loss,
        LoopConfig(**{**vars(config.loop), "seed": config.seed}),
        config.run_dir / "loop",
        groups=layered_groups(
            model.encoder, model.head, config.layer_decay, config.head_scale, config.loop.weight_decay
        ),
        stop_after=config.stop_after,
    )
    if history[-1]["step"] < config.loop.steps:
        return {"stopped": history[-1]["step"], "of": config.loop.steps}
    save_judge(model.eval(), config.out, config.base)
    judge = load_judge(config.out, config.base)  # in 8 bits, as it is shipped
    others = dialogue_turns(config.data_root, "dev")
    figures = {
        "decoder": measured(judge, Pairs(held_drawn, held, [], config.seed), config.measured_pairs),
        "corpus_and_dialogue": measured(judge, Pairs([], held, others, config.seed), config.measured_pairs),
    }
    about = "replies of our corpus, DREAM's and RECCON's training parts, and what the decoder says"
    save_judge(model, config.out, config.base, trained_on=about, held_out=figures)
    report = {
        "places": len(drawn),
        **figures,
        "curve": [{k: round(v, 5) for k, v in row.items() if k != "seconds"} for row in history],
    }
    (config.out / REPORT).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return report
