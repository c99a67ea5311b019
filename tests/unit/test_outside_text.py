"""Names, texts and addresses from outside: what passes, what is refused, and that refusing never takes long."""

import time

import pytest
from pydantic import TypeAdapter, ValidationError

from echomind.outside_text import HubId, Name, Text, WebAddress, invisible, plain_text


def passes(kind, value):
    try:
        return TypeAdapter(kind).validate_python(value, strict=True) == value
    except ValidationError:
        return False


@pytest.mark.parametrize(
    "value", ["A model", "模型 7B", "Ünïcödé", "<script>alert(1)</script>", "=HYPERLINK(1)", "../x", "😀", "العربية"]
)
def test_visible_text_passes_as_it_is(value):
    assert passes(Text, value) and passes(Name, value) and plain_text(value) == value


@pytest.mark.parametrize(
    "value",
    ["", " a", "a ", "a\nb", "a\0b", "a\u202eb", "a\u200bb", "a\u2066b", "a\ufeffb", "\ud800", "e\u0301", "\ue000"],
)
def test_what_hides_or_reorders_or_has_two_forms_is_refused(value):
    assert not passes(Text, value) and not passes(Name, value)
    assert not value or not passes(WebAddress, f"https://a.org/{value}")


@pytest.mark.parametrize(("text", "found"), [("plain", ""), ("a\u202ebc\u200b", "U+202E"), ("\n", "U+000A")])
def test_the_first_invisible_character_is_named(text, found):
    assert invisible(text) == found


def test_lengths_are_the_types_own():
    assert passes(Text, "a" * 200) and not passes(Text, "a" * 201)
    assert passes(Name, "a" * 80) and not passes(Name, "a" * 81)
    assert passes(WebAddress, "https://a.org/" + "a" * 486) and not passes(WebAddress, "https://a.org/" + "a" * 487)
    with pytest.raises(ValueError, match="found 11 characters, expected at most 10"):
        plain_text("a" * 11, 10)


@pytest.mark.parametrize(
    "refused", [plain_text, *(TypeAdapter(kind).validate_python for kind in (Text, Name, WebAddress, HubId))]
)
def test_a_million_stacked_accents_are_refused_by_their_length_alone(refused):
    begun = time.process_time()
    with pytest.raises(ValueError):
        refused("a" + "\u0301\u0316" * 500_000)
    assert time.process_time() - begun < 1.0  # normalising them takes hours


@pytest.mark.parametrize("value", ["https://a.org", "http://example.com/x?y=1#z", "https://例え.jp/あ"])
def test_web_addresses_pass(value):
    assert passes(WebAddress, value)


@pytest.mark.parametrize(
    "value",
    [
        *("ftp://a.org", "javascript:alert(1)", "a.org", "https://", "https:///x", "https://a b.org", 'https://a".org'),
        *(
            "https://huggingface.co@elsewhere.example/x",
            "https://a:b@c.org",
            "http://[",
            "https://a.org/<b>",
            "//a.org",
        ),
    ],
)
def test_other_addresses_and_addresses_that_lead_elsewhere_are_refused(value):
    assert not passes(WebAddress, value)


def test_hub_ids():
    assert passes(HubId, "Qwen/Qwen2-Audio-7B") and passes(HubId, "a/b")
    for wrong in ("a", "a/b/c", "../a", "a/..", "a /b", "a/b\n", "ä/b", "-a/b", "a/" + "b" * 97, ""):
        assert not passes(HubId, wrong)
