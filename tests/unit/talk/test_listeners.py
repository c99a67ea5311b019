import base64

import numpy as np
import pytest

from echomind.errors import AudioError
from echomind.talk.engine import BusyError
from echomind.talk.listeners import ANSWERED_S, SILENT_S, Listeners
from echomind.talk.listening import Listening
from tests.unit.talk.test_listening import Words

QUARTER = base64.b64encode(np.zeros(4_000, "<i2").tobytes()).decode()


def new():
    return Listening(Words(), lambda *_: (event for event in ()))


def test_each_key_has_its_own_turn():
    listeners = Listeners()
    one, other = listeners.open(new()), listeners.open(new())
    assert one != other
    assert listeners.hear(one, 0, 16_000, QUARTER).seconds > 0
    assert listeners.find(other).progress.seconds == 0
    listeners.close(one)
    listeners.close(one)
    assert listeners.find(one) is None
    with pytest.raises(AudioError, match="this turn is over"):
        listeners.hear(one, 1, 16_000, QUARTER)


def test_a_piece_counts_once_and_none_is_missing():
    listeners = Listeners()
    key = listeners.open(new())
    first = listeners.hear(key, 0, 16_000, QUARTER)
    assert listeners.hear(key, 0, 16_000, QUARTER) == first
    with pytest.raises(AudioError, match="found piece 2; expected piece 1"):
        listeners.hear(key, 2, 16_000, QUARTER)
    assert listeners.hear(key, 1, 16_000, QUARTER).seconds > first.seconds


@pytest.mark.parametrize(
    ("pcm", "message"),
    [("not base64!", "not base64"), ("AAAA" * 70_000, "at most 5 s"), ("AAAA", "expected 16-bit samples")],
)
def test_what_is_no_piece_is_refused(pcm, message):
    listeners = Listeners()
    key = listeners.open(new())
    with pytest.raises(AudioError, match=message):
        listeners.hear(key, 0, 16_000, pcm)
    assert listeners.hear(key, 0, 16_000, QUARTER).seconds > 0


def test_no_more_than_fit():
    listeners = Listeners(open_at_once=1)
    listeners.open(new())
    refused = new()
    with pytest.raises(BusyError, match="please try again in a moment"):
        listeners.open(refused)
    assert refused.progress.ended == "closed"


def test_who_has_left_makes_room():
    listeners = Listeners(open_at_once=1)
    left, answered = new(), new()
    key = listeners.open(left)
    left.touched -= SILENT_S + 1
    other = listeners.open(answered)
    assert listeners.find(key) is None
    assert left.progress.ended == "closed"
    answered.finish()
    answered.touched -= SILENT_S + 1
    with pytest.raises(BusyError):
        listeners.open(new())
    answered.touched -= ANSWERED_S
    listeners.open(new())
    assert listeners.find(other) is None
