"""What is wrong with a clip, in the sentences that people meet every day: with what was found and what was expected."""

from __future__ import annotations

from echomind.errors import AudioError
from echomind.words import t

MIN_SECONDS = 0.1  # shorter than any word
FORMATS = t("WAV, FLAC, OGG, MP3, M4A/AAC or WebM")


def too_long(name: str, limit_s: float, seconds: float | None = None) -> AudioError:
    """Longer than ``limit_s``; by how much is known only where the length is told before decoding."""
    if seconds is None:
        return AudioError(
            t("{name}: found more than {limit:g} s of sound; expected at most that", name=name, limit=limit_s)
        )
    return AudioError(
        t("{name}: found {s:.1f} s of sound; expected at most {limit:g} s", name=name, s=seconds, limit=limit_s)
    )


def too_short(name: str, seconds: float, limit_s: float) -> AudioError:
    """Shorter than ``MIN_SECONDS``."""
    return AudioError(
        t(
            "{name}: found {s:.2f} s of sound; expected {least} to {limit:g} s",
            name=name,
            s=seconds,
            least=MIN_SECONDS,
            limit=limit_s,
        )
    )


def too_large(name: str, size: int, limit_mb: int) -> AudioError:
    """A file of ``size`` bytes."""
    return AudioError(
        t("{name}: found {mb:.0f} MB; expected at most {most} MB", name=name, mb=size / 2**20, most=limit_mb)
    )


def silence(name: str, peak: float) -> AudioError:
    """No louder than ``peak`` of full scale."""
    return AudioError(t("{name}: found silence (peak {peak:.1e} of full scale); expected speech", name=name, peak=peak))


def not_audio(name: str, data: bytes) -> AudioError:
    """A file that no decoder knows, by its first bytes."""
    found = t("bytes beginning {start}", start=data[:8].hex(" ")) if data else t("an empty file")
    return AudioError(
        t(
            "{name}: not an audio file that can be read (found {found}); expected {formats}",
            name=name,
            found=found,
            formats=FORMATS,
        )
    )


def no_sound_track(name: str, kind: str) -> AudioError:
    """A file of a known ``kind``, such as a film, without sound."""
    return AudioError(t("{name}: found a {kind} file without a sound track; expected one", name=name, kind=kind))


def broken(name: str, seconds: float, why: object) -> AudioError:
    """A file that could be decoded for so many ``seconds``, and no further."""
    return AudioError(
        t(
            "{name}: a truncated or corrupt file: decoding stopped after {read:.1f} s ({why}); "
            "expected a complete audio file",
            name=name,
            read=seconds,
            why=why,
        )
    )
