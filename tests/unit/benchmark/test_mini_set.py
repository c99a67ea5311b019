"""EchoMind-Mini as it is committed: whole, the same as its makers say, small, and giving nothing away."""

import hashlib
import json
from collections import Counter

import numpy as np
import pytest

from echomind.audio import load_clip
from echomind.benchmark.load import load_set
from echomind.benchmark.mini_build import DATA, recipe, write_records
from echomind.benchmark.mini_card import card
from echomind.benchmark.mini_items import mini_items
from echomind.settings import ROOT
from echomind.training.data.speech import active_dbfs

MINI = ROOT / "assets" / "mini"


@pytest.fixture(scope="module")
def summary():
    return json.loads((MINI / "mini.json").read_bytes())


@pytest.fixture(scope="module")
def items(summary):
    return mini_items(summary["seed"])


@pytest.fixture(scope="module")
def clips(items):
    return {(p.script, p.style): load_clip(MINI / DATA / "audio" / p.style / p.file).samples for p in items.parts}


def test_it_is_under_8_mb():
    assert sum(p.stat().st_size for p in MINI.rglob("*") if p.is_file()) < 8_000_000


def test_the_records_are_what_the_code_makes_byte_for_byte(items, summary, tmp_path):
    write_records(tmp_path, items)
    made = {p.relative_to(tmp_path) for p in tmp_path.rglob("*.json")}
    assert made == {p.relative_to(MINI) for p in (MINI / DATA).rglob("*.json")}
    for path in made:
        assert (tmp_path / path).read_bytes() == (MINI / path).read_bytes(), path
    assert summary["digest"] == items.digest == load_set("mini", check_audio=True).digest


def test_every_clip_is_there_whole_and_of_the_current_recipe(items, summary):
    from echomind.benchmark.mini_audio import comment_of

    digest = hashlib.sha256()
    for part in items.parts:
        data = (MINI / DATA / "audio" / part.style / part.file).read_bytes()
        digest.update(hashlib.sha256(data).digest())
        assert comment_of(data) == recipe(part, summary["seed"]), part.file
    assert digest.hexdigest() == summary["audio_digest"]
    assert len(list((MINI / DATA / "audio").rglob("*.*"))) == len(items.parts) == summary["clips"]["count"]
    assert Counter(p.voice for p in items.parts) == summary["voices"]


def test_every_clip_loads_and_has_a_sane_length(clips, summary):
    seconds = np.array([len(samples) / 16000 for samples in clips.values()])
    assert seconds.min() > 1.5 and seconds.max() < 15
    assert seconds.sum() == pytest.approx(summary["clips"]["seconds"], abs=0.1)
    assert all(np.abs(samples).max() > 0.02 for samples in clips.values())


def test_the_cues_can_be_measured(items, clips):
    """Level, length and quiet of each clip against the neutral delivery of its script."""
    for part in items.parts:
        here, neutral = clips[part.script, part.style], clips[part.script, "neutral"]
        louder, longer = active_dbfs(here) - active_dbfs(neutral), len(here) / len(neutral)
        floor = [
            np.percentile((s[: len(s) // 320 * 320].reshape(-1, 320) ** 2).mean(axis=1), 10) for s in (here, neutral)
        ]
        if part.cue == "shout":
            assert louder > 6, part.file
        elif part.cue == "whisper":
            assert louder < -8, part.file
        elif part.cue == "fast":
            assert longer < 0.8, part.file
        elif part.cue == "slow":
            assert longer > 1.3, part.file
        elif part.cue in ("cough", "laughter", "sigh", "yawn", "moan", "sobbing", "breath"):
            assert longer > 1.1, part.file  # something is put in
        elif part.cue in ("rain", "wind", "sea_waves", "car", "subway", "applause", "cheering", "chatter", "children"):
            assert len(here) == len(neutral) and floor[0] > 10 * floor[1], part.file


def test_what_was_measured_is_of_this_build(summary):
    figures = json.loads((MINI / "figures.json").read_bytes())
    assert figures["audio_digest"] == summary["audio_digest"] and figures["digest"] == summary["digest"]
    assert figures["wer"]["neutral"] < 0.20
    assert min(row["heard_s"] for row in figures["cues"].values() if "heard_s" in row) >= 0.4
    assert (MINI / "README.md").read_text(encoding="utf-8") == card(summary, figures)


def test_the_card_names_counts_chance_and_licence(summary):
    text = card(summary)
    assert "Measured on this build" not in text
    for said in ("171 scripts", "513 clips", "| understanding | Coarse Grained | 264 | 4 | 25.0 % |", "CC BY 4.0"):
        assert said in text, said
    other = {"audio_digest": "of another build"}
    assert card(summary, other) == text
