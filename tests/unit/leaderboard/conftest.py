import copy
import json
from pathlib import Path

import pytest

RECORD = {
    "schema": 1,
    "board": "echomind",
    "model": {
        "name": "Model A",
        "hub_id": "owner/model-a",
        "org": "Owner",
        "params_b": 7.0,
        "weights": "open",
        "licence": None,
        "speech_out": True,
        "url": "https://example.org/a",
    },
    "protocol": {
        "prompt": "best",
        "voice": "tts",
        "judge_text": "gpt-4o",
        "judge_audio": "gemini-2.5-pro",
        "scorer": "paper",
    },
    "provenance": {
        "kind": "paper",
        "source": "A paper, Table 1",
        "url": "https://example.org/paper",
        "date": "2026-03-05",
        "verified": True,
        "receipt": None,
    },
    "scores": {"wer": 2.93, "understanding_acc": 64.29, "reasoning_acc": 50.0},
    "intervals": {"understanding_acc": [62.9, 65.7]},
    "n": {"understanding_acc": 4576},
    "breakdown": {"question_type": {}, "attribute": {}, "style": {}},
}


@pytest.fixture
def record():
    return copy.deepcopy(RECORD)


@pytest.fixture
def write(tmp_path):
    """Writes a record (or raw bytes) to results/<board>/<slug>.json and returns the results folder."""

    def writer(content, slug="model-a", board="echomind") -> Path:
        folder = tmp_path / "results" / board
        folder.mkdir(parents=True, exist_ok=True)
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        (folder / f"{slug}.json").write_bytes(data)
        return tmp_path / "results"

    return writer
