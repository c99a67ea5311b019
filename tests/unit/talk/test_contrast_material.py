from echomind.benchmark.published import read_published
from echomind.settings import ROOT
from echomind.talk.contrast_material import of_examples, of_set
from echomind.taxonomy import NEUTRAL


def test_the_examples_begin_plainly():
    found = of_examples(ROOT / "assets" / "examples")
    assert len(found) == 3
    for script in found:
        assert [recording.style for recording in script.recordings] == ["neutral", "target", "alternative"]
        assert script.recordings[0].cue == NEUTRAL
        assert len({recording.path for recording in script.recordings}) == 3
    assert len({script.id for script in found}) == 3


def test_our_own_set_has_all_its_clips_here():
    found = of_set(read_published(ROOT / "assets" / "mini", set_id="echomind-mini"))
    assert len(found) > 100
    assert all(recording.path.is_file() for script in found for recording in script.recordings)
    assert all(script.recordings[0].cue == NEUTRAL for script in found)


def test_nothing_where_there_is_nothing(tmp_path):
    assert of_examples(tmp_path) == ()
