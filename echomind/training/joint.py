"""Stage ``joint``: thinking and reply from text and from speech together, agreeing on the emotion.

Cross-entropy on both views of the same example, plus the Jensen-Shannon divergence between the two distributions over
the emotion word of the thinking block (IEAT's second stage optimises both modalities jointly; its weights are not
public, these are ours). Every other step reads a batch of stage ``text``, so that neither language nor EmoBank is
forgotten.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from echomind.slm.backbone import unfreeze
from echomind.slm.modeling import EchoMindForConditionalGeneration
from echomind.training.align import VAD_WEIGHT, Drawn, run
from echomind.training.loop import Losses
from echomind.training.rows import Batch
from echomind.training.speech import SpeechData
from echomind.training.text import TextData, text_loss, vad_loss

AGREEMENT_WEIGHT = 0.5


class JointData:
    """Speech on even steps, text on odd ones."""

    def __init__(self, speech: SpeechData, text: TextData) -> None:
        self.speech, self.text = speech, text

    def batch(self, step: int) -> Any:
        """The batch of a step: ``Drawn`` or a text ``Batch``."""
        return self.speech.batch(step // 2) if step % 2 == 0 else self.text.batch(step // 2)


class Joint(nn.Module):
    """Everything but the ears is trained: decoder (or its adapter), projector, cue embeddings, V-A-D head."""

    def __init__(self, model: EchoMindForConditionalGeneration) -> None:
        super().__init__()
        self.model = model
        unfreeze(model)
        for module in (model.encoder, model.cue_heads):
            for parameter in module.parameters():
                parameter.requires_grad_(False)

    def forward(self, drawn: Drawn | None = None, **kwargs: Any) -> Any:
        """Outputs of both views of a speech batch, heard and read; of a text batch what the model itself gives."""
        if drawn is None:
            return self.model(**kwargs)
        batch, encoded, logits = drawn
        audio = self.model.audio_embeddings(encoded, logits) if batch.audio else None
        heard = run(self.model, batch.student, audio)
        return heard, run(self.model, batch.teacher, None)


def agreement(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Jensen-Shannon divergence (natural logarithm, 0 to ln 2) between rows of logits ``(B, words)``; 0 for no rows."""
    if len(first) == 0:
        return first.sum()
    p, q = first.float().log_softmax(-1), second.float().log_softmax(-1)
    middle = torch.logaddexp(p, q) - torch.log(torch.tensor(2.0))
    kl = nn.functional.kl_div
    both = kl(middle, p, reduction="batchmean", log_target=True) + kl(middle, q, reduction="batchmean", log_target=True)
    return both / 2


def emotion_logits(logits: torch.Tensor, batch: Batch, emotion_ids: torch.Tensor) -> torch.Tensor:
    """Logits over the emotion words, read where the thinking block has just begun (one place after the prompt)."""
    rows = torch.arange(len(logits))
    return logits[rows, batch.vad_positions + 1][:, emotion_ids]


def joint_loss(model: nn.Module, drawn: Any, emotion_ids: torch.Tensor, vad_weight: float = VAD_WEIGHT) -> Losses:
    """Loss of a speech batch (both views and their agreement) or of a text batch."""
    if isinstance(drawn, Batch):
        return text_loss(model, drawn, vad_weight)
    batch = drawn[0]
    heard, read = model(drawn)
    if heard.loss is None or read.loss is None or heard.vad is None or heard.logits is None or read.logits is None:
        raise RuntimeError("the model returned no loss although labels were given")
    # Rows that answer with a thinking block, not with a question's option.
    thinks = ~torch.isnan(batch.student.vad).any(-1) & batch.thinking
    agree = agreement(
        emotion_logits(heard.logits, batch.student, emotion_ids)[thinks],
        emotion_logits(read.logits, batch.teacher, emotion_ids)[thinks],
    )
    vad = vad_loss(heard.vad, batch.student.vad)
    total = heard.loss + 0.5 * read.loss + AGREEMENT_WEIGHT * agree + vad_weight * vad
    return {"loss": total, "speech_tokens": heard.loss, "text_tokens": read.loss, "agreement": agree, "speech_vad": vad}


__all__ = ["Drawn", "Joint", "JointData", "agreement", "joint_loss"]
