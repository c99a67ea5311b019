import numpy as np
import pytest

from echomind.errors import DataError
from echomind.scoring import bertscore as module
from echomind.scoring.bertscore import bertscore, greedy_f1
from echomind.scoring.embeddings import PAPER_BASELINE, TokenVectors, token_encoder


class Directions:
    """Word vectors by hand: each word is the angle it names, in degrees; words in brackets do not count."""

    metric_id, name = "bertscore_other", "directions"

    def __init__(self, baseline=None):
        self.baseline, self.seen = baseline, []

    def encode(self, texts):
        self.seen.append(list(texts))
        return [vectors(text) for text in texts]


def vectors(text):
    words = text.split()
    angles = np.radians([float(word.strip("[]")) for word in words])
    unit = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32).reshape(-1, 2)
    return TokenVectors(unit, np.array([not word.startswith("[") for word in words], bool))


def f1(precision, recall):
    return 2 * precision * recall / (precision + recall)


@pytest.mark.parametrize(
    ("reference", "hypothesis", "expected"),
    [
        ("0", "60", 0.5),
        ("0 90", "0 90", 1.0),
        # 0 finds 0, 60 finds 90 (cos 30) or 0 (cos 60): P (1 + cos 30)/2; all of the reference finds 1 and cos 30
        ("0 90", "0 60", (1 + np.cos(np.pi / 6)) / 2),
        # one word said twice: P 1; of the reference 0 finds 1, 90 finds 0, R 1/2
        ("0 90", "0 0", f1(1, 0.5)),
        # greedy: both words may match the same one; P (1 + cos 60)/2, R 1
        ("0", "0 60", f1(0.75, 1)),
        # a word that does not count is matched by others and matches none: P 1, R cos 60
        ("[60] 0", "60", f1(1, 0.5)),
        ("60", "[60] 0", f1(0.5, 1)),
    ],
)
def test_by_hand(reference, hypothesis, expected):
    assert greedy_f1(vectors(reference), vectors(hypothesis)) == pytest.approx(expected, abs=1e-6)
    assert bertscore([reference], [hypothesis], Directions())[0] == pytest.approx(expected, abs=1e-6)


def test_opposite_words_score_0_and_nothing_passes_1():
    assert greedy_f1(vectors("0"), vectors("180")) == 0.0
    rounded = TokenVectors(np.full((3, 2), np.sqrt(0.5) + 1e-7, np.float32), np.ones(3, bool))  # a length over 1
    assert greedy_f1(rounded, rounded) == 1.0


def test_nothing_that_counts_scores_0():
    assert greedy_f1(vectors("[0]"), vectors("0")) == 0.0
    assert greedy_f1(vectors("0"), vectors("")) == 0.0


def test_rescaled_values_are_0_at_the_baseline():
    values = bertscore(["0", "0", "0"], ["60", "0", ""], Directions(baseline=0.5))
    np.testing.assert_allclose(values, [0.0, 1.0, -1.0], atol=1e-6)  # an empty text: (0 - 0.5) / (1 - 0.5)
    assert bertscore(["0"], ["60"], Directions(PAPER_BASELINE))[0] == pytest.approx(
        (0.5 - 0.35219112) / (1 - 0.35219112), abs=1e-6
    )


def test_blocks_change_nothing(monkeypatch):
    rng = np.random.default_rng(0)
    texts = [" ".join(map(str, rng.integers(0, 360, rng.integers(1, 6)))) for _ in range(40)]
    references, hypotheses = texts[:20] * 2, texts[20:] + texts[20:][::-1]
    whole = bertscore(references, hypotheses, Directions())
    monkeypatch.setattr(module, "BLOCK", 3)
    encoder = Directions()
    np.testing.assert_array_equal(bertscore(references, hypotheses, encoder), whole)
    assert max(map(len, encoder.seen)) <= 6
    np.testing.assert_allclose(
        whole, [greedy_f1(vectors(r), vectors(h)) for r, h in zip(references, hypotheses, strict=True)]
    )


def test_lists_of_other_lengths_are_refused():
    with pytest.raises(DataError, match="found 1 hypotheses for 2 references"):
        bertscore(["0", "0"], ["0"], Directions())
    assert bertscore([], [], Directions()).shape == (0,)


def test_minilm_ranks_replies():
    reference = "I am so sorry, that must hurt a lot."
    replies = [reference, "Oh I'm sorry, that must really hurt.", "The train leaves at nine.", ""]
    values = bertscore([reference] * 4, replies, token_encoder())
    assert values[0] == pytest.approx(1.0, abs=1e-6)
    assert 1 > values[1] > values[2] + 0.2
    assert values[2] > values[3] == 0.0
