"""Since when a Hugging Face account exists, for moderators: a row of an account made yesterday is looked at twice."""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from datetime import UTC, datetime
from functools import lru_cache

from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

log = logging.getLogger(__name__)
PATIENCE_S = 3.0  # nobody waits longer for what only a moderator reads
_pool = ThreadPoolExecutor(2, thread_name_prefix="accounts")


def account_since(name: str) -> datetime | None:
    """When the account was made; ``None`` where the Hub does not say so within ``PATIENCE_S``."""
    try:
        return _asked(name).result(PATIENCE_S)
    except TooLate:
        return None  # it goes on asking; the next call may have it
    except (HfHubHTTPError, OfflineModeIsEnabled, OSError, ValueError) as error:
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
