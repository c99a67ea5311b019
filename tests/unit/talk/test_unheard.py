from echomind.models.protocol import VAD, Perception, Thinking, Turn
from echomind.talk.unheard import reply_without_voice


class Reads:
    name = "reads"

    def __init__(self):
        self.asked, self.closed = [], False

    def perceive_text(self, transcript, *, topic="", history=()):
        self.asked.append((transcript, topic, tuple(history)))
        return Perception(transcript, {}, VAD(3, 3, 3), VAD(3, 3, 3))

    def reply(self, perception, *, seed=0):
        try:
            yield Thinking("neutral", "", 0.5)
            yield f"seed {seed}"
            yield ", more"
        finally:
            self.closed = True


def test_the_same_words_topic_history_and_seed_without_the_thinking():
    model = Reads()
    assert list(reply_without_voice(model, "hello", "work", (Turn("hi"),), seed=3)) == ["seed 3", ", more"]
    assert model.asked == [("hello", "work", (Turn("hi"),))]


def test_whoever_stops_listening_stops_the_model():
    model = Reads()
    pieces = reply_without_voice(model, "hello")
    next(pieces)
    pieces.close()
    assert model.closed


def test_a_model_that_cannot_leave_the_sound_out_says_nothing():
    assert list(reply_without_voice(object(), "hello")) == []
