"""A step of several rows, sharing their beginning and through transformers: ``python -m bench.decoder_steps``.

The shipped decoder, beginnings of several lengths, one token more for each row: medians, and their ratio.
"""

from __future__ import annotations

import time
from statistics import median

import torch

from echomind.models.slm import load_slm
from echomind.settings import get_settings
from echomind.slm.branches import Branches, Copied, Shared, SharedWeights

BEGUN, ROWS, STEPS = (30, 60, 120), (1, 8, 16), 40


@torch.inference_mode()
def main() -> None:
    """Measure and print."""
    settings = get_settings()
    torch.set_num_threads(settings.threads)
    model = load_slm(settings.model_path).model
    weights = SharedWeights(model)
    print(f"{settings.threads} threads; milliseconds a step")
    print(f"{'begun':>6} {'rows':>5} {'shared':>8} {'transformers':>13} {'ratio':>6}")
    for begun in BEGUN:
        cache = model(input_ids=torch.randint(10, 500, (1, begun)), use_cache=True, logits_to_keep=1).past_key_values
        for rows in ROWS:
            shared, copied = timed(Shared(weights, cache, rows, STEPS), rows), timed(Copied(model, cache, rows), rows)
            print(f"{begun:6} {rows:5} {shared:8.2f} {copied:13.2f} {shared / copied:6.2f}")


def timed(branches: Branches, rows: int) -> float:
    """Milliseconds a step: the median."""
    took = []
    for _ in range(STEPS):
        tokens = torch.randint(10, 500, (rows,)).tolist()
        start = time.perf_counter()
        branches.step(tokens)
        took.append(time.perf_counter() - start)
    return 1000 * median(took)


if __name__ == "__main__":
    main()
