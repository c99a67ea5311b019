import pytest

from echomind.models.lexicon import Lexicon
from echomind.models.spelling import Pieces, Spelling, last_word, without


@pytest.fixture(scope="module")
def pieces(processor):
    return Pieces(processor, len(processor.tokenizer) + 3)


def test_every_row_of_the_output_has_a_text_and_those_without_a_token_are_never_said(pieces, processor):
    known = len(processor.tokenizer)
    assert len(pieces.texts) == known + 3
    assert set(range(known, known + 3)) <= set(pieces.special)
    assert set(processor.ids.values()) <= set(pieces.special)


def test_texts_of_tokens_join_to_the_text(pieces, processor):
    said = "Oh no, that's what the neighbour's dog did at 12!"
    assert "".join(pieces.texts[i] for i in processor.encode(said)).strip() == said


@pytest.mark.parametrize("said", ["What did you do today?", "That's a long karate evening, isn't it?"])
def test_known_words_are_spelled_freely(pieces, processor, said):
    spelling = Spelling(pieces, Lexicon(["karate"]))
    tokens = processor.encode(said)
    text = ""
    for token in tokens:
        assert spelling.after(text)[token] == 0, (text, pieces.texts[token])
        text += pieces.texts[token]


@pytest.mark.parametrize("word", ["karate", "quixotic", "grandmother"])
def test_a_word_nobody_said_is_marked_before_it_is_whole(pieces, processor, word):
    spelling = Spelling(pieces, Lexicon([]))
    tokens = processor.encode(f"What about {word} then")
    text, marked = "", 0.0
    for token in tokens:
        marked += float(spelling.after(text)[token])
        text += pieces.texts[token]
    assert marked >= 1


def test_the_last_word_is_the_one_being_written():
    assert last_word("you are bea") == "bea"
    assert last_word("you are.") == ""
    assert last_word("isn't") == "isn't"
    assert last_word("") == ""


def test_ruled_out_tokens_have_no_chance():
    scores = without([1, 3], 5)
    assert scores.isinf().tolist() == [False, True, False, True, False]
