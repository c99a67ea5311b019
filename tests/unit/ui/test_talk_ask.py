from echomind.errors import VoiceError
from echomind.models.protocol import VAD
from echomind.talk.prosody import prosody_for
from echomind.talk.speak import Speech
from echomind.talk.trajectory import Moment
from echomind.ui.talk_ask import ask
from echomind.ui.talk_session import Session

SAD = Moment("I lost it", "sad", "they lost it", 0.8, VAD(2, 3, 3), VAD(2, 3, 3))


def test_the_answer_comes_at_once_and_is_spoken_in_the_delivery_of_the_last_turn():
    said = []

    def say(text, delivery):
        said.append(delivery)
        return Speech(b"RIFF", 1.0, "voice", text)

    session = Session(moments=(SAD,), last_moment=SAD)
    steps = list(ask("change", session, aloud=True, say=say))
    assert "You sounded sad in both turns." in steps[0][0].reply
    assert not steps[0][0].voice
    assert set(said) == {prosody_for("sad")}
    assert "data-aloud" in steps[-1][0].voice
    assert all(kept is session for _, kept in steps)


def test_without_a_turn_it_says_so_and_without_a_voice_too():
    def say(text, delivery):
        raise VoiceError("no voice")

    view, _ = list(ask("reason", Session(), aloud=False, say=say))[-1]
    assert "I have not heard you yet." in view.reply
    assert "no voice" in view.voice
