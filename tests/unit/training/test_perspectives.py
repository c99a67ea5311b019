"""The stage ``perspectives`` on made sentences and a BERT of two thin layers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from echomind.errors import CheckpointError, ConfigurationError
from echomind.slm.tower import load_tower, new_tower
from echomind.training.perspectives import (
    CombinedLabel,
    concordance,
    parameter_groups,
    tower_loss,
    train_tower,
)
from echomind.training.perspectives_report import difference, lin, pearson, views
from echomind.training.stage_config import load_tower_config
from echomind.training.stages import run_configured
from echomind.training.tower_data import EmoBankData, Rows
from tests.unit.training.made_data import write_texts


@pytest.fixture(scope="module")
def root(tmp_path_factory, tiny_bert) -> Path:
    folder = tmp_path_factory.mktemp("perspectives")
    write_texts(folder)
    (folder / "base").symlink_to(tiny_bert)
    return folder


LOOP = {"steps": 6, "learning_rate": 1e-3, "warmup_steps": 1, "save_every": 2, "log_every": 1}


def config(root: Path, name: str, **values: object) -> Path:
    merged = {
        "data_root": str(root),
        "base": str(root / "base"),
        "run_dir": str(root / name),
        "out": str(root / name / "tower"),
        "batch_size": 4,
        "heard_share": 0.5,
        "threads": 1,
        "loop": LOOP,
    } | values
    path = root / f"{name}.json"
    path.write_text(json.dumps(merged))
    return path


def losses(report: dict, run: str) -> list[float]:
    return [row["loss"] for row in report["curves"][run]]


def test_a_run_that_was_killed_gives_the_curve_and_the_tower_of_one_that_was_not(root):
    straight = run_configured("perspectives", config(root, "straight", perspectives=["both"]))
    stopped = config(root, "stopped", perspectives=["both"], stop_after=3)
    assert run_configured("perspectives", stopped) == {"stopped": {"both-0": 3}, "of": 6}
    resumed = run_configured("perspectives", config(root, "stopped", perspectives=["both"]))
    assert losses(resumed, "both-0") == losses(straight, "both-0")
    assert len(losses(straight, "both-0")) == 6
    words = ["we sat on a warm mat"]
    one, other = (load_tower(root / name / "tower", root / "base")(words) for name in ("straight", "stopped"))
    assert torch.equal(one, other)


def test_the_tower_learns_which_emotion_words_speak_for(root):
    report = run_configured("perspectives", config(root, "felt", perspectives=["both"]))
    vad = load_tower(root / "felt" / "tower", root / "base")
    assert report["emotions"]["n"] == 18  # turns of the test part that have a next one
    assert report["emotions"]["log_loss_of_the_shares"] == pytest.approx(
        -(12 * np.log(2 / 3) + 6 * np.log(1 / 18)) / 18, abs=1e-3
    )
    assert vad.tower.emotion_prior.exp().tolist() == pytest.approx([2 / 3] + [1 / 18] * 6)
    assert bool((vad.tower.emotions.weight != 0).any())
    assert "RECCON" in json.loads((root / "felt" / "tower" / "tower.json").read_text())["trained_on"]


def test_towers_of_earlier_runs_are_averaged_with_those_that_learn_both_sides(root):
    own = run_configured("perspectives", config(root, "own", perspectives=["both"], seeds=[3]))
    beside = [str(root / "own" / "tower")]
    run_configured("perspectives", config(root, "alone", perspectives=["both"]))
    both = run_configured("perspectives", config(root, "beside", perspectives=["both"], beside=beside))
    assert both["curves"]["both-0"] != own["curves"]["both-3"]
    towers = [load_tower(root / name / "tower", root / "base").tower for name in ("own", "alone", "beside")]
    one, other, mean = (tower.encoder.encoder.layer[1].output.dense.weight.detach() for tower in towers)
    off = (mean - (one + other) / 2).abs().max()  # kept in 8 bits
    assert off < 0.3 * (one - other).abs().max()  # either tower alone would be off by a half
    assert both["dev_r"]["both-0"] != both["dev_r"]["both"]


def test_a_run_goes_on_from_an_earlier_tower(root):
    run_configured("perspectives", config(root, "first", perspectives=["both"], seeds=[3]))
    still = {"loop": LOOP | {"learning_rate": 0.0}, "perspectives": ["both"]}
    later = run_configured("perspectives", config(root, "later", start=str(root / "first" / "tower"), **still))
    run_configured("perspectives", config(root, "anew", **still))
    towers = [load_tower(root / name / "tower", root / "base").tower for name in ("first", "later", "anew")]
    for part in ("encoder.encoder.layer.1.output.dense.weight", "head.weight"):
        first, then, anew = (tower.state_dict()[part] for tower in towers)
        assert torch.allclose(then, first, atol=1e-4)
        assert not torch.allclose(anew, first, atol=1e-4)
    assert later["budget"]["goes_on_from"] == "tower"


def test_a_tower_that_is_not_there_is_told_before_training(root):
    with pytest.raises(CheckpointError, match="gone"):
        run_configured("perspectives", config(root, "early", beside=[str(root / "gone")]))
    assert not (root / "early").exists()


def test_the_report_has_every_perspective_label_and_difference(root):
    report = run_configured("perspectives", config(root, "all", seeds=[0, 1]))
    assert report == json.loads((root / "all" / "tower" / "report.json").read_text())
    assert set(report["scores"]) == {"both", "writer", "reader"}
    assert set(report["differences"]) == {"both - writer", "both - reader"}
    assert set(report["curves"]) == {f"{p}-{s}" for p in ("both", "writer", "reader") for s in (0, 1)}
    for scores in (*report["scores"].values(), *report["shipped"].values()):
        for label in ("combined", "writer", "reader"):
            for figure in scores[label].values():
                low, high = figure["interval"]
                assert low <= figure["value"] <= high
                assert figure["n"] == 10
    mean = report["scores"]["both"]["writer"]["v"]["value"], report["scores"]["writer"]["writer"]["v"]["value"]
    assert report["differences"]["both - writer"]["writer"]["v"]["value"] == pytest.approx(mean[0] - mean[1], abs=1e-3)


def test_a_single_perspective_never_sees_the_other_sides_ratings(root):
    """Changed ratings of the readers leave a tower of the writers as it is."""
    settings = load_tower_config(config(root, "blind"))
    tower, _, history = train_tower(settings, "writer", 0)
    changed = EmoBankData(settings, new_tower(settings.base)[1], 0)
    batch = changed.batch(0)
    before = tower_loss(tower, batch, (0, 1, 2), 0.5)["loss"]
    batch.ratings[:, 3:] = 7.0
    assert torch.equal(tower_loss(tower, batch, (0, 1, 2), 0.5)["loss"], before)
    assert not torch.equal(tower_loss(tower, batch, (0, 1, 2, 3, 4, 5), 0.5)["loss"], before)
    assert len(history) == 6


def test_the_combined_label_is_learnt_by_the_mean_of_both_sides_where_it_is_asked_for(root):
    settings = load_tower_config(config(root, "combined", combined_weight=1.0, perspectives=["both"]))
    data = EmoBankData(settings, new_tower(settings.base)[1], 0)
    label, batch = CombinedLabel.of(data, 1.0), data.batch(0)
    batch.combined[:] = 3.2  # both sides predict their means: the mean of both is the mean of the means
    guess, gold = label.pair(torch.zeros(len(batch.ratings), 6), batch.combined)
    sides = torch.from_numpy((data.centre[:3] + data.centre[3:]) / 2)
    assert torch.allclose(guess * label.spread + label.centre, sides.expand_as(guess), atol=1e-5)
    assert torch.allclose(gold * label.spread + label.centre, batch.combined, atol=1e-5)
    _, _, history = train_tower(settings, "both", 0)
    assert all("combined" in row for row in history)
    _, _, single = train_tower(settings, "writer", 0)
    assert not any("combined" in row for row in single)


def test_an_epoch_has_each_row_once_and_seeds_have_orders_of_their_own():
    lengths = list(range(12))
    one, other = Rows("one", lengths, 4), Rows("other", lengths, 4)
    first, second = ([row for step in range(start, start + 3) for row in one.of(step)] for start in (0, 3))
    assert sorted(first) == sorted(second) == lengths
    assert first != second
    assert [row for step in range(3) for row in other.of(step)] != first
    assert one.of(1) == first[4:8]  # of an epoch that is past
    assert all(max(rows) - min(rows) == 3 for rows in (first[:4], first[4:8], first[8:]))  # alike in length


def test_a_batch_larger_than_the_rows_has_some_twice():
    assert len(Rows("few", [3, 1], 5).of(2)) == 5
    assert set(Rows("few", [3, 1], 5).of(2)) == {0, 1}


def test_the_batch_of_a_step_is_always_the_same(root):
    settings = load_tower_config(config(root, "epochs", batch_size=2))
    one = EmoBankData(settings, new_tower(settings.base)[1], 0)
    assert torch.equal(one.batch(7).ratings, one.batch(7).ratings)
    assert len({row for step in range(3) for row in one.batch(step).ratings[:, 0].tolist()}) > 3


def test_layers_learn_slower_towards_the_words_which_stay(root):
    settings = load_tower_config(config(root, "rates"))
    tower, _ = new_tower(settings.base)
    groups = parameter_groups(tower, settings)
    assert [round(g["scale"], 4) for g in groups[::2]] == [0.85, 1.0, 10.0]
    assert not any(p.requires_grad for p in tower.encoder.embeddings.parameters())
    covered = sum(p.numel() for g in groups for p in g["params"])
    assert covered == sum(p.numel() for p in tower.parameters() if p.requires_grad)


def test_figures_by_hand():
    gold = np.array([[1.0], [2.0], [3.0]])
    assert pearson(2 * gold, gold) == pytest.approx(1.0)
    assert lin(gold + 1, gold) == pytest.approx(2 * (2 / 3) / (4 / 3 + 1))
    assert pearson(np.ones((3, 1)), gold) == 0.0  # a constant says nothing
    assert concordance(torch.from_numpy(gold + 1), torch.from_numpy(gold))[0] == pytest.approx(4 / 7)
    both = np.arange(12.0).reshape(2, 6)
    assert views(both)["combined"][0].tolist() == [1.5, 2.5, 3.5]


def test_a_tower_does_not_differ_from_itself():
    rng = np.random.default_rng(0)
    predicted = rng.normal(size=(40, 6))
    golds = {name: rng.normal(size=(40, 3)) for name in ("combined", "writer", "reader")}
    for label in difference(predicted, predicted, golds).values():
        assert all(figure["value"] == 0 and figure["interval"] == [0.0, 0.0] for figure in label.values())


def test_unknown_perspectives_and_keys_are_named(root):
    with pytest.raises(ConfigurationError, match="director"):
        run_configured("perspectives", config(root, "bad", perspectives=["director"]))
    with pytest.raises(ConfigurationError, match="seeds: found none"):
        run_configured("perspectives", config(root, "none", seeds=[]))
    with pytest.raises(ConfigurationError, match="layer_rate"):
        load_tower_config(config(root, "key", layer_rate=2))
