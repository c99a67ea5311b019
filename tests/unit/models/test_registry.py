import subprocess
import sys

import pytest

from echomind.errors import ConfigurationError
from echomind.models import own
from echomind.models.floors import MajorityModel, RandomModel
from echomind.models.registry import FORMS, load_model
from tests.unit.scoring.made_sets import made_set


def test_floors_are_had_by_name():
    assert isinstance(load_model("random"), RandomModel)
    assert isinstance(load_model("majority", benchmark=made_set(2, questions_per_script=9)), MajorityModel)


def test_the_majority_needs_a_set():
    with pytest.raises(ConfigurationError, match="found no set"):
        load_model("majority")


def test_our_model_is_that_of_the_settings_or_of_a_path(tiny_checkpoint, monkeypatch):
    assert load_model(f"echomind:{tiny_checkpoint}").name == "echomind/tiny"
    monkeypatch.setenv("ECHOMIND_MODEL", str(tiny_checkpoint))
    monkeypatch.setattr(own, "get_settings", own.Settings)
    assert load_model("echomind").name == "echomind/tiny"
    assert load_model("transcript-only").name == "transcript-only"


def test_a_voice_reaches_our_model(tiny_checkpoint):
    def speak(text, emotion):
        raise AssertionError("not asked here")

    assert load_model(f"echomind:{tiny_checkpoint}", speak=speak).speak is speak
    assert load_model(f"echomind:{tiny_checkpoint}").speak is None


@pytest.mark.parametrize(
    "spec",
    ["", "gpt", "Random", "random:3", "majority:x", "transformers", "endpoint", "endpoint:", "transcript-only:x"],
)
def test_another_form_is_refused_with_all_forms(spec):
    with pytest.raises(ConfigurationError, match="no such model; expected one of") as caught:
        load_model(spec)
    assert all(form.usage in str(caught.value) for form in FORMS.values())


def test_a_colon_with_nothing_behind_it_is_no_default():
    with pytest.raises(ConfigurationError, match="nothing after the colon"):
        load_model("echomind:")


def test_nothing_heavy_is_imported_before_a_model_is_asked_for():
    code = "import sys, echomind.models.registry; print(*{'torch', 'transformers', 'rouge_score'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout == "\n"
