"""Protocols in words, and what keeps a record out of a board's ranking."""

from __future__ import annotations

from echomind.leaderboard.records import Protocol

_PROMPTS = {
    "best": "each model's best prompt",
    "zero": "no system prompt",
    "basic": "basic prompt",
    "enhanced": "enhanced prompt",
    "ideal_cues": "the vocal cue told in words",
}
_VOICES = {"tts": "synthetic voices", "human": "recorded people"}


def _scorer(scorer: str) -> str:
    return "scored by the source" if scorer == "paper" else f"scored by {scorer}"


def protocol_text(protocol: Protocol) -> str:
    """The protocol in words, for instance ``"each model's best prompt; synthetic voices; judged by gpt-4o"``."""
    judges = [judge for judge in (protocol.judge_text, protocol.judge_audio) if judge]
    parts = [
        _PROMPTS.get(protocol.prompt or ""),
        _VOICES.get(protocol.voice or ""),
        f"judged by {' and '.join(dict.fromkeys(judges))}" if judges else None,
        _scorer(protocol.scorer),
    ]
    return "; ".join(part for part in parts if part)


def unlike(protocol: Protocol, ranked: Protocol) -> str:
    """What of ``protocol`` is not as in the ``ranked`` one, for instance ``"no system prompt; words not judged"``.

    Empty where the two are equal: only such records are ranked together.
    """
    parts = {
        "prompt": _PROMPTS.get(protocol.prompt or "", "prompt not stated"),
        "voice": _VOICES.get(protocol.voice or "", "voices not stated"),
        "judge_text": f"words judged by {protocol.judge_text}" if protocol.judge_text else "words not judged",
        "judge_audio": f"voice judged by {protocol.judge_audio}" if protocol.judge_audio else "voice not judged",
        "scorer": _scorer(protocol.scorer),
    }
    return "; ".join(words for field, words in parts.items() if getattr(protocol, field) != getattr(ranked, field))
