"""A large decoder in place of the embedded one: the ``backbone`` of a stage's configuration, and the model it makes.

The stages are the same. What differs is what they train in the decoder (a LoRA adapter instead of all of it), that its
activations may be computed twice instead of kept, and that our places in a turn become tokens of its own vocabulary.
"""

from __future__ import annotations

import argparse
import logging
import shutil
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import torch
from transformers import AddedToken, AutoTokenizer

from echomind.errors import CheckpointError, ConfigurationError
from echomind.slm import EchoMindFeatureExtractor, EchoMindForConditionalGeneration, EchoMindProcessor, openpangu
from echomind.slm.backbone import (
    ADAPTER,
    LoraSettings,
    add_lora,
    family_of,
    load_decoder,
    load_model,
    save_model,
    surround,
)
from echomind.slm.configuration import CONFIDENCES, THINKING_EMOTIONS
from echomind.slm.processing import MARKERS, PAD, SPECIAL_TOKENS, UNK

log = logging.getLogger(__name__)
TRAINING = "training.json"  # what was done to a checkpoint, see ``stages.py``


@dataclass(frozen=True)
class BackboneConfig:
    """Which decoder, and how it is trained.

    ``path``: a folder or Hub id (``revision`` of it); where ``init`` is given it has the decoder already, and ``path``
    only says where that lies now, if it moved. ``tokenizer``: another folder or Hub id; empty: the decoder's own.
    ``lora`` null trains all weights. ``ears``: a checkpoint whose trained encoder and cue heads are taken over.
    """

    path: str = ""
    revision: str = "main"
    tokenizer: str = ""
    dtype: str = "bfloat16"
    lora: LoraSettings | None = field(default_factory=LoraSettings)
    gradient_checkpointing: bool = True
    ears: Path | None = None


def backbone_from(raw: Any) -> BackboneConfig:
    """The ``backbone`` of a configuration file; raises ``ConfigurationError`` naming what is unknown."""
    for kind, value, where in ((BackboneConfig, raw, "backbone"), (LoraSettings, (raw or {}).get("lora"), "lora")):
        if value is not None and not isinstance(value, dict):
            raise ConfigurationError(f"{where}: expected an object, found {value!r}")
        known = [f.name for f in fields(kind)]
        if unknown := sorted(set(value or {}) - set(known)):
            raise ConfigurationError(f"{where}: unknown {unknown}; expected keys out of {known}")
    values = dict(raw)
    if values.get("ears"):
        values["ears"] = Path(values["ears"])
    if values.get("lora"):
        lora = dict(values["lora"])
        values["lora"] = LoraSettings(**lora | ({"targets": tuple(lora["targets"])} if "targets" in lora else {}))
    return BackboneConfig(**values)


def use_own_tokens(tokenizer: Any, family: str) -> list[str]:
    """Give each of our special tokens one of the tokenizer's; returns those whose meaning the decoder has to learn.

    openPangu has a thinking block and spare tokens. Elsewhere a token of the same text is used (Qwen3 has ``<think>``),
    the tokenizer's own end, start and padding, and the rest is added to the vocabulary.
    """
    if family == openpangu.MODEL_TYPE:
        tokenizer.init_kwargs[MARKERS] = openpangu.MARKERS | openpangu.SPARE
        return list(openpangu.SPARE)
    named = dict(zip(SPECIAL_TOKENS, SPECIAL_TOKENS, strict=True))
    ends = {"<eos>": tokenizer.eos_token, "<bos>": tokenizer.bos_token}
    if tokenizer.pad_token != tokenizer.eos_token:
        ends |= {PAD: tokenizer.pad_token, UNK: tokenizer.unk_token or tokenizer.pad_token}
    named |= {token: own for token, own in ends.items() if own is not None}
    known = tokenizer.get_vocab()
    added = [own for own in named.values() if own not in known]
    tokenizer.add_tokens([AddedToken(own, special=True, normalized=False) for own in added], special_tokens=True)
    tokenizer.init_kwargs[MARKERS] = named
    return [token for token, own in named.items() if own in added]


