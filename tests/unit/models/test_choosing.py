"""Options are read by what they speak of; what was heard decides."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file

from echomind.audio import SAMPLE_RATE, Clip
from echomind.errors import CheckpointError
from echomind.models.choosing import (
    FOLDER,
    HEARD_LABELS,
    READ_LABELS,
    OptionReader,
    TextMap,
    heard_labels,
    load_reader,
    save_reader,
)
from echomind.models.own import OwnModel
from echomind.models.protocol import Cue
from echomind.models.slm import load_slm
from echomind.slm.tower import WORD_EMOTIONS, WordsFelt, minilm
from echomind.taxonomy import CATEGORIES, CATEGORY_OF

NO_MAP = TextMap(np.zeros((len(READ_LABELS), 384), np.float32), np.zeros(len(READ_LABELS), np.float32))


def reading(implies: TextMap = NO_MAP, **usual: float) -> OptionReader:
    """A reader whose ears usually hear each label in half of all clips, but for those that are named."""
    return OptionReader(NO_MAP, implies, np.array([usual.get(label, 0.5) for label in HEARD_LABELS], "f4"), minilm())


@pytest.fixture(scope="module")
def reader() -> OptionReader:
    """MiniLM with untrained maps, which say the same of every text: only names count."""
    return reading()


def said(valence: float) -> WordsFelt:
    """Words of a valence that tell no emotion."""
    return WordsFelt(torch.tensor([[valence, 3.0, 3.0] * 2]), torch.zeros(1, len(WORD_EMOTIONS)))


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


def test_a_feeling_that_a_question_names_is_not_the_mood_of_a_sound(reader):
    """ "Is the speaker angry?" is as near to shouting in anger as to anger; nobody need shout."""
    assert best(reader.shares("Is the speaker angry?", {"A": "Yes", "B": "No"}, heard("angry"), said(3.0))) == "A"
    assert best(reader.shares("Is the speaker angry?", {"A": "Yes", "B": "No"}, heard("shout"), said(3.0))) == "B"


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


@pytest.mark.parametrize(
    "question",
    ["Are several people heard?", "Is there more than one person in the recording?"],
)
@pytest.mark.parametrize("crowd", ["applause", "cheering", "chatter", "children"])
def test_other_people_are_heard_by_any_crowd(reader, question, crowd):
    options = {"A": "Yes", "B": "No"}
    assert best(reader.shares(question, options, heard(crowd))) == "A"
    assert best(reader.shares(question, options, heard("dog"))) == "B"


def test_what_is_seldom_heard_counts_for_more():
    """A third of a child's voice is little, but much for ears that hardly ever hear one."""
    cues, options = heard("child", sure=0.35), {"A": "Adult", "B": "Child"}
    assert best(reading().shares("How old?", options, cues)) == "A"
    assert best(reading(child=0.04, adult=0.92).shares("How old?", options, cues)) == "B"
    question, options = "Is the speaker a child?", {"A": "Yes", "B": "No"}
    assert best(reading().shares(question, options, cues)) == "B"
    assert best(reading(child=0.04).shares(question, options, cues)) == "A"


@pytest.mark.parametrize("sound", ["laughter", "shout"])
def test_whether_a_sound_is_glad_is_told_by_the_words(reader, sound):
    verb, options = {"laughter": "laugh", "shout": "shout"}[sound], {"A": "Yes", "B": "No"}
    for valence, glad, grim in ((4.0, "A", "B"), (2.0, "B", "A")):
        joy, despair = f"Does the speaker {verb} for joy?", f"Does the speaker {verb} in despair?"
        assert best(reader.shares(joy, options, heard(sound), said(valence))) == glad
        assert best(reader.shares(despair, options, heard(sound), said(valence))) == grim
        assert best(reader.shares(f"Does the speaker {verb}?", options, heard(sound), said(valence))) == "A"
        assert best(reader.shares(joy, options, heard("cough"), said(valence))) == "B"
    for question in (joy, despair):  # words unknown: what is asked for is likelier than its opposite
        assert 0.5 < reader.shares(question, options, heard(sound))["A"] < 0.7


@pytest.mark.parametrize(
    ("cue", "valence", "alike"), [("happy", 4, 1), ("happy", 2, 0), ("angry", 2, 1), ("sad", 4, 0)]
)
def test_voice_and_words_agree_where_both_are_glad_or_both_are_grim(reader, cue, valence, alike):
    options = {"A": "Inconsistent", "B": "Consistent."}
    shares = reader.shares("Do voice and words agree?", options, heard(cue), said(valence))
    assert best(shares) == "AB"[alike]
    assert sum(shares.values()) == pytest.approx(1)
    assert reader.shares("Do they?", options, heard(cue)) == pytest.approx({"A": 0.5, "B": 0.5})


def test_what_training_taught_decides_where_no_cue_is_named():
    """A map that knows one word: advice to rest was written for tired voices."""
    rest, walk = reading().vectors(["Lie down for an hour.", "Tell me about the walk."])
    weight = np.zeros((len(READ_LABELS), 384), np.float32)
    weight[READ_LABELS.index("tired")] = 40 * (rest - walk)
    taught = reading(TextMap(weight, NO_MAP.bias))
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
    bias, usual = (rng.uniform(0.1, 0.9, size=n).astype("f4") for n in (size, len(HEARD_LABELS)))
    made = OptionReader(NO_MAP, TextMap(weight, bias), usual, minilm())
    save_reader(made, tmp_path)
    again = load_reader(tmp_path)
    assert np.array_equal(again.implies.weight, made.implies.weight)
    assert np.array_equal(again.usual, made.usual)
    assert again.digest == made.digest
    text = json.loads((tmp_path / "reader.json").read_text())
    for labels in ("labels", "heard"):
        (tmp_path / "reader.json").write_text(json.dumps(text | {labels: text[labels][1:]}))
        with pytest.raises(CheckpointError, match="found labels"):
            load_reader(tmp_path)
    (tmp_path / "reader.json").write_text(json.dumps(text))
    whole = load_file(tmp_path / "reader.safetensors")
    save_file(whole | {"usual": usual[1:]}, tmp_path / "reader.safetensors")
    with pytest.raises(CheckpointError, match=r"found labels .* that are not the 40 and 47 expected"):
        load_reader(tmp_path)
    for wrong in (0.0, 1.0, np.nan):
        save_file(whole | {"usual": np.full_like(usual, wrong)}, tmp_path / "reader.safetensors")
        with pytest.raises(CheckpointError, match="as what is usually heard, expected 0 to 1"):
            load_reader(tmp_path)
    save_file(whole, tmp_path / "reader.safetensors")
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
