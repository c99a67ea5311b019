"""What a failed request to the Hub means for a store, and how often and how long to ask again.

Three kinds: it passes (busy, slow, cut off), another commit came first, or asking again is of no use now. Whatever the
Hub said is shortened to one line in which the token cannot stand.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from huggingface_hub.errors import (
    HfHubHTTPError,
    OfflineModeIsEnabled,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import parse_ratelimit_headers
from pydantic import SecretStr
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential

from echomind.models.endpoint_faults import retry_after_s, shown
from echomind.submissions.store import StoreError, StoreUnavailable

MOVED = frozenset({409, 412})  # "A commit has happened since. Please refresh and try again."
LATER = frozenset({408, 425, 429})  # besides any 5xx
REFUSED = frozenset({401, 402, 403, 404})  # a token, a quota or a name that somebody has to put right


class Passing(StoreUnavailable):
    """A request failed in a way that passes; ``retry_after_s`` is how long the Hub asks to wait."""

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ParentMoved(StoreUnavailable):
    """Another commit came first; read what it changed and try on top of it."""


def is_later(status: int) -> bool:
    """Whether a status means: the same request may work later."""
    return status in LATER or status >= 500


def explained(error: Exception, doing: str, token: SecretStr) -> StoreError:
    """What an exception of ``huggingface_hub`` means; ``doing`` begins the message."""
    cause = error.__cause__
    if isinstance(error, StoreError):
        return error
    if isinstance(error, RuntimeError) and isinstance(cause, Exception):
        return explained(cause, doing, token)  # the client wraps what went wrong with one of several large files
    if isinstance(error, OfflineModeIsEnabled):
        return StoreUnavailable(f"{doing}: HF_HUB_OFFLINE forbids asking the Hub")
    said = f"{doing}: {shown(str(error) or 'no message', token)} ({type(error).__name__})"
    if isinstance(error, HfHubHTTPError):
        status = error.response.status_code
        said = f"{doing}: HTTP {status}: {shown(error.server_message or str(error), token)}"
        if isinstance(error, RevisionNotFoundError | RemoteEntryNotFoundError):
            return Passing(said)  # asked for at a commit that is known to have it: the answer is behind
        if status in MOVED:
            return ParentMoved(said)
        if is_later(status):
            return Passing(said, asked_to_wait(error.response.headers))
        if status in REFUSED or isinstance(error, RepositoryNotFoundError):
            return StoreUnavailable(f"{said}; expected a token that may write to this data set repository, or read it")
        return StoreError(said)
    if isinstance(error, ValueError) and not isinstance(error, json.JSONDecodeError):
        return StoreError(said)  # the client does not accept what it was told, and would not the next time either
    return Passing(said)  # no answer, half an answer, or a page of HTML in its place


def asked_to_wait(headers: object) -> float | None:
    """Seconds that the Hub asks to wait: of its rate limit where that is spent, else ``Retry-After``."""
    limit = parse_ratelimit_headers(headers)  # type: ignore[arg-type]
    if limit is not None and limit.remaining == 0:
        return float(limit.reset_in_seconds)
    return retry_after_s(headers)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Patience:
    """How often a request is repeated. Waits grow and are drawn by chance, so that writers do not meet again.

    ``faults``: tries before the Hub counts as away. ``conflicts``: tries to get a commit in among other writers (each
    lost one means that another writer got on). ``longest_wait_s``: who is asked to wait longer gives up at once.
    """

    faults: int = 5
    conflicts: int = 40
    longest_wait_s: float = 60.0
    sleep: Callable[[float], None] = time.sleep

    def retrying(self) -> Retrying:
        """For one request or one commit; raises the last ``Passing`` or ``ParentMoved`` when the bound is reached."""
        seen: Counter[bool] = Counter()
        drawn = wait_random_exponential(multiplier=0.5, max=10)

        def stop(state: RetryCallState) -> bool:
            error = _error(state)
            moved = isinstance(error, ParentMoved)
            seen[moved] += 1
            return seen[moved] >= (self.conflicts if moved else self.faults) or _asked(error) > self.longest_wait_s

        def wait(state: RetryCallState) -> float:
            return max(drawn(state), _asked(_error(state)))

        return Retrying(
            retry=retry_if_exception_type((Passing, ParentMoved)), stop=stop, wait=wait, sleep=self.sleep, reraise=True
        )


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _asked(error: BaseException | None) -> float:
    return (isinstance(error, Passing) and error.retry_after_s) or 0.0
