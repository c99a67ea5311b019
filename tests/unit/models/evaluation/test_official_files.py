import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from echomind.audio import SAMPLE_RATE, Clip
from echomind.models.evaluation.journal import Entry
from echomind.models.evaluation.official_files import OfficialFiles, safe_name, write_whole
from echomind.models.evaluation.work import items_of
from tests.unit.models.evaluation.made import heard_set


@pytest.fixture
def benchmark(tmp_path):
    return heard_set(tmp_path / "set")


def entries_of(items, audio=""):
    return {i.id: Entry(i.task, i.key, f"answer “{i.key}”", audio if i.task == "reply" else "") for i in items}


def test_the_layout_is_the_official_one(tmp_path, benchmark):
    items = items_of(benchmark)
    paths = OfficialFiles(tmp_path, benchmark, "made/model 1", "enhanced").write(items, entries_of(items))
    assert [path.relative_to(tmp_path).as_posix() for path in paths] == [
        "output/output_synthesis/asr_output/made-model-1/made-model-1_asr.json",
        "output/output_synthesis/mcq_output/made-model-1/audio_output_false/made-model-1_mcq_understanding.json",
        "output/output_synthesis/mcq_output/made-model-1/audio_output_false/made-model-1_mcq_reasoning.json",
        "output/output_synthesis/response_output/made-model-1/enhance/made-model-1_enhance_output_responses.json",
    ]
    human = replace(benchmark, voice="human")
    for prompt, name in (("zero", "no"), ("basic", "basic")):
        last = OfficialFiles(tmp_path, human, "m", prompt).write(items, entries_of(items))[-1]
        assert last.relative_to(tmp_path / "output/output_human").as_posix() == (
            f"response_output/m/{name}/m_{name}_output_responses.json"
        )


def test_records_have_the_official_fields_and_order(tmp_path, benchmark):
    items = items_of(benchmark)
    texts = [path.read_text("utf-8") for path in _write(tmp_path, benchmark, items)]
    assert all(text.startswith("[\n    {\n        ") for text in texts)
    assert "“id_1/target”" in texts[0]
    asr, understanding, reasoning, replies = map(json.loads, texts)
    first = benchmark.scripts[0]
    clip = f"{first.target}/{first.deliveries['target'].audio.name}"
    assert asr[0] == {
        "case_id": "id_1",
        "spoken_info": first.deliveries["target"].spoken_info,
        "topic": first.topic,
        "target_audio_info": {"target_input_audio_file": clip},
        "style": "target",
        "model": "m",
        "predicted_answer": "answer “id_1/target”",
    }
    assert [(r["case_id"], r["style"]) for r in asr] == [(s.id, d.style) for s, d in benchmark.deliveries()]
    for level, records in (("understanding", understanding), ("reasoning", reasoning)):
        assert [r["question_id"] for r in records] == [q.id for q in benchmark.level(level)]
    question = benchmark.level("reasoning")[0]
    folder = benchmark.script_by_id[question.script].target
    assert reasoning[0] == {
        "question_id": question.id,
        "question_type": question.type.title,
        "audio_dir": folder,
        "audio_name": question.audio.name,
        "question": question.question,
        "options_text": "\n".join(f"{letter}. {text}" for letter, text in question.options.items()),
        "model": "m",
        "predicted_audio_answer": f"answer “{question.id}”",
        "predicted_text_answer": f"answer “{question.id}”",
        "prediected_audio_file": "",
    }
    assert [r["case_id"] for r in replies] == ["id_1", "id_2"]
    assert list(replies[0]) == [
        *("case_id", "spoken_info", "topic", "target_audio_info", "neutral_audio_info", "alternative_audio_info"),
        *("model", "ouput_prompt", "output_content"),
    ]
    assert replies[0]["ouput_prompt"] == "basic"
    assert replies[0]["output_content"]["neutral"] == {
        "file": "",
        "response_audio_transcript": "answer “id_1/neutral”",
        "response_text": "answer “id_1/neutral”",
    }


