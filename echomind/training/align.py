"""Second half of stage ``align``: self-distillation. The decoder that reads cues in words teaches itself to hear them.

Teacher: the decoder with transcript and cues in words. Student: the same frozen decoder with audio tokens and what the
recogniser wrote. The Kullback-Leibler divergence over thinking and reply moves the projector and the cue embeddings
(and the V-A-D head), after the scheme IEAT describes for its first stage (arXiv 2601.04960, abstract) and the public
losses of Ultravox and of Kang et al. (arXiv 2410.01162), whose teacher also reads the emotion in words.
"""

from __future__ import annotations

import torch
from torch import nn

from echomind.slm.encoder import EncoderOutput
from echomind.slm.modeling import EchoMindForConditionalGeneration, EchoMindOutput
from echomind.training.loop import Losses
from echomind.training.rows import Batch
from echomind.training.speech import SpeechBatch, answer_logits
from echomind.training.text import vad_loss

VAD_WEIGHT = 0.3
Drawn = tuple[SpeechBatch, EncoderOutput, dict[str, torch.Tensor]]


class Listening(nn.Module):
    """What stage ``align`` trains: projector, cue embeddings, V-A-D head. The decoder is there but frozen."""

    def __init__(self, model: EchoMindForConditionalGeneration) -> None:
        super().__init__()
        self.model = model
        for parameter in model.parameters():
            parameter.requires_grad_(False)
        for module in (model.projector, model.cue_embeddings, model.vad_head):
            for parameter in module.parameters():
                parameter.requires_grad_(True)

    def forward(self, drawn: Drawn) -> tuple[EchoMindOutput, EchoMindOutput]:
        """Outputs of student and teacher on a batch."""
        batch, encoded, logits = drawn
        audio = self.model.audio_embeddings(encoded, logits) if batch.audio else None
        student = run(self.model, batch.student, audio)
        with torch.no_grad():
            teacher = run(self.model, batch.teacher, None)
        return student, teacher


def run(model: EchoMindForConditionalGeneration, batch: Batch, audio: list[torch.Tensor] | None) -> EchoMindOutput:
    """The model on a batch whose audio places are filled with given tokens."""
    return model(
        inputs_embeds=model.embed(batch.input_ids, audio),
        attention_mask=batch.attention_mask,
        labels=batch.labels,
        loss_weights=batch.loss_weights,
        vad_positions=batch.vad_positions,
    )


def divergence(student: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    """Mean KL(teacher || student) over positions, logits ``(n, vocab)``, natural logarithm."""
    return nn.functional.kl_div(
        student.float().log_softmax(-1), teacher.float().log_softmax(-1), reduction="batchmean", log_target=True
    )


def align_loss(model: nn.Module, drawn: Drawn) -> Losses:
    """KL over thinking and reply, plus the V-A-D loss of the student."""
    batch = drawn[0]
    student, teacher = model(drawn)
    if student.logits is None or teacher.logits is None or student.vad is None or student.loss is None:
        raise RuntimeError("the model returned no logits or no V-A-D")
    kl = divergence(
        answer_logits(student.logits, batch.student, batch.answers),
        answer_logits(teacher.logits, batch.teacher, batch.answers),
    )
    vad = vad_loss(student.vad, batch.student.vad)
    return {"loss": kl + VAD_WEIGHT * vad, "kl": kl, "vad": vad, "tokens": student.loss}
