"""Every container, rate, channel count and number type that reaches the app, and every way in which a clip fails."""

import io
import struct
import tracemalloc

import av
import numpy as np
import pytest
import soundfile as sf

from echomind.audio import MAX_CHANNELS, SAMPLE_RATE, Clip, clip_from_array, load_clip, load_native
from echomind.errors import AudioError

TONE_HZ = 440.0


def tone(seconds=1.0, rate=16_000, amplitude=0.5, channels=1):
    t = np.arange(round(seconds * rate)) / rate
    wave = (amplitude * np.sin(2 * np.pi * TONE_HZ * t)).astype(np.float32)
    return wave if channels == 1 else np.repeat(wave[:, None], channels, axis=1)


def encoded(data, rate, container="WAV", subtype=None):
    file = io.BytesIO()
    sf.write(file, data, rate, format=container, subtype=subtype)
    return file.getvalue()


def av_encoded(data, rate, container, codec):
    """Mono audio through FFmpeg's encoders, as phones (M4A) and browsers (WebM/Opus) make it."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as out:
        stream = out.add_stream(codec, rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(data[None, :], format="flt", layout="mono")
        frame.sample_rate = rate
        resampler = av.AudioResampler(stream.codec_context.format, "mono", rate, stream.codec_context.frame_size)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    return file.getvalue()


def check(clip: Clip, seconds=1.0, amplitude=0.5, tolerance=0.06):
    """A mono 16 kHz tone of the right length, level and pitch."""
    assert clip.samples.dtype == np.float32
    assert clip.samples.ndim == 1
    assert clip.seconds == pytest.approx(seconds, abs=tolerance)
    middle = clip.samples[len(clip.samples) // 4 : 3 * len(clip.samples) // 4]
    assert np.sqrt(2 * np.mean(middle**2)) == pytest.approx(amplitude, rel=0.05)
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert np.argmax(spectrum) * SAMPLE_RATE / len(middle) == pytest.approx(TONE_HZ, abs=5)


@pytest.mark.parametrize(
    ("container", "subtype"),
    [
        ("WAV", "PCM_U8"), ("WAV", "PCM_16"), ("WAV", "PCM_24"), ("WAV", "PCM_32"), ("WAV", "FLOAT"), ("WAV", "DOUBLE"),
        ("WAV", "ULAW"), ("WAVEX", "PCM_16"), ("FLAC", "PCM_16"), ("FLAC", "PCM_24"), ("OGG", "VORBIS"),
        ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III"), ("AIFF", "PCM_16"), ("CAF", "PCM_16"),
    ],
)  # fmt: skip
def test_soundfile_formats(container, subtype):
    check(load_clip(encoded(tone(rate=48_000), 48_000, container, subtype)), tolerance=0.08)


@pytest.mark.parametrize(
    ("container", "codec", "rate"),
    [("mp4", "aac", 44_100), ("adts", "aac", 44_100), ("webm", "libopus", 48_000), ("matroska", "pcm_s16le", 22_050)],
)
def test_ffmpeg_formats(container, codec, rate):
    check(load_clip(av_encoded(tone(rate=rate), rate, container, codec)), tolerance=0.1)


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000])
def test_rates(rate):
    clip = load_clip(encoded(tone(rate=rate), rate, subtype="FLOAT"))
    check(clip)
    assert len(clip.samples) == pytest.approx(SAMPLE_RATE, abs=2)


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_channels_keep_the_level(channels):
    check(load_clip(encoded(tone(rate=44_100, channels=channels), 44_100)))


def test_a_voice_on_one_side_keeps_its_level():
    stereo = tone(channels=2)
    stereo[:, 1] = np.random.default_rng(0).choice([-1, 0, 1], len(stereo)) / 32768  # dither
    check(load_clip(encoded(stereo, 16_000)))
    check(clip_from_array(16_000, stereo))


@pytest.mark.parametrize("declared", [0xFFFFFFFF, 0x7FFFFFFF, 0])
def test_streamed_header_lengths_are_not_believed(declared):
    wav = bytearray(encoded(tone(rate=24_000), 24_000))
    wav[4:8] = struct.pack("<I", declared)
    at = wav.index(b"data") + 4
    wav[at : at + 4] = struct.pack("<I", declared)
    check(load_clip(bytes(wav)))


@pytest.mark.parametrize("rate", [8_000, 24_000, 48_000])
def test_a_file_at_its_own_rate(rate):
    wave = tone(rate=rate)
    samples, found = load_native(encoded(wave, rate, subtype="FLOAT"))
    assert (found, samples.dtype) == (rate, np.float32)
    assert np.array_equal(samples, wave)
    with pytest.raises(AudioError, match="found silence"):
        load_native(encoded(0 * wave, rate))
    with pytest.raises(AudioError, match=r"found more than 0.5 s"):
        load_native(encoded(wave, rate), max_seconds=0.5)


def test_a_path_and_its_bytes_give_the_same(tmp_path):
    path = tmp_path / "voice.raw"  # the name says nothing about the content
    path.write_bytes(encoded(tone(), 16_000))
    clip = load_clip(path)
    assert clip.name == "voice.raw"
    assert np.array_equal(clip.samples, load_clip(path.read_bytes()).samples)


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "uint8", "uint16", "float16", "float32", "float64"])
def test_arrays_of_every_number_type(dtype):
    wave, kind = tone(), np.dtype(dtype)
    if kind.kind == "i":
        wave = np.round(wave * (2 ** (8 * kind.itemsize - 1) - 1))
    elif kind.kind == "u":
        half = 2 ** (8 * kind.itemsize - 1)
        wave = np.round(wave * (half - 1)) + half
    check(clip_from_array(16_000, wave.astype(dtype)))


def test_array_of_the_browser():
    stereo = np.round(tone(rate=48_000, channels=2) * 32767).astype(np.int16)
    check(clip_from_array(48_000, stereo))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (np.zeros((2, 3, 4)), "shape"),
        (np.zeros((1, 48_000)), "channels"),
        (np.zeros(16_000, dtype=complex), "complex128"),
        (np.zeros(16_000, dtype=bool), "bool"),
        (np.array(["a"] * 16_000), "<U1"),
        (tone() * 20_000, "within -1 to 1"),
        (np.zeros(16_000, dtype=np.int16), "silence"),
        (np.zeros(0, dtype=np.int16), "0.00 s"),
        (tone(61), "61.0 s"),
    ],
)
def test_arrays_that_cannot_be_used(data, message):
    with pytest.raises(AudioError, match=message):
        clip_from_array(16_000, data)


def test_array_with_an_absurd_rate():
    with pytest.raises(AudioError, match="sample rate of 0 Hz"):
        clip_from_array(0, tone())


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("through", ["file", "array"])
def test_values_that_are_not_numbers(value, through):
    wave = tone()
    wave[100:103] = value
    with pytest.raises(AudioError, match="3 samples that are not finite"):
        load_clip(encoded(wave, 16_000, subtype="FLOAT")) if through == "file" else clip_from_array(16_000, wave)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty file"),
        (b"RIFF", "truncated or corrupt"),
        (b"hello, this is a text file and no sound at all" * 20, "not an audio file.*68 65 6c 6c"),
        (b"#EXTM3U\nfile:///etc/passwd\n", "not an audio file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), "not an audio file"),
        (b"\x1a\x45\xdf\xa3" + bytes(500), "truncated or corrupt"),
        (encoded(tone(0), 16_000), "0.00 s"),
        (encoded(tone(0.05), 16_000), "0.05 s"),
        (encoded(np.zeros(16_000), 16_000), "silence"),
        (encoded(tone(amplitude=0.00005), 16_000), "silence"),
        (encoded(tone(61, 8_000), 8_000), "more than 60 s"),
    ],
    ids=["empty", "magic", "text", "playlist", "png", "ebml", "0 s", "50 ms", "zeros", "faint", "61 s"],
)
def test_files_that_cannot_be_used(data, message):
    with pytest.raises(AudioError, match=f"^a b.bin: .*{message}"):
        load_clip(data, name="a\nb.bin")


def test_exactly_the_limit_is_taken():
    check(load_clip(encoded(tone(2), 16_000), max_seconds=2), seconds=2)


def noise(seconds, rate):
    return np.random.default_rng(0).normal(0, 0.1, round(seconds * rate)).astype(np.float32)


@pytest.mark.parametrize("container", ["FLAC", "M4A"])
def test_truncated_files_say_so(container):
    wave = noise(3, 44_100)
    data = encoded(wave, 44_100, "FLAC") if container == "FLAC" else av_encoded(wave, 44_100, "mp4", "aac")
    with pytest.raises(AudioError, match="truncated or corrupt"):
        load_clip(data[: len(data) // 2])


def test_damage_in_the_middle_is_told_in_plain_words():
    data = bytearray(av_encoded(noise(3, 44_100), 44_100, "adts", "aac"))
    middle = data.index(b"\xff\xf1", len(data) // 2) + 7  # behind the header of a frame
    data[middle : middle + 300] = b"\xff" * 300
    with pytest.raises(AudioError, match="truncated or corrupt file: decoding stopped after") as refused:
        load_clip(bytes(data))
    assert "Errno" not in str(refused.value) and "avcodec" not in str(refused.value)


def test_a_wav_cut_short_gives_what_is_there():
    data = encoded(tone(2), 16_000)
    check(load_clip(data[: 44 + 32_000]))


def test_video_without_sound():
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        stream = out.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 16
        stream.pix_fmt = "yuv420p"
        out.mux(stream.encode(av.VideoFrame(16, 16, "yuv420p")))
        out.mux(stream.encode(None))
    with pytest.raises(AudioError, match="without a sound track"):
        load_clip(file.getvalue())


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(AudioError, match="no such file"):
        load_clip(tmp_path / "nothing.wav")
    with pytest.raises(AudioError, match="no such file"):
        load_clip(tmp_path)


def test_a_header_with_an_absurd_rate():
    wav = bytearray(encoded(tone(), 16_000))
    wav[24:28] = struct.pack("<I", 2_000_000_000)
    with pytest.raises(AudioError, match="sample rate"):
        load_clip(bytes(wav))


def test_too_many_channels():
    with pytest.raises(AudioError, match="40 channels"):
        load_clip(encoded(np.zeros((1000, 40)), 16_000))
    assert MAX_CHANNELS < 40


def test_ten_minutes_are_refused_within_the_memory_of_one():
    data = encoded(np.zeros(600 * 48_000, dtype=np.int16), 48_000, "FLAC")
    load_clip(encoded(tone(), 16_000))  # first use of the libraries is not counted
    tracemalloc.start()
    try:
        with pytest.raises(AudioError, match="more than 60 s"):
            load_clip(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2 * 60 * 48_000 * 4


def test_a_huge_file_is_refused_unread(tmp_path):
    path = tmp_path / "huge.wav"
    with path.open("wb") as file:
        file.truncate(200 * 2**20)  # sparse: takes no disk
    tracemalloc.start()
    try:
        with pytest.raises(AudioError, match="200 MB; expected at most 50 MB"):
            load_clip(path)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()
