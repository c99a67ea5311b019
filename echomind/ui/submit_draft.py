"""The scripts of the Submit page that ask no server: the draft in the visitor's browser, and what buttons do."""

from __future__ import annotations

import json

from echomind.settings import Settings
from echomind.submissions.references import VOICES
from echomind.ui.submit_form import NAMES, allowed, defaults, voices_of
from echomind.words import here


class Draft:
    """The scripts that keep what is filled in, in the visitor's browser."""

    def __init__(self, settings: Settings) -> None:
        code = (settings.assets_dir / "submit_draft.js").read_text(encoding="utf-8")
        known = {"names": NAMES, "allowed": allowed(settings), "start": defaults(settings)}
        self._code = "\n".join([*(f"const {name} = {json.dumps(value)};" for name, value in known.items()), code])

    def script(self, name: str) -> str:
        """One of its functions, as gradio runs it."""
        return f"(...values) => {{ {self._code}\nreturn {name}(...values); }}"


def voices_script() -> str:
    """The script that offers the voices of the board that was chosen."""
    voices = json.dumps({board: [(here(words), voice) for words, voice in voices_of(board)] for board in VOICES})
    return f"""(board) => {{
  const choices = ({voices})[board] ?? [];
  return {{ choices, value: choices[0]?.[1], __type__: 'update' }};
}}"""


# to the first step, and what was refused is no matter any more
BACK = "() => [{ selected: 1, __type__: 'update' }, '']"
HANDING_IN = (
    "() => ({ interactive: false, value: window.emWords?.['Handing in…'] ?? 'Handing in…', __type__: 'update' })"
)
HAND_IN = "() => ({ interactive: true, value: window.emWords?.['Hand in'] ?? 'Hand in', __type__: 'update' })"
# the step, receipt and tray, the list of files, the timer: the form stays, for the same model with another prompt
ANOTHER = "() => [{ selected: 1, __type__: 'update' }, '', '', '', { active: false, __type__: 'update' }]"
