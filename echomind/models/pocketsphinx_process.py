"""PocketSphinx as a program: ``python -m echomind.models.pocketsphinx_process``.

It holds Python's global lock from the first frame of a clip to the last, so in the app's own process every page would
stand still while someone's words are recognised; hence processes of its own, started by ``pocketsphinx_pool``.

Standard input brings requests, each a letter, the length of what follows in bytes (unsigned 32-bit, little-endian) and
16-bit mono samples at 16 kHz. Standard output answers each with one line of JSON:

- ``W``, a whole clip: its words, ``[[word, start, end], ...]`` in seconds;
- ``F``, more of an utterance: the text so far; the first one opens it;
- ``P``, the last of an utterance for now: the words of all of it, as good as they get. It may go on afterwards;
- ``E``, the end of an utterance: ``null``.

The end of the input ends the program, so it never outlives the app.
"""

from __future__ import annotations

import json
import os
import re
import struct
import sys
from typing import Any, BinaryIO

HEADER = struct.Struct("<cI")
WHOLE, FEED, PEEK, END = b"W", b"F", b"P", b"E"
FRAMES_PER_SECOND = 100  # PocketSphinx's frame rate
BYTES_PER_SECOND = 2 * 16_000
MEAN_S = 1.25  # of an utterance that its cepstral mean is taken from, seconds; see ``Utterance``

Words = list[tuple[str, float, float]]


def load_decoder() -> Any:
    """PocketSphinx 5 with the US English model of its wheel.

    ``bestpathlw=11`` took neutral real clips from 12.5 to 10.2 % word error rate; ``remove_dc`` changes nothing there
    and helps with sound cards that add an offset.
    """
    from pocketsphinx import Decoder

    return Decoder(samprate=16_000, loglevel="ERROR", remove_dc=True, bestpathlw=11)


def words_of(decoder: Any, pcm: bytes) -> Words:
    """Words with start and end in seconds, without fillers.

    The whole clip is decoded at once (``full_utt``), so that its own cepstral mean is taken off from its first frame.
    The front end is made anew for each clip: its tracks of noise and cepstral mean outlast an utterance, and the same
    clip would give other words after another speaker.
    """
    decoder.reinit_feat()
    decoder.start_utt()
    try:
        decoder.process_raw(pcm, no_search=False, full_utt=True)
    finally:
        decoder.end_utt()
    return _segments(decoder)


class Utterance:
    """An utterance that is decoded while it is spoken.

    Fed as a stream, PocketSphinx takes off the cepstral mean of some other microphone for the first 8 s: on 26 real
    clips that makes a word error rate of 32.5 % instead of 27.7 %. So its first 1.25 s are gathered, the mean is taken
    from them, and with it the stream has 26.8 % (mean of 0.5 s: 31.6 %, 1.0 s: 26.8 %, 1.5 s: 27.4 %, 2.0 s: 29.2 %).
    """

    def __init__(self, decoder: Any) -> None:
        self._decoder, self._first, self._open = decoder, b"", False

    def feed(self, pcm: bytes) -> str:
        """The text so far; empty before the mean is known."""
        if not self._open:
            self._first += pcm
            if len(self._first) < MEAN_S * BYTES_PER_SECOND:
                return ""
            self._begin()
            pcm = self._first
        self._decoder.process_raw(pcm, no_search=False, full_utt=False)
        best = self._decoder.hyp()
        return "" if best is None else " ".join(map(_plain, best.hypstr.split()))

    def _begin(self) -> None:
        decoder = self._decoder
        decoder.reinit_feat()
        decoder.start_utt()
        decoder.process_raw(self._first, no_search=True, full_utt=True)
        mean = decoder.get_cmn(True)
        decoder.end_utt()
        decoder.reinit_feat()
        decoder.set_cmn(mean)
        decoder.start_utt()
        self._open = True

    def words(self) -> Words:
        """The last passes over all that was fed, which end the utterance: only a copy of this process may ask."""
        if not self._open:
            return words_of(self._decoder, self._first)
        self._decoder.end_utt()
        return _segments(self._decoder)

    def end(self) -> None:
        """Leave the decoder ready for another."""
        if self._open:
            self._decoder.end_utt()


def _segments(decoder: Any) -> Words:
    return [
        (_plain(s.word), s.start_frame / FRAMES_PER_SECOND, (s.end_frame + 1) / FRAMES_PER_SECOND)
        for s in decoder.seg() or ()
        if not s.word.startswith(("<", "[", "++"))  # <s>, <sil>, [NOISE], ++UM++: no words
    ]


def _plain(word: str) -> str:
    """A dictionary entry without its variant number: ``the(2)`` is ``the``."""
    return re.sub(r"\(\d+\)$", "", word)


def _in_a_copy(utterance: Utterance) -> bytes:
    """What ``words`` says in a copy of this process, so that here the utterance can go on; ``null`` when it died."""
    reading, writing = os.pipe()
    child = os.fork()  # one thread and no open files but the pipes: safe to copy
    if child == 0:
        os.close(reading)
        with os.fdopen(writing, "wb") as answer:
            answer.write(json.dumps(utterance.words()).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        found = answer.read()
    os.waitpid(child, 0)
    return found or b"null"


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until the input ends."""
    decoder = load_decoder()
    utterance: Utterance | None = None
    while len(header := requests.read(HEADER.size)) == HEADER.size:
        what, size = HEADER.unpack(header)
        pcm = requests.read(size)
        if what == WHOLE:
            answer = json.dumps(words_of(decoder, pcm)).encode()
        elif what == END:
            if utterance is not None:
                utterance.end()
            utterance, answer = None, b"null"
        else:
            utterance = utterance or Utterance(decoder)
            text = utterance.feed(pcm) if pcm else ""
            answer = _in_a_copy(utterance) if what == PEEK else json.dumps(text).encode()
        answers.write(answer + b"\n")
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
