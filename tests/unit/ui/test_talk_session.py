import copy
import io
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
import soundfile

from echomind.audio import load_clip
from echomind.errors import AudioError
from echomind.models.protocol import VAD, Perception, Turn
from echomind.settings import ROOT
from echomind.talk.engine import BusyError
from echomind.talk.examples import by_script, read_examples
from echomind.talk.trajectory import Moment
from echomind.talk.turn import MAX_TURNS, Models
from echomind.ui import talk_session, talk_turnstile, talk_view
from echomind.ui.talk_parts import VIEW, Parts
from echomind.ui.talk_session import NO_MODEL, Session, View, again, example, new_clip, typed
from echomind.ui.talk_turnstile import Turnstile


@pytest.fixture
def engine(models):
    @contextmanager
    def turn():
        yield found.models

    found = SimpleNamespace(models=models, turn=turn)
    return found


def last(steps):
    return list(steps)[-1]


def test_a_turn_step_by_step(engine, clip, parse):
    steps = list(new_clip(engine, lambda: clip, "", Session(), aloud=True))
    said = [parse(view.status).text for view, _ in steps]
    assert said[0] == "Listening to the words …"
    assert said.index("Listening to the voice …") < said.index("Thinking …") < said.index("Answering …")
    assert said[-1] == ""
    replies = [parse(view.reply).text for view, _ in steps]
    assert "Yes, " in replies
    view, session = steps[-1]
    assert view.transcript == "Can I go outside now"
    assert "Yes, of course. Take care!" in view.reply
    assert "data-aloud" in view.voice
    assert "in all" in view.times
    turn = Turn("Can I go outside now", "Yes, of course. Take care!", "tired")
    vads = VAD(2, 2.5, 3), VAD(3, 2, 3.5)
    signs = session.last_moment.signs  # every cue that is not said to be absent
    assert session == Session(clip, (), turn, (), Moment(turn.user, "tired", "a long day", 0.6, *vads, signs))
    assert "male" in signs
    assert "none" not in signs


def test_turns_follow_each_other(engine, clip, model):
    _, first = last(new_clip(engine, lambda: clip, "", Session(), aloud=False))
    view, second = last(new_clip(engine, lambda: clip, "work", first, aloud=False))
    assert second.turns == (first.last,)
    assert model.calls[1][2:] == ("work", (first.last,))
    assert "1 earlier turn" in view.earlier
    assert "data-aloud" not in view.voice


def test_memory_of_turns_is_bounded(engine, clip):
    session = Session(None, tuple(Turn(str(i)) for i in range(MAX_TURNS)), Turn("latest"))
    _, found = last(new_clip(engine, lambda: clip, "", session, aloud=False))
    assert len(found.turns) == MAX_TURNS
    assert found.turns[-1] == Turn("latest")


def test_answering_again_replaces_the_last_turn(engine, clip, model, recognizer):
    session = Session(clip, (Turn("before"),), Turn("misheard", "no"))
    view, found = last(again(engine, " what I  said ", "", session, aloud=False))
    assert model.calls[0][1] == "what I said"
    assert model.calls[0][3] == (Turn("before"),)
    assert found.turns == (Turn("before"),)
    assert found.last.reply == "Yes, of course. Take care!"
    assert view.transcript == " what I  said "  # what stands in the box is not rewritten under the visitor's hands
    assert not recognizer.clips


@pytest.mark.parametrize(
    ("session", "text", "message"),
    [
        (Session(), "hello", "Speak first, or try an example."),
        (Session("a clip"), "x" * 1_001, "Found 1001 characters; at most 1000 can be answered."),
    ],
)
def test_what_cannot_be_answered_again(engine, session, text, message, parse):
    ((view, found),) = again(engine, text, "", session, aloud=False)
    assert parse(view.status).all(role="alert")[0].text == message
    assert found == session
    assert view.transcript == text


