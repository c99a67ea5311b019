"""A small training run as a process of its own, which tests start, kill and start again.

``python -m tests.unit.training.started_runs RUN_DIR [--kill batch:N | save:N] [--plain] [--accumulate N]``
"""

from __future__ import annotations

import argparse
import os
import signal
from pathlib import Path

import torch
from torch import nn

from echomind.training.loop import LoopConfig, train

STEPS = 50


class TwoParts(nn.Module):
    """Even batches pass the first part alone, as a batch of text does not pass the projector; the end is shared."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.first, self.second = nn.Linear(4, 8), nn.Linear(4, 8)
        self.end = nn.Sequential(nn.GELU(), nn.Dropout(dropout), nn.Linear(8, 1))

    def forward(self, number: int, x: torch.Tensor) -> torch.Tensor:
        return self.end(self.first(x) if number % 2 == 0 else self.second(x))[:, 0]


def batch(number: int) -> tuple[int, torch.Tensor]:
    return number, torch.randn(8, 4, generator=torch.Generator().manual_seed(number))


def loss(model: nn.Module, drawn: tuple[int, torch.Tensor]) -> dict[str, torch.Tensor]:
    number, x = drawn
    value = (model(number, x) - x.sum(1)).square().mean()
    return {"loss": value, f"part_{number % 2}": value}


def config(accumulate: int = 1) -> LoopConfig:
    return LoopConfig(steps=STEPS, learning_rate=0.01, warmup_steps=5, save_every=4, log_every=1, accumulate=accumulate)


def killed_when(moment: str) -> None:
    """Make this process kill itself (SIGKILL: nothing is tidied up) at a batch, or with a checkpoint half in place."""
    kind, number = moment.split(":")
    die = lambda: os.kill(os.getpid(), signal.SIGKILL)  # noqa: E731
    if kind == "save":
        rename = Path.rename

        def renamed(self: Path, target: Path) -> Path:
            if self.name == f"partial-{number}":
                die()
            return rename(self, target)

        Path.rename = renamed  # type: ignore[method-assign, assignment]
        return
    drawn = batch

    def deadly(n: int) -> tuple[int, torch.Tensor]:
        if n == int(number):
            die()
        return drawn(n)

    globals()["batch"] = deadly


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("run_dir", type=Path)
    parser.add_argument("--kill", default="")
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--accumulate", type=int, default=1)
    args = parser.parse_args()
    if args.kill:
        killed_when(args.kill)
    torch.set_num_threads(1)
    train(TwoParts(0.0 if args.plain else 0.3), batch, loss, config(args.accumulate), args.run_dir)
