"""How far scoring is, where every process of this machine can read it. Only a memory: losing it loses nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from echomind.models.evaluation.official_files import write_whole
from echomind.submissions.model import Identifier, Time


class Progress(BaseModel):
    """``done`` from 0 to 1, what the worker is ``doing``, and since when this is so."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    done: Annotated[float, Field(ge=0, le=1)]
    doing: Annotated[str, Field(max_length=200)]
    at: Time


class ProgressFiles:
    """A small file for each submission that is being scored, in ``folder``. Writing raises ``OSError``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, submission_id: Identifier, progress: Progress) -> None:
        """Scoring of this submission is here now."""
        write_whole(self.folder / f"{submission_id}.json", progress.model_dump_json().encode())

    def get(self, submission_id: Identifier) -> Progress | None:
        """How far it is; ``None``: nobody on this machine has said anything, or it cannot be read now."""
        try:
            return Progress.model_validate_json((self.folder / f"{submission_id}.json").read_bytes())
        except (OSError, ValidationError):
            return None

    def clear(self, submission_id: Identifier) -> None:
        """It is not being scored any more."""
        (self.folder / f"{submission_id}.json").unlink(missing_ok=True)
