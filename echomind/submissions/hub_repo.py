"""A data set repository on the Hub as a tree of immutable files, through the public calls of ``huggingface_hub``.

Reading names a commit and is repeated until it works or the Hub counts as away. Writing is one commit on top of a named
parent and is tried once: whether and how to try again is for the caller to decide, who knows what it meant to write.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, TypeVar

import httpx2
from huggingface_hub import CommitOperationAdd, HfApi, get_session, hf_hub_url, hf_raise_for_status
from huggingface_hub.errors import RemoteEntryNotFoundError, RepositoryNotFoundError
from huggingface_hub.hf_api import DatasetInfo, RepoFile, RepoFolder
from huggingface_hub.utils import build_hf_headers
from pydantic import SecretStr, TypeAdapter, ValidationError

from echomind import __version__
from echomind.errors import ConfigurationError
from echomind.models.endpoint_faults import shown
from echomind.outside_text import HubId
from echomind.submissions.hub_faults import ParentMoved, Passing, Patience, asked_to_wait, explained, is_later
from echomind.submissions.store import StoreError, StoreUnavailable

LIBRARY = "echomind-submissions"  # begins the user agent: tells our requests from others of the process
SILENCE = {"connect": 10.0, "read": 60.0, "write": 60.0, "pool": 60.0}  # seconds; the client itself waits for ever
BRANCH = "main"
PATHS_AT_ONCE = 500  # the Hub takes 1,000

_T = TypeVar("_T")


@dataclass(frozen=True, order=True)
class Blob:
    """A file at ``commit``. ``digest`` is git's SHA-1 of it, or its SHA-256 where it is kept as a large file.

    Two are equal when path and digest are: a file that never changes is the same one at every commit.
    """

    path: str
    digest: str
    commit: str = field(compare=False)
    size: int = field(default=0, compare=False)  # bytes

    def holds(self, content: bytes) -> bool:
        """Whether this is exactly the file."""
        return self.digest == (hashlib.sha256(content).hexdigest() if len(self.digest) == 64 else _git_sha1(content))


def repo_id_of(found: str, variable: str) -> str:
    """``found`` where it can be the id of a repository; else ``ConfigurationError`` with the ``variable`` it is of."""
    try:
        return str(TypeAdapter(HubId).validate_python(found))
    except ValidationError:
        raise ConfigurationError(f"{variable}: found {found!r}, expected a Hub id such as owner/name") from None


class Newest(NamedTuple):
    """The newest commit of a repository and when it was made."""

    commit: str
    at: datetime.datetime


class HubRepo:
    """The repository ``repo_id``, made at the first ``head`` where it is missing.

    ``private=True`` refuses to touch a repository that everybody can read. Without a ``token`` only public ones can be
    read, and nothing written.
    """

    def __init__(
        self,
        repo_id: str,
        token: str,
        endpoint: str | None = None,
        *,
        private: bool = True,
        patience: Patience | None = None,
    ) -> None:
        self.repo_id, self.private = repo_id, private
        self.patience = patience or Patience()
        self._token = SecretStr(token)
        self._api = HfApi(endpoint=endpoint, token=token or False, library_name=LIBRARY, library_version=__version__)
        self._headers = build_hf_headers(token=token or False, library_name=LIBRARY, library_version=__version__)

    def head(self) -> str:
        """The newest commit. Makes the repository where there is none."""
        info = self._asked("asking for the newest commit", self._info)
        if self.private and info.private is not True:
            raise StoreError(f"{self.repo_id} is not known to be private; expected a private data set repository")
        return str(info.sha)

    def newest(self) -> Newest:
        """The newest commit, of a repository that is there; ``StoreUnavailable`` where it is not, or is not shown."""
        ask = {"revision": BRANCH, "expand": ["sha", "lastModified"]}
        info = self._asked(
            "asking for the newest commit",
            lambda: self._api.dataset_info(self.repo_id, **ask),  # type: ignore[arg-type]
        )
        if info.sha is None or info.last_modified is None:
            raise StoreError(f"the Hub, {self.repo_id}: found no commit with its time, expected the newest one's")
        return Newest(info.sha, info.last_modified)

    def tree(self, folder: str, commit: str) -> list[Blob]:
        """Every file below ``folder`` at ``commit``, sorted by path; none where there is no such folder."""
        found = self._asked(f"listing {folder}", lambda: self._list(folder, commit, recursive=True))
        return sorted(
            Blob(f.path, f.lfs.sha256 if f.lfs else f.blob_id, commit, f.size) for f in found if isinstance(f, RepoFile)
        )

    def folders(self, folder: str, commit: str) -> list[str]:
        """The paths of the folders right in ``folder``, sorted."""
        found = self._asked(f"listing {folder}", lambda: self._list(folder, commit, recursive=False))
        return sorted(f.path for f in found if isinstance(f, RepoFolder))

    def present(self, paths: Sequence[str], commit: str) -> list[str]:
        """Those of ``paths`` that are there at ``commit``."""
        found: list[str] = []
        for start in range(0, len(paths), PATHS_AT_ONCE):
            some = list(paths[start : start + PATHS_AT_ONCE])
            found += self._asked("looking for a submission", partial(self._present, some, commit))
        return found

    def read(self, blob: Blob) -> bytes:
        """The content of a file, checked against its hash; raises ``StoreError`` where it does not fit."""
        content = self._asked(f"reading {blob.path}", lambda: self._download(blob))
        if not blob.holds(content):
            raise StoreError(f"{self.repo_id}: {blob.path} was answered with a content that does not have its hash")
        return content

    def commit(self, message: str, files: Mapping[str, bytes], parent: str) -> str:
        """Add ``files`` in one commit on top of ``parent``; returns it.

        Raises ``ParentMoved`` when ``parent`` is not the newest commit any more, ``Passing`` when it may or may not
        have worked: look before trying again.
        """
        operations = [CommitOperationAdd(path_in_repo=path, path_or_fileobj=content) for path, content in files.items()]
        with self._explaining("writing"):
            done = self._api.create_commit(
                self.repo_id,
                operations,
                commit_message=message,
                parent_commit=parent,
                repo_type="dataset",
                revision=BRANCH,
            )
        return str(done.oid)

    def _info(self) -> DatasetInfo:
        ask = {"revision": BRANCH, "expand": ["sha", "private"]}  # without the list of all files
        try:
            return self._api.dataset_info(self.repo_id, **ask)  # type: ignore[arg-type]
        except RepositoryNotFoundError:
            self._api.create_repo(self.repo_id, repo_type="dataset", private=self.private, exist_ok=True)
            return self._api.dataset_info(self.repo_id, **ask)  # type: ignore[arg-type]

    def _list(self, folder: str, commit: str, *, recursive: bool) -> list[RepoFile | RepoFolder]:
        try:
            return list(
                self._api.list_repo_tree(
                    self.repo_id, folder, recursive=recursive, revision=commit, repo_type="dataset"
                )
            )
        except RemoteEntryNotFoundError:
            return []

    def _present(self, paths: list[str], commit: str) -> list[str]:
        infos = self._api.get_paths_info(self.repo_id, paths, revision=commit, repo_type="dataset")
        return [info.path for info in infos]

    def _download(self, blob: Blob) -> bytes:
        url = hf_hub_url(
            self.repo_id, blob.path, repo_type="dataset", revision=blob.commit, endpoint=self._api.endpoint
        )
        response = get_session().get(url, headers=self._headers)
        hf_raise_for_status(response)
        return response.content

    def _asked(self, doing: str, request: Callable[[], _T]) -> _T:
        def once() -> _T:
            with self._explaining(doing):
                return request()

        try:
            return self.patience.retrying()(once)
        except (Passing, ParentMoved) as error:  # not for the loop around a commit, which would ask all over again
            raise StoreUnavailable(str(error)) from None

    @contextmanager
    def _explaining(self, doing: str) -> Iterator[None]:
        _bound_requests()
        try:
            yield
        except (httpx2.HTTPError, OSError, RuntimeError, ValueError) as error:
            # "from None": the texts of the client quote what the server said, which may be our own token.
            raise explained(error, f"the Hub, {self.repo_id}, {doing}", self._token) from None


def _bound_requests() -> None:
    """See to it that no request of ours waits for ever.

    The client sets no limit of its own, and repeats some requests after whatever ``Retry-After`` says, be it hours. So
    every request gets a limit where it brings none, and answers to ours that mean "later" leave the client as
    ``Passing`` at once: what is repeated, and how long to wait, is decided in ``Patience`` alone.
    """
    hooks = get_session().event_hooks
    if _leave_with_later not in hooks["response"]:
        hooks["request"].append(_end_silence)
        hooks["response"].append(_leave_with_later)


def _end_silence(request: httpx2.Request) -> None:
    given = request.extensions.get("timeout") or {}
    if all(value is None for value in given.values()):
        request.extensions["timeout"] = dict(SILENCE)


def _leave_with_later(response: httpx2.Response) -> None:
    if is_later(response.status_code) and response.request.headers.get("user-agent", "").startswith(LIBRARY):
        response.read()
        authorization = response.request.headers.get("authorization", "").removeprefix("Bearer ")
        said = shown(response.headers.get("x-error-message") or response.text, SecretStr(authorization))
        raise Passing(f"the Hub answered HTTP {response.status_code}: {said}", asked_to_wait(response.headers))


def _git_sha1(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
