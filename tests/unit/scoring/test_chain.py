import pytest

from echomind.scoring import chain
from echomind.scoring.item_metric import metric_of_replies
from echomind.scoring.likeness import Affinities, likeness
from echomind.taxonomy import CATEGORY
from tests.unit.scoring.made_contrasts import REFERENCES, all_replies, contrast_set

BOTH = ("understanding", "reasoning")


def _metrics(benchmark, right, replied, levels=BOTH):
    asked = chain.links(benchmark, levels)
    found = chain.question_metrics(asked, lambda q: float(right(q)))
    found += chain.reply_metrics(asked, lambda q: float(right(q)), replied, "rouge", "ROUGE-L")
    return {metric.id: metric for metric in found}


def _value(metric):
    return metric.numerator.sum() / metric.denominator.sum()


def test_only_deliveries_with_a_cue_are_links_and_each_has_its_own_question():
    found = chain.links(contrast_set(1), BOTH)
    assert [link.key for link in found] == [("s1", "target"), ("s1", "alternative")]
    assert [[q.type.id for q in link.heard] for link in found] == [
        ["speech_emotion_recognition"],  # not the one about gender
        ["background_sound_detection"],
    ]
    assert [len(link.inferred) for link in found] == [1, 1]


def test_every_category_has_a_question_type_that_asks_for_it():
    assert set(chain.CUE_TYPE) == set(CATEGORY)


def test_a_model_that_hears_infers_and_replies():
    benchmark = contrast_set(3)
    asked = chain.links(benchmark, BOTH)
    replied = chain.replied_by_likeness(
        benchmark, asked, Affinities(benchmark.scripts, all_replies(benchmark), likeness(None))
    )
    found = _metrics(benchmark, lambda q: True, replied)
    assert {i: _value(m) for i, m in found.items()} == {
        "chain_heard": 1,
        "chain_inferred_heard": 1,
        "chain_replied_inferred_rouge": 1,
        "chain_whole_rouge": 1,
    }  # nothing was not heard or not inferred, so those rates do not exist


def test_the_rates_are_what_they_are_called():
    """Four deliveries: heard and inferred, heard only, inferred only, neither; replied to the first and the third."""
    benchmark = contrast_set(2)
    heard = {("s1", "target"), ("s1", "alternative")}
    inferred = {("s1", "target"), ("s2", "target")}
    replied = {
        ("s1", "target"): 1.0,
        ("s1", "alternative"): 0.0,
        ("s2", "target"): 0.5,
        ("s2", "alternative"): None,
    }

    def right(q):
        return (q.script, q.style) in (heard if q.level == "understanding" else inferred)

    found = _metrics(benchmark, right, replied)
    assert _value(found["chain_heard"]) == 0.5
    assert _value(found["chain_inferred_heard"]) == 0.5
    assert _value(found["chain_inferred_unheard"]) == 0.5
    assert _value(found["chain_replied_inferred_rouge"]) == 0.75
    assert _value(found["chain_replied_uninferred_rouge"]) == 0
    assert _value(found["chain_whole_rouge"]) == 0.25
    assert [len(found[i].items) for i in ("chain_heard", "chain_inferred_heard", "chain_whole_rouge")] == [4, 2, 4]
    assert found["chain_whole_rouge"].failed.sum() == found["chain_replied_uninferred_rouge"].failed.sum() == 1


def test_without_a_question_about_the_cue_the_coarse_one_counts():
    benchmark = contrast_set(1)
    questions = [
        type(q)(**{**vars(q), "type": chain_type("coarse_grained")}) if q.type.id == "gender_recognition" else q
        for q in benchmark.questions
        if q.type.id != "speech_emotion_recognition"
    ]
    found = chain.links(type(benchmark)(**{**vars(benchmark), "questions": tuple(questions)}), BOTH)
    assert [q.type.id for q in found[0].heard] == ["coarse_grained"]


def chain_type(name):
    from echomind.benchmark.question_types import QUESTION_TYPE

    return QUESTION_TYPE[name]


def test_answers_that_cannot_be_read_are_counted():
    benchmark = contrast_set(2)
    found = chain.question_metrics(chain.links(benchmark, BOTH), lambda q: 0.0, lambda q: q.script == "s1")
    assert {m.id: int(m.failed.sum()) for m in found} == {"chain_heard": 2, "chain_inferred_unheard": 2}
    hearing = chain.question_metrics(
        chain.links(benchmark, BOTH), lambda q: float(q.level == "reasoning"), lambda q: q.level == "understanding"
    )
    assert {m.id: (_value(m), int(m.failed.sum())) for m in hearing} == {
        "chain_heard": (0, 4),
        "chain_inferred_unheard": (1, 0),  # inferred all the same: not a failure
    }


def test_one_level_alone_gives_what_it_can():
    benchmark = contrast_set(2)
    replied = {("s1", "target"): 1.0}
    assert set(_metrics(benchmark, lambda q: True, replied, ("understanding",))) == {"chain_heard"}
    assert set(_metrics(benchmark, lambda q: True, replied, ("reasoning",))) == {"chain_replied_inferred_rouge"}


def test_a_reply_that_is_as_near_to_both_counts_half():
    benchmark = contrast_set(1)
    asked = chain.links(benchmark, BOTH)
    said = all_replies(benchmark, "Zzz.") | {("s1", "target"): REFERENCES["neutral"]}
    replied = chain.replied_by_likeness(benchmark, asked, Affinities(benchmark.scripts, said, likeness(None)))
    assert replied == {("s1", "target"): 0.0, ("s1", "alternative"): 0.5}
    without_neutral = contrast_set(1, ("target", "alternative"))
    asked = chain.links(without_neutral, BOTH)
    nothing = chain.replied_by_likeness(without_neutral, asked, Affinities(without_neutral.scripts, {}, likeness(None)))
    assert nothing == {}


@pytest.mark.parametrize(("mark", "replied"), [(3.9, 0.0), (4.0, 1.0), (5.0, 1.0), (None, None)])
def test_a_judge_says_whether_the_cue_was_taken_up(mark, replied):
    judged = metric_of_replies(contrast_set(1), "c_speech_rel", {("s1", "target"): mark}, worst=1.0, best=5.0)
    assert chain.replied_by_judge(judged) == {("s1", "target"): replied}
