import json
import math

import pytest
import torch

from echomind.benchmark.load import MINI, load_set
from echomind.errors import ConfigurationError
from echomind.models.slm import load_slm
from echomind.training.ablations import (
    Heard,
    figures_of,
    follows,
    likelihood,
    main,
    measure_ablations,
    perplexity,
    script_of,
    thinking,
)
from echomind.training.card_text import ablation_rows


@pytest.fixture(scope="module")
def slm(tiny_checkpoint):
    return load_slm(str(tiny_checkpoint))


@pytest.fixture(scope="module")
def script():
    return load_set(MINI).scripts[0]


def test_the_likelihood_is_that_of_the_text_read_at_once(slm):
    prompt, reply = slm.processor.prompt("the cat sat on a mat"), slm.processor.plain_answer("oh dear")
    with torch.inference_mode():
        state = slm.perceive_text("the cat sat on a mat").state
        found = likelihood(slm, state.cache, state.logits, reply)
        again = likelihood(slm, state.cache, state.logits, reply)
        logits = slm.model(input_ids=torch.tensor([[*prompt, *reply]])).logits[0].float().log_softmax(-1)
    wanted = sum(float(logits[len(prompt) - 1 + i, token]) for i, token in enumerate(reply))
    assert found == pytest.approx(wanted, abs=1e-3)
    assert again == found  # the cache was left as it was


def test_a_model_that_does_not_hear_prefers_no_reply(slm, script):
    deaf = script_of(slm, script, thinks=True, hears=False)
    pairs = len(script.deliveries) * (len(script.deliveries) - 1) // 2
    assert deaf.follows == [0.5] * pairs
    assert deaf.tokens > 0 > deaf.likelihood
    hearing = script_of(slm, script, thinks=True, hears=True)
    assert len(hearing.right) == len(deaf.right) > 0
    assert hearing.likelihood != deaf.likelihood


def test_a_model_without_thinking_names_no_emotion(slm, script):
    found = script_of(slm, script, thinks=False, hears=True)
    assert found.right == []
    assert math.isnan(thinking([found]))
    assert "thinking" not in figures_of({"full": [found]})["full"]


def test_figures_by_hand():
    one = Heard([1.0, 0.0], -math.log(4) * 2, 2, [True], neutral=1)
    two = Heard([1.0], -math.log(4) * 3, 3, [False, True], neutral=1)
    assert follows([one, two]) == pytest.approx(2 / 3)
    assert perplexity([one, two]) == pytest.approx(4)
    assert thinking([one, two]) == pytest.approx(2 / 3)
    worse = [Heard([0.0, 0.0], -math.log(9) * 2, 2), Heard([0.0], -math.log(9) * 3, 3)]
    found = figures_of({"full": [one, two], "no_thinking": worse})
    assert found["full"]["perplexity"] == {"value": 4.0, "interval": [4.0, 4.0], "n": 5}
    assert found["no_thinking"]["perplexity"]["difference"] == {"value": 5.0, "interval": [5.0, 5.0]}
    assert found["no_thinking"]["follows_voice"]["difference"]["value"] == -0.667
    assert set(found["no_thinking"]) == {"follows_voice", "perplexity"}
    assert (found["scripts"], found["always_neutral"]) == (2, 0.667)
    assert figures_of({"full": worse})["always_neutral"] is None


def test_rows_of_the_card():
    one = Heard([1.0, 0.0], -math.log(4) * 2, 2, [True])
    found = figures_of({"full": [one], "no_thinking": [Heard([0.0, 0.0], -math.log(9) * 2, 2)]})
    rows = ablation_rows(found).splitlines()
    assert len(rows) == 2
    assert rows[0].startswith("| the whole recipe | 0.500 [0.500, 0.500] |")
    assert rows[1].startswith("| without thinking |")
    assert rows[1].endswith("| — |")


def test_variants_are_checked_and_written(tiny_checkpoint, tmp_path, capsys):
    with pytest.raises(ConfigurationError, match=r"found \['louder'\], expected"):
        measure_ablations({"louder": tiny_checkpoint})
    with pytest.raises(ConfigurationError, match="expected full=DIR first"):
        measure_ablations({"no_audio": tiny_checkpoint})
    with pytest.raises(SystemExit):
        main(["full"])
    given = [f"full={tiny_checkpoint}", f"no_audio={tiny_checkpoint}", "--limit", "1", "--write", str(tmp_path)]
    assert main(given) == 0
    printed = json.loads(capsys.readouterr().out)
    assert json.loads((tmp_path / "figures.json").read_text())["ablations"] == printed
    assert printed["no_audio"]["follows_voice"]["value"] == 0.5
