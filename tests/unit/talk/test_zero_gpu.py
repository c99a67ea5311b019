import sys
import types
from dataclasses import replace

import pytest

from echomind.models.protocol import Thinking
from echomind.talk import zero_gpu
from echomind.talk.zero_gpu import WithLentGpu, has_zero_gpu, on_gpu


@pytest.fixture
def spaces(monkeypatch):
    """A stand-in for the package of that name; ``lent`` notes each call and for how long a GPU was asked."""
    fake = types.ModuleType("spaces")
    fake.lent = []

    def gpu(duration):
        def decorate(function):
            def run(*given):
                fake.lent.append((function.__name__, duration))
                return function(*given)

            return run

        return decorate

    fake.GPU = gpu
    monkeypatch.setitem(sys.modules, "spaces", fake)
    monkeypatch.setattr(zero_gpu, "find_spec", lambda name: object() if name == "spaces" else None)
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    return fake


def test_without_zero_gpu_nothing_is_decorated(monkeypatch):
    monkeypatch.delenv("SPACES_ZERO_GPU", raising=False)
    assert not has_zero_gpu()
    assert on_gpu(len, 5) is len


def test_each_call_is_lent_a_gpu(spaces, model, clip):
    assert has_zero_gpu()
    lent = WithLentGpu(model)
    perception = lent.perceive(clip, "hello", topic="work")
    assert perception == model.perceive(clip, "hello", topic="work")
    items = list(lent.reply(perception, seed=3))
    assert isinstance(items[0], Thinking)
    assert "".join(items[1:]) == "Yes, of course. Take care!"
    assert spaces.lent == [("perceive", zero_gpu.PERCEIVE_S), ("reply", zero_gpu.REPLY_S)]
    assert lent.name == model.name
    assert lent.said == model.said


def test_words_without_a_voice(spaces, model):
    model.perceive_text = lambda words, **how: replace(model.perceive(None, words, **how), cues={})
    lent = WithLentGpu(model)
    assert "".join(list(lent.reply(lent.perceive_text("hello")))[1:]) == "Yes, of course. Take care!"


def test_stopping_gives_the_gpu_back(spaces, model, clip):
    lent = WithLentGpu(model)
    reply = lent.reply(lent.perceive(clip, "hello"))
    next(reply)
    reply.close()
    assert model.closed
