"""What an endpoint was asked for and what it cost, and the budget that stops it in time.

Before a request is sent, the most it can cost is set aside; when its answer is there, what it did cost takes that
place. A request that would go past the budget waits for the ones under way (they mostly cost less than was set aside)
and is refused when none is left: so the budget holds, as far as the server keeps to ``max_tokens`` and reports usage.
Answers that were paid for but lost on the way are counted at their upper bound.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from echomind.endpoint_settings import Prices

MILLION = 1_000_000


@dataclass(frozen=True)
class Usage:
    """Tokens of one answer, or of many: text and audio, read (in) and written (out)."""

    text_in: int = 0
    text_out: int = 0
    audio_in: int = 0
    audio_out: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.text_in + other.text_in,
            self.text_out + other.text_out,
            self.audio_in + other.audio_in,
            self.audio_out + other.audio_out,
        )

    def cost(self, prices: Prices) -> float:
        """US dollars; discounts for prompts that the server had cached are not taken off."""
        audio_in = prices.text_in if prices.audio_in is None else prices.audio_in
        audio_out = prices.text_out if prices.audio_out is None else prices.audio_out
        text = self.text_in * prices.text_in + self.text_out * prices.text_out
        return (text + self.audio_in * audio_in + self.audio_out * audio_out) / MILLION


@dataclass(frozen=True)
class Spending:
    """Totals of one client.

    ``requests`` sent, ``answers`` got, ``cached`` answers that cost nothing, ``lost``: requests that may have been
    billed but whose usage never arrived. ``cost_usd`` is of the reported usage; ``at_most_usd`` adds an upper bound for
    the lost ones. Both are ``None`` where no prices are set: unknown is not 0.
    """

    requests: int
    answers: int
    cached: int
    lost: int
    usage: Usage
    cost_usd: float | None
    at_most_usd: float | None


@dataclass
class Charge:
    """What one request turned out to cost; as long as nothing is set, nothing."""

    usage: Usage | None = None
    lost: bool = False


class OverBudget(Exception):
    """The next request could cost more than is left; holds the sentence that says so."""


@dataclass
class Ledger:
    """The running account of one client; every method may be called from any thread."""

    prices: Prices | None
    budget_usd: float | None
    _changed: threading.Condition = field(default_factory=threading.Condition, repr=False)
    _requests: int = 0
    _answers: int = 0
    _cached: int = 0
    _lost: int = 0
    _usage: Usage = field(default_factory=Usage)
    _spent: float = 0.0
    _lost_usd: float = 0.0
    _set_aside: float = 0.0
    _under_way: int = 0  # counted apart: sums of floats need not come back to exactly 0

    @contextmanager
    def request(self, most: Usage) -> Iterator[Charge]:
        """Set aside the cost of ``most`` tokens for one request; raises ``OverBudget`` before it is sent."""
        bound = most.cost(self.prices) if self.prices else 0.0
        charge = Charge()
        with self._changed:
            while self._under_way and not self._affordable(bound):
                self._changed.wait()
            if not self._affordable(bound):
                raise OverBudget(
                    f"found {self._spent + self._lost_usd:.4f} of {self.budget_usd:.4f} US dollars spent, and the next"
                    f" request may cost {bound:.4f}; expected to stay within budget_usd"
                )
            self._set_aside += bound
            self._under_way += 1
            self._requests += 1
        try:
            yield charge
        finally:
            with self._changed:
                self._under_way -= 1
                self._set_aside = self._set_aside - bound if self._under_way else 0.0
                self._book(charge, bound)
                self._changed.notify_all()

    def count_answer(self, *, cached: bool) -> None:
        """Count an answer handed out."""
        with self._changed:
            self._answers += 1
            self._cached += cached

    def total(self) -> Spending:
        """Everything so far."""
        with self._changed:
            known = self.prices is not None
            return Spending(
                self._requests,
                self._answers,
                self._cached,
                self._lost,
                self._usage,
                self._spent if known else None,
                self._spent + self._lost_usd if known else None,
            )

    def _affordable(self, bound: float) -> bool:
        return (
            self.budget_usd is None or self._spent + self._lost_usd + self._set_aside + bound <= self.budget_usd + 1e-12
        )

    def _book(self, charge: Charge, bound: float) -> None:
        if charge.usage is not None:
            self._usage += charge.usage
            self._spent += charge.usage.cost(self.prices) if self.prices else 0.0
        elif charge.lost:
            self._lost += 1
            self._lost_usd += bound
