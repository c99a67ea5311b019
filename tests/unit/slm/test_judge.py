import numpy as np
import pytest
import torch

from echomind.errors import CheckpointError
from echomind.slm.judge import Judge, load_judge, new_judge, save_judge


@pytest.fixture(scope="session")
def base(tiny_bert):
    return tiny_bert


@pytest.fixture(scope="module")
def judge(base) -> Judge:
    """A judge whose weights moved as far as training moves them."""
    model, tokenizer = new_judge(base)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in (*model.encoder.encoder.parameters(), *model.head.parameters()):
            parameter += 0.05 * torch.randn(parameter.shape, generator=generator)
    return Judge(model, tokenizer)


REPLIES = ["I see.", "You must be tired, my friend. Rest a little.", "What does a lunch in the end?"]


def test_before_training_everything_is_equally_likely(base):
    assert Judge(*new_judge(base))("sad", "We met at noon.", REPLIES).tolist() == [0.0] * 3


def test_a_judge_comes_back_as_it_was_saved_up_to_eight_bits(base, judge, tmp_path):
    save_judge(judge.model, tmp_path, base, trained_on="nothing")
    again = load_judge(tmp_path, base)("sad", "We met at noon.", REPLIES)
    assert np.ptp(again) > 0.01
    assert again == pytest.approx(judge("sad", "We met at noon.", REPLIES), abs=2e-2)


def test_a_reply_is_judged_alike_alone_and_among_others(judge):
    together = judge("sad", "We met at noon.", REPLIES)
    alone = [judge("sad", "We met at noon.", [reply])[0] for reply in REPLIES]
    assert together == pytest.approx(alone, abs=1e-5)


def test_emotion_words_and_reply_all_count(judge):
    said = judge("sad", "We met at noon.", REPLIES[:1])[0]
    assert said != pytest.approx(judge("happy", "We met at noon.", REPLIES[:1])[0], abs=1e-6)
    assert said != pytest.approx(judge("sad", "The jam is done.", REPLIES[:1])[0], abs=1e-6)
    assert said != pytest.approx(judge("sad", "We met at noon.", REPLIES[1:2])[0], abs=1e-6)


def test_strange_and_long_texts_are_read_as_text(judge):
    odds = judge("neutral", "\ud800 half a pair", ["word " * 500, "", "<b>&amp;</b>\x00 [SEP]"])
    assert np.isfinite(odds).all()
    assert judge("neutral", "word " * 500, REPLIES).shape == (3,)
    assert judge("neutral", "anything", []).shape == (0,)


def test_a_missing_judge_is_named(base, tmp_path):
    with pytest.raises(CheckpointError, match=r"cannot load the judge of replies .*judge\.json"):
        load_judge(tmp_path, base)
