"""``python -m echomind …``: the package's functions for a terminal.

Every command prints one JSON document (JSON Lines for several clips) on stdout with ``--json``, logs on stderr, and
exits 0, 2 (bad input, explained in one line) or 1 (our fault).
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from echomind import __version__, cli_commands
from echomind.errors import EchoMindError

Command = Callable[[argparse.Namespace], int]
_Parsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def build_parser() -> argparse.ArgumentParser:
    """The command line of the package."""
    parser = argparse.ArgumentParser(prog="python -m echomind", description=__doc__.splitlines()[0])
    parser.add_argument("--version", action="version", version=f"echomind {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)

    def add(name: str, run: Command, text: str, under: _Parsers = commands) -> argparse.ArgumentParser:
        command = under.add_parser(name, help=text.replace("%", "%%"), description=text)
        command.add_argument("--json", action="store_true", help="one JSON document on stdout")
        command.set_defaults(run=run)
        return command

    talk = add("talk", cli_commands.talk, "answer spoken clips: transcript, cues, V-A-D, thinking, reply")
    talk.add_argument("clips", nargs="+", type=Path, metavar="CLIP")
    talk.add_argument("--history", type=Path, help='earlier turns: JSON list of {"user", "reply", "emotion"?}')
    talk.add_argument("--topic", default="", help="what the conversation is about, e.g. school")
    talk.add_argument(
        "--voice", type=Path, metavar="OUT.wav", help="also speak the reply into this file (one clip only)"
    )

    answer = add("answer", cli_commands.answer, "answer multiple-choice questions about clips")
    answer.add_argument("--questions", type=Path, required=True, metavar="FILE.jsonl")

    evaluate = add(
        "evaluate", cli_commands.evaluate, "ask a model everything a benchmark set asks; resumes what was cut off"
    )
    evaluate.add_argument(
        "--model",
        required=True,
        help="echomind[:FOLDER-OR-HUB-ID], transformers:HUB-ID-OR-FOLDER, endpoint:NAME, random, majority"
        " or transcript-only",
    )
    evaluate.add_argument("--set", required=True, help="mini, echomind, a folder, or a Hub id")
    evaluate.add_argument("--out", type=Path, required=True, metavar="DIR", help="one model, set and prompt a folder")
    evaluate.add_argument("--prompt", choices=["zero", "basic", "enhanced"], default="basic")
    evaluate.add_argument("--only", nargs="+", default=[], choices=["asr", "understanding", "reasoning", "reply"])
    evaluate.add_argument("--limit", type=_count, metavar="N", help="the first N scripts alone")
    evaluate.add_argument("--concurrency", type=_count, metavar="K", help="calls at a time; default: the model's own")
    evaluate.add_argument("--voice", choices=["synthesis", "human"], help="where a set has both; default: synthesis")
    evaluate.add_argument("--speech", action="store_true", help="also keep spoken replies, where the model can speak")

    score = add(
        "score", cli_commands.score, "score prediction files: every level, type and attribute with 95 % intervals"
    )
    score.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files, or a folder of `evaluate`")
    score.add_argument("--set", default="", help="mini (default), echomind, a folder, or a Hub id")
    score.add_argument("--references", type=Path, metavar="DIR", help="a folder with the set, instead of --set")
    score.add_argument("--voice", choices=["synthesis", "human"], help="where a set has both; default: synthesis")
    score.add_argument("--answer-field", default="", metavar="NAME", help="the field of the right answers in the set")
    score.add_argument("--items", type=Path, metavar="OUT.jsonl", help="also write every item's marks, one JSON a line")
    score.add_argument("--out", type=Path, metavar="FILE", help="also write the report as JSON")
    score.add_argument("--only", nargs="+", default=[], metavar="METRIC", help="these metrics alone, by id")
    score.add_argument("--no-neural", action="store_true", help="no SemSim and BERTScore; likeness by ROUGE-L")
    score.add_argument("--judge", action="store_true", help="also ask the judges that settings name; that costs money")
    score.add_argument("--repeats", type=_count, metavar="K", help="how often a judge marks each reply; default: 1")
    score.add_argument("--audio", action="store_true", help="also measure how spoken replies sound; that takes time")
    score.add_argument(
        "--reply-audio", type=Path, metavar="DIR", help="where spoken replies lie; default: beside files"
    )
    score.add_argument(
        "--kind",
        choices=list(cli_commands.SCORE_OPTIONS),
        default="echomind",
        help="what the files answer; default: echomind",
    )
    score.add_argument("--ratings", type=Path, metavar="FILE.jsonl", help="humdial: people's marks for T3 D2 and D3")
    score.add_argument(
        "--turn-rule",
        choices=["last_non_neutral", "second_non_neutral"],
        help="humdial: the turn of task 3 that is judged; default: last_non_neutral",
    )

    results = add("results", cli_commands.results, "look after the results: check the files, or export a board")
    results.add_argument(
        "action",
        choices=["check", "export", "schema"],
        help="check: every file follows the schema; export: a board on stdout; schema: that of the JSON export",
    )
    results.add_argument("--dir", type=Path, help="another results folder")
    results.add_argument("--board", default="", help="export: its id, e.g. echomind-mini")
    results.add_argument("--format", choices=["csv", "json", "parquet", "tex"], help="export; default: csv")
    results.add_argument("--language", default="", help="export: zh or en, on boards that score languages apart")

    about = "EchoMind-Mini, our own open set: build it, or make its board"
    mini = commands.add_parser("mini", help=about, description=about).add_subparsers(dest="action", required=True)
    build = add(
        "build",
        cli_commands.mini_build,
        "make the set, or complete one that was cut off (needs flite and festival)",
        mini,
    )
    build.add_argument("--out", type=Path, required=True, metavar="DIR")
    build.add_argument("--seed", type=int, default=0, help="another cast, other clips and another order of options")
    build.add_argument("--limit", type=_count, metavar="N", help="the first N scripts alone")
    board = add(
        "board", cli_commands.mini_board, "let models sit the set, score them and write their records; resumable", mini
    )
    board.add_argument("--out", type=Path, required=True, metavar="DIR", help="e.g. results/echomind-mini")
    board.add_argument("--models", nargs="+", default=["echomind", "transcript-only", "majority", "random"])
    board.add_argument("--set", default="mini", help="mini (default), or the folder of another build")

    about = "uploads: score what was received, score again with a new scorer, list them, or say what is read"
    sent = commands.add_parser("submissions", help=about, description=about)
    acts = sent.add_subparsers(dest="action", required=True)
    work = add("work", cli_commands.submissions_work, "score what was received, until it is told to end", acts)
    work.add_argument("--once", action="store_true", help="end when nothing waits any more")
    work.add_argument("--workers", type=_count, metavar="N", help="scored at a time; default: as settings say")
    add("rescore", cli_commands.submissions_rescore, "score again what an older scorer scored; old scores stay", acts)
    add("schema", cli_commands.submissions_schema, "print the JSON Schema of a line of predictions in JSON Lines", acts)
    add("list", cli_commands.submissions_list, "every submission and its state, newest first", acts)

    train = add("train", cli_commands.train, "run one stage of training")
    train.add_argument("stage", help="text, ears, align, joint, teacher, perspectives, options or judge")
    train.add_argument("--config", type=Path, required=True, metavar="FILE")

    fit = add("calibrate", cli_commands.calibrate, "fit how sure the emotion head says it is, on held-out voices")
    fit.add_argument("--model", type=Path, help="checkpoint folder; default: the one the app uses")
    fit.add_argument("--data-root", type=Path, required=True, help="folder with ravdess/")
    fit.add_argument("--write", action="store_true", help="write the temperature into the checkpoint's configuration")

    card = add("card", cli_commands.card, "measure the figures of the model card")
    card.add_argument("--model", type=Path, help="checkpoint folder; default: the one the app uses")
    card.add_argument("--data-root", type=Path, required=True, help="folder with ravdess/, emobank/, ...")
    card.add_argument("--only", nargs="*", help="some of the measurements by name")
    card.add_argument("--write", action="store_true", help="write the figures into the model card")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"found {text!r}; expected a whole number of 1 or more")
    return int(text)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    args = build_parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(name)s: %(message)s")
    for noisy in ("httpx", "accelerate", "numba"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        return args.run(args)
    except EchoMindError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
