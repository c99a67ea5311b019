"""Forms from outside: every field, every fault at once, and nothing that the form does not have."""

import random
import string
from pathlib import Path

import pytest

from echomind.scoring.predictions import Predictions
from echomind.scoring.problems import Problems
from echomind.submissions.form import FIELDS, compare_form, read_form
from echomind.submissions.model import Form
from tests.unit.submissions.made_uploads import FULL_FORM

LEAST = {"board": "echomind-mini", "model": "A model", "prompt": "zero", "voice": "tts"}
FULL = FULL_FORM | LEAST


def lines(given):
    read = read_form(given)
    assert read.form is None and read.contact == ""
    told = [problem.line() for problem in read.problems]
    assert all(line.startswith("the form: ") and line.isprintable() and len(line) < 900 for line in told)
    return [line.removeprefix("the form: ") for line in told]


def only_line(**changes):
    told = lines(LEAST | changes)
    assert len(told) == 1, told
    return told[0]


def test_a_full_form_is_read():
    read = read_form(FULL)
    assert read.problems == () and read.contact == "ada.lovelace+mind@example.co.uk"
    assert read.form == Form(
        board="echomind-mini",
        model="A model",
        hub_id="me/A-model.7B",
        org="Ünïversity 北京",
        params_b=7.1,
        weights="open",
        licence="Apache-2.0",
        url="https://example.org/paper?x=1",
        prompt="zero",
        voice="tts",
        speech_out=True,
        decoding="greedy, 512 tokens",
        runs=3,
    )


@pytest.mark.parametrize("nothing", ["", "   ", "\n\t ", None])
def test_what_is_empty_was_not_stated(nothing):
    read = read_form(dict.fromkeys(FULL, nothing) | LEAST)
    assert read.form == Form(board="echomind-mini", model="A model", prompt="zero", voice="tts")
    assert (read.form.runs, read.form.speech_out, read.form.params_b, read.contact) == (1, None, None, "")


def test_every_field_of_the_form_can_be_given_and_the_contact_beside_them():
    assert {field.name for field in FIELDS} == {*Form.model_fields, "contact"}
    assert set(FULL) == {field.name for field in FIELDS}


def test_everything_wrong_is_told_at_once():
    assert lines(
        {"board": "imagenet", "params_b": "7B", "weights": "Open", "url": "ftp://x.org", "verified": "yes"}
    ) == [
        "verified: found a field that the form does not have, expected only board, model, hub_id, org, params_b,"
        " weights, licence, url, prompt, voice, speech_out, decoding, runs, contact",
        "board: found 'imagenet', expected one of echomind-mini, echomind, humdial",
        "model: found nothing, expected the name of the model, at most 80 characters",
        "params_b: found '7B', expected a number of billions such as 7 or 0.5",
        "weights: found 'Open', expected one of open, closed",
        "url: found 'ftp://x.org', expected a web address such as https://example.org/paper",
        "prompt: found nothing, expected one of zero, basic, enhanced",
        "voice: found nothing, expected one of tts, human",
    ]


@pytest.mark.parametrize(
    "name", ["sender", "id", "at", "verified", "hidden", "state", "Model", "model ", "__class__", ""]
)
def test_nothing_else_can_be_set(name):
    told = only_line(**{name: "x"})
    assert told.startswith(f"{name or repr(name)}: found a field that the form does not have")


def test_a_million_other_fields_are_counted_only():
    assert len(lines(LEAST | {f"field {number}": "" for number in range(100_000)})) == 1_000


@pytest.mark.parametrize("value", [7, 7.0, True, [], {}, b"7", ["7"], object()])
@pytest.mark.parametrize("name", ["params_b", "model", "board", "contact"])
def test_what_is_no_text_is_refused(name, value):
    assert only_line(**{name: value}).startswith(f"{name}: found ")


@pytest.mark.parametrize("name", [field.name for field in FIELDS])
def test_texts_that_are_too_long_are_refused_by_their_length(name):
    longest = next(field.longest for field in FIELDS if field.name == name)
    assert f"{name}: found 1000001 characters, expected at most {longest}" in only_line(
        **{name: "e\u0301" * 500_000 + "x"}
    )
    assert f"{name}: found {longest + 1} characters" in only_line(**{name: "x" * (longest + 1)})


@pytest.mark.parametrize("hidden", ["\u202e", "\u200b", "\u2066", "\0", "\x1b", "\n", "\ud800", "\ufeff", "\ue000"])
@pytest.mark.parametrize(
    "name", ["model", "org", "licence", "decoding", "url", "contact", "hub_id", "board", "params_b"]
)
def test_what_hides_or_reorders_is_refused(name, hidden):
    told = only_line(**{name: f"a{hidden}b"})
    assert told == f"{name}: found the invisible character U+{ord(hidden):04X}, expected visible text"


def test_accents_are_brought_into_one_form():
    assert read_form(LEAST | {"model": " Mode\u0301le "}).form.model == "Mod\u00e9le"


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "=HYPERLINK(1)", "../../etc", "模型", "😀", "'; DROP TABLE"]
)
def test_names_are_text(name):
    assert read_form(LEAST | {"model": name}).form.model == name


