"""The digest knows items, not files."""

import pytest

from echomind.benchmark.published import read_published
from tests.unit.benchmark.made_folders import Folder, put


@pytest.fixture
def digest(tmp_path):
    """Digest of a made folder after a change."""

    def after(change=None, suffix=""):
        folder = Folder()
        if change:
            change(folder)
        folder.write(tmp_path, suffix)
        return read_published(tmp_path).digest

    return after


def test_it_is_the_same_for_the_same_items_in_other_files(digest):
    first = digest()
    assert len(first) == 64 and int(first, 16)
    assert digest(suffix=".flac") == first
    assert digest(lambda folder: folder.scripts.reverse()) == first
    assert (
        digest(lambda folder: put(folder.understanding[0], "options_text", ["an adult", "a child", "elderly"])) == first
    )


@pytest.mark.parametrize(
    ("record", "field", "value"),
    [
        ("scripts", "input_text", "Other words."),
        ("scripts", "topic", "work"),
        ("scripts", "target_audio_info.target_response_text", "Another reply."),
        ("scripts", "alternative_audio_info.alternative_spoken_info", "male"),
        ("understanding", "question_id", "age-2"),
        ("understanding", "question", "How old?"),
        ("understanding", "options_text", "A. an adult\nB. an infant\nC. elderly"),
        ("understanding", "answer", "A"),
        ("understanding", "question_type", "Coarse Grained"),
        ("understanding", "audio_name", "id_355_elderly_family_alternative.wav"),
    ],
)
def test_every_part_of_an_item_changes_it(digest, record, field, value):
    assert digest(lambda folder: put(getattr(folder, record)[0], field, value)) != digest()