def test_a_clip_that_cannot_be_read_leaves_the_conversation(engine, parse):
    def load():
        raise AudioError("your recording: found silence; expected speech")

    session = Session(None, (), Turn("before"))
    view, found = last(new_clip(engine, load, "", session, aloud=True))
    assert parse(view.status).all(role="alert")[0].text.startswith("your recording: found silence")
    assert found == session


def test_no_free_place_is_said(engine, clip, parse):
    def turn():
        raise BusyError("please try again")

    engine.turn = turn
    view, _ = last(new_clip(engine, lambda: clip, "", Session(), aloud=True))
    assert parse(view.status).all(role="alert")[0].text == "please try again"


def test_a_bug_is_not_hidden(engine, clip, model):
    model.perceive = None
    with pytest.raises(TypeError):
        list(new_clip(engine, lambda: clip, "", Session(), aloud=True))


def test_without_a_model(engine, clip, recognizer, parse):
    engine.models = Models(recognizer, None, "no checkpoint in /secret/place")
    view, _ = last(new_clip(engine, lambda: clip, "", Session(), aloud=True))
    assert parse(view.status).text == NO_MODEL
    assert view.transcript == "Can I go outside now"
    assert (view.felt, view.reply, view.voice) == (View().felt, View().reply, View().voice)
    assert "/secret" not in str(view)


def test_no_words_are_a_hint(engine, clip, recognizer, parse):
    recognizer.text = ""
    view, _ = last(new_clip(engine, lambda: clip, "", Session(), aloud=True))
    assert "No words were recognised" in parse(view.status).text


def test_danger_is_not_read_out_by_itself(engine, clip, recognizer):
    recognizer.text = "my husband hits me"
    view, _ = last(new_clip(engine, lambda: clip, "", Session(), aloud=True))
    assert "em-care" in view.reply
    assert "data-aloud" not in view.voice


def test_a_typed_message_is_answered_without_cues(engine, model, parse):
    model.perceive_text = lambda words, **_: replace(model.perceive(None, words), cues={})
    view, session = last(typed(engine, " Can I  go? ", "", Session(), aloud=True))
    assert view.transcript == "Can I go?"
    assert "Nothing was heard" in parse(view.felt).text
    assert session.last.reply == "Yes, of course. Take care!"
    assert session.clip is None


@pytest.mark.parametrize("words", ["", "  ", "x" * 1_001])
def test_what_is_no_message(engine, words, parse):
    ((view, session),) = typed(engine, words, "", Session(), aloud=True)
    assert "expected 1 to 1000" in parse(view.status).all(role="alert")[0].text
    assert session == Session()


def test_a_model_that_needs_a_voice_says_so(engine, parse):
    view, _ = last(typed(engine, "hello", "", Session(), aloud=True))
    assert "answers voices only" in parse(view.status).all(role="alert")[0].text


def test_a_visitor_has_so_many_turns_a_minute(engine, clip, parse, monkeypatch):
    now, gate = [100.0], Turnstile()
    monkeypatch.setattr(talk_turnstile.time, "monotonic", lambda: now[0])

    def turn():
        steps = new_clip(engine, lambda: clip, "", Session(), aloud=False)
        return last(talk_session.admitted(gate, 2, steps, Session()))[0]

    for _ in range(2):
        assert "in all" in turn().times
    now[0] += 20
    refused = parse(turn().status).all(role="alert")[0].text
    assert "found 2 turns within a minute" in refused
    assert "go on in 40 s" in refused
    now[0] += 41
    assert "in all" in turn().times


def test_a_new_turn_releases_the_open_one():
    gate, released = Turnstile(), []
    gate.hold(lambda: released.append("first"), "a key")
    assert list(gate.pass_through((n for n in range(2)), open_turn=True)) == [0, 1]
    assert (released, gate.held) == ([], "a key")
    assert list(gate.pass_through(n for n in range(2))) == [0, 1]
    gate.stop()
    assert (released, gate.held) == (["first"], "")


def test_stopping_gives_the_place_back(engine, clip, model):
    steps = new_clip(engine, lambda: clip, "", Session(), aloud=True)
    while "em-reply" not in next(steps)[0].reply:
        continue
    steps.close()
    assert model.closed


