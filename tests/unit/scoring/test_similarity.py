import numpy as np
import pytest

from echomind.errors import DataError
from echomind.scoring.embeddings import sentence_embedder
from echomind.scoring.similarity import semsim


class Directions:
    """Vectors by hand: each text is the angle it names, in degrees."""

    metric_id, name = "semsim_other", "directions"

    def __init__(self):
        self.seen = []

    def encode(self, texts):
        self.seen.append(list(texts))
        angles = np.radians([float(text) for text in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_cosine_of_each_pair():
    values = semsim(["0", "30", "0", "0"], ["60", "30", "90", "180"], Directions())
    np.testing.assert_allclose(values, [0.5, 1.0, 0.0, -1.0], atol=1e-6)
    assert values.dtype == np.float64
    assert (np.abs(values) <= 1).all()


def test_each_text_is_encoded_once():
    embedder = Directions()
    semsim(["0", "0", "0", "45"], ["0", "45", "", "45"], embedder)
    assert embedder.seen == [["0", "45"]]


def test_a_text_without_words_gets_0_and_is_not_encoded():
    embedder = Directions()
    assert semsim(["0", " ", ""], ["\n", "0", ""], embedder).tolist() == [0.0, 0.0, 0.0]
    assert semsim([], [], embedder).shape == (0,)
    assert embedder.seen == []


def test_lists_of_other_lengths_are_refused():
    with pytest.raises(DataError, match="found 1 hypotheses for 2 references"):
        semsim(["0", "0"], ["0"], Directions())


def test_minilm_knows_what_is_close_in_meaning():
    said = "I finally finished painting the kitchen."
    heard = [
        said,
        "I have finally painted the whole kitchen.",
        "I finally finished paint in the chicken.",
        "Is it Friday?",
    ]
    values = semsim([said] * 4, heard, sentence_embedder())
    assert values[0] == pytest.approx(1.0, abs=1e-6)
    assert 1 > values[1] > values[2] > values[3]
    assert values[1] > 0.8
    assert values[3] < 0.3
