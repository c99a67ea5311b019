import json
import subprocess
import sys

import pytest

from echomind.errors import DataError
from echomind.models.evaluation.journal import Entry, Journal

WHO = {"model": "m", "set": "s", "digest": "d", "prompt": "basic"}
ONE, TWO = Entry("asr", "a/target", "one"), Entry("reply", "a/target", "zwei — “2”\nlines", audio="x/y.wav")


def journal(folder, **changes):
    return Journal(folder / "journal", WHO | changes, started="2026-01-01T00:00:00+00:00")


def write(folder, *entries, index=0, **changes):
    with journal(folder, **changes).writing(index) as shard:
        for entry in entries:
            shard.append(entry)
    return folder / "journal" / f"shard-{index:03d}.jsonl"


def test_what_is_written_is_read(tmp_path):
    assert journal(tmp_path).read() == {}
    write(tmp_path, ONE)
    write(tmp_path, TWO)
    write(tmp_path, Entry("asr", "b/target", "three"), index=1)
    assert journal(tmp_path).read() == {e.id: e for e in (ONE, TWO, Entry("asr", "b/target", "three"))}


def test_every_line_is_on_disk_when_append_returns(tmp_path):
    with journal(tmp_path).writing(0) as shard:
        for n in range(3):
            shard.append(Entry("asr", str(n), "x"))
            assert len(journal(tmp_path).read()) == n + 1


def test_the_end_of_a_torn_line_is_dropped_wherever_it_tore(tmp_path):
    path = write(tmp_path, ONE, TWO)
    whole = path.read_bytes()
    last = whole.rstrip(b"\n").rfind(b"\n") + 1
    for cut in range(last, len(whole)):
        path.write_bytes(whole[:cut])
        assert journal(tmp_path).read() == {ONE.id: ONE}
    path.write_bytes(whole[: last + 5])
    write(tmp_path, TWO)
    assert path.read_bytes() == whole


def test_a_torn_first_line_leaves_an_empty_journal(tmp_path):
    path = write(tmp_path, ONE)
    whole = path.read_bytes()
    path.write_bytes(whole[:10])
    assert journal(tmp_path).read() == {}
    write(tmp_path, ONE)
    assert path.read_bytes() == whole


def test_a_failure_is_replaced_and_an_answer_is_not(tmp_path):
    failure = Entry("asr", "a/target", failed="busy")
    write(tmp_path, failure)
    assert journal(tmp_path).read() == {failure.id: failure}
    write(tmp_path, Entry("asr", "a/target", failed="gone"), ONE, failure)
    assert journal(tmp_path).read() == {ONE.id: ONE}
    write(tmp_path, failure, index=1)
    assert journal(tmp_path).read() == {ONE.id: ONE}


@pytest.mark.parametrize("name", WHO)
def test_a_journal_of_something_else_is_refused_and_left_as_it_is(tmp_path, name):
    path = write(tmp_path, ONE)
    before = path.read_bytes()
    other = journal(tmp_path, **{name: "other"})
    with pytest.raises(DataError, match=rf"holds answers for {name} .*but this run is for 'other'; expected another"):
        other.read()
    with pytest.raises(DataError, match="holds answers"), other.writing(0):
        pass
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "line",
    [
        '{"task": "asr"}',
        '{"task": "asr", "key": "k"}',
        '{"task": "singing", "key": "k", "answer": "la"}',
        '{"task": "asr", "key": "k", "answer": 3}',
        '{"task": "asr", "key": "k", "answer": "a", "more": "b"}',
        "[]",
        "{oops",
    ],
)
def test_a_whole_line_that_is_no_entry_is_named(tmp_path, line):
    path = write(tmp_path, ONE)
    path.write_bytes(path.read_bytes() + line.encode() + b"\n")
    with pytest.raises(DataError, match=r"shard-000\.jsonl:3: .*to start anew remove"):
        journal(tmp_path).read()


def test_a_file_that_is_no_journal_is_named(tmp_path):
    path = write(tmp_path, ONE)
    path.write_text('{"some": "thing"}\n')
    with pytest.raises(DataError, match=r"shard-000\.jsonl:1"):
        journal(tmp_path).read()


def test_two_writers_are_refused_and_a_killed_one_is_not_in_the_way(tmp_path):
    code = (
        "import sys; from pathlib import Path; from echomind.models.evaluation.journal import Journal\n"
        f"with Journal(Path({str(tmp_path / 'journal')!r}), {WHO!r}, started='x').writing(0):\n"
        "    print('here', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"here\n"
        with pytest.raises(DataError, match="another evaluation is writing"), journal(tmp_path).writing(0):
            pass
        other.kill()
    write(tmp_path, ONE)
    assert journal(tmp_path).read() == {ONE.id: ONE}


def test_the_start_is_that_of_the_first_run(tmp_path):
    path = write(tmp_path, ONE)
    assert json.loads(path.read_bytes().splitlines()[0])["started"] == "2026-01-01T00:00:00+00:00"
    later = Journal(tmp_path / "journal", WHO, started="2027-01-01T00:00:00+00:00")
    assert later.started() == "2026-01-01T00:00:00+00:00"
    assert Journal(tmp_path / "none", WHO, started="now").started() == "now"
