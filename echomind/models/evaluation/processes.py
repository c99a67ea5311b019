"""One process or many: what ``accelerate launch`` or ``torchrun`` started, and waiting for one another.

On GPUs ``accelerate launch --multi_gpu --num_processes N -m echomind evaluate …``, with ``ECHOMIND_DEVICE=cuda`` so
that each process takes its own. On CPUs the same without that setting, or ``torchrun --standalone --nproc-per-node N
-m echomind …`` (``accelerate launch --cpu`` starts a single process). Over several hosts ``--out`` lies on a shared
disk.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from echomind.errors import ConfigurationError
from echomind.settings import get_settings

PATIENCE = timedelta(days=14)  # for the slowest process; the libraries' own 10 or 30 minutes end long evaluations


@dataclass(frozen=True)
class Processes:
    """This process's ``index`` among ``count``; the first one merges what all have done."""

    index: int = 0
    count: int = 1
    _state: Any = field(default=None, repr=False, compare=False)

    @property
    def is_main(self) -> bool:
        """Whether this is the process that merges and speaks."""
        return self.index == 0

    def wait(self) -> None:
        """Return when every process has come here."""
        if self._state is not None:
            self._state.wait_for_everyone()


def processes() -> Processes:
    """The processes of this launch. Nothing of ``accelerate`` is imported where there is only one.

    Raises ``ConfigurationError`` when the launcher started several but they cannot find each other, as on a machine
    without the GPUs that the settings name: each would do all the work.
    """
    started = int(os.environ.get("WORLD_SIZE", "1"))
    if started == 1:
        return Processes()
    from accelerate import PartialState

    device = get_settings().device
    state = PartialState(cpu=device == "cpu", timeout=PATIENCE)  # without cpu, also takes this process's own GPU
    if state.num_processes != started:
        raise ConfigurationError(
            f"found {started} processes started, {state.num_processes} connected on device {device!r};"
            " expected as many; check ECHOMIND_DEVICE"
        )
    return Processes(state.process_index, state.num_processes, state)
