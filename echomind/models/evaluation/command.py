"""``python -m echomind evaluate``: a model sits a set, and what it answered lies where ``score`` finds it."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from echomind.benchmark.load import load_set
from echomind.benchmark.published import Voice
from echomind.models.answering import PromptCondition
from echomind.models.evaluation.processes import processes
from echomind.models.evaluation.run import evaluate
from echomind.models.evaluation.work import TASKS, Task
from echomind.models.own import Speak
from echomind.models.registry import load_model

log = logging.getLogger(__name__)
INTERRUPTED = 130  # as a shell says it


def run_evaluate(
    model: str,
    set_name: str,
    out: Path,
    *,
    prompt: PromptCondition,
    only: Sequence[Task] = (),
    limit: int | None = None,
    concurrency: int | None = None,
    voice: Voice | None = None,
    speak: Speak | None = None,
    as_json: bool = False,
) -> int:
    """Evaluate ``model`` on the set and print what came of it; the first process speaks for all of them.

    ``speak``: how our model speaks its replies; None for text alone, from every model. Failed items are told and do not
    make the status 2: they are answers of the model, and count against it. Raises ``EchoMindError``.
    """
    together = processes()
    benchmark = load_set(set_name, voice, audio=True, require_answers=False)
    for note in benchmark.notes if together.is_main else ():
        log.info("%s", note)
    asked = load_model(model, benchmark=benchmark, speak=speak)
    try:
        found = evaluate(
            benchmark,
            asked,
            out,
            prompt=prompt,
            tasks=only or TASKS,
            limit=limit,
            concurrency=concurrency,
            speech=speak is not None,
            processes=together,
        )
    except KeyboardInterrupt:
        log.warning("stopped; the answers so far are in %s, and the same command goes on from there", out)
        return INTERRUPTED
    if together.is_main:
        sys.stdout.write(json.dumps(found) + "\n" if as_json else _readable(found, out))
    return 0


def _readable(found: dict[str, Any], out: Path) -> str:
    """The same document as a few lines of text."""
    lines = [f"{found['model']} on {found['set']} ({found['prompt']} prompt)"]
    for task, count in found["counts"].items():
        lines.append(f"  {task:<14}{count['answered']} of {count['items']} answered, {count['failed']} failed")
    lines += [f"  failed: {f['task']} {f['item']}: {f['reason']}" for f in found["failures"][:5]]
    if len(found["failures"]) > 5:
        lines.append(f"  and {len(found['failures']) - 5} more, in {out / 'run.json'}")
    return "\n".join([*lines, *(f"  {out / name}" for name in found["files"]), ""])
