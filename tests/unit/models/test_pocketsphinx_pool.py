"""PocketSphinx with its own model, on whole clips and while they are spoken."""

import sys
from concurrent.futures import ThreadPoolExecutor, wait

import jiwer
import pytest

from echomind.audio import SAMPLE_RATE, load_clip
from echomind.models import pocketsphinx_pool as pool
from echomind.models.asr import RecognitionError, StreamingRecognizer, Transcript, listen_with
from echomind.models.pocketsphinx_pool import DecoderProcess, PocketSphinxRecognizer
from echomind.settings import ROOT
from tests.unit.models.made_sound import babble

WORDS = "I think we should start walking home before it gets dark"


@pytest.fixture(scope="module")
def sphinx():
    return PocketSphinxRecognizer(processes=2)


@pytest.fixture(scope="module")
def spoken():
    return load_clip(ROOT / "assets" / "examples" / "walk_neutral.ogg")


@pytest.fixture(scope="module")
def begun(spoken):
    """Its first 1.6 s, where the words do not matter: decoding takes its time."""
    return spoken.samples[: round(1.6 * SAMPLE_RATE)]


@pytest.fixture
def broken(monkeypatch):
    """Makes every process that is started from now on run ``code`` instead."""

    def start(code):
        def process():
            return DecoderProcess([sys.executable, "-c", code])

        monkeypatch.setattr(pool, "DecoderProcess", process)

    return start


def say(hearing, samples, chunk=1_600):
    for at in range(0, len(samples), chunk):
        hearing.feed(samples[at : at + chunk])


def running(recognizer, places=1):
    """Processes of the pool, once all its places are free."""
    lent = [recognizer._free.get(timeout=30) for _ in range(places)]
    for process in reversed(lent):
        recognizer._free.put(process)
    return [process for process in lent if process is not None]


def test_same_clip_same_words_whatever_came_before(sphinx):
    clips = [babble(0.5, seed) for seed in range(5)]
    forwards = [sphinx.transcribe(clip) for clip in clips]
    backwards = [sphinx.transcribe(clip) for clip in reversed(clips)]
    assert forwards == backwards[::-1]


def test_word_times_lie_in_the_clip_and_in_order(sphinx):
    clip = babble(4)
    words = sphinx.transcribe(clip).words
    times = [t for word in words for t in (word.start, word.end)]
    assert times == sorted(times)
    assert all(0 <= t <= clip.seconds + 0.05 for t in times)
    assert all(word.start < word.end for word in words)


def test_text_and_words_say_the_same(sphinx):
    found = sphinx.transcribe(babble(4))
    assert found.text.lower() == " ".join(word.text for word in found.words).lower()
    assert not set("()<>[]+") & set(found.text)


def test_the_shortest_clip(sphinx):
    assert isinstance(sphinx.transcribe(babble(0.1)), Transcript)


def test_many_threads_share_the_decoders(sphinx):
    clips = [babble(0.5, seed) for seed in range(5)]
    alone = [sphinx.transcribe(clip) for clip in clips]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(sphinx.transcribe, clips)) == alone


def test_other_threads_go_on_while_words_are_recognised(sphinx):
    clip, ticks = babble(3), 0
    with ThreadPoolExecutor(1) as threads:
        recognising = threads.submit(sphinx.transcribe, clip)
        while not wait([recognising], timeout=0.01).done:
            ticks += 1
    assert ticks > 10  # PocketSphinx in this process would leave room for two or three


def test_a_process_that_died_is_started_again(sphinx):
    clip = babble(1)
    before = sphinx.transcribe(clip)
    for process in running(sphinx, 2):
        process.end()
    assert sphinx.transcribe(clip) == before


def test_a_process_that_dies_over_a_clip_is_said(broken):
    broken("")
    with pytest.raises(RecognitionError, match="clip: the speech recogniser gave no answer"):
        PocketSphinxRecognizer(processes=1).transcribe(babble(1))


def test_a_process_that_hangs_is_ended(broken, monkeypatch):
    broken("import sys; sys.stdin.buffer.read()")
    monkeypatch.setattr(pool, "START_S", 0.0)
    monkeypatch.setattr(pool, "SLOWEST", 0.01)
    recognizer = PocketSphinxRecognizer(processes=1)
    with pytest.raises(RecognitionError, match="gave no answer"):
        recognizer.transcribe(babble(1))
    assert not running(recognizer)[0].alive


def test_processes_are_started_when_they_are_needed(sphinx):
    recognizer = PocketSphinxRecognizer(processes=3)
    assert len(running(recognizer, 3)) == 1
    for _ in range(3):
        recognizer.transcribe(babble(0.2))
    assert len(running(recognizer, 3)) == 1
    with recognizer.lent(), recognizer.lent() as second:
        second.alive()
    assert len(running(recognizer, 3)) == 2
    for process in running(recognizer, 3):
        process.end()


