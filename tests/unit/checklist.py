"""Reads the table of a checklist's file: which test elsewhere stands for which clause, and whether it is there.

In the docstring of the file, a line ``clause ->`` has below it, set in, the test that stands for it: ``path::test``.
"""

import ast
import re
from functools import cache

from echomind.settings import ROOT


def named_tests(docstring):
    """(clause, test's id) of every clause."""
    return re.findall(r"^(\S.*) ->\n {4}(\S+)$", docstring, flags=re.MULTILINE)


@cache
def tests_in(path):
    """The names of the tests of a file, those of classes as ``Class::test``."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    found = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for group in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        found |= {f"{group.name}::{node.name}" for node in group.body if isinstance(node, ast.FunctionDef)}
    return {name for name in found if name.rpartition("::")[2].startswith("test_")}


def is_there(test):
    """Whether the file has the test of this id."""
    path, _, name = test.partition("::")
    return (ROOT / path).is_file() and name in tests_in(path)
