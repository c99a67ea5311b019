from collections import Counter
from pathlib import PurePosixPath

import pytest

from echomind.benchmark.items import STYLES
from echomind.benchmark.mini_added_scripts import AddedScript, all_scripts
from echomind.benchmark.mini_cast import VOICES, cast, is_about_the_speaker, spoken_info
from echomind.benchmark.published_scripts import read_clip_name
from echomind.taxonomy import ATTRIBUTES, CATEGORY_OF, NEUTRAL, attribute_of
from echomind.training.data import speech
from echomind.training.data.signals import MOODS


@pytest.fixture(scope="module", params=[0, 1])
def parts(request):
    return cast(all_scripts(), request.param)


def test_every_script_has_its_three_deliveries_and_another_seed_another_cast(parts):
    assert len(parts) == 3 * len(all_scripts())
    for script in all_scripts():
        assert [parts[script.id, style].cue for style in STYLES] == [script.target, NEUTRAL, script.alternative]
    assert cast(all_scripts(), 0) == cast(all_scripts(), 0) != cast(all_scripts(), 1)


def test_voices_are_intelligible_ones_of_the_gender_they_are_cast_for(parts):
    for gender, names in VOICES.items():
        assert all(speech.VOICES[name].gender == gender for name in names)
        assert all(speech.VOICES[name].engine in ("flite", "festival") for name in names)
    for part in parts.values():
        assert part.voice in VOICES[part.gender]
        assert part.cue not in VOICES or part.gender == part.cue


def test_one_voice_says_all_three_deliveries_unless_the_script_is_about_the_speaker(parts):
    for script in all_scripts():
        voices = {parts[script.id, style].voice for style in STYLES}
        assert len(voices) == 1 or is_about_the_speaker(script), script.id


def test_voices_are_dealt_out_evenly(parts):
    first = {s.id for s in all_scripts() if not isinstance(s, AddedScript)}
    neutral = Counter(p.gender for p in parts.values() if p.cue == NEUTRAL and p.script in first)
    assert neutral["male"] == neutral["female"] == 63
    scripts = Counter(voice for voice, _ in {(p.voice, p.script) for p in parts.values()})
    for names in VOICES.values():
        counts = [scripts[name] for name in names]
        assert max(counts) - min(counts) <= 1, scripts


def test_an_old_voice_has_the_gender_that_the_other_cue_names(parts):
    seen = 0
    for script in all_scripts():
        cues = {script.target, script.alternative}
        if "elderly" in cues and cues & {"male", "female"}:
            part = next(parts[script.id, s] for s in STYLES if parts[script.id, s].cue == "elderly")
            assert part.gender in cues
            seen += 1
    assert seen >= 4


def test_official_strings_and_file_names(parts):
    for part in parts.values():
        assert attribute_of(part.spoken_info) == part.cue
        name = read_clip_name(PurePosixPath(part.style, part.file))
        assert name is not None, part.file
        assert (name.case_id, name.topic, name.style) == (f"id_{part.number}", part.topic, part.style)
        assert attribute_of(name.cue) == part.target  # the target's cue in all three, as in the published set
    assert len({(p.style, p.file) for p in parts.values()}) == len(parts)
    assert {p.mood for p in parts.values() if p.cue == "music"} <= set(MOODS)
    assert spoken_info("mini-081", "music") == "sound of exciting music"


def test_what_a_clip_lacks_is_never_its_cue_nor_its_speaker(parts):
    for part in parts.values():
        assert not part.lacks(part.cue) if part.cue != NEUTRAL else part.lacks("sobbing")
        if part.cue not in ("child", "whisper"):
            other = {"male": "female", "female": "male"}[part.gender]
            assert not part.lacks(part.gender) and part.lacks(other)
        else:  # a child or a whisper could be either
            assert not part.lacks("male") and not part.lacks("female")


def test_what_a_cue_brings_with_it_is_left_open(parts):
    by_cue = {p.cue: p for p in parts.values()}
    for cue, brought in (("tired", "sad"), ("slow", "tired"), ("thunderstorm", "rain"), ("cheering", "applause")):
        assert not by_cue[cue].lacks(brought), cue
    neutral = by_cue[NEUTRAL]
    assert all(neutral.lacks(a) for a in ATTRIBUTES if CATEGORY_OF[a] != "gender")
