"""eSpeak NG from its wheel, as a program: ``python -m echomind.talk.espeak_process OUT.wav VOICE RATE PITCH RANGE``.

Text (UTF-8) comes on standard input; a 16-bit mono WAV is written. eSpeak NG is under the GPL: this file is the only
one that loads it, and it runs in a process of its own, started by ``echomind.talk.speak`` where no ``espeak-ng``
program is installed. Nothing else imports it. The calls are those of ``speak_lib.h``.
"""

from __future__ import annotations

import ctypes
import sys
import wave

SYNCHRONOUS = 2  # AUDIO_OUTPUT_SYNCHRONOUS: samples come through the callback
NO_EXIT = 0x8000  # espeakINITIALIZE_DONT_EXIT
UTF8 = 1  # espeakCHARS_UTF8; markup stays off, so text is only text
RATE, PITCH, PITCH_RANGE = 1, 3, 4  # espeak_PARAMETER
Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def synthesize(text: str, voice: str, rate: int, pitch: int, pitch_range: int) -> tuple[int, bytes]:
    """Sample rate in Hz and 16-bit little-endian mono samples. Raises ``RuntimeError`` with eSpeak's status."""
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    sample_rate = library.espeak_Initialize(SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), NO_EXIT)
    if sample_rate <= 0:
        raise RuntimeError(f"eSpeak NG did not start (status {sample_rate})")
    chunks: list[bytes] = []

    @Callback
    def collect(samples: ctypes._Pointer[ctypes.c_short], count: int, _events: int | None) -> int:
        if samples and count > 0:
            chunks.append(ctypes.string_at(samples, 2 * count))
        return 0

    library.espeak_SetSynthCallback(collect)
    if status := library.espeak_SetVoiceByName(voice.encode()):
        raise RuntimeError(f"eSpeak NG has no voice {voice!r} (status {status})")
    for parameter, value in ((RATE, rate), (PITCH, pitch), (PITCH_RANGE, pitch_range)):
        library.espeak_SetParameter(parameter, value, 0)
    data = text.encode()
    if status := library.espeak_Synth(data, ctypes.c_size_t(len(data) + 1), 0, 1, 0, UTF8, None, None):
        raise RuntimeError(f"eSpeak NG could not speak (status {status})")
    library.espeak_Synchronize()
    return sample_rate, b"".join(chunks)


def main(arguments: list[str]) -> None:
    """Read standard input, write the WAV file named first."""
    path, voice, rate, pitch, pitch_range = arguments
    sample_rate, samples = synthesize(sys.stdin.buffer.read().decode(), voice, int(rate), int(pitch), int(pitch_range))
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes(samples)


if __name__ == "__main__":
    main(sys.argv[1:])
