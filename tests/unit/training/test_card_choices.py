from pathlib import Path
from types import SimpleNamespace

import pytest

from echomind.benchmark.items import Question
from echomind.benchmark.question_types import QUESTION_TYPE
from echomind.training.card_choices import accuracy, chosen_on, right_in_mini


def question(script: str, kind: str = "nve_recognition") -> Question:
    return Question("q", QUESTION_TYPE[kind], script, "target", Path("x.ogg"), "?", {"A": "a", "B": "b"}, "A")


def test_a_third_of_the_scripts_chose_the_rule():
    chosen = [chosen_on(f"mini-{i:03d}") for i in range(1, 172)]
    assert 40 < sum(chosen) < 70
    assert chosen == [chosen_on(f"mini-{i:03d}") for i in range(1, 172)]


def test_the_interval_draws_scripts():
    """Two scripts, all right and all wrong: any share of them may come out."""
    answered = [(question(script), script == "a") for script in ("a", "b") for _ in range(20)]
    answered += [(question("a", "speaker_intent_recognition"), True)]
    found = accuracy(answered)
    assert found["understanding"]["value"] == 0.5
    assert found["understanding"]["interval"] == [0.0, 1.0]
    assert found["understanding"]["n"] == 40
    assert found["reasoning"]["types"] == {"speaker_intent_recognition": {"value": 1.0, "n": 1}}


def test_every_question_of_mini_is_asked_once_with_its_words_and_scored_by_its_key(monkeypatch):
    asked, recognised = [], []

    class First:
        def choose(self, clip, question, options, *, transcript):
            assert transcript == f"words of {clip.path.name}"
            asked.append(question)
            return {key: float(key == "A") for key in options}

    class Words:
        def of(self, clip):
            recognised.append(clip.path)
            return f"words of {clip.path.name}"

    monkeypatch.setattr("echomind.training.card_choices.load_clip", lambda path: SimpleNamespace(path=path))
    found = right_in_mini(First(), Words())  # type: ignore[arg-type]
    totals = {level: sum(found[part][level]["n"] for part in found) for level in ("understanding", "reasoning")}
    assert totals == {"understanding": 705, "reasoning": 821}
    assert len(asked) == 1526
    assert len(set(recognised)) == 488
    always_a = sum(found[part]["understanding"]["value"] * found[part]["understanding"]["n"] for part in found) / 705
    assert always_a == pytest.approx(0.32, abs=0.05)  # letters are keys equally often
