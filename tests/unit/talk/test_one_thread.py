import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from echomind.errors import CheckpointError
from echomind.talk.one_thread import OnOneThread


@pytest.fixture
def used():
    """The threads in which anything of the model ran."""
    return []


@pytest.fixture
def model(used):
    def note(*given, **named):
        used.append(threading.current_thread())
        return given, named

    def reply(perception, *, seed):
        try:
            for piece in ("a", "b", "c"):
                note()
                yield f"{perception}{seed}{piece}"
        finally:
            note()
            found.closed += 1

    found = SimpleNamespace(name="ours", hear=note, perceive=note, perceive_text=note, choose=note, choose_text=note)
    found.reply, found.closed = reply, 0
    return found


def test_all_of_it_runs_in_one_thread_whoever_asks(model, used):
    def load():
        used.append(threading.current_thread())
        return model

    ours = OnOneThread(load)
    assert ours.name == "ours"
    calls = [
        lambda: ours.hear("clip"),
        lambda: ours.perceive("clip", "words", topic="work"),
        lambda: ours.perceive_text("words", history=("turn",)),
        lambda: ours.choose("clip", "why", {"A": "x"}, transcript="words"),
        lambda: ours.choose_text("why", {"A": "x"}, transcript="words"),
        lambda: list(ours.reply("p", seed=3)),
    ]
    with ThreadPoolExecutor(4) as visitors:
        given = [asked.result() for asked in [visitors.submit(call) for call in calls]]
    assert given[1] == (("clip", "words"), {"topic": "work", "history": ()})
    assert given[3] == (("clip", "why", {"A": "x"}), {"transcript": "words"})
    assert given[-1] == ["p3a", "p3b", "p3c"]
    assert len(set(used)) == 1
    assert used[0] is not threading.current_thread()


def test_a_reply_that_nobody_waits_for_is_closed_in_that_thread(model, used):
    pieces = OnOneThread(lambda: model).reply("p", seed=0)
    assert next(pieces) == "p0a"
    pieces.close()
    assert model.closed == 1
    assert len(set(used)) == 1


def test_two_replies_take_their_steps_in_turn(model):
    ours = OnOneThread(lambda: model)
    one, two = ours.reply("x", seed=1), ours.reply("y", seed=2)
    assert [next(one), next(two), next(one), next(two)] == ["x1a", "y2a", "x1b", "y2b"]


def test_what_goes_wrong_there_is_raised_here(model):
    def missing():
        raise CheckpointError("no checkpoint in assets/model")

    with pytest.raises(CheckpointError, match="no checkpoint in assets/model"):
        OnOneThread(missing)
    model.hear = missing
    with pytest.raises(TypeError):
        OnOneThread(lambda: model).hear("clip")
