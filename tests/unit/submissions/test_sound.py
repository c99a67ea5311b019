"""The sound of replies: what can be heard passes, what is empty is a warning, everything else is refused."""

import pytest

from echomind.scoring.problems import Problems
from echomind.submissions.sound import check_sound
from tests.unit.submissions.made_sounds import flac_of_length, sound, wav


@pytest.fixture
def told(tmp_path):
    """The problems and warnings of a recording."""

    def run(data):
        path = tmp_path / "00001"
        path.write_bytes(data)
        problems, warnings = Problems(), Problems()
        check_sound(path, "a: b.wav", problems, warnings)
        lines = [[p.line().removeprefix("a: b.wav: ") for p in found.kept] for found in (problems, warnings)]
        assert all(line.isprintable() and str(tmp_path) not in line for found in lines for line in found)
        return lines

    return run


@pytest.mark.parametrize("kind", ["WAV", "FLAC"])
@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000, 48_000])
def test_recordings_pass(told, kind, rate):
    assert told(sound(kind=kind, rate=rate)) == [[], []]


@pytest.mark.parametrize("said", [0, 0xFFFFFFFF, 0x7FFFFFFF, 10**6])
def test_a_streams_header_that_does_not_know_the_length_is_no_fault(told, said):
    assert told(wav(said=said, riff=said)) == [[], []]


@pytest.mark.parametrize("seconds", [0, 0.05])
def test_a_recording_of_nothing_is_a_warning(told, seconds):
    problems, [warning] = told(wav(seconds))
    assert problems == [] and warning.startswith("found 0.0") and warning.endswith("s of sound; it counts as failed")


def test_silence_is_left_to_those_who_score_it(told):
    assert told(wav().replace(wav()[44:], bytes(16_000))) == [[], []]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", "found a file that begins with nothing, expected a whole recording as WAV or FLAC"),
        (b"[]", "found a file that begins 5b 5d, expected a whole recording as WAV or FLAC"),
        (sound(kind="OGG"), "found a file that begins 4f 67 67 53"),
        (b"RIFF\0\0\0\0WAVE" + b"<script>" * 99, "found a recording that is damaged or cut off"),
        (b"fLaC" + bytes(200), "found a recording that is damaged or cut off"),
        (wav(rate=0), "found a recording that is damaged or cut off"),
        (wav(rate=1), "found a sample rate of 1 Hz, expected 2000 to 384000 Hz"),
        (wav(channels=0), "found a recording that is damaged or cut off"),
        (wav(channels=1_000), "found 1000 channels, expected at most 32"),
        (flac_of_length(0), "found a recording that does not say its length, as streams do"),
        (flac_of_length(2**36 - 1), "found 4294967 s of sound, expected at most 600 s"),
        (flac_of_length(80_000), "found a recording that is damaged or cut off"),
        (sound(kind="FLAC")[:-2_000], "found a recording that is damaged or cut off"),
    ],
)
def test_what_cannot_be_heard_is_refused(told, data, line):
    [problem], warnings = told(data)
    assert problem.startswith(line) and warnings == []


def test_ten_minutes_are_the_most(told):
    assert told(wav(150, rate=2_000, said=2 * 16_000 * 150))[0] == ["found 1200 s of sound, expected at most 600 s"]
