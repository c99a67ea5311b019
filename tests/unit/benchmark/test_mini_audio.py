import numpy as np
import pytest

from echomind.audio import SAMPLE_RATE, load_clip
from echomind.benchmark import mini_audio
from echomind.benchmark.mini_added_scripts import all_scripts
from echomind.benchmark.mini_audio import Studio, comment_of, encode
from echomind.benchmark.mini_cast import cast
from echomind.training.data.speech import active_dbfs
from tests.unit.training.data.conftest import utterance

TEXTS = [s.text for s in all_scripts()]
PARTS = cast(all_scripts(), 0)


@pytest.fixture
def studio(monkeypatch):
    """A studio whose speakers hum: no speech program is needed."""
    heights = {"male": 110.0, "female": 200.0}

    def hum(text, voice, rate=1.0):
        return utterance(heights[voice.gender], seed=len(text))

    monkeypatch.setattr(mini_audio, "synthesise", hum)
    return Studio(0, TEXTS)


def part(cue, **wanted):
    return next(p for p in PARTS.values() if p.cue == cue and all(getattr(p, k) == v for k, v in wanted.items()))


def others(made):
    return {style: PARTS[made.script, style] for style in ("target", "neutral", "alternative")}


def test_the_same_part_gives_the_same_samples_in_any_order(studio):
    first = studio.record(part("chatter"))
    studio.record(part("music"))
    assert np.array_equal(first, studio.record(part("chatter")))
    assert np.array_equal(first, Studio(0, TEXTS).record(part("chatter")))
    assert not np.array_equal(first, Studio(1, TEXTS).record(part("chatter")))


@pytest.mark.parametrize("cue", ["rain", "dog", "children", "music", "horn"])
def test_surroundings_are_laid_under_the_very_same_words(studio, cue):
    made = part(cue)
    sound, neutral = studio.record(made), studio.record(others(made)["neutral"])
    assert len(sound) == len(neutral)
    around = sound - neutral
    low, high = mini_audio.SNR_DB
    assert low - 1.5 < active_dbfs(neutral) - active_dbfs(around) < high + 3  # the mix limits peaks softly


def test_levels_belong_to_the_delivery(studio):
    for cue, least, most in (("shout", 7, 18), ("whisper", -21, -9)):
        made = part(cue, style="target")
        more = active_dbfs(studio.record(made)) - active_dbfs(studio.record(others(made)["neutral"]))
        assert least < more < most, cue


def test_speakers_differ_where_the_script_is_about_them(studio):
    made = part("male", style="target")
    assert others(made)["alternative"].cue in ("female", "child", "elderly")
    assert not np.array_equal(studio.record(made), studio.record(others(made)["alternative"]))


def test_every_clip_starts_and_ends_with_air_that_is_not_digital_silence(studio):
    air = int(0.8 * mini_audio.AIR_S * SAMPLE_RATE)
    for cue in ("fast", "sigh", "elderly"):
        sound = studio.record(part(cue))
        for edge in (sound[:air], sound[-air:]):
            assert -80 < 10 * np.log10(np.mean(edge**2)) < -45


def test_an_encoded_clip_is_the_same_every_time_small_and_readable(studio):
    sound = studio.record(part("rain"))
    data = encode(sound, "made of rain")
    assert data == encode(sound.copy(), "made of rain") != encode(sound, "made of snow")
    assert comment_of(data) == "made of rain"
    assert len(data) < 4000 * len(sound) / SAMPLE_RATE
    clip = load_clip(data)
    assert len(clip.samples) == len(sound)
    assert abs(active_dbfs(clip.samples) - active_dbfs(sound)) < 1.0


def test_what_is_no_whole_ogg_file_has_no_comment():
    assert comment_of(b"") == comment_of(b"OggS") == comment_of(b"RIFF" + bytes(100)) == ""
