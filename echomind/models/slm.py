"""Our own spoken language model behind the common protocol: perceive, think, reply, choose."""

from __future__ import annotations

import logging
import weakref
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch

from echomind.audio import SAMPLE_RATE, Clip
from echomind.errors import CheckpointError
from echomind.models.choosing import FOLDER as OPTION_READER
from echomind.models.choosing import OptionReader, load_reader
from echomind.models.feeling import felt, said_emotions
from echomind.models.protocol import VAD, Cue, Perception, Thinking, Turn
from echomind.models.writing import Read, Writer
from echomind.slm import EchoMindForConditionalGeneration, EchoMindProcessor
from echomind.slm.backbone import load_model
from echomind.slm.configuration import EMOTION_OF_CUE, THINKING_EMOTIONS
from echomind.slm.judge import Judge, load_judge
from echomind.slm.tower import TextVad, WordsFelt, load_tower
from echomind.taxonomy import CATEGORY

log = logging.getLogger(__name__)

MAX_HISTORY = 5  # turns, as in HumDial
TEXT_TOWER, REPLY_JUDGE = "vad_tower", "reply_judge"  # folders beside the checkpoint


class EchoMindSLM:
    """The embedded model. One instance serves all visitors: no turn leaves a trace in it, calls may run in parallel."""

    def __init__(
        self,
        model: EchoMindForConditionalGeneration,
        processor: EchoMindProcessor,
        name: str,
        *,
        options: OptionReader | None = None,
        tower: TextVad | None = None,
        judge: Judge | None = None,
    ) -> None:
        self.model, self.processor, self.name = model.eval(), processor, name
        self.options, self.tower = options, tower
        self.judge = judge
        self.writer = Writer(self.model, processor, options, judge)
        self._last_heard: tuple[weakref.ref[Clip], Any] | None = None

    @torch.inference_mode()
    def perceive(self, clip: Clip, transcript: str, *, topic: str = "", history: Sequence[Turn] = ()) -> Perception:
        """Cues of the 12 categories from the sound, V-A-D from sound and words together (scale 1 to 5)."""
        encoded = self._encoded(clip)
        logits = self.model.cue_heads(encoded)
        audio = self.model.audio_embeddings(encoded, logits)
        cues = self._cues(self.model.calibrated(logits))
        # The decoder's other witness has the prior of training in it, and so speaks as it was trained: uncalibrated.
        emotions = heard_emotions(self._cues(logits))
        heard = {label: p for cue in cues.values() for label, p in cue.scores.items()}
        words = self._words(transcript)
        state, vad = self._read(
            transcript, audio, topic=topic, history=history, emotions=emotions, heard=heard, words=words
        )
        return Perception(transcript, cues, *self._felt(words, vad, cues), state)

    @torch.inference_mode()
    def hear(self, clip: Clip) -> dict[str, Cue]:
        """The cues alone, as ``perceive`` finds them in the same sound, in a fraction of its time: no word is read."""
        return self._cues(self.model.cue_logits(self._encoded(clip)))

    def _encoded(self, clip: Clip) -> Any:
        """The ears on a clip; once for each of several calls, while it is the last one and somebody still holds it."""
        last = self._last_heard
        if last is not None and last[0]() is clip:
            return last[1]
        features = self.processor.feature_extractor(clip.samples, sampling_rate=SAMPLE_RATE)
        encoded = self.model.encode_audio(
            features["input_features"].to(self.model.device), features["feature_lengths"].to(self.model.device)
        )
        self._last_heard = weakref.ref(clip, self._forget), encoded
        return encoded

    def _forget(self, clip: weakref.ref[Clip]) -> None:
        last = self._last_heard
        if last is not None and last[0] is clip:
            self._last_heard = None

    def _cues(self, logits: Mapping[str, torch.Tensor]) -> dict[str, Cue]:
        labels = self.model.config.categories
        return {
            name: _cue(name, labels[name], value[0].float().softmax(-1).cpu().numpy()) for name, value in logits.items()
        }

    @torch.inference_mode()
    def perceive_text(
        self,
        transcript: str,
        *,
        topic: str = "",
        history: Sequence[Turn] = (),
        told: str = "",
        heard: Mapping[str, float] | None = None,
    ) -> Perception:
        """The words alone: V-A-D as they read, and no cues, since nothing was heard. Can be answered by ``reply``.

        ``told``: the delivery in words, as the decoder reads it in training where there is no sound ("a woman; clearly
        sad"); ``heard``: the same as the probability of each attribute.
        """
        words = self._words(transcript)
        state, vad = self._read(transcript, None, topic=topic, history=history, told=told, heard=heard, words=words)
        return Perception(transcript, {}, *self._felt(words, vad), state)

    def _words(self, transcript: str) -> WordsFelt | None:
        return None if self.tower is None else self.tower.read([transcript])

    def _felt(
        self, words: WordsFelt | None, own: Sequence[float], cues: Mapping[str, Cue] | None = None
    ) -> tuple[VAD, VAD]:
        """Speaker and listener: by the text tower and what was heard; by the decoder's own head without a tower."""
        if self.tower is None or words is None:
            return felt(own)
        heard = None
        if cues is not None:
            heard = dict(zip(THINKING_EMOTIONS, heard_emotions(cues).exp().tolist(), strict=True))
        return felt(words.ratings[0].tolist(), heard, self.tower.tower.listener_map.numpy())

    def _read(
        self,
        transcript: str,
        audio: list[torch.Tensor] | None,
        *,
        topic: str = "",
        history: Sequence[Turn] = (),
        question: str = "",
        emotions: torch.Tensor | None = None,
        told: str = "",
        heard: Mapping[str, float] | None = None,
        words: WordsFelt | None = None,
    ) -> tuple[Read, list[float]]:
        ids = self.processor.prompt(
            transcript,
            topic=topic,
            history=[(t.user, t.reply) for t in history[-MAX_HISTORY:]],
            audio_tokens=len(audio[0]) if audio else 0,
            cues=told,
            question=question,
        )
        tokens = torch.tensor([ids], device=self.model.device)
        out = self.model(
            inputs_embeds=self.model.embed(tokens, audio),
            use_cache=True,
            logits_to_keep=1,
            vad_positions=torch.tensor([len(ids) - 1]),
        )
        vad = out.vad[0].float().clamp(1, 5).tolist()
        read = Read(
            out.past_key_values,
            out.logits[0, -1].float(),
            len(ids),
            None if emotions is None else emotions.to(self.model.device),
            transcript,
            topic,
            tuple(history[-MAX_HISTORY:]),
            heard,
            None if words is None else said_emotions(words.evidence[0]),
        )
        return read, vad

    @torch.inference_mode()
    def reply(self, perception: Perception, *, seed: int = 0) -> Iterator[Thinking | str]:
        """The thinking, then the reply in pieces. The same perception and seed give the same words (on one machine)."""
        state = perception.state
        if not isinstance(state, Read):
            raise TypeError("this perception was not made by EchoMindSLM.perceive")
        yield from self.writer.answer(state, torch.Generator().manual_seed(seed))

    @torch.inference_mode()
    def choose(
        self, clip: Clip, question: str, options: Mapping[str, str], *, transcript: str = ""
    ) -> dict[str, float]:
        """Probability of each option key, in the order of ``options``: by what was heard and what the options speak of.

        See :mod:`echomind.models.choosing`; without its reader, softmax of the options' mean token log-likelihoods.
        """
        encoded = self._encoded(clip)
        if self.options is not None:
            words = self._words(transcript) if transcript.strip() else None
            return self.options.shares(question, options, self._cues(self.model.cue_logits(encoded)), words)
        return self._likeliest(self.model.audio_embeddings(encoded), question, options, transcript)

    @torch.inference_mode()
    def choose_text(self, question: str, options: Mapping[str, str], *, transcript: str) -> dict[str, float]:
        """From the words alone, by the decoder's likelihoods: what would be answered who only read the transcript."""
        return self._likeliest(None, question, options, transcript)

    def _likeliest(
        self, audio: list[torch.Tensor] | None, question: str, options: Mapping[str, str], transcript: str
    ) -> dict[str, float]:
        audio_tokens, end = len(audio[0]) if audio else 0, self.processor.ids["<eos>"]
        means = []
        for text in options.values():
            answer = [*self.processor.encode(text), end]
            prompt = self.processor.prompt(transcript, audio_tokens=audio_tokens, question=question)
            tokens = torch.tensor([prompt + answer], device=self.model.device)
            logits = self.model(
                inputs_embeds=self.model.embed(tokens, audio), logits_to_keep=len(answer) + 1, use_cache=False
            ).logits[0, :-1]
            likelihood = logits.float().log_softmax(-1)[torch.arange(len(answer)), torch.tensor(answer)]
            means.append(float(likelihood.mean()))
        shares = np.exp(np.array(means) - max(means))
        return dict(zip(options, (shares / shares.sum()).tolist(), strict=True))


