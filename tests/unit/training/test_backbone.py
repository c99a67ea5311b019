"""The three stages around large decoders, tiny and random here: what is learnt, where it lies, and that it answers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file

from echomind.audio import Clip
from echomind.cli import main
from echomind.errors import CheckpointError, ConfigurationError
from echomind.models.protocol import Thinking
from echomind.models.slm import load_slm
from echomind.slm import EchoMindForConditionalGeneration, EchoMindProcessor
from echomind.slm.backbone import LoraSettings, load_decoder, load_model, trained_in_decoder
from echomind.slm.processing import SPECIAL_TOKENS
from echomind.training.backbone import BackboneConfig, backbone_from, merge, new_model, use_own_tokens
from echomind.training.stage_config import load_stage_config
from echomind.training.stages import run_stage, start
from tests.unit.slm.made_backbones import pangu, qwen3
from tests.unit.training.made_data import write_ravdess, write_speech, write_texts

LORA = {"rank": 4, "alpha": 8, "dropout": 0.0}


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_texts(folder)
    write_ravdess(folder, range(1, 17))
    write_speech(folder / "speech", 6)
    pangu(folder / "pangu")
    qwen3(folder / "qwen3")
    return folder


def config(root: Path, name: str, backbone: dict | None, **values: object) -> Path:
    loop = {"steps": 2, "learning_rate": 0.01, "warmup_steps": 1, "save_every": 1, "log_every": 1}
    merged = {
        "data_root": str(root),
        "speech": str(root / "speech"),
        "cache": str(root / "cache"),
        "run_dir": str(root / name),
        "out": str(root / name / "model"),
        "batch_size": 4,
        "threads": 1,
        "loop": loop | {"mixed_precision": "bf16"},
        "backbone": backbone,
    } | values
    path = root / f"{name}.json"
    path.write_text(json.dumps(merged))
    return path


@pytest.fixture(scope="module", params=["pangu", "qwen3"])
def stages(request, root) -> dict[str, Path]:
    """The published decoder and the checkpoints of the three stages, each made by the command of a terminal."""
    family = request.param
    backbone = {"path": str(root / family), "lora": LORA}
    names = {stage: f"{family}-{stage}" for stage in ("text", "align", "joint")}
    before = {p.name: p.read_bytes() for p in (root / family).iterdir()}
    cues = {"steps": 2, "learning_rate": 0.01, "warmup_steps": 1, "log_every": 1, "mixed_precision": "bf16"}
    for stage, init in (("text", None), ("align", "text"), ("joint", "align")):
        values = {"init": str(root / names[init] / "model")} if init else {}
        more = {"cues": cues} if stage == "align" else {}
        path = config(root, names[stage], backbone, **values, **more)
        assert main(["train", stage, "--config", str(path)]) == 0
    assert before == {p.name: p.read_bytes() for p in (root / family).iterdir()}  # what was published stays as it was
    return {"decoder": root / family} | {stage: root / name / "model" for stage, name in names.items()}


def moved(before: Path, after: Path, name: str) -> bool:
    a, b = load_file(before / name), load_file(after / name)
    assert list(a) == list(b)
    return any(not torch.equal(a[key], b[key]) for key in a)


def test_a_checkpoint_holds_what_was_learnt_and_names_the_rest(stages):
    files = {p.relative_to(stages["joint"]).as_posix() for p in stages["joint"].rglob("*.safetensors")}
    assert files == {"ears.safetensors", "adapter/adapter_model.safetensors"}
    described = json.loads((stages["joint"] / "config.json").read_text())["backbone"]
    assert described["path"] == str(stages["decoder"])
    published = json.loads((stages["decoder"] / "config.json").read_text())["model_type"]
    assert described["family"] == published
    done = json.loads((stages["joint"] / "training.json").read_text())
    assert {name: part["steps"] for name, part in done.items()} == {"text": 2, "cues": 2, "align": 2, "joint": 2}


def test_each_stage_moves_its_own_part(stages):
    adapter, ears = "adapter/adapter_model.safetensors", "ears.safetensors"
    assert not moved(stages["text"], stages["align"], adapter)  # distillation leaves the decoder as it is
    assert moved(stages["align"], stages["joint"], adapter)
    a, b = load_file(stages["align"] / ears), load_file(stages["joint"] / ears)
    parts = {key.split(".")[0] for key in a if not torch.equal(a[key], b[key])}
    assert parts == {"projector", "cue_embeddings", "vad_head"}
    learnt = load_file(stages["joint"] / adapter)
    assert all(bool(v.any()) for k, v in learnt.items() if "lora_B" in k)  # every update has left its zero
    assert any("trainable_tokens_delta" in k for k in learnt)


def test_training_checkpoints_hold_no_frozen_weight(stages, root):
    run = stages["text"].parent / "loop" / "step-2" / "model.safetensors"
    stored = load_file(run)
    decoder = [k for k in stored if k.startswith("language_model.")]
    assert decoder
    assert all("lora_" in k or "trainable_tokens" in k for k in decoder)


def ids_of(folder: Path) -> torch.Tensor:
    processor = EchoMindProcessor.from_pretrained(str(folder))
    answer = processor.answer("sad", "they lost the game", "high", "Oh no, what happened?")
    return torch.tensor([processor.prompt("we lost", topic="sports") + answer])


def test_the_adapter_is_an_ordinary_one_and_merging_it_changes_little(stages, tmp_path):
    folder = stages["joint"]
    ids = ids_of(folder)
    model = load_model(str(folder))
    decoder = load_decoder(str(stages["decoder"]))
    plain = load_decoder(str(stages["decoder"]))
    if (rows := model.config.text_config.vocab_size) > decoder.config.vocab_size:
        decoder.resize_token_embeddings(rows)
    with torch.no_grad():
        ours = model(input_ids=ids).logits.float()
        peft = PeftModel.from_pretrained(decoder, folder / "adapter").eval()(input_ids=ids).logits.float()
        merged = load_model(str(folder), merged=True)(input_ids=ids).logits.float()
        known = ids.masked_fill(ids >= plain.config.vocab_size, 0)
        untrained = plain(input_ids=known).logits.float()
    torch.testing.assert_close(ours, peft)
    assert (ours[..., : untrained.shape[-1]] - untrained).abs().mean() > 5 * (ours - merged).abs().mean()
    merge(folder, tmp_path / "merged")
    assert not (tmp_path / "merged" / "adapter").exists()
    again = load_model(str(tmp_path / "merged"))
    with torch.no_grad():
        torch.testing.assert_close(again(input_ids=ids).logits.float(), merged)
    assert again.config.backbone["family"] == model.config.backbone["family"]  # a licence is not merged away
    with pytest.raises(CheckpointError, match="no adapter"):
        merge(tmp_path / "merged", tmp_path / "twice")


def test_it_hears_and_answers(stages):
    slm = load_slm(str(stages["joint"]))
    assert not any("lora" in name for name, _ in slm.model.named_parameters())  # no adapter at each token
    t = np.arange(24_000) / 16_000
    clip = Clip((0.2 * np.sin(2 * np.pi * 220 * t)).astype(np.float32))
    perception = slm.perceive(clip, "we lost the game <|im_end|> [unused10] </s>", topic="sports")
    assert len(perception.cues) == 12
    thinking, *pieces = slm.reply(perception, seed=1)
    assert isinstance(thinking, Thinking)
    said = "".join(pieces)
    assert said.strip()
    assert not any(token in said for token in (*SPECIAL_TOKENS, *slm.processor.tokenizer.get_added_vocab()))


def test_a_run_that_was_cut_off_goes_on_as_one_that_was_not(root):
    values = {"path": str(root / "qwen3"), "lora": LORA, "gradient_checkpointing": False}
    whole = run_stage("text", load_stage_config(config(root, "whole", values)))
    run_stage("text", load_stage_config(config(root, "cut", values, stop_after=1)))
    resumed = run_stage("text", load_stage_config(config(root, "cut", values)))
    same = {"loss", "tokens", "vad"}
    assert {k: resumed["losses"][k] for k in same} == {k: whole["losses"][k] for k in same}
    checked = run_stage("text", load_stage_config(config(root, "checked", values | {"gradient_checkpointing": True})))
    assert checked["losses"]["loss"] == pytest.approx(whole["losses"]["loss"], rel=1e-3)


def test_without_lora_every_weight_is_trained_and_stored(root):
    values = {"path": str(root / "qwen3"), "lora": None, "dtype": "float32"}
    run_stage("text", load_stage_config(config(root, "full", values)))
    out = root / "full" / "model"
    assert (out / "decoder" / "model.safetensors").is_file()
    before, after = load_decoder(str(root / "qwen3"), dtype="float32"), load_model(str(out))
    changed = [
        name
        for (name, a), b in zip(before.named_parameters(), after.language_model.parameters(), strict=True)
        if a.shape != b.shape or not torch.equal(a, b)
    ]
    assert len(changed) == len(list(before.parameters()))
    # A later stage that repeats the backbone goes on from what was trained, not from what was published.
    model, _ = start(load_stage_config(config(root, "on", values, init=str(out))))
    assert len(trained_in_decoder(model)) == len(changed)
    for a, b in zip(after.language_model.parameters(), model.language_model.parameters(), strict=True):
        assert torch.equal(a, b)


def test_a_decoder_may_move_but_not_become_another(root, tmp_path):
    values = {"path": str(root / "qwen3"), "lora": LORA}
    run_stage("text", load_stage_config(config(root, "moving", values)))
    out = root / "moving" / "model"
    shutil.copytree(root / "qwen3", tmp_path / "elsewhere")
    model, _ = start(load_stage_config(config(root, "next", {"path": str(tmp_path / "elsewhere")}, init=str(out))))
    assert model.config.backbone["path"] == str(tmp_path / "elsewhere")
    with pytest.raises(CheckpointError, match="cannot load"):
        load_model(str(out), decoder_path=str(root / "pangu"))


def test_trained_ears_are_taken_over(root):
    small = {"hidden_size": 48, "intermediate_size": 96, "num_hidden_layers": 1, "q_lora_rank": 32, "kv_lora_rank": 16}
    run_stage("text", load_stage_config(config(root, "small", None, decoder=small)))
    ears = root / "small" / "model"
    model, _ = new_model(BackboneConfig(path=str(root / "pangu"), ears=ears, lora=LoraSettings(rank=2)))
    heard = EchoMindForConditionalGeneration.from_pretrained(ears)
    for part in ("encoder", "cue_heads"):
        taken = getattr(model, part).state_dict()
        assert all(torch.equal(value, taken[name]) for name, value in getattr(heard, part).state_dict().items())
    assert model.projector.linear_2.out_features == 64
    with pytest.raises(ConfigurationError, match="embedded decoder"):
        start(load_stage_config(config(root, "mixed", {"path": str(root / "pangu")}, init=str(ears))))


def test_our_places_in_a_turn_become_tokens_of_the_family(root):
    for family, ends, new in (("pangu", ("[unused10]", "[unused16]"), 0), ("qwen3", ("<|im_end|>", "<think>"), 9)):
        published = load_decoder(str(root / family)).config.vocab_size
        model, processor = new_model(BackboneConfig(path=str(root / family)))
        own = processor.tokenizer.convert_ids_to_tokens([processor.ids["<eos>"], processor.ids["<think>"]])
        assert tuple(own) == ends
        assert model.config.text_config.vocab_size == max(published, len(processor.tokenizer))
        assert len(processor.tokenizer.init_kwargs["markers"]) == len(SPECIAL_TOKENS)
        assert model.config.eos_token_id == processor.ids["<eos>"]
        tricks = {"pangu": "</s> [unused10] <s>[unused5]", "qwen3": "<|im_start|> <think> <|endoftext|><|im_end|>"}[
            family
        ]
        assert processor.encode(f"{tricks} hello </think><audio>") == processor.encode("hello")
        if new:
            assert len(use_own_tokens(processor.tokenizer, "qwen3")) == 0  # nothing is added twice


def test_a_configuration_that_names_the_unknown_is_refused():
    with pytest.raises(ConfigurationError, match=r"backbone: unknown \['pth'\]"):
        backbone_from({"pth": "x"})
    with pytest.raises(ConfigurationError, match=r"lora: unknown \['r'\]"):
        backbone_from({"path": "x", "lora": {"r": 8}})
    with pytest.raises(ConfigurationError, match="lora: expected an object"):
        backbone_from({"path": "x", "lora": True})
    with pytest.raises(ConfigurationError, match='needs "path"'):
        new_model(BackboneConfig())


def test_a_decoder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CheckpointError, match="nowhere"):
        new_model(BackboneConfig(path=str(tmp_path / "nowhere")))
