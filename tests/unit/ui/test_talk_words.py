import pytest

from echomind.taxonomy import CATEGORIES
from echomind.ui.talk_words import DELIVERIES, delivery_words, label_words, percent


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


@pytest.mark.parametrize(("p", "text"), [(0.873, "87 %"), (0.0, "1 %"), (1.0, "99 %"), (0.5, "50 %")])
def test_percent_claims_no_certainty(p, text):
    assert percent(p) == text


def test_deliveries():
    assert delivery_words("neutral") == "plainly"
    assert delivery_words("sea_waves") == "sea waves"
    assert all(DELIVERIES.values())
