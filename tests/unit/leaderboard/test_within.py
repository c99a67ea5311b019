import numpy as np
import pytest
from scipy import stats

from echomind.errors import EchoMindError
from echomind.leaderboard.known_items import KnownItems
from echomind.leaderboard.records import read_board
from echomind.leaderboard.scripts_data import from_rows
from echomind.leaderboard.within import LINKS, beyond, by_script, links_of, pooled, within
from echomind.settings import ROOT
from tests.unit.leaderboard.test_scripts_data import row

X, Y = "understanding_acc", "reasoning_acc"


def made(model, x, y, digest="0" * 64, x_id=X, y_id=Y):
    """Sums of a model with these marks: one list a script, in percent."""
    rows = [
        row(metric, f"s{i:03}", mark, key=f"{i}/{j}")
        for metric, table in ((x_id, x), (y_id, y))
        for i, marks in enumerate(table)
        for j, mark in enumerate(marks)
    ]
    return from_rows(rows, board="echomind-mini", model=model, scorer="x", set_digest=digest)


def answers(rng, rates, questions=4):
    return (100.0 * (rng.random((len(rates), questions)) < rates[:, None])).tolist()


def models(rng, count=4, scripts=150, *, shared, own):
    """Models whose levels hang together by what scripts are like (``shared``) and by what each hears (``own``)."""
    easy = rng.normal(size=scripts)
    found = []
    for k in range(count):
        heard = rng.normal(size=scripts)
        rates = [1 / (1 + np.exp(-(shared * easy + own * heard + 0.3 * rng.normal(size=scripts)))) for _ in range(2)]
        found.append(made(f"m{k}", answers(rng, rates[0]), answers(rng, rates[1])))
    return found


def test_points_by_hand():
    items = made("A", [[100, 0], [100, 100], [0]], [[100], [0, 0]])
    assert by_script(items, X, Y) == (("s000", "s001"), (50.0, 100.0), (100.0, 0.0))


def test_one_model_is_scipys_spearman_over_its_scripts():
    rng = np.random.default_rng(1)
    [items] = models(rng, 1, shared=0, own=2)
    found = within(items, X, Y)
    points = found.points
    assert found.result.spearman.value == pytest.approx(stats.spearmanr(points.x, points.y).statistic)
    assert found.result.n == 150
    assert found.result.spearman.low > 0
    assert found.sentence.startswith("m0: scripts with a better “Understanding accuracy” tend to have a better")
    assert "over 150 scripts" in found.sentence


def test_where_less_is_better_the_words_are_turned_round():
    rng = np.random.default_rng(1)
    heard = rng.normal(size=100)
    errors = 1 / (1 + np.exp(2 * heard))
    items = made("A", answers(rng, errors), answers(rng, 1 - errors), x_id="wer")
    found = within(items, "wer", Y)
    assert found.result.spearman.value < 0
    assert "tend to have a better “Reasoning accuracy”" in found.sentence


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_few_scripts_give_no_number(n):
    found = within(made("A", [[100]] * n, [[0]] * n), X, Y)
    assert found.result.spearman is None
    assert f"only {n} scripts have items of both" in found.sentence


def test_equal_scripts_are_named():
    found = within(made("A", [[100]] * 9, [[0], [100], [0]] * 3), X, Y)
    assert found.result.failure == "constant"
    assert "all 9 scripts have the same “Understanding accuracy”" in found.sentence


def test_no_link_is_not_claimed():
    rng = np.random.default_rng(3)
    [items] = models(rng, 1, shared=0, own=0)
    assert "one cannot say whether" in within(items, X, Y).sentence


def test_pooled_is_the_mean_over_models_and_surer_than_one():
    several = models(np.random.default_rng(4), shared=0, own=1)
    found = pooled(several, X, Y)
    alone = [within(items, X, Y).result.spearman for items in several]
    assert found.values == pytest.approx([c.value for c in alone])
    assert found.value == pytest.approx(np.mean([c.value for c in alone]))
    assert found.low < found.value < found.high
    assert found.high - found.low < min(c.high - c.low for c in alone)
    assert found.sentence.startswith("Within 4 models: scripts with a better")
    assert pooled(several, X, Y) == found


def test_models_that_share_their_scripts_are_no_independent_studies():
    one = models(np.random.default_rng(5), 1, shared=0, own=1)[0]
    copies = [one.model_copy(update={"model": f"m{k}"}) for k in range(4)]
    alone, four = within(one, X, Y).result.spearman, pooled(copies, X, Y)
    assert four.value == pytest.approx(alone.value)
    assert (four.low, four.high) == (pytest.approx(alone.low, abs=0.01), pytest.approx(alone.high, abs=0.01))


def test_what_scripts_are_like_is_a_link_in_the_pool_and_not_beyond_it():
    several = models(np.random.default_rng(6), shared=2, own=0)
    assert pooled(several, X, Y).low > 0
    left = beyond(several, X, Y)
    assert left.low < 0 < left.high
    assert "beyond what makes a script easy for all of them" in left.sentence


def test_what_models_hear_is_a_link_in_both():
    several = models(np.random.default_rng(7), shared=2, own=2)
    found = beyond(several, X, Y)
    assert found.low > 0
    assert len(found.values) == 4
    assert found.low <= found.value <= found.high


def test_a_model_that_cannot_count_is_left_out_with_the_reason():
    several = models(np.random.default_rng(8), 2, shared=0, own=1)
    flat = made("flat", [[100]] * 150, [[0], [100]] * 75)
    few = made("few", [[100], [0]], [[0], [100]])
    other = made("other", [[100], [0]], [[0], [100]], y_id="bleu")
    found = pooled([*several, flat, few, other], X, Y)
    assert found.models == ("m0", "m1")
    assert dict(found.left_out) == {
        "flat": "all scripts are equal in one of the two",
        "few": "fewer than 5 scripts have both",
        "other": "the scores of single scripts are not known for both",
    }
    assert beyond([*several, flat], X, Y).value is None


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_models_are_not_pooled(count):
    found = pooled(models(np.random.default_rng(9), count, shared=0, own=1), X, Y)
    assert found.value is None
    assert found.sentence == f"Of {count} models and {150 * count} scripts nothing can be said: too few."


def test_versions_of_a_set_are_not_mixed_and_axes_differ():
    a = made("A", [[0], [100]], [[0], [100]])
    b = made("B", [[0], [100]], [[0], [100]], digest="1" * 64)
    with pytest.raises(EchoMindError, match="different versions"):
        pooled([a, b], X, Y)
    with pytest.raises(EchoMindError, match="two different metrics"):
        within(a, X, X)
    with pytest.raises(EchoMindError, match="unknown metric"):
        within(a, "magic", X)
    with pytest.raises(EchoMindError, match="no items of ves are known"):
        within(a, X, "ves")


def test_our_board_within_its_models():
    records = read_board(ROOT / "results", "echomind-mini")
    known = KnownItems(ROOT / "results")
    several = [known.of("echomind-mini", slug, record) for slug, record in records.items()]
    assert links_of(several[0]) == LINKS[:3]
    for x, y in links_of(several[0]):
        for items in several:
            assert "nan" not in within(items, x, y).sentence
        for link in (pooled(several, x, y), beyond(several, x, y)):
            assert len(link.models) + len(link.left_out) == 4
            assert link.low <= link.value <= link.high
            assert "nan" not in link.sentence
