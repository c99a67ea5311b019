"""Options are read by what they speak of; what was heard decides."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from echomind.audio import SAMPLE_RATE, Clip
from echomind.errors import CheckpointError
from echomind.models.choosing import FOLDER, READ_LABELS, OptionReader, heard_labels, load_reader, save_reader
from echomind.models.own import OwnModel
from echomind.models.protocol import Cue
from echomind.models.slm import load_slm
from echomind.slm.tower import minilm
from echomind.taxonomy import CATEGORIES, CATEGORY_OF


@pytest.fixture(scope="module")
def reader() -> OptionReader:
    """MiniLM with an untrained map, which says the same of every text: only names count."""
    return OptionReader(np.zeros((len(READ_LABELS), 384), np.float32), np.zeros(len(READ_LABELS), np.float32), minilm())


def heard(*attributes: str, sure: float = 0.9) -> dict[str, Cue]:
    """Cues of a clip in which these attributes were heard, a man's plain voice in a quiet place else."""
    cues = {}
    for category in CATEGORIES:
        named = [a for a in attributes if CATEGORY_OF[a] == category.id]
        present = named[0] if named else ("male" if category.absent is None else None)
        rest = (1 - sure) / len(category.labels)
        scores = {a: sure if a == present else rest for a in category.attributes}
        label = present or str(category.absent)
        cues[category.id] = Cue(label, scores.get(label, 1 - sum(scores.values())), scores)
    return cues


def best(shares: dict[str, float]) -> str:
    return max(shares, key=lambda key: shares[key])


@pytest.mark.parametrize(
    ("attribute", "question", "options", "right"),
    [
        ("female", "Who is speaking?", {"A": "A man.", "B": "A woman."}, "B"),
        ("elderly", "How old is the speaker?", {"A": "Child", "B": "Adult", "C": "Elderly"}, "C"),
        ("rain", "What is in the background?", {"A": "Dogs barking", "B": "A subway", "C": "It is raining"}, "C"),
        ("sad", "Which emotion is it?", {"A": "Happy", "B": "Sad", "C": "Angry", "D": "Neutral"}, "B"),
        ("fast", "How fast is it?", {"A": "Slow pace", "B": "Fast pace"}, "B"),
        ("cough", "Which sound is made?", {"A": "Laughing", "B": "A yawn", "C": "Coughing", "D": "A sigh"}, "C"),
    ],
)
def test_the_option_that_names_what_was_heard_wins(reader, attribute, question, options, right):
    shares = reader.shares(question, options, heard(attribute))
    assert best(shares) == right
    assert list(shares) == list(options)
    assert sum(shares.values()) == pytest.approx(1)


def test_a_plain_delivery_is_answered_plainly(reader):
    shares = reader.shares("Which emotion is it?", {"A": "Happy", "B": "Neutral", "C": "Angry"}, heard())
    assert best(shares) == "B"


@pytest.mark.parametrize("cue", ["happy", "angry", "sad", "whisper"])
def test_unkindness_is_never_what_is_called_for(reader, cue):
    options = {"A": "Mockery", "B": "Harsh criticism of the speaker", "C": "A warm, friendly word"}
    assert heard_labels(heard(cue))["unkind"] == 0
    assert best(reader.shares("What does the speaker need?", options, heard(cue))) == "C"


def test_yes_and_no_are_answered_by_what_the_question_names(reader):
    question, options = "Does the speaker laugh?", {"A": "Yes.", "B": "no"}
    assert best(reader.shares(question, options, heard("laughter"))) == "A"
    assert best(reader.shares(question, options, heard("sigh"))) == "B"
    assert sum(reader.shares(question, options, heard()).values()) == pytest.approx(1)


