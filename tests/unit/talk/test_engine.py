import subprocess
import sys
import threading
import time
import types
from concurrent.futures import ThreadPoolExecutor

import pytest

from echomind.errors import CheckpointError
from echomind.settings import ROOT, Settings
from echomind.talk import engine as module
from echomind.talk.engine import BusyError, Engine, model_is_here


@pytest.fixture
def loads(monkeypatch, recognizer, model):
    """Counts how often the model is loaded; what is loaded is the stand-in, or an error put into ``fail``."""
    seen = types.SimpleNamespace(paths=[], fail=None)

    def load_slm(path, device):
        seen.paths.append((path, device))
        if seen.fail:
            raise seen.fail
        return model

    fake = types.ModuleType("echomind.models.slm")
    fake.load_slm = load_slm
    monkeypatch.setitem(sys.modules, "echomind.models.slm", fake)
    monkeypatch.setattr(module, "load_recognizer", lambda name, device: recognizer)
    return seen


def test_many_threads_load_once(loads, model):
    engine = Engine(Settings(model="some/model", device="cpu"))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: engine.models().model, range(16)))
    assert len({id(one) for one in found}) == 1
    assert found[0].name == model.name
    assert loads.paths == [("some/model", "cpu")]


def test_nothing_is_loaded_before_the_first_turn(loads):
    Engine(Settings())
    assert not loads.paths


def test_a_missing_checkpoint_is_said_and_not_asked_for_at_every_turn(loads, monkeypatch, model):
    now = [1000.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    loads.fail = CheckpointError("no checkpoint in assets/model")
    engine = Engine(Settings())
    for _ in range(3):
        models = engine.models()
        assert models.model is None
        assert models.missing == "no checkpoint in assets/model"
    assert len(loads.paths) == 1
    now[0] += module.RETRY_S + 1
    loads.fail = None
    assert engine.models().model.name == model.name
    assert engine.models().missing == ""


def test_a_bug_in_loading_stays_loud(loads):
    loads.fail = TypeError("a bug")
    with pytest.raises(TypeError, match="a bug"):
        Engine(Settings()).models()


def test_places_are_bounded_and_given_back(loads):
    engine = Engine(Settings(), turns_at_once=1, wait_s=0.01)
    with engine.turn(), pytest.raises(BusyError, match="please try again"), engine.turn():
        pytest.fail("two turns at once")
    with pytest.raises(ValueError, match="inside"), engine.turn():
        raise ValueError("inside")
    with engine.turn() as models:
        assert models.model is not None


def test_waiting_for_a_place(loads):
    engine = Engine(Settings(), turns_at_once=1, wait_s=10)
    order = []
    inside = threading.Event()

    def second():
        inside.wait()
        with engine.turn():
            order.append("second")

    thread = threading.Thread(target=second)
    with engine.turn():
        thread.start()
        inside.set()
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


def test_warming_up_loads_in_the_background(loads):
    engine = Engine(Settings())
    engine.warm()
    deadline = time.monotonic() + 10
    while not loads.paths and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(loads.paths) == 1
    engine.models()
    assert len(loads.paths) == 1


def test_is_the_model_here(tmp_path):
    settings = Settings(assets_dir=tmp_path)
    assert not model_is_here(settings)
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text("{}")
    assert model_is_here(settings)
    assert model_is_here(Settings(model="org/name"))
    assert not model_is_here(Settings(model=str(tmp_path / "nowhere")))


def test_import_is_light():
    code = (
        "import sys, echomind.talk.engine, echomind.talk.command;"
        "print({'torch', 'transformers', 'pocketsphinx', 'librosa', 'gradio', 'scipy'} & set(sys.modules) or 'light')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "light"


def test_turns_are_spoken_with_the_voice_of_the_settings(loads):
    engine = Engine(Settings(voice_model="org/voice"))
    assert engine.models().voice is engine.voice
