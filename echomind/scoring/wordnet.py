"""The WordNet that METEOR looks synonyms up in: nltk's own data, or Debian's ``wordnet-base`` package."""

from __future__ import annotations

import io
import warnings
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import nltk.data
from nltk.corpus.reader.wordnet import WordNetCorpusReader
from nltk.data import PathPointer

DEBIAN = Path("/usr/share/wordnet")
LONGEST_WORD = 100  # WordNet 3.0 has none over 71 characters; what is longer is neither looked up nor remembered
# The 45 files of WordNet's lexicographers in their order, each with the number of its part of speech: lexnames(5WN).
# Debian packages them as a manual page only.
_LEXNAMES = """
adj.all:3 adj.pert:3 adv.all:4 noun.Tops:1 noun.act:1 noun.animal:1 noun.artifact:1 noun.attribute:1 noun.body:1
noun.cognition:1 noun.communication:1 noun.event:1 noun.feeling:1 noun.food:1 noun.group:1 noun.location:1 noun.motive:1
noun.object:1 noun.person:1 noun.phenomenon:1 noun.plant:1 noun.possession:1 noun.process:1 noun.quantity:1
noun.relation:1 noun.shape:1 noun.state:1 noun.substance:1 noun.time:1 verb.body:2 verb.change:2 verb.cognition:2
verb.communication:2 verb.competition:2 verb.consumption:2 verb.contact:2 verb.creation:2 verb.emotion:2 verb.motion:2
verb.perception:2 verb.possession:2 verb.social:2 verb.stative:2 verb.weather:2 adj.ppl:3
"""


class Synonyms(Protocol):
    """What METEOR asks of a WordNet."""

    def synsets(self, lemma: str) -> list[Any]:
        """The sets of synonyms that ``lemma`` belongs to."""


class _NoSynonyms:
    def synsets(self, lemma: str) -> list[Any]:
        return []


NO_SYNONYMS: Synonyms = _NoSynonyms()


class RememberedWordNet:
    """A WordNet that looks a word up once, by one thread at a time: nltk's reader shares its open files."""

    def __init__(self, reader: Synonyms) -> None:
        self._look_up = lru_cache(maxsize=16_384)(reader.synsets)
        self._lock = Lock()

    def synsets(self, lemma: str) -> list[Any]:
        """The sets of synonyms that ``lemma`` belongs to."""
        if len(lemma) > LONGEST_WORD:
            return []
        with self._lock:
            return self._look_up(lemma)


class PlainWordNet(WordNetCorpusReader):
    """WordNet's database files as Princeton and Debian ship them; the files that nltk adds may be missing.

    ``root`` is a folder, or what ``nltk.data.find`` found.
    """

    def __init__(self, root: str | PathPointer) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # says that other languages than English are not there
            super().__init__(root, None)

    def open(self, file: str) -> Any:
        """The stream of one file; the list of lexicographers' files is made from lexnames(5WN) where it is missing."""
        try:
            return super().open(file)
        except OSError:
            if file != "lexnames":
                raise
            return io.StringIO(
                "".join(f"{i:02d} {line.replace(':', ' ')}\n" for i, line in enumerate(_LEXNAMES.split()))
            )

    def map_wn(self, version: str = "wordnet") -> None:
        """No map to WordNet 3.0, which this is: making one needs ``index.sense``, and METEOR needs none."""


@lru_cache(maxsize=1)
def installed_wordnet() -> Synonyms | None:
    """The WordNet of this machine, looked up once a process: nltk's data first, then Debian's; ``None`` for neither."""
    for name in ("corpora/wordnet", "corpora/wordnet.zip/wordnet/"):
        try:
            return RememberedWordNet(PlainWordNet(nltk.data.find(name)))
        except LookupError:  # not there
            continue
    if not (DEBIAN / "data.noun").is_file():
        return None
    if str(DEBIAN) not in nltk.data.path:
        nltk.data.path.append(str(DEBIAN))  # nltk reads only below the folders named here
    return RememberedWordNet(PlainWordNet(str(DEBIAN)))
