"""The stages by name: each takes a configuration file, starts from a checkpoint (or none), and writes one.

``python -m echomind train STAGE --config FILE``, see ``STAGES``. A configuration is one JSON object; see ``configs/``.
"""

from __future__ import annotations

import json
import logging
from functools import partial
from pathlib import Path
from typing import Any

import torch

from echomind.errors import ConfigurationError
from echomind.slm import EchoMindConfig, EchoMindFeatureExtractor, EchoMindForConditionalGeneration, EchoMindProcessor
from echomind.slm.backbone import load_model, save_model, unfreeze
from echomind.slm.configuration import THINKING_EMOTIONS, tiny_mla_config
from echomind.training.align import Listening, align_loss
from echomind.training.backbone import new_model, prepare
from echomind.training.cues import CueData, Hearing, hearing_loss
from echomind.training.data.published import load_emobank
from echomind.training.hearing import EarsConfig, run_ears
from echomind.training.joint import Joint, JointData, joint_loss
from echomind.training.judge import JudgeConfig, run_judge
from echomind.training.loop import processes, train
from echomind.training.options import OptionsConfig, run_options
from echomind.training.perspectives_report import run_perspectives
from echomind.training.recordings import TRAIN_ACTORS, FeatureStore, ravdess, synthetic
from echomind.training.speech import SpeechData
from echomind.training.stage_config import StageConfig, load_config, load_stage_config, load_tower_config
from echomind.training.teacher import TeacherConfig, run_teacher
from echomind.training.text import TextData, TextMixture, emobank_correlation, text_loss, training_texts
from echomind.training.tokenizer import train_tokenizer
from echomind.training.vad import ListenerMap

log = logging.getLogger(__name__)
STAGES = ("text", "ears", "align", "joint", "teacher", "perspectives", "options", "judge")
TRAINING = "training.json"
BRIDGE = ("projector", "cue_embeddings")  # what makes tokens of the decoder of what the ears give
SHARD_SIZE = "9MB"  # a Space's git takes files up to 10 MB


def start(config: StageConfig) -> tuple[EchoMindForConditionalGeneration, EchoMindProcessor]:
    """The checkpoint of ``init``, a new model around the ``backbone``, or a tiny one with a tokenizer of its own."""
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    if config.init is not None:
        moved = config.backbone.path if config.backbone is not None else ""
        model = load_model(str(config.init), trainable=True, decoder_path=moved)
        if moved and model.config.backbone is None:
            raise ConfigurationError(f'{config.init} has the embedded decoder: take its "ears" into the "backbone"')
        prepare(model, config.backbone)
        processor = EchoMindProcessor.from_pretrained(str(config.init))
        if config.decoder_from is not None:
            take_decoder(model, processor, config.decoder_from)
        if config.fresh_bridge:
            untrained = EchoMindForConditionalGeneration(model.config)
            for name in BRIDGE:
                model.get_submodule(name).load_state_dict(untrained.get_submodule(name).state_dict())
        return model, processor
    if config.backbone is not None:
        model, processor = new_model(config.backbone)
        prepare(model, config.backbone)
        return model, processor
    extractor = EchoMindFeatureExtractor()
    saved = config.run_dir / "tokenizer"
    with processes().main_process_first():
        if not saved.is_dir():
            train_tokenizer(training_texts(config.data_root)).save_pretrained(str(saved))
            extractor.save_pretrained(str(saved))
    processor = EchoMindProcessor.from_pretrained(str(saved))
    text_config = tiny_mla_config(vocab_size=len(processor.tokenizer), **(config.decoder or {}))
    return EchoMindForConditionalGeneration(EchoMindConfig(text_config=text_config)), processor


