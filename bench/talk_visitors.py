"""Several people at once, and many turns in a row: ``python -m bench.talk_visitors CLIPS [--people 4] [--turns 200]``.

Every visitor has a conversation of their own; clips are played in real time. Nobody may wait longer than 6 s from the
end of their speech to the first text, hear another's words, or see an error. Then turns in a row, as fast as they go:
memory after the first tenth and at the end.
"""

from __future__ import annotations

import argparse
import gc
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jiwer

from bench.talk_played import Visitor, all_memory_mb, clips_of, new_turns, plain


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", type=Path)
    parser.add_argument("--people", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--turns", type=int, default=200)
    options = parser.parse_args()
    clips = clips_of(options.clips)
    _, turns = new_turns()
    Visitor(turns).speak(clips[0], real_time=False)  # warm
    waits, mixed, errors = [], 0, []
    with ThreadPoolExecutor(options.people) as people:
        for number in range(options.rounds):
            chosen = [clips[(number * options.people + i) % len(clips)] for i in range(options.people)]
            for spoken, found in zip(chosen, people.map(lambda s: Visitor(turns).speak(s), chosen), strict=True):
                if found.error:
                    errors.append(f"{spoken.clip.name}: {found.error}")
                    continue
                waits.append((found.text or 0.0, found.taken or 0.0, spoken.clip.name))
                other = min(chosen, key=lambda s: jiwer.wer(plain(s.words), plain(found.heard)) if s.words else 1)
                mixed += bool(spoken.words) and plain(other.words) != plain(spoken.words)
    print(f"{options.people} at once, {len(waits)} turns, load average {os.getloadavg()[0]:.1f}")
    wait, taken, name = max(waits)
    print(f"longest wait for text {wait:.2f} s, turn taken after {taken:.2f} s ({name})")
    print(f"words nearer to another's clip: {mixed}; errors: {errors or 0}")
    for wait, taken, name in sorted(waits):
        print(f"    {wait:5.2f} s, taken {taken:5.2f}  {name}")
    if not options.turns:
        return
    visitor, first = Visitor(turns), 0.0
    shortest = min(clips, key=lambda s: s.clip.seconds)
    for number in range(1, options.turns + 1):
        found = visitor.speak(shortest, real_time=False)
        if found.error:
            print(f"turn {number}: {found.error}")
        if number == max(1, options.turns // 10):
            gc.collect()
            first = all_memory_mb()
    gc.collect()
    last = all_memory_mb()
    print(f"{options.turns} turns in a row: {first:.0f} MB after a tenth, {last:.0f} MB at the end, {last / first:.3f}")


if __name__ == "__main__":
    main()
