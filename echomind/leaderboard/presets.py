"""Which columns a board shows: one of the presets, or the reader's own choice. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from echomind.leaderboard.boards import Board
from echomind.leaderboard.metrics import METRICS, Metric
from echomind.words import t

OVERVIEW, ALL = "overview", "all"
# Preset ids are no metric ids, so that an address may hold either.
PRESETS: dict[str, str] = {
    OVERVIEW: t("Overview"),
    "level_understanding": t("Understanding"),
    "level_reasoning": t("Reasoning"),
    "words": t("Conversation: words"),
    "voice": t("Conversation: voice"),
    "people": t("Rated by people"),
    ALL: t("All columns"),
}
_GROUPS: dict[str, frozenset[str]] = {
    "level_understanding": frozenset({"understanding"}),
    "level_reasoning": frozenset({"reasoning"}),
    "words": frozenset({"conversation_text"}),
    "voice": frozenset({"conversation_audio"}),
    "people": frozenset({"human", "arena"}),
}
# What a first look needs: the words heard, the three levels, and how the reply sounds. Other boards show all at once.
_OVERVIEWS: dict[str, tuple[str, ...]] = {
    "echomind": (
        *("wer", "understanding_acc", "reasoning_acc", "c_ctx_fit", "c_speech_rel"),
        *("ves", "emo_align", "nisqa"),
    ),
    "echomind-mini": (
        *("wer", "understanding_acc", "reasoning_acc", "bertscore_minilm", "dnsmos"),
        *("style_direction_minilm", "chain_inferred_heard", "chain_whole_minilm"),
    ),
}


def of_preset(board: Board, language: str, preset: str) -> tuple[Metric, ...]:
    """The columns of one preset, in the board's order; none where the board has no such metrics."""
    columns = board.columns(language or None)
    if preset == OVERVIEW and board.id in _OVERVIEWS:
        return tuple(metric for metric in columns if metric.id in _OVERVIEWS[board.id])
    if preset in _GROUPS:
        return tuple(metric for metric in columns if metric.group in _GROUPS[preset])
    return columns


def presets_for(board: Board, language: str) -> dict[str, str]:
    """Presets that have columns on a board, by id; the overview only where it is less than all."""
    columns = board.columns(language or None)
    found = {}
    for preset, title in PRESETS.items():
        members = of_preset(board, language, preset)
        if members and (preset == ALL or len(members) < len(columns)):
            found[preset] = title
    return found


def shown_columns(board: Board, language: str, preset: str, own: Iterable[str]) -> tuple[Metric, ...]:
    """The columns to show: the own choice where there is any on this board, else those of the preset, else all."""
    columns = board.columns(language or None)
    chosen = frozenset(own)
    if mine := tuple(metric for metric in columns if metric.id in chosen):
        return mine
    return of_preset(board, language, preset) or columns


def in_board_order(board: Board, language: str, ids: Iterable[str]) -> tuple[str, ...]:
    """The ids that are columns here, each once, in the board's order."""
    wanted = frozenset(ids)
    return tuple(metric.id for metric in board.columns(language or None) if metric.id in wanted)


def counterpart(metric: str, language: str, board: Board) -> str:
    """The same metric in another language of the board; the metric itself where it belongs to none."""
    spoken = METRICS[metric].language if metric in METRICS else None
    if spoken is None:
        return metric
    other = f"{metric.removesuffix(f'_{spoken}')}_{language}"
    return other if other in board.metrics else metric
