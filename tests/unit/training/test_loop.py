import json
import os
import random
import signal
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch
from accelerate.commands.config.config_args import load_config_from_file
from safetensors import safe_open
from torch import nn

from echomind.errors import CheckpointError
from echomind.slm.encoder import EncoderOutput
from echomind.training import loop
from echomind.training.loop import LoopConfig, learning_rate_at, to_device, train
from tests.unit.training import started_runs


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


def started(run_dir: Path, *arguments: str, launch: tuple[str, ...] = ()) -> int:
    """Exit status of a run in processes of its own (negative: the signal that ended it)."""
    alone = {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    command = [sys.executable, *launch, "-m", started_runs.__name__, str(run_dir), *arguments]
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(command, cwd=root, env=os.environ | alone, capture_output=True, timeout=120)
    if done.returncode not in (0, -signal.SIGKILL):
        raise AssertionError(done.stderr.decode()[-3000:])
    return done.returncode


def logged(run_dir: Path) -> list[dict[str, float]]:
    rows = [json.loads(line) for line in (run_dir / "log.jsonl").read_text().splitlines()]
    return [{k: v for k, v in row.items() if k != "seconds"} for row in rows]


def test_fifty_steps_twice_and_killed_three_times_give_one_curve(tmp_path):
    """Killed by SIGKILL: at two steps drawn anew in each run of this test, and while a checkpoint is put in place."""
    model = lambda: started_runs.TwoParts(0.3)  # noqa: E731
    runs = [train(model(), started_runs.batch, started_runs.loss, started_runs.config(), tmp_path / n) for n in "ab"]
    assert curve(runs[0]) == curve(runs[1])
    assert len(runs[0]) == 50
    first, last = random.randint(1, 15), random.randint(30, 49)
    for moment in (f"batch:{first}", "save:24", f"batch:{last}"):
        assert started(tmp_path / "killed", "--kill", moment) == -signal.SIGKILL, moment
    assert started(tmp_path / "killed") == 0
    assert logged(tmp_path / "killed") == logged(tmp_path / "a"), f"killed at {first}, 24 and {last}"
    assert not list((tmp_path / "killed").glob("partial-*"))


def test_two_processes_do_what_one_does_that_accumulates_two_batches(tmp_path):
    one = train(started_runs.TwoParts(0), started_runs.batch, started_runs.loss, started_runs.config(2), tmp_path / "1")
    # What accelerate starts for several GPUs, here on the CPU.
    launch = ("-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2")
    assert started(tmp_path / "2", "--plain", launch=launch) == 0
    two = logged(tmp_path / "2")
    assert [row["step"] for row in two] == list(range(1, 51))  # one of the two writes
    for name in ("loss", "part_0", "part_1"):
        assert [row[name] for row in two] == pytest.approx([row[name] for row in one], rel=1e-4)
    assert curve(one)[-1] < curve(one)[0]


def test_runs_of_two_precisions_follow_each_other_in_one_process(tmp_path):
    for precision in ("bf16", "no", "bf16"):
        rows = train(small(), batch, loss, replace(CONFIG, steps=2, mixed_precision=precision), tmp_path / precision)
        assert rows[-1]["step"] == 2


@pytest.mark.parametrize(("name", "processes"), [("accelerate_1_gpu.json", 1), ("accelerate_8_gpus.json", 8)])
def test_accelerate_reads_the_launch_configurations(name, processes):
    found = load_config_from_file(str(Path(loop.__file__).parent / "configs" / name))
    assert (found.num_processes, found.mixed_precision, found.use_cpu) == (processes, "bf16", False)
    assert found.distributed_type == ("MULTI_GPU" if processes > 1 else "NO")


def test_frozen_weights_are_not_stored_and_not_lost(tmp_path):
    def half(seed: int) -> nn.Sequential:
        model = small(seed)
        model[0].requires_grad_(False)
        return model

    whole = train(half(0), batch, loss, CONFIG, tmp_path / "whole")
    train(half(0), batch, loss, CONFIG, tmp_path / "cut", stop_after=9)
    with safe_open(tmp_path / "cut" / "step-9" / "model.safetensors", "pt") as file:
        assert sorted(file.keys()) == ["2.bias", "2.weight"]
    assert curve(train(half(0), batch, loss, CONFIG, tmp_path / "cut")) == curve(whole)


def test_a_checkpoint_without_what_is_trained_is_refused(tmp_path):
    model = small()
    model[0].requires_grad_(False)
    train(model, batch, loss, CONFIG, tmp_path, stop_after=3)
    with pytest.raises(CheckpointError, match=r"lacks 2 of the weights that are trained, as 0\.weight"):
        train(small(), batch, loss, CONFIG, tmp_path)


@dataclass(frozen=True)
class Holding:
    inner: torch.Tensor
    count: int


def test_every_tensor_of_a_batch_goes_to_the_device():
    encoded = EncoderOutput(last_hidden_state=torch.zeros(2, 3), lengths=torch.ones(2), level=None)
    moved = to_device((Holding(torch.zeros(4), 5), encoded, {"a": torch.zeros(1)}, None), torch.device("meta"))
    assert moved[0].inner.is_meta
    assert moved[0].count == 5
    assert isinstance(moved[1], EncoderOutput)
    assert moved[1].last_hidden_state.is_meta
    assert moved[1].level is None
    assert moved[2]["a"].is_meta
    assert moved[3] is None
