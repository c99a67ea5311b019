"""Examples that have a sound: synthetic clips joined with their scenario's reply, as teacher and student see them."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch

from echomind.slm.configuration import THINKING_EMOTIONS
from echomind.slm.encoder import EncoderOutput
from echomind.slm.modeling import EchoMindForConditionalGeneration
from echomind.slm.processing import EchoMindProcessor
from echomind.taxonomy import CATEGORY_OF, NONE
from echomind.training.augmentation import recording_conditions
from echomind.training.cues import MAX_FRAMES, pad_features
from echomind.training.data.corpus import (
    EMOTION_OF_GROUP,
    GROUP_OF_CUE,
    STRENGTHS,
    Example,
    compose,
    load_scenarios,
    words_of,
)
from echomind.training.data.questions import sample_question
from echomind.training.loop import to_device
from echomind.training.recordings import FeatureStore, Recording
from echomind.training.rows import Batch, answered_row, collate, example_row
from echomind.training.text import spoken
from echomind.training.vad import ListenerMap

CPU = torch.device("cpu")
QUESTION_SHARE = 0.15
SOFTEST = 4.0  # divides the logits of 6 for a sure label down to 1.5: even odds against a few others
FAINT, CLEAR = 0.45, 0.75  # probability the ears give the true cue: under the first faint, above the second strong


@dataclass(frozen=True)
class SpeechBatch:
    """The same answers under two prompts: the student's (audio tokens) and the teacher's (cues in words)."""

    student: Batch
    teacher: Batch
    answers: torch.Tensor  # tokens of each answer, the last ones of each row, ``(B,)``
    audio: bool = True  # whether the student has audio tokens
    thinking: bool = True  # whether the answers begin with a thinking block


def strength_of(probability: float) -> tuple[str, str]:
    """How clearly a cue was heard, as (word for the teacher, confidence for the thinking)."""
    return STRENGTHS[0 if probability < FAINT else 1 if probability < CLEAR else 2]


class SpeechData:
    """Batches of clips with replies; a function of seed and step alone.

    The encoder runs here, without gradient and under fresh recording conditions: it was trained by its own labels
    before, and what the decoder is to learn is to read it. Without ``audio`` or ``thinking``: for ablations.
    """

    def __init__(
        self,
        store: FeatureStore,
        model: EchoMindForConditionalGeneration,
        processor: EchoMindProcessor,
        listener: ListenerMap,
        *,
        seed: int,
        batch_size: int,
        transcripts: Path | None = None,
        audio: bool = True,
        thinking: bool = True,
    ) -> None:
        self.store, self.model, self.processor, self.listener = store, model, processor, listener
        self.seed, self.batch_size = seed, batch_size
        self.audio, self.thinking = audio, thinking
        self.scenarios = {s.id: s for s in load_scenarios()}
        # What the recogniser really made of the clips (see `train transcripts`), by file name.
        self.heard: dict[str, str] = json.loads(transcripts.read_text()) if transcripts is not None else {}

    def example(self, recording: Recording, heard: dict[str, float], rng: random.Random) -> Example:
        """The example of a clip; ``heard`` holds the ears' probability of each label that is true of it."""
        cue = self.cue_of(recording)
        scenario = self.scenarios[recording.script]
        labels = {c: str(v) for c, v in recording.labels.items() if v is not None}
        example = compose(scenario, recording.transcript, cue, rng)
        strength, confidence = "", example.confidence
        if cue in GROUP_OF_CUE:
            strength, confidence = strength_of(heard[CATEGORY_OF[cue]])
        return replace(example, cues=labels, confidence=confidence, cue_words=words_of(labels, strength))

    def emotion_shares(self) -> dict[str, float]:
        """Share of each word of the thinking block among the clips: the prior that the decoder learns."""
        words = [EMOTION_OF_GROUP[GROUP_OF_CUE.get(self.cue_of(r), "plain")] for r in self.store.recordings]
        return {word: round(words.count(word) / len(words), 4) for word in THINKING_EMOTIONS}

    @staticmethod
    def cue_of(recording: Recording) -> str:
        """The cue that the reply is about: the feeling where a clip has two cues (rain is around, but they cry)."""
        cue = NONE if recording.style == "neutral" else recording.style
        labels = [v for v in recording.labels.values() if v is not None]
        return cue if cue in GROUP_OF_CUE else next((v for v in labels if v in GROUP_OF_CUE), cue)

    @torch.no_grad()
    def encode(self, clips: list[np.ndarray]) -> tuple[EncoderOutput, dict[str, torch.Tensor]]:
        """Encoder frames and cue logits of clips, in evaluation mode, on the CPU as every batch."""
        modes = [(m, m.training) for m in (self.model.encoder, self.model.cue_heads)]
        for module, _ in modes:
            module.eval()
        features, lengths = pad_features(clips)
        device = next(self.model.encoder.parameters()).device
        encoded = self.model.encode_audio(features.to(device), lengths.to(device))
        logits = self.model.cue_logits(encoded)
        for module, mode in modes:
            module.train(mode)
        return to_device(encoded, CPU), to_device(logits, CPU)

    def batch(self, step: int) -> tuple[SpeechBatch, EncoderOutput, dict[str, torch.Tensor]]:
        """The batch of a step with the encoder's view of its clips (the loss makes audio tokens, with gradient)."""
        rng = random.Random(f"{self.seed}-speech-{step}")
        noise = np.random.default_rng([self.seed, step, 1])
        indices = [rng.randrange(len(self.store)) for _ in range(self.batch_size)]
        clips = [recording_conditions(self.store[i][:MAX_FRAMES], noise) for i in indices]
        encoded, logits = self.encode(clips)
        # The ears are far surer of clips they were trained on than of a new voice; the decoder has to read doubt too.
        softness = torch.from_numpy(noise.uniform(1.0, SOFTEST, (len(clips), 1)).astype(np.float32))
        logits = {c: v / softness for c, v in logits.items()}
        probabilities = {c: v.softmax(-1) for c, v in logits.items()}
        students, teachers, answers = [], [], []
        for row, i in enumerate(indices):
            recording = self.store.recordings[i]
            heard = {
                c: float(probabilities[c][row, self.model.config.categories[c].index(str(label))])
                for c, label in recording.labels.items()
                if label is not None
            }
            example = self.example(recording, heard, rng)
            words = self.heard.get(recording.path.name) or spoken(example.transcript, rng)
            places = self.model.num_audio_tokens(len(clips[row])) if self.audio else 0
            drawn = sample_question(example.cues, rng) if rng.random() < QUESTION_SHARE else None
            if drawn is None:
                target = self.listener.target(example.emotion, example.confidence)
                row_of = partial(example_row, example, self.processor, vad=target, thinking=self.thinking)
                student = row_of(transcript=words, audio_tokens=places)
                teacher = row_of(transcript=example.transcript, cues=example.cue_words)
            else:
                answer = [*self.processor.encode(drawn[1]), self.processor.ids["<eos>"]]
                audio_id = self.processor.ids["<audio>"]
                student = answered_row(
                    self.processor.prompt(words, topic=example.topic, audio_tokens=places, question=drawn[0]),
                    answer,
                    audio_id,
                )
                teacher = answered_row(
                    self.processor.prompt(
                        example.transcript, topic=example.topic, cues=example.cue_words, question=drawn[0]
                    ),
                    answer,
                    audio_id,
                )
            students.append(student)
            teachers.append(teacher)
            answers.append(len(student) - 1 - student.vad_position)
        pad = self.processor.ids["<pad>"]
        views = collate(students, pad), collate(teachers, pad)
        batch = SpeechBatch(*views, torch.tensor(answers), self.audio, self.thinking)
        return batch, encoded, logits


def answer_logits(logits: torch.Tensor, batch: Batch, answers: torch.Tensor) -> torch.Tensor:
    """Logits that predict the answers' tokens, one row after the other: ``(sum of answers, vocab)``.

    Student and teacher rows differ in the prompt's length but end in the same answer, so these line up.
    """
    ends = batch.attention_mask.sum(1)
    parts = [row[int(e) - int(n) - 1 : int(e) - 1] for row, e, n in zip(logits, ends, answers, strict=True)]
    return torch.cat(parts)
