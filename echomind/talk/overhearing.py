"""What is heard in a voice that still speaks: its cues on the sound so far, now and then, for nobody who waits.

It never stands in the way of an answer: nothing is begun while a turn is being answered, one voice is heard at a time
in the whole process, in a thread of its own, and no more than a tenth of the time goes into it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, Protocol, runtime_checkable

from echomind.audio import Clip
from echomind.models.protocol import Cue
from echomind.talk.zero_gpu import WithLentGpu

log = logging.getLogger(__name__)
Cues = Mapping[str, Cue]
Overhear = Callable[[Clip, Callable[[Cues], None]], bool]  # begins to hear and tells later; False: not now

EVERY_S = 1.0  # of sound between two looks, and before the first: the ears were trained on clips of seconds
AGAIN_S = 0.25  # of sound until the next attempt, when there was no moment for it
REST = 9  # times as long as a look took before the next may begin: a tenth of the time, 80 ms of it for half a minute
MOST = 3  # cues that are named
LEAST = 0.2  # probability of a cue that is worth a word; from ``sureness.SURE_FROM`` on it is stated


@runtime_checkable
class Ear(Protocol):
    """A model that can tell cues from the sound alone, without reading words."""

    def hear(self, clip: Clip) -> Cues:
        """The cues that its ``perceive`` finds in the same sound."""


class Ears:
    """Those of one process. ``model`` gives the model once it is loaded, ``busy`` whether a turn is being answered."""

    def __init__(self, model: Callable[[], Any], busy: Callable[[], bool]) -> None:
        self._model, self._busy = model, busy
        self._free = threading.Lock()
        self._rested_at = 0.0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="echomind-ears")

    def overhear(self, clip: Clip, tell: Callable[[Cues], None]) -> bool:
        """Hear ``clip`` and ``tell`` its cues, in another thread. Returns at once; False when this is no moment for it.

        A GPU that is lent for each call is not asked for: it counts against the visitor's quota.
        """
        model = self._model()
        if isinstance(model, WithLentGpu) or not isinstance(model, Ear) or self._busy():
            return False
        if time.monotonic() < self._rested_at or not self._free.acquire(blocking=False):
            return False
        self._thread.submit(self._hear, model, clip, tell)
        return True

    def ahead(self, clip: Clip) -> None:
        """Let the model hear a clip that it will be asked about once its words are known; never waits."""
        model = self._model()
        if isinstance(model, Ear) and not isinstance(model, WithLentGpu) and self._free.acquire(blocking=False):
            self._thread.submit(self._hear, model, clip, lambda _: None)

    def _hear(self, model: Ear, clip: Clip, tell: Callable[[Cues], None]) -> None:
        at = time.monotonic()
        try:
            tell(model.hear(clip))
        except Exception:  # the answer meets the same fault and shows it; nobody looks at this thread
            log.exception("overhearing %s", clip.name)
        finally:
            now = time.monotonic()
            self._rested_at = now + REST * (now - at)
            self._free.release()


class SoFar:
    """What is known of one voice. Thread-safe; what was heard of less sound never takes the place of later news."""

    def __init__(self, overhear: Overhear) -> None:
        self._overhear = overhear
        self._lock = threading.Lock()
        self._due_s, self._heard_s = EVERY_S, 0.0
        self._cues: Cues = {}

    @property
    def cues(self) -> Cues:
        """By category; empty before the first."""
        return self._cues

    def is_due(self, seconds: float) -> bool:
        """Whether so much more was said since it was last listened to that it is worth another look."""
        return seconds >= self._due_s

    def listen(self, clip: Clip) -> None:
        """Begin to hear all that was said so far, if the machine has a moment; never waits."""
        begun = self._overhear(clip, lambda cues: self.note(cues, clip.seconds))
        self._due_s = clip.seconds + (EVERY_S if begun else AGAIN_S)

    def note(self, cues: Cues, seconds: float) -> None:
        """What was heard in the first ``seconds``, by whoever heard it."""
        with self._lock:
            if seconds >= self._heard_s:
                self._heard_s, self._cues = seconds, cues


class Strong(NamedTuple):
    """One cue with its probability, calibrated as ``Cue.score`` is."""

    category: str
    label: str
    probability: float


def strongest(cues: Cues, most: int = MOST) -> list[Strong]:
    """The likeliest attribute of each category that has one worth a word, the likeliest first."""
    likeliest = (
        Strong(category, *max(cue.scores.items(), key=lambda one: one[1]))
        for category, cue in cues.items()
        if cue.scores
    )
    found = [one for one in likeliest if one.probability >= LEAST]
    return sorted(found, key=lambda one: -one.probability)[:most]
