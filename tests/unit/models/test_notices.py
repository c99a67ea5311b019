import json
from pathlib import Path

import pytest

from echomind.models.notices import backbone_of, licence_notices
from echomind.settings import Settings
from echomind.words import here, speaking

ASKED = "Powered by openPangu. openPangu is a trademark of Huawei Technologies Co., Ltd."  # licence 4.2


def checkpoint(folder: Path, backbone: object) -> Settings:
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"model_type": "echomind", "backbone": backbone}))
    return Settings(model=str(folder))


def test_the_embedded_decoder_asks_for_nothing(tmp_path):
    assert licence_notices(Settings()) == ()
    assert licence_notices(checkpoint(tmp_path / "own", None)) == ()


@pytest.mark.parametrize(
    "backbone",
    [
        {"family": "PanguEmbedded", "path": "/models/seven"},
        {"family": "PanguEmbedded", "path": ""},  # merged: the licence is not merged away
        {"family": "llama", "path": "someone/openPangu-Embedded-7B-as-llama"},  # its configuration rewritten by others
    ],
)
def test_openpangu_is_named_as_its_licence_asks(tmp_path, backbone):
    notices = licence_notices(checkpoint(tmp_path / "seven", backbone))
    assert " ".join(notices).startswith(ASKED)
    assert "European Union" in notices[-1]


def test_its_notice_stays_in_english_in_chinese_and_is_explained(tmp_path):
    with speaking("zh"):
        said = " ".join(map(here, licence_notices(checkpoint(tmp_path / "seven", {"family": "PanguEmbedded"}))))
    assert "Powered by openPangu" in said
    assert "openPangu is a trademark of Huawei Technologies Co., Ltd." in said
    assert "商标" in said
    assert "欧盟" in said


def test_another_decoder_asks_for_nothing(tmp_path):
    settings = checkpoint(tmp_path / "eight", {"family": "qwen3", "path": "Qwen/Qwen3-8B"})
    assert backbone_of(settings)["path"] == "Qwen/Qwen3-8B"
    assert licence_notices(settings) == ()


def test_a_hub_id_is_known_by_its_name_before_it_was_fetched(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    assert " ".join(licence_notices(Settings(model="someone/echomind-openPangu-7B"))).startswith(ASKED)
    assert licence_notices(Settings(model="someone/echomind-large")) == ()


@pytest.mark.parametrize("text", ["{", "[]", '{"backbone": 3}'])
def test_a_checkpoint_that_cannot_be_read_says_nothing(tmp_path, text):
    (tmp_path / "config.json").write_text(text)
    assert backbone_of(Settings(model=str(tmp_path))) == {}
    assert backbone_of(Settings(model=str(tmp_path / "not" / "there"))) == {}
