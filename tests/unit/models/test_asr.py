"""The recognisers' protocol, and Whisper as a tiny checkpoint made here."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from echomind.errors import CheckpointError
from echomind.models import asr
from echomind.models.asr import (
    Gathered,
    Transcript,
    WhisperRecognizer,
    listen_with,
    load_recognizer,
    sentence_case,
)
from tests.unit.models.made_sound import babble


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("can i go outside", "Can I go outside"),
        ("i'm sure i'll ski in illinois", "I'm sure I'll ski in illinois"),
        ("", ""),
        ("i", "I"),
    ],
)
def test_sentence_case_changes_no_word(words, sentence):
    assert sentence_case(words.split()) == sentence
    assert sentence.lower() == words


def tiny_whisper(folder, *, word_times):
    """A random Whisper checkpoint of two layers with a real processor (byte-level vocabulary, timestamps)."""
    from tokenizers import AddedToken
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import (
        GenerationConfig,
        WhisperConfig,
        WhisperFeatureExtractor,
        WhisperForConditionalGeneration,
        WhisperProcessor,
        WhisperTokenizer,
    )

    vocabulary = {symbol: i for i, symbol in enumerate(sorted(ByteLevel.alphabet()))}
    (folder / "vocab.json").write_text(json.dumps(vocabulary | {"<|endoftext|>": 256}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    tokenizer = WhisperTokenizer(vocab=vocabulary | {"<|endoftext|>": 256}, merges=[])
    names = [
        "startoftranscript",
        "en",
        "translate",
        "transcribe",
        "startoflm",
        "startofprev",
        "nospeech",
        "notimestamps",
    ]
    special = [AddedToken(f"<|{name}|>", special=True, normalized=False) for name in names]
    tokenizer.add_special_tokens({"additional_special_tokens": special})
    tokenizer.add_tokens([AddedToken(f"<|{i * 0.02:.2f}|>", normalized=False) for i in range(1501)])
    ids = {name: tokenizer.convert_tokens_to_ids(f"<|{name}|>") for name in ["endoftext", *names]}
    WhisperProcessor(WhisperFeatureExtractor(feature_size=80), tokenizer).save_pretrained(folder)
    config = WhisperConfig(
        vocab_size=len(tokenizer), d_model=16, encoder_layers=1, decoder_layers=2, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=16, decoder_ffn_dim=16, max_target_positions=64, num_mel_bins=80,
        decoder_start_token_id=ids["startoftranscript"], eos_token_id=ids["endoftext"],
        bos_token_id=ids["endoftext"], pad_token_id=ids["endoftext"],
    )  # fmt: skip
    model = WhisperForConditionalGeneration(config)
    model.generation_config = GenerationConfig(
        decoder_start_token_id=ids["startoftranscript"], eos_token_id=ids["endoftext"], pad_token_id=ids["endoftext"],
        bos_token_id=ids["endoftext"], max_length=40, is_multilingual=True, lang_to_id={"<|en|>": ids["en"]},
        task_to_id={"transcribe": ids["transcribe"], "translate": ids["translate"]},
        no_timestamps_token_id=ids["notimestamps"], prev_sot_token_id=ids["startofprev"], return_timestamps=False,
        max_initial_timestamp_index=50, **({"alignment_heads": [[0, 0], [1, 1]]} if word_times else {}),
    )  # fmt: skip
    model.save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module", params=[True, False], ids=["word times", "no word times"])
def whisper(request, tmp_path_factory):
    return WhisperRecognizer(tiny_whisper(tmp_path_factory.mktemp("whisper"), word_times=request.param)), request.param


@pytest.mark.parametrize("seconds", [0.1, 2, 35])
def test_whisper_reads_short_and_long_clips(whisper, seconds):
    recognizer, word_times = whisper
    clip = babble(seconds)
    before = clip.samples.copy()
    found = recognizer.transcribe(clip)
    assert found == recognizer.transcribe(clip)
    assert np.array_equal(clip.samples, before)
    assert isinstance(found.text, str)
    assert "<|" not in found.text
    assert word_times or not found.words
    assert all(0 <= word.start <= word.end for word in found.words)


def test_whisper_listens_by_reading_what_is_there(whisper):
    recognizer, _ = whisper
    hearing, clip = listen_with(recognizer), babble(1)
    assert isinstance(hearing, Gathered)
    hearing.feed(clip.samples[:8000])
    assert hearing.so_far == ""
    first = hearing.words()
    assert hearing.so_far == first.text
    hearing.feed(clip.samples[8000:])
    assert hearing.words() == recognizer.transcribe(clip)
    hearing.close()


def test_what_was_read_is_not_read_again():
    class Counts:
        name, seen = "counts", 0

        def transcribe(self, clip):
            self.seen += 1
            return Transcript(f"{clip.seconds:g}")

    recognizer = Counts()
    hearing = listen_with(recognizer)
    assert hearing.words() == Transcript("")
    for _ in range(2):
        hearing.feed(babble(1).samples)
        assert hearing.words() == hearing.words()
    assert hearing.so_far == "2"
    assert recognizer.seen == 2


def test_whisper_that_is_not_there(tmp_path):
    with pytest.raises(CheckpointError, match=r"nothing-here: cannot be loaded .*expected 'pocketsphinx'"):
        WhisperRecognizer(str(tmp_path / "nothing-here"))


def test_a_model_of_another_kind(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(CheckpointError, match="found a 'bert' model; expected Whisper"):
        WhisperRecognizer(str(tmp_path))


def test_one_recogniser_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(asr, "_loaded", {})
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: load_recognizer("pocketsphinx", "cpu"), range(8)))
    assert len({id(recognizer) for recognizer in found}) == 1
    other = load_recognizer(tiny_whisper(tmp_path, word_times=False), "cpu")
    assert list(asr._loaded.values()) == [other]


def test_import_is_light():
    code = "import sys, echomind.models.asr; print({'torch', 'transformers', 'pocketsphinx'} & set(sys.modules) or [])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
