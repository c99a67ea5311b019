from collections import Counter

import pytest

from echomind.models.evaluation.work import TASKS, items_of, part_of
from tests.unit.scoring.made_sets import made_set


def test_every_delivery_and_every_question_is_asked_once():
    benchmark = made_set(6)
    items = items_of(benchmark)
    assert len({item.id for item in items}) == len(items)
    by_task = Counter(item.task for item in items)
    deliveries = len(list(benchmark.deliveries()))
    assert by_task["asr"] == by_task["reply"] == deliveries == 18
    assert {item.key for item in items if item.question} == set(benchmark.question_by_id)
    for item in items:
        assert item.audio == (item.question or item.delivery).audio


def test_words_come_before_questions_and_questions_before_the_reply():
    seen = {}
    for item in items_of(made_set(3)):
        clip = item.script.id, item.delivery.style
        seen.setdefault(clip, []).append(item.task)
    for tasks in seen.values():
        assert tasks[0] == "asr"
        assert tasks[-1] == "reply"
        assert tasks.count("asr") == tasks.count("reply") == 1


def test_tasks_and_limit_choose_items():
    benchmark = made_set(6)
    assert {item.task for item in items_of(benchmark, ["reasoning"])} == {"reasoning"}
    first = items_of(benchmark, TASKS, limit=2)
    assert {item.script.id for item in first} == {"id_1", "id_2"}
    assert first == [item for item in items_of(benchmark) if item.script.id in ("id_1", "id_2")]


@pytest.mark.parametrize("count", [1, 2, 3, 7, 100])
def test_processes_share_all_items_by_whole_clips(count):
    items = items_of(made_set(5))
    parts = [part_of(items, index, count) for index in range(count)]
    assert sorted(item.id for part in parts for item in part) == sorted(item.id for item in items)
    clips = [{(item.script.id, item.delivery.style) for item in part} for part in parts]
    assert sum(map(len, clips)) == len(set().union(*clips)) == 15
    assert max(map(len, clips)) - min(map(len, clips)) <= 1