def test_a_stopped_turn_shows_nothing_more_and_ends(engine, clip, model):
    gate = Turnstile()
    steps = gate.pass_through(new_clip(engine, lambda: clip, "", Session(), aloud=True))
    while "em-reply" not in next(steps)[0].reply:
        continue
    gate.stop()
    assert list(steps) == []
    assert model.closed


def test_a_turn_stopped_by_the_visitor_ends_with_what_the_stop_has_shown(engine, clip):
    """What the turn had sent may reach the browser after the answer to the stop: the page would work for ever."""
    named = {"mic", "topic", "aloud", "country", "session", "gate"}
    parts = Parts(**{name: name for name in named}, shown={name: name for name in VIEW}, per_minute=0)
    gate, stopped = Turnstile(), {"status": "Stopped."}
    steps = parts.changes(gate, Session(), new_clip(engine, lambda: clip, "", Session(), aloud=True))
    next(steps)
    gate.stop(stopped)
    assert list(steps) == [stopped]
    steps = parts.changes(gate, Session(), new_clip(engine, lambda: clip, "", Session(), aloud=True))
    assert stopped not in (shown := list(steps))  # another turn
    assert shown[-1] == gr.skip()


def test_a_turn_that_overtakes_another_says_all_again_at_its_end(engine, clip):
    """What the other had sent may reach the browser after this one's words, which change only once."""
    named = {"mic", "topic", "aloud", "country", "session", "gate"}
    parts = Parts(**{name: name for name in named}, shown={name: name for name in VIEW}, per_minute=0)

    def turn(open_turn=False):
        steps = new_clip(engine, lambda: clip, "", Session(), aloud=True)
        return parts.changes(gate, Session(), steps, open_turn=open_turn)

    def at_the_end(steps):
        return next(step for step in list(steps)[1:] if step.get("times"))

    gate = Turnstile()
    under_way = turn()
    assert next(under_way)["transcript"] == ""
    words = at_the_end(turn())
    assert words["transcript"] == "Can I go outside now"
    assert {"status", "felt", "why", "reply"} <= set(words)
    assert list(under_way) == [gr.skip()]  # gradio sends it once more, while another turn is shown
    assert "transcript" not in at_the_end(turn())  # nothing is under way: what a visitor has corrected stays
    gate.hold(lambda: None, "key")
    assert "transcript" not in at_the_end(turn(open_turn=True))
    assert at_the_end(turn(open_turn=True))["transcript"]  # the first answer to this turn has ended, but may be late
    gate.hold(lambda: None, "another")
    assert "transcript" not in at_the_end(turn(open_turn=True))


def test_a_new_turn_ends_the_one_before(engine, clip):
    gate = Turnstile()
    first = gate.pass_through(new_clip(engine, lambda: clip, "", Session(), aloud=True))
    next(first)
    second = gate.pass_through(new_clip(engine, lambda: clip, "", Session(), aloud=True))
    next(second)
    assert list(first) == []
    assert list(second)[-1][1].last.reply == "Yes, of course. Take care!"


def test_visitors_do_not_stop_each_other(engine, clip):
    gate, other = copy.deepcopy(Turnstile()), copy.deepcopy(Turnstile())  # as gradio gives each visitor a copy
    steps = gate.pass_through(new_clip(engine, lambda: clip, "", Session(), aloud=True))
    next(steps)
    other.stop()
    assert list(steps)


def test_the_examples_that_come_with_the_app(engine):
    examples = read_examples(ROOT / "assets" / "examples")
    assert len(examples) >= 6
    for group in by_script(examples):
        assert len({clip.transcript for clip in group}) == 1
        assert len({clip.delivery for clip in group}) == len(group) >= 2
    for clip in examples:
        assert clip.path.suffix in talk_session.AUDIO_TYPES
        view, session = last(example(engine, clip, "", Session(), aloud=False))
        assert f"“{clip.transcript}”" in view.sound
        assert 1 < session.clip.seconds < 20


