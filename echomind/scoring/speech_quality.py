"""How good a spoken reply sounds, as models of listeners predict it: DNSMOS, NISQA, UTMOS. No reference is needed.

Each is a mean opinion score from 1 to 5. ``dnsmos`` runs from its wheel. ``nisqa`` and ``utmos`` are made only with the
model that a setting names and so declares to be NISQA or UTMOS: no other model's number ever carries their names. The
paper's "DNMOS" column has its own id (``dnmos_paper``), since its code and its text disagree on what it is.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from echomind.audio import load_clip, load_native
from echomind.benchmark.items import BenchmarkSet
from echomind.errors import AudioError, ConfigurationError
from echomind.models.endpoint_wire import LONGEST_REPLY_S
from echomind.onnx_runtime import load_onnxruntime
from echomind.scoring.item_metric import ItemMetric, metric_of_replies
from echomind.scoring.predictions import ItemKey, Predictions

logger = logging.getLogger(__name__)
LOWEST, HIGHEST = 1.0, 5.0


class Listener(Protocol):
    """A model of listeners. ``metric_id`` is the metric it makes, ``name`` what the report says of it."""

    metric_id: str

    @property
    def name(self) -> str:
        """Model and version."""

    def mos(self, path: Path) -> float:
        """The score of a recording. Raises ``AudioError`` for one that cannot be judged."""


class Dnsmos:
    """DNSMOS P.835, overall quality (``ovrl_mos``, Reddy et al. 2022), not personalised, from the ``speechmos`` wheel.

    Hears 16 kHz in windows of 9.01 s, one a second; shorter recordings are repeated to that length. About a second a
    window on two cores.
    """

    metric_id = "dnsmos"

    @property
    def name(self) -> str:
        """Model and version."""
        return f"DNSMOS P.835 overall (ovrl_mos), not personalised; speechmos {version('speechmos')}"

    def mos(self, path: Path) -> float:
        """The score of a recording."""
        load_onnxruntime()
        from speechmos import dnsmos  # loads ONNX models

        clip = load_clip(path, max_seconds=LONGEST_REPLY_S)
        return float(dnsmos.run(clip.samples, 16_000)["ovrl_mos"])


class Nisqa:
    """NISQA v2.0, overall quality (``mos_pred``), from the published weights; hears the recording at its own rate.

    ``source``: the file ``nisqa.tar``, a folder that holds it, or a Hub id. At most the first 400 s are heard.
    """

    metric_id = "nisqa"

    def __init__(self, source: str) -> None:
        self._path = named_file(source, "nisqa.tar", "ECHOMIND_NISQA_MODEL")

    @property
    def name(self) -> str:
        """Model and version."""
        return f"NISQA v2.0 mos_pred; {_file_name(self._path)}"

    @cached_property
    def _model(self) -> Any:
        from echomind.scoring.nisqa import NisqaModel  # imports torch

        return NisqaModel.from_file(self._path)

    def mos(self, path: Path) -> float:
        """The score of a recording."""
        model = self._model
        return float(model.mos(*load_native(path, max_seconds=LONGEST_REPLY_S)))


class Utmos:
    """UTMOS (Saeki et al. 2022) from a TorchScript file, called as the public export ``balacoon/utmos`` is.

    ``source``: the file, a folder with ``utmos.jit``, or a Hub id. The module is given int16 samples (1, n) at 16 kHz
    and returns one number. The public export is bound to a GPU: ``device`` ``"cuda"``. TorchScript is a program: name
    only files that you trust.
    """

    metric_id = "utmos"

    def __init__(self, source: str, device: str = "cpu") -> None:
        self._path = named_file(source, "utmos.jit", "ECHOMIND_UTMOS_MODEL")
        self._device = device

    @property
    def name(self) -> str:
        """Model and version."""
        return f"UTMOS; {_file_name(self._path)}"

    @cached_property
    def _model(self) -> Any:
        import torch

        try:
            return torch.jit.load(str(self._path), map_location=self._device).eval()
        except (RuntimeError, ValueError) as error:
            raise ConfigurationError(f"{self._path}: {_line(error)}; expected UTMOS as TorchScript") from error

    def mos(self, path: Path) -> float:
        """The score of a recording."""
        import torch

        clip = load_clip(path, max_seconds=LONGEST_REPLY_S)
        samples = torch.from_numpy(np.round(clip.samples * 32767).astype(np.int16)).unsqueeze(0)
        model = self._model
        try:
            with torch.inference_mode():
                found = model(samples.to(self._device))
        except (RuntimeError, torch.jit.Error) as error:
            raise ConfigurationError(
                f"{self._path}: found a module that does not take int16 samples (1, n) on {self._device}"
                f" ({_line(error)}), expected UTMOS as balacoon/utmos has it; that export needs a GPU"
            ) from error
        if not isinstance(found, torch.Tensor) or found.numel() != 1:
            raise ConfigurationError(f"{self._path}: found something else than one number, expected UTMOS")
        return float(found)


def quality_metric(
    benchmark: BenchmarkSet,
    predictions: Predictions,
    listener: Listener,
    progress: Callable[[int, int], None] | None = None,
) -> ItemMetric:
    """The listener's score of every reply, 1 to 5; replies without usable sound fail and get 1.

    What a model says beyond the scale is put at its end, so that nothing is worse than having said nothing. Expects
    some replies with sound. Raises ``ConfigurationError`` where the model cannot be used.
    """
    marks: dict[ItemKey, float | None] = {}
    keys = [(script.id, delivery.style) for script, delivery in benchmark.deliveries()]
    for done, key in enumerate(keys, start=1):
        path = predictions.reply_audio.get(key)
        marks[key] = None if path is None else _mark(listener, path)
        if progress is not None:
            progress(done, len(keys))
    return metric_of_replies(benchmark, listener.metric_id, marks, worst=LOWEST, best=HIGHEST, used=listener.name)


def _mark(listener: Listener, path: Path) -> float | None:
    try:
        found = listener.mos(path)
    except AudioError as error:
        logger.warning("%s: %s", listener.metric_id, error)
        return None
    if not np.isfinite(found):
        raise ConfigurationError(f"{listener.name}: found the score {found} for {path.name}, expected a finite number")
    return min(max(found, LOWEST), HIGHEST)


def named_file(source: str, filename: str, variable: str) -> Path:
    """The file that a setting names: a file, ``filename`` in a folder, or ``filename`` of a Hub id.

    Raises ``ConfigurationError`` with the setting where it is none of these, or the Hub is out of reach.
    """
    path = Path(source)
    if path.is_file():
        return path
    if path.is_dir():
        if (path / filename).is_file():
            return path / filename
        raise ConfigurationError(f"{variable}: found no {filename} in the folder {path}, expected one")
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    try:
        return Path(hf_hub_download(source, filename))
    except (OSError, HfHubHTTPError, HFValidationError) as error:
        raise ConfigurationError(
            f"{variable}: found no file or folder {source!r} and no {filename} under that id on the Hub"
            f" ({_line(error)}), expected one of them"
        ) from error


def _file_name(path: Path) -> str:
    """Name and hash of a model's file."""
    with path.open("rb") as file:
        return f"{path.name} (sha256 {hashlib.file_digest(file, 'sha256').hexdigest()})"


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
