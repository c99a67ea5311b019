"""The boards: which metrics each shows, in which orders it ranks, and what a reader must know before comparing."""

from __future__ import annotations

from dataclasses import dataclass, field

from echomind.errors import EchoMindError
from echomind.leaderboard.metrics import METRICS, Metric
from echomind.leaderboard.records import Protocol
from echomind.words import t


@dataclass(frozen=True)
class Order:
    """One ranking: by the mean of ``metrics``, which share a direction. A model that lacks one of them is unranked."""

    id: str
    title: str
    metrics: tuple[str, ...]
    language: str | None = None
    short: str = ""  # where the title says "this language": without it

    @property
    def higher_is_better(self) -> bool:
        """Whether larger means are better."""
        return METRICS[self.metrics[0]].higher_is_better


@dataclass(frozen=True)
class Board:
    """One table. ``protocol`` is what its ranking compares; records measured otherwise are listed but not ranked.

    ``absent`` explains the missing values of a metric where the source does. ``citation`` is the work to cite for its
    figures, ``licence`` what their sources say of reuse.
    """

    id: str
    title: str
    note: str
    protocol: Protocol
    metrics: tuple[str, ...]
    orders: tuple[Order, ...]
    citation: str
    licence: str
    languages: tuple[str, ...] = ()
    absent: dict[str, str] = field(default_factory=dict)

    def columns(self, language: str | None = None) -> tuple[Metric, ...]:
        """The metrics shown for one language: those of that language and those that belong to none."""
        shown = (METRICS[metric] for metric in self.metrics)
        return tuple(m for m in shown if language is None or m.language in (None, language))

    def orders_for(self, language: str | None = None) -> tuple[Order, ...]:
        """The official orders that make sense in one language."""
        return tuple(o for o in self.orders if language is None or o.language in (None, language))


_NO_ASR = t("the source reports no native transcription, or none that is comparable")
_ECHOMIND_PAPER = t(
    "Zhou et al., EchoMind: An Interrelated Multi-level Benchmark for Evaluating Empathetic Speech Language Models, "
    "ICLR 2026, arXiv:2510.22758"
)
_ECHOMIND_LICENCE = t("the paper's figures, quoted with their source; the EchoMind data set is CC BY-NC-SA 4.0")
_HUMDIAL_IDS = ("t1_avg", "t1_d1", "t1_d2", "t1_d3", "t2_avg", "t2_d1", "t2_d2", "t2_d3", "t3_d1")
_HUMDIAL_HUMAN = ("t3_d2_human", "t3_d3_human")

