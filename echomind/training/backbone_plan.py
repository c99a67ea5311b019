"""What training around a large decoder takes, on paper: parameters, memory, operations. Fills the tables of LARGE.md.

``python -m echomind.training.backbone_plan`` prints the tables; ``--write`` puts them into LARGE.md. Every number
follows from a published ``config.json`` by the formulas here, which the tests hold against tensors, operations and
saved activations of small models.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from echomind.slm.backbone import LoraSettings
from echomind.slm.openpangu import SPARE
from echomind.training.rows import MAX_TOKENS

DOCUMENT = Path(__file__).with_name("LARGE.md")
BEGIN, END = "<!-- plan -->", "<!-- /plan -->"
GB, TERA = 1e9, 1e12
HALF, FULL = 2, 4  # bytes of a bfloat16 and of a float32
# A trained value in float32, its gradient, and AdamW's two moments.
TRAINED_BYTES = 4 * FULL
# A logit: bfloat16, float32 for the loss, the loss's gradient in float32, and in bfloat16.
LOGIT_BYTES = HALF + FULL + FULL + HALF
SUSTAINED = 300 * TERA  # operations a second of one card: a third of what an H100 is said to do in dense bfloat16
CARDS = (24, 40, 48, 80)  # GB
VIEWS = 2  # stages align and joint read each example twice, as heard and as told


@dataclass(frozen=True)
class Shape:
    """A decoder of Llama's or Qwen3's kind. ``biases``: on the query, key, value and output projections."""

    layers: int
    width: int
    wide: int
    heads: int
    key_heads: int
    head: int
    vocabulary: int
    biases: bool = False
    tied: bool = False
    head_norms: bool = False  # Qwen3 normalises queries and keys

    @property
    def projections(self) -> dict[str, tuple[int, int]]:
        """Inputs and outputs of a layer's projections, by the names that LoRA targets."""
        queries, keys = self.heads * self.head, self.key_heads * self.head
        attention = {"q_proj": (self.width, queries), "k_proj": (self.width, keys), "v_proj": (self.width, keys)}
        mlp = {
            "gate_proj": (self.width, self.wide),
            "up_proj": (self.width, self.wide),
            "down_proj": (self.wide, self.width),
        }
        return attention | {"o_proj": (queries, self.width)} | mlp

    @property
    def matrices(self) -> int:
        """Weights that every token is multiplied with in the layers."""
        return self.layers * sum(a * b for a, b in self.projections.values())

    @property
    def table(self) -> int:
        """Weights of one embedding table."""
        return self.vocabulary * self.width

    @property
    def parameters(self) -> int:
        """All weights."""
        biases = sum(b for name, (_, b) in self.projections.items() if name[0] in "qkvo") if self.biases else 0
        norms = 2 * self.width + (2 * self.head if self.head_norms else 0)
        return self.matrices + self.layers * (biases + norms) + self.width + self.table * (1 if self.tied else 2)

    def adapter(self, lora: LoraSettings, rows: int) -> int:
        """What is learnt in the decoder: low-rank updates of its projections, and the rows that are new to it."""
        updates = sum(lora.rank * sum(self.projections[name]) for name in lora.targets)
        return self.layers * updates + rows * self.width * (1 if self.tied else 2)

    def cache(self) -> int:
        """Bytes of keys and values that a token leaves, bfloat16."""
        return 2 * self.layers * self.key_heads * self.head * HALF


def shape_of(config: Any) -> Shape:
    """The shape of a Llama or Qwen3 configuration of ``transformers``."""
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return Shape(
        layers=config.num_hidden_layers,
        width=config.hidden_size,
        wide=config.intermediate_size,
        heads=config.num_attention_heads,
        key_heads=config.num_key_value_heads,
        head=head,
        vocabulary=config.vocab_size,
        biases=bool(config.attention_bias),
        tied=config.tie_word_embeddings,
        head_norms=config.model_type == "qwen3",
    )


def forward_operations(shape: Shape, tokens: int, head: bool = True) -> int:
    """Operations of one sequence of ``tokens``: every matrix once a token, attention between all pairs of tokens."""
    attention = shape.layers * 4 * tokens * tokens * shape.heads * shape.head
    return 2 * tokens * (shape.matrices + (shape.table if head else 0)) + attention