def load_tokenizer(config: BackboneConfig, family: str) -> Any:
    """The decoder's tokenizer, without running code of its repository. Raises ``CheckpointError``."""
    path = config.tokenizer or config.path
    if family == openpangu.MODEL_TYPE and not config.tokenizer:
        return openpangu.load_tokenizer(path, revision=config.revision)
    try:
        return AutoTokenizer.from_pretrained(path, revision=config.revision, trust_remote_code=False)
    except (OSError, ValueError, KeyError) as error:
        raise CheckpointError(f"cannot load the tokenizer {path}: {error}") from error


def new_model(config: BackboneConfig) -> tuple[EchoMindForConditionalGeneration, EchoMindProcessor]:
    """A model of ours around the decoder. Raises ``CheckpointError``, and ``ConfigurationError`` for a lacking path."""
    if not config.path:
        raise ConfigurationError('"backbone" needs "path" (a folder or Hub id), or the stage an "init" that has one')
    family = family_of(config.path, config.revision)
    tokenizer = load_tokenizer(config, family)
    new = use_own_tokens(tokenizer, family)
    extractor = EchoMindFeatureExtractor() if config.ears is None else _extractor(config.ears)
    processor = EchoMindProcessor(extractor, tokenizer)
    first_pieces_differ(processor)
    decoder = load_decoder(config.path, dtype=config.dtype, revision=config.revision)
    if len(tokenizer) > decoder.config.vocab_size:
        decoder.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    name_rows(decoder, processor, new)
    described = {"path": config.path, "revision": config.revision, "family": family, "dtype": config.dtype}
    model = surround(decoder, processor, described, config.ears)
    if config.lora is not None:
        add_lora(model, config.lora, sorted(processor.ids[token] for token in new))
    learnt = sum(p.numel() for p in decoder.parameters() if p.requires_grad)
    log.info("decoder %s (%s): %d of %d parameters learn", config.path, family, learnt, decoder.num_parameters())
    return model, processor


def _extractor(ears: Path) -> EchoMindFeatureExtractor:
    try:
        return EchoMindFeatureExtractor.from_pretrained(str(ears))
    except (OSError, ValueError) as error:
        raise CheckpointError(f"no ears in {ears}: {error}") from error


def first_pieces_differ(processor: EchoMindProcessor) -> None:
    """Raise ``ConfigurationError`` unless each emotion and confidence is told by its first piece: so they are read."""
    for words in (THINKING_EMOTIONS, CONFIDENCES):
        firsts = [processor.encode(word)[0] for word in words]
        if len(set(firsts)) < len(words):
            pieces = dict(zip(words, processor.tokenizer.convert_ids_to_tokens(firsts), strict=True))
            raise ConfigurationError(f"the tokenizer begins two of our words with the same piece: {pieces}")


@torch.no_grad()
def name_rows(decoder: Any, processor: EchoMindProcessor, tokens: list[str]) -> None:
    """Start each new token's rows at the mean of its name's pieces: ``<cause>`` near "cause", not at random."""
    for table in {decoder.get_input_embeddings().weight, decoder.get_output_embeddings().weight}:
        for token in tokens:
            pieces = processor.encode(token.strip("</>"))
            table[processor.ids[token]] = table[pieces].float().mean(0).to(table.dtype)


def prepare(model: EchoMindForConditionalGeneration, config: BackboneConfig | None) -> None:
    """Compute the decoder's activations twice instead of keeping them, where the configuration says so."""
    if config is not None and config.gradient_checkpointing:
        model.language_model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})


def merge(folder: Path, out: Path) -> None:
    """Write a checkpoint whose decoder holds what the adapter learnt; it needs neither ``peft`` nor the published one.

    Raises ``CheckpointError`` for one without an adapter.
    """
    if not (folder / ADAPTER).is_dir():
        raise CheckpointError(f"{folder} has no adapter to merge")
    save_model(load_model(str(folder), merged=True), out)
    EchoMindProcessor.from_pretrained(str(folder)).save_pretrained(str(out))
    if (folder / TRAINING).is_file():
        shutil.copyfile(folder / TRAINING, out / TRAINING)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="merge what a LoRA adapter learnt into the decoder's weights")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    merge(asked.checkpoint, asked.out)
