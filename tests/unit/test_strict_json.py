import pytest

from echomind.strict_json import StrictJSONError, loads, value_at


def test_ordinary_json_is_read():
    assert loads(b'{"a": [1, 2.5, null, true, "\xc3\xa9"]}') == {"a": [1, 2.5, None, True, "é"]}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "-Infinity"),
        (b'{"a": 1, "a": 2}', "'a' twice"),
        (b'{"b": {"a": 1, "a": 1}}', "'a' twice"),
        (b'\xef\xbb\xbf{"a": 1}', "byte order mark"),
        (b'{"a": "\xff"}', "0xff at 7"),
        (b'{"a": 1,}', "line 1, column 9"),
        (b"{\n'a': 1}", "line 2, column 1"),
        (b"", "line 1, column 1"),
        (b"[" * 200_000, "nested"),
        (b"1" * 5_000, "number"),
    ],
)
def test_what_other_readers_let_through_is_refused(data, says):
    with pytest.raises(StrictJSONError) as caught:
        loads(data)
    assert says in str(caught.value)
    assert "expected" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_one_value_of_many_is_read_with_its_end():
    text = '[{"a": 1} , 2]'
    assert value_at(text, 1) == ({"a": 1}, 9)
    assert value_at(text, 12) == (2, 13)
    for wrong in ('[{"a": NaN}]', '[{"a": 1, "a": 1}]', "[]", "[" * 200_000, f"[{'1' * 5_000}]"):
        with pytest.raises(StrictJSONError, match="expected"):
            value_at(wrong, 1)
