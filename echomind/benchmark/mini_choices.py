"""Balance, so that no option gives itself away: which wrong options go with a key, and in which order options stand.

An option text that is right more often than it is wrong in proportion can be guessed without listening. Here every
class is offered as a wrong option ``wrong`` times as often as it is the key, so that among ``wrong + 1`` options each
text is right once in ``wrong + 1`` times it is shown; and each letter is the key equally often.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from string import ascii_uppercase as LETTERS

ROUNDS = 200  # of repair; the sets here settle within twenty


@dataclass(frozen=True)
class Ask:
    """A question before its wrong options are drawn.

    ``key``: the right class; ``false``: classes that are certainly wrong; ``wanted``: those of them to take first.
    """

    key: str
    false: frozenset[str]
    wanted: tuple[str, ...] = ()


def wrong_options(
    asks: Sequence[Ask], wrong: int, rng: random.Random, group: Callable[[str], Hashable] = lambda label: label
) -> list[tuple[str, ...]]:
    """For each ask ``wrong`` classes of different groups (the key's group among them), as balanced as can be.

    ``wanted`` classes stay; the others are those that are still offered too seldom, ties by lot. Raises ``ValueError``
    when an ask has too few classes that are certainly wrong.
    """
    due = Counter({key: wrong * count for key, count in Counter(ask.key for ask in asks).items()})
    chosen: list[list[str]] = []
    for ask in asks:
        taken: list[str] = []
        for label in ask.wanted:
            if len(taken) < wrong and _fits(label, ask, taken, group):
                taken.append(label)
        due.subtract(taken)
        chosen.append(taken)
    kept = [len(taken) for taken in chosen]
    hardest = sorted(range(len(asks)), key=lambda i: (len(asks[i].false), rng.random()))
    for i in hardest:
        while len(chosen[i]) < wrong:
            fitting = [label for label in sorted(asks[i].false) if _fits(label, asks[i], chosen[i], group)]
            if not fitting:
                raise ValueError(f"the question about {asks[i].key!r} has too few options that are certainly wrong")
            label = max(fitting, key=lambda label: (due[label], rng.random()))
            due[label] -= 1
            chosen[i].append(label)
    _repair(asks, chosen, kept, due, group)
    return [tuple(taken) for taken in chosen]


def _fits(label: str, ask: Ask, taken: Sequence[str], group: Callable[[str], Hashable]) -> bool:
    return label in ask.false and group(label) not in {group(other) for other in (ask.key, *taken)}


def _repair(
    asks: Sequence[Ask],
    chosen: list[list[str]],
    kept: Sequence[int],
    due: Counter[str],
    group: Callable[[str], Hashable],
) -> None:
    """Swap what is offered too often for what is offered too seldom, as long as that brings both nearer."""
    for _ in range(ROUNDS):
        moved = False
        for ask, taken, fixed in zip(asks, chosen, kept, strict=True):
            for place in range(fixed, len(taken)):
                others = taken[:place] + taken[place + 1 :]
                fitting = [label for label in sorted(ask.false) if _fits(label, ask, others, group)]
                best = max(fitting, key=lambda label: due[label])
                if due[best] > due[taken[place]] + 1:
                    due[best] -= 1
                    due[taken[place]] += 1
                    taken[place], moved = best, True
        if not moved:
            return


class Letters:
    """Puts options in an order by lot, such that within a type every letter is the key equally often."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._keys: Counter[str] = Counter()
        self._places: Counter[tuple[str, str]] = Counter()

    def order(self, key: str, wrong: Sequence[str], label: str = "") -> tuple[dict[str, str], str]:
        """Options by letter, and the key's letter. ``label``: the class of the key, balanced over letters as well."""
        letters = LETTERS[: len(wrong) + 1]
        place = min(letters, key=lambda x: (self._places[label, x], self._keys[x], self._rng.random()))
        self._keys[place] += 1
        self._places[label, place] += 1
        others = self._rng.sample(wrong, len(wrong))
        return {x: key if x == place else others.pop() for x in letters}, place

    def order_roles(self, options: Mapping[str, str], asked: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
        """One order for an item that is asked several times: ``options`` by role, of which ``asked`` are keys in turn.

        Returns options by letter and the letter of each role.
        """
        letters = LETTERS[: len(options)]
        orders = [dict(zip(options, order, strict=True)) for order in permutations(letters)]
        self._rng.shuffle(orders)

        def uneven(order: Mapping[str, str]) -> tuple[int, int]:
            keys = self._keys + Counter(order[role] for role in asked)
            counts = [keys[x] for x in letters]
            places = sum(self._places[role, x] for role, x in order.items())
            return max(counts) - min(counts), places

        best = min(orders, key=uneven)
        self._keys.update(best[role] for role in asked)
        self._places.update(best.items())
        return {x: options[role] for x, role in sorted((x, role) for role, x in best.items())}, best
