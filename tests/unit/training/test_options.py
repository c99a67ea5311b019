import json
import random

import numpy as np
import pytest

from echomind.audio import load_clip
from echomind.benchmark.load import MINI, load_set
from echomind.models.choosing import HEARD_LABELS, READ_LABELS, load_reader
from echomind.models.slm import load_slm
from echomind.taxonomy import NONE
from echomind.training.data.corpus import load_implications
from echomind.training.options import UNKNOWN, drawn_texts, implied_texts, usual_hearing
from echomind.training.stages import run_configured
from tests.conftest import make_tiny_bert


@pytest.fixture(scope="session")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("base")
    make_tiny_bert(folder, layers=1)
    return folder


def test_the_stage_writes_a_reader_that_knows_more_than_chance(base, tmp_path):
    """Even on an untrained encoder the words of a reply give its cue away better than a guess among 40."""
    settings = {"out": str(tmp_path / "reader"), "base": str(base), "per_cue": 6, "held_out": 3, "threads": 1}
    settings |= {"implied_strength": 30.0}
    (tmp_path / "options.json").write_text(json.dumps(settings | {"strength": 30.0}))
    report = run_configured("options", tmp_path / "options.json")
    assert report["texts"] >= report["distinct"] > 40
    assert report["held_out"]["right"] > 2 / 40
    reader = load_reader(tmp_path / "reader", base)
    assert reader.written_for.weight.shape == reader.implies.weight.shape == (len(READ_LABELS), 24)
    assert report["implied_held_out"]["right"] > 1.5 / 40  # other words: harder; by chance 1 time in 60
    assert report["implied"] == sum(len(texts) for kinds in load_implications().values() for texts in kinds.values())
    assert set(reader.usual) == {UNKNOWN}  # no ears were asked
    again = tmp_path / "again"
    (tmp_path / "options.json").write_text(json.dumps(settings | {"strength": 30.0, "out": str(again)}))
    run_configured("options", tmp_path / "options.json")
    for map_, other in ((reader.written_for, "written_for"), (reader.implies, "implies")):
        assert np.allclose(getattr(load_reader(again, base), other).weight, map_.weight, atol=1e-5)  # seeded


def test_every_cue_has_texts_and_parts_do_not_share_situations():
    train, test = (drawn_texts(part, 4, random.Random(0)) for part in ("train", "test"))
    for drawn in (train, test):
        counts = {label: sum(cue == label for _, cue in drawn) for label in READ_LABELS}
        assert counts == dict.fromkeys(READ_LABELS, 4) | {NONE: 12}
        assert all(text.strip() for text, _ in drawn)


def test_every_cue_has_implications_of_every_kind_and_no_text_stands_twice():
    implications = load_implications()
    assert list(implications) == list(READ_LABELS)
    kinds = {"before", "suggestion", "recommendation", "intent", "style", "reply"}
    assert all(
        set(found) == kinds and all(len(texts) >= 25 for texts in found.values()) for found in implications.values()
    )
    texts = [text.casefold() for found in implications.values() for listed in found.values() for text in listed]
    assert len(texts) == len(set(texts))
    assert all(text == " ".join(text.split()) != "" for text in texts)
    measuring, others = ({text for text, _ in implied_texts(held_out)} for held_out in (True, False))
    assert not measuring & others
    assert len(measuring) > 600


def test_no_option_of_mini_was_trained_on():
    options = {text.casefold().strip(" .!?") for q in load_set(MINI).questions for text in q.options.values()}
    implied = {text.casefold().strip(" .!?") for held_out in (True, False) for text, _ in implied_texts(held_out)}
    assert len(options) > 500
    assert not options & implied


def test_what_is_usually_heard_is_the_mean_over_the_scripts_that_chose(tiny_checkpoint, monkeypatch):
    monkeypatch.setattr("echomind.training.options.chosen_on", lambda script: script in ("mini-001", "mini-002"))
    usual = dict(zip(HEARD_LABELS, usual_hearing(tiny_checkpoint).tolist(), strict=True))
    slm = load_slm(str(tiny_checkpoint))
    clips = [d.audio for s in load_set(MINI).scripts[:2] for d in s.deliveries.values()]
    heard = [slm.hear(load_clip(path)) for path in clips]
    assert usual["rain"] == pytest.approx(np.mean([cues["weather"].scores["rain"] for cues in heard]), abs=1e-5)
    assert usual["child"] + usual["elderly"] + usual["adult"] == pytest.approx(1, abs=1e-5)
