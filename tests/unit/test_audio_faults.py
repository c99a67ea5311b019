import pytest

from echomind import audio_faults
from echomind.ui.talk_view import problem_words
from echomind.words import here, speaking

FAULTS = {
    "too long": (audio_faults.too_long("<b>.wav", 60), "<b>.wav: found more than 60 s of sound; expected at most that"),
    "too long, told before": (audio_faults.too_long("a", 60, 61.25), "a: found 61.2 s of sound; expected at most 60 s"),
    "too short": (audio_faults.too_short("a", 0.02, 60), "a: found 0.02 s of sound; expected 0.1 to 60 s"),
    "too large": (audio_faults.too_large("a", 63 * 2**20, 50), "a: found 63 MB; expected at most 50 MB"),
    "silence": (audio_faults.silence("a", 2e-5), "a: found silence (peak 2.0e-05 of full scale); expected speech"),
    "not audio": (
        audio_faults.not_audio("a", b"PK\3\4{}"),
        "a: not an audio file that can be read (found bytes beginning 50 4b 03 04 7b 7d); "
        "expected WAV, FLAC, OGG, MP3, M4A/AAC or WebM",
    ),
    "empty": (
        audio_faults.not_audio("a", b""),
        "a: not an audio file that can be read (found an empty file); expected WAV, FLAC, OGG, MP3, M4A/AAC or WebM",
    ),
    "no sound": (audio_faults.no_sound_track("a", "mp4"), "a: found a mp4 file without a sound track; expected one"),
    "broken": (
        audio_faults.broken("{a}", 3.21, "end of file"),
        "{a}: a truncated or corrupt file: decoding stopped after 3.2 s (end of file); expected a complete audio file",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_to_machines_in_english_and_to_visitors_in_their_language(fault):
    error, english = FAULTS[fault]
    assert str(error) == english
    assert here(problem_words(error)) == english
    with speaking("zh"):
        said = here(problem_words(error))
        assert said != english
        assert said.split("：")[0] == english.split(": ")[0]  # the file's name, as it is
        assert str(error) == english
