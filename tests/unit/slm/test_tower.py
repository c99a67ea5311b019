import json
from pathlib import Path

import pytest
import torch

from echomind.errors import CheckpointError
from echomind.slm.tower import TextVad, VadTower, load_tower, new_tower, save_tower
from tests.conftest import make_tiny_bert


@pytest.fixture(scope="session")
def base(tiny_bert):
    return tiny_bert


def tuned(base: Path) -> tuple[VadTower, TextVad]:
    """A tower whose weights moved as far as fine-tuning moves them, and as texts see it."""
    tower, tokenizer = new_tower(base)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in (*tower.encoder.encoder.parameters(), *tower.head.parameters()):
            parameter += 0.01 * torch.randn(parameter.shape, generator=generator)
        tower.centre.copy_(torch.tensor([3.0, 3.1, 3.0, 2.9, 3.0, 3.1]))
        tower.spread.fill_(0.3)
    return tower, TextVad(tower, tokenizer)


TEXTS = ["We met at noon.", "I have never been so happy in all my life!", "rain"]


def test_a_tower_comes_back_as_it_was_saved_up_to_eight_bits(base, tmp_path):
    tower, before = tuned(base)
    save_tower(tower, tmp_path, base, trained_on="nothing")
    after = load_tower(tmp_path, base)
    assert torch.allclose(after(TEXTS), before(TEXTS), atol=2e-3)
    assert not torch.allclose(new_tower(base)[0].encoder.encoder.layer[0].output.dense.weight,
                              after.tower.encoder.encoder.layer[0].output.dense.weight)  # fmt: skip
    saved = json.loads((tmp_path / "tower.json").read_text())
    assert saved["trained_on"] == "nothing"


def test_only_what_changed_is_kept_and_shards_are_small(base, tmp_path, monkeypatch):
    monkeypatch.setattr("echomind.slm.delta.SHARD_BYTES", 5_000)
    tower, before = tuned(base)
    save_tower(tower, tmp_path, base)
    shards = sorted(tmp_path.glob("delta-*.safetensors"))
    assert len(shards) > 1
    assert sum(s.stat().st_size for s in shards) < 40_000  # the word embeddings alone would be 2.9 MB
    assert torch.allclose(load_tower(tmp_path, base)(TEXTS), before(TEXTS), atol=2e-3)


def test_a_smaller_tower_leaves_no_shards_of_a_larger_one_behind(base, tmp_path, monkeypatch):
    tower, _ = tuned(base)
    with monkeypatch.context() as small:
        small.setattr("echomind.slm.delta.SHARD_BYTES", 5_000)
        save_tower(tower, tmp_path, base)
    save_tower(tower, tmp_path, base)
    assert len(list(tmp_path.glob("delta-*.safetensors"))) == 1


def test_another_base_is_refused_by_its_digest(base, tmp_path):
    tower, _ = tuned(base)
    save_tower(tower, tmp_path / "tower", base)
    other = tmp_path / "other"
    make_tiny_bert(other, seed=5)
    with pytest.raises(CheckpointError, match="SHA-256"):
        load_tower(tmp_path / "tower", other)


def test_a_missing_or_broken_tower_is_named(base, tmp_path):
    with pytest.raises(CheckpointError, match=r"cannot load the text tower .*tower\.json"):
        load_tower(tmp_path, base)
    (tmp_path / "tower.json").write_text('{"shards": 1}')
    with pytest.raises(CheckpointError, match="base"):
        load_tower(tmp_path, base)


def test_a_text_reads_the_same_alone_and_among_others(base):
    _, vad = tuned(base)
    together = vad(TEXTS, batch_size=2)
    for text, row in zip(TEXTS, together, strict=True):
        assert torch.allclose(vad([text])[0], row, atol=1e-5)


def test_no_words_read_as_the_mean_of_the_ratings(base):
    tower, vad = tuned(base)
    assert torch.equal(vad(["", "   "]), tower.centre.repeat(2, 1))
    assert vad([]).shape == (0, 6)


def test_strange_text_is_read_as_text(base):
    _, vad = tuned(base)
    values = vad(["\ud800 half a pair", "word " * 500, "<b>&amp;</b>\x00"])
    assert bool(((values >= 1) & (values <= 5)).all())
