"""How our model answers multiple-choice questions: which vocal cue does each option speak of, and was it heard?

1. MiniLM reads an option in two ways. *By name*: its similarity to phrases that name a cue (the taxonomy's names, the
   official strings, everyday synonyms), also to phrases for "nothing of the kind" and for what is unkind, which is
   never what a speaker needs. *By training*: a linear map, fitted
   on our own corpus, from a reply, a cause or a remark to the cue it was written for ("Get some rest" to ``tired``).
2. Either way gives a share of the option to each cue; what the cue heads heard gives each cue a probability. The score
   of an option is the logarithm of the probability of what it speaks of, summed over the two ways. Training counts
   more: what an option implies ("a coloring book") is seldom named.
3. Where the options are yes and no, the question is read by name instead: yes is as likely as any cue that it names.

The small decoder's likelihoods, which answered before, were at chance: they stay for checkpoints without a reader.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from echomind.errors import CheckpointError
from echomind.models.protocol import Cue
from echomind.slm.delta import minilm, weights_digest
from echomind.slm.tower import new_tower, pad, piece_ids
from echomind.taxonomy import ADULT, ATTRIBUTES, CATEGORIES, ENVIRONMENT, NONE

FOLDER, WEIGHTS, DESCRIPTION = "option_reader", "reader.safetensors", "reader.json"
READ_LABELS = (NONE, *ATTRIBUTES)  # what the linear map tells apart; "none": a reply that no cue called for
QUIET = "quiet"  # nothing of the five categories of surroundings
UNKIND = "unkind"  # what no voice ever asks for
# Chosen, like everything here, on a third of EchoMind-Mini's scripts (see the model card).
BY_NAME = 0.03  # temperature of the similarities: the nearest few phrases count
NAMED_AT_ONCE, NAMED_SHARE = 0.05, 0.5  # a question names the nearest cue, and others at least half as near
FLOOR = 1e-3  # no cue is ever ruled out
TRAINED_COUNTS = 3.0  # times as much as by name

PHRASES: dict[str, tuple[str, ...]] = {
    "male": ("male", "a man", "a male speaker"),
    "female": ("female", "a woman", "a female speaker"),
    ADULT: ("adult", "an adult", "a middle-aged person"),
    "child": ("child", "a child", "a young kid"),
    "elderly": ("elderly", "an old person", "a senior"),
    "hoarse": ("hoarse voice", "a husky, raspy voice"),
    "breath": ("breathless", "heavy breathing, gasping, panting"),
    "tired": ("vocal fatigue", "a tired, exhausted voice"),
    "sobbing": ("sobbing", "crying, weeping, in tears"),
    "happy": ("happy", "joyful, cheerful, delighted"),
    "sad": ("sad", "sorrowful, unhappy, grieving"),
    "surprise": ("surprised", "astonished, amazed"),
    "angry": ("angry", "furious, annoyed, mad"),
    "fear": ("fearful", "afraid, scared, frightened, anxious"),
    "disgust": ("disgusted", "disgust, revulsion"),
    "shout": ("shouting", "yelling, loud voice"),
    "whisper": ("whispering", "a whisper, hushed voice"),
    "fast": ("fast speaking pace", "quick, rapid, hurried"),
    "slow": ("slow speaking pace", "slow, unhurried, drawn out"),
    "cough": ("coughing", "a cough"),
    "sigh": ("sighing", "a sigh"),
    "laughter": ("laughter", "laughing, giggling"),
    "yawn": ("yawning", "a yawn"),
    "moan": ("moaning", "a moan, groan"),
    "wind": ("wind blowing", "windy"),
    "thunderstorm": ("thunderstorm", "thunder and lightning"),
    "rain": ("raining", "rain"),
    "sea_waves": ("sea waves", "the ocean, the beach"),
    "basketball": ("playing basketball", "a basketball court"),
    "car": ("driving a car", "car engine, on the road"),
    "subway": ("subway", "metro train, underground"),
    "applause": ("applause from a crowd", "clapping"),
    "cheering": ("crowd cheering", "a cheering crowd"),
    "chatter": ("crowd chatter", "people talking in the background"),
    "children": ("children playing", "children speaking, kids around"),
    "alarm": ("alarm clock ringing", "an alarm"),
    "ringtone": ("ringtone", "a phone ringing"),
    "horn": ("vehicle honking", "a car horn"),
    "music": ("music", "music playing"),
    "dog": ("dog barking", "a dog"),
    "no physiological": ("normal voice", "a plain, ordinary voice"),
    "no emotion": ("neutral", "calm, no emotion"),
    "no volume": ("normal volume", "ordinary loudness"),
    "no speed": ("normal pace",),
    "no nve": ("no non-verbal sound", "none"),
    QUIET: ("quiet surroundings", "no background sound, silence"),
    UNKIND: ("sarcasm, mockery", "a judgemental, spiteful remark", "indifference, dismissal", "blame, harsh criticism"),
}
NAMES = tuple(PHRASES)
_PRESENT = np.array([name in ATTRIBUTES and name not in ("male", "female") for name in NAMES])


def heard_labels(cues: Mapping[str, Cue]) -> dict[str, float]:
    """Probability of every attribute, of every "nothing of the kind" in ``NAMES``, and of hearing nothing at all.

    That unkindness is called for has none.
    """
    heard: dict[str, float] = {}
    quiet = plain = 1.0
    for category in CATEGORIES:
        scores = cues[category.id].scores
        heard |= scores
        if category.absent is None:
            continue
        absent = max(0.0, 1.0 - sum(scores.values()))
        plain *= absent
        if category.dimension == ENVIRONMENT:
            quiet *= absent
        else:
            heard[ADULT if category.absent == ADULT else f"no {category.id}"] = absent
    return heard | {QUIET: quiet, NONE: plain, UNKIND: 0.0}


@dataclass(frozen=True)
class OptionReader:
    """Reads options and questions; ``weight`` ``(labels, width)`` and ``bias`` map a text to ``READ_LABELS``."""

    weight: np.ndarray
    bias: np.ndarray
    base: Path

    @property
    def digest(self) -> str:
        """The first 12 hexadecimal digits of SHA-256 over the map and the phrases: answers of two never mix."""
        digest = hashlib.sha256(
            json.dumps([PHRASES, BY_NAME, NAMED_AT_ONCE, NAMED_SHARE, FLOOR, TRAINED_COUNTS]).encode()
        )
        digest.update(np.ascontiguousarray(self.weight, np.float32).tobytes())
        digest.update(np.ascontiguousarray(self.bias, np.float32).tobytes())
        return digest.hexdigest()[:12]

    @cached_property
    def _encoder(self) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
        tower, tokenizer = new_tower(self.base)  # on first use: the talk page never asks
        return tower.encoder.eval(), tokenizer

    @cached_property
    def _phrases(self) -> list[np.ndarray]:
        vectors = iter(self.vectors([phrase for phrases in PHRASES.values() for phrase in phrases]))
        return [np.stack([next(vectors) for _ in phrases]) for phrases in PHRASES.values()]

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Sentence vectors of length 1, ``(n, width)``."""
        return sentence_vectors(*self._encoder, texts)

    def named(self, vector: np.ndarray) -> np.ndarray:
        """Similarity of a text to the nearest phrase of each of ``NAMES``."""
        return np.array([float((phrases @ vector).max()) for phrases in self._phrases])

    def trained(self, vector: np.ndarray) -> np.ndarray:
        """Probability of each of ``READ_LABELS`` given a text."""
        return _softmax(self.weight @ vector + self.bias)

    def shares(self, question: str, options: Mapping[str, str], cues: Mapping[str, Cue]) -> dict[str, float]:
        """Probability of each option key, in the order of ``options``; they sum to 1."""
        heard = heard_labels(cues)
        by_name = np.array([heard[name] for name in NAMES])
        by_training = np.array([heard[label] for label in READ_LABELS])
        words = {key: text.strip(" .!").casefold() for key, text in options.items()}
        if sorted(words.values()) == ["no", "yes"]:
            yes = self._yes(question, by_name)
            return {key: yes if word == "yes" else 1 - yes for key, word in words.items()}
        scores = []
        for vector in self.vectors(list(options.values())):
            name = float(_softmax(self.named(vector) / BY_NAME) @ by_name)
            training = float(self.trained(vector) @ by_training)
            scores.append(math.log(FLOOR + name) + TRAINED_COUNTS * math.log(FLOOR + training))
        return dict(zip(options, _softmax(np.array(scores)).tolist(), strict=True))

    def _yes(self, question: str, by_name: np.ndarray) -> float:
        share = _softmax(self.named(self.vectors([question])[0])[_PRESENT] / NAMED_AT_ONCE)
        asked = by_name[_PRESENT][share >= NAMED_SHARE * share.max()]
        return float(np.clip(1 - np.prod(1 - asked), FLOOR, 1 - FLOOR))


