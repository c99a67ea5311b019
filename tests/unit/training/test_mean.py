import json

import pytest
import torch

from echomind.errors import ConfigurationError
from echomind.slm import EchoMindForConditionalGeneration
from echomind.training.mean import main, mean_of
from tests.conftest import make_tiny_model


@pytest.fixture
def checkpoints(processor, tmp_path):
    """Two tiny models of other seeds, with what was done for each."""
    folders = []
    for seed in (1, 2):
        folder = tmp_path / f"model-{seed}"
        make_tiny_model(processor, seed).save_pretrained(folder)
        processor.save_pretrained(str(folder))
        (folder / "training.json").write_text(json.dumps({"text": {"steps": seed}, "ears": {"emotion": 0.6}}))
        folders.append(folder)
    return folders


def weights(folder):
    return dict(EchoMindForConditionalGeneration.from_pretrained(folder).named_parameters())


def test_every_weight_is_the_mean_and_the_rest_is_the_first_ones(checkpoints, tmp_path):
    out = tmp_path / "mean"
    assert main([str(out), *map(str, checkpoints)]) == 0
    first, second, mean = map(weights, (*checkpoints, out))
    assert all(torch.allclose(mean[name], (first[name] + second[name]) / 2, atol=1e-6) for name in first)
    assert (out / "tokenizer.json").read_text() == (checkpoints[0] / "tokenizer.json").read_text()
    assert json.loads((out / "training.json").read_text()) == {
        "text": {"steps": 1},
        "ears": {"emotion": 0.6},
        "mean": {"of": [{"text": 1}, {"text": 2}]},
    }


def test_one_alone_and_other_shapes_are_refused(checkpoints, processor, tmp_path):
    with pytest.raises(ConfigurationError, match="found 1 checkpoint, expected two or more"):
        mean_of(checkpoints[:1])
    config = make_tiny_model(processor).config
    config.text_config.intermediate_size = 64
    EchoMindForConditionalGeneration(config).save_pretrained(tmp_path / "other")
    with pytest.raises(ConfigurationError, match="found weights of other shapes than in"):
        mean_of([checkpoints[0], tmp_path / "other"])
