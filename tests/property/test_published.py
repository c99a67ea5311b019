"""Whatever bytes, values or texts a set holds: a set that keeps its promises, or one DataError of readable lines."""

import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from echomind.benchmark.clips import Clips
from echomind.benchmark.items import UNKNOWN
from echomind.benchmark.options import letter_of, options_text, parse_options
from echomind.benchmark.published import read_published
from echomind.errors import DataError
from echomind.taxonomy import ADULT, ATTRIBUTES, NEUTRAL
from tests.unit.benchmark.made_folders import Folder

NAMES = ("script_info_synthesis.json", "MCQ/understanding.json", "MCQ/reasoning.json")
CUES = {*ATTRIBUTES, ADULT, NEUTRAL, UNKNOWN}
FILES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
LINE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), min_size=1, max_size=60)
OPTION = LINE.map(str.strip).filter(bool)


def set_or_error(root):
    """Read; check the promises of a set, or the form of the refusal."""
    try:
        found = read_published(root)
    except DataError as error:
        lines = str(error).split("\n")
        assert 1 <= len(lines) <= 21
        assert all(line.isprintable() and len(line) < 1000 for line in lines), lines
        return None
    assert len(found.script_by_id) == len(found.scripts) > 0
    assert len(found.question_by_id) == len(found.questions) > 0
    for _, delivery in found.deliveries():
        assert delivery.cue in CUES
        assert delivery.audio.is_relative_to(root) and ".." not in delivery.audio.parts
    for question in found.questions:
        assert question.style in found.script_by_id[question.script].deliveries
        assert question.answer in question.options
        assert question.audio.is_relative_to(root) and ".." not in question.audio.parts
        assert "".join(question.options) == "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(question.options)]
    json.dumps([found.digest, *found.notes]).encode()
    return found


@FILES
@given(name=st.sampled_from(NAMES), content=st.binary(max_size=200))
def test_any_bytes(tmp_path, name, content):
    (Folder().write(tmp_path) / name).write_bytes(content)
    set_or_error(tmp_path)


@FILES
@given(name=st.sampled_from(NAMES), data=st.data())
def test_bytes_lost_changed_or_put_in(tmp_path, name, data):
    path = Folder().write(tmp_path) / name
    content = path.read_bytes()
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 40)))
    path.write_bytes(content[:start] + data.draw(st.binary(max_size=20)) + content[end:])
    set_or_error(tmp_path)


@FILES
@given(name=st.sampled_from(NAMES), value=VALUES)
def test_any_document(tmp_path, name, value):
    (Folder().write(tmp_path) / name).write_text(json.dumps(value))
    set_or_error(tmp_path)


def places(value, path=()):
    """Every place inside a document."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield from places(inner, (*path, key))


@FILES
@given(name=st.sampled_from(NAMES), value=VALUES | st.text(), data=st.data())
def test_any_value_in_any_place(tmp_path, name, value, data):
    folder = Folder()
    document = folder.files()[name]
    *front, last = data.draw(st.sampled_from([path for path in places(document) if path]))
    inner = document
    for key in front:
        inner = inner[key]
    if isinstance(inner, dict) and data.draw(st.booleans()):
        del inner[last]
        last = data.draw(st.text(max_size=12))
    inner[last] = value
    folder.write(tmp_path)
    set_or_error(tmp_path)


@FILES
@given(value=VALUES, name=st.text(max_size=12))
def test_fields_that_nobody_knows_change_nothing(tmp_path, value, name):
    folder = Folder()
    folder.write(tmp_path)
    before = read_published(tmp_path).digest
    for record in (*folder.scripts, *folder.questions):
        record[f"zz_{name}"] = value
    folder.write(tmp_path)
    assert read_published(tmp_path).digest == before


@given(st.lists(OPTION, min_size=2, max_size=26))
@example(["B) x", "(A) y"])
@example(["A. Smith", "B. Jones"])
def test_options_text_is_read_back(texts):
    options = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", texts, strict=False))
    assert parse_options(options_text(options)) == options
    assert parse_options(options) == options


@given(VALUES | st.text(st.sampled_from("ABCab.)(:; \nx"), max_size=40))
def test_options_or_one_line(value):
    try:
        options = parse_options(value)
    except DataError as error:
        assert str(error).isprintable() and len(str(error)) < 500
    else:
        assert len(options) >= 2 and all(options.values()) and min(options) == "A"


@given(st.lists(OPTION, min_size=2, max_size=26), st.data())
def test_an_answer_in_full_is_its_option_or_refused_as_ambiguous(texts, data):
    options = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", texts, strict=False))
    letter = data.draw(st.sampled_from(list(options)))
    for answer in (letter, f"{letter}. {options[letter]}", options[letter]):
        try:
            assert letter_of(answer, options) == letter
        except DataError as error:
            assert "which fits" in str(error)


@FILES
@given(name=st.text(max_size=40), folder=st.text(max_size=20))
@example("../x", "")
@example("x", "..")
@example("/x", "")
def test_no_name_leads_out_of_the_folder(tmp_path, name, folder):
    clips = Clips(tmp_path, ("dataset", "audio"))
    try:
        path = clips.path(name, folder)
    except DataError as error:
        assert str(error).isprintable()
    else:
        assert (tmp_path / path).resolve().is_relative_to(tmp_path.resolve())
        assert clips.find(path) is None


def test_the_made_folder_is_sound(tmp_path):
    """The attacks above start from a set that is read; without this they could all pass for a wrong reason."""
    Folder().write(tmp_path)
    assert set_or_error(tmp_path) is not None
    with pytest.raises(DataError):
        read_published(tmp_path / "dataset" / "audio")
