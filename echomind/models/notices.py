"""What the licence of a large decoder asks every page to say that offers what is built on it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from huggingface_hub import try_to_load_from_cache
from huggingface_hub.errors import HFValidationError

from echomind.settings import Settings
from echomind.words import t

OPENPANGU = "pangu"  # in the published model_type (PanguEmbedded), and in the names people give to what is made of it
# openPangu Model License Agreement 1.0: 4.2 asks for the first two sentences, 3 is what its users warrant.
_OPENPANGU = (
    t("Powered by openPangu."),
    t("openPangu is a trademark of Huawei Technologies Co., Ltd."),
    t("Its licence does not allow its use within the European Union."),
)


def backbone_of(settings: Settings) -> dict[str, Any]:
    """What the configured checkpoint says of its large decoder (see ``slm/backbone.py``); empty for the embedded one.

    Looks at the folder, or at what was fetched of a Hub id before; asks nothing of the network. One that cannot
    be read says nothing here: whoever loads it is told why.
    """
    file: Any = Path(settings.model_path) / "config.json"
    if not file.is_file():
        try:
            file = try_to_load_from_cache(settings.model_path, "config.json")
        except HFValidationError:  # a folder that is not there
            return {}
    if not isinstance(file, (str, Path)):
        return {}
    try:
        config = json.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    described = config.get("backbone") if isinstance(config, dict) else None
    return described if isinstance(described, dict) else {}


def licence_notices(settings: Settings) -> tuple[str, ...]:
    """Sentences to show where replies of the configured model are offered; none for the embedded decoder.

    openPangu is known by the decoder's published ``model_type``, or by a name: the model's or its decoder's.
    """
    backbone = backbone_of(settings)
    names = (backbone.get("family"), backbone.get("path"), settings.model)
    return _OPENPANGU if any(OPENPANGU in str(name).casefold() for name in names if name) else ()
