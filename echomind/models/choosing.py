"""How our model answers multiple-choice questions: which vocal cue does each option speak of, and was it heard?

1. MiniLM reads an option in two ways. *By name*: its similarity to phrases that name a cue (``choosing_names``), also
   to phrases for "nothing of the kind" and for what is unkind, which is never what a speaker needs. *By training*: a
   linear map, fitted on our own texts (``training.options``), from a text to the cue that it fits: what comes before
   it, helps, suits, is meant or called for ("Get some rest" to ``tired``).
2. Either way gives a share of the option to each cue; what the cue heads heard speaks for each cue or against it. A
   question makes its rare options as likely as its common ones, which the heads do not know: what they heard counts
   against what they usually hear (a milder form of the correction of Saerens et al., Neural Computation 14, 2002).
   The score of an option is the logarithm of what was heard of what it speaks of, summed over the two ways. Training
   counts more: what an option implies ("a coloring book") is seldom named.
3. Where the options are yes and no, the question is read by name instead: yes is as likely as any cue that it names.
   Asked whether a sound is glad or grim, and whether voice and words agree, the valence of the words speaks too.

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
from typing import NamedTuple

import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from echomind.errors import CheckpointError
from echomind.models.choosing_names import CROWDS, GLAD, GRIM, MOODS, NAMES, PEOPLE_PHRASES, PHRASES, QUIET, UNKIND
from echomind.models.feeling import said_emotions, with_words
from echomind.models.protocol import Cue
from echomind.slm.delta import minilm, weights_digest
from echomind.slm.tower import WordsFelt, new_tower, pad, piece_ids
from echomind.taxonomy import ADULT, ATTRIBUTES, CATEGORIES, ENVIRONMENT, NONE

FOLDER, WEIGHTS, DESCRIPTION = "option_reader", "reader.safetensors", "reader.json"
READ_LABELS = (NONE, *ATTRIBUTES)  # what the linear maps tell apart; "none": a text that no cue called for
HEARD_LABELS = (*(name for name in NAMES if name != UNKIND), NONE)
# Chosen, like everything here, on a third of EchoMind-Mini's scripts (see the model card).
BY_NAME = 0.03  # temperature of the similarities: the nearest few phrases count
NAMED_AT_ONCE, NAMED_SHARE = 0.05, 0.5  # a question names the nearest cue, and others at least half as near
CLEARLY = 0.1  # a question asks for the mood of a sound if it is so much nearer to that than to any name
FLOOR = 1e-3  # no cue is ever ruled out
TRAINED_COUNTS = 3.0  # times as much as by name
AGAINST_USUAL = 0.75  # 1 would make every cue as likely as any other, 0 as likely as it usually is
NEITHER, SPREAD = 3.0, 0.25  # the valence of words that are neither glad nor grim, and what is far from it
ASKED_FOR = 2.0  # odds that a sound has the mood that a question suggests, before the words are read

_PRESENT = [name for name in NAMES if name in ATTRIBUTES and name not in ("male", "female")]
_ALIKE, _YES_NO = ["consistent", "inconsistent"], ["no", "yes"]
_GRIM = ("sad", "angry", "fear", "disgust")
_MAPS = ("written_for", "implies")


class TextMap(NamedTuple):
    """A linear map from a sentence vector to ``READ_LABELS``: weight ``(labels, width)``, bias ``(labels,)``."""

    weight: np.ndarray
    bias: np.ndarray

    def __call__(self, vector: np.ndarray) -> np.ndarray:
        """Probability of each of ``READ_LABELS``."""
        return _softmax(self.weight @ vector + self.bias)


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
    """Reads options and questions, and for ``ranking`` replies.

    ``written_for`` maps a reply to the cue that it was written for, ``implies`` any text to the cue that it fits.
    ``usual`` ``(len(HEARD_LABELS),)`` is how much of each label is heard on average.
    """

    written_for: TextMap
    implies: TextMap
    usual: np.ndarray
    base: Path

    @property
    def digest(self) -> str:
        """The first 12 hexadecimal digits of SHA-256 over maps, phrases and numbers: answers of two never mix."""
        numbers = [BY_NAME, NAMED_AT_ONCE, NAMED_SHARE, CLEARLY, FLOOR, TRAINED_COUNTS, AGAINST_USUAL]
        numbers += [NEITHER, SPREAD, ASKED_FOR]
        digest = hashlib.sha256(json.dumps([PHRASES, PEOPLE_PHRASES, MOODS, numbers]).encode())
        for values in (*self.written_for, *self.implies, self.usual):
            digest.update(np.ascontiguousarray(values, np.float32).tobytes())
        return digest.hexdigest()[:12]

    @cached_property
    def _encoder(self) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
        tower, tokenizer = new_tower(self.base)  # on first use
        return tower.encoder.eval(), tokenizer

    @cached_property
    def _phrases(self) -> dict[str, np.ndarray]:
        return {name: self.vectors(phrases) for name, phrases in PHRASES.items()}

    @cached_property
    def _people(self) -> np.ndarray:
        return self.vectors(PEOPLE_PHRASES)

    @cached_property
    def _moods(self) -> dict[tuple[str, str], np.ndarray]:
        return {(sound, mood): self.vectors(texts) for sound, moods in MOODS.items() for mood, texts in moods.items()}

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Sentence vectors of length 1, ``(n, width)``."""
        return sentence_vectors(*self._encoder, texts)

    def named(self, vector: np.ndarray) -> dict[str, float]:
        """Similarity of a text to the nearest phrase of each of ``NAMES``."""
        return {name: float((phrases @ vector).max()) for name, phrases in self._phrases.items()}

    def trained(self, vector: np.ndarray) -> np.ndarray:
        """Probability of each of ``READ_LABELS`` given a reply."""
        return self.written_for(vector)

    def shares(
        self, question: str, options: Mapping[str, str], cues: Mapping[str, Cue], words: WordsFelt | None = None
    ) -> dict[str, float]:
        """Probability of each option key, in the order of ``options``; they sum to 1.

        ``cues`` were heard in the voice alone; ``words`` is what the text tower reads in what was said, if it is known.
        """
        valence = NEITHER if words is None else float(words.ratings[0, 0])
        folded = {key: text.strip(" .!").casefold() for key, text in options.items()}
        if sorted(folded.values()) == _ALIKE:
            return _either(folded, "consistent", self._alike(cues, valence))
        if words is not None:
            cues = dict(cues) | {"emotion": with_words(cues["emotion"], said_emotions(words.evidence[0]))}
        if sorted(folded.values()) == _YES_NO:
            return _either(folded, "yes", self._yes(question, heard_labels(cues), valence))
        speaks = self._speaks(cues)
        by_name = np.array([speaks[name] for name in NAMES])
        by_training = np.array([speaks[label] for label in READ_LABELS])
        scores = []
        for vector in self.vectors(list(options.values())):
            name = float(_softmax(np.array(list(self.named(vector).values())) / BY_NAME) @ by_name)
            training = float(self.implies(vector) @ by_training)
            scores.append(math.log(FLOOR + name) + TRAINED_COUNTS * math.log(FLOOR + training))
        return dict(zip(options, _softmax(np.array(scores)).tolist(), strict=True))

    @cached_property
    def _usual(self) -> dict[str, float]:
        return dict(zip(HEARD_LABELS, self.usual.tolist(), strict=True))

    def _speaks(self, cues: Mapping[str, Cue]) -> dict[str, float]:
        """How far what was heard speaks for each label: its probability against the usual one."""
        heard = heard_labels(cues)
        return {label: heard[label] / self._usual[label] ** AGAINST_USUAL for label in HEARD_LABELS} | {UNKIND: 0.0}

    def _yes(self, question: str, heard: Mapping[str, float], valence: float) -> float:
        vector = self.vectors([question])[0]
        near = {name: similarity for name, similarity in self.named(vector).items() if name in _PRESENT}
        moods = {asked: float((phrases @ vector).max()) for asked, phrases in self._moods.items()}
        people = float((self._people @ vector).max())
        sound, mood = max(moods, key=lambda asked: moods[asked])
        if moods[sound, mood] >= max(people, *near.values()) + CLEARLY:
            fits = {GLAD: _glad(valence, ASKED_FOR), GRIM: 1 - _glad(valence, 1 / ASKED_FOR)}
            return self._any(heard, [sound]) * fits.get(mood, 1.0)
        if people >= max(near.values()):
            return self._any(heard, CROWDS)
        share = _softmax(np.array(list(near.values())) / NAMED_AT_ONCE)
        return self._any(heard, [name for name, s in zip(near, share, strict=True) if s >= NAMED_SHARE * share.max()])

    def _any(self, heard: Mapping[str, float], names: Sequence[str]) -> float:
        """Probability that at least one is there, where a question makes that likelier than it usually is."""
        found, usual = (1 - math.prod(1 - p[name] for name in names) for p in (heard, self._usual))
        odds = found / max(1 - found, FLOOR) * ((1 - usual) / usual) ** AGAINST_USUAL
        return min(max(odds / (1 + odds), FLOOR), 1 - FLOOR)

    def _alike(self, cues: Mapping[str, Cue], valence: float) -> float:
        """Probability that voice and words are both glad or both grim."""
        speaks = self._speaks(cues)
        grim = sum(speaks[label] for label in _GRIM) / len(_GRIM)
        voice, said = speaks["happy"] / (speaks["happy"] + grim), _glad(valence)
        return voice * said + (1 - voice) * (1 - said)


