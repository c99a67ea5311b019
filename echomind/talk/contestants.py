"""Other models beside ours: who can be asked to answer a clip, and where the clip would go.

Models are named by the setting ``ECHOMIND_TALK_MODELS`` alone, never by a visitor. Without it there are ours and the
floor: the same decoder, which reads the words and hears nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from urllib.parse import urlsplit

from echomind.errors import ConfigurationError
from echomind.models.endpoint import endpoint_settings
from echomind.settings import Settings

MOST = 3  # side by side
OWN, FLOOR = "echomind", "transcript-only"


@dataclass(frozen=True)
class Contestant:
    """A model that can be asked. ``spec``: as ``evaluate --model`` names it. ``name``: as a page shows it.

    ``host``: whom the recording is sent to; "" where it stays on this server.
    """

    spec: str
    name: str
    host: str = ""

    @property
    def kind(self) -> str:
        """``"echomind"``, ``"transcript-only"``, ``"transformers"`` or ``"endpoint"``."""
        return self.spec.partition(":")[0]

    @property
    def argument(self) -> str:
        """What stands after the colon."""
        return self.spec.partition(":")[2]


@dataclass(frozen=True)
class Replied:
    """What a model has answered so far. ``problem``: why it does not, in one line.

    ``first_s``: from the clip to the first words of the reply, seconds; None for models whose reply comes whole.
    ``whole_s``: to its end; None while it is written. ``cost_usd``: None where unknown or free.
    """

    who: Contestant
    text: str = ""
    first_s: float | None = None
    whole_s: float | None = None
    cost_usd: float | None = None
    problem: str = ""

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return bool(self.problem) or self.whole_s is not None


def contestants(settings: Settings) -> tuple[Contestant, ...]:
    """Ours, the floor, then those of the settings, in their order.

    Raises ``ConfigurationError`` for a name of another form, an endpoint that is not set, or one named twice.
    """
    others = [_named(spec, settings) for spec in settings.talk_models]
    specs = [one.spec for one in others]
    twice = next((spec for spec in specs if specs.count(spec) > 1), None)
    if twice is not None:
        raise ConfigurationError(f"ECHOMIND_TALK_MODELS: found {twice!r} twice; expected each model once")
    return Contestant(OWN, "EchoMind"), Contestant(FLOOR, "EchoMind (words only)"), *others


def _named(spec: str, settings: Settings) -> Contestant:
    kind, _, argument = spec.partition(":")
    if kind == "transformers" and argument:
        return Contestant(spec, argument.rstrip("/").rpartition("/")[2])
    if kind == "endpoint" and argument:
        try:
            endpoint = endpoint_settings(argument, settings.endpoints)
        except ConfigurationError as error:
            raise ConfigurationError(f"ECHOMIND_TALK_MODELS: {error}") from error
        return Contestant(spec, argument, urlsplit(endpoint.base_url).netloc)
    raise ConfigurationError(
        f"ECHOMIND_TALK_MODELS: found {spec[:80]!r}; expected transformers:HUB-ID-OR-FOLDER or endpoint:NAME"
    )


def hosts_of(chosen: tuple[Contestant, ...]) -> tuple[str, ...]:
    """Whom a recording would be sent to, each once."""
    return tuple(dict.fromkeys(one.host for one in chosen if one.host))


def cost_words(cost_usd: float | None) -> str:
    """What an answer cost, with two digits that count: ``"$0.0042"``; ``"—"`` where it is unknown."""
    if cost_usd is None:
        return "—"
    if cost_usd <= 0:
        return "$0"
    return f"${cost_usd:.{max(2, 1 - math.floor(math.log10(cost_usd)))}f}"
