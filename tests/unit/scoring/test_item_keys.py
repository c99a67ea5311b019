import pytest

from echomind.errors import DataError
from echomind.scoring.item_keys import ItemName, item_key, parse_key


@pytest.mark.parametrize(
    "item",
    [
        ItemName("asr", "id_5", "target"),
        ItemName("reply", "id_5", "alternative"),
        ItemName("understanding", "17"),
        ItemName("reasoning", "a question/with slashes and spaces"),
        ItemName("asr", "id/with/target", "neutral"),
        ItemName("reasoning", "asr/x/target"),
        ItemName("asr", " ", "neutral"),
        ItemName("understanding", "/"),
    ],
)
def test_a_key_means_the_item_it_was_made_from(item):
    assert parse_key(item_key(*item)) == item


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("", "''"),
        ("asr", "'asr'"),
        ("asr/id_5", "'asr/id_5'"),
        ("asr//target", "'asr//target'"),
        ("asr/id_5/Target", "the style 'Target'"),
        ("reply/id_5/happy", "one of target, neutral, alternative"),
        ("understanding/", "'understanding/'"),
        ("ASR/id_5/target", "'ASR/id_5/target'"),
        ("mcq/17", "understanding/ID"),
        ("\n\u202e" * 900, "\\n\\u202e"),
    ],
)
def test_a_key_of_no_item_is_refused_with_what_was_found(key, told):
    with pytest.raises(DataError) as error:
        parse_key(key)
    assert told in str(error.value)
    assert "expected" in str(error.value)
    assert str(error.value).isprintable() and len(str(error.value)) < 300


@pytest.mark.parametrize(
    "item", [("asr", "x"), ("understanding", "x", "target"), ("asr", "", "target"), ("reasoning", "")]
)
def test_no_key_is_made_of_what_is_no_item(item):
    with pytest.raises(ValueError, match="no item"):
        item_key(*item)
