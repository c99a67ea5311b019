"""The three stages end to end on made data: what is trained, what stays frozen, what comes out."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch

from echomind.errors import ConfigurationError, DataError
from echomind.slm import EchoMindForConditionalGeneration
from echomind.training import stages as stages_module
from echomind.training.stage_config import load_stage_config
from echomind.training.stages import run_stage, speech_data, speech_stores, start, text_data
from tests.unit.training.made_data import write_ravdess, write_speech, write_texts

DECODER = {
    "hidden_size": 48,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "q_lora_rank": 32,
    "kv_lora_rank": 16,
    "qk_nope_head_dim": 16,
    "qk_rope_head_dim": 8,
    "v_head_dim": 16,
}


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_texts(folder)
    write_ravdess(folder, range(1, 17))
    write_speech(folder / "speech")
    return folder


def config(root: Path, stage: str, **values: object) -> Path:
    loop = {"steps": 3, "learning_rate": 0.002, "warmup_steps": 1, "save_every": 2, "log_every": 1}
    merged = {
        "data_root": str(root),
        "speech": str(root / "speech"),
        "cache": str(root / "cache"),
        "run_dir": str(root / stage),
        "out": str(root / stage / "model"),
        "batch_size": 6,
        "threads": 1,
        "loop": loop,
    } | values
    path = root / f"{stage}.json"
    path.write_text(json.dumps(merged))
    return path


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return dict(EchoMindForConditionalGeneration.from_pretrained(folder).named_parameters())


@pytest.fixture(scope="module")
def stages(root) -> dict[str, Path]:
    """Checkpoints of the three stages, each from the one before."""
    report = run_stage("text", load_stage_config(config(root, "text", decoder=DECODER)))
    assert set(report["emobank_dev_r"]) == {"combined", "writer", "reader", "n"}
    cues = {"steps": 3, "learning_rate": 0.002, "warmup_steps": 1, "log_every": 1}
    align = config(root, "align", init=str(root / "text" / "model"), cues=cues)
    assert {"cues", "align"} <= set(run_stage("align", load_stage_config(align)))
    run_stage("joint", load_stage_config(config(root, "joint", init=str(root / "align" / "model"))))
    return {name: root / name / "model" for name in ("text", "align", "joint")}


def changed(before: Path, after: Path) -> set[str]:
    """First parts of the names of all parameters that differ."""
    a, b = weights(before), weights(after)
    return {name.split(".")[0] for name in a if not torch.equal(a[name], b[name])}


def test_align_moves_the_ears_and_the_bridge_but_not_the_decoder(stages):
    assert changed(stages["text"], stages["align"]) == {
        "encoder",
        "cue_heads",
        "projector",
        "cue_embeddings",
        "vad_head",
    }


def test_joint_moves_the_decoder_but_not_the_ears(stages):
    assert changed(stages["align"], stages["joint"]) == {"language_model", "projector", "cue_embeddings", "vad_head"}


def test_every_head_and_the_decoder_differ_from_their_start(stages, root):
    """Nothing random is left: each part was moved by some stage."""
    before = root / "untrained"
    model, _ = start(load_stage_config(config(root, "text", decoder=DECODER)))
    model.save_pretrained(before)
    assert changed(before, stages["joint"]) == {
        "encoder",
        "cue_heads",
        "projector",
        "cue_embeddings",
        "vad_head",
        "language_model",
    }


def test_the_checkpoint_says_what_was_done(stages):
    done = json.loads((stages["joint"] / "training.json").read_text())
    assert {name: part["steps"] for name, part in done.items()} == {"text": 3, "cues": 3, "align": 3, "joint": 3}
    assert done["cues"]["clips"] == 12


def test_without_audio_nothing_that_hears_learns(stages, root):
    path = config(root, "transcript_only", init=str(stages["text"]), without=["audio"])
    run_stage("joint", load_stage_config(path))
    moved = changed(stages["text"], root / "transcript_only" / "model")
    assert moved == {"language_model", "vad_head"}


def test_without_thinking_rows_answer_at_once(stages, root):
    path = config(root, "at_once", init=str(stages["align"]), without=["thinking"])
    given = load_stage_config(path)
    model, processor = start(given)
    _, made = speech_stores(given, processor)
    drawn = speech_data(given, model, processor, made).batch(0)[0]
    texts = text_data(given, processor).rows(0)
    think = processor.ids["<think>"]
    assert not bool((drawn.student.input_ids == think).any() or (drawn.teacher.input_ids == think).any())
    assert not any(think in row.ids for row in texts)
    losses = run_stage("joint", given)["joint"]
    assert losses["agreement"] == 0


def test_a_decoder_of_another_checkpoint_is_taken_whole(stages, root, tmp_path):
    path = config(root, "exchanged", init=str(stages["joint"]), decoder_from=str(stages["text"]))
    model, _ = start(load_stage_config(path))
    found, text, joint = dict(model.named_parameters()), weights(stages["text"]), weights(stages["joint"])
    for name, value in found.items():
        source = text if name.split(".")[0] in ("language_model", "vad_head") else joint
        assert torch.equal(value, source[name]), name
    run_stage("align", load_stage_config(path))
    done = json.loads((root / "exchanged" / "model" / "training.json").read_text())
    assert {name: part["steps"] for name, part in done.items()} == {"text": 3, "cues": 3, "align": 3}  # no joint
    shutil.copytree(root / "text" / "tokenizer", root / "smaller" / "tokenizer")
    run_stage("text", load_stage_config(config(root, "smaller", decoder=DECODER | {"intermediate_size": 64})))
    path = config(root, "misfit", init=str(stages["joint"]), decoder_from=str(root / "smaller" / "model"))
    with pytest.raises(ConfigurationError, match="another shape"):
        start(load_stage_config(path))


def test_a_fresh_bridge_is_the_same_for_one_seed_and_the_rest_stays(stages, root):
    path = config(root, "fresh", init=str(stages["joint"]), fresh_bridge=True)
    (first, _), (second, _) = start(load_stage_config(path)), start(load_stage_config(path))
    before, again = weights(stages["joint"]), dict(second.named_parameters())
    differs = {name.split(".")[0] for name, value in first.named_parameters() if not torch.equal(value, before[name])}
    assert differs == {"projector", "cue_embeddings"}
    assert all(torch.equal(value, again[name]) for name, value in first.named_parameters())


CONFIGS = sorted((Path(stages_module.__file__).parent / "configs").rglob("*.json"))
OTHERS = ("accelerate", "ears", "judge", "options", "perspectives", "teacher", "tower")


@pytest.mark.parametrize("path", [p for p in CONFIGS if not p.name.startswith(OTHERS)], ids=lambda p: p.stem)
def test_the_shipped_configurations_can_be_read(path):
    found = load_stage_config(path)
    assert found.loop.steps > 0
    assert not found.out.is_absolute()
    assert found.decoder_from is None or found.init is not None


def test_the_ablations_have_one_budget():
    found = {p.stem: load_stage_config(p) for p in CONFIGS if p.parent.name == "ablations"}
    steps = {name: found[name].loop.steps for name in found}
    assert steps["full_align"] + steps["full"] == steps["no_thinking_align"] + steps["no_thinking"]
    assert steps["full_align"] + steps["full"] == steps["no_align"] == steps["no_audio"]
    assert len({(c.seed, c.batch_size, c.loop.learning_rate) for n, c in found.items() if not n.endswith("align")}) == 1
    starts = [c for c in found.values() if c.decoder_from is not None]
    assert len(starts) == 4 and all(c.fresh_bridge for c in starts)
    assert {c.without for c in found.values()} == {(), ("thinking",), ("audio",)}


def test_an_unknown_part_to_leave_out_is_named(root):
    with pytest.raises(ConfigurationError, match=r"without: found \['ears'\], expected"):
        load_stage_config(config(root, "deaf", without=["ears"]))


def test_an_unknown_stage_or_key_is_named(root, tmp_path):
    with pytest.raises(ConfigurationError, match="unknown stage 'dance'"):
        run_stage("dance", load_stage_config(config(root, "dance")))
    bad = tmp_path / "bad.json"
    bad.write_text('{"learning_speed": 3}')
    with pytest.raises(ConfigurationError, match="learning_speed"):
        load_stage_config(bad)


def test_missing_data_is_named(root, tmp_path):
    with pytest.raises(DataError, match=r"dream.train\.json is missing"):
        run_stage("text", load_stage_config(config(root, "nodata", data_root=str(tmp_path))))
