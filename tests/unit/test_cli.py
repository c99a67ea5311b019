"""Every command explains itself, and bad input ends with status 2 and one line."""

import argparse
import itertools

import pytest

from echomind.cli import build_parser, main


def parsers(parser):
    """A parser and all that hang below it."""
    below = [a.choices.values() for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    return [parser, *itertools.chain.from_iterable(parsers(child) for child in itertools.chain.from_iterable(below))]


@pytest.mark.parametrize("parser", parsers(build_parser()), ids=lambda parser: parser.prog)
def test_a_command_prints_its_help(parser):
    assert parser.prog.split()[-1] in parser.format_help()


def test_the_commands_that_others_rely_on_are_there():
    (commands,) = (a.choices for a in build_parser()._actions if isinstance(a, argparse._SubParsersAction))
    assert {"talk", "answer", "score", "evaluate", "results", "train", "mini"} <= set(commands)


def test_what_a_user_got_wrong_is_one_line_and_status_two(capsys, tmp_path):
    assert main(["answer", "--questions", str(tmp_path / "nothing.jsonl")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ") and captured.err.count("\n") == 1
    assert "nothing.jsonl" in captured.err
