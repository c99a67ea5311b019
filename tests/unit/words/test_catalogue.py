"""The Chinese catalogue and the code: every text has its Chinese, nothing is left over, and the patterns agree."""

import ast
import re
import string
import tomllib
from collections import Counter
from pathlib import Path

import pytest

import echomind
from echomind.benchmark.question_types import QUESTION_TYPES
from echomind.leaderboard.metrics import METRICS
from echomind.leaderboard.model_parts import part_name
from echomind.settings import ROOT
from echomind.taxonomy import ATTRIBUTES, CATEGORIES
from echomind.words import ZH, Text

CODE = Path(echomind.__file__).parent
WHERE = {"t": slice(0, 1), "counted": slice(1, 3)}  # the arguments that are patterns
CHINESE = re.compile(r"[\u3400-\u9fff]")
# Without Chinese in it: patterns of punctuation alone, names, and what a model is told as it is.
NOT_CHINESE = {
    "Zhou et al., EchoMind: An Interrelated Multi-level Benchmark for Evaluating Empathetic Speech Language Models, "
    "ICLR 2026, arXiv:2510.22758",  # a citation
    "CC BY-NC-SA 4.0 (data set card)",
    "{model} · submission · EchoMind",
    "greedy, 512 tokens",
    "JSON Schema",
}


def written():
    """The patterns that stand in the code, and the places where one is worked out."""
    found, worked_out = {}, []
    for file in sorted(CODE.rglob("*.py")):
        nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
        ours = {
            name.name
            for node in nodes
            if isinstance(node, ast.ImportFrom) and node.module == "echomind.words"
            for name in node.names
        }
        for node in nodes:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ours & set(WHERE):
                for pattern in node.args[WHERE[node.func.id]]:
                    if isinstance(pattern, ast.Constant):
                        found.setdefault(pattern.value, f"{file.relative_to(CODE)}:{node.lineno}")
                    else:
                        worked_out.append(file.name)
    return found, worked_out


def inside(text):
    """The patterns of a text and of all texts in it."""
    if isinstance(text, Text):
        if text.key:
            yield text.key
        for value in text.values.values():
            for part in value if isinstance(value, tuple) else (value,):
                yield from inside(part)


def from_data():
    """The patterns that are worked out: words of tables of data, and ordinals and ages."""
    for metric in METRICS.values():
        for text in (metric.title, metric.short, metric.definition):
            yield from inside(text)
    for kind in QUESTION_TYPES:
        yield kind.title.removeprefix("Fine Grained ")
        yield from inside(part_name("question_type", kind.id))
    for category in CATEGORIES:
        yield from inside(part_name("category", category.id))
    for part in ATTRIBUTES:
        yield from inside(part_name("attribute", part))
    for part in ("target", "neutral", "alternative"):
        yield from inside(part_name("style", part))
    yield from ("{rank}st", "{rank}nd", "{rank}rd")
    yield from (pattern for unit in ("year", "month", "day") for pattern in (f"{{n}} {unit}", f"{{n}} {unit}s"))


IN_CODE, WORKED_OUT = written()
with ZH.open("rb") as open_file:
    SECTIONS = tomllib.load(open_file)
TEXTS, SCRIPTS = SECTIONS["texts"], SECTIONS["scripts"]


def fields(pattern):
    """What a pattern has places for, with their formats."""
    return sorted((name, spec) for _, name, spec, _ in string.Formatter().parse(pattern) if name is not None)


def test_every_text_in_the_code_has_its_chinese():
    lacking = {pattern: place for pattern, place in IN_CODE.items() if pattern not in TEXTS}
    assert lacking == {}
    assert [pattern for pattern in from_data() if pattern not in TEXTS] == []


def test_nothing_in_the_catalogue_is_left_over():
    assert sorted(set(TEXTS) - set(IN_CODE) - set(from_data())) == []


def test_patterns_are_worked_out_only_where_this_test_knows_them():
    assert Counter(WORKED_OUT) == {
        "metrics.py": 2,
        "model_page.py": 1,
        "model_parts.py": 3,
        "moderation_view.py": 1,
        "submissions_scores.py": 1,
        "submit_check_view.py": 1,
        "talk_words.py": 1,
    }


@pytest.mark.parametrize("pattern", TEXTS)
def test_a_translation_takes_the_same_values_and_is_chinese(pattern):
    said = TEXTS[pattern]
    assert fields(said) == fields(pattern)
    words = re.sub(r"\{[^}]*\}", "", pattern)
    if re.search(r"[A-Za-z]{3}", words) and pattern not in NOT_CHINESE:
        assert CHINESE.search(said)


@pytest.mark.parametrize("section", ["texts", "scripts"])
def test_there_is_no_html_in_the_catalogue(section):
    for pattern, said in SECTIONS[section].items():
        assert not re.search(r"</?[a-z]|&\w+;", said), pattern


def test_scripts_ask_for_words_that_there_are():
    scripts = [*(ROOT / "assets").rglob("*.js"), *(CODE / "ui").glob("*.py")]
    code = "\n".join(file.read_text(encoding="utf-8") for file in scripts)
    unused = [word for word in SCRIPTS if f"'{word}'" not in code and f'"{word}"' not in code]
    assert unused == []
    asked = set(re.findall(r"\bword\((?:'([^']+)'|\"([^\"]+)\")\)", code))
    assert {one or other for one, other in asked} - set(SCRIPTS) == set()
