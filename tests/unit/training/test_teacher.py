"""The stage ``teacher`` on made sentences and a decoder of two thin layers, and what the tower learns from it."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer, LlamaConfig, LlamaModel

from echomind.errors import DataError
from echomind.slm.tower import TextVad, new_tower, pad
from echomind.training import teacher
from echomind.training.data.published import load_emobank
from echomind.training.perspectives import CombinedLabel, tower_loss, train_tower
from echomind.training.perspectives_report import _budget, trained_on
from echomind.training.stage_config import load_config, load_tower_config
from echomind.training.stages import run_configured
from echomind.training.teacher import (
    RatedSentences,
    Teacher,
    TeacherConfig,
    rate,
    rate_by_tower,
    recombine,
    together,
    unrated_sentences,
)
from echomind.training.tower_data import EmoBankData, load_taught
from tests.unit.training.made_data import write_texts

LOOP = {"steps": 4, "learning_rate": 1e-2, "warmup_steps": 1, "save_every": 2, "log_every": 1}


@pytest.fixture(scope="module")
def root(tmp_path_factory, tiny_bert) -> Path:
    folder = tmp_path_factory.mktemp("teacher")
    write_texts(folder)
    torch.manual_seed(0)
    small = {"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 48}
    LlamaModel(LlamaConfig(vocab_size=30_522, num_key_value_heads=1, **small)).save_pretrained(folder / "llama")
    AutoTokenizer.from_pretrained(str(tiny_bert)).save_pretrained(folder / "llama")
    (folder / "bert").symlink_to(tiny_bert)
    return folder


def config(root: Path, name: str, **values: object) -> Path:
    merged = {
        "base": str(root / "llama"),
        "data_root": str(root),
        "run_dir": str(root / name / "run"),
        "out": str(root / name / "taught.jsonl"),
        "batch_size": 4,
        "frozen_layers": 1,
        "own": 2,
        "threads": 1,
        "loop": LOOP,
    } | values
    path = root / f"{name}.json"
    path.write_text(json.dumps(merged))
    return path


def tower_config(root: Path, **values: object):
    raw = {
        "data_root": str(root),
        "base": str(root / "bert"),
        "run_dir": str(root / "tower-run"),
        "out": str(root / "tower"),
        "batch_size": 4,
        "combined_weight": 1.0,
        "threads": 1,
        "loop": LOOP,
    } | values
    path = root / "tower.json"
    path.write_text(json.dumps(raw))
    return load_tower_config(path)


def test_a_teacher_that_was_killed_rates_as_one_that_was_not(root):
    straight = run_configured("teacher", config(root, "straight"))
    assert run_configured("teacher", config(root, "stopped", stop_after=3)) == {"stopped": 3, "of": 4}
    assert run_configured("teacher", config(root, "stopped")) == straight
    one, other = ((root / name / "taught.jsonl").read_text() for name in ("straight", "stopped"))
    assert one == other
    texts, ratings = load_taught(root / "straight" / "taught.jsonl")
    assert texts == unrated_sentences(root, 2, 0, 0) != unrated_sentences(root, 0, 0, 0)
    assert straight["sentences"] == len(texts) == len(set(texts))
    assert ratings.shape == (len(texts), 9)
    assert ((ratings > 1) & (ratings < 5)).all()


def test_the_shipped_configurations_fit_each_other():
    folder = Path(teacher.__file__).parent / "configs"
    paths = ("data_root", "run_dir", "out", "beside")
    made, again = (load_config(folder / f"teacher{name}.json", TeacherConfig, paths) for name in ("", "_again"))
    first, second, last = (load_tower_config(folder / f"tower{name}.json") for name in ("_first", "_second", ""))
    assert first.taught == second.taught == made.out
    assert second.beside == (first.out,)
    assert again == replace(made, out=again.out, beside=(second.out,))  # the same teacher, not taught twice
    assert last.taught == again.out != made.out
    assert last.start == second.out
    assert not any(path.is_absolute() for path in (made.out, again.out, first.out, second.out, last.out))


def test_a_tower_rates_beside_the_teacher(root, monkeypatch):
    vad = TextVad(*new_tower(root / "bert"))
    torch.nn.init.normal_(vad.tower.head.weight, std=0.2)
    monkeypatch.setattr(teacher, "load_tower", lambda folder: vad)
    alone = run_configured("teacher", config(root, "alone"))
    beside = run_configured("teacher", config(root, "beside", beside=["anywhere"], run_dir=str(root / "alone" / "run")))
    assert (alone["towers"], beside["towers"]) == (0, 1)
    assert alone["dev_r_combined"] == alone["dev_r_combined_with_towers"] == beside["dev_r_combined"]
    assert beside["dev_r_combined"] != beside["dev_r_combined_with_towers"]
    texts, one = load_taught(root / "alone" / "taught.jsonl")
    again, mean = load_taught(root / "beside" / "taught.jsonl")
    assert again == texts
    sides = vad(texts).numpy()
    for column in range(6):
        assert np.corrcoef(mean[:, column], one[:, column] + sides[:, column])[0, 1] > 0.5
        assert not np.allclose(mean[:, column], one[:, column], atol=1e-3)


def test_a_tower_rates_in_the_units_of_the_labels(root):
    settings = load_config(config(root, "units"), TeacherConfig, ("data_root", "run_dir", "out"))
    data = RatedSentences(settings, AutoTokenizer.from_pretrained(str(root / "llama")))
    rated = rate_by_tower(lambda texts: torch.from_numpy(data.ratings[:, :6]), data, [])
    assert np.allclose(rated[:, :6], data.standardised[:, :6], atol=1e-4)
    assert np.allclose(rated[:, 6:].mean(0), 0, atol=1e-4)
    assert np.allclose(rated[:, 6:].std(0), 1, atol=1e-3)


def test_a_mean_of_raters_has_their_spread():
    rng = np.random.default_rng(0)
    one, other = rng.normal(1, 2, (500, 9)), rng.normal(3, 4, (500, 9))
    mean = together([one, other])
    assert np.allclose(mean.std(0), (one.std(0) + other.std(0)) / 2)
    assert np.allclose(mean.mean(0), (one.mean(0) + other.mean(0)) / 2)
    assert np.allclose(together([one]), one)


def test_a_sentence_is_rated_the_same_alone_and_among_others(root):
    torch.manual_seed(0)
    model = Teacher(str(root / "llama"), 0, 0.1)
    torch.nn.init.normal_(model.head.weight)
    tokenizer = AutoTokenizer.from_pretrained(str(root / "llama"))
    texts = ["We all went home.", "rain", "the cat sat on a warm mat and we all went to sleep after the long day"]
    together = rate(model, tokenizer, texts, "no", batch_size=2)
    for text, row in zip(texts, together, strict=True):
        assert np.allclose(rate(model, tokenizer, [text], "no")[0], row, atol=1e-5)
    assert not np.allclose(together[0], together[1], atol=1e-3)


def test_words_and_the_first_layers_stay_and_the_rest_learns(root):
    model = Teacher(str(root / "llama"), 1, 0.0)
    moved = {name for name, p in model.named_parameters() if p.requires_grad}
    assert moved == {n for n, _ in model.named_parameters() if n.startswith(("lm.layers.1.", "lm.norm", "head."))}
    ids, mask = pad([[5, 6, 7], [8]])
    assert ids.tolist() == [[5, 6, 7], [8, 0, 0]]
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0]]


def test_taught_sentences_come_beside_the_rated_ones_and_weigh_what_is_asked(root):
    settings = tower_config(root, taught_rows=3)
    taught = (["we went home", "the long day"], np.tile(np.arange(9, dtype=np.float32) / 3 + 1, (2, 1)))
    data = EmoBankData(settings, new_tower(settings.base)[1], 0, taught)
    batch = data.batch(5)
    assert batch.taught is not None
    assert (len(batch.input_ids), len(batch.taught.input_ids)) == (4, 3)
    centre, spread = torch.from_numpy(data.centre), torch.from_numpy(data.spread)
    assert torch.allclose(batch.taught.ratings * spread + centre, torch.from_numpy(taught[1][:1, :6]), atol=1e-5)
    assert torch.allclose(batch.taught.combined, torch.from_numpy(taught[1][:1, 6:]))
    tower, label = new_tower(settings.base)[0].eval(), CombinedLabel.of(data, 1.0)
    with torch.no_grad():
        both, people, teacher = (
            tower_loss(tower, one, range(6), 0.5, label) for one in (batch, replace(batch, taught=None), batch.taught)
        )
        most = tower_loss(tower, batch, range(6), 0.5, label, taught_share=0.8)
    assert "taught" not in people
    assert float(both["loss"]) == pytest.approx((float(people["loss"]) + float(teacher["loss"])) / 2, abs=1e-6)
    assert float(most["loss"]) == pytest.approx(0.2 * float(people["loss"]) + 0.8 * float(teacher["loss"]), abs=1e-6)


def test_sentences_are_cut_at_their_clauses_and_joined_anew():
    texts = ["I knew it, but nobody asked.", "She left because it rained", "Oh no"]
    ends = {"but nobody asked.", "because it rained"}
    found = recombine(texts, 50, random.Random(0))
    assert found == {"I knew it,", "She left", *ends, "I knew it, because it rained", "She left but nobody asked."}
    assert recombine(texts, 50, random.Random(0)) == found
    assert 1 <= len(recombine(texts, 3, random.Random(0))) <= 3
    assert recombine(["Oh no", "Well"], 3, random.Random(0)) == set()


def test_recombined_sentences_are_rated_too(root):
    few, more = unrated_sentences(root, 0, 0, 0), unrated_sentences(root, 0, 40, 0)
    assert set(few) < set(more)
    assert not set(load_emobank(root, "train")[0]) & set(more) - set(few)


def test_a_single_side_is_not_taught(root):
    run_configured("teacher", config(root, "straight"))
    settings = tower_config(root, taught=str(root / "straight" / "taught.jsonl"), run_dir=str(root / "sides"))
    assert all("taught" in row for row in train_tower(settings, "both", 0)[2])
    assert not any("taught" in row for row in train_tower(settings, "writer", 0)[2])
    budget = _budget(settings)
    assert json.loads(json.dumps(budget))["taught_rows"] == 32
    assert not {"taught_rows", "taught_share"} & set(_budget(replace(settings, taught=None)))
    assert "a teacher's ratings" in trained_on(settings)
    assert "a teacher's ratings" not in trained_on(replace(settings, taught=None))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: expected a text and 9 ratings"),
        ('{"text": "a", "ratings": [1, 2]}', r"line 2: .*found \(2,\) ratings"),
        ('{"text": 3, "ratings": [1, 2, 3, 4, 5, 1, 2, 3, 4]}', "line 2"),
        ('{"ratings": [1, 2, 3, 4, 5, 1, 2, 3, 4]}', "line 2: .*text"),
        ('{"text": "a", "ratings": [1, 2, 3, 4, 5, 1, 2, 3, NaN]}', "line 2"),
    ],
)
def test_a_line_that_is_no_rating_is_named(tmp_path, line, message):
    path = tmp_path / "taught.jsonl"
    path.write_text('{"text": "fine", "ratings": [1, 2, 3, 4, 5, 1, 2, 3, 4]}\n' + line + "\n")
    with pytest.raises(DataError, match=message):
        load_taught(path)


def test_missing_or_empty_ratings_are_named(tmp_path):
    with pytest.raises(DataError, match="train teacher"):
        load_taught(tmp_path / "none.jsonl")
    (tmp_path / "empty.jsonl").write_text("")
    with pytest.raises(DataError, match="no sentence"):
        load_taught(tmp_path / "empty.jsonl")
