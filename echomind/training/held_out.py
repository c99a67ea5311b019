"""The held-out situations of our corpus, split once more: half settle choices, half are measured.

No stage trains on either half (``Scenario.part``); the split is by a hash of the situation, for ever.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Mapping

from echomind.slm.configuration import EMOTION_OF_CUE
from echomind.taxonomy import NONE
from echomind.training.data.corpus import (
    GROUP_OF_CUE,
    Example,
    Scenario,
    load_openers,
    scenarios_of,
)

HEARD = 0.8  # probability of the cue that is told in words; what ears give to a cue they hear well


def half_of(scenario: Scenario) -> str:
    """``"dev"`` or ``"measured"``."""
    return "dev" if hashlib.sha256(f"half {scenario.id}".encode()).digest()[0] % 2 else "measured"


def scenarios_held_out(half: str) -> tuple[Scenario, ...]:
    """The held-out situations of a half, in the order of their ids."""
    return tuple(s for s in scenarios_of("test") if half_of(s) == half)


def heard_in(example: Example) -> Mapping[str, float]:
    """What ears would give of an example's delivery: each of its cues clearly, gender apart."""
    return {label: HEARD for category, label in example.cues.items() if category != "gender" and label in _CUES}


_CUES = frozenset(load_openers()["openers"]) - {NONE}


def references(scenario: Scenario, cue: str, *, reactions: bool) -> list[str]:
    """Sentences of the replies written for the situation said with that cue; with ``reactions``, of those to any."""
    group = GROUP_OF_CUE.get(cue, "plain")
    sentences = [line for body in scenario.bodies[group] for line in re.split(r"(?<=[.!?])\s+", body)]
    return [*sentences, *load_openers()["openers"][cue]] if reactions else sentences


def causes_of(scenario: Scenario, cue: str) -> list[str]:
    """Every cause written for the situation said with that cue; the gist where the cue names no feeling."""
    return list(scenario.causes[GROUP_OF_CUE[cue]]) if cue in EMOTION_OF_CUE else [scenario.gist]


def drawn(scenarios: tuple[Scenario, ...], count: int, rng: random.Random) -> list[tuple[Scenario, str]]:
    """``count`` distinct utterances with their situation, every situation as often as the others."""
    pools = {s.id: rng.sample(s.utterances, len(s.utterances)) for s in scenarios}
    found: list[tuple[Scenario, str]] = []
    while len(found) < count and any(pools.values()):
        found += [(s, pools[s.id].pop()) for s in scenarios if pools[s.id]]
    return found[:count]
