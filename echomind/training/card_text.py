"""The model card: a template filled with ``figures.json``, so that no number on it is typed by hand."""

from __future__ import annotations

import json
from pathlib import Path
from string import Template
from typing import Any

from safetensors import safe_open

from echomind.models.slm import REPLY_JUDGE
from echomind.slm.judge import DESCRIPTION as JUDGE
from echomind.training.card_fairness import fairness_rows
from echomind.training.card_replies import replies_rows, sample_rows
from echomind.training.stages import TRAINING

TEMPLATE = Path(__file__).parent / "card_template.md"
CARD = "README.md"
MISSING = "—"


def _table(rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in rows)


def _interval(figure: dict[str, Any], digits: int = 3) -> str:
    low, high = figure["interval"]
    return f"{figure['value']:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def ravdess_rows(figures: dict[str, Any]) -> str:
    """Emotion recall, gender accuracy, calibration."""
    uar, gender = figures["emotion_uar"], figures["gender_accuracy"]
    rows = [
        ["emotion, unweighted average recall, 7 classes", _interval(uar), str(uar["n"])],
        ["gender accuracy", _interval(gender), str(gender["n"])],
        [
            f"expected calibration error of the emotion head, temperature {figures['emotion_temperature']:.2f}",
            _interval({"value": figures["emotion_ece"], "interval": figures["emotion_ece_interval"]}),
            str(uar["n"]),
        ],
    ]
    return _table(rows)


def reliability_rows(figures: dict[str, Any]) -> str:
    """How often the head was right, by how sure it said it was."""
    return _table(
        [
            [f"{b['low']:.0%} to {b['high']:.0%}", f"{b['probability']:.0%}", f"{b['right']:.0%}", str(b["n"])]
            for b in figures["emotion_reliability"]
        ]
    )


def choice_rows(figures: dict[str, Any]) -> str:
    """Multiple choice by level, on held-out scripts and on those that chose the rule."""
    names = {"held_out": "all other scripts", "chosen_on": "the third that chose the rule"}
    return _table(
        [
            [f"{level}, {title}", _interval(figures[part][level]), str(figures[part][level]["n"])]
            for part, title in names.items()
            for level in figures[part]
        ]
    )


def emobank_rows(figures: dict[str, Any]) -> str:
    """Pearson r by label and dimension."""
    names = {
        "combined": "combined",
        "writer": "writer (speaker)",
        "reader": "reader (listener)",
        "heard_combined": "combined, words as a recogniser writes them",
    }
    names = {name: title for name, title in names.items() if f"{name}_v" in figures}
    return _table(
        [
            [title, *(_interval(figures[f"{name}_{d}"]) for d in "vad"), str(figures[f"{name}_v"]["n"])]
            for name, title in names.items()
        ]
    )


def word_rows(figures: dict[str, Any]) -> str:
    """What the tower reads of the emotion of words."""
    n = str(figures["n"])
    recalls = ", ".join(f"{name} {value:.2f}" for name, value in figures["recall_by_emotion"].items())
    return _table(
        [
            [f"unweighted average recall ({recalls})", _interval(figures["recall"]), n],
            ["log-loss, nats", f"{figures['log_loss']:.3f}", n],
            ["log-loss of the emotions' shares alone", f"{figures['log_loss_of_the_shares']:.3f}", n],
            ["recall of the thinking, words alone", _interval(figures["thinking"]), str(figures["thinking"]["n"])],
            ["the same without this witness", _interval(figures["decoder_alone"]), str(figures["decoder_alone"]["n"])],
        ]
    )


def clip_rows(summary: dict[str, Any]) -> str:
    """Word error rates by delivery, then counts."""
    rows = [
        [
            f"word error rate, {style} deliveries",
            f"{summary[f'wer_{style}']['value']:.3f} (n = {summary[f'wer_{style}']['n']})",
        ]
        for style in ("neutral", "target", "alternative")
    ]
    titles = {
        "cue_among_three_strongest": "delivered cue among the three strongest attributes",
        "target_cue_higher_than_in_neutral": "target's cue scores higher than in the neutral delivery",
        "neutral_heard_as_emotional": "neutral deliveries heard as emotional (fewer is better)",
        "replies_differ_target_neutral": "scripts whose target and neutral replies differ",
        "questions_right": "multiple-choice questions right, words as recognised",
        "questions_right_words_given": "multiple-choice questions right, words given",
    }
    rows += [[title, f"{summary[key]['count']} of {summary[key]['n']}"] for key, title in titles.items()]
    return _table(rows)


