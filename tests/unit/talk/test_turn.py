import io
import json

import pytest
import soundfile

from echomind.errors import AudioError, CheckpointError, VoiceError
from echomind.models.asr import Transcript
from echomind.models.protocol import VAD, Thinking, Turn
from echomind.talk.care import REPLIES
from echomind.talk.events import AskedBack, Cared, Done, Heard, Perceived, ReplyPiece, Spoken, Thought
from echomind.talk.prosody import CALM, prosody_for
from echomind.talk.speak import Speech
from echomind.talk.trajectory import Moment
from echomind.talk.turn import MAX_TURNS, Models, answer_clip, talk
from echomind.taxonomy import CATEGORIES

WAV = b"RIFF-made-up"


def voice(text, delivery):
    return Speech(WAV, 1.0, f"voice at {delivery.rate}", text)


def no_voice(text, delivery):
    raise VoiceError("no voice is installed")


def kinds(events):
    return [type(event) for event in events]


def test_events_come_in_order(clip, models):
    events = list(talk(clip, models, voice=voice))
    silent = [event for event in events if not isinstance(event, Spoken)]
    assert kinds(silent) == [Heard, Perceived, Thought, ReplyPiece, ReplyPiece, ReplyPiece, Done]
    assert events[0].transcript == Transcript("Can I go outside now")
    assert events[2].thinking == Thinking("tired", "a long day", 0.6)
    assert events[-1].reply == "Yes, of course. Take care!"
    assert events[-2].speech.engine == f"voice at {prosody_for('tired').rate}"
    assert [event.sentence for event in events if isinstance(event, Spoken)] == ["Yes, of course.", "Take care!"]


def test_every_step_is_timed(clip, models):
    timings = list(talk(clip, models, voice=voice, decode_s=0.5))[-1].timings.as_dict()
    assert list(timings) == ["decode", "asr", "perceive", "first_token", "reply", "voice", "total"]
    assert all(seconds >= 0 for seconds in timings.values())
    assert timings["first_token"] <= timings["reply"]
    steps = sum(timings[step] for step in ("decode", "asr", "perceive", "reply"))  # the voice works meanwhile
    assert steps <= timings["total"] + 1e-3


def test_waiting_between_events_is_not_counted_as_the_models_time(clip, models):
    now = [0.0]

    class Clock:
        @staticmethod
        def perf_counter():
            return now[0]

    from echomind.talk import turn

    original, turn.time = turn.time, Clock
    try:
        for event in talk(clip, models, voice=None):
            now[0] += 10  # a slow page between two events
            last = event
    finally:
        turn.time = original
    assert last.timings.reply == 0
    assert last.timings.total > 30


def test_the_given_transcript_is_used_and_nothing_is_recognised(clip, models, recognizer, model):
    events = list(talk(clip, models, transcript="  what I\n really said ", voice=None))
    assert events[0].transcript.text == "what I really said"
    assert not recognizer.clips
    assert model.calls[0][1] == "what I really said"
    assert events[-1].timings.asr is None
    assert events[-1].timings.voice is None


def test_topic_and_the_latest_turns_reach_the_model(clip, models, model):
    history = [Turn(f"turn {i}") for i in range(MAX_TURNS + 3)]
    list(talk(clip, models, "school", history, voice=None))
    assert model.calls[0][2] == "school"
    assert model.calls[0][3] == tuple(history[3:])


def test_without_a_model_the_words_are_still_heard(clip, recognizer):
    events = list(talk(clip, Models(recognizer, None, "not here"), voice=voice))
    assert kinds(events) == [Heard, Done]
    assert events[-1].reply == ""
    assert events[-1].timings.asr is not None
    assert events[-1].timings.perceive is None


def test_a_voice_that_fails_leaves_the_reply(clip, models):
    events = list(talk(clip, models, voice=no_voice))
    failed = [event for event in events if isinstance(event, Spoken)]
    assert [(event.speech, event.problem) for event in failed] == [(None, "no voice is installed")]  # said once
    assert events[-1].reply
    assert events[-1].timings.voice is None


def test_danger_gets_fixed_words_and_no_generated_ones(clip, models, recognizer, model):
    recognizer.text = "I want to die"
    events = list(talk(clip, models, voice=voice))
    silent = [event for event in events if not isinstance(event, Spoken)]
    spoken = [event for event in events if isinstance(event, Spoken)]
    assert kinds(silent) == [Heard, Perceived, Thought, Cared, ReplyPiece, Done]
    assert events[-1].reply == REPLIES["self_harm"] == " ".join(event.speech.text for event in spoken)
    assert {event.delivery for event in spoken} == {CALM}
    assert model.said == 0
    assert model.closed


