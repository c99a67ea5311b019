"""The one training loop: seeded, logged, resumable to the step, on ``accelerate``.

A stage gives ``batch(number)`` and ``loss(model, batch)``. Batches are a function of the seed and number alone, and the
random state of dropout is stored with the weights, so a run that was cut off and resumed gives the curve of one that
was not. A checkpoint is written to a temporary folder and renamed, so the newest folder is always complete.

Under ``accelerate launch`` each of N processes reads batches of its own, and gradients are averaged over them: one step
of N processes is one step of a single process that accumulates N batches.
"""

from __future__ import annotations

import json
import logging
import math
import shutil
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, cast

import torch
from accelerate import Accelerator, PartialState
from accelerate.state import AcceleratorState
from accelerate.utils import DistributedDataParallelKwargs, gather_object, set_seed
from safetensors import safe_open
from torch import nn

from echomind.errors import CheckpointError

log = logging.getLogger(__name__)

Losses = dict[str, torch.Tensor]  # "loss" is what is minimised; the rest is logged


@dataclass(frozen=True)
class LoopConfig:
    """How long, how fast, how often to save. ``mixed_precision``: "no" or "bf16" (1.5x on CPUs with AVX512-BF16).

    ``accumulate`` batches make one step, for batches that are larger than the memory.
    """

    steps: int
    learning_rate: float = 1e-3
    warmup_steps: int = 100
    weight_decay: float = 0.05
    clip_norm: float = 1.0
    save_every: int = 200
    log_every: int = 20
    seed: int = 0
    mixed_precision: str = "no"
    accumulate: int = 1
    compile: bool = False  # needs a C++ compiler; each batch shape costs a minute once, then 2.7x (bf16, two cores)


def processes() -> PartialState:
    """This process among those that train together: one, unless ``accelerate launch`` started more."""
    return PartialState(cpu=not torch.cuda.is_available())


def learning_rate_at(step: int, config: LoopConfig) -> float:
    """Linear warm-up, then a cosine to a tenth of the peak."""
    if step < config.warmup_steps:
        return config.learning_rate * (step + 1) / config.warmup_steps
    progress = (step - config.warmup_steps) / max(1, config.steps - config.warmup_steps)
    return config.learning_rate * (0.1 + 0.45 * (1 + math.cos(math.pi * min(1.0, progress))))


def newest_checkpoint(run_dir: Path) -> Path | None:
    """The last complete checkpoint of a run, if there is one."""
    found = sorted(run_dir.glob("step-*"), key=lambda p: int(p.name.split("-")[1]))
    return found[-1] if found else None


def parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Weight decay for matrices only, as usual; norms, biases and embeddings of size one dimension go without."""
    trained = [p for p in model.parameters() if p.requires_grad]
    return [
        {"params": [p for p in trained if p.ndim >= 2], "weight_decay": weight_decay},
        {"params": [p for p in trained if p.ndim < 2], "weight_decay": 0.0},
    ]


def train(
    model: nn.Module,
    batch: Callable[[int], Any],
    loss: Callable[[nn.Module, Any], Losses],
    config: LoopConfig,
    run_dir: Path,
    *,
    groups: list[dict[str, Any]] | None = None,
    stop_after: int | None = None,
) -> list[dict[str, float]]:
    """Train to ``config.steps`` (or stop early after ``stop_after`` steps of this call) and return the log.

    ``groups`` are parameter groups other than :func:`parameter_groups`; "scale" in one multiplies the learning rate.
    ``run_dir`` gets ``log.jsonl`` (step, losses, learning rate, seconds) and ``step-N`` checkpoints, of which the last
    two are kept; a later call with the same arguments goes on from there. What is frozen is not stored again.
    """
    AcceleratorState._reset_state()  # an earlier run of this process may have had another precision
    accelerator = Accelerator(
        mixed_precision=config.mixed_precision,
        cpu=not torch.cuda.is_available(),
        # A batch of text does not pass the projector, a batch of another process may.
        kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)],
    )
    set_seed(config.seed, device_specific=True)  # dropout differs between processes; the first has the seed itself
    groups = groups if groups is not None else parameter_groups(model, config.weight_decay)
    optimizer = torch.optim.AdamW(groups, lr=config.learning_rate, betas=(0.9, 0.98))
    prepared, optimizer = accelerator.prepare(model, optimizer)
    run_dir.mkdir(parents=True, exist_ok=True)
    main = accelerator.is_main_process
    log_path, step = run_dir / "log.jsonl", 0
    history: list[dict[str, float]] = []
    if (checkpoint := newest_checkpoint(run_dir)) is not None:
        load_checkpoint(accelerator, prepared, checkpoint)
        step = int(checkpoint.name.split("-")[1])
        history = [row for row in map(json.loads, log_path.read_text().splitlines()) if row["step"] <= step]
        log.info("resuming %s at step %d", run_dir, step)
    accelerator.wait_for_everyone()  # everybody has read the log
    if main:
        log_path.write_text("".join(json.dumps(row) + "\n" for row in history))
        (run_dir / "config.json").write_text(json.dumps(asdict(config), indent=1))
    last = min(config.steps, step + stop_after) if stop_after is not None else config.steps
    prepared.train()
    called = torch.compile(prepared, dynamic=False) if config.compile else prepared
    sums: dict[str, float] = {}
    counted, started = 0, time.perf_counter()
    while step < last:
        rate = learning_rate_at(step, config)
        for group in optimizer.param_groups:
            group["lr"] = rate * group.get("scale", 1.0)
        for part in range(config.accumulate):
            number = (step * config.accumulate + part) * accelerator.num_processes + accelerator.process_index
            last_part = part == config.accumulate - 1
            with nullcontext() if last_part else accelerator.no_sync(prepared):
                with accelerator.autocast():
                    losses = loss(cast(nn.Module, called), to_device(batch(number), accelerator.device))
                accelerator.backward(losses["loss"] / config.accumulate)
            for name, value in losses.items():
                sums[name] = sums.get(name, 0.0) + float(value.detach()) / config.accumulate
        accelerator.clip_grad_norm_(prepared.parameters(), config.clip_norm)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        counted += 1
        if step % config.log_every == 0 or step == last:
            every = gather_object([sums])
            names = dict.fromkeys(name for one in every for name in one)
            row = {name: sum(one.get(name, 0.0) for one in every) / len(every) / counted for name in names}
            row |= {"step": step, "lr": rate, "seconds": round(time.perf_counter() - started, 3)}
            history.append(row)
            if main:
                with log_path.open("a") as file:
                    file.write(json.dumps(row) + "\n")
                log.info("%s", json.dumps({k: round(v, 4) for k, v in row.items()}))
            sums, counted, started = {}, 0, time.perf_counter()
        if step % config.save_every == 0 or step == last:
            save_checkpoint(accelerator, run_dir, step)
    accelerator.free_memory()
    return history


def to_device(value: Any, device: torch.device) -> Any:
    """A batch with its tensors on a device: those in tuples, dictionaries and dataclasses; other values as they are."""
    if isinstance(value, torch.Tensor):
        return value.to(device)
    if isinstance(value, tuple):
        return tuple(to_device(v, device) for v in value)
    if isinstance(value, dict):  # a ModelOutput is one, and a dataclass
        moved = {k: to_device(v, device) for k, v in value.items()}
        return moved if type(value) is dict else type(value)(**moved)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: to_device(getattr(value, f.name), device) for f in fields(value)})
    return value


def frozen_in(model: nn.Module) -> set[str]:
    """Names of the weights that training does not move, as ``state_dict`` names them."""
    return {name for name, p in model.named_parameters(remove_duplicate=False) if not p.requires_grad}


def save_checkpoint(accelerator: Accelerator, run_dir: Path, step: int, keep: int = 2) -> None:
    """Write ``step-N`` complete or not at all, then drop all but the newest ``keep``. Every process takes part."""
    partial = run_dir / f"partial-{step}"
    if accelerator.is_main_process:
        shutil.rmtree(partial, ignore_errors=True)
    accelerator.wait_for_everyone()

    def leave_out_frozen(models: list[nn.Module], weights: list[dict[str, torch.Tensor]], _: str) -> None:
        for model, state in zip(models, weights, strict=True):
            for name in frozen_in(model) & set(state):
                del state[name]

    with accelerator.register_save_state_pre_hook(leave_out_frozen):
        accelerator.save_state(str(partial))
    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        target = run_dir / f"step-{step}"
        shutil.rmtree(target, ignore_errors=True)
        partial.rename(target)
        for old in sorted(run_dir.glob("step-*"), key=lambda p: int(p.name.split("-")[1]))[:-keep]:
            shutil.rmtree(old)
    accelerator.wait_for_everyone()


def load_checkpoint(accelerator: Accelerator, model: nn.Module, checkpoint: Path) -> None:
    """Go on from ``step-N``. Raises ``CheckpointError`` when it lacks a weight that training moves."""
    with safe_open(checkpoint / "model.safetensors", "pt") as file:
        stored = set(file.keys())
    names: dict[int, list[str]] = {}  # a tied weight has several, and is stored under one of them
    for name, parameter in model.named_parameters(remove_duplicate=False):
        if parameter.requires_grad:
            names.setdefault(id(parameter), []).append(name)
    if lacking := [known[0] for known in names.values() if stored.isdisjoint(known)]:
        raise CheckpointError(f"{checkpoint}: lacks {len(lacking)} of the weights that are trained, as {lacking[0]}")
    accelerator.load_state(str(checkpoint), strict=False)
