import json
import threading
from dataclasses import dataclass, replace

import pytest

from echomind.benchmark.items import STYLES
from echomind.errors import ConfigurationError, DataError, EchoMindError
from echomind.models.answering import SpokenReply
from echomind.models.evaluation import run
from echomind.models.evaluation.journal import Shard
from echomind.models.evaluation.processes import Processes
from echomind.models.evaluation.run import EvaluationError, evaluate
from echomind.models.evaluation.work import items_of
from echomind.models.prompts import prompt_dimension, prompts_hash, system_prompt
from tests.unit.models.evaluation.made import SaysItsKey, heard_set


@pytest.fixture
def benchmark(tmp_path):
    return heard_set(tmp_path / "set")


def tree(out):
    return {p.relative_to(out): p.read_bytes() for p in sorted((out / "output").rglob("*")) if p.is_file()}


def load(out, end):
    (path,) = out.rglob(f"*{end}.json")
    return json.loads(path.read_bytes())


def test_everything_is_asked_once_and_written(tmp_path, benchmark):
    model = SaysItsKey()
    found = evaluate(benchmark, model, tmp_path / "out")
    assert sum(model.asked.values()) == len(items_of(benchmark)) == len(model.asked)
    assert found["counts"] == {
        "asr": {"items": 6, "answered": 6, "failed": 0},
        "understanding": {"items": 8, "answered": 8, "failed": 0},
        "reasoning": {"items": 10, "answered": 10, "failed": 0},
        "reply": {"items": 6, "answered": 6, "failed": 0},
    }
    assert found["failures"] == []
    assert found == json.loads((tmp_path / "out/run.json").read_bytes())
    assert {name: found[name] for name in ("model", "set", "digest", "prompt", "prompts", "voice", "speech")} == {
        "model": "made/model 1",
        "set": "made",
        "digest": benchmark.digest,
        "prompt": "basic",
        "prompts": prompts_hash(),
        "voice": "tts",
        "speech": False,
    }
    assert found["started"] <= found["finished"]
    assert sorted(tmp_path / "out" / name for name in found["files"]) == sorted(tmp_path.rglob("output/**/*.json"))
    assert load(tmp_path / "out", "_asr")[1]["predicted_answer"] == "words of id_1/neutral, said in 3200 samples"


def test_a_second_run_asks_nothing_and_changes_nothing(tmp_path, benchmark):
    evaluate(benchmark, SaysItsKey(speaks=True), tmp_path)
    before, again = tree(tmp_path), SaysItsKey(speaks=True)
    evaluate(benchmark, again, tmp_path)
    assert not again.asked
    assert tree(tmp_path) == before


def test_the_files_do_not_depend_on_who_is_done_first(tmp_path, benchmark):
    for concurrency in (1, 8):
        evaluate(benchmark, SaysItsKey(), tmp_path / str(concurrency), concurrency=concurrency)
    assert tree(tmp_path / "1") == tree(tmp_path / "8")


@pytest.mark.parametrize("prompt", ["zero", "basic", "enhanced"])
def test_the_model_is_told_what_the_condition_tells(tmp_path, benchmark, prompt):
    class Listens(SaysItsKey):
        def reply(self, request):
            heard.append(request)
            return SpokenReply("yes")

    heard = []
    evaluate(benchmark, Listens(), tmp_path, prompt=prompt, tasks=["reply"])
    assert {request.key for request in heard} == {f"{s.id}/{style}" for s in benchmark.scripts for style in STYLES}
    for request in heard:
        script = benchmark.script_by_id[request.key.split("/")[0]]
        assert request.condition == prompt
        assert request.topic == ("" if prompt == "zero" else script.topic)
        assert request.system == system_prompt(prompt, script.topic, prompt_dimension(script))


