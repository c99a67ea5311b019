"""ONNX Runtime reports nothing, whichever part of the app loads it."""

import ast
import os
import subprocess
import sys

import pytest

from echomind.settings import ROOT

USES = {
    "the end of a turn": "from echomind.talk.voice_activity import VoiceActivity; VoiceActivity()",
    "dnsmos": "from echomind.scoring.speech_quality import Dnsmos; from echomind.settings import ROOT;"
    "Dnsmos().mos(ROOT / 'assets' / 'examples' / 'project_neutral.ogg')",
}
LOADS_IT = ("onnxruntime", "speechmos")  # the library, and a package that loads it


@pytest.mark.parametrize("use", USES)
def test_it_is_told_so_before_it_is_loaded(use, tmp_path):
    told = "import os, sys; assert 'onnxruntime' in sys.modules; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    environment["TMPDIR"] = str(tmp_path)
    code = f"{USES[use]};{told}"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.strip() == "1"
    assert list(tmp_path.iterdir()) == []


def loaded_by(file):
    """What a file imports of it while the app runs, with the lines that a type checker alone reads left out."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    unread = {
        id(node)
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and ast.unparse(branch.test) == "TYPE_CHECKING"
        for node in ast.walk(branch)
    }
    for node in ast.walk(tree):
        if id(node) in unread:
            continue
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        yield from (name.split(".")[0] for name in names if name.split(".")[0] in LOADS_IT)


def test_nothing_loads_it_another_way():
    files = {str(file.relative_to(ROOT)): list(loaded_by(file)) for file in (ROOT / "echomind").rglob("*.py")}
    loading = {name: found for name, found in files.items() if found}
    assert loading == {
        "echomind/onnx_runtime.py": ["onnxruntime"],
        "echomind/scoring/speech_quality.py": ["speechmos"],  # after load_onnxruntime()
    }
