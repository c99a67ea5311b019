"""Which benchmark set a word on the command line means: ours, a folder, or a data set on the Hub."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from huggingface_hub import constants, snapshot_download
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    HTTPError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from echomind.benchmark.items import BenchmarkSet
from echomind.benchmark.published import PUBLISHED_ID, VOICES, Voice, read_published
from echomind.errors import ConfigurationError
from echomind.settings import get_settings

MINI, MINI_ID = "mini", "echomind-mini"
PUBLISHED_HUB_ID = "hlt-cuhksz/EchoMind"
_HUB_ID = re.compile(r"([A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)(?:@([\w./-]+))?", re.ASCII)
_JSON = ("*script_info_{voice}.json", "*data_{voice}/MCQ/*.json")
_AUDIO = ("*data_{voice}/audio/*",)


def load_set(
    spec: str,
    voice: Voice | None = None,
    *,
    audio: bool = False,
    require_answers: bool = True,
    check_audio: bool = False,
    answer_field: str = "",
) -> BenchmarkSet:
    """The set that ``spec`` names.

    - ``"mini"``: EchoMind-Mini from the assets folder (``echomind-mini``);
    - a folder in the published layout; one that holds ``mini.json`` is a build of EchoMind-Mini;
    - ``"echomind"``, ``"owner/name"`` or ``"owner/name@revision"``: a data set on the Hub. Only its JSON files are
      fetched, unless ``audio`` asks for the clips too (7.4 GB with everything). ``HF_HUB_OFFLINE`` and the cache of
      ``huggingface_hub`` are honoured.

    A word wins over a folder of that name (write ``./mini``), a folder over a Hub id. The other arguments are those of
    ``read_published``. Raises ``ConfigurationError`` when there is no such set or the Hub cannot give it, ``DataError``
    when its files are malformed.
    """
    checks = {"require_answers": require_answers, "check_audio": check_audio}
    word = spec.strip()
    if word == MINI:
        folder = get_settings().assets_dir / MINI
        if not folder.is_dir():
            raise ConfigurationError(f"EchoMind-Mini is not in {folder}: build it with `python -m echomind mini build`")
        return read_published(folder, voice, set_id=MINI_ID, answer_field=answer_field, **checks)
    if word == PUBLISHED_ID:
        word = PUBLISHED_HUB_ID
    elif _is_folder(word):
        set_id = MINI_ID if (Path(word) / "mini.json").is_file() else PUBLISHED_ID
        return read_published(Path(word), voice, set_id=set_id, answer_field=answer_field, **checks)
    hub = _HUB_ID.fullmatch(word)
    if hub is None:
        raise ConfigurationError(
            f"found no set {spec[:100]!r}, expected 'mini', 'echomind', a folder, or a Hub id owner/name[@revision]"
        )
    repo, revision = hub[1], hub[2]
    folder, read_as = _snapshot(repo, revision, voice, audio)
    set_id = PUBLISHED_ID if repo.casefold() == PUBLISHED_HUB_ID.casefold() else repo.replace("/", "--")
    found = read_published(folder, read_as, set_id=set_id, answer_field=answer_field, **checks)
    return replace(found, notes=(f"From the Hub: {repo} at {folder.name}.", *found.notes))


def _is_folder(word: str) -> bool:
    try:
        return bool(word) and "\0" not in word and Path(word).is_dir()
    except OSError:  # longer than a path may be, or not ours to look into
        return False


def _snapshot(repo: str, revision: str | None, voice: Voice | None, audio: bool) -> tuple[Path, Voice | None]:
    """Folder with the JSON files (and clips) of a Hub data set, and the voice that was picked.

    Without a voice the JSON files of both come (they are small), so that reading can say what is there; clips only of
    the voice that is then read.
    """
    folder = _fetch(repo, revision, [p.format(voice=v) for v in ([voice] if voice else VOICES) for p in _JSON])
    if audio:
        picked = voice or next((v for v in VOICES if any(folder.rglob(f"script_info_{v}.json"))), VOICES[0])
        folder = _fetch(repo, folder.name, [p.format(voice=picked) for p in (*_JSON, *_AUDIO)])
    return folder, voice


def _fetch(repo: str, revision: str | None, patterns: list[str]) -> Path:
    at = f"{repo}@{revision}" if revision else repo
    try:
        return Path(snapshot_download(repo, repo_type="dataset", revision=revision, allow_patterns=patterns))
    except GatedRepoError:
        reason = "it is gated: accept its terms on the Hub and set HF_TOKEN"
    except RepositoryNotFoundError:
        reason = "the Hub knows no such data set, or it is private (then set HF_TOKEN)"
    except RevisionNotFoundError:
        reason = "the data set has no such revision"
    except HFValidationError as error:
        reason = f"it is no Hub id ({_line(error)})"
    except (LocalEntryNotFoundError, OfflineModeIsEnabled):
        if constants.HF_HUB_OFFLINE:
            reason = "HF_HUB_OFFLINE is set and the cache does not hold it"
        else:
            reason = f"{constants.ENDPOINT} cannot be reached and the cache does not hold it"
    except (HfHubHTTPError, EntryNotFoundError, HTTPError, OSError) as error:  # HTTPError: proxies and time-outs
        reason = f"{type(error).__name__}: {_line(error)}"
    raise ConfigurationError(f"the set {at} cannot be had from the Hub: {reason}")


def _line(error: Exception) -> str:
    """The first line of a library's message, which may have many."""
    text = " ".join(str(error).split())
    return text if len(text) <= 200 else f"{text[:200]}..."
