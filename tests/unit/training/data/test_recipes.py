from collections import Counter

import pytest

from echomind.taxonomy import ATTRIBUTES, CATEGORIES, CATEGORY, CATEGORY_OF, NEUTRAL
from echomind.training.data.background import BACKGROUNDS
from echomind.training.data.corpus import Scenario
from echomind.training.data.delivery import DELIVERIES
from echomind.training.data.recipes import ENGINE_SHARES, NEUTRAL_SHARE, OPEN, recipe
from echomind.training.data.speech import VOICES


def _scenario(i):
    said = (f"We saw the {i} boats.", f"There were {i} of them.", f"It took {i} hours.")
    return Scenario(f"s{i}", "home", "a thing", said, {}, {})


SCENARIOS = tuple(_scenario(i) for i in range(7))
COUNT = 8000


@pytest.fixture(scope="module")
def recipes():
    return [recipe(i, 5, SCENARIOS) for i in range(COUNT)]


def test_a_recipe_depends_on_seed_and_index_alone(recipes):
    assert recipes[40] == recipe(40, 5, SCENARIOS)
    assert recipes[40].name == recipe(40, 5, SCENARIOS).name
    assert recipe(40, 6, SCENARIOS).name != recipes[40].name
    assert len({r.name for r in recipes}) == COUNT


def test_a_quarter_is_neutral_and_all_39_are_equally_often(recipes):
    styles = Counter(r.style for r in recipes)
    assert styles[NEUTRAL] / COUNT == pytest.approx(NEUTRAL_SHARE, abs=0.02)
    assert set(styles) == {NEUTRAL, *ATTRIBUTES}
    expected = COUNT * (1 - NEUTRAL_SHARE) / 39
    assert all(0.7 * expected < styles[a] < 1.3 * expected for a in ATTRIBUTES)


def test_engines_and_genders_have_their_shares(recipes):
    engines = Counter(VOICES[r.voice].engine for r in recipes)
    for engine, share in ENGINE_SHARES.items():
        assert engines[engine] / COUNT == pytest.approx(share, abs=0.02)
    assert sum(r.gender == "male" for r in recipes) / COUNT == pytest.approx(0.5, abs=0.02)


def test_gender_is_the_voices_own_unless_it_is_swapped(recipes):
    for made in recipes:
        if made.delivery != "child":
            assert (VOICES[made.voice].gender != made.gender) == made.swap


def test_labels_name_every_category_and_every_cue(recipes):
    for made in recipes:
        labels = made.labels()
        assert list(labels) == [c.id for c in CATEGORIES]
        for category in CATEGORIES:
            assert labels[category.id] is None or labels[category.id] in category.labels
        for cue in made.cues:
            assert labels[CATEGORY_OF[cue]] == cue or labels[CATEGORY_OF[cue]] is None
        if made.style not in (NEUTRAL, "child"):
            assert labels[CATEGORY_OF[made.style]] == made.style


def test_neutral_clips_have_no_open_label_and_no_cue(recipes):
    for made in recipes:
        if made.style == NEUTRAL:
            labels = made.labels()
            assert labels.pop("gender") == made.gender
            assert all(labels[c.id] == c.absent for c in CATEGORIES if c.id != "gender")


def test_rain_alone_is_known_in_all_categories():
    made = next(r for r in (recipe(i, 1, SCENARIOS) for i in range(2000)) if r.cues == ("rain",))
    labels = made.labels()
    assert labels == {c.id: c.absent for c in CATEGORIES} | {"gender": made.gender, "weather": "rain"}
    assert made.background == "rain" and 0 <= made.snr_db <= 15


def test_open_labels_are_real_categories_and_never_the_cues_own():
    for cue, categories in OPEN.items():
        assert set(categories) <= set(CATEGORY)
        assert CATEGORY_OF[cue] not in categories


def test_what_is_to_be_made_can_be_made(recipes):
    for made in recipes:
        assert made.delivery == NEUTRAL or made.delivery in DELIVERIES
        assert made.background == "" or made.background in BACKGROUNDS
        assert not made.recorded
        vocal = [c for c in made.cues if c in DELIVERIES]
        around = [c for c in made.cues if c in BACKGROUNDS]
        assert len(vocal) <= 1 and len(around) <= 1
        assert (made.delivery, made.background) == (vocal[0] if vocal else NEUTRAL, around[0] if around else "")
        assert len(made.transcript.split()) <= 24


def test_recordings_replace_some_rain_and_add_sounds_outside_the_39():
    made = [recipe(i, 5, SCENARIOS, recordings=True) for i in range(3000)]
    rain = [r.recorded for r in made if r.background == "rain"]
    assert any(rain) and not all(rain)
    outside = [r for r in made if r.background.startswith("noise:")]
    assert 0.05 < len(outside) / len(made) < 0.15
    assert all(r.recorded and not set(r.cues) & set(BACKGROUNDS) for r in outside)


def test_engines_can_be_chosen():
    assert {VOICES[recipe(i, 5, SCENARIOS, engines={"flite": 1.0}).voice].engine for i in range(200)} == {"flite"}
