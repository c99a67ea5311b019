"""Stage ``text``: the decoder learns language, the thinking format and the V-A-D of text.

What it reads is the teacher's view: transcript and cues in words. Five sources are mixed: our own IEAT-style examples,
RECCON turns with emotion and cause span, DREAM dialogues as plain language, EmoBank for V-A-D of writer (speaker) and
reader (listener), and questions about the delivery.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from echomind.slm.modeling import EchoMindOutput
from echomind.slm.processing import EchoMindProcessor
from echomind.training.data.corpus import Example, as_heard, load_openers, sample_example, scenarios_of
from echomind.training.data.published import load_dream, load_emobank, load_reccon
from echomind.training.data.questions import sample_question
from echomind.training.loop import Losses, to_device
from echomind.training.rows import Batch, Row, answered_row, collate, dialogue_row, example_row
from echomind.training.vad import ListenerMap

VAD_WEIGHT = 0.3
POOL = 8  # batches drawn together and sorted by length, so that rows of one batch need little padding


@dataclass(frozen=True)
class TextMixture:
    """Shares of the sources in a batch; they sum to one."""

    own: float = 0.56
    reccon: float = 0.12
    dream: float = 0.07
    emobank: float = 0.15
    questions: float = 0.10


def training_texts(root: Path) -> Iterator[str]:
    """Every text of the training parts, for the tokenizer."""
    for scenario in scenarios_of("train"):
        yield scenario.gist
        yield from scenario.utterances
        yield from map(as_heard, scenario.utterances)
        for group in (*scenario.bodies.values(), *scenario.causes.values()):
            yield from group
    for bank in load_openers().values():
        for lines in bank.values():
            yield from lines
    for dialogue in load_dream(root, "train"):
        yield from dialogue
    for turn in load_reccon(root, "train"):
        yield turn.text
    yield from load_emobank(root, "train")[0]


class TextData:
    """All text sources, loaded once; :meth:`batch` is a function of seed and step alone."""

    def __init__(
        self,
        root: Path,
        processor: EchoMindProcessor,
        *,
        seed: int,
        batch_size: int,
        mixture: TextMixture | None = None,
        thinking: bool = True,
    ) -> None:
        self.processor, self.seed, self.batch_size = processor, seed, batch_size
        self.mixture, self.thinking = mixture or TextMixture(), thinking
        self.scenarios = scenarios_of("train")
        self.reccon = load_reccon(root, "train")
        self.dream = load_dream(root, "train")
        self.emobank, self.ratings, _ = load_emobank(root, "train")
        self.listener = ListenerMap(self.ratings)

    def row(self, rng: random.Random) -> Row:
        """One row of a source drawn by the mixture."""
        m = self.mixture
        kind = rng.choices(
            ("own", "reccon", "dream", "emobank", "questions"), (m.own, m.reccon, m.dream, m.emobank, m.questions)
        )[0]
        return getattr(self, f"_{kind}_row")(rng)

    def _own_row(self, rng: random.Random) -> Row:
        example = sample_example(self.scenarios, rng)
        # One calm example in two comes without any cue, so that words alone get a plain reply.
        silent = example.emotion == "neutral" and rng.random() < 0.5
        return example_row(
            example,
            self.processor,
            transcript=spoken(example.transcript, rng),
            cues="" if silent else example.cue_words,
            vad=self.listener.target(example.emotion, example.confidence),
            thinking=self.thinking,
        )

    def _reccon_row(self, rng: random.Random) -> Row:
        turn = rng.choice(self.reccon)
        if turn.emotion == "neutral" and rng.random() < 0.5:  # nearly half the turns are neutral
            turn = rng.choice(self.reccon)
        earlier = turn.history[len(turn.history) % 2 :]
        pairs = tuple(zip(earlier[::2], earlier[1::2], strict=True))
        example = Example(
            topic="conversation",
            transcript=turn.text,
            cues={},
            emotion=turn.emotion,
            cause=turn.cause or "nothing in the words points to a feeling",
            confidence="medium",
            reply=turn.answer,
            history=pairs,
        )
        return example_row(example, self.processor, transcript=spoken(turn.text, rng), thinking=self.thinking)

    def _dream_row(self, rng: random.Random) -> Row:
        return dialogue_row(rng.choice(self.dream), self.processor)

    def _emobank_row(self, rng: random.Random) -> Row:
        i = rng.randrange(len(self.emobank))
        prompt = self.processor.prompt(self.emobank[i])[-120:]
        return answered_row(prompt, [], self.processor.ids["<audio>"], self.ratings[i])

    def _questions_row(self, rng: random.Random) -> Row:
        while True:
            example = sample_example(self.scenarios, rng)
            if (drawn := sample_question(example.cues, rng)) is not None:
                break
        prompt = self.processor.prompt(
            spoken(example.transcript, rng), topic=example.topic, cues=example.cue_words, question=drawn[0]
        )
        answer = [*self.processor.encode(drawn[1]), self.processor.ids["<eos>"]]
        return answered_row(prompt, answer, self.processor.ids["<audio>"])

    def rows(self, step: int) -> list[Row]:
        """The rows of a step: one slice of a pool that was drawn for ``POOL`` steps and sorted by length."""
        pool, place = divmod(step, POOL)
        rng = random.Random(f"{self.seed}-text-{pool}")
        drawn = sorted((self.row(rng) for _ in range(self.batch_size * POOL)), key=len)
        order = list(range(POOL))
        rng.shuffle(order)
        start = order[place] * self.batch_size
        return drawn[start : start + self.batch_size]

    def batch(self, step: int) -> Batch:
        """The batch of a step."""
        return collate(self.rows(step), self.processor.ids["<pad>"])


def spoken(text: str, rng: random.Random) -> str:
    """Written or recogniser style, half and half: the model has to read both."""
    return as_heard(text) if rng.random() < 0.5 else text


def vad_loss(predicted: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Huber loss on V-A-D in units of EmoBank's deviation (0.3); rows without a target (NaN) do not count."""
    known = ~torch.isnan(target).any(-1)
    if not bool(known.any()):
        return predicted.sum() * 0.0
    scale = 0.3
    return nn.functional.huber_loss(predicted[known].float() / scale, target[known] / scale)


