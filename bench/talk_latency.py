"""How long a speaker waits: ``python -m bench.talk_latency CLIPS [--limit N] [--browser]``.

Clips are played in real time through the same path as the page's sound takes. From the true end of speech (voice
activity on the clean clip) to the first text of the reply and to its first sound: median and 90th percentile, and as a
ratio the same when recognition begins only once the turn has been taken. Word error rates of both. ``CLIPS`` is a
folder of sound files; its ``clips.json``, a list of ``{"file", "transcript"}``, gives the true words.

``--browser`` sends the first clips through Chromium and its fake microphone instead: from a page that is served.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from statistics import median

import jiwer
import numpy as np

from bench.talk_played import Visitor, all_memory_mb, clips_of, new_turns, plain
from echomind.talk.events import ReplyPiece
from echomind.talk.events import Spoken as SpokenReply
from echomind.talk.turn import talk


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", type=Path)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--browser", action="store_true")
    options = parser.parse_args()
    clips = clips_of(options.clips, options.limit)
    print(f"{len(clips)} clips, load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    if options.browser:
        from bench.talk_browser import in_browser

        in_browser(clips)
        return
    engine, turns = new_turns()
    models = engine.models()
    Visitor(turns).speak(clips[0], real_time=False)  # warm
    text, sound, text_after, sound_after, heard, whole, memory = [], [], [], [], [], [], 0.0
    for spoken in clips:
        found = Visitor(turns).speak(spoken)
        memory = max(memory, all_memory_mb())
        if found.error or found.text is None or found.taken is None or found.clip is None:
            print(f"{spoken.clip.name:50} {found.error}")
            continue
        at, later = time.perf_counter(), {}
        for event in talk(found.clip, models):
            if isinstance(event, ReplyPiece | SpokenReply):
                later.setdefault(type(event), found.taken + time.perf_counter() - at)
        text.append(found.text)
        sound.append(found.sound or np.inf)
        text_after.append(later[ReplyPiece])
        sound_after.append(later.get(SpokenReply, np.inf))
        heard.append((plain(spoken.words), plain(found.heard)))
        whole.append((plain(spoken.words), plain(models.recognizer.transcribe(spoken.clip).text)))
        times = f"taken {found.taken:5.2f}  text {found.text:5.2f}  sound {found.sound or np.nan:5.2f}"
        without = f"without: {text_after[-1]:5.2f} {sound_after[-1]:5.2f}"
        print(f"{spoken.clip.name:50} {times}  {without}  {found.heard}", flush=True)
    print(f"{len(text)} of {len(clips)} answered; load average {os.getloadavg()[0]:.1f}")
    for name, streamed, after in (("text", text, text_after), ("sound", sound, sound_after)):
        print(
            f"first {name}: median {median(streamed):.2f} s, 90th percentile {np.percentile(streamed, 90):.2f} s; "
            f"recognised only then: {median(after):.2f} s, {np.percentile(after, 90):.2f} s; "
            f"ratio of the medians {median(streamed) / median(after):.2f}"
        )
    known = [(s, w) for s, w in zip(heard, whole, strict=True) if s[0]]
    if known:
        rates = [100 * jiwer.wer([r for r, _ in side], [h for _, h in side]) for side in zip(*known, strict=True)]
        print(f"word error rate: streamed {rates[0]:.1f} %, whole clips {rates[1]:.1f} %")
    print(f"memory at its most, recogniser's processes included: {memory:.0f} MB")


if __name__ == "__main__":
    main()