def test_no_examples_where_there_are_none(tmp_path):
    assert read_examples(tmp_path) == ()


def test_help_lines_are_those_of_the_visitors_country(engine, clip, recognizer):
    recognizer.text = "I want to die"
    view, session = last(new_clip(engine, lambda: clip, "", Session(country="nz"), aloud=True))
    assert "1737" in view.reply
    _, after = last(new_clip(engine, lambda: clip, "", session, aloud=True))
    assert after.country == "nz"


def test_a_finished_turn_is_drawn_and_counted(engine, clip):
    view, session = last(new_clip(engine, lambda: clip, "", Session(), aloud=False))
    assert view.timeline is not None
    assert view.plane is not None
    assert view.turns is None
    assert "1.0 s of sound" in view.timeline_words
    view, session = last(new_clip(engine, lambda: clip, "", session, aloud=False))
    assert view.turns is not None
    assert "Your turns" in view.turns_words
    assert len(session.felt_so_far) == 2


def test_a_question_about_feelings_is_answered_from_the_turns_and_counts_for_none(engine, clip, recognizer, model):
    _, session = last(new_clip(engine, lambda: clip, "", Session(), aloud=False))
    _, session = last(new_clip(engine, lambda: clip, "", session, aloud=False))
    recognizer.text = "How did my feelings change"
    view, after = last(new_clip(engine, lambda: clip, "", session, aloud=False))
    assert "You sounded worn out in both turns." in view.reply
    assert talk_view.ABOUT_TURNS in view.reply
    assert after.felt_so_far == session.felt_so_far
    assert model.said == 6


def test_memory_of_moments_is_bounded(engine, clip):
    session = Session()
    for _ in range(MAX_TURNS + 3):
        _, session = last(new_clip(engine, lambda: clip, "", session, aloud=False))
    assert len(session.felt_so_far) == MAX_TURNS + 1
    assert len(session.so_far) == MAX_TURNS + 1


def test_the_reply_without_the_voice_comes_last(engine, clip, model):
    model.perceive_text = lambda words, topic="", history=(): Perception(
        words, {}, VAD(3, 3, 3), VAD(3, 3, 3), state=("seen", words)
    )
    steps = list(new_clip(engine, lambda: clip, "", Session(), aloud=False))
    first = next(i for i, (view, _) in enumerate(steps) if view.unheard)
    assert all(view.times for view, _ in steps[first:])
    assert "the same. The voice made no difference here." in steps[-1][0].unheard


def test_a_model_that_needs_the_sound_has_no_such_line(engine, clip):
    view, _ = last(new_clip(engine, lambda: clip, "", Session(), aloud=False))
    assert view.unheard == ""


def test_again_without_words_changes_no_moment_of_others(engine, clip):
    _, session = last(new_clip(engine, lambda: clip, "", Session(), aloud=False))
    _, session = last(new_clip(engine, lambda: clip, "", session, aloud=False))
    _, after = last(again(engine, "other words", "", session, aloud=False))
    assert after.moments == session.moments
    assert after.last_moment.words == "other words"


def wav_of(seconds):
    file = io.BytesIO()
    tone = np.sin(2 * np.pi * 220 * np.arange(round(seconds * 8_000)) / 8_000)
    soundfile.write(file, 0.3 * tone, 8_000, format="WAV", subtype="PCM_16")
    return file.getvalue()


@pytest.mark.parametrize("name", ["your recording", "long.wav"], ids=["push to talk", "upload"])
def test_a_minute_is_taken_and_more_has_its_sentence(engine, parse, name):
    _, session = last(new_clip(engine, lambda: load_clip(wav_of(60), name=name), "", Session(), aloud=False))
    assert session.clip.seconds == 60
    view, after = last(new_clip(engine, lambda: load_clip(wav_of(60.5), name=name), "", session, aloud=False))
    said = parse(view.status).all(role="alert")[0].text
    assert said == f"{name}: found more than 60 s of sound; expected at most that"
    assert after == session  # the turn before is still there to be answered again