def test_a_stream_says_what_the_whole_clip_says(sphinx, spoken):
    assert isinstance(sphinx, StreamingRecognizer)
    hearing = listen_with(sphinx)
    say(hearing, spoken.samples)
    found = hearing.words()
    hearing.close()
    whole = sphinx.transcribe(spoken)
    assert jiwer.wer(WORDS.lower(), found.text.lower()) <= jiwer.wer(WORDS.lower(), whole.text.lower()) + 0.1
    assert all(0 <= word.start < word.end <= spoken.seconds + 0.05 for word in found.words)


def test_words_come_while_one_speaks(sphinx, spoken):
    hearing, seen = sphinx.listen(), []
    for at in range(0, len(spoken.samples), 8_000):
        hearing.feed(spoken.samples[at : at + 8_000])
        hearing.words()  # waits until it is decoded
        seen.append(hearing.so_far)
    hearing.close()
    assert len(set(seen)) >= 4
    assert seen[0] == ""
    assert jiwer.wer(WORDS.lower(), seen[-1].lower()) < 0.7
    assert seen[-1][:1].isupper()


def test_asking_in_between_changes_nothing(sphinx, spoken):
    asked, plain = sphinx.listen(), sphinx.listen()
    half = len(spoken.samples) // 2
    asked.feed(spoken.samples[:half])
    first = asked.words()
    assert first == asked.words()
    asked.feed(spoken.samples[half:])
    for part in (spoken.samples[:half], spoken.samples[half:]):
        plain.feed(part)
    assert asked.words() == plain.words()
    assert len(first.words) < len(plain.words().words)
    asked.close()
    plain.close()


def test_a_short_utterance_is_read_as_a_whole(sphinx):
    clip, hearing = babble(0.8), sphinx.listen()
    say(hearing, clip.samples)
    assert hearing.words() == sphinx.transcribe(clip)
    hearing.close()


def test_same_words_after_another_speaker(sphinx, begun):
    found = []
    for before in (babble(0.7), babble(0.6, seed=1)):
        for samples in (before.samples, begun):
            hearing = sphinx.listen()
            hearing.feed(samples)
            found.append(hearing.words())
            hearing.close()
    assert found[1] == found[3]


def test_speakers_at_once_hear_their_own_words(sphinx, begun):
    def words(samples):
        hearing = sphinx.listen()
        say(hearing, samples)
        found = hearing.words()
        hearing.close()
        return found

    sounds = [
        begun,
        babble(0.7).samples,
        begun[: len(begun) // 2],
        babble(0.5, seed=3).samples,
    ]
    alone = [words(samples) for samples in sounds]
    with ThreadPoolExecutor(4) as threads:  # twice as many as there are processes
        assert list(threads.map(words, sounds)) == alone


def test_an_utterance_outlives_its_process(sphinx, begun):
    hearing, whole = sphinx.listen(), sphinx.listen()
    half = len(begun) // 2
    hearing.feed(begun[:half])
    hearing.words()
    hearing._told.end()
    hearing.feed(begun[half:])
    whole.feed(begun)
    assert hearing.words() == whole.words()
    hearing.close()
    whole.close()


def test_an_utterance_over_which_processes_die_is_said(broken, begun):
    broken("")
    recognizer = PocketSphinxRecognizer(processes=1)
    hearing = recognizer.listen()
    hearing.feed(begun)
    for _ in range(2):
        with pytest.raises(RecognitionError, match="gave no answer"):
            hearing.words()
    assert hearing.so_far == ""
    hearing.close()
    assert recognizer._free.get(timeout=30) is not None


def test_a_closed_utterance_gives_its_process_back(begun):
    recognizer = PocketSphinxRecognizer(processes=1)
    first, second = recognizer.listen(), recognizer.listen()
    first.feed(begun)
    first.words()
    second.feed(babble(0.5).samples)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(second.words)
        assert not wait([waiting], timeout=0.2).done
        first.close()
        assert isinstance(waiting.result(timeout=60), Transcript)
    second.close()
    (process,) = running(recognizer)
    process.end()


def test_words_that_nobody_waits_for_are_not_decoded(begun):
    recognizer = PocketSphinxRecognizer(processes=1)
    first, second = recognizer.listen(), recognizer.listen()
    first.feed(begun)
    said = first.words()
    second.feed(babble(0.5).samples)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(second.words)  # the only process is the first one's
        assert not wait([waiting], timeout=0.2).done
        second.never_mind()
        with pytest.raises(RecognitionError, match="nobody waits"):
            waiting.result(timeout=60)
    first.never_mind()  # too late: they are there
    assert first.words() == said
    first.close()
    assert isinstance(second.words(), Transcript)  # it may be asked again
    second.close()
    (process,) = running(recognizer)
    process.end()


def test_closing_one_that_never_began(sphinx):
    sphinx.listen().close()
    assert running(sphinx, 2)


def test_the_process_ends_with_its_input():
    process = DecoderProcess()
    process._process.stdin.close()
    assert process._process.wait(60) == 0
    process.end()
