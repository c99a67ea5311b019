"""What a submission is: who sent what, and everything that happened to it since.

A submission is never edited. It is created once with its files, and from then on only events are added; its state is a
fold over them. So two writers cannot overwrite each other, and whatever is repeated after a crash changes nothing.
"""

from __future__ import annotations

import datetime
import secrets
import uuid
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from echomind.outside_text import HubId, Name, Text, WebAddress

State = Literal["received", "scoring", "scored", "failed", "held", "published", "withdrawn"]
EventKind = Literal[
    "received",  # kept; nothing was promised before this
    "claimed",  # a worker scores it until ``data["until"]``
    "released",  # the worker gave it back unscored (it was stopped, or its claim ran out)
    "scored",  # ``data["scorer"]``, ``data["file"]``: the report is beside the raw files
    "failed",  # ``data["reason"]`` in full, for the submitter
    "held",  # waits for a person; ``data["reason"]``
    "published",  # its row may be shown
    "withdrawn",  # by the submitter
    "verified",  # by a moderator, who compared it with its source
    "unverified",
    "hidden",  # by a moderator; ``data["reason"]``
    "shown",
    "returned",  # by a moderator, to be sent again; ``data["reason"]``
]


def _aware(value: datetime.datetime) -> datetime.datetime:
    if value.tzinfo is None:
        raise ValueError("expected a time with its zone")
    return value.astimezone(datetime.UTC)


Time = Annotated[datetime.datetime, AfterValidator(_aware)]
Identifier = Annotated[str, Field(pattern=r"^[0-9a-f]{12}-[0-9a-f]{32}$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,120}$")]  # ours; the sender's names are only text


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Form(_Strict):
    """What the sender says about the model. ``contact`` is kept apart from it and never shown; see ``Submission``."""

    board: Literal["echomind-mini", "echomind", "humdial"]
    model: Name
    hub_id: HubId | None = None
    org: Name | None = None
    params_b: Annotated[float, Field(gt=0, le=100_000)] | None = None
    weights: Literal["open", "closed"] | None = None
    licence: Name | None = None
    url: WebAddress | None = None
    prompt: Literal["zero", "basic", "enhanced"]
    voice: Literal["tts", "human"]
    speech_out: bool | None = None
    decoding: Text | None = None
    runs: Annotated[int, Field(ge=1, le=1000)] = 1


class Sender(_Strict):
    """Who sent it, from the OAuth session (``provider`` "huggingface") or from this machine ("local")."""

    provider: Literal["huggingface", "local"]
    name: Name
    account_since: Time | None = None  # shown to moderators; ``None``: could not be found out


class File(_Strict):
    """One kept file. ``name`` is ours, ``sent_as`` the sender's name for it, shown as text only."""

    name: FileName
    sent_as: Annotated[str, Field(max_length=300)]
    size: Annotated[int, Field(ge=0)]
    sha256: Digest


class Receipt(_Strict):
    """What the sender gets, before any scoring. ``content`` is a hash over all files: the same bytes, the same hash."""

    schema_version: Annotated[int, Field(alias="schema", ge=1, le=1)] = 1
    id: Identifier
    at: Time
    content: Digest
    sender: Sender
    form: Form
    files: tuple[File, ...]


class Event(_Strict):
    """Something that happened. ``id`` makes repeating harmless; ``by`` is a user, a worker or a moderator."""

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    at: Time
    kind: EventKind
    by: Text
    data: dict[str, str] = {}


class Standing(_Strict):
    """What the events amount to."""

    state: State
    reason: str = ""
    verified: bool = False
    hidden: bool = False
    scores: dict[str, str] = {}  # scorer version -> name of its report
    claimed_by: str = ""
    claimed_until: Time | None = None


def now() -> datetime.datetime:
    """This moment, in UTC."""
    return datetime.datetime.now(datetime.UTC)


def new_id(content: str) -> str:
    """Identifier of a submission: twelve digits of its content's hash, and chance enough never to meet another."""
    return f"{content[:12]}-{secrets.token_hex(16)}"


def new_event(kind: EventKind, by: str, **data: str) -> Event:
    """An event that happens now."""
    return Event(id=uuid.uuid4().hex, at=now(), kind=kind, by=by, data=data)


def standing(events: Sequence[Event]) -> Standing:
    """The state after ``events``, in the order they were added."""
    state: State = "received"
    facts: dict[str, object] = {"reason": "", "verified": False, "hidden": False}
    scores: dict[str, str] = {}
    for event in events:
        reason = event.data.get("reason", "")
        match event.kind:
            case "claimed":
                state = "scoring"
                facts |= {"claimed_by": event.by, "claimed_until": _aware(_time(event.data["until"])), "reason": ""}
            case "released":
                state = "received"
            case "scored":
                state = "scored"
                scores[event.data["scorer"]] = event.data["file"]
            case "failed" | "held":
                state = event.kind
                facts["reason"] = reason
            case "published" | "withdrawn":
                state = event.kind
                facts["reason"] = reason
            case "verified" | "unverified":
                facts["verified"] = event.kind == "verified"
            case "hidden" | "shown":
                facts |= {"hidden": event.kind == "hidden", "reason": reason}
            case "returned":
                state = "failed"
                facts["reason"] = reason
        if event.kind != "claimed" and state != "scoring":
            facts |= {"claimed_by": "", "claimed_until": None}
    return Standing.model_validate({"state": state, "scores": scores, **facts})


def _time(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)
