"""The section with other models: what it says before anything is sent, and what it shows as replies come."""

import re
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from echomind.audio import Clip
from echomind.settings import ROOT, Settings
from echomind.talk.contestants import Contestant, Replied, contestants
from echomind.talk.examples import read_examples
from echomind.talk.side_by_side import SideBySide
from echomind.ui import talk_side_view as view
from echomind.ui.talk_session import Session
from echomind.ui.talk_side_steps import LAST, compare, sources
from echomind.ui.talk_turnstile import Turnstile

OURS = Contestant("echomind", "EchoMind")
FAR = Contestant("endpoint:far", "<far>", "api.example.org")
KNOWN = sources(read_examples(ROOT / "assets" / "examples"))
NOBODY = Session()
ENDPOINT = {"far": {"base_url": "https://api.example.org/v1", "model": "m"}}


def steps(models, chosen=(OURS,), source=LAST, session=NOBODY, known=KNOWN, gate=None, per_minute=0, agreed=()):
    @contextmanager
    def turn():
        yield models

    engine = SimpleNamespace(settings=Settings(endpoints=ENDPOINT), turn=turn)
    return list(
        compare(
            SideBySide(engine), chosen, source, known, session, "", agreed=agreed,
            gate=gate or Turnstile(), per_minute=per_minute,
        )
    )  # fmt: skip


def test_where_a_recording_goes_is_said_before(parse):
    text = parse(view.where([OURS, FAR], alone=False)).text
    assert "Stays on this server: EchoMind." in text
    assert "Sent to api.example.org, if you agree below: the recording and the topic, for <far>." in text
    assert view.send_label([OURS, FAR]) == "I agree: send the clip to api.example.org, and compare"
    assert view.send_label([OURS]) == ""
    assert "ECHOMIND_TALK_MODELS" in parse(view.where([OURS], alone=True)).text
    assert "ECHOMIND_TALK_MODELS" not in text


def test_cards_show_reply_times_and_cost(parse):
    rows = [
        Replied(OURS, "Hello.", 0.51, 1.26),
        Replied(FAR, "<b>Hi</b>", None, 2.0, 0.0042),
        Replied(FAR, problem="endpoint far: no connection"),
    ]
    root = parse(view.comparison("An example.", rows))
    ours, far, failed = root.all("section")
    assert "first words 0.5 s, whole reply 1.3 s" in ours.text and "cost" not in ours.text
    assert "<b>Hi</b>" in far.text and not far.all("b")
    assert "asked at api.example.org" in far.text and "whole reply 2.0 s, cost $0.0042" in far.text
    assert failed.all("p", role="alert")[0].text == "endpoint far: no connection"
    assert "Times count" in root.text


def test_an_unknown_cost_is_a_dash_and_an_open_reply_has_no_time(parse):
    assert "cost —" in parse(view.comparison("", [Replied(FAR, "Hi", None, 1.0)])).text
    text = parse(view.comparison("", [Replied(OURS, "He", 0.3)])).text
    assert " s" not in text.replace("this server", "") and "Times count" not in text


def test_the_last_turn_is_answered_by_each_model(models, clip, parse):
    shown = steps(models, (OURS, contestants(Settings())[1]), session=Session(clip=clip))
    assert "Listening to the words" in shown[0][0]
    status, replies = shown[-1]
    assert status == ""
    assert f"Your last turn, {clip.seconds:.1f} s." in replies
    ours, floor = parse(replies).all("section")
    assert "Yes, of course. Take care!" in ours.text
    assert "cannot leave the voice out" in floor.text  # this stand-in reads no words alone
    assert any("1 still to answer" in status for status, _ in shown)


def test_before_any_turn_an_example_stands_in(models, recognizer):
    _, replies = steps(models)[-1]
    assert "You have not spoken yet, so this is an example: " in replies
    assert isinstance(recognizer.clips[-1], Clip)
    name = list(KNOWN)[2]
    assert "You have not spoken yet" not in steps(models, source=name)[-1][1]


def test_without_a_clip_it_says_so(models, parse):
    assert "speak first" in parse(steps(models, known={LAST: None})[-1][0]).text


def test_what_was_not_agreed_to_is_not_sent(models, clip, parse):
    far = parse(steps(models, (OURS, FAR), session=Session(clip=clip))[-1][1]).all("section")[1]
    assert "Not asked: you have not agreed to send to api.example.org." in far.text


def test_danger_shows_help_lines_and_no_reply_of_a_model(models, recognizer, clip, model):
    recognizer.text = "I want to die"
    status, shown = steps(models, session=Session(clip=clip, country="us"))[-1]
    assert status == "" and "988" in shown and "em-care" in shown
    assert model.calls == []


def test_comparisons_are_counted(models, clip):
    gate = Turnstile()
    for _ in range(2):
        assert steps(models, session=Session(clip=clip), gate=gate, per_minute=2)[-1][1]
    status, replies = steps(models, session=Session(clip=clip), gate=gate, per_minute=2)[-1]
    assert re.search("found 2 turns within a minute", status) and replies == ""


@pytest.mark.parametrize("count", [0, 4])
def test_too_few_or_too_many_models_are_said(models, clip, count):
    assert f"found {count} models; expected 1 to 3" in steps(models, (OURS,) * count, session=Session(clip=clip))[-1][0]
