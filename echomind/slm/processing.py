"""Prompt, thinking block and reply as tokens: the one place that knows the model's text format.

A turn reads ``<bos><system>TOPIC<user>CUES WORDS<assistant>`` and is answered by
``<think>EMOTION<cause>CAUSE<confidence>HOW SURE</think>REPLY<eos>``.
``CUES`` is ``<audio>`` once for every audio token (the student), or ``<cues>`` and the cues in words (the teacher), or
nothing (text alone). Earlier turns stand before, each as ``<user>WORDS<assistant>REPLY<eos>``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from transformers import AutoTokenizer, PreTrainedTokenizerFast, ProcessorMixin

from echomind.errors import CheckpointError
from echomind.slm.configuration import CONFIDENCES, THINKING_EMOTIONS
from echomind.slm.features import EchoMindFeatureExtractor

PAD, BOS, EOS, UNK = "<pad>", "<bos>", "<eos>", "<unk>"
SYSTEM, USER, ASSISTANT, AUDIO = "<system>", "<user>", "<assistant>", "<audio>"
CUES, THINK, CAUSE, CONFIDENCE, END_THINK = "<cues>", "<think>", "<cause>", "<confidence>", "</think>"
QUESTION = "<question>"
SPECIAL_TOKENS = (
    *(PAD, BOS, EOS, UNK, SYSTEM, USER, ASSISTANT, AUDIO),
    *(CUES, THINK, CAUSE, CONFIDENCE, END_THINK, QUESTION),
)
MARKERS = "markers"  # key of a tokenizer's configuration: which of its tokens stand for SPECIAL_TOKENS
SHARED = (PAD, UNK)  # may be one token; every other has its own


def markers_of(tokenizer: Any) -> dict[str, str]:
    """The tokenizer's own token for each of :data:`SPECIAL_TOKENS`: the same text, or what its configuration names.

    Raises ``CheckpointError`` when it lacks one, or gives two of them the same token.
    """
    named = {token: token for token in SPECIAL_TOKENS} | (tokenizer.init_kwargs.get(MARKERS) or {})
    known = tokenizer.get_vocab()
    if missing := [own for own in named.values() if own not in known]:
        raise CheckpointError(f"the tokenizer has no token {missing[0]!r} among its {len(known)}")
    used = [own for token, own in named.items() if token not in SHARED] + list({named[token] for token in SHARED})
    if len(set(used)) < len(used):
        raise CheckpointError(f"two of the model's special tokens are one token of the tokenizer: {named}")
    return named


class EchoMindProcessor(ProcessorMixin):
    """A feature extractor and a tokenizer, and the prompt format between them; ``ids`` are the tokens of our marks."""

    attributes = ["feature_extractor", "tokenizer"]
    feature_extractor_class = "EchoMindFeatureExtractor"
    tokenizer_class = "AutoTokenizer"

    def __init__(self, feature_extractor: EchoMindFeatureExtractor, tokenizer: Any, **_: Any) -> None:
        super().__init__(feature_extractor, tokenizer)
        named = markers_of(tokenizer)
        self.ids: dict[str, int] = {token: tokenizer.convert_tokens_to_ids(own) for token, own in named.items()}
        # What a text from outside may not contain: our special tokens, and all that the tokenizer has beside them.
        outside = {*SPECIAL_TOKENS, *named.values(), *tokenizer.get_added_vocab()}
        self._special = re.compile("|".join(map(re.escape, sorted(outside, key=len, reverse=True))))

    @classmethod
    def from_pretrained(cls, path: str, **kwargs: Any) -> EchoMindProcessor:  # type: ignore[override]
        """Load both halves from a folder or a Hub id; no remote code."""
        extractor = EchoMindFeatureExtractor.from_pretrained(path, **kwargs)
        return cls(extractor, AutoTokenizer.from_pretrained(path, **kwargs))

    def save_pretrained(self, path: str, **kwargs: Any) -> None:  # type: ignore[override]
        """Write both halves into a folder."""
        self.feature_extractor.save_pretrained(path, **kwargs)
        self.tokenizer.save_pretrained(path, **kwargs)

    def plain(self, text: str) -> str:
        """Text from outside with anything that looks like a special token taken out, and white space made single."""
        return " ".join(self._special.sub(" ", text).split())

    def encode(self, text: str) -> list[int]:
        """Token ids of plain text, without special tokens."""
        return self.tokenizer(self.plain(text), add_special_tokens=False)["input_ids"]

    def decode_text(self, ids: Sequence[int]) -> str:
        """Plain text of token ids; special tokens are left out."""
        return self.tokenizer.decode(list(ids), skip_special_tokens=True).strip()

    def prompt(
        self,
        transcript: str,
        *,
        topic: str = "",
        history: Sequence[tuple[str, str]] = (),
        audio_tokens: int = 0,
        cues: str = "",
        question: str = "",
    ) -> list[int]:
        """Ids up to and including ``<assistant>``. ``history`` is pairs of (user words, reply)."""
        t = self.ids
        ids = [t[BOS], t[SYSTEM], *self.encode(topic.replace("_", " "))]
        for user, reply in history:
            ids += [t[USER], *self.encode(user), t[ASSISTANT], *self.encode(reply), t[EOS]]
        ids.append(t[USER])
        ids += [t[AUDIO]] * audio_tokens
        if cues:
            ids += [t[CUES], *self.encode(cues)]
        ids += self.encode(transcript)
        if question:
            ids += [t[QUESTION], *self.encode(question)]
        return [*ids, t[ASSISTANT]]

    def answer(self, emotion: str, cause: str, confidence: str, reply: str) -> list[int]:
        """Ids of a full answer: thinking block, reply, end."""
        t = self.ids
        if emotion not in THINKING_EMOTIONS or confidence not in CONFIDENCES:
            raise ValueError(f"thinking must name a known emotion and confidence, found {emotion!r}, {confidence!r}")
        return [
            *(t[THINK], *self.encode(emotion), t[CAUSE], *self.encode(cause)),
            *(t[CONFIDENCE], *self.encode(confidence), t[END_THINK], *self.encode(reply), t[EOS]),
        ]

    def plain_answer(self, reply: str) -> list[int]:
        """Ids of a reply without thinking, as an ablation learns it."""
        return [*self.encode(reply), self.ids[EOS]]

    def parse_thinking(self, ids: Sequence[int]) -> tuple[str, str, str]:
        """(emotion, cause, confidence word) of a thinking block; a field that was not written is empty."""
        t = self.ids
        fields = {t[THINK]: 0, t[CAUSE]: 1, t[CONFIDENCE]: 2}
        parts: list[list[int]] = [[], [], []]
        current = None
        for token in ids:
            if token in fields:
                current = fields[token]
            elif token == t[END_THINK]:
                break
            elif current is not None:
                parts[current].append(token)
        emotion, cause, confidence = (self.decode_text(part) for part in parts)
        return emotion, cause, confidence


def wrap_tokenizer(tokenizer_object: Any) -> PreTrainedTokenizerFast:
    """A ``tokenizers`` tokenizer trained with :data:`SPECIAL_TOKENS` as a ``transformers`` tokenizer."""
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer_object,
        pad_token=PAD,
        bos_token=BOS,
        eos_token=EOS,
        unk_token=UNK,
        additional_special_tokens=[t for t in SPECIAL_TOKENS if t not in (PAD, BOS, EOS, UNK)],
        clean_up_tokenization_spaces=False,
        padding_side="right",
    )
