"""What every event of the Talk page's conversation reads and writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import gradio as gr

from echomind.ui.talk_session import Session, Steps, View, admitted
from echomind.ui.talk_turnstile import Turnstile

TURNS_AT_ONCE = 2  # the rest wait in the page's queue, which shows their place
VIEW = tuple(field.name for field in fields(View))
DRAWN = {"timeline", "plane", "turns"}
HUSH = (
    "() => { document.querySelectorAll('audio').forEach((a) => a.pause()); dispatchEvent(new Event('em-hush'));"
    " dispatchEvent(new Event('em-stop')); }"
)
PRIVATE: dict[str, Any] = {"api_visibility": "private"}
AT_ONCE: dict[str, Any] = {**PRIVATE, "queue": False, "show_progress": "hidden"}
Update = dict[Any, Any]  # component to new value, as gradio takes it


@dataclass(frozen=True)
class Parts:
    """The components that turns read and write. ``shown`` holds one for each field of ``View``."""

    mic: gr.Audio
    topic: gr.Dropdown
    aloud: gr.Checkbox
    country: gr.Dropdown
    session: gr.State
    gate: gr.State
    shown: dict[str, Any]
    per_minute: int  # turns of one visitor

    @property
    def context(self) -> list[Any]:
        """What every turn is given."""
        return [self.topic, self.aloud, self.country, self.session, self.gate]

    @property
    def outputs(self) -> list[Any]:
        """What every turn may change."""
        return [*self.shown.values(), self.session, self.mic]

    @property
    def options(self) -> dict[str, Any]:
        """How a turn is queued."""
        return {
            **PRIVATE,
            "show_progress": "minimal",
            "show_progress_on": self.shown["status"],
            "concurrency_limit": TURNS_AT_ONCE,
            "concurrency_id": "talk",
            "trigger_mode": "multiple",  # a new turn takes the place of the one under way, also on the same button
        }

    def changes(self, gate: Turnstile, session: Session, steps: Steps, *, open_turn: bool = False) -> Iterator[Update]:
        """Each step as an update of the components that it changes; the recorder is made ready for the next turn.

        ``open_turn``: they answer the turn that is open, which has been counted when it was begun. What the visitor has
        stopped ends with what the stop has shown. What an overtaken turn had sent may arrive after this one's: its last
        step says all of it again.
        """
        before: View | None = None
        steps = steps if open_turn else admitted(gate, self.per_minute, steps, session)
        for view, session in gate.pass_through(steps, open_turn=open_turn):
            changed = [name for name in VIEW if before is None or getattr(view, name) != getattr(before, name)]
            if gate.overtakes and "times" in changed and view.times:
                changed = [name for name in VIEW if name in changed or name not in DRAWN]
            update = {self.shown[name]: getattr(view, name) for name in changed} | {self.session: session}
            yield update | ({self.mic: None} if before is None else {})
            before = view
        yield last_step(gate)


def last_step(gate: Turnstile) -> Any:
    """What every event that passes through ``gate`` ends with: what the visitor's stop has shown, or nothing new.

    Gradio sends the last step once more when the event ends. An overtaken one may end while the next turn is shown.
    """
    return gr.skip() if gate.last_word is None else gate.last_word