def text_loss(model: nn.Module, batch: Batch, vad_weight: float = VAD_WEIGHT) -> Losses:
    """Weighted token cross-entropy plus the V-A-D loss."""
    out: EchoMindOutput = model(
        input_ids=batch.input_ids,
        attention_mask=batch.attention_mask,
        labels=batch.labels,
        loss_weights=batch.loss_weights,
        vad_positions=batch.vad_positions,
    )
    if out.loss is None or out.vad is None:
        raise RuntimeError("the model returned no loss although labels were given")
    vad = vad_loss(out.vad, batch.vad)
    return {"loss": out.loss + vad_weight * vad, "tokens": out.loss, "vad": vad}


def emobank_correlation(model: nn.Module, processor: EchoMindProcessor, root: Path, part: str) -> dict[str, np.ndarray]:
    """Pearson r of V, A, D on a part of EmoBank: combined label (by the mean of both sides), writer, reader."""
    texts, sides, combined = load_emobank(root, part)
    predicted = predict_vad(model, processor, texts)

    def r(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.array([np.corrcoef(a[:, i], b[:, i])[0, 1] for i in range(3)])

    both = (predicted[:, :3] + predicted[:, 3:]) / 2
    return {
        "combined": r(both, combined),
        "writer": r(predicted[:, :3], sides[:, :3]),
        "reader": r(predicted[:, 3:], sides[:, 3:]),
        "n": np.array(len(texts)),
    }


@torch.inference_mode()
def predict_vad(model: nn.Module, processor: EchoMindProcessor, texts: list[str], batch_size: int = 64) -> np.ndarray:
    """V-A-D ``(n, 6)`` of texts without audio."""
    was_training, device = model.training, next(model.parameters()).device
    model.eval()
    parts = []
    for start in range(0, len(texts), batch_size):
        rows = [
            answered_row(processor.prompt(t)[-120:], [], processor.ids["<audio>"])
            for t in texts[start : start + batch_size]
        ]
        b = to_device(collate(rows, processor.ids["<pad>"]), device)
        out = model(
            input_ids=b.input_ids, attention_mask=b.attention_mask, vad_positions=b.vad_positions, logits_to_keep=1
        )
        parts.append(out.vad.float().cpu().numpy())
    model.train(was_training)
    return np.concatenate(parts)
