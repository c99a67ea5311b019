"""The everyday words of our corpus: what a reply may say though the speaker did not (``models.lexicon``).

A word is everyday when the replies of many training situations use it and no two topics hold too much of it, each topic
weighing the same; so is every word of the openers and closers, which answer a voice and no topic. ``python -m
echomind.training.everyday`` writes the list again.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Sequence

from echomind.models.lexicon import EVERYDAY, words_of
from echomind.training.data.corpus import Scenario, load_openers, scenarios_of

SHARE = 0.015  # of the situations: 7 of 431
TWO_TOPICS = 0.42  # of a word's use, at most, in the two topics that use it most; evenly spread it would be 0.12
LINES = 2  # openers or closers that a word of theirs occurs in


def everyday_of(scenarios: Sequence[Scenario]) -> list[str]:
    """The everyday words of situations, and those of the openers and closers, in alphabetical order."""
    used: dict[str, Counter[str]] = defaultdict(Counter)
    topics = Counter(scenario.topic for scenario in scenarios)
    for scenario in scenarios:
        for word in {word for bodies in scenario.bodies.values() for body in bodies for word in words_of(body)}:
            used[word][scenario.topic] += 1
    found = {word for word, by in used.items() if by.total() >= SHARE * len(scenarios) and _spread(by, topics)}
    lines = [line for bank in load_openers().values() for group in bank.values() for line in group]
    reactions = Counter(word for line in lines for word in set(words_of(line)))
    return sorted(found | {word for word, count in reactions.items() if count >= LINES})


def _spread(by: Counter[str], topics: Counter[str]) -> bool:
    shares = sorted((by[topic] / n for topic, n in topics.items()), reverse=True)
    return sum(shares[:2]) <= TWO_TOPICS * sum(shares)


def main() -> int:
    """Write the list."""
    words = everyday_of(scenarios_of("train"))
    lines: list[str] = [""]
    for word in words:
        if len(lines[-1]) + len(word) > 118:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    EVERYDAY.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(words)} words in {EVERYDAY}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