def take_decoder(model: EchoMindForConditionalGeneration, processor: EchoMindProcessor, folder: Path) -> None:
    """Put decoder and V-A-D head of another checkpoint into a model. Raises ``ConfigurationError``: they do not fit."""
    other = load_model(str(folder), trainable=True)
    if EchoMindProcessor.from_pretrained(str(folder)).tokenizer.get_vocab() != processor.tokenizer.get_vocab():
        raise ConfigurationError(
            f"{folder}: its decoder knows other tokens; expected the tokenizer of the ears' checkpoint"
        )
    for name in ("language_model", "vad_head"):
        try:
            model.get_submodule(name).load_state_dict(other.get_submodule(name).state_dict())
        except RuntimeError as error:
            raise ConfigurationError(f"{folder}: its {name} has another shape ({error})") from error


def finish(
    model: EchoMindForConditionalGeneration,
    processor: EchoMindProcessor,
    config: StageConfig | EarsConfig,
    done: dict[str, dict[str, Any]],
) -> None:
    """Write a checkpoint that ``from_pretrained`` loads, in shards that git takes, and what was done to get there.

    ``training.json`` goes from stage to stage: it names for each one the steps made and the last losses. With a decoder
    of another checkpoint it begins with that one's ``text`` and the steps of these ears. Of several processes the first
    writes.
    """
    if not processes().is_main_process:
        return
    if model.config.backbone is None:
        model.save_pretrained(config.out, max_shard_size=SHARD_SIZE)
    else:
        save_model(model, config.out)
    processor.save_pretrained(str(config.out))
    known = steps_of(config.init if config.init is not None else config.out)
    if isinstance(config, StageConfig) and config.decoder_from is not None:
        heard = {name: part for name, part in known.items() if name in ("cues", "ears")}
        known = {name: part for name, part in steps_of(config.decoder_from).items() if name == "text"} | heard
    if config.init is not None:  # a stage run again on its own checkpoint adds to what was done
        done = {k: v | {"steps": v["steps"] + known.get(k, {}).get("steps", 0)} for k, v in done.items()}
    (config.out / TRAINING).write_text(json.dumps(known | done, indent=1) + "\n", encoding="utf-8")
    log.info("wrote %s", config.out)


def steps_of(checkpoint: Path) -> dict[str, dict[str, Any]]:
    """What was done to make a checkpoint, by stage; nothing where it does not say."""
    file = checkpoint / TRAINING
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def summary_of(history: list[dict[str, float]], **more: float) -> dict[str, float]:
    """Steps made and the last logged losses of a run."""
    last = {k: round(v, 4) for k, v in history[-1].items() if k not in ("step", "lr", "seconds")}
    return {"steps": history[-1]["step"], **more, **last}


def text_data(config: StageConfig, processor: EchoMindProcessor) -> TextData:
    """The text sources in the shares of the configuration."""
    mixture = TextMixture(**config.mixture) if config.mixture else None
    return TextData(
        config.data_root,
        processor,
        seed=config.seed,
        batch_size=config.batch_size,
        mixture=mixture,
        thinking="thinking" not in config.without,
    )


def run_text(config: StageConfig) -> dict[str, Any]:
    """Stage ``text``; returns the last losses and EmoBank's r on the official dev part."""
    model, processor = start(config)
    data = text_data(config, processor)
    history = train(
        model,
        data.batch,
        partial(text_loss, vad_weight=config.vad_weight),
        config.loop,
        config.run_dir / "loop",
        stop_after=config.stop_after,
    )
    model.eval()
    finish(model, processor, config, {"text": summary_of(history)})
    r = emobank_correlation(model, processor, config.data_root, "dev")
    return {"losses": history[-1], "emobank_dev_r": {k: v.round(3).tolist() for k, v in r.items()}}


def speech_stores(config: StageConfig, processor: EchoMindProcessor) -> tuple[FeatureStore, FeatureStore]:
    """RAVDESS of the training actors, and our synthetic clips."""
    if config.speech is None:
        raise ConfigurationError('this stage needs "speech": a folder made by echomind.training.data.clips')
    cache = config.cache or config.run_dir / "cache"
    extractor = processor.feature_extractor
    with processes().main_process_first():  # which computes what the others then read
        acted = FeatureStore(ravdess(config.data_root, TRAIN_ACTORS), extractor, cache)
        return acted, FeatureStore(synthetic(config.speech), extractor, cache)