def test_failures_are_told_written_empty_and_tried_again(tmp_path, benchmark):
    question = benchmark.level("reasoning")[2].id
    failing = {"asr id_1/target", question, "reply id_2/neutral"}
    first = SaysItsKey(fails=failing)
    found = evaluate(benchmark, first, tmp_path)
    assert sorted((f["task"], f["item"], f["reason"]) for f in found["failures"]) == [
        ("asr", "id_1/target", "no answer for asr id_1/target"),
        ("reasoning", question, f"no answer for {question}"),
        ("reply", "id_2/neutral", "no answer for reply id_2/neutral"),
    ]
    assert [found["counts"][task]["failed"] for task in ("asr", "understanding", "reasoning", "reply")] == [1, 0, 1, 1]
    assert load(tmp_path, "_asr")[0]["predicted_answer"] == ""
    assert load(tmp_path, "_mcq_reasoning")[2]["predicted_text_answer"] == ""
    assert load(tmp_path, "_output_responses")[1]["output_content"]["neutral"]["response_text"] == ""

    second = SaysItsKey()
    assert evaluate(benchmark, second, tmp_path)["failures"] == []
    assert set(second.asked) == failing
    evaluate(benchmark, SaysItsKey(), tmp_path / "clean")
    assert tree(tmp_path) == tree(tmp_path / "clean")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (" \n", "the answer is empty"),
        ("la " * 7_000, "the answer has 21000 characters; expected at most 20000"),
        ("a\ud83d", "the answer holds half a character, '\\ud83d'; expected text"),
    ],
)
def test_an_answer_that_cannot_be_handed_in_is_a_failure(tmp_path, benchmark, answer, reason):
    class Mumbles(SaysItsKey):
        def transcribe(self, key, clip):
            return answer

    found = evaluate(benchmark, Mumbles(), tmp_path, tasks=["asr"])
    assert {f["reason"] for f in found["failures"]} == {reason}
    assert {r["predicted_answer"] for r in load(tmp_path, "_asr")} == {""}


def test_a_clip_that_cannot_be_read_fails_its_items_alone(tmp_path, benchmark):
    broken = benchmark.scripts[0].deliveries["target"].audio
    broken.write_bytes(b"no sound")
    model = SaysItsKey()
    found = evaluate(benchmark, model, tmp_path)
    about = [item for item in items_of(benchmark) if item.audio == broken]
    assert len(about) > 2
    assert {(f["task"], f["item"]) for f in found["failures"]} == {item.id for item in about}
    assert all(broken.name in f["reason"] for f in found["failures"])
    assert sum(model.asked.values()) == len(items_of(benchmark)) - len(about)


