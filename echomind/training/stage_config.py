"""Configurations of the stages: one JSON object each, see ``configs/``."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from echomind.errors import ConfigurationError
from echomind.training.backbone import BackboneConfig, backbone_from
from echomind.training.hearing import EarsConfig
from echomind.training.judge import JudgeConfig
from echomind.training.loop import LoopConfig
from echomind.training.options import OptionsConfig
from echomind.training.perspectives import TowerConfig
from echomind.training.teacher import TeacherConfig
from echomind.training.text import VAD_WEIGHT

Config = TypeVar("Config", "StageConfig", TowerConfig, TeacherConfig, OptionsConfig, EarsConfig, JudgeConfig)


@dataclass(frozen=True)
class StageConfig:
    """One stage of training. ``loop`` (and for ``align`` also ``cues``) are :class:`LoopConfig` objects.

    ``data_root`` holds the published corpora, ``speech`` the synthetic clips (see ``echomind.training.data.clips``),
    ``transcripts`` a JSON object from clip file names to what the recogniser wrote. ``init`` is the checkpoint to start
    from; the first stage may leave it empty. ``decoder_from`` takes decoder and V-A-D head out of another checkpoint
    with the same tokenizer, so that ears and language can be trained apart. ``decoder`` overrides fields of the
    embedded decoder of a new model, ``backbone`` names a large decoder instead (see ``backbone.py`` and ``LARGE.md``),
    ``mixture`` the shares of the text sources. ``without`` leaves something out of ``align`` and ``joint``, for an
    ablation: "thinking" or "audio" (the student reads the transcript only); ``fresh_bridge`` starts projector and cue
    embeddings anew. ``stop_after`` ends a call early; the next one goes on from there.
    """

    data_root: Path
    run_dir: Path
    out: Path
    loop: LoopConfig
    cues: LoopConfig | None = None
    init: Path | None = None
    decoder_from: Path | None = None
    speech: Path | None = None
    cache: Path | None = None
    transcripts: Path | None = None
    batch_size: int = 64
    seed: int = 0
    threads: int = 2
    decoder: dict[str, Any] | None = None
    backbone: BackboneConfig | None = None
    mixture: dict[str, float] | None = None
    vad_weight: float = VAD_WEIGHT
    without: tuple[str, ...] = ()
    fresh_bridge: bool = False
    stop_after: int | None = None


def load_stage_config(path: Path) -> StageConfig:
    """Read a configuration; raises ``ConfigurationError`` naming the file and the unknown or missing key."""
    paths = ("data_root", "run_dir", "out", "init", "decoder_from", "speech", "cache", "transcripts")
    config = load_config(path, StageConfig, paths)
    if unknown := set(config.without) - {"thinking", "audio"}:
        raise ConfigurationError(f'{path}: without: found {sorted(unknown)}, expected "thinking", "audio" or both')
    return replace(config, without=tuple(config.without))


def load_tower_config(path: Path) -> TowerConfig:
    """Read a configuration of the stage ``perspectives``; raises as :func:`load_stage_config`."""
    config = load_config(path, TowerConfig, ("data_root", "run_dir", "out", "base", "taught", "start", "beside"))
    return replace(config, perspectives=tuple(config.perspectives), seeds=tuple(config.seeds))


def load_config(path: Path, kind: type[Config], paths: tuple[str, ...]) -> Config:
    """One JSON object as a configuration; ``paths`` are keys of a file or several, ``loop`` and ``cues`` loops."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path}: cannot read the configuration ({error})") from error
    known = {f.name for f in fields(kind)}
    if not isinstance(raw, dict) or (unknown := set(raw) - known):
        found = sorted(unknown) if isinstance(raw, dict) else type(raw).__name__
        raise ConfigurationError(f"{path}: unknown {found}; expected keys out of {sorted(known)}")
    try:
        for name in paths:
            if raw.get(name) is not None:
                raw[name] = tuple(map(Path, raw[name])) if isinstance(raw[name], list) else Path(raw[name])
        for name in ("loop", "cues"):
            if raw.get(name) is not None:
                raw[name] = LoopConfig(**raw[name])
        if raw.get("backbone") is not None:
            raw["backbone"] = backbone_from(raw["backbone"])
        return kind(**raw)
    except TypeError as error:
        raise ConfigurationError(f"{path}: {error}") from error
