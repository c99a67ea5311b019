"""The scripts of EchoMind-Mini: neutral remarks of our own, each with three deliveries, replies and reasoning options.

As in EchoMind (arXiv 2510.22758, section 3) one script is said in a target, a neutral and an alternative delivery, and
the fitting reply depends on the delivery alone. Each reasoning item has four options: one fits each delivery, one fits
none; so the same item is asked of all three deliveries with another right answer each time.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from echomind.errors import DataError
from echomind.strict_json import StrictJSONError, loads
from echomind.taxonomy import ATTRIBUTES, CATEGORY, CATEGORY_OF

PATH = Path(__file__).parent / "data" / "mini_scripts.jsonl"
LEFT_OUT = PATH.with_name("mini_left_out.jsonl")
Style = Literal["target", "neutral", "alternative"]
ReasoningType = Literal[
    "response_style_matching",
    "personalized_recommendation_matching",
    "contextual_suggestion_generation",
    "preceding_event_inference",
    "speaker_intent_recognition",
    "empathy_aware_response_selection",
]
Text = Annotated[str, Field(min_length=2, pattern=r"^[ -~]+$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Option(_Strict):
    """One option of a reasoning item and the delivery under which it is right (``"other"``: under none)."""

    text: Text
    fits: Literal["target", "neutral", "alternative", "other"]


class ReasoningItem(_Strict):
    """A question with four options, exactly one for each delivery and one that fits none."""

    type: ReasoningType
    question: Text
    options: tuple[Option, ...]

    @model_validator(mode="after")
    def _one_option_each(self) -> ReasoningItem:
        fits = sorted(option.fits for option in self.options)
        if fits != ["alternative", "neutral", "other", "target"]:
            raise ValueError(f"options fit {fits}; expected one each for target, neutral, alternative and other")
        return self


class Replies(_Strict):
    """The reference reply to each delivery."""

    target: Text
    neutral: Text
    alternative: Text


class MiniScript(_Strict):
    """One remark: its words, its target and alternative cue (attribute ids of one dimension), replies, reasoning."""

    id: Annotated[str, Field(pattern=r"^mini-\d{3}$")]
    topic: Text
    text: Text
    target: str
    alternative: str
    replies: Replies
    reasoning: tuple[ReasoningItem, ...]

    @model_validator(mode="after")
    def _cues_are_comparable(self) -> MiniScript:
        for cue in (self.target, self.alternative):
            if cue not in ATTRIBUTES:
                raise ValueError(f"cue {cue!r}: expected one of the 39 attribute ids")
        dimensions = [CATEGORY[CATEGORY_OF[cue]].dimension for cue in (self.target, self.alternative)]
        if self.target == self.alternative or dimensions[0] != dimensions[1]:
            raise ValueError(
                f"target {self.target!r} and alternative {self.alternative!r}: expected two of a dimension"
            )
        return self

    def cue(self, style: Style) -> str:
        """Attribute id of a delivery; ``"neutral"`` for the neutral one."""
        return {"target": self.target, "neutral": "neutral", "alternative": self.alternative}[style]


ScriptKind = TypeVar("ScriptKind", bound=MiniScript)


def read_scripts(path: Path, kind: type[ScriptKind]) -> tuple[ScriptKind, ...]:
    """Scripts of a JSON Lines file; raises ``DataError`` naming file, line and field, or an id that is there twice."""
    scripts: list[ScriptKind] = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            loads(line)  # refuses NaN, duplicate keys and what is not UTF-8, which pydantic would let pass
            scripts.append(kind.model_validate_json(line))
        except StrictJSONError as error:
            raise DataError(f"{path.name}:{number}: {error}") from error
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(map(str, first["loc"])) or "script"
            raise DataError(f"{path.name}:{number}: {field}: {first['msg']}") from error
    doubled = [key for key, count in Counter(s.id for s in scripts).items() if count > 1]
    if doubled:
        raise DataError(f"{path.name}: ids there twice: {', '.join(doubled)}")
    return tuple(scripts)


@lru_cache(maxsize=1)
def load_mini_scripts(path: Path = PATH) -> tuple[MiniScript, ...]:
    """All scripts; raises ``DataError`` as ``read_scripts`` does."""
    return read_scripts(path, MiniScript)


@lru_cache(maxsize=1)
def left_out() -> frozenset[str]:
    """Reasoning items that are not asked, as ``script id/type``: their filler shows by its words (``mini_filter``).

    Raises ``DataError`` for an entry that is no item.
    """
    there = {f"{script.id}/{item.type}" for script in load_mini_scripts() for item in script.reasoning}
    found = [loads(line) for line in LEFT_OUT.read_bytes().splitlines()]
    for number, entry in enumerate(found, 1):
        if entry not in there:
            raise DataError(f"{LEFT_OUT.name}:{number}: found {entry!r}; expected an item, 'script id/type'")
    return frozenset(found)
