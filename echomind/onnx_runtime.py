"""ONNX Runtime, told to report nothing: the only way by which it is loaded here, by us or by a package of others."""

from __future__ import annotations

import os
from types import ModuleType


def load_onnxruntime() -> ModuleType:
    """The library. Unless it is told not to, it reports its use to its maker and notes that in a file.

    It reads this once, when it is loaded: whoever uses a package that loads it by itself calls this first.
    """
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    return onnxruntime