def step_operations(shape: Shape, tokens: int, lora: LoraSettings | None, checkpointing: bool = True) -> int:
    """Operations to learn from one sequence.

    Backwards a matrix is met twice, for its input and for its weight; a frozen one only for its input. Attention has no
    weights, and twice its operations backwards. Checkpointing computes the layers forwards once more, but for a last
    matrix whose result nothing needs.
    """
    forward, layers = forward_operations(shape, tokens), forward_operations(shape, tokens, head=False)
    attention = layers - 2 * tokens * shape.matrices
    if lora is None:
        unneeded = 2 * tokens * shape.layers * shape.wide * shape.width
        return 3 * forward + (layers - unneeded if checkpointing else 0)
    updates = 2 * tokens * shape.adapter(lora, 0)
    again = layers + updates if checkpointing else 0
    return 2 * (forward - attention) + 3 * attention + 3 * updates + again


def layer_bytes(shape: Shape) -> int:
    """Most bytes a token leaves in one layer for the way back, LoRA on every projection: an upper estimate.

    In values of the hidden width: the residual twice and the two norms' insides in float32, and what seven projections,
    their dropouts and the adapters in float32 read; likewise of the attention's and the MLP's width.
    """
    attention = (shape.heads + 2 * shape.key_heads) * shape.head
    return HALF * (26 * shape.width + 9 * attention + 14 * shape.wide)


def memory(shape: Shape, tokens: int, batch: int, lora: LoraSettings | None, rows: int) -> dict[str, float]:
    """Bytes on one card by what they are for, with gradient checkpointing."""
    learnt = shape.parameters if lora is None else shape.adapter(lora, rows)
    places = batch * tokens * VIEWS
    tables = 1 if shape.tied else 2
    return {
        "weights": shape.parameters * HALF if lora is not None else 0.0,
        "learnt": learnt * TRAINED_BYTES,
        "tables with new rows": tables * shape.table * HALF if lora is not None and rows else 0.0,
        "activations": places * (shape.layers * shape.width * HALF) + batch * tokens * layer_bytes(shape),
        "logits": places * shape.vocabulary * LOGIT_BYTES,
    }


# As the published config.json files have them.
DECODERS = {
    "openPangu-Embedded-7B": Shape(34, 4096, 12800, 32, 8, 128, 153_376, biases=True),
    "Qwen3-8B": Shape(36, 4096, 12288, 32, 8, 128, 151_936, head_norms=True),
    "Qwen3-4B": Shape(36, 2560, 9728, 32, 8, 128, 151_936, tied=True, head_norms=True),
}
BATCH, STEPS = 8, 3000


def tables() -> str:
    """The tables of LARGE.md, as Markdown."""
    lora = LoraSettings()
    lines = [
        f"LoRA of rank {lora.rank} on all projections, {len(SPARE)} new rows, {BATCH} rows of {MAX_TOKENS} tokens.",
        "",
        "| decoder | parameters, 10⁹ | learnt, 10⁶ | cache, kB a token | 10¹² operations a row | s a step | h for "
        f"{STEPS:,} steps |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, shape in DECODERS.items():
        work = step_operations(shape, MAX_TOKENS, lora) * VIEWS
        seconds = work * BATCH / SUSTAINED
        values = (
            f"{shape.parameters / 1e9:.2f}",
            f"{shape.adapter(lora, len(SPARE)) / 1e6:.1f}",
            f"{shape.cache() / 1e3:.0f}",
            f"{work / TERA:.1f}",
            f"{seconds:.2f}",
            f"{seconds * STEPS / 3600:.1f}",
        )
        lines.append(f"| {name} | {' | '.join(values)} |")
    lines += [
        "",
        "| GB on one card | weights | learnt | tables | activations | logits | sum | fits |",
        "|" + "---|" * 8,
    ]
    for name, shape in DECODERS.items():
        for kind, setting in (("LoRA", lora), ("all weights", None)):
            parts = memory(shape, MAX_TOKENS, BATCH, setting, len(SPARE))
            total = sum(parts.values()) / GB
            fits = next((f"{card} GB" for card in CARDS if total < 0.9 * card), f"none of {CARDS[-1]} GB")
            shown = " | ".join(f"{value / GB:.1f}" for value in parts.values())
            lines.append(f"| {name}, {kind} | {shown} | {total:.1f} | {fits} |")
    return "\n".join(lines)


def document(text: str) -> str:
    """LARGE.md with its tables filled."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{tables()}\n{END}{after}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="what training around a large decoder takes")
    parser.add_argument("--write", action="store_true", help="put the tables into LARGE.md")
    if parser.parse_args().write:
        DOCUMENT.write_text(document(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(tables() + "\n")
