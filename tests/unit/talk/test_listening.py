"""Open turns, with real voice activity on a real clip and stand-ins for recogniser and model."""

import threading
from types import SimpleNamespace

import numpy as np
import pytest

from echomind.audio import SAMPLE_RATE, load_clip
from echomind.errors import AudioError
from echomind.models.asr import Transcript, Word
from echomind.models.protocol import VAD, Cue, Perception
from echomind.settings import ROOT
from echomind.talk.events import Done, Heard, Perceived, ReplyPiece, Spoken, TakenBack, Timings
from echomind.talk.listening import NOTHING_S, Listening

CHUNK = 1_600


class Words:
    """Hears the words it is told to."""

    def __init__(self, text="we should go home"):
        self.text, self.so_far, self.fed, self.closed, self.unwanted = text, "", 0, 0, 0

    def feed(self, samples):
        self.fed += len(samples)
        self.so_far = self.text

    def words(self):
        return Transcript(f"{self.text} now")

    def never_mind(self):
        self.unwanted += 1

    def close(self):
        self.closed += 1


@pytest.fixture(scope="module")
def spoken():
    return load_clip(ROOT / "assets" / "examples" / "walk_neutral.ogg").samples


@pytest.fixture
def answers():
    """What was prepared: clips, words, and how far it was told."""
    return SimpleNamespace(asked=[], told=[], ended=threading.Event())


@pytest.fixture
def listening(answers):
    def prepare(clip, heard, asr_s):
        answers.asked.append((clip, heard, asr_s))
        try:
            for event in (Heard(heard), ReplyPiece("Yes."), Spoken(None, "none"), Done("Yes.", Timings())):
                answers.told.append(event)
                yield event
        finally:
            answers.ended.set()

    return Listening(Words(), prepare)


def silence(seconds):
    return np.random.default_rng(0).normal(0, 2e-4, round(seconds * SAMPLE_RATE)).astype(np.float32)


def hear(listening, samples, rate=SAMPLE_RATE, chunk=CHUNK):
    """What was told after each chunk."""
    return [listening.feed(samples[at : at + chunk], rate) for at in range(0, len(samples), chunk)]


def phases(told):
    found = []
    for progress in told:
        if not found or found[-1] != progress.phase:
            found.append(progress.phase)
    return found


def test_a_turn_ends_by_itself(listening, answers, spoken):
    told = hear(listening, np.concatenate([silence(0.5), spoken, silence(2)]))
    assert phases(told) == ["waiting", "speaking", "answering", "over"]
    assert told[-1].ended == "silence"
    assert [type(event) for event in listening.answer()] == [Heard, ReplyPiece, Spoken, Done]
    assert answers.asked[-1][1] == Transcript("we should go home now")
    assert listening.progress.words == "we should go home now"
    listening.close()
    assert listening._hearing.closed >= 1