def heard_emotions(cues: Mapping[str, Cue]) -> torch.Tensor:
    """Log-probability of each word of ``THINKING_EMOTIONS`` from the cue heads alone.

    A word is spoken for by any of its cues (noisy or); neutral is what is left when none of them is there.
    """
    absent = dict.fromkeys(THINKING_EMOTIONS, 1.0)
    for cue in cues.values():
        for attribute, probability in cue.scores.items():
            if attribute in EMOTION_OF_CUE:
                absent[EMOTION_OF_CUE[attribute]] *= 1.0 - probability
    shares = {word: 1.0 - p for word, p in absent.items()} | {
        THINKING_EMOTIONS[0]: float(np.prod(list(absent.values())))
    }
    values = torch.tensor([max(shares[word], 1e-4) for word in THINKING_EMOTIONS])
    return (values / values.sum()).log()


def _cue(category: str, labels: Sequence[str], p: np.ndarray) -> Cue:
    best = int(p.argmax())
    absent = CATEGORY[category].absent
    scores = {label: float(v) for label, v in zip(labels, p, strict=True) if label != absent}
    return Cue(labels[best], float(p[best]), scores)


def load_slm(path: str, device: str = "cpu") -> EchoMindSLM:
    """Load a checkpoint from a folder or a Hub id. Raises ``CheckpointError`` when there is none or it does not fit.

    A folder may also hold what reads options (``choosing``), the text tower and the judge of replies; a Hub id gives
    the model alone.
    """
    folder = Path(path)
    if ("/" not in path or folder.is_absolute()) and not (folder / "config.json").is_file():
        raise CheckpointError(f"no checkpoint in {path}: expected config.json and safetensors shards")
    try:
        model = load_model(path, merged=True)
        processor = EchoMindProcessor.from_pretrained(path)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise CheckpointError(f"cannot load the checkpoint {path}: {error}") from error
    name = f"echomind/{folder.name}" if folder.exists() else path
    log.info("loaded %s: %.1f M parameters on %s", name, model.num_parameters() / 1e6, device)
    options = load_reader(folder / OPTION_READER) if (folder / OPTION_READER).is_dir() else None
    if options is not None:
        options.vectors([""])  # loads its encoder now, so that the first turn does not wait for it
    tower = load_tower(folder / TEXT_TOWER) if (folder / TEXT_TOWER).is_dir() else None
    judge = load_judge(folder / REPLY_JUDGE) if (folder / REPLY_JUDGE).is_dir() else None
    return EchoMindSLM(cast(Any, model).to(device), processor, name, options=options, tower=tower, judge=judge)