def test_a_set_without_sound_is_refused(tmp_path, benchmark):
    for _, delivery in benchmark.deliveries():
        delivery.audio.unlink()
    with pytest.raises(DataError, match=r"none of 6 clips, such as .*expected a set with its audio"):
        evaluate(benchmark, SaysItsKey(), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_model_that_always_fails_is_given_up_and_what_was_answered_is_kept(tmp_path, benchmark):
    fails = {item.key if item.question else f"{item.task} {item.key}" for item in items_of(benchmark)}
    spared = {"asr id_1/target"}
    model = SaysItsKey(fails=fails - spared)
    with pytest.raises(EvaluationError, match=r"failed 20 times in a row, the last time at .*: no answer for"):
        evaluate(benchmark, model, tmp_path, concurrency=1)
    assert sum(model.asked.values()) == run.FAILURES_IN_A_ROW + 1
    healed = SaysItsKey()
    evaluate(benchmark, healed, tmp_path)
    assert not spared & set(healed.asked)
    assert len(healed.asked) == len(fails) - 1


def test_what_every_item_would_fail_of_stops_at_once_and_loses_no_answer(tmp_path, benchmark):
    """The refusal comes while another item is under way, whose answer comes after it and is kept."""

    class Refused(SaysItsKey):
        def _ask(self, key):
            super()._ask(key)
            if key == "asr id_2/target":
                assert under_way.wait(20)
                refused.set()
                raise ConfigurationError("the key is not taken")
            if self.asked["asr id_2/target"]:
                under_way.set()
                assert refused.wait(20)

    under_way, refused = threading.Event(), threading.Event()
    model = Refused()
    with pytest.raises(ConfigurationError, match="not taken"):
        evaluate(benchmark, model, tmp_path)
    written = (tmp_path / "journal/shard-000.jsonl").read_bytes()
    assert written.count(b'"answer"') == sum(model.asked.values()) - 1
    assert b"not taken" not in written
    assert sum(model.asked.values()) < len(items_of(benchmark))


def test_a_fault_of_ours_is_loud_and_keeps_what_was_answered(tmp_path, benchmark):
    class Breaks(SaysItsKey):
        def choose(self, request):
            raise ZeroDivisionError("a bug")

    with pytest.raises(ZeroDivisionError):
        evaluate(benchmark, Breaks(), tmp_path, concurrency=1)
    assert (tmp_path / "journal/shard-000.jsonl").read_bytes().count(b'"answer"') == 1
    assert not (tmp_path / "output").exists()


def test_tasks_and_limit_grow_into_a_whole_run(tmp_path, benchmark):
    part, whole = tmp_path / "part", tmp_path / "whole"
    found = evaluate(benchmark, SaysItsKey(), part, tasks=["reasoning"], limit=1)
    assert found["counts"]["reasoning"] == {"items": 10, "answered": 1, "failed": 0}
    assert [path.name for path in tree(part)] == ["made-model-1_mcq_reasoning.json"]
    evaluate(benchmark, SaysItsKey(), part, tasks=["asr", "reasoning"])
    rest = SaysItsKey()
    evaluate(benchmark, rest, part)
    assert {key.split()[0] for key in rest.asked if " " in key} == {"reply"}
    evaluate(benchmark, SaysItsKey(), whole)
    assert tree(part) == tree(whole)
    evaluate(benchmark, SaysItsKey(), whole, limit=1)
    assert tree(part) == tree(whole)  # what is known stays in the files


def test_another_model_set_or_prompt_is_refused(tmp_path, benchmark):
    evaluate(benchmark, SaysItsKey(), tmp_path)
    other = SaysItsKey()
    other.version = "weights 2"
    changes = [
        {"model": other},
        {"benchmark": replace(benchmark, digest="other")},
        {"prompt": "zero"},
        {"speech": True},
    ]
    for change in changes:
        with pytest.raises(DataError, match="expected another --out"):
            evaluate(**({"benchmark": benchmark, "model": SaysItsKey(), "out": tmp_path} | change))


def test_words_heard_in_an_earlier_run_are_given_back(tmp_path, benchmark):
    class Remembers(SaysItsKey):
        def __init__(self):
            super().__init__()
            self.told = {}

        def remember(self, clip, words):
            self.told[clip.samples.tobytes()] = words

    first = Remembers()
    evaluate(benchmark, first, tmp_path, tasks=["asr"])
    assert not first.told
    second = Remembers()
    evaluate(benchmark, second, tmp_path)
    assert sorted(second.told.values()) == sorted(
        f"words of {s.id}/{d.style}, said in 3200 samples" for s, d in benchmark.deliveries()
    )


def test_spoken_replies_are_written_before_they_are_journalled(tmp_path, benchmark, monkeypatch):
    append = Shard.append

    def checked(shard, entry):
        if entry.task == "reply":
            (folder,) = tmp_path.rglob("response_output/*/basic")
            assert (folder / entry.audio).is_file()
            seen.append(entry.audio)
        append(shard, entry)

    seen = []
    monkeypatch.setattr(Shard, "append", checked)
    evaluate(benchmark, SaysItsKey(speaks=True), tmp_path, speech=True)
    assert len(set(seen)) == 6
    for record in load(tmp_path, "_output_responses"):
        for style in STYLES:
            assert record["output_content"][style]["file"] == f"{record['case_id']}_made-model-1_response_{style}.wav"


@pytest.mark.parametrize("count", [2, 3])
def test_processes_share_the_work_and_the_first_one_writes_it(tmp_path, benchmark, count):
    """One after the other stands in for at once: the first one merges last here, as it would after waiting."""
    models = [SaysItsKey() for _ in range(count)]
    for index in reversed(range(count)):
        found = evaluate(benchmark, models[index], tmp_path / "many", processes=Processes(index, count))
        assert bool(found) == (index == 0)
    asked = [set(model.asked) for model in models]
    assert all(asked)
    assert sum(map(len, asked)) == len(set().union(*asked)) == len(items_of(benchmark))
    assert len(list((tmp_path / "many/journal").glob("shard-*.jsonl"))) == count
    evaluate(benchmark, SaysItsKey(), tmp_path / "one")
    assert tree(tmp_path / "many") == tree(tmp_path / "one")
    # What several processes began, one can finish, and the other way round.
    again = SaysItsKey()
    evaluate(benchmark, again, tmp_path / "many")
    assert not again.asked


def test_what_a_model_spent_is_told_where_it_counts_it(tmp_path, benchmark):
    @dataclass
    class Spending:
        requests: int
        cost_usd: float

    class Costs(SaysItsKey):
        def spending(self):
            return Spending(sum(self.asked.values()), 0.5)

    assert evaluate(benchmark, Costs(), tmp_path / "a")["spent_in_this_run"] == {"requests": 30, "cost_usd": 0.5}
    assert evaluate(benchmark, SaysItsKey(), tmp_path / "b")["spent_in_this_run"] is None


def test_an_error_without_words_still_has_a_reason(tmp_path, benchmark):
    class Silent(SaysItsKey):
        def transcribe(self, key, clip):
            raise EchoMindError

    found = evaluate(benchmark, Silent(), tmp_path, tasks=["asr"])
    assert {f["reason"] for f in found["failures"]} == {"EchoMindError"}
