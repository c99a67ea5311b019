"""Since when a Hugging Face account exists, for moderators: a row of an account made yesterday is looked at twice."""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from functools import lru_cache

from huggingface_hub import HfApi
from huggingface_hub.errors import HTTPError

log = logging.getLogger(__name__)
PATIENCE_S = 3.0  # nobody waits longer for what only a moderator reads
_pool = ThreadPoolExecutor(2, thread_name_prefix="accounts")


def account_since(name: str) -> datetime | None:
    """When the account was made; ``None`` where the Hub does not say so within ``PATIENCE_S``."""
    asked = _asked(name)
    try:
        return asked.result(PATIENCE_S)
    except (HTTPError, OSError, ValueError) as error:  # HTTPError: it cannot be reached; OSError: nor in time
        if not asked.done():
            return None  # it goes on asking; the next call may have it
        log.info("since when %r has an account cannot be found out: %s", name, type(error).__name__)
        _asked.cache_clear()
        return None


@lru_cache(maxsize=1000)
def _asked(name: str) -> Future[datetime | None]:
    return _pool.submit(_ask, name)


def _ask(name: str) -> datetime | None:
    since = getattr(HfApi().get_user_overview(name, token=False), "createdAt", None)
    if not isinstance(since, str):
        return None
    time = datetime.fromisoformat(since)
    return time if time.tzinfo else time.replace(tzinfo=UTC)
