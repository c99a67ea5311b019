import json
import re
from collections import Counter

import pytest

from echomind.benchmark.mini_scripts import PATH, load_mini_scripts
from echomind.errors import DataError
from echomind.taxonomy import ATTRIBUTES
from echomind.training.data.corpus import load_scenarios


def words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def runs(text: str, length: int = 6) -> set[tuple[str, ...]]:
    w = words(text)
    return {tuple(w[i : i + length]) for i in range(len(w) - length + 1)}


def test_every_attribute_is_a_target_and_an_alternative():
    scripts = load_mini_scripts()
    assert len(scripts) >= 120
    targets = Counter(s.target for s in scripts)
    assert min(targets[a] for a in ATTRIBUTES) >= 3
    assert {s.alternative for s in scripts} == set(ATTRIBUTES)


def test_no_script_was_trained_on():
    utterances = [u for s in load_scenarios() for u in s.utterances]
    trained = {" ".join(words(u)) for u in utterances}
    trained_runs = set().union(*map(runs, utterances))
    for script in load_mini_scripts():
        assert " ".join(words(script.text)) not in trained, script.id
        assert not runs(script.text) & trained_runs, script.id


def test_texts_are_short_and_give_no_feeling_away_by_punctuation():
    for script in load_mini_scripts():
        assert 4 <= len(words(script.text)) <= 16, script.id
        assert "!" not in script.text, script.id


def test_every_delivery_has_its_own_reply():
    for script in load_mini_scripts():
        replies = [script.replies.target, script.replies.neutral, script.replies.alternative]
        assert len(set(replies)) == 3
        assert all(r[-1] in ".!?" for r in replies), script.id


def test_no_option_gives_itself_away_by_length():
    """Picking the longest or the shortest option must be no better than a guess of one in four (binomial, 4 sigma)."""
    items = [item for s in load_mini_scripts() for item in s.reasoning]
    limit = 0.25 + 4 * (0.25 * 0.75 / len(items)) ** 0.5
    for pick in (max, min):
        hits = sum(pick(i.options, key=lambda o: len(o.text)).fits == "target" for i in items)
        assert hits / len(items) < limit, pick.__name__
    for item in items:
        sizes = [len(o.text) for o in item.options]
        assert max(sizes) <= 1.6 * min(sizes), item


def test_reasoning_types_are_spread():
    counts = Counter(item.type for s in load_mini_scripts() for item in s.reasoning)
    assert len(counts) == 6
    assert min(counts.values()) > 50


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"target": "melancholy"}, "melancholy"),
        ({"alternative": "rain"}, "two of a dimension"),
        ({"text": "Ünnamed"}, "text"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_malformed_script_is_named(tmp_path, change, said):
    first = next(s for s in map(json.loads, PATH.read_text().splitlines()) if s["target"] == "happy")
    broken = tmp_path / "scripts.jsonl"
    broken.write_text(json.dumps(first) + "\n" + json.dumps(first | {"id": "mini-999"} | change) + "\n")
    with pytest.raises(DataError, match=r"scripts\.jsonl:2") as caught:
        load_mini_scripts.__wrapped__(broken)
    assert said in str(caught.value)


def test_an_id_that_is_there_twice_is_named(tmp_path):
    line = PATH.read_text().splitlines()[0]
    (tmp_path / "scripts.jsonl").write_text(f"{line}\n{line}\n")
    with pytest.raises(DataError, match="mini-001"):
        load_mini_scripts.__wrapped__(tmp_path / "scripts.jsonl")
