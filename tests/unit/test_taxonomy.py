import pytest

from echomind.taxonomy import ATTRIBUTES, CATEGORIES, DIMENSIONS, OFFICIAL_CUES, attribute_of, official_cues_of


def test_the_counts_of_the_paper():
    assert (len(DIMENSIONS), len(CATEGORIES), len(ATTRIBUTES), len(OFFICIAL_CUES)) == (3, 12, 39, 45)
    by_dimension = [sum(len(c.attributes) for c in CATEGORIES if c.dimension == d) for d in DIMENSIONS]
    assert by_dimension == [4, 19, 16]
    assert len(set(ATTRIBUTES)) == 39


def test_every_official_string_has_an_attribute_and_every_attribute_a_string():
    assert {attribute_of(text) for text in OFFICIAL_CUES} == {*ATTRIBUTES, "adult"}
    assert all(official_cues_of(a) for a in ATTRIBUTES)
    assert len(official_cues_of("music")) == 5


def test_short_ids_and_letter_case_are_accepted():
    assert attribute_of(" Hoarse Voice ") == "hoarse"
    assert attribute_of("sea_waves") == "sea_waves"


def test_an_unknown_cue_is_named():
    with pytest.raises(KeyError, match="humming"):
        attribute_of("humming")