def _glad(valence: float, odds: float = 1.0) -> float:
    return 1 / (1 + math.exp((NEITHER - valence) / SPREAD) / odds)


def _either(folded: Mapping[str, str], first: str, probability: float) -> dict[str, float]:
    return {key: probability if text == first else 1 - probability for key, text in folded.items()}


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
    """Write maps and averages; the description, which names the base, is written last."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {f"{name}.{part}": value for name in _MAPS for part, value in getattr(reader, name)._asdict().items()}
    tensors["usual"] = reader.usual
    # Row by row: safetensors writes the memory as it lies, and sklearn's matrices lie column by column.
    save_file({name: np.ascontiguousarray(value, np.float32) for name, value in tensors.items()}, folder / WEIGHTS)
    base = {"name": "all-MiniLM-L6-v2", "sha256": weights_digest(reader.base)}
    description = {"labels": READ_LABELS, "heard": HEARD_LABELS, "base": base}
    (folder / DESCRIPTION).write_text(json.dumps(description, indent=1) + "\n", encoding="utf-8")


def load_reader(folder: Path, base: Path | None = None) -> OptionReader:
    """The reader of a folder. Raises ``CheckpointError`` when a file is missing or it was made for another base."""
    base = base or minilm()
    try:
        description = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        expected = description["base"]["sha256"]
        found = tuple(description["labels"]), tuple(description["heard"])
        weights = load_file(folder / WEIGHTS)
        written_for, implies = (TextMap(weights[f"{name}.weight"], weights[f"{name}.bias"]) for name in _MAPS)
        reader = OptionReader(written_for, implies, weights["usual"], base)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"cannot load the reader of options {folder}: {error}") from error
    sizes = [len(values) for values in (*written_for, *implies, reader.usual)]
    if found != (READ_LABELS, HEARD_LABELS) or sizes != [len(READ_LABELS)] * 4 + [len(HEARD_LABELS)]:
        raise CheckpointError(
            f"{folder}: found labels ({len(found[0])} of texts, {len(found[1])} of sounds; values: {sizes}) that are "
            f"not the {len(READ_LABELS)} and {len(HEARD_LABELS)} expected"
        )
    if not ((reader.usual > 0) & (reader.usual < 1)).all():
        raise CheckpointError(f"{folder}: found {reader.usual.tolist()} as what is usually heard, expected 0 to 1")
    if (digest := weights_digest(base)) != expected:
        raise CheckpointError(f"{folder}: made for a base with SHA-256 {expected}, found {digest} in {base}")
    return reader
