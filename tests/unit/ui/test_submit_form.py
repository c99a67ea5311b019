import gradio as gr

from echomind.settings import ROOT, Settings
from echomind.submissions.form import FIELDS
from echomind.ui import submit_form as form
from echomind.ui.submit_draft import Draft, voices_script


def test_the_page_asks_for_every_field_once_and_marks_the_needed_ones():
    assert sorted(form.NAMES) == sorted(field.name for field in FIELDS)
    assert set(form.NEEDED) == {"board", "model", "prompt", "voice"}
    start = form.defaults(Settings())
    for field in FIELDS:
        component = form.build_field(field.name, Settings(), start)
        assert ("needed" in component.label) == field.needed
        if isinstance(component, gr.Radio):
            values = [value for _, value in component.choices]
            assert set(filter(None, values)) <= set(field.choices)
            assert ("" in values) == (not field.needed)
        else:
            assert component.max_length == field.longest


def test_boards_without_references_are_closed_and_told_why(tmp_path):
    assert list(form.closed_boards(Settings())) == ["echomind", "humdial"]
    assert form.open_boards(Settings()) == (("EchoMind-Mini", "echomind-mini"),)
    opened = Settings(echomind_set="/data/echomind", humdial_set="/data/humdial")
    assert not form.closed_boards(opened) and len(form.open_boards(opened)) == 3
    nothing = Settings(assets_dir=tmp_path)
    assert form.open_boards(nothing) == () and form.defaults(nothing)["board"] == ""


def test_what_was_not_answered_is_left_out():
    values = dict.fromkeys(form.NAMES, "") | {"model": "M", "prompt": None, "runs": "3"}
    assert form.given([values[name] for name in form.NAMES]) == {"model": "M", "runs": "3"}


def test_voices_are_those_of_the_board():
    assert [value for _, value in form.voices_of("echomind-mini")] == ["tts"]
    assert [value for _, value in form.voices_of("echomind")] == ["tts", "human"]
    assert '"humdial": [["recorded people", "human"]]' in voices_script()


def test_a_draft_restores_only_values_that_the_form_has():
    allowed = form.allowed(Settings())
    assert allowed["board"] == ["echomind-mini"] and allowed["weights"] == ["open", "closed", ""]
    script = Draft(Settings(assets_dir=ROOT / "assets")).script("restore")
    assert script.startswith("(...values) => {") and '"board": ["echomind-mini"]' in script


def test_a_field_that_the_form_does_not_have_keeps_its_name():
    assert form.field_words("prompt") == "Prompt condition"
    assert form.field_words("<b>x</b>") == "<b>x</b>"