@pytest.mark.parametrize(("text", "value"), [("7", 7.0), ("0.5", 0.5), (" 235 ", 235.0), ("100000", 100_000.0)])
def test_sizes(text, value):
    assert read_form(LEAST | {"params_b": text}).form.params_b == value


@pytest.mark.parametrize(
    "text", ["7B", "seven", "0", "0.0", "-1", "+7", "1e3", "nan", "inf", "7,1", "٧", "7.", ".5", "100001", "0x7", "7 1"]
)
def test_what_is_no_size(text):
    assert only_line(params_b=text) == f"params_b: found {text!r}, expected a number of billions such as 7 or 0.5"


@pytest.mark.parametrize("text", ["0", "1001", "-1", "1.0", "x", "1e2", "٣", "00001"])
def test_what_is_no_number_of_runs(text):
    assert "expected a number of runs from 1 to 1000" in only_line(runs=text)


@pytest.mark.parametrize("text", ["model", "a/b/c", "../x", "https://huggingface.co/a/b", "a/b c", "é/b", "/b", "a/"])
def test_what_is_no_hub_id(text):
    assert "expected a Hub id such as owner/name" in only_line(hub_id=text)


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "x.org", "https://a@b.org", "http://", 'https://x.org/"onclick']
)
def test_what_is_no_address(text):
    assert "expected a web address" in only_line(url=text)


@pytest.mark.parametrize(
    "text",
    ["a@b.org", "a.b+c@d-e.example.co.uk", "用户@例え.jp", "https://example.org/me", "o'hara@x.io", "a@b.xn--p1ai"],
)
def test_contacts(text):
    assert read_form(LEAST | {"contact": text}).contact == text


@pytest.mark.parametrize(
    "text",
    ["me", "a@b", "@b.org", "a@", "a@@b.org", "a@b..org", "a b@c.org", "<a@b.org>", "a@b.org, c@d.org", "a@-b.org"],
)
def test_what_is_no_contact(text):
    assert only_line(contact=text) == f"contact: found {text!r}, expected an e-mail address or a web address"


def test_an_address_that_could_take_long_to_tell_does_not():
    assert "expected an e-mail" in only_line(contact="a@" + "a-" * 120 + "!")
    assert "expected an e-mail" in only_line(contact="a" * 490)


@pytest.mark.parametrize(("board", "voice"), [("echomind-mini", "human"), ("humdial", "tts")])
def test_boards_have_their_voices(board, voice):
    told = only_line(board=board, voice=voice)
    assert told.startswith(f"voice: found {voice}, expected ") and told.endswith(f"on the board {board}")


def test_both_voices_of_echomind():
    assert [read_form(LEAST | {"board": "echomind", "voice": v}).form.voice for v in ("tts", "human")] == [
        "tts",
        "human",
    ]


@pytest.mark.parametrize("seed", range(20))
def test_any_texts_make_a_form_or_problems(seed):
    chance = random.Random(seed)
    letters = string.printable + "\u202e\u0301é模😀\0\ud800"
    for _ in range(50):
        given = {
            name: chance.choice([FULL[name], "".join(chance.choices(letters, k=chance.randrange(12))), None, 3])
            for name in FULL
            if chance.random() < 0.8
        }
        read = read_form(given)
        assert (read.form is None) == bool(read.problems)
        assert all(problem.line().isprintable() for problem in read.problems)


def compared(said, **changes):
    problems, warnings = Problems(), Problems()
    compare_form(read_form(LEAST | changes).form, said, problems, warnings)
    return [p.line() for p in problems.kept], [w.line() for w in warnings.kept]


@pytest.mark.parametrize(
    ("said", "form"), [("no", "zero"), ("basic", "basic"), ("enhance", "enhanced"), ("zero", "zero"), ("", "basic")]
)
def test_the_same_prompt_by_its_official_name(said, form):
    assert compared(Predictions(prompt=said), prompt=form) == ([], [])


@pytest.mark.parametrize(
    ("said", "form"), [("no", "basic"), ("enhance", "zero"), ("enhanced", "basic"), ("basic", "zero")]
)
def test_another_prompt_than_the_files_name_is_a_problem(said, form):
    [line], warnings = compared(Predictions(prompt=said), prompt=form)
    assert line.startswith(f"the form: prompt: found {form}, expected ") and repr(said) in line and warnings == []


def test_a_prompt_that_nobody_knows_is_a_warning():
    assert compared(Predictions(prompt="think\nfirst"), prompt="basic") == (
        [],
        [
            r"the form: prompt: the files name the prompt 'think\nfirst', which is none of no, basic, enhance;"
            " the row will say basic"
        ],
    )


@pytest.mark.parametrize("said", ["", "A-Model", "a_model_asr", "A model 7B", "model"])
def test_spellings_of_one_name(said):
    assert compared(Predictions(model=said)) == ([], [])


def test_another_model_than_the_files_name_is_a_warning():
    assert compared(Predictions(model="qwen")) == (
        [],
        ["the form: model: the files name the model 'qwen'; the row will say 'A model'"],
    )


def test_sound_of_a_model_that_does_not_speak_is_a_warning():
    said = Predictions(reply_audio={("id_1", "target"): Path("1")})
    assert compared(said, speech_out="yes") == compared(said) == ([], [])
    assert len(compared(said, speech_out="no")[1]) == 1
