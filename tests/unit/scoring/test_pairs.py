import numpy as np
import pytest

from echomind.errors import DataError
from echomind.scoring.pairs import check_pairs, each_pair


def test_each_different_pair_is_scored_once_and_keeps_its_place():
    scored = []

    def score(reference, hypothesis):
        scored.append((reference, hypothesis))
        return len(reference) - len(hypothesis)

    values = each_pair(["abc", "ab", "abc", "abc", " "], ["a", "a", "a", "ab", "a"], score)
    assert values.tolist() == [2.0, 1.0, 2.0, 1.0, 0.0]
    assert values.dtype == np.float64
    assert scored == [("abc", "a"), ("ab", "a"), ("abc", "ab")]


def test_lists_of_other_lengths_are_refused():
    check_pairs(["a"], ["b"])
    with pytest.raises(DataError, match="found 0 hypotheses for 1 references, expected one for each"):
        check_pairs(["a"], [])
