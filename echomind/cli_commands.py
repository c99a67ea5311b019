"""What each command of the terminal does with its arguments: one call into the package, imported when it is run."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from echomind.errors import ConfigurationError
from echomind.settings import get_settings


def _results_check(args: argparse.Namespace) -> int:
    from echomind.leaderboard.check import check_results

    report = check_results(args.dir or get_settings().results_dir)
    if args.json:
        print(report.to_json())
    else:
        for problem in report.problems:
            print(problem, file=sys.stderr)
        print(f"{report.files} files, {len(report.problems)} problems")
    return 2 if report.problems else 0


def results(args: argparse.Namespace) -> int:
    """Look after the results: check, export, or the schema."""
    if args.action == "check":
        if args.board or args.format or args.language:
            raise ConfigurationError("found --board, --format or --language, expected options that check has a use for")
        return _results_check(args)
    from echomind.leaderboard.export_command import Format, run_export, run_schema

    if args.action == "schema":
        return run_schema()
    if not args.board:
        raise ConfigurationError("found no --board, expected the board to export")
    if args.json and args.format not in (None, "json"):
        raise ConfigurationError(f"found --json and --format {args.format}, expected one of the two")
    kind: Format = "json" if args.json else args.format or "csv"
    return run_export(args.board, kind, results_dir=args.dir, language=args.language)


def talk(args: argparse.Namespace) -> int:
    """Answer clips."""
    from echomind.talk.command import run_talk

    return run_talk(args.clips, history=args.history, topic=args.topic, voice=args.voice, as_json=args.json)


def answer(args: argparse.Namespace) -> int:
    """Answer questions about clips."""
    from echomind.talk.questions import run_answer

    return run_answer(args.questions, as_json=args.json)


def evaluate(args: argparse.Namespace) -> int:
    """Ask a model a set."""
    from echomind.models.evaluation.command import run_evaluate
    from echomind.talk.speak import speak

    return run_evaluate(
        args.model,
        args.set,
        args.out,
        prompt=args.prompt,
        only=args.only,
        limit=args.limit,
        concurrency=args.concurrency,
        voice=args.voice,
        speak=speak if args.speech else None,
        as_json=args.json,
    )


# Options of ``score`` that only some kinds of predictions have a use for.
_JUDGED_OPTIONS = ("judge", "repeats", "reply_audio")
SCORE_OPTIONS: dict[str, tuple[str, ...]] = {
    "echomind": ("set", "references", "voice", "answer_field", "items", "only", "no_neural", "audio", *_JUDGED_OPTIONS),
    "humdial": ("ratings", "turn_rule", *_JUDGED_OPTIONS),
    "televal": (),
}


def score(args: argparse.Namespace) -> int:
    """Score predictions of any kind."""
    for option in sorted({option for options in SCORE_OPTIONS.values() for option in options}):
        if option not in SCORE_OPTIONS[args.kind] and getattr(args, option):
            name = option.replace("_", "-")
            raise ConfigurationError(f"found --{name}, expected options that --kind {args.kind} has a use for")
    repeats = args.repeats or 1
    if args.kind == "televal":
        from echomind.scoring.other_commands import run_televal

        return run_televal(args.paths, out=args.out, as_json=args.json)
    if args.kind == "humdial":
        from echomind.scoring.other_commands import run_humdial

        return run_humdial(
            args.paths,
            judge=args.judge,
            repeats=repeats,
            ratings=args.ratings,
            turn_rule=args.turn_rule or "last_non_neutral",
            reply_audio=args.reply_audio,
            out=args.out,
            as_json=args.json,
        )
    from echomind.scoring.command import run_score

    return run_score(
        args.paths,
        set_name=args.set,
        references=args.references,
        voice=args.voice,
        answer_field=args.answer_field,
        items=args.items,
        out=args.out,
        only=args.only,
        neural=not args.no_neural,
        judge=args.judge,
        repeats=repeats,
        audio=args.audio,
        reply_audio=args.reply_audio,
        as_json=args.json,
    )


def mini_build(args: argparse.Namespace) -> int:
    """Build EchoMind-Mini."""
    from echomind.benchmark.mini_build import run_mini_build

    return run_mini_build(args.out, seed=args.seed, limit=args.limit, as_json=args.json)


def mini_board(args: argparse.Namespace) -> int:
    """Let models sit EchoMind-Mini."""
    from echomind.leaderboard.mini_board import run_mini_board

    return run_mini_board(args.out, args.models, set_name=args.set, as_json=args.json)


def submissions_work(args: argparse.Namespace) -> int:
    """Score what was received."""
    from echomind.submissions.commands import run_work

    return run_work(once=args.once, workers=args.workers)


def submissions_rescore(args: argparse.Namespace) -> int:
    """Score again with a new scorer."""
    from echomind.submissions.commands import run_rescore

    return run_rescore(as_json=args.json)


def submissions_schema(args: argparse.Namespace) -> int:
    """Print the schema of a line."""
    from echomind.submissions.commands import run_schema

    return run_schema()


def submissions_list(args: argparse.Namespace) -> int:
    """List all submissions."""
    from echomind.submissions.commands import run_list

    return run_list(as_json=args.json)


def train(args: argparse.Namespace) -> int:
    """Run a stage of training."""
    from echomind.training.stages import run_configured

    report = run_configured(args.stage, args.config)
    print(json.dumps(report) if args.json else json.dumps(report, indent=1))
    return 0


def calibrate(args: argparse.Namespace) -> int:
    """Fit the temperature of the emotion head."""
    from echomind.training.calibration import calibrate

    report = calibrate(args.model or Path(get_settings().model_path), args.data_root, write=args.write)
    print(json.dumps(report) if args.json else json.dumps(report, indent=1))
    return 0


def card(args: argparse.Namespace) -> int:
    """Measure the model card's figures."""
    from echomind.training.card import measure, write_figures
    from echomind.training.card_text import write_card

    model = args.model or Path(get_settings().model_path)
    figures = measure(model, args.data_root, args.only)
    if args.write:
        write_card(model, write_figures(model, figures))
    print(json.dumps(figures) if args.json else json.dumps(figures, indent=1))
    return 0
