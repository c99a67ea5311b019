"""The data-set card of EchoMind-Mini, ``README.md`` beside ``mini.json``: what it is, how it was built, its limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from echomind.benchmark.items import STYLES
from echomind.benchmark.question_types import LEVELS, QUESTION_TYPES

_HEAD = """# {name} {version}

A small benchmark for empathetic spoken language models in the layout of EchoMind (arXiv 2510.22758), entirely of our
own making: {scripts} scripts, each said in a target, a neutral and an alternative delivery ({clips} clips,
{minutes:.0f} minutes, {megabytes:.1f} MB), {understanding} understanding and {reasoning} reasoning questions of the
18 types, and a reference reply to every delivery. All 39 vocal attributes are a target and an alternative. It is meant
for checking a system from end to end, offline, and for comparing versions of one model. **Its scores are not
EchoMind's**: other words, synthetic voices, fewer items.

```
python -m echomind evaluate --model echomind --set mini --out runs/mini
python -m echomind score runs/mini
python -m echomind mini build --out assets/mini --seed {seed}      # makes this folder again
```

## What is in it
Under `dataset/data_synthesis/`:
- `script_info_synthesis.json`: words, topic, cue of each delivery (the official strings), replies
- `MCQ/understanding.json`, `MCQ/reasoning.json`: questions, options, right letters
- `audio/{{target,neutral,alternative}}/*.ogg`: Ogg Opus, mono, 16 kHz, about 18 kbit/s

Beside it:
- `mini.json`: counts, digests, versions of the tools; written last, so a folder without it is not whole

In the whole set 126 scripts are neutral remarks with three deliveries, replies and reasoning items. 45 more serve
questions that those cannot carry: 32 say plainly good or bad news (does the laughter, the shout, the tone of voice go
with it?), 13 are neutral remarks in two paces or ages.

## Questions and chance
Options stand in an order by lot; within a type every letter is the key equally often, and every option text of the
understanding types is right just as often as a uniform guess would have it.

| level | type | questions | options | chance |
|---|---|---:|---:|---:|
{types}

Chance of a level is that of a uniform guess, so it depends on the mix of types: {chances}.

**What the words alone can give.** An item of the six types with written options is asked of every delivery with the
same options; whoever answers from the words answers the same each time and gets at most one in three (one in two for
the 16 scripts about the speaker, which are asked of two deliveries). Items whose never-right fourth option could be
spotted by its words are not asked. In the laughter and shouting types, who hears only the words or only the sound gets
at most three in four; in the consistency type one in two.
"""

_HOW = """
## How it was built
- **Voices**: CMU flite (rms, awb, kal16, slt) and festival (slt, HTS), dealt out by lot; within a script about the use
  of the voice or the surroundings all deliveries have one voice, pitch and brightness, and each passes the vocoder
  once. `male` and `female` are plain voices; `child` is made from a female voice, `elderly` from an adult one. Neutral
  deliveries of such scripts are adults, half of them men: a gender is heard but means nothing, and no question whose
  key would need "nobody in particular" is asked of them.
- **Deliveries**: signal processing after published descriptions of each cue (`echomind/training/data/delivery.py`), at
  0.9 to 1.25 times its clear strength. Levels are never normalised afterwards.
- **Surroundings**: synthesised from noise, tones and resonances, 11 to 16 dB under the words (both measured where they
  are active). No recording of anybody is in the set. Babble is made of other sentences of the set.
- **Kept apart from training**: no sentence and no run of six words occurs in the training scenarios, no clip is shared;
  the questions and options are worded anew. The *tools* that make cues and surroundings are those that made our own
  model's synthetic training data: it knows this kind of sound, other models do not. Compare with others on EchoMind.
- **The same again**: the same seed, tools and versions give the same bytes. Another processor may round differently.

## Limits
Five synthetic voices of four speakers, none a child or old; American and Scottish English only; caricatures
of feeling rather than feeling; one cue a clip; answers fixed by construction, not by a panel of listeners; replies by
one group of writers. Questions on one script are not independent: intervals must be taken over scripts.

## Licence
{licence}
"""


def card(summary: Mapping[str, Any], figures: Mapping[str, Any] | None = None) -> str:
    """Markdown from what ``mini.json`` says; ``figures`` (of ``bench.mini_quality``) add what was measured.

    Figures of another build are left out.
    """
    levels = summary["questions"]["level"]
    text = _HEAD.format(
        name=summary["name"],
        version=summary["version"],
        scripts=summary["scripts"],
        clips=summary["clips"]["count"],
        minutes=summary["clips"]["seconds"] / 60,
        megabytes=summary["clips"]["bytes"] / 1e6,
        understanding=levels.get("understanding", 0),
        reasoning=levels.get("reasoning", 0),
        seed=summary["seed"],
        types="\n".join(_type_rows(summary["questions"]["type"])),
        chances=", ".join(f"{level} {100 * value:.1f} %" for level, value in summary["chance"]["level"].items()),
    )
    if figures is not None and figures["audio_digest"] == summary["audio_digest"]:
        text += _measured(figures)
    return text + _HOW.format(licence="\n".join(f"- {what}: {how}" for what, how in summary["licence"].items()))


def _type_rows(counts: Mapping[str, int]) -> Iterable[str]:
    for kind in QUESTION_TYPES:
        if kind.id in counts:
            share = f"{100 / kind.options:.1f} %"
            yield f"| {kind.level} | {kind.title} | {counts[kind.id]} | {kind.options} | {share} |"


def _measured(figures: Mapping[str, Any]) -> str:
    wer = ", ".join(f"{style} {100 * figures['wer'][style]:.1f} %" for style in STYLES)
    cues = "\n".join(
        f"| {cue} | {row['n']} | {row['level_db']:+.1f} | {row['duration']:.2f} | {_pitch(row)} |"
        f" {100 * row['voiced']:.0f} % | {_seconds(row)} |"
        for cue, row in figures["cues"].items()
    )
    guessers = "\n".join(
        f"| {name} | "
        + " | ".join(f"{100 * by[level]['accuracy']:.1f} % ({by[level]['z']:+.1f})" for level in LEVELS)
        + " |"
        for name, by in figures["guessers"].items()
    )
    return f"""
## Measured on this build
By `python -m bench.mini_quality assets/mini --write`.

Word error rate of {figures["recogniser"]}: {wer}.

Against the neutral delivery of the same script (medians; whether the cue is there, not how well it is acted):

| cue | clips | level, dB | duration, ratio | pitch, ratio | voiced | surroundings heard, s (least) |
|---|---:|---:|---:|---:|---:|---:|
{cues}

Guessers that see only words (accuracy, and its distance from chance in standard errors over scripts):

| guesser | {" | ".join(LEVELS)} |
|---|---|---|
{guessers}

"Bag of words" learns from the keys of other scripts. Where it falls far below chance, that is the exact balance: with a
question's own key held out, its class is the one that is right least often. Nobody who sits the test has those keys.
"""


def _pitch(row: Mapping[str, Any]) -> str:
    return f"{row['pitch']:.2f}" if row["voiced"] > 0.05 else "—"  # a whisper has no pitch to compare


def _seconds(row: Mapping[str, Any]) -> str:
    return f"{row['heard_s']:.1f}" if "heard_s" in row else "—"