def test_in_a_long_pause_the_recogniser_is_left_alone_and_gets_it_once_the_speaker_goes_on(listening, spoken):
    hearing = listening._hearing
    loud = np.flatnonzero(np.abs(spoken) > 0.05)
    words = spoken[loud[0] : loud[-1]]
    hear(listening, np.concatenate([silence(0.5), words, silence(0.3)]))
    fed = hearing.fed
    assert hear(listening, silence(0.1))[-1].phase == "speaking"
    assert hearing.fed == fed
    hear(listening, words[: SAMPLE_RATE // 2])
    assert hearing.fed == len(listening.clip.samples) - round(listening._breath_s * SAMPLE_RATE)


def test_the_voice_is_heard_ahead_of_the_last_words(spoken):
    heard, asked = [], []

    class Slow(Words):
        def words(self):
            asked.append(len(heard))
            return super().words()

    def prepare(clip, words, asr_s):
        asked.append(clip)
        yield Done("", Timings())

    listening = Listening(Slow(), prepare, ahead=heard.append)
    hear(listening, np.concatenate([silence(0.5), spoken]))
    listening.finish()
    list(listening.answer())
    assert asked[-2] == len(heard)
    assert asked[-1] is heard[-1]
    listening.close()


def test_the_times_of_words_are_those_of_the_clip(answers, spoken):
    class Timed(Words):
        def words(self):
            return Transcript("home", (Word("home", 0.2, 0.5),))

    def prepare(clip, heard, asr_s):
        answers.asked.append(heard)
        yield Done("", Timings())

    listening = Listening(Timed(), prepare)
    hear(listening, np.concatenate([silence(1.5), spoken]))
    before = (len(listening.clip.samples) - listening._hearing.fed) / SAMPLE_RATE
    listening.finish()
    list(listening.answer())
    [word] = answers.asked[-1].words
    assert 0.15 < word.start - 0.2 < 0.35
    assert word.end - word.start == pytest.approx(0.3)
    assert before >= word.start - 0.2
    listening.close()


def test_the_clip_holds_the_words_and_little_else(listening, spoken):
    hear(listening, np.concatenate([silence(3), spoken, silence(1.5)]))
    clip = listening.clip
    assert len(spoken) / SAMPLE_RATE <= clip.seconds <= len(spoken) / SAMPLE_RATE + 1.6
    at = round(0.3 * SAMPLE_RATE)
    assert np.abs(clip.samples[: at // 4]).max() < 0.01  # begins before the first sound
    assert 0 < len(clip.samples) - listening._hearing.fed < 1.4 * SAMPLE_RATE  # all but the breath and the last pause


def test_whoever_goes_on_is_listened_to(listening, answers, spoken):
    told = hear(listening, np.concatenate([spoken, silence(0.7)]))
    assert told[-1].phase == "answering"
    answer = listening.answer()
    assert isinstance(next(answer), Heard)
    assert isinstance(next(answer), ReplyPiece)
    loud = int(np.argmax(np.abs(spoken) > 0.05))
    assert not listening._hearing.unwanted
    assert hear(listening, spoken[loud : len(spoken) // 2])[-1].phase == "speaking"
    assert listening._hearing.unwanted == 1  # the last passes of that pause, should they not have begun
    assert [type(event) for event in answer] == [TakenBack]
    assert list(listening.answer()) == []  # nothing to answer while one speaks
    assert hear(listening, silence(2))[-1].phase == "over"
    assert [type(event) for event in listening.answer()] == [Heard, ReplyPiece, Spoken, Done]
    assert len(answers.asked[-1][0].samples) > len(answers.asked[0][0].samples)


def test_the_voice_waits_until_it_is_certain(listening, spoken):
    hear(listening, np.concatenate([spoken, silence(0.7)]))
    seen, spoke = [], threading.Event()

    def read():
        for event in listening.answer():
            seen.append(event)
            if isinstance(event, Spoken):
                spoke.set()

    thread = threading.Thread(target=read)
    thread.start()
    assert not spoke.wait(0.2)
    hear(listening, silence(1))
    thread.join(30)
    assert [type(event) for event in seen] == [Heard, ReplyPiece, Spoken, Done]


def test_a_connection_that_is_lost_ends_the_turn(listening, spoken, monkeypatch):
    hear(listening, np.concatenate([spoken, silence(0.7)]))
    listening.touched -= 60
    assert [type(event) for event in listening.answer()][-1] is Done
    assert listening.progress.ended == "silence"


def test_the_button_ends_it(listening, spoken):
    hear(listening, spoken)
    progress = listening.finish()
    assert (progress.phase, progress.ended) == ("over", "button")
    assert [type(event) for event in listening.answer()][-1] is Done
    assert listening.feed(spoken, SAMPLE_RATE).seconds == progress.seconds  # nothing is heard any more


def test_the_button_without_a_word(listening, answers):
    hear(listening, silence(1))
    assert listening.finish().ended == "nothing"
    assert list(listening.answer()) == []
    assert not answers.asked
    with pytest.raises(AudioError, match="found no speech"):
        _ = listening.clip


def test_silence_ends_it_with_a_hint(listening):
    told = hear(listening, silence(NOTHING_S + 0.5))
    assert told[-1].ended == "nothing"
    assert told[-1].seconds == pytest.approx(NOTHING_S, abs=0.1)


def test_the_limit(answers, spoken):
    def prepare(clip, heard, asr_s):
        answers.asked.append(clip)
        yield Done("", Timings())

    listening = Listening(Words(), prepare, limit_s=3.0)
    told = hear(listening, np.concatenate([spoken, spoken]))
    assert told[-1].ended == "limit"
    assert told[-1].seconds == pytest.approx(3.0, abs=0.1)
    assert [type(event) for event in listening.answer()] == [Done]


def test_closing_ends_the_answer(listening, spoken):
    hear(listening, np.concatenate([spoken, silence(0.7)]))
    answer = listening.answer()
    next(answer)
    listening.close()
    assert [type(event) for event in answer] in ([], [ReplyPiece])
    assert listening.progress.ended == "closed"


def test_a_turn_at_another_rate_is_heard_without_seams(spoken, answers):
    import soxr

    def prepare(clip, heard, asr_s):
        yield Done("", Timings())

    high = soxr.resample(np.concatenate([silence(0.5), spoken]), SAMPLE_RATE, 48_000).astype(np.float32)
    found = []
    for chunk in (480, 48_000):
        listening = Listening(Words(), prepare)
        hear(listening, high, 48_000, chunk)
        found.append(listening.clip.samples)
        listening.close()
    shorter = min(map(len, found))
    assert shorter > len(spoken) * 0.9
    assert np.abs(found[0][:shorter] - found[1][:shorter]).max() < 1e-4


@pytest.mark.parametrize(
    ("samples", "rate", "message"),
    [
        (np.zeros((2, 2), np.float32), 16_000, "found shape"),
        (np.array([np.nan], np.float32), 16_000, "finite numbers"),
        (np.zeros(10, np.float32), 1, "found 1 Hz"),
    ],
)
def test_what_is_no_sound_is_refused(listening, samples, rate, message):
    with pytest.raises(AudioError, match=message):
        listening.feed(samples, rate)


def test_the_rate_may_not_change(listening):
    listening.feed(np.zeros(100, np.float32), 48_000)
    with pytest.raises(AudioError, match="found 44100 Hz; expected 48000 Hz as before"):
        listening.feed(np.zeros(100, np.float32), 44_100)


def test_words_that_come_late_end_no_other_attempt(spoken, answers):
    """A busy recogniser: the words of the first pause come when the turn is over."""
    late, asked = threading.Event(), []

    class Late(Words):
        def words(self):
            asked.append(self.closed)
            number = len(asked)
            if number == 1:
                late.wait(30)
            elif self.closed:
                raise AudioError("the utterance was closed")
            return Transcript(f"try {number}")

    def prepare(clip, heard, asr_s):
        yield Heard(heard)
        yield Done("", Timings())

    listening = Listening(Late(), prepare)
    loud = int(np.argmax(np.abs(spoken) > 0.05))
    hear(listening, np.concatenate([spoken, silence(0.5)]))
    first = listening._ahead
    hear(listening, spoken[loud:])
    hear(listening, silence(0.3))
    late.set()
    first._thread.join(30)
    hear(listening, silence(2))
    assert [event.transcript.text for event in listening.answer() if isinstance(event, Heard)] == [f"try {len(asked)}"]
    assert len(asked) >= 2


def test_a_fault_of_the_recogniser_reaches_who_asks(spoken):
    hearing = Words()
    hearing.words = lambda: (_ for _ in ()).throw(AudioError("no answer"))
    listening = Listening(hearing, lambda *_: (event for event in ()))
    hear(listening, np.concatenate([spoken, silence(2)]))
    with pytest.raises(AudioError, match="no answer"):
        list(listening.answer())


def heard_cues(name):
    return {"volume": Cue(name, 0.9, {name: 0.9})}


def test_the_voice_is_overheard_while_one_speaks_and_never_in_a_pause(spoken, answers):
    asked = []

    def overhear(clip, tell):
        asked.append((clip.seconds, listening._taking.silence, listening._ahead))
        tell(heard_cues("whisper"))
        return True

    def prepare(clip, heard, asr_s):
        yield Perceived(Perception(heard.text, heard_cues("shout"), VAD(3, 3, 3), VAD(3, 3, 3)))
        yield Done("", Timings())

    listening = Listening(Words(), prepare, overhear=overhear)
    hear(listening, silence(1.5))
    assert (asked, listening.cues) == ([], {})
    last = np.flatnonzero(np.abs(spoken) > 0.05)[-1]
    hear(listening, spoken[:last])  # no pause in which an answer would be prepared
    assert listening.cues == heard_cues("whisper")
    seconds = [at for at, _, _ in asked]
    assert len(asked) >= 2 and np.diff([0, *seconds]).min() >= 1.0
    assert all(not pause and ahead is None for _, pause, ahead in asked)
    hear(listening, silence(2))
    assert len(asked) == len(seconds)
    assert [type(event) for event in listening.answer()] == [Perceived, Done]
    assert listening.cues == heard_cues("shout")  # by whoever prepared the answer, of the whole turn


def test_a_voice_that_cannot_be_overheard_has_no_cues(listening, spoken):
    hear(listening, spoken)
    assert listening.cues == {}
