import pytest
import torch

from echomind.models import decoding
from echomind.models.decoding import TOP_P, Decoder, nucleus, repeated
from echomind.slm.branches import Copied, Shared, SharedWeights


@pytest.fixture
def decoder(tiny_model):
    with torch.inference_mode():
        out = tiny_model(input_ids=torch.tensor([[1, 20, 30, 40]]), use_cache=True, logits_to_keep=1)
        yield Decoder(tiny_model, out.past_key_values, out.logits[0, -1].float())


def free(rows):
    return torch.zeros(1)


def draw(decoder, rows=4, limit=6, ended=lambda tokens: False, shape=free, seed=0):
    return decoder.draw(rows, torch.Generator().manual_seed(seed), ended, limit=limit, stop=0, shape=shape)


def test_rows_are_drawn_as_if_each_were_alone(decoder, tiny_model):
    """Held to one token at each place, the scores of a row are those of the text read at once."""
    forced = [[21, 22, 23, 24], [31, 32, 33, 34]]

    def only(rows):
        scores = torch.full((2, tiny_model.config.text_config.vocab_size), float("-inf"))
        for row, tokens in enumerate(rows):
            scores[row, forced[row][len(tokens)]] = 0.0
        return scores

    drawn = draw(decoder, rows=2, limit=4, shape=only)
    assert [list(d.tokens) for d in drawn] == forced
    for tokens, found in zip(forced, (d.likelihoods for d in drawn), strict=True):
        logits = tiny_model(input_ids=torch.tensor([[1, 20, 30, 40, *tokens]])).logits[0, 3:-1].float().log_softmax(-1)
        assert found == pytest.approx(logits[torch.arange(4), torch.tensor(tokens)].tolist(), abs=1e-4)


def test_sharing_a_beginning_or_copying_it_draws_the_same(tiny_model, monkeypatch):
    used = []
    monkeypatch.setattr(decoding, "Shared", lambda *given: used.append("shared") or Shared(*given))
    monkeypatch.setattr(decoding, "Copied", lambda *given: used.append("copied") or Copied(*given))
    with torch.inference_mode():
        out = tiny_model(input_ids=torch.tensor([[1, 20, 30, 40]]), use_cache=True, logits_to_keep=1)
        begun = out.past_key_values, out.logits[0, -1].float()
        shared, copied = (draw(Decoder(tiny_model, *begun, kind)) for kind in (SharedWeights(tiny_model), None))
    assert used == ["shared", "copied"]
    assert [d.tokens for d in shared] == [d.tokens for d in copied]
    for one, other in zip(shared, copied, strict=True):
        assert one.likelihoods == pytest.approx(other.likelihoods, abs=1e-4)


def test_likelihoods_are_the_models_own_whatever_was_ruled_out_or_warmed(decoder):
    for continuation in draw(decoder, rows=3, limit=5):
        assert len(continuation.likelihoods) == len(continuation.tokens)
        first = decoder.logits.log_softmax(-1)[continuation.tokens[0]]
        assert continuation.likelihoods[0] == pytest.approx(float(first), abs=1e-5)


def test_drawing_leaves_the_decoder_where_it_was(decoder):
    before = decoder.logits.clone()
    first = draw(decoder)
    assert torch.equal(decoder.logits, before)
    assert draw(decoder) == first
    assert draw(decoder, seed=1) != first


def test_a_row_ends_when_it_is_told_to_and_the_last_ones_are_not_waited_for(decoder):
    drawn = draw(decoder, rows=4, limit=9, ended=lambda tokens: len(tokens) == 2)
    assert {len(d.tokens) for d in drawn} == {2}
    assert all(d.whole for d in drawn)
    first = draw(decoder, rows=4, limit=1)
    slow = first[0].tokens[0]
    stubborn = draw(decoder, rows=4, limit=9, ended=lambda t: len(t) >= 3 and t[0] != slow)
    same = sum(d.tokens[0] == slow for d in stubborn)
    if same == 1:  # three of four have ended
        assert [d.whole for d in stubborn].count(False) == 1
    assert all(len(d.tokens) >= 3 for d in stubborn)


def test_what_is_ruled_out_is_never_drawn(decoder, tiny_model):
    banned = list(range(0, tiny_model.config.text_config.vocab_size, 2))

    def odd(rows):
        scores = torch.zeros(tiny_model.config.text_config.vocab_size)
        scores[banned] = float("-inf")
        return scores

    assert all(token % 2 for d in draw(decoder, shape=odd) for token in d.tokens)


def test_the_nucleus_holds_the_likeliest_tokens_alone():
    scores = torch.tensor([[0.5, 0.3, 0.15, 0.05]]).log().expand(500, -1)
    drawn = nucleus(scores, torch.Generator().manual_seed(0))
    assert set(drawn.tolist()) == {0, 1, 2}  # the first three hold 95 %, the first two less than TOP_P
    assert TOP_P == 0.9
    counts = torch.bincount(drawn, minlength=4) / 500
    assert counts[0] == pytest.approx(0.5 / 0.95, abs=0.07)


def test_no_phrase_is_said_twice():
    assert repeated([1, 2, 3, 4, 5, 1, 2, 3]) == [4]
    assert repeated([1, 2, 3]) == []
    assert repeated([7, 7, 1]) == []
    assert set(repeated([7, 7, 7])) == {7}
