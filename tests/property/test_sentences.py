"""However a text is cut into pieces, the same sentences come out, and all of it."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from echomind.talk.sentences import Sentences

TEXTS = st.text(st.sampled_from("ab AB.!?\u2026\"' \n3"), max_size=60)


def read(pieces):
    reader = Sentences()
    found = [sentence for piece in pieces for sentence in reader.feed(piece)]
    return found + reader.finish()


@given(TEXTS, st.lists(st.integers(0, 60), max_size=8))
def test_pieces_make_no_difference(text, cuts):
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[a:b] for a, b in pairwise(edges)]
    assert read(pieces) == read([text])


@given(TEXTS)
def test_nothing_is_lost_or_added(text):
    assert " ".join(" ".join(read([text])).split()) == " ".join(text.split())
