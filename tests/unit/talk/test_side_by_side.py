"""Models answer one clip beside each other: what is sent where, what fails, what stays in memory."""

import threading
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from echomind.errors import CheckpointError, ConfigurationError
from echomind.models.answering import SpokenReply
from echomind.models.transformers_slm import TransformersSLM
from echomind.settings import Settings
from echomind.talk.contestants import contestants
from echomind.talk.engine import BusyError
from echomind.talk.side_by_side import InDanger, OneModel, SideBySide
from tests.unit.conftest import SpeaksFromAScript
from tests.unit.models.openai_server import KEY, KEY_VARIABLE, Answer, Fault, OpenAIServer, usage
from tests.unit.models.transformers_slm.tiny_slms import qwen2_audio

PRICES = {"text_in": 1.0, "text_out": 10.0}
ASR_WORDS = "Can I go outside now"


class ReadsToo(SpeaksFromAScript):
    def perceive_text(self, transcript, *, topic="", history=()):
        return self.perceive(None, transcript, topic=topic, history=history)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    with OpenAIServer() as running:
        running.answer = lambda request: Answer("You sound tired.", usage=usage(1000, 100))
        yield running


def field(models, server=None, others=(), tmp_path=None, load=None):
    """What is asked, and who can be."""
    endpoints = {}
    if server is not None:
        given = {"model": server.model, "api_key_env": KEY_VARIABLE, "prices": PRICES, "attempts": 1}
        endpoints = {"far": given | {"base_url": server.base_url}}
    settings = Settings(talk_models=tuple(others), endpoints=endpoints, data_dir=tmp_path or "var")

    @contextmanager
    def turn():
        yield models

    engine = SimpleNamespace(settings=settings, turn=turn)
    return SideBySide(engine, **({"load": load} if load else {})), contestants(settings)


@pytest.fixture
def reader(models):
    return SimpleNamespace(**vars(models) | {"model": ReadsToo()})


def test_ours_and_the_floor_answer_as_they_write(reader, clip):
    side, who = field(reader)
    seen = list(side.answers(who, clip))
    assert seen[0][0].text == "" and not seen[0][0].ended
    assert next(rows[0].text for rows in seen if rows[0].text and not rows[0].ended) == "Yes, "
    ours, floor = seen[-1]
    assert ours.text == floor.text == "Yes, of course. Take care!"
    assert 0 < ours.first_s <= ours.whole_s
    assert [call[0] for call in reader.model.calls] == [clip, None]  # the floor is given no sound
    assert [call[1] for call in reader.model.calls] == [ASR_WORDS] * 2
    assert ours.cost_usd is None


def test_an_endpoint_answers_with_its_cost_and_nothing_is_kept(reader, server, clip, tmp_path):
    side, who = field(reader, server, ["endpoint:far"], tmp_path)
    far = list(side.answers(who[2:], clip, "work", agreed=[who[2].host]))[-1][0]
    assert (far.text, far.problem) == ("You sound tired.", "")
    assert far.cost_usd == pytest.approx((1000 * 1 + 100 * 10) / 1e6)
    assert far.first_s is None and far.whole_s > 0
    (request,) = server.requests
    assert len(request.clips) == 1 and "work" in request.system
    assert ASR_WORDS not in request.text  # the recording and the topic are all that is sent
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("agreed", [(), ("api.example.org",)])
def test_nothing_is_sent_to_whom_the_speaker_has_not_agreed(reader, server, clip, tmp_path, agreed):
    side, who = field(reader, server, ["endpoint:far"], tmp_path)
    ours, far = list(side.answers((who[0], who[2]), clip, agreed=agreed))[-1]
    assert ours.text and ours.problem == ""
    assert far.problem == f"Not asked: you have not agreed to send to {who[2].host}."
    assert server.requests == []


