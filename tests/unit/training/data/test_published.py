import numpy as np
import pytest

from echomind.errors import DataError
from echomind.training.data.published import load_dream, load_emobank, load_reccon, tidy
from tests.unit.training.made_data import write_texts


@pytest.fixture
def root(tmp_path):
    write_texts(tmp_path)
    return tmp_path


def test_tokenised_spacing_is_undone():
    assert tidy("I don ' t know , do you ?") == "I don't know, do you?"
    assert tidy("We ’ ll see .") == "We'll see."


def test_dream_loses_the_speaker_letters(root):
    assert all(not turn.startswith(("M:", "W:")) for dialogue in load_dream(root) for turn in dialogue)


def test_reccon_gives_emotion_cause_and_answer(root):
    turns = load_reccon(root)
    assert {t.emotion for t in turns} == {"neutral", "happy", "sad", "surprise", "angry", "fear", "disgust"}
    assert all(bool(t.cause) == (t.emotion != "neutral") for t in turns)
    assert all(t.answer for t in turns)
    assert max(len(t.history) for t in turns) <= 4


def test_emobank_keeps_the_sentence_that_is_the_word_none(root):
    texts, sides, combined = load_emobank(root, "train")
    assert "None" in texts
    assert sides.shape == (10, 6)
    assert combined.shape == (10, 3)
    assert np.isfinite(sides).all()


def test_a_missing_corpus_says_where_to_get_it(tmp_path):
    with pytest.raises(DataError, match="get EmoBank from"):
        load_emobank(tmp_path, "train")