_BOARDS = (
    Board(
        id="echomind",
        title="EchoMind",
        note=t(
            "English, synthetic voices, each model with its best prompt. Audio-Flamingo3 appears in three modes, so "
            "the 14 rows are 12 models and not independent of each other. GPT-4o judges the replies and also competes."
        ),
        protocol=Protocol(
            prompt="best", voice="tts", judge_text="gpt-4o", judge_audio="gemini-2.5-pro", scorer="paper"
        ),
        metrics=(
            *("wer", "semsim", "understanding_acc", "reasoning_acc"),
            *("c_ctx_fit", "c_resp_nat", "c_colloq_deg", "c_speech_rel", "bleu", "rouge_l", "meteor", "bertscore"),
            *("ves", "emo_align", "nisqa", "dnmos_paper"),
        ),
        orders=(
            Order("understanding_reasoning", t("Understanding and reasoning"), ("understanding_acc", "reasoning_acc")),
            Order("vocal_empathy", t("Vocal empathy"), ("ves",)),
            Order("text_empathy", t("Empathy in words"), ("c_ctx_fit", "c_speech_rel")),
        ),
        citation=_ECHOMIND_PAPER,
        licence=_ECHOMIND_LICENCE,
        absent={"wer": _NO_ASR, "semsim": _NO_ASR},
    ),
    Board(
        id="echomind-mini",
        title="EchoMind-Mini",
        note=t(
            "Our own open set: our own scripts, said by synthetic voices among sounds of our making. Never comparable "
            "with the paper's board. Our model was trained on other scripts, but its training clips were made by the "
            "same synthesis chain, which helps it here and nobody else. Columns made with a stand-in say so."
        ),
        protocol=Protocol(prompt="enhanced", voice="tts", scorer="echomind-1.0"),
        metrics=(
            *("wer", "semsim_minilm", "understanding_acc", "reasoning_acc"),
            *("bleu", "rouge_l", "meteor_stem", "bertscore_minilm", "dnsmos"),
            *("style_answer_right", "style_direction_minilm"),
            *("chain_heard", "chain_inferred_heard", "chain_inferred_unheard", "chain_replied_inferred_minilm"),
            "chain_whole_minilm",
        ),
        orders=(
            Order("understanding_reasoning", t("Understanding and reasoning"), ("understanding_acc", "reasoning_acc")),
            Order("reply_direction", t("Replies that follow the voice"), ("style_direction_minilm",)),
            Order("reply_wording", t("Replies near the reference"), ("bertscore_minilm",)),
        ),
        citation=t("EchoMind-Mini, a set of this project after {ECHOMIND_PAPER}", ECHOMIND_PAPER=_ECHOMIND_PAPER),
        licence=t(
            "figures measured by this project's scorer; texts, questions and clips of EchoMind-Mini are CC BY 4.0"
        ),
    ),
    Board(
        id="echomind-upper-bound",
        title=t("EchoMind, cue given in words"),
        note=t(
            "An upper bound: the model is told the vocal cue in words. Not comparable with the main board; the gains "
            "are against the same model's best prompt there."
        ),
        protocol=Protocol(
            prompt="ideal_cues", voice="tts", judge_text="gpt-4o", judge_audio="gemini-2.5-pro", scorer="paper"
        ),
        metrics=("c_ctx_fit", "delta_c_ctx_fit", "c_speech_rel", "delta_c_speech_rel", "ves", "delta_ves"),
        orders=(
            Order("vocal_empathy", t("Vocal empathy"), ("ves",)),
            Order("text_empathy", t("Empathy in words"), ("c_ctx_fit", "c_speech_rel")),
        ),
        citation=_ECHOMIND_PAPER,
        licence=_ECHOMIND_LICENCE,
    ),
    Board(
        id="echomind-arena",
        title=t("EchoMind Arena"),
        note=t(
            "Side-by-side win rates of three models. They sum to 104 %, so ties or rounding are counted in a way the "
            "source does not explain; read in a second-hand summary of the paper."
        ),
        protocol=Protocol(voice="tts", scorer="paper"),
        metrics=("arena_win_rate",),
        orders=(Order("win_rate", t("Win rate"), ("arena_win_rate",)),),
        citation=_ECHOMIND_PAPER,
        licence=_ECHOMIND_LICENCE,
    ),
    Board(
        id="humdial",
        title=t("HumDial, track 1"),
        note=t(
            "ICASSP 2026 challenge, official test set. Tasks 1, 2 and T3 D1 are marked by a language model, T3 D2 and "
            "D3 by people, 10 for each language. The two need not agree: the team with the best automatic mark for "
            "empathy is third (Chinese) or fourth (English) by people's. A reply in the wrong language gets the lowest "
            "mark."
        ),
        protocol=Protocol(
            voice="human",
            judge_text="Qwen3-Omni-30B-A3B-Instruct",
            judge_audio="20 human raters",
            scorer="paper",
        ),
        metrics=(
            *(f"{m}_{code}" for code in ("zh", "en") for m in (*_HUMDIAL_IDS, *_HUMDIAL_HUMAN, "final")),
            "final_overall",
        ),
        orders=(
            Order("final_overall", t("Final score, both languages"), ("final_overall",)),
            *(
                Order(f"final_{c}", t("Final score, this language"), (f"final_{c}",), c, t("Final score"))
                for c in ("zh", "en")
            ),
            *(
                Order(
                    f"people_{c}",
                    t("Rated by people"),
                    (f"t3_d2_human_{c}", f"t3_d3_human_{c}"),
                    c,
                )
                for c in ("zh", "en")
            ),
        ),
        citation="HumDial Challenge, ICASSP 2026, https://github.com/ASLP-lab/HumDial-Challenge",
        licence=t("the challenge's official figures, quoted with their source, which states no licence"),
        languages=("zh", "en"),
    ),
    Board(
        id="ieat-dev",
        title=t("IEAT, development sets"),
        note=t(
            "One system's own figures on development sets, read second-hand from a benchmark index. Not comparable "
            "with the HumDial test board: no human ratings, another split."
        ),
        protocol=Protocol(voice="human", scorer="paper"),
        metrics=tuple(f"{m}_{c}" for c in ("zh", "en") for m in ("dev_t1", "dev_t2", "dev_t3", "televal_aqa")),
        orders=(),
        citation="IEAT, arXiv:2601.04960",
        licence=t("the paper's figures, quoted with their source; the paper is CC BY-SA 4.0"),
        languages=("zh", "en"),
    ),
)
BOARDS: dict[str, Board] = {board.id: board for board in _BOARDS}


def get_board(board_id: str) -> Board:
    """The board with this id. ``EchoMindError`` lists the valid ids when there is none."""
    if board_id not in BOARDS:
        raise EchoMindError(f"unknown board {board_id!r}; expected one of: {', '.join(BOARDS)}")
    return BOARDS[board_id]
