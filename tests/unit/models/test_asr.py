"""Both recognisers on real signals: PocketSphinx with its own model, Whisper as a tiny checkpoint made here."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, wait

import numpy as np
import pytest

from echomind.audio import SAMPLE_RATE, Clip
from echomind.errors import CheckpointError
from echomind.models import asr
from echomind.models.asr import (
    PocketSphinxRecognizer,
    RecognitionError,
    Transcript,
    WhisperRecognizer,
    load_recognizer,
    sentence_case,
)


def babble(seconds, seed=0):
    """Noise with the envelope of syllables: not words, but something to decode."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    voice = sum(np.sin(2 * np.pi * 120 * k * t) / k for k in range(1, 20)) * (1 + np.sin(2 * np.pi * 4 * t)) / 8
    return Clip((voice + rng.normal(0, 0.01, len(t))).astype(np.float32) * 0.5)


@pytest.fixture(scope="module")
def sphinx():
    return PocketSphinxRecognizer()


def test_same_clip_same_words_whatever_came_before(sphinx):
    clips = [babble(1, seed) for seed in range(6)]
    forwards = [sphinx.transcribe(clip) for clip in clips]
    backwards = [sphinx.transcribe(clip) for clip in reversed(clips)]
    assert forwards == backwards[::-1]


def test_word_times_lie_in_the_clip_and_in_order(sphinx):
    clip = babble(4)
    words = sphinx.transcribe(clip).words
    times = [t for word in words for t in (word.start, word.end)]
    assert times == sorted(times)
    assert all(0 <= t <= clip.seconds + 0.05 for t in times)
    assert all(word.start < word.end for word in words)


def test_text_and_words_say_the_same(sphinx):
    found = sphinx.transcribe(babble(4))
    assert found.text.lower() == " ".join(word.text for word in found.words).lower()
    assert not set("()<>[]+") & set(found.text)


def test_the_shortest_clip(sphinx):
    assert isinstance(sphinx.transcribe(babble(0.1)), Transcript)


def test_many_threads_share_one_decoder(sphinx):
    clips = [babble(1, seed) for seed in range(6)]
    alone = [sphinx.transcribe(clip) for clip in clips]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(sphinx.transcribe, clips)) == alone


def test_other_threads_go_on_while_words_are_recognised(sphinx):
    clip, ticks = babble(6), 0
    with ThreadPoolExecutor(1) as pool:
        recognising = pool.submit(sphinx.transcribe, clip)
        while not wait([recognising], timeout=0.01).done:
            ticks += 1
    assert ticks > 10  # PocketSphinx in this process would leave room for two or three


def test_a_process_that_died_is_started_again(sphinx):
    clip = babble(1)
    before = sphinx.transcribe(clip)
    sphinx._process.kill()
    sphinx._process.wait()
    assert sphinx.transcribe(clip) == before


def test_a_process_that_dies_over_a_clip_is_said(monkeypatch):
    def dying():
        return subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    monkeypatch.setattr(PocketSphinxRecognizer, "_start", staticmethod(dying))
    with pytest.raises(RecognitionError, match="clip: the speech recogniser gave no answer"):
        PocketSphinxRecognizer().transcribe(babble(1))


def test_a_process_that_hangs_is_ended(monkeypatch):
    def hanging():
        code = "import sys; sys.stdin.buffer.read()"
        return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    monkeypatch.setattr(PocketSphinxRecognizer, "_start", staticmethod(hanging))
    monkeypatch.setattr(asr, "START_S", 0.0)
    monkeypatch.setattr(asr, "SLOWEST", 0.01)
    recognizer = PocketSphinxRecognizer()
    with pytest.raises(RecognitionError, match="gave no answer"):
        recognizer.transcribe(babble(1))
    assert recognizer._process.poll() is not None


def test_the_process_ends_with_its_input(sphinx):
    other = PocketSphinxRecognizer()
    other._process.stdin.close()
    assert other._process.wait(60) == 0


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