def test_one_that_fails_has_its_line_and_the_others_go_on(reader, server, clip, tmp_path):
    server.script(Fault(500, "the model is down"))
    side, who = field(reader, server, ["endpoint:far"], tmp_path)
    ours, floor, far = list(side.answers(who, clip, agreed=[who[2].host]))[-1]
    assert ours.ended and floor.ended and ours.text
    assert "the model is down" in far.problem and "\n" not in far.problem
    again = list(side.answers(who[2:], clip, agreed=[who[2].host]))[-1][0]
    assert again.text == "You sound tired."


def test_without_a_checkpoint_ours_says_so(models, clip):
    without = SimpleNamespace(**vars(models) | {"model": None, "missing": "no checkpoint in x"})
    side, who = field(without)
    assert [row.problem for row in list(side.answers(who[:1], clip))[-1]] == ["no checkpoint in x"]


def test_a_model_that_needs_a_voice_is_no_floor(models, clip):
    side, who = field(models)
    assert "cannot leave the voice out" in list(side.answers(who[1:], clip))[-1][0].problem


def test_danger_is_answered_with_help_and_nothing_is_sent(reader, recognizer, server, clip, tmp_path):
    recognizer.text = "I want to die"
    side, who = field(reader, server, ["endpoint:far"], tmp_path)
    with pytest.raises(InDanger, match="988"):
        list(side.answers(who, clip, agreed=[who[2].host], country="us"))
    assert server.requests == [] and reader.model.calls == []


def test_at_most_three_are_asked(reader, clip):
    side, who = field(reader)
    for chosen in ((), (who[0],) * 4):
        with pytest.raises(ConfigurationError, match=f"found {len(chosen)} models; expected 1 to 3"):
            list(side.answers(chosen, clip))


def test_a_real_model_of_transformers_answers(reader, clip, tmp_path):
    folder = qwen2_audio(tmp_path / "slm")
    side, who = field(
        reader, others=[f"transformers:{folder}"], load=lambda name: TransformersSLM.load(name, max_new_tokens=12)
    )
    (slm,) = list(side.answers(who[2:], clip, "work"))[-1]
    assert (slm.who.name, slm.problem, slm.first_s) == ("slm", "", None)
    assert slm.text and slm.whole_s > 0


class Loaded:
    """Stands in for a model of transformers; ``alive`` counts those in memory."""

    alive, most = 0, 0

    def __init__(self, checkpoint):
        if "broken" in checkpoint:
            raise CheckpointError(f"model {checkpoint}: cannot be loaded")
        type(self).alive += 1
        type(self).most = max(type(self).most, type(self).alive)
        self.checkpoint = checkpoint

    def __del__(self):
        if hasattr(self, "checkpoint"):
            type(self).alive -= 1

    def reply(self, request):
        return SpokenReply(f" From {self.checkpoint}: {request.system[:30]}")


def test_one_other_model_is_in_memory_at_a_time(reader, clip):
    Loaded.alive = Loaded.most = 0
    names = [f"transformers:org/{name}" for name in ("a", "b", "broken")]
    side, who = field(reader, others=names, load=Loaded)
    for _ in range(2):
        first, second, broken = list(side.answers(who[2:], clip))[-1]
        assert first.text.startswith("From org/a: You are in a spoken")
        assert second.text.startswith("From org/b")
        assert broken.problem == "model org/broken: cannot be loaded"
    assert Loaded.most == 1


def test_a_model_that_stays_is_not_loaded_again():
    loads = []
    one = OneModel(lambda checkpoint: loads.append(checkpoint) or checkpoint)
    for _ in range(3):
        with one.use("org/a") as model:
            assert model == "org/a"
    assert loads == ["org/a"]


def test_whoever_waits_too_long_for_the_model_is_told():
    one, entered, leave = OneModel(str, wait_s=0.01), threading.Event(), threading.Event()

    def hold():
        with one.use("a"):
            entered.set()
            leave.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert entered.wait(20)
        with pytest.raises(BusyError, match="took longer than"), one.use("b"):
            pass
    finally:
        leave.set()
        holder.join(20)


def test_whoever_stops_gives_the_place_back(reader, clip):
    side, who = field(reader)
    steps = side.answers(who[:1], clip)
    for rows in steps:
        if rows[0].text:
            break
    steps.close()
    assert reader.model.closed