def reply_rows(clips: list[dict[str, Any]]) -> str:
    """Thinking and reply for target and neutral delivery of each script."""
    rows = []
    for clip in sorted(clips, key=lambda c: (c["case"], c["style"] != "target")):
        if clip["style"] == "alternative" or clip["file"].startswith("mcq_"):
            continue
        thinking = clip["thinking"]
        delivery = f"{clip['style']} ({clip['cue']})" if clip["style"] == "target" else "neutral"
        thought = f"{thinking['emotion']}, because {thinking['cause']} ({thinking['confidence']:.0%} sure)"
        rows.append([clip["case"], delivery, clip["emotion"], thought, clip["reply"]])
    return _table(rows)


def ablation_rows(ablations: dict[str, Any]) -> str:
    """Each variant of the recipe: following the voice, perplexity, thinking; with the difference to the whole one."""
    titles = {
        "full": "the whole recipe",
        "no_thinking": "without thinking",
        "no_align": "without `align`",
        "no_audio": "without audio tokens: the transcript only",
    }
    digits = {"follows_voice": 3, "perplexity": 0, "thinking": 3}

    def cell(figure: dict[str, Any] | None, places: int) -> str:
        if figure is None:
            return MISSING
        change = figure.get("difference")
        return _interval(figure, places) + (f"; {_interval(change, places)}" if change else "")

    rows = [
        [title, *(cell(ablations[name].get(measure), places) for measure, places in digits.items())]
        for name, title in titles.items()
        if name in ablations
    ]
    return _table(rows)


def parameters_of(model: Path) -> int:
    """Number of weights in a checkpoint's shards."""
    total = 0
    for shard in model.glob("*.safetensors"):
        with safe_open(shard, framework="numpy") as tensors:
            for name in tensors.keys():  # noqa: SIM118 (not a dict)
                size = 1
                for side in tensors.get_slice(name).get_shape():
                    size *= side
                total += size
    return total


def background_rows(background: dict[str, Any]) -> str:
    """How well three surroundings are told apart under speech, and how often their head names them outright."""
    recalls = ", ".join(f"{name} {value:.2f}" for name, value in background["recall"].items())
    n = str(background["n"])
    return _table(
        [
            [f"told apart ({recalls})", _interval(background), n],
            ["named outright, before all else of the same head", f"{background['named_outright']:.3f}", n],
        ]
    )


def steps_made(training: dict[str, Any], stage: str) -> str:
    """Steps of a stage; of each checkpoint, where the weights are the mean of several."""
    of = [part[stage] for part in training.get("mean", {}).get("of", ())] or [training[stage]["steps"]]
    return " and ".join(f"{steps:,}" for steps in of)


def render_card(model: Path, figures: dict[str, Any]) -> str:
    """The card's text. Raises ``KeyError`` when a measurement is missing from the figures."""
    training = json.loads((model / TRAINING).read_text(encoding="utf-8"))
    ravdess = figures["ravdess"]
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        parameters=f"{parameters_of(model) / 1e6:.1f} M",
        text_steps=steps_made(training, "text"),
        ears_steps=f"{training['ears']['steps']:,}",
        align_steps=steps_made(training, "align"),
        joint_steps=steps_made(training, "joint"),
        clips_made=f"{training['ears']['clips']:,}",
        clips_acted=f"{training['ears']['acted']:,}",
        ravdess=ravdess_rows(ravdess),
        recalls=", ".join(f"{name} {value:.2f}" for name, value in ravdess["recall_by_emotion"].items()),
        reliability=reliability_rows(ravdess),
        fairness=fairness_rows(figures["fairness"]),
        background=background_rows(figures["background"]),
        choices=choice_rows(figures["choices"]),
        emobank=emobank_rows(figures["emobank"]),
        words=word_rows(figures["words"]),
        clips=clip_rows(figures["clips"]["summary"]),
        replies=reply_rows(figures["clips"]["clips"]),
        reply_figures=replies_rows(figures["replies"]),
        reply_sample=sample_rows(figures["replies"]["sample"]),
        judge=judged(model),
        ablations=ablation_rows(figures["ablations"]),
        ablation_scripts=str(figures["ablations"]["scripts"]),
        always_neutral=f"{figures['ablations']['always_neutral']:.3f}",
    )


def judged(model: Path) -> str:
    """How well the judge beside a checkpoint tells replies apart, as its description says."""
    description = model / REPLY_JUDGE / JUDGE
    if not description.is_file():
        return MISSING
    figures = json.loads(description.read_text(encoding="utf-8"))["held_out"]
    kinds = {
        "decoder": "the decoder's own sentences",
        "corpus_and_dialogue": "replies to something else, and joined halves,",
    }
    return " and ".join(f"{name} at {figures[k]['auc']:.3f} (n = {figures[k]['n']} pairs)" for k, name in kinds.items())


def write_card(model: Path, figures: Path) -> Path:
    """Write ``README.md`` beside the checkpoint from its ``figures.json``."""
    card = model / CARD
    card.write_text(render_card(model, json.loads(figures.read_text(encoding="utf-8"))), encoding="utf-8")
    return card
