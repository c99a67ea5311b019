"""From which probability on a cue is stated: one threshold for the page, the voice and the comparisons.

``Cue.score`` is the calibrated probability of the winning label: the head's softmax after its fitted temperature
(``temperatures`` in the checkpoint's configuration, 1 where none was fitted). At ``SURE_FROM`` the winner is half as
likely again as all other labels of its category together; below it the label is only named as a guess.
"""

from __future__ import annotations

from echomind.models.protocol import Cue
from echomind.taxonomy import CATEGORY

SURE_FROM = 0.6


def is_unsure(cue: Cue) -> bool:
    """Whether the winning label is too improbable to state."""
    return cue.score < SURE_FROM


def is_absent(category: str, cue: Cue) -> bool:
    """Whether the winning label says that nothing of the category was heard."""
    return cue.label == CATEGORY[category].absent


def is_notable(category: str, cue: Cue) -> bool:
    """Whether something is stated to be there, rather than absent or as usual."""
    return not is_unsure(cue) and not is_absent(category, cue)
