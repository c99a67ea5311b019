import numpy as np
import pytest

from echomind.models.ranking import Weights
from echomind.training.data.corpus import Scenario
from echomind.training.everyday import everyday_of
from echomind.training.reply_weights import fit, gain, report


def made_places(weights, count=60, seed=0):
    rng = np.random.default_rng(seed)
    features = [rng.normal(size=(8, 5)) * [1, 2, 0.1, 1, 1] for _ in range(count)]
    # What makes a whole place better says nothing about the choice in it.
    return [
        (f"s{i % 10}", f + i, f @ np.array(weights) + 0.01 * rng.normal(size=8) + i) for i, f in enumerate(features)
    ]


def test_the_fit_finds_what_makes_candidates_better():
    found = fit(made_places([0.2, 0.1, 0.0, 0.0, 0.0]))
    assert found[0] / found[1] == pytest.approx(2, rel=0.05)
    assert found[3] < 0.02 * found[0]


def test_no_weight_is_negative():
    assert (fit(made_places([0.2, -0.5, 0.0, 0.1, 0.0])) >= 0).all()


def test_the_gain_is_between_average_and_best():
    found = gain(made_places([0.2, 0.1, 0.0, 0.3, 0.1]), np.array([0.2, 0.1, 0.0, 0.3, 0.1]))
    assert found["average"] < found["most_fluent"] < found["chosen"] <= found["best"]


def test_the_report_names_the_weights_and_holds_situations_out():
    found = report(made_places([0.2, 0.1, 0.0, 0.3, 0.1]), Weights(1.0, 0.0, 0.0, 0.0))
    assert list(found["fitted"]) == ["fluency", "agreement", "nearness", "taken_up", "sense"]
    assert found["left_out"]["chosen"] > found["in_use"]["chosen"] > found["in_use"]["average"]
    assert (found["places"], found["candidates"]) == (60, 480)


def test_a_word_is_everyday_when_topics_share_it():
    def scenario(number, topic):
        body = f"Rest now and tell me about the {topic}thing."
        return Scenario(f"s{number}", topic, "gist", ("Hm.",), {}, {"plain": (body,)})

    topics = ["aa", "bb", "cc", "dd", "ee", "ff", "gg", "hh"]
    words = everyday_of([scenario(i, topics[i % 8]) for i in range(40)])
    assert {"rest", "now", "about"} <= set(words)
    assert "aathing" not in words
