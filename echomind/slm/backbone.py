"""Our model around a large decoder: ears, projector and heads here, the decoder's weights where they were published.

A checkpoint with a large decoder is a folder (or Hub id) that holds

- ``config.json``, whose ``backbone`` names the decoder: ``path`` and ``revision`` (a folder or Hub id, or ``""``: in
  this checkpoint's ``decoder/``), ``family`` (its ``model_type`` as published) and ``dtype``;
- ``ears.safetensors``: everything of ours (encoder, cue heads, projector, cue embeddings, V-A-D head), in float32;
- ``adapter/``: what was learnt in the decoder, an ordinary ``peft`` LoRA adapter; or ``decoder/``: a decoder with
  all its weights, an ordinary ``transformers`` checkpoint, where they were merged or all of them trained;
- feature extractor and tokenizer, as every checkpoint of ours.

No code of a repository is run. The embedded checkpoint has ``backbone`` null and loads as before.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, PreTrainedConfig, PreTrainedModel
from transformers.utils import cached_file

from echomind.errors import CheckpointError
from echomind.slm.configuration import EchoMindConfig
from echomind.slm.modeling import EchoMindForConditionalGeneration
from echomind.slm.openpangu import is_openpangu, load_openpangu
from echomind.slm.processing import EchoMindProcessor

EARS, ADAPTER, DECODER = "ears.safetensors", "adapter", "decoder"
OURS = ("encoder", "cue_heads", "projector", "cue_embeddings", "vad_head")
SHARD_SIZE = "4GB"
DTYPES = {"bfloat16": torch.bfloat16, "float32": torch.float32, "float16": torch.float16}


@dataclass(frozen=True)
class LoraSettings:
    """Low-rank adaptation: ``rank`` and ``alpha`` (updates are scaled by alpha / rank) on the named projections."""

    rank: int = 16
    alpha: int = 32
    dropout: float = 0.05
    targets: tuple[str, ...] = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


def load_decoder(path: str, *, dtype: str = "bfloat16", revision: str = "main", subfolder: str = "") -> PreTrainedModel:
    """A causal decoder of a folder or Hub id, openPangu through Llama classes, and ``family`` on its configuration.

    Raises ``CheckpointError`` when it cannot be had or its tensors do not fit.
    """
    if dtype not in DTYPES:
        raise CheckpointError(f"dtype {dtype!r}: expected one of {', '.join(DTYPES)}")
    try:
        raw, _ = PreTrainedConfig.get_config_dict(path, revision=revision, subfolder=subfolder)
        if is_openpangu(raw):
            return load_openpangu(path, dtype=DTYPES[dtype], revision=revision)
        return AutoModelForCausalLM.from_pretrained(
            path, dtype=DTYPES[dtype], revision=revision, subfolder=subfolder, trust_remote_code=False
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise CheckpointError(f"cannot load the decoder {path}: {error}") from error


def family_of(path: str, revision: str = "main") -> str:
    """The ``model_type`` that a decoder was published with, which for openPangu is not that of its classes here."""
    try:
        return str(PreTrainedConfig.get_config_dict(path, revision=revision)[0].get("model_type", ""))
    except (OSError, ValueError) as error:
        raise CheckpointError(f"cannot read the configuration of the decoder {path}: {error}") from error


def surround(
    decoder: PreTrainedModel, processor: EchoMindProcessor, backbone: dict[str, Any], ears: Path | None = None
) -> EchoMindForConditionalGeneration:
    """A new model of ours around a decoder; encoder and cue heads from the checkpoint ``ears``, where one is given."""
    ids, text = processor.ids, decoder.config
    text.pad_token_id, text.bos_token_id, text.eos_token_id = ids["<pad>"], ids["<bos>"], ids["<eos>"]
    own: dict[str, Any] = {}
    heard = None
    if ears is not None:
        heard = EchoMindForConditionalGeneration.from_pretrained(ears)
        own = {key: getattr(heard.config, key) for key in ("encoder_config", "frame_stack", "category_labels")}
        own["temperatures"] = heard.config.temperatures
    attention = text._attn_implementation
    config = EchoMindConfig(text_config=text, audio_token_id=ids["<audio>"], backbone=backbone, **own)
    text._attn_implementation = attention  # a new configuration clears that of its parts
    model = EchoMindForConditionalGeneration(config, decoder)
    if heard is not None:
        model.encoder.load_state_dict(heard.encoder.state_dict())
        model.cue_heads.load_state_dict(heard.cue_heads.state_dict())
    return model


def add_lora(model: EchoMindForConditionalGeneration, lora: LoraSettings, rows: list[int]) -> None:
    """Freeze the decoder but for low-rank updates (float32) and the ``rows`` of its vocabulary that are new to it."""
    from peft import LoraConfig, get_peft_model

    decoder = model.language_model
    learnt = {"embed_tokens": rows} if rows else {}
    if rows and not decoder.config.tie_word_embeddings:
        learnt["lm_head"] = rows
    config = LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=list(lora.targets),
        trainable_token_indices=learnt or None,
        task_type="CAUSAL_LM",
        base_model_name_or_path=(model.config.backbone or {}).get("path"),
    )
    get_peft_model(decoder, config)  # in place: the decoder keeps its class, its projections are wrapped


def has_adapter(model: EchoMindForConditionalGeneration) -> bool:
    """Whether the decoder carries a LoRA adapter."""
    return bool(getattr(model.language_model, "peft_config", None))


def trained_in_decoder(model: EchoMindForConditionalGeneration) -> list[torch.nn.Parameter]:
    """The decoder's parameters that training moves: its adapter's where it has one, else all."""
    adapted = has_adapter(model)
    named = model.language_model.named_parameters()
    return [p for name, p in named if not adapted or "lora_" in name or "trainable_tokens_delta" in name]


def save_model(model: EchoMindForConditionalGeneration, folder: Path) -> None:
    """Write a checkpoint of the layout above; the processor is saved by itself, ``config.json`` comes last."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").unlink(missing_ok=True)  # a folder that is half written is no checkpoint
    state = {k: v for part in OURS for k, v in getattr(model, part).state_dict(prefix=f"{part}.").items()}
    save_file({name: value.detach().cpu().contiguous() for name, value in state.items()}, folder / EARS)
    decoder = model.language_model
    if has_adapter(model):
        from peft import get_peft_model_state_dict

        (folder / ADAPTER).mkdir(exist_ok=True)
        learnt = get_peft_model_state_dict(decoder, save_embedding_layers=False)
        # Named as ``PeftModel.save_pretrained`` names them, so that ``PeftModel.from_pretrained`` reads them.
        named = {f"base_model.model.{k}": v.detach().cpu().contiguous() for k, v in learnt.items()}
        save_file(named, folder / ADAPTER / "adapter_model.safetensors")
        decoder.peft_config["default"].save_pretrained(str(folder / ADAPTER))
    else:
        decoder.save_pretrained(folder / DECODER, max_shard_size=SHARD_SIZE)
        model.config.backbone = {**(model.config.backbone or {}), "path": "", "revision": "main"}
    model.config.save_pretrained(folder)


