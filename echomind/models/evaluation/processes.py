"""One process or many: what ``accelerate launch`` started, and waiting for one another."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

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
    """The processes of this launch. Nothing of ``accelerate`` is imported where there is only one."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return Processes()
    from accelerate import PartialState

    state = PartialState(timeout=PATIENCE)  # also makes this process's own GPU the current one
    return Processes(state.process_index, state.num_processes, state)
