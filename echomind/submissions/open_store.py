"""The store of submissions that the settings name."""

from __future__ import annotations

import os
from collections.abc import Mapping

from echomind.errors import ConfigurationError
from echomind.settings import Settings
from echomind.submissions.hub_repo import repo_id_of
from echomind.submissions.remote_order import RemoteOrder
from echomind.submissions.store import Store
from echomind.submissions.store_hub import HubStore
from echomind.submissions.store_local import LocalStore
from echomind.submissions.store_spooled import SpooledStore

TOKEN = "HF_TOKEN"  # noqa: S105 (the name of a variable)


def open_store(settings: Settings, environ: Mapping[str, str] = os.environ) -> Store:
    """A folder below ``data_dir``, or with ``submissions_repo`` that folder and a data set repository behind it.

    Nothing is asked of the Hub here: a ``SpooledStore`` is to be told to ``restore`` and ``catch_up``. Raises
    ``ConfigurationError`` for a repository id that is none, or a token that is missing or cannot be sent.
    """
    if not settings.submissions_repo:
        return LocalStore(settings.data_dir / "submissions")
    repo_id = repo_id_of(settings.submissions_repo, "ECHOMIND_SUBMISSIONS_REPO")
    token = environ.get(TOKEN, "").strip()
    if not token or not all("!" <= character <= "~" for character in token):
        raise ConfigurationError(
            f"{TOKEN}: found {'characters that no token has' if token else 'nothing'}, expected a token that may write "
            f"to the data set repository {repo_id}"
        )
    local = LocalStore(settings.data_dir / "submissions")
    # One memory for each repository: what one of them has says nothing about another.
    order = RemoteOrder(settings.data_dir / f"submissions-in-{repo_id.replace('/', '--')}.sqlite3")
    return SpooledStore(local, HubStore(repo_id, token), order)
