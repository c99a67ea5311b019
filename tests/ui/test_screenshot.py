"""The README's picture: the Talk page after one turn with the model that ships. ECHOMIND_SCREENSHOT=1 renews it."""

import io
import os

import numpy as np
import pytest
from PIL import Image

from echomind.settings import ROOT, Settings

PICTURE = ROOT / "assets" / "screenshot.png"


@pytest.fixture(scope="module")
def shipped(run_app):
    return run_app(Settings())


def test_the_shipped_model_answers_an_example_on_one_screen(shipped, visit):
    page = visit("", ".em-example-button", base=shipped.url)
    page.click(".em-example-button >> nth=0")
    page.wait_for_selector("#talk-times .em-times")
    page.wait_for_selector(".em-busy", state="detached")
    reply = page.inner_text("#talk-reply").strip()
    assert len(reply.split()) >= 3
    assert reply[-1] in ".!?”"
    shot = page.screenshot(clip={"x": 0, "y": 0, "width": 1440, "height": 900})
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    assert image.size == (1440, 900)
    assert np.asarray(image).std() > 5  # something is drawn
    if os.environ.get("ECHOMIND_SCREENSHOT") == "1":
        image.quantize(128).save(PICTURE, optimize=True)
    assert PICTURE.stat().st_size < 300_000
