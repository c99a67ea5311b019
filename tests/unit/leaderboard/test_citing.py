import copy
import json
import re

import pytest
import yaml
from huggingface_hub import parse_eval_result_entries

from echomind.leaderboard.citing import DATASETS, bibtex_entry, bibtex_note, eval_results_yaml, latex
from echomind.leaderboard.records import Record, read_board
from echomind.settings import ROOT
from tests.unit.leaderboard.made_rows import HOSTILE

UNTEX = {
    r"\textbackslash{}": "\\",
    r"\textbraceleft{}": "{",
    r"\textbraceright{}": "}",
    r"\textasciitilde{}": "~",
    r"\textasciicircum{}": "^",
    r"\textless{}": "<",
    r"\textgreater{}": ">",
    **{f"\\{c}": c for c in "$&#_%"},
}
NAMES = [
    *HOSTILE,
    "a: b # c",
    "- x",
    "yes",
    "null",
    "2026-03-05",
    "{",
    "}}, note = {x",
    "}@comment{",
    "%",
    "|",
    "!!python/object:x",
    "*a &b",
]


def bibtex(text):
    """A strict reader of what BibTeX reads: entries of braced fields, one after another. Anything else is an error."""
    entries, rest = [], text.strip()
    while rest:
        head = re.match(r"@([a-z]+)\{([A-Za-z0-9:._-]+),\s*", rest)
        assert head, f"no entry begins at {rest[:40]!r}"
        rest, fields = rest[head.end() :], {}
        while not rest.startswith("}"):
            name = re.match(r"([a-z]+)\s*=\s*\{", rest)
            assert name, f"no field begins at {rest[:40]!r}"
            depth, end = 1, name.end()
            while depth:
                depth += {"{": 1, "}": -1}.get(rest[end], 0)
                end += 1
            fields[name[1]] = rest[name.end() : end - 1]
            assert rest[end] == ","
            rest = rest[end + 1 :].lstrip()
        entries.append((head[1], head[2], fields))
        rest = rest[1:].lstrip()
    return entries


def printed(value):
    """What LaTeX prints of a field: commands give their characters, grouping braces go, anything else special fails."""
    out = ""
    while value:
        command = next((c for c in UNTEX if value.startswith(c)), None)
        if command:
            out, value = out + UNTEX[command], value[len(command) :]
        else:
            assert value[0] not in "\\$&#_%^~<>", f"not escaped: {value[:20]!r}"
            out, value = out + ("" if value[0] in "{}" else value[0]), value[1:]
    return out


def made(record, **changes):
    data = copy.deepcopy(record)
    for path, value in changes.items():
        part, field = path.split("__")
        data[part][field] = value
    return Record.model_validate_json(json.dumps(data))


@pytest.mark.parametrize("name", NAMES)
def test_yaml_says_what_the_record_says_whatever_its_texts_are(record, name):
    found = made(record, provenance__source=name, protocol__judge_text=name[:80])
    read = yaml.safe_load(eval_results_yaml(found))
    entries = parse_eval_result_entries(read)
    assert [(e.dataset_id, e.task_id, e.value) for e in entries] == [
        ("hlt-cuhksz/EchoMind", metric, value) for metric, value in found.scores.items()
    ]
    assert {e.source_name for e in entries} == {name}
    assert all(name[:80] in e.notes and e.date == "2026-03-05" for e in entries)


def test_yaml_carries_n_and_interval_or_says_that_there_is_none(record):
    entries = {e.task_id: e for e in parse_eval_result_entries(yaml.safe_load(eval_results_yaml(made(record))))}
    assert "n = 4576; 95 % interval 62.9 to 65.7" in entries["understanding_acc"].notes
    assert "n not published; no interval published" in entries["wer"].notes


def test_without_an_address_the_source_is_in_the_notes(record):
    entries = parse_eval_result_entries(yaml.safe_load(eval_results_yaml(made(record, provenance__url=None))))
    assert all(e.source_url is None and e.source_name is None and "A paper, Table 1" in e.notes for e in entries)


def test_boards_without_a_data_set_on_the_hub_have_no_yaml(record):
    assert eval_results_yaml(made({**record, "board": "echomind-mini"})) is None
    assert set(DATASETS.values()) == {"hlt-cuhksz/EchoMind"}


@pytest.mark.parametrize("name", NAMES)
def test_bibtex_reads_back_to_the_record_whatever_its_texts_are(record, name):
    found = made(record, model__name=name[:80], model__org=name[:80], provenance__source=name)
    (kind, key, fields), (_, paper, _) = bibtex(bibtex_note("model-a", found))
    assert (kind, key, paper) == ("misc", "echomind:model-a", "zhou2026echomind")
    assert printed(fields["title"]) == f"{name[:80]} on EchoMind"
    assert printed(fields["author"]) == name[:80]
    assert name in printed(fields["note"])
    assert fields["url"] == "https://example.org/paper" and fields["year"] == "2026"


def test_addresses_with_braces_stay_inside_their_field(record):
    found = made(record, provenance__url="https://example.org/{a}}?b=%7B~c")
    fields = bibtex(bibtex_note("model-a", found))[0][2]
    assert fields["url"] == "https://example.org/%7Ba%7D%7D?b=%7B%7Ec"


def test_every_record_there_is_can_be_cited():
    for folder in (ROOT / "results").iterdir():
        for slug, found in read_board(ROOT / "results", folder.name).items() if folder.is_dir() else ():
            entries = bibtex(bibtex_note(slug, found))
            assert printed(entries[0][2]["title"]).startswith(found.model.name)
            assert len(entries) == (2 if folder.name.startswith("echomind") else 1)


def test_what_would_end_an_entry_is_refused():
    with pytest.raises(ValueError, match="not balanced"):
        bibtex_entry("misc", "a", {"note": "}{"})
    with pytest.raises(ValueError, match="the key"):
        bibtex_entry("misc", "a, b", {"note": "x"})
    assert latex("50 % {of} a_b") == r"50 \% \textbraceleft{}of\textbraceright{} a\_b"
