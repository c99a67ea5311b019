"""The mean of several checkpoints' weights: ``python -m echomind.training.mean OUT CHECKPOINT CHECKPOINT ...``.

Decoders that were fine-tuned apart from one start often lie in one valley, and their mean errs less than either (model
soups, Wortsman et al., arXiv 2203.05482, section 3). Everything but the weights is the first checkpoint's.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from echomind.errors import ConfigurationError
from echomind.slm import EchoMindForConditionalGeneration
from echomind.slm.backbone import load_model
from echomind.training.stages import SHARD_SIZE, TRAINING, steps_of


def mean_of(checkpoints: Sequence[Path]) -> EchoMindForConditionalGeneration:
    """The first model with the mean of all weights. Raises ``ConfigurationError``: other shapes, or only one."""
    if len(checkpoints) < 2:
        raise ConfigurationError(f"mean: found {len(checkpoints)} checkpoint, expected two or more")
    model = load_model(str(checkpoints[0]), trainable=True)
    states = [model.state_dict(), *(load_model(str(c), trainable=True).state_dict() for c in checkpoints[1:])]
    for folder, state in zip(checkpoints[1:], states[1:], strict=True):
        if {n: v.shape for n, v in state.items()} != {n: v.shape for n, v in states[0].items()}:
            raise ConfigurationError(f"{folder}: found weights of other shapes than in {checkpoints[0]}")
    mean = {
        name: torch.stack([state[name] for state in states]).mean(0) if value.is_floating_point() else value
        for name, value in states[0].items()
    }
    model.load_state_dict(mean)
    return model.eval()


def write_mean(out: Path, checkpoints: Sequence[Path]) -> None:
    """The mean as a checkpoint, with the first one's tokenizer and other files, and what was done for each."""
    model = mean_of(checkpoints)
    if out.resolve() != checkpoints[0].resolve():
        shutil.copytree(checkpoints[0], out, dirs_exist_ok=True)
    for shard in out.glob("*.safetensors*"):
        shard.unlink()
    model.save_pretrained(out, max_shard_size=SHARD_SIZE)
    done = [{name: part["steps"] for name, part in steps_of(c).items() if "steps" in part} for c in checkpoints]
    told = steps_of(checkpoints[0]) | {"mean": {"of": done}}
    (out / TRAINING).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m echomind.training.mean", description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("checkpoints", type=Path, nargs="+")
    options = parser.parse_args(arguments)
    write_mean(options.out, options.checkpoints)
    return 0


if __name__ == "__main__":
    sys.exit(main())
