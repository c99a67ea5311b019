"""Protocols in words, and what keeps a record out of a board's ranking."""

from __future__ import annotations

from functools import lru_cache

from echomind.leaderboard.records import Protocol
from echomind.words import joined, t

_PROMPTS = {
    "best": t("each model's best prompt"),
    "zero": t("no system prompt"),
    "basic": t("basic prompt"),
    "enhanced": t("enhanced prompt"),
    "ideal_cues": t("the vocal cue told in words"),
}
_VOICES = {"tts": t("synthetic voices"), "human": t("recorded people")}


def _scorer(scorer: str) -> str:
    return t("scored by the source") if scorer == "paper" else t("scored by {scorer}", scorer=scorer)


def _judge(name: str) -> str:
    """A judge's name; people are no name."""
    return t("20 human raters") if name == "20 human raters" else name


def protocol_text(protocol: Protocol) -> str:
    """The protocol in words, for instance ``"each model's best prompt; synthetic voices; judged by gpt-4o"``."""
    judges = [judge for judge in (protocol.judge_text, protocol.judge_audio) if judge]
    parts = [
        _PROMPTS.get(protocol.prompt or ""),
        _VOICES.get(protocol.voice or ""),
        t("judged by {judges}", judges=joined(t(" and "), map(_judge, dict.fromkeys(judges)))) if judges else None,
        _scorer(protocol.scorer),
    ]
    return joined(t("; "), (part for part in parts if part))


@lru_cache(maxsize=4096)
def unlike(protocol: Protocol, ranked: Protocol) -> str:
    """What of ``protocol`` is not as in the ``ranked`` one, for instance ``"no system prompt; words not judged"``.

    Empty where the two are equal: only such records are ranked together.
    """
    parts = {
        "prompt": _PROMPTS.get(protocol.prompt or "", t("prompt not stated")),
        "voice": _VOICES.get(protocol.voice or "", t("voices not stated")),
        "judge_text": t("words judged by {judge_text}", judge_text=_judge(protocol.judge_text))
        if protocol.judge_text
        else t("words not judged"),
        "judge_audio": t("voice judged by {judge_audio}", judge_audio=_judge(protocol.judge_audio))
        if protocol.judge_audio
        else t("voice not judged"),
        "scorer": _scorer(protocol.scorer),
    }
    return joined(
        t("; "), (words for field, words in parts.items() if getattr(protocol, field) != getattr(ranked, field))
    )
