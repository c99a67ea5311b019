"""Who may moderate, and what a moderator does to a submission."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from echomind.errors import EchoMindError
from echomind.outside_text import Text
from echomind.settings import Settings
from echomind.submissions.model import EventKind, Sender, Standing, State, new_event
from echomind.submissions.queue import RELEASED_BY_PERSON
from echomind.submissions.store import Conflict, Store

TRIES = 20  # each lost one means that somebody else's event came first
_TEXT: TypeAdapter[str] = TypeAdapter(Text)


class NotAllowed(EchoMindError):
    """This person may not do this, or not to a submission in this state."""


@dataclass(frozen=True)
class Moderator:
    """Somebody who may moderate; only ``moderator`` makes one."""

    name: str


def moderator(settings: Settings, sender: Sender | None = None, token: str = "") -> Moderator:
    """The moderator behind a signed-in ``sender`` or an admin token. Raises ``NotAllowed`` for everybody else.

    A name counts only where Hugging Face vouches for it: whoever is at this machine may call themselves anything.
    """
    if sender is not None and sender.provider == "huggingface" and sender.name in settings.moderators:
        return Moderator(f"huggingface:{sender.name}")
    secret = settings.admin_token.get_secret_value()
    if secret and hmac.compare_digest(token.encode("utf-8", "replace"), secret.encode()):
        return Moderator("local:admin")
    raise NotAllowed("found nobody who may moderate, expected a moderator who is signed in, or the admin token")


@dataclass(frozen=True)
class _Action:
    """What a moderator does: in which states, the event it becomes, and whether a reason has to be given."""

    kind: EventKind
    done: str
    states: frozenset[State]
    needs_reason: bool = False


_ALIVE: frozenset[State] = frozenset({"received", "scoring", "scored", "held", "published"})
_ACTIONS = {
    "verify": _Action("verified", "verified", frozenset({"scored", "published"})),
    "unverify": _Action("unverified", "unverified", frozenset({"scored", "published"})),
    "hide": _Action("hidden", "hidden", _ALIVE, needs_reason=True),
    "show": _Action("shown", "shown", _ALIVE),
    "return": _Action("returned", "returned to its sender", _ALIVE, needs_reason=True),
    "score": _Action("released", "scored", frozenset({"held"})),
}


def _is_so(action: str, now: Standing) -> bool:
    done = {"verify": now.verified, "unverify": not now.verified, "hide": now.hidden, "show": not now.hidden}
    return done.get(action, False)


def possible(now: Standing) -> frozenset[str]:
    """What a moderator can do to a submission that stands so; see ``moderate``."""
    return frozenset(name for name, action in _ACTIONS.items() if now.state in action.states and not _is_so(name, now))


def moderate(store: Store, submission_id: str, action: str, by: Moderator, reason: str = "") -> None:
    """Do one of ``verify``, ``unverify``, ``hide``, ``show``, ``return``, and ``score`` for what waits for a person.

    Doing again what is so already changes nothing. Raises ``NotAllowed`` where the state does not allow it,
    ``EchoMindError`` for a reason that is missing or no plain text, ``StoreError``.
    """
    wanted = _ACTIONS[action]
    if wanted.needs_reason and not reason:
        raise EchoMindError(f"found no reason, expected one: the sender reads why it was {wanted.done}")
    try:
        data = {"reason": _TEXT.validate_python(reason)} if reason else {}
    except ValidationError as error:
        raise EchoMindError(f"reason: {error.errors()[0]['msg']}") from None
    if action == "score":
        data[RELEASED_BY_PERSON] = "yes"
    event = new_event(wanted.kind, by.name, **data)
    for left in reversed(range(TRIES)):
        found = store.get(submission_id)
        state = found.standing.state
        if state not in wanted.states:
            expected = ", ".join(sorted(wanted.states))
            raise NotAllowed(f"{submission_id}: found it {state}; it can be {wanted.done} while it is {expected}")
        if _is_so(action, found.standing):
            return
        try:
            store.append(submission_id, event, expect=found.version)
        except Conflict:
            if not left:
                raise
        else:
            return
