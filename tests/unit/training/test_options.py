import json
import random

import numpy as np
import pytest

from echomind.models.choosing import READ_LABELS, load_reader
from echomind.taxonomy import NONE
from echomind.training.options import drawn_texts
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
    (tmp_path / "options.json").write_text(json.dumps(settings | {"strength": 30.0}))
    report = run_configured("options", tmp_path / "options.json")
    assert report["texts"] >= report["distinct"] > 40
    assert report["held_out"]["right"] > 2 / 40
    reader = load_reader(tmp_path / "reader", base)
    assert reader.weight.shape == (len(READ_LABELS), 24)
    again = tmp_path / "again"
    (tmp_path / "options.json").write_text(json.dumps(settings | {"strength": 30.0, "out": str(again)}))
    run_configured("options", tmp_path / "options.json")
    assert np.allclose(load_reader(again, base).weight, reader.weight, atol=1e-5)  # seeded


def test_every_cue_has_texts_and_parts_do_not_share_situations():
    train, test = (drawn_texts(part, 4, random.Random(0)) for part in ("train", "test"))
    for drawn in (train, test):
        counts = {label: sum(cue == label for _, cue in drawn) for label in READ_LABELS}
        assert counts == dict.fromkeys(READ_LABELS, 4) | {NONE: 12}
        assert all(text.strip() for text, _ in drawn)
