import io
import threading
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from echomind.audio import SAMPLE_RATE, Clip
from echomind.errors import CheckpointError, EchoMindError
from echomind.models.answering import ChoiceRequest, ReplyRequest
from echomind.models.asr import Transcript
from echomind.models.evaluation.run import RemembersWords, evaluate
from echomind.models.own import HeardWords, OwnModel, TranscriptOnly, load_own, load_transcript_only, weights_digest
from echomind.models.slm import load_slm
from echomind.models.writing import VERSION
from echomind.settings import Settings
from echomind.slm.configuration import THINKING_EMOTIONS
from tests.conftest import make_tiny_model
from tests.unit.models.evaluation.made import heard_set

OPTIONS = {"A": "a man", "B": "a woman with a dog", "C": "a child"}


class Hears:
    name = "stand-in"

    def __init__(self, error=None):
        self.clips, self.error, self.lock = [], error, threading.Lock()

    def transcribe(self, clip):
        with self.lock:
            self.clips.append(clip)
        if self.error:
            raise self.error
        return Transcript(f"word {len(np.unique(clip.samples))}")


def clip(seed=0):
    return Clip((np.random.default_rng(seed).normal(size=SAMPLE_RATE) * 0.1).astype(np.float32))


def choice(of, key="q"):
    return ChoiceRequest(key, of, "coarse_grained", "who is speaking?", OPTIONS)


def request(of, condition="basic", topic="work", key="a/target"):
    return ReplyRequest(key, of, condition, topic, "" if condition == "zero" else "be kind")


@pytest.fixture(scope="module")
def slm(tiny_checkpoint):
    return load_slm(str(tiny_checkpoint))


@pytest.fixture
def hears():
    return Hears()


@pytest.fixture
def own(slm, hears):
    return OwnModel(slm, hears)


def test_one_clip_is_recognised_once_for_all_tasks_and_threads(own, hears):
    first, second = clip(1), clip(2)
    same = Clip(first.samples.copy(), "another name")
    words = []
    threads = [threading.Thread(target=lambda: words.append(own.transcribe("k", same))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    own.choose(choice(first))
    own.reply(request(first))
    assert len(hears.clips) == 1
    assert len(set(words)) == 1
    assert own.transcribe("k", second) is not None
    assert len(hears.clips) == 2


def test_words_from_an_earlier_run_are_not_recognised_again(own, hears):
    own.remember(clip(1), "known words")
    assert own.transcribe("k", clip(1)) == "known words"
    assert hears.clips == []
    assert isinstance(own, RemembersWords)


def test_models_with_one_recogniser_share_what_it_heard(slm, hears):
    one, other = OwnModel(slm, hears), TranscriptOnly(slm, hears)
    assert one.transcribe("k", clip(4)) == other.transcribe("k", clip(4))
    assert len(hears.clips) == 1
    assert OwnModel(slm, Hears()).words is not one.words


def test_a_failure_of_the_recogniser_is_told_and_tried_again():
    hears = Hears(EchoMindError("no answer"))
    words = HeardWords(hears)
    with pytest.raises(EchoMindError, match="no answer"):
        words.of(clip())
    hears.error = None
    assert words.of(clip())
    assert len(hears.clips) == 2


def test_the_likeliest_option_is_answered_in_the_official_form(own, slm):
    of = clip(3)
    shares = slm.choose(of, "who is speaking?", OPTIONS, transcript=own.transcribe("k", of))
    best = max(shares, key=shares.get)
    assert own.choose(choice(of)) == f"The answer is: {best}"


def test_the_topic_is_read_only_where_the_condition_gives_it(own, slm):
    read = []
    perceive = slm.perceive

    def watched(sound, words, *, topic=""):
        read.append((words, topic))
        return perceive(sound, words, topic=topic)

    slm.perceive = watched
    try:
        for condition in ("zero", "basic", "enhanced"):
            own.reply(request(clip(), condition))
    finally:
        del slm.perceive
    words = own.transcribe("k", clip())
    assert read == [(words, ""), (words, "work"), (words, "work")]


def test_a_reply_is_words_alone_and_the_same_for_the_same_item(own):
    one, again, other = (own.reply(request(clip(), key=key)) for key in ("a/target", "a/target", "b/target"))
    assert one == again
    assert one.text != other.text
    assert one.audio is None
    assert one.text == one.text.strip() != ""


def test_a_voice_speaks_the_reply_with_the_emotion_that_was_thought(slm, hears):
    said = []

    def speak(text, emotion):
        said.append((text, emotion))
        wav = io.BytesIO()
        soundfile.write(wav, clip(9).samples, SAMPLE_RATE, format="WAV", subtype="FLOAT")
        return SimpleNamespace(wav=wav.getvalue())

    reply = OwnModel(slm, hears, speak=speak).reply(request(clip()))
    assert said[0][0] == reply.text
    assert said[0][1] in THINKING_EMOTIONS
    assert np.array_equal(reply.audio.samples, clip(9).samples)


def test_the_deaf_reader_gives_the_same_answers_to_any_sound_of_the_same_words(slm):
    class AlwaysTheSame(Hears):
        def transcribe(self, sound):
            return Transcript("we met at noon")

    deaf, own = TranscriptOnly(slm, AlwaysTheSame()), OwnModel(slm, AlwaysTheSame())
    sounds = [clip(n) for n in range(6)]
    replies = {deaf.reply(request(sound)).text for sound in sounds}
    assert len(replies) == 1
    assert len({deaf.choose(choice(sound)) for sound in sounds}) == 1
    shares = slm.choose_text("who is speaking?", OPTIONS, transcript="we met at noon")
    assert deaf.choose(choice(sounds[0])) == f"The answer is: {max(shares, key=shares.get)}"
    assert len({own.reply(request(sound)).text for sound in sounds}) > 1


def test_the_version_tells_weights_and_recogniser_apart(slm, processor, tiny_checkpoint):
    from echomind.models.slm import EchoMindSLM

    assert weights_digest(slm) == weights_digest(load_slm(str(tiny_checkpoint)))
    other = EchoMindSLM(make_tiny_model(processor, seed=1), processor, "other")
    assert weights_digest(slm) != weights_digest(other)
    assert OwnModel(slm, Hears()).version == f"weights {weights_digest(slm)}, writing {VERSION}, recogniser stand-in"


def test_a_missing_checkpoint_is_explained(tmp_path):
    for load in (load_own, load_transcript_only):
        with pytest.raises(CheckpointError, match="no checkpoint in"):
            load(str(tmp_path / "none"))


def test_it_sits_the_whole_benchmark_with_the_recogniser_of_the_settings(tmp_path, tiny_checkpoint):
    """PocketSphinx hears no word in a tone; that is an answer of its own, and the questions are still answered."""
    benchmark = heard_set(tmp_path / "set")
    settings = Settings(model=str(tiny_checkpoint), threads=1)
    own, deaf = load_own(settings=settings), load_transcript_only(settings=settings)
    assert own.words.recognizer is deaf.words.recognizer
    assert (own.name, deaf.name) == ("echomind/tiny", "transcript-only")
    counts = evaluate(benchmark, own, tmp_path / "out")["counts"]
    assert {task: count["answered"] for task, count in counts.items() if task != "asr"} == {
        "understanding": 8,
        "reasoning": 10,
        "reply": 6,
    }