def load_model(
    path: str, *, trainable: bool = False, merged: bool = False, decoder_path: str = ""
) -> EchoMindForConditionalGeneration:
    """A checkpoint of ours with the embedded decoder or a large one.

    ``decoder_path``: where the published decoder now lies, if it moved; nothing to a checkpoint that holds its own.
    ``merged``: what the adapter learnt is added to the decoder's weights, in their dtype (bfloat16 keeps about three
    digits), so that no adapter is applied at each step; else it stays apart, and is learnt further if ``trainable``.
    Raises ``CheckpointError`` when a part is missing or does not fit; for the embedded one as ``from_pretrained`` does.
    """
    config = EchoMindConfig.from_pretrained(path)
    if config.backbone is None:
        return EchoMindForConditionalGeneration.from_pretrained(path)
    if config.backbone["path"] and decoder_path:
        config.backbone = {**config.backbone, "path": decoder_path}
    try:
        return _around_decoder(path, config, trainable, merged)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise CheckpointError(f"cannot load {path} with its decoder: {error}") from error


def _around_decoder(
    path: str, config: EchoMindConfig, trainable: bool, merged: bool
) -> EchoMindForConditionalGeneration:
    described: dict[str, Any] = config.backbone or {}
    if described["path"]:
        decoder = load_decoder(described["path"], dtype=described["dtype"], revision=described["revision"])
    else:
        decoder = load_decoder(path, dtype=described["dtype"], subfolder=DECODER)
    if decoder.config.vocab_size < config.text_config.vocab_size:  # the rows of added tokens lie in the adapter
        decoder.resize_token_embeddings(config.text_config.vocab_size, mean_resizing=False)
    if described["path"]:
        from peft import PeftModel

        adapted = PeftModel.from_pretrained(decoder, path, subfolder=ADAPTER, is_trainable=trainable)
        if merged:
            decoder = adapted.merge_and_unload()
    for name in ("pad_token_id", "bos_token_id", "eos_token_id"):
        setattr(decoder.config, name, getattr(config.text_config, name))
    config.text_config = decoder.config  # the object that the decoder's layers read
    model = EchoMindForConditionalGeneration(config, decoder)
    missing, left_over = model.load_state_dict(load_file(_file(path, EARS)), strict=False)
    if lost := [name for name in missing if name.split(".")[0] in OURS] + left_over:
        raise CheckpointError(f"{path}: {EARS} does not fit the model, the first of {len(lost)} tensors is {lost[0]}")
    return model.eval()


def unfreeze(model: EchoMindForConditionalGeneration) -> None:
    """Everything learns, but for the weights of a decoder that has an adapter."""
    learnt = {id(p) for p in trained_in_decoder(model)}
    for part in model.children():
        for parameter in part.parameters():
            parameter.requires_grad_(part is not model.language_model or id(parameter) in learnt)


def _file(path: str, name: str) -> str:
    """A file of a folder or Hub id."""
    found = cached_file(path, name)
    if found is None:
        raise CheckpointError(f"no {name} in {path}")
    return found
