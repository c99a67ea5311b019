import base64
import io

import numpy as np
import pytest
import soundfile

from echomind.audio import SAMPLE_RATE, Clip
from echomind.endpoint_settings import EndpointSettings
from echomind.models.endpoint_costs import Usage
from echomind.models.endpoint_wire import audio_part, most_usage, request_body, usage_of, wav_bytes
from tests.unit.models.openai_server import usage

SETTINGS = EndpointSettings(name="a", base_url="http://h/v1", model="m")
NOTHING = {"modalities": None, "audio": None, "response_format": None, "seed": None}


def test_a_clip_becomes_an_ordinary_wav_file_and_always_the_same(clip):
    data = wav_bytes(clip)
    info = soundfile.info(io.BytesIO(data))
    assert (info.format, info.subtype, info.samplerate, info.channels) == ("WAV", "PCM_16", SAMPLE_RATE, 1)
    assert info.frames == len(clip.samples) and len(data) == 44 + 2 * len(clip.samples)
    assert wav_bytes(Clip(clip.samples.copy(), "another name")) == data


def test_both_styles_carry_the_same_file(clip):
    first = audio_part(clip, "input_audio")["input_audio"]
    second = audio_part(clip, "audio_url")["audio_url"]["url"]
    assert first["format"] == "wav" and second == "data:audio/wav;base64," + first["data"]
    assert base64.b64decode(first["data"]) == wav_bytes(clip)


def test_full_scale_does_not_wrap_around():
    samples, _ = soundfile.read(io.BytesIO(wav_bytes(Clip(np.array([1.0, -1.0, 1.0], np.float32)))))
    assert samples[0] > 0.99 and samples[1] == -1.0


@pytest.mark.parametrize("text", ["plain words", "日本語のテキスト", "🙂🙂", ""])
def test_the_upper_bound_of_a_text_counts_every_byte(text):
    messages = [{"role": "system", "content": text}, {"role": "user", "content": [{"type": "text", "text": text}]}]
    body = request_body(SETTINGS, messages, max_tokens=7, temperature=None, **NOTHING)
    most = most_usage(body, 7)
    assert most.text_in >= 2 * len(text.encode()) and most.text_out == 7
    assert (most.audio_in, most.audio_out) == (0, 0)


@pytest.mark.parametrize("style", ["input_audio", "audio_url"])
def test_the_upper_bound_of_a_clip_is_above_any_tokenizer(clip, style):
    messages = [{"role": "user", "content": [audio_part(clip, style)]}]
    speak = {**NOTHING, "modalities": ["text", "audio"], "audio": {"voice": "a", "format": "wav"}}
    most = most_usage(request_body(SETTINGS, messages, max_tokens=7, temperature=None, **speak), 7)
    assert 32 * clip.seconds < most.audio_in <= 51 * clip.seconds
    assert (most.text_out, most.audio_out) == (7, 7)


@pytest.mark.parametrize(
    ("reported", "found"),
    [
        (usage(10, 5), Usage(10, 5, 0, 0)),
        (usage(10, 5, heard=4, spoken=5), Usage(6, 0, 4, 5)),
        ({"prompt_tokens": 10.0, "completion_tokens": 0, "prompt_tokens_details": None}, Usage(10, 0, 0, 0)),
        ({"prompt_tokens": 10}, None),
        ({"prompt_tokens": True, "completion_tokens": 1}, None),
        ({"prompt_tokens": "10", "completion_tokens": 1}, None),
        ({"prompt_tokens": 1.5, "completion_tokens": 1}, None),
        ({"prompt_tokens": float("inf"), "completion_tokens": 1}, None),
        (usage(1, 1, spoken=2), None),
        ([], None),
    ],
)
def test_usage_is_believed_only_where_it_can_be_so(reported, found):
    assert usage_of({"usage": reported}) == found


def test_the_settings_own_fields_come_before_nothing_else():
    settings = SETTINGS.model_copy(update={"extra": {"top_k": 20}})
    body = request_body(settings, [], max_tokens=1, temperature=0.0, **{**NOTHING, "seed": 0})
    assert body == {"top_k": 20, "model": "m", "messages": [], "max_tokens": 1, "temperature": 0.0, "seed": 0}
