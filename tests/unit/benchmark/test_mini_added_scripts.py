import json
import re
from collections import Counter

import pytest

from echomind.benchmark.mini_added_scripts import PATH, all_scripts, load_added_scripts, sentiment_of
from echomind.benchmark.mini_scripts import load_mini_scripts
from echomind.errors import DataError
from echomind.training.data.corpus import load_scenarios


def words(text):
    return re.findall(r"[a-z']+", text.lower())


def runs(text, length=6):
    w = words(text)
    return {tuple(w[i : i + length]) for i in range(len(w) - length + 1)}


def test_ids_are_unique_over_both_files_and_the_first_file_comes_first():
    scripts = all_scripts()
    assert len({s.id for s in scripts}) == len(scripts) == len(load_mini_scripts()) + len(load_added_scripts())
    assert scripts[: len(load_mini_scripts())] == load_mini_scripts()
    assert [s.id for s in scripts] == sorted(s.id for s in scripts)


def test_no_added_script_was_trained_on_or_repeats_one_of_the_first():
    utterances = [u for s in load_scenarios() for u in s.utterances]
    trained = {" ".join(words(u)) for u in utterances} | {" ".join(words(s.text)) for s in load_mini_scripts()}
    trained_runs = set().union(*map(runs, utterances))
    for script in load_added_scripts():
        assert " ".join(words(script.text)) not in trained, script.id
        assert not runs(script.text) & trained_runs, script.id


def test_texts_are_short_and_end_without_a_shout():
    for script in load_added_scripts():
        assert 5 <= len(words(script.text)) <= 12, script.id
        assert script.text.endswith(".") and "!" not in script.text, script.id
        assert len(set(vars(script.replies).values())) == 3, script.id


def test_good_and_bad_news_are_balanced_over_sound_and_voice():
    """Else words or voice alone would tell whether they fit together."""
    polar = [s for s in load_added_scripts() if s.sentiment != "none"]
    cells = Counter((s.sentiment, s.target, s.alternative == "happy") for s in polar)
    assert len(cells) == 8 and set(cells.values()) == {4}, cells
    for sentiment in ("positive", "negative"):
        sad = Counter(s.alternative for s in polar if s.sentiment == sentiment and s.alternative != "happy")
        assert sad == {"sad": 4, "angry": 2, "fear": 2}


def test_the_first_scripts_are_neutral():
    assert {sentiment_of(s) for s in load_mini_scripts()} == {"none"}
    assert Counter(sentiment_of(s) for s in load_added_scripts()) == {"positive": 16, "negative": 16, "none": 13}


@pytest.mark.parametrize("change", [{"sentiment": "mixed"}, {"sentiment": None}, {"alternative": "rain"}, {"more": 1}])
def test_a_malformed_script_is_named_with_file_and_line(tmp_path, change):
    first = json.loads(PATH.read_text().splitlines()[0])
    broken = tmp_path / "added.jsonl"
    broken.write_text(json.dumps(first) + "\n" + json.dumps(first | {"id": "mini-999"} | change) + "\n")
    with pytest.raises(DataError, match=r"added\.jsonl:2"):
        load_added_scripts.__wrapped__(broken)
