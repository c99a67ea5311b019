import pytest

from echomind.talk import turn_taking
from echomind.talk.turn_taking import AHEAD_S, ONSET_S, PATIENCE_S, SOUND_S, UNFINISHED_S, TurnTaking, wants_more
from echomind.talk.voice_activity import FRAME_S

SPEECH_DB, QUIET_DB, SIGH_DB = -25.0, -75.0, -50.0


def hear(taking, seconds, probability, level):
    for _ in range(round(seconds / FRAME_S)):
        taking.frame(probability, level)


def speech(taking, seconds):
    hear(taking, seconds, 0.95, SPEECH_DB)


def silence(taking, seconds):
    hear(taking, seconds, 0.02, QUIET_DB)


@pytest.fixture
def taking():
    found = TurnTaking()
    silence(found, 1)
    return found


def test_a_click_begins_no_turn(taking):
    speech(taking, ONSET_S - FRAME_S)
    silence(taking, 1)
    assert not taking.started
    assert taking.waited > 2
    speech(taking, ONSET_S)
    assert taking.started
    assert taking.speaking


def test_silence_counts_from_the_last_word(taking):
    speech(taking, 1)
    silence(taking, 0.32)
    assert not taking.speaking
    assert taking.silence == pytest.approx(0.32, abs=FRAME_S)
    assert taking.spoken == pytest.approx(1, abs=2 * FRAME_S)


def test_a_sentence_that_can_end_is_waited_for_shortly(taking):
    speech(taking, 1)
    assert taking.patience("I am going home") == PATIENCE_S
    assert taking.patience("I am going home because") == UNFINISHED_S


def test_less_than_a_word_is_waited_for_longer(taking):
    speech(taking, 0.2)
    assert taking.patience("home") == UNFINISHED_S


def test_who_makes_pauses_is_given_longer_ones(taking):
    speech(taking, 1)
    silence(taking, 0.8)
    assert taking.patience("home") == PATIENCE_S
    speech(taking, 1)
    assert taking.longest_pause == pytest.approx(0.8, abs=FRAME_S)
    assert taking.patience("home") == pytest.approx(1.0, abs=2 * FRAME_S)
    silence(taking, 5)
    speech(taking, 1)
    assert taking.patience("home") == turn_taking.LONGEST_S


def test_a_sigh_is_not_the_end(taking):
    speech(taking, 1)
    silence(taking, 0.4)
    hear(taking, 0.8, 0.05, SIGH_DB)
    assert taking.silence == 0
    silence(taking, 0.3)
    assert taking.silence == pytest.approx(0.3, abs=FRAME_S)


def test_a_knock_in_a_pause_changes_nothing(taking):
    speech(taking, 1)
    silence(taking, 0.2)
    taking.frame(0.05, SPEECH_DB)
    silence(taking, 0.2)
    assert taking.silence == pytest.approx(0.4, abs=2 * FRAME_S)


def test_a_noise_that_stays_is_not_waited_for(taking):
    speech(taking, 1)
    silence(taking, AHEAD_S)
    hear(taking, SOUND_S + 0.6, 0.05, -30)
    assert taking.silence > 0.5


def test_steady_noise_is_silence():
    taking = TurnTaking()
    hear(taking, 1, 0.05, -40)
    hear(taking, 2, 0.95, SPEECH_DB)
    hear(taking, 0.5, 0.05, -40)
    assert taking.silence == pytest.approx(0.5, abs=FRAME_S)


@pytest.mark.parametrize(
    ("words", "more"),
    [("I went to the", True), ("we left because ", True), ("I'm", True), ("", False), ("that was nice", False)],
)
def test_words_that_want_others(words, more):
    assert wants_more(words) is more