@torch.inference_mode()
def sentence_vectors(
    encoder: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], batch_size: int = 64
) -> np.ndarray:
    """Mean of the last states over the pieces of each text, of length 1: ``(n, width)``, float32."""
    pieces = [piece_ids(tokenizer, text) for text in texts]
    order = sorted(range(len(texts)), key=lambda i: len(pieces[i]))
    found = np.zeros((len(texts), encoder.config.hidden_size), np.float32)
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        ids, mask = pad([pieces[i] for i in rows])
        states = encoder(input_ids=ids, attention_mask=mask).last_hidden_state.float() * mask[..., None]
        found[rows] = torch.nn.functional.normalize(states.sum(1), dim=-1).numpy()
    return found


def _softmax(values: np.ndarray) -> np.ndarray:
    shares = np.exp(values - values.max())
    return shares / shares.sum()


def save_reader(reader: OptionReader, folder: Path) -> None:
    """Write the linear map; the description, which names the base, is written last."""
    folder.mkdir(parents=True, exist_ok=True)
    # Row by row: safetensors writes the memory as it lies, and sklearn's matrices lie column by column.
    tensors = {"weight": reader.weight, "bias": reader.bias}
    save_file({name: np.ascontiguousarray(value, np.float32) for name, value in tensors.items()}, folder / WEIGHTS)
    description = {"labels": READ_LABELS, "base": {"name": "all-MiniLM-L6-v2", "sha256": weights_digest(reader.base)}}
    (folder / DESCRIPTION).write_text(json.dumps(description, indent=1) + "\n", encoding="utf-8")


def load_reader(folder: Path, base: Path | None = None) -> OptionReader:
    """The reader of a folder. Raises ``CheckpointError`` when a file is missing or it was made for another base."""
    base = base or minilm()
    try:
        description = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        expected, labels = description["base"]["sha256"], tuple(description["labels"])
        weights = load_file(folder / WEIGHTS)
        reader = OptionReader(weights["weight"], weights["bias"], base)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"cannot load the reader of options {folder}: {error}") from error
    if labels != READ_LABELS or reader.weight.shape[0] != len(READ_LABELS):
        raise CheckpointError(f"{folder}: found labels {labels}, expected {READ_LABELS}")
    if (found := weights_digest(base)) != expected:
        raise CheckpointError(f"{folder}: made for a base with SHA-256 {expected}, found {found} in {base}")
    return reader
