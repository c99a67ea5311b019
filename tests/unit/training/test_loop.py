import json

import pytest
import torch
from torch import nn

from echomind.training.loop import LoopConfig, learning_rate_at, train


def small(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(4, 16), nn.Dropout(0.3), nn.Linear(16, 1))


def batch(step: int) -> torch.Tensor:
    return torch.randn(8, 4, generator=torch.Generator().manual_seed(step))


def loss(model: nn.Module, x: torch.Tensor) -> dict[str, torch.Tensor]:
    return {"loss": (model(x)[:, 0] - x.sum(1)).square().mean()}


CONFIG = LoopConfig(steps=30, learning_rate=0.01, warmup_steps=5, save_every=4, log_every=1)


def curve(rows: list[dict[str, float]]) -> list[float]:
    return [row["loss"] for row in rows]


def test_the_same_seed_gives_the_same_curve(tmp_path):
    first = train(small(), batch, loss, CONFIG, tmp_path / "a")
    second = train(small(), batch, loss, CONFIG, tmp_path / "b")
    assert curve(first) == curve(second)
    assert curve(first)[-1] < curve(first)[0]


@pytest.mark.parametrize("cut", [1, 6, 8, 29])
def test_a_run_that_was_cut_off_gives_the_curve_of_one_that_was_not(tmp_path, cut):
    whole = train(small(), batch, loss, CONFIG, tmp_path / "whole")
    train(small(), batch, loss, CONFIG, tmp_path / "cut", stop_after=cut)
    resumed = train(small(seed=7), batch, loss, CONFIG, tmp_path / "cut")  # other initial weights: must not matter
    assert curve(resumed) == curve(whole)


def test_a_crash_between_checkpoints_goes_back_to_the_last_one(tmp_path):
    whole = train(small(), batch, loss, CONFIG, tmp_path / "whole")

    def crashing(step: int) -> torch.Tensor:
        if step == 10:
            raise KeyboardInterrupt
        return batch(step)

    with pytest.raises(KeyboardInterrupt):
        train(small(), crashing, loss, CONFIG, tmp_path / "crash")
    assert curve(train(small(), batch, loss, CONFIG, tmp_path / "crash")) == curve(whole)
    steps = [json.loads(line)["step"] for line in (tmp_path / "crash" / "log.jsonl").read_text().splitlines()]
    assert steps == list(range(1, 31))  # no step is logged twice


def test_only_the_newest_two_checkpoints_stay(tmp_path):
    train(small(), batch, loss, CONFIG, tmp_path)
    assert sorted(p.name for p in tmp_path.glob("step-*")) == ["step-28", "step-30"]
    assert not list(tmp_path.glob("partial-*"))


def test_learning_rate_rises_then_falls_to_a_tenth():
    rates = [learning_rate_at(s, CONFIG) for s in range(31)]
    assert rates[0] == pytest.approx(0.002)
    assert max(rates) == pytest.approx(0.01)
    assert rates[30] == pytest.approx(0.001)
