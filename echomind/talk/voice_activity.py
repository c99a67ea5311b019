"""Whether someone speaks: Silero's network from its wheel, run by ONNX Runtime, a frame of 32 ms at a time.

The wheel's own Python code is not imported: it would load torch's compiler for a network of 1.3 MB. (MIT licence,
https://github.com/snakers4/silero-vad; 0.4 % of one core on the real benchmark clips.)
"""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from echomind.audio import SAMPLE_RATE
from echomind.errors import ConfigurationError
from echomind.onnx_runtime import load_onnxruntime

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

FRAME = 512  # samples that the network judges at a time, at 16 kHz
FRAME_S = FRAME / SAMPLE_RATE
CONTEXT = 64  # samples of the frame before, which it wants to see again


class VoiceActivity:
    """One speaker's frames, in order. The network is shared, what it remembers is not."""

    def __init__(self) -> None:
        self._network = _network()
        self._state = np.zeros((2, 1, 128), np.float32)
        self._context = np.zeros(CONTEXT, np.float32)

    def frame(self, samples: np.ndarray) -> float:
        """The probability that this frame holds speech. ``samples``: float32 ``(512,)`` in [-1, 1] at 16 kHz."""
        seen = np.concatenate([self._context, samples])[None]
        given = {"input": seen, "state": self._state, "sr": np.array(SAMPLE_RATE)}
        probability, self._state = self._network.run(None, given)
        self._context = samples[-CONTEXT:]
        return float(probability[0, 0])


@lru_cache(maxsize=1)
def _network() -> InferenceSession:
    onnxruntime = load_onnxruntime()
    found = importlib.util.find_spec("silero_vad")
    if found is None or found.origin is None:
        raise ConfigurationError("found no package silero-vad; expected it, as requirements.txt says")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # a frame takes 0.1 ms; threads would only wait
    path = Path(found.origin).parent / "data" / "silero_vad.onnx"
    session: InferenceSession = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return session
