"""Models beside each other in a real browser: ours, the floor, one of transformers and an endpoint on this machine."""

import json

import pytest

from echomind.settings import Settings
from tests.unit.models.openai_server import KEY, KEY_VARIABLE, Answer, Fault, OpenAIServer, usage
from tests.unit.models.transformers_slm.tiny_slms import qwen2_audio

CARDS = "#side-replies .em-contrast-card"
FINISHED = "#side-replies :text('Times count')"


@pytest.fixture(scope="module")
def server():
    with OpenAIServer() as running:
        running.answer = lambda request: Answer("You sound <b>tired</b>.", usage=usage(1000, 100))
        yield running


@pytest.fixture(scope="module")
def app(run_app, tiny_checkpoint, server, tmp_path_factory):
    """The app with a tiny model of ours, one of transformers, and the endpoint."""
    slm = qwen2_audio(tmp_path_factory.mktemp("slm") / "tiny-slm")
    endpoint = {"base_url": server.base_url, "model": server.model, "api_key_env": KEY_VARIABLE, "attempts": 1}
    endpoint["prices"] = {"text_in": 1.0, "text_out": 10.0}
    settings = Settings(model=str(tiny_checkpoint), talk_models=(f"transformers:{slm}", "endpoint:far"))
    return run_app(settings, environ={"ECHOMIND_ENDPOINTS": json.dumps({"far": endpoint}), KEY_VARIABLE: KEY})


@pytest.fixture
def page(app, visit):
    return visit("", "#side-go", base=app.url)


def choose(page, name):
    page.focus("#side-models input")
    page.fill("#side-models input", name)
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#side-models .token:has-text('{name}')")
    page.keyboard.press("Tab")


def unchoose(page, name):
    page.click(f"#side-models .token:has-text('{name}') .token-remove")


def test_ours_stands_beside_the_floor_without_a_word_spoken(page):
    assert "Stays on this server: EchoMind, EchoMind (words only)." in page.inner_text("#side-where")
    assert not page.is_visible("#side-send")
    page.click("#side-go")
    page.wait_for_selector(FINISHED)
    assert [card.locator("h3").inner_text() for card in page.locator(CARDS).all()] == [
        "EchoMind",
        "EchoMind (words only)",
    ]
    for card in page.locator(CARDS).all():
        assert card.locator(".em-contrast-reply").inner_text().strip()
        assert "whole reply" in card.inner_text()
    assert "You have not spoken yet" in page.inner_text("#side-what")
    assert not page.is_visible("#side-stop")


def test_an_endpoint_is_asked_only_by_the_button_that_names_it(app, page, server):
    host = server.base_url.split("/")[2]
    unchoose(page, "words only")
    choose(page, "tiny-slm")
    choose(page, "far")
    page.wait_for_selector(f"#side-send:has-text('I agree: send the clip to {host}')")
    assert f"Sent to {host}, if you agree below" in page.inner_text("#side-where")
    assert not page.is_visible("#side-go")
    assert server.requests == []
    page.click("#side-send")
    page.wait_for_selector(FINISHED)
    ours, slm, far = (card.inner_text() for card in page.locator(CARDS).all())
    assert "first words" in ours
    assert "on this server" in slm and "whole reply" in slm
    assert "You sound <b>tired</b>." in far and "cost $0.0020" in far and f"asked at {host}" in far
    assert len(server.requests) == 1
    assert len(server.requests[0].clips) == 1
    assert [path for path in app.temporary.rglob("*") if path.is_file() and path.stat().st_size] == []
    assert not (app.data / "cache").exists()

    server.script(Fault(500, "the far model is down"))
    page.click("#side-send")
    page.wait_for_selector("#side-replies .em-error")
    page.wait_for_selector(FINISHED)
    ours, slm, far = (card.inner_text() for card in page.locator(CARDS).all())
    assert "the far model is down" in far
    assert "whole reply" in ours and "whole reply" in slm


def test_the_last_turn_is_what_is_answered(page):
    page.click(".em-example-button:has-text('whispering') >> nth=0")
    page.wait_for_selector("#talk-times .em-times")
    page.wait_for_selector(".em-busy", state="detached")
    page.click("#side-go")
    page.wait_for_selector(FINISHED)
    assert "Your last turn" in page.inner_text("#side-what")


def test_on_a_phone_the_cards_stand_below_each_other(app, visit):
    page = visit("", "#side-go", width=390, height=844, base=app.url)
    page.click("#side-go")
    page.wait_for_selector(FINISHED)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    first, second = (card.bounding_box() for card in page.locator(CARDS).all())
    assert second["y"] >= first["y"] + first["height"]