def test_the_right_answer_is_in_no_file(tmp_path, benchmark):
    items = items_of(benchmark)
    changed = replace(benchmark, questions=tuple(replace(q, answer=None) for q in benchmark.questions))
    stripped = [replace(s, text="", deliveries={k: replace(d, reference="") for k, d in s.deliveries.items()})
                for s in changed.scripts]  # fmt: skip
    changed = replace(changed, scripts=tuple(stripped))
    with_key = [path.read_bytes() for path in _write(tmp_path / "a", benchmark, items)]
    without = [path.read_bytes() for path in _write(tmp_path / "b", changed, items_of(changed))]
    assert with_key == without


def test_a_failed_item_is_empty_and_one_that_was_not_asked_is_absent(tmp_path, benchmark):
    items = items_of(benchmark)
    entries = entries_of(items)
    entries["asr", "id_1/neutral"] = Entry("asr", "id_1/neutral", failed="why")
    del entries["asr", "id_1/alternative"], entries["reply", "id_1/neutral"]
    for item in items:
        if item.task == "understanding":
            del entries[item.id]
    paths = OfficialFiles(tmp_path, benchmark, "m", "basic").write(items, entries)
    assert len(paths) == 3
    asr, _, replies = (json.loads(path.read_bytes()) for path in paths)
    assert [(r["style"], r["predicted_answer"]) for r in asr[:3]] == [
        ("target", "answer “id_1/target”"),
        ("neutral", ""),
        ("target", "answer “id_2/target”"),
    ]
    assert replies[0]["output_content"]["neutral"] == {}


def test_a_spoken_reply_lies_where_the_official_runner_puts_it(tmp_path, benchmark):
    files = OfficialFiles(tmp_path, benchmark, "a/b", "zero")
    items = items_of(benchmark)
    item = next(item for item in items if item.id == ("reply", "id_2/alternative"))
    tone = Clip(np.linspace(-0.5, 0.5, SAMPLE_RATE // 10, dtype=np.float32))
    name = files.save_reply(item, tone)
    assert name == f"{item.script.target}/id_2_a-b_response_alternative.wav"
    path = tmp_path / "output/output_synthesis/response_output/a-b/no" / name
    samples, rate = soundfile.read(path)
    assert rate == SAMPLE_RATE
    assert np.abs(samples - tone.samples).max() < 1e-4
    last = files.write(items, entries_of(items, name))[-1]
    assert json.loads(last.read_bytes())[1]["output_content"]["alternative"]["file"] == path.name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gpt-4o_audio.1", "gpt-4o_audio.1"),
        ("Qwen/Qwen2.5-Omni-7B", "Qwen-Qwen2.5-Omni-7B"),
        ("../../etc/passwd", "etc-passwd"),
        ("a b\n\x00c", "a-b-c"),
        ("名前", "model"),
        (".", "model"),
        ("x" * 500, "x" * 80),
    ],
)
def test_names_are_safe_in_paths(name, expected):
    assert safe_name(name) == expected


def test_a_hostile_case_id_stays_in_the_folder(tmp_path, benchmark):
    files = OfficialFiles(tmp_path, benchmark, "m", "zero")
    item = next(item for item in items_of(benchmark) if item.task == "reply")
    evil = replace(item, script=replace(item.script, id="../../../evil"))
    path = files.replies_folder / files.save_reply(evil, Clip(np.ones(1600, dtype=np.float32)))
    assert path.is_file()
    assert path.resolve().is_relative_to(files.replies_folder.resolve())


def test_paths_do_not_say_on_which_machine_the_set_lies(tmp_path):
    written = []
    for folder in ("here", "there/deeper"):
        benchmark = heard_set(tmp_path / folder)
        written.append([p.read_bytes() for p in _write(tmp_path / folder, benchmark, items_of(benchmark))])
        assert not any(str(tmp_path).encode() in data for data in written[-1])
    assert written[0] == written[1]


def test_a_file_is_written_whole(tmp_path):
    path = tmp_path / "a" / "b.json"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert [p.name for p in path.parent.iterdir()] == ["b.json"]


def _write(out: Path, benchmark, items) -> list[Path]:
    return OfficialFiles(out, benchmark, "m", "basic").write(items, entries_of(items))