def speech_data(
    config: StageConfig, model: EchoMindForConditionalGeneration, processor: EchoMindProcessor, made: FeatureStore
) -> SpeechData:
    """Clips with replies for ``align`` and ``joint``."""
    _, ratings, _ = load_emobank(config.data_root, "train")
    return SpeechData(
        made,
        model,
        processor,
        ListenerMap(ratings),
        seed=config.seed,
        batch_size=config.batch_size,
        transcripts=config.transcripts,
        audio="audio" not in config.without,
        thinking="thinking" not in config.without,
    )


def run_align(config: StageConfig) -> dict[str, Any]:
    """Stage ``align``: the ears learn their labels (``cues``), then the decoder learns to read them (``loop``)."""
    model, processor = start(config)
    acted, made = speech_stores(config, processor)
    report: dict[str, dict[str, float]] = {}
    if config.cues is not None:
        # Half of each batch is real acted speech, half is made.
        data = CueData(
            [(acted, 0.5), (made, 0.5)], model.config.categories, seed=config.seed, batch_size=config.batch_size
        )
        hearing = Hearing(model)
        history = train(hearing, data.batch, hearing_loss, config.cues, config.run_dir / "cues")
        report["cues"] = summary_of(history, clips=len(made), acted=len(acted))
    distil = speech_data(config, model, processor, made)
    history = train(
        Listening(model), distil.batch, align_loss, config.loop, config.run_dir / "loop", stop_after=config.stop_after
    )
    unfreeze(model)
    report["align"] = summary_of(history)
    finish(model.eval(), processor, config, report)
    return report


def run_joint(config: StageConfig) -> dict[str, Any]:
    """Stage ``joint``: thinking and reply from text and from speech together."""
    model, processor = start(config)
    _, made = speech_stores(config, processor)
    speech = speech_data(config, model, processor, made)
    model.config.emotion_prior = speech.emotion_shares()
    data = JointData(speech, text_data(config, processor))
    emotion_ids = torch.tensor([processor.encode(word)[0] for word in THINKING_EMOTIONS])
    history = train(
        Joint(model),
        data.batch,
        partial(joint_loss, emotion_ids=emotion_ids, vad_weight=config.vad_weight),
        config.loop,
        config.run_dir / "loop",
        stop_after=config.stop_after,
    )
    unfreeze(model)
    report = {"joint": summary_of(history)}
    finish(model.eval(), processor, config, report)
    return report


_RUN = {"text": run_text, "align": run_align, "joint": run_joint}


def run_configured(name: str, path: Path) -> dict[str, Any]:
    """Run a stage by name with the configuration of a file; raises ``ConfigurationError``."""
    if name == "perspectives":
        return run_perspectives(load_tower_config(path))
    if name == "teacher":
        return run_teacher(load_config(path, TeacherConfig, ("data_root", "run_dir", "out", "beside")))
    if name == "options":
        return run_options(load_config(path, OptionsConfig, ("out", "model", "base")))
    if name == "judge":
        return run_judge(load_config(path, JudgeConfig, ("model", "data_root", "run_dir", "out", "base")))
    if name == "ears":
        paths = ("data_root", "speech", "cache", "init", "run_dir", "out")
        return run_ears(load_config(path, EarsConfig, paths), finish)
    return run_stage(name, load_stage_config(path))


def run_stage(name: str, config: StageConfig) -> dict[str, Any]:
    """Run a stage by name; raises ``ConfigurationError`` for a name that is none."""
    if name not in _RUN:
        raise ConfigurationError(f"unknown stage {name!r}: expected one of {', '.join(STAGES)}")
    return _RUN[name](config)
