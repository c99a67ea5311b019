"""More scripts of EchoMind-Mini, with replies but no reasoning items: for questions that the first 126 cannot carry.

Whether laughter, a shout or a tone of voice goes with the words can only be asked of words that are plainly good or bad
news (``sentiment``); 32 scripts are, half of each. The other 13 are neutral remarks for pace and age, of which the
first 126 hold too few deliveries for an interval.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from echomind.benchmark.mini_scripts import MiniScript, ReasoningItem, load_mini_scripts, read_scripts

PATH = Path(__file__).parent / "data" / "mini_added_scripts.jsonl"
Sentiment = Literal["positive", "negative", "none"]


class AddedScript(MiniScript):
    """A script of the second file. ``sentiment`` is what the words alone say; ``"none"`` for a neutral remark."""

    sentiment: Sentiment
    reasoning: tuple[ReasoningItem, ...] = ()


@lru_cache(maxsize=1)
def load_added_scripts(path: Path = PATH) -> tuple[AddedScript, ...]:
    """The scripts of the second file; raises ``DataError`` as ``read_scripts`` does."""
    return read_scripts(path, AddedScript)


def all_scripts() -> tuple[MiniScript, ...]:
    """Every script of EchoMind-Mini in order: the 126, then the added ones."""
    return (*load_mini_scripts(), *load_added_scripts())


def sentiment_of(script: MiniScript) -> Sentiment:
    """What the words of a script say: ``"none"`` for all of the first 126, which are neutral by design."""
    return script.sentiment if isinstance(script, AddedScript) else "none"