def test_help_lines_are_those_of_the_country(clip, models):
    events = list(talk(clip, models, transcript="I want to die", voice=None, country="de"))
    assert "TelefonSeelsorge" in events[-1].reply


def test_a_question_about_feelings_is_answered_from_the_turns_before(clip, models, model):
    moments = [Moment("I lost my keys", "sad", "they lost their keys", 0.8, VAD(2, 3, 3), VAD(2, 3, 3))]
    events = list(talk(clip, models, transcript="Why do I feel like this?", voice=None, moments=moments))
    assert kinds(events) == [Heard, Perceived, Thought, AskedBack, ReplyPiece, Done]
    assert events[3] == AskedBack("reason")
    assert "because you lost your keys" in events[-1].reply
    assert model.said == 0
    events = list(talk(clip, models, transcript="How did my feelings change?", voice=None, moments=moments * 2))
    assert events[-1].reply.startswith("You sounded sad in both turns.")


def test_without_earlier_turns_the_model_answers_such_a_question(clip, models, model):
    list(talk(clip, models, transcript="Why do I feel like this?", voice=None))
    assert model.said == 3


def test_danger_comes_before_everything(clip, models):
    moments = [Moment("hi", "sad", "", 0.8, VAD(2, 3, 3), VAD(2, 3, 3))]
    text = "Why do I feel like this? I want to die."
    events = list(talk(clip, models, transcript=text, voice=None, moments=moments))
    assert events[-1].reply == REPLIES["self_harm"]


def test_danger_in_a_corrected_transcript_is_seen_too(clip, models):
    events = list(talk(clip, models, transcript="my husband hits me", voice=None))
    assert events[-1].reply == REPLIES["violence"]


def test_stopping_a_turn_stops_the_model(clip, models, model):
    events = talk(clip, models, voice=voice)
    while not isinstance(next(events), ReplyPiece):
        continue
    events.close()
    assert model.closed
    assert model.said == 1


def test_the_contract(wav, models):
    answer = answer_clip(wav, models)
    assert list(answer) == ["clip", "transcript", "cues", "vad", "thinking", "reply", "timings_s", "model"]
    assert answer["clip"] == str(wav)
    assert list(answer["cues"]) == [category.id for category in CATEGORIES]
    for category in CATEGORIES:
        cue = answer["cues"][category.id]
        assert set(cue) == {"label", "score", "scores"}
        assert cue["label"] in category.labels
        assert set(cue["scores"]) == set(category.attributes)
    assert answer["vad"] == {"speaker": {"v": 2, "a": 2.5, "d": 3}, "listener": {"v": 3, "a": 2, "d": 3.5}}
    assert answer["thinking"] == {"emotion": "tired", "cause": "a long day", "confidence": 0.6}
    assert answer["timings_s"]["decode"] > 0
    assert answer["timings_s"]["voice"] is None
    assert answer["model"] == "scripted"
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer


def test_bytes_and_a_name(wav, models):
    answer = answer_clip(wav.read_bytes(), models, name="mine.wav")
    assert answer["clip"] == "mine.wav"


def test_the_spoken_reply_is_written(wav, models, tmp_path):
    out = tmp_path / "reply.wav"
    answer = answer_clip(wav, models, wav=out)
    assert answer["timings_s"]["voice"] > 0
    assert soundfile.info(io.BytesIO(out.read_bytes())).duration > 0.5


def test_a_reply_that_cannot_be_spoken_is_said(wav, models, tmp_path):
    with pytest.raises(VoiceError, match="no voice is installed"):
        answer_clip(wav, models, voice=no_voice, wav=tmp_path / "reply.wav")
    assert not (tmp_path / "reply.wav").exists()


def test_no_model_no_answer(wav, recognizer):
    with pytest.raises(CheckpointError, match=r"^not here$"):
        answer_clip(wav, Models(recognizer, None, "not here"))


def test_a_bad_clip_is_named(tmp_path, models):
    with pytest.raises(AudioError, match=r"^notes\.txt: not an audio file"):
        answer_clip(b"just text, no sound" * 10, models, name=str(tmp_path / "notes.txt"))
