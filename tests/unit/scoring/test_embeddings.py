import json

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel, BertTokenizer

from echomind.errors import ConfigurationError
from echomind.scoring.embeddings import (
    PAPER_BASELINE,
    PAPER_SENTENCE_MODEL,
    SentenceModel,
    TokenModel,
    minilm_folder,
    sentence_embedder,
    token_encoder,
)

WORDS = "i,you,we,am,are,was,so,very,tired,glad,sorry,to,hear,that,the,day,long,rest,home,go,.,?,##ed,##s"
TEXTS = ["I am so tired.", "We go home, you rest?", "that was the day", "glad", ""]


@pytest.fixture(scope="module")
def tiny_bert(tmp_path_factory):
    """A real BERT of three small layers with random weights, and its word-piece tokenizer."""
    folder = tmp_path_factory.mktemp("bert")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ",", *WORDS.split(",")]
    (folder / "vocab.txt").write_text("\n".join(vocabulary))
    BertTokenizer(vocab=str(folder / "vocab.txt"), model_max_length=24).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=3,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=24,
    )
    BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def tiny_sentence_model(tiny_bert):
    """The same as a sentence-transformers model with mean pooling, and no normalisation of its own."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer

    folder = tiny_bert / "sentences"
    transformer = Transformer(str(tiny_bert))
    SentenceTransformer(modules=[transformer, Pooling(32, pooling_mode="mean")], device="cpu").save(str(folder))
    return folder


def test_a_folder_gives_unit_sentence_vectors(tiny_bert, tiny_sentence_model):
    embedder = sentence_embedder(str(tiny_sentence_model))
    vectors = embedder.encode(TEXTS)
    assert vectors.shape == (5, 32)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    tokenizer, model = BertTokenizer.from_pretrained(tiny_bert), BertModel.from_pretrained(tiny_bert).eval()
    for text, vector in zip(TEXTS, vectors, strict=True):
        with torch.inference_mode():
            mean = model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0].mean(0)
        np.testing.assert_allclose(vector, torch.nn.functional.normalize(mean, dim=0), atol=1e-5)


def test_a_folder_gives_unit_token_vectors_of_the_chosen_layer(tiny_bert):
    tokenizer, model = BertTokenizer.from_pretrained(tiny_bert), BertModel.from_pretrained(tiny_bert).eval()
    found = TokenModel("tiny", "bertscore_other", source=str(tiny_bert), batch_size=2, layers=2).encode(TEXTS)
    for text, (vectors, counted) in zip(TEXTS, found, strict=True):
        encoded = tokenizer(text, return_tensors="pt")
        with torch.inference_mode():
            states = model(**encoded, output_hidden_states=True).hidden_states[2][0]
        np.testing.assert_allclose(vectors, torch.nn.functional.normalize(states, dim=-1), atol=1e-5)
        assert counted.tolist() == [False, *[True] * (len(states) - 2), False]


def test_special_tokens_can_be_left_out(tiny_bert):
    kept = TokenModel("tiny", "x", source=str(tiny_bert)).encode(TEXTS)
    left = TokenModel("tiny", "x", source=str(tiny_bert), keep_special=False).encode(TEXTS)
    for (all_vectors, counted), (vectors, counts) in zip(kept, left, strict=True):
        assert counts.all()
        np.testing.assert_allclose(vectors, all_vectors[counted], atol=1e-6)
    assert left[-1].vectors.shape == (0, 32)


def test_long_texts_are_cut_at_the_models_limit(tiny_bert):
    (found,) = TokenModel("tiny", "x", source=str(tiny_bert)).encode(["glad " * 500])
    assert len(found.vectors) == 24


def test_half_a_surrogate_pair_is_no_error(tiny_bert, tiny_sentence_model):
    assert np.isfinite(sentence_embedder(str(tiny_sentence_model)).encode(["so \ud800 tired"])).all()
    assert len(TokenModel("tiny", "x", source=str(tiny_bert)).encode(["so \ud800 tired"])[0].counted) == 5


def test_only_the_papers_models_make_the_papers_metrics(tmp_path, monkeypatch):
    assert sentence_embedder(PAPER_SENTENCE_MODEL).metric_id == "semsim"
    assert token_encoder("bert-base-uncased").metric_id == "bertscore"
    assert token_encoder("google-bert/bert-base-uncased").baseline == PAPER_BASELINE
    assert sentence_embedder().metric_id == "semsim_minilm"
    assert token_encoder().metric_id == "bertscore_minilm"
    assert token_encoder().baseline is None
    for other in ("Qwen/Qwen3-Embedding-4B", "/models/Qwen/Qwen3-Embedding-0.6B", "qwen/qwen3-embedding-0.6b"):
        assert sentence_embedder(other).metric_id == "semsim_other"
    assert token_encoder("bert-large-uncased").metric_id == "bertscore_other"
    assert token_encoder("bert-large-uncased").baseline is None
    # a folder that lies where the Hub id points to would be loaded in place of the Hub's model
    monkeypatch.chdir(tmp_path)
    (tmp_path / PAPER_SENTENCE_MODEL).mkdir(parents=True)
    (tmp_path / "bert-base-uncased").mkdir()
    assert sentence_embedder(PAPER_SENTENCE_MODEL).metric_id == "semsim_other"
    assert token_encoder("bert-base-uncased").metric_id == "bertscore_other"


def test_a_model_that_is_not_there_is_named(tmp_path):
    missing = str(tmp_path / "nothing")
    with pytest.raises(ConfigurationError, match=r"sentence model .*nothing"):
        sentence_embedder(missing).encode(["a"])
    with pytest.raises(ConfigurationError, match=r"BERTScore model .*nothing"):
        token_encoder(missing).encode(["a"])


def test_minilm_is_the_model_it_says():
    config = json.loads((minilm_folder() / "config.json").read_text())
    assert (config["num_hidden_layers"], config["hidden_size"]) == (6, 384)
    texts = ["The rain stopped.", "It no longer rains."]
    assert isinstance(sentence_embedder(), SentenceModel)
    assert sentence_embedder().encode(texts).shape == (2, 384)
    first, second = token_encoder().encode(texts)
    assert first.vectors.shape == (4, 384)  # the rain stopped .
    assert second.vectors.shape == (5, 384)
