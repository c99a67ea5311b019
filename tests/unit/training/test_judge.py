"""The stage ``judge`` on made dialogues, an untrained decoder and an encoder of two thin layers."""

from __future__ import annotations

import json
import random
from itertools import islice
from pathlib import Path

import pytest

from echomind.models.slm import load_slm
from echomind.slm.configuration import EMOTION_OF_CUE
from echomind.slm.judge import load_judge
from echomind.training import judge as judging
from echomind.training import judge_data
from echomind.training.data.corpus import load_openers
from echomind.training.judge_data import (
    Drawn,
    Pairs,
    Prompt,
    beginning,
    collect,
    cue_that_tells,
    dialogue_turns,
    joined,
    prompts_of,
    reaction,
    train_scenarios,
)
from echomind.training.stage_config import load_config
from echomind.training.stages import run_configured
from tests.unit.training.made_data import write_texts

LOOP = {"steps": 6, "learning_rate": 1e-2, "warmup_steps": 1, "save_every": 2, "log_every": 1}


@pytest.fixture(scope="module")
def root(tmp_path_factory, tiny_bert) -> Path:
    folder = tmp_path_factory.mktemp("judge")
    write_texts(folder)
    (folder / "bert").symlink_to(tiny_bert)
    return folder


def config(root: Path, checkpoint: Path, name: str, **values: object) -> Path:
    merged = {
        "model": str(checkpoint),
        "data_root": str(root),
        "run_dir": str(root / name / "run"),
        "out": str(root / name / "judge"),
        "base": str(root / "bert"),
        "prompts": 4,
        "held_out_prompts": 3,
        "pairs": 4,
        "measured_pairs": 20,
        "threads": 1,
        "loop": LOOP,
    } | values
    path = root / f"{name}.json"
    path.write_text(json.dumps(merged))
    return path


def test_the_stage_writes_a_judge_and_goes_on_where_it_was_cut_off(root, tiny_checkpoint):
    whole = run_configured("judge", config(root, tiny_checkpoint, "whole"))
    assert whole["decoder"]["n"] == whole["corpus_and_dialogue"]["n"] == 20
    assert all(0 <= whole[kind]["auc"] <= 1 for kind in ("decoder", "corpus_and_dialogue"))
    assert [row["step"] for row in whole["curve"]] == [1, 2, 3, 4, 5, 6]
    judge = load_judge(root / "whole" / "judge", root / "bert")
    described = json.loads((root / "whole" / "judge" / "judge.json").read_text())
    assert described["held_out"] == {kind: whole[kind] for kind in ("decoder", "corpus_and_dialogue")}
    assert judge("sad", "We met at noon.", ["I am so sorry."]).shape == (1,)

    stopped = run_configured("judge", config(root, tiny_checkpoint, "cut", stop_after=2))
    assert stopped == {"stopped": 2, "of": 6}
    cut = run_configured("judge", config(root, tiny_checkpoint, "cut"))
    assert cut["curve"] == whole["curve"]


def test_the_shipped_configuration_can_be_read():
    paths = ("model", "data_root", "run_dir", "out", "base")
    found = load_config(Path(judging.__file__).parent / "configs" / "judge.json", judging.JudgeConfig, paths)
    assert found.loop.steps > 0
    assert found.out.parent == found.model
    assert not found.out.is_absolute()


def test_what_was_collected_is_not_drawn_again(root, tiny_checkpoint, tmp_path, monkeypatch):
    slm, turns = load_slm(str(tiny_checkpoint)), dialogue_turns(root)
    prompts = lambda: prompts_of(train_scenarios(), turns, 0)  # noqa: E731
    all_at_once = collect(slm, prompts(), 4, tmp_path / "whole.jsonl")
    collect(slm, prompts(), 2, tmp_path / "cut.jsonl")
    with (tmp_path / "cut.jsonl").open("a") as file:
        file.write('{"prompt": {"tran')  # cut off while it was written
    answered = []
    places_of = judge_data.places_of
    monkeypatch.setattr(judge_data, "places_of", lambda *args: answered.append(args[2]) or places_of(*args))
    assert collect(slm, prompts(), 4, tmp_path / "cut.jsonl") == all_at_once
    assert answered == [2, 3]
    assert (tmp_path / "cut.jsonl").read_text() == (tmp_path / "whole.jsonl").read_text()


def test_prompts_are_of_situations_and_of_dialogues(root):
    turns = [("are you coming to the show", "yes I am coming there now", "")]
    prompts = list(islice(prompts_of(train_scenarios(), turns, 0), 200))
    own = [p for p in prompts if p.scenario]
    assert 50 < len(own) < 110
    assert {p.answer for p in prompts if not p.scenario} == {turns[0][1]}
    assert all(p.told for p in prompts)
    assert any(p.cue in ("sad", "sobbing", "sigh") for p in prompts)
    assert prompts == list(islice(prompts_of(train_scenarios(), turns, 0), 200))
    assert all(p.scenario for p in islice(prompts_of(train_scenarios(), [], 0), 50))


def test_a_pair_is_one_utterance_with_a_reply_that_was_written_and_one_that_was_not():
    scenario = train_scenarios()[0]
    written = load_openers()["openers"]["sad"][0]
    ours = Prompt("It broke.", "sad", "a man; sad", scenario=scenario.id)
    other = Prompt("It broke.", "sad", "a man; sad", answer="Oh no. Again?")
    drawn = [
        Drawn(ours, "sad", "", 0, (written, "Of them you have.")),
        Drawn(other, "sad", "Poor you.", 1, ("A tap is it.",)),
    ]
    turns = [("It broke again.", "Then let us mend it. I have time.", "angry"), ("Is it far?", "Not by bus.", "")]
    pairs = Pairs(drawn, train_scenarios(), turns, seed=0)
    found = [pairs.pair(i) for i in range(300)]
    assert found == [pairs.pair(i) for i in range(300)]
    assert all(a.fits and not b.fits and (a.emotion, a.transcript) == (b.emotion, b.transcript) for a, b in found)
    of_decoder = {b.reply for a, b in found if a.transcript == "It broke."}
    assert of_decoder == {"Of them you have.", "Poor you. A tap is it."}  # what was written is never called wrong
    assert {a.reply for a, _ in found if a.transcript == "It broke."} >= {"Oh no. Again?"}
    assert {a.emotion for a, _ in found if a.transcript == "It broke again."} == {"angry"}
    assert len({a.transcript for a, _ in found}) > 50


def test_sentences_are_joined_of_two_halves():
    rng = random.Random(0)
    for _ in range(20):
        words = joined("a b c d", "w x y z", rng).split()
        assert words[0] == "a" and words[-1] == "z"
        assert 2 <= len(words) <= 6
    assert sorted(joined("Oh!", "w x", rng).split()) == ["Oh!", "w", "x"]


def test_a_written_reaction_fits_the_emotion_that_was_thought():
    rng = random.Random(0)
    bank = load_openers()
    assert reaction("sad", "sobbing", 0, rng) in bank["openers"]["sobbing"]
    assert EMOTION_OF_CUE[cue_that_tells("angry", "sobbing", rng)] == "angry"
    assert reaction("neutral", "sobbing", 0, rng) in bank["openers"]["none"]
    opener = next(o for o in bank["openers"]["sigh"] if reaction("sad", "sigh", 1, random.Random(1)).startswith(o))
    assert reaction("sad", "sigh", 1, random.Random(1)).removeprefix(opener).strip() in bank["closers"]["sad"]
    assert beginning("One. Two! Three?", 1) == "One. Two!"
