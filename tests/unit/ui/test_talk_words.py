import pytest

from echomind.models.protocol import Cue
from echomind.taxonomy import CATEGORIES
from echomind.ui.talk_words import DELIVERIES, UNSURE_BELOW, delivery_words, is_notable, is_unsure, label_words, percent


@pytest.mark.parametrize(("category", "label"), [(c.id, label) for c in CATEGORIES for label in c.labels])
def test_every_label_has_words_without_underscores(category, label):
    words = label_words(category, label)
    assert words.strip()
    assert "_" not in words
    assert words != "none"


def test_absent_labels_say_so():
    assert label_words("emotion", "none") == "neutral"
    assert label_words("weather", "none") == "none heard"
    assert label_words("age", "adult") == "an adult voice"


def test_unsure_is_neither_notable_nor_stated():
    unsure, sure = Cue("sad", UNSURE_BELOW - 0.01, {}), Cue("sad", UNSURE_BELOW, {})
    assert is_unsure(unsure)
    assert not is_notable("emotion", unsure)
    assert is_notable("emotion", sure)
    assert not is_notable("emotion", Cue("none", 0.99, {}))
    assert is_notable("gender", Cue("male", 0.99, {}))


@pytest.mark.parametrize(("p", "text"), [(0.873, "87 %"), (0.0, "1 %"), (1.0, "99 %"), (0.5, "50 %")])
def test_percent_claims_no_certainty(p, text):
    assert percent(p) == text


def test_deliveries():
    assert delivery_words("neutral") == "plainly"
    assert delivery_words("sea_waves") == "sea waves"
    assert all(DELIVERIES.values())