def test_what_training_taught_decides_where_no_cue_is_named():
    """A map that knows one word: advice to rest was written for tired voices."""
    plain = OptionReader(np.zeros((len(READ_LABELS), 384), np.float32), np.zeros(len(READ_LABELS)), minilm())
    rest, walk = plain.vectors(["Lie down for an hour.", "Tell me about the walk."])
    weight = np.zeros((len(READ_LABELS), 384), np.float32)
    weight[READ_LABELS.index("tired")] = 40 * (rest - walk)
    taught = OptionReader(weight, np.zeros(len(READ_LABELS)), minilm())
    options = {"A": "Tell me about the walk.", "B": "Lie down for an hour."}
    assert best(taught.shares("What helps?", options, heard("tired"))) == "B"
    assert best(taught.shares("What helps?", options, heard("happy"))) == "A"


def test_the_order_of_options_does_not_matter(reader):
    options = {"A": "A man", "B": "A woman", "C": "A child"}
    forward = reader.shares("Who?", options, heard("child"))
    backward = reader.shares("Who?", dict(reversed(options.items())), heard("child"))
    assert forward == pytest.approx(backward, abs=1e-5)


def test_strange_options_are_read_as_text(reader):
    shares = reader.shares("", {"A": "", "B": "<b>x</b>\x00 \ud800", "C": "word " * 400}, heard())
    assert sum(shares.values()) == pytest.approx(1)
    assert reader.shares("Who?", {"A": "same", "B": "same"}, heard()) == pytest.approx({"A": 0.5, "B": 0.5})


def test_what_is_heard_of_everything_sums_up():
    labels = heard_labels(heard("rain"))
    assert labels["rain"] == 0.9
    assert labels["quiet"] < 0.1 < labels["no nve"]
    assert labels["adult"] + labels["child"] + labels["elderly"] == pytest.approx(1)
    assert 0 < labels["none"] < labels["quiet"]


@pytest.mark.parametrize("order", ["C", "F"])  # rows or columns first in memory
def test_a_reader_comes_back_as_it_was_saved_and_refuses_other_labels(tmp_path, order):
    rng = np.random.default_rng(0)
    size = len(READ_LABELS)
    weight = np.asarray(rng.normal(size=(size, 384)), np.float32, order=order)
    made = OptionReader(weight, rng.normal(size=size).astype("f4"), minilm())
    save_reader(made, tmp_path)
    again = load_reader(tmp_path)
    assert np.array_equal(again.weight, made.weight)
    assert again.digest == made.digest
    text = json.loads((tmp_path / "reader.json").read_text())
    (tmp_path / "reader.json").write_text(json.dumps(text | {"labels": text["labels"][1:]}))
    with pytest.raises(CheckpointError, match="found labels"):
        load_reader(tmp_path)
    (tmp_path / "reader.json").write_text(json.dumps(text | {"base": {"sha256": "0"}}))
    with pytest.raises(CheckpointError, match="SHA-256"):
        load_reader(tmp_path)
    (tmp_path / "reader.safetensors").unlink()
    with pytest.raises(CheckpointError, match="cannot load the reader"):
        load_reader(tmp_path)


def test_a_checkpoint_with_a_reader_uses_it_and_is_another_version(tiny_checkpoint, tmp_path, reader):
    folder = tmp_path / "model"
    shutil.copytree(tiny_checkpoint, folder)
    save_reader(reader, folder / FOLDER)
    with_reader, without = load_slm(str(folder)), load_slm(str(tiny_checkpoint))
    clip = Clip((np.random.default_rng(0).normal(size=SAMPLE_RATE) * 0.1).astype(np.float32))
    options = {"A": "A man", "B": "A woman"}
    cues = with_reader.perceive(clip, "").cues
    assert with_reader.choose(clip, "Who?", options) == pytest.approx(reader.shares("Who?", options, cues))
    assert with_reader.choose(clip, "Who?", options) != without.choose(clip, "Who?", options)

    class Deaf:
        name = "deaf"

    assert OwnModel(with_reader, Deaf()).version != OwnModel(without, Deaf()).version  # type: ignore[arg-type]
