"""What keeps a page as its visitor left it while results change below it, in the browser's own language.

Gradio draws a component anew by making the old elements like the new ones, first to first and second to second: a row
that comes in on top moves all others by one, the focus stays on its place and not on its row, and what was opened
closes. These scripts note what the visitor looks at and put it back.
"""

from __future__ import annotations

import base64
import json

LOOK_S = 4.0  # how often a page asks whether results have changed
SHARED_S = 1.0  # within which all pages share one look: many visitors cost as much as one

# What the visitor opened or closed stays so.
KEEP_SCRIPT = """
const open = new Map();
const key = (details) => details.dataset.keep ?? details.querySelector('summary')?.textContent;
element.addEventListener('toggle', (event) => open.set(key(event.target), event.target.open), true);
watch('value', () => element.querySelectorAll('details').forEach((details) => {
  if (open.has(key(details))) details.open = open.get(key(details));
}));
"""

# A file that was made for the visitor goes straight to the disk: nothing of it stays on the server.
SAVE = """
(made) => {
  if (!made) return '';
  const file = JSON.parse(made);
  const bytes = Uint8Array.from(atob(file.base64), (character) => character.charCodeAt(0));
  const address = URL.createObjectURL(new Blob([bytes], {type: file.type}));
  const link = document.createElement('a');
  link.href = address;
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
  return '';
}
"""


def to_save(name: str, kind: str, content: bytes) -> str:
    """A file for ``SAVE``: ``name``, ``type`` and ``base64`` as JSON."""
    return json.dumps({"name": name, "type": kind, "base64": base64.b64encode(content).decode()})
