import threading

import pytest

from echomind.errors import EchoMindError
from echomind.models.asr import Transcript
from echomind.settings import Settings
from echomind.talk import ahead as module
from echomind.talk import engine as engines
from echomind.talk.ahead import Ahead, answering
from echomind.talk.engine import BusyError, Engine
from echomind.talk.events import Done, Heard, Perceived, ReplyPiece, Thought, Waiting


@pytest.fixture
def engine(models, monkeypatch):
    found = Engine(Settings(), turns_at_once=1)
    monkeypatch.setattr(found, "models", lambda: models)
    return found


def test_the_whole_answer(engine, clip):
    prepare = answering(engine, "work", (), voice=None)
    told = list(Ahead(prepare(clip, Transcript("Can I go"), 0.25)))
    assert [type(event) for event in told][:4] == [Heard, Perceived, Thought, ReplyPiece]
    assert told[0].transcript == Transcript("Can I go")
    assert isinstance(told[-1], Done)
    assert told[-1].timings.asr == 0.25
    assert told[-1].timings.total > 0.25
    assert engine.ticket().wait(0)  # the place is free again


def test_a_position_is_told_while_all_places_are_taken(engine, clip, monkeypatch):
    monkeypatch.setattr(module, "TOLD_EVERY_S", 0.01)
    with engine.turn():
        coming = iter(Ahead(answering(engine, voice=None)(clip, Transcript("hello"), 0.0)))
        assert next(coming) == Waiting(1)
    assert isinstance(list(coming)[-1], Done)


def test_no_place_in_time(models, clip, monkeypatch):
    monkeypatch.setattr(module, "TOLD_EVERY_S", 0.01)
    engine = Engine(Settings(), turns_at_once=1, wait_s=0.02)
    monkeypatch.setattr(engine, "models", lambda: models)
    with engine.turn(), pytest.raises(BusyError, match="please try again"):
        list(Ahead(answering(engine, voice=None)(clip, Transcript("hello"), 0.0)))
    assert engine.ticket().wait(0)


def test_one_that_is_not_wanted_ends(engine, clip, model):
    begun, go_on = threading.Event(), threading.Event()
    closed = threading.Event()

    def events():
        try:
            begun.set()
            go_on.wait(30)
            yield ReplyPiece("never told")
            yield ReplyPiece("never reached")
        finally:
            closed.set()

    one = Ahead(events())
    begun.wait(30)
    one.cancel()
    go_on.set()
    assert closed.wait(30)
    assert list(one) == []


def test_a_fault_reaches_who_asks():
    def events():
        yield ReplyPiece("so far")
        raise EchoMindError("no further")

    told = iter(Ahead(events()))
    assert next(told) == ReplyPiece("so far")
    with pytest.raises(EchoMindError, match="no further"):
        next(told)


def test_places_of_the_engine_are_those_of_turns(engine):
    assert engines.TURNS_AT_ONCE == 2
    with engine.turn():
        assert not engine.ticket().wait(0)
