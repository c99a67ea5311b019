import pytest

from echomind.errors import ConfigurationError
from echomind.settings import Settings
from echomind.talk.contestants import Contestant, contestants, cost_words, hosts_of

ENDPOINTS = {
    "one": {"base_url": "https://api.example.org/v1", "model": "m"},
    "two": {"base_url": "https://api.example.org/v2", "model": "n"},
}


def test_ours_and_the_floor_are_always_there():
    assert [one.spec for one in contestants(Settings(talk_models=()))] == ["echomind", "transcript-only"]


def test_others_come_from_the_settings_with_where_a_recording_goes():
    settings = Settings(talk_models="transformers:org/Model-7B, endpoint:one,endpoint:two", endpoints=ENDPOINTS)
    others = contestants(settings)[2:]
    assert others == (
        Contestant("transformers:org/Model-7B", "Model-7B"),
        Contestant("endpoint:one", "one", "api.example.org"),
        Contestant("endpoint:two", "two", "api.example.org"),
    )
    assert [one.kind for one in others] == ["transformers", "endpoint", "endpoint"]
    assert hosts_of(others) == ("api.example.org",)


def test_an_endpoint_that_the_setting_does_not_name_is_not_asked():
    assert len(contestants(Settings(endpoints=ENDPOINTS, talk_models=()))) == 2


@pytest.mark.parametrize(
    ("named", "message"),
    [
        (("gpt",), "found 'gpt'; expected transformers:"),
        (("transformers:",), "found 'transformers:'"),
        (("random",), "found 'random'"),
        (("endpoint:three",), "no endpoint is called 'three'; known: one, two"),
        (("endpoint:one", "endpoint:one"), "found 'endpoint:one' twice"),
    ],
)
def test_what_cannot_be_asked_is_said_at_the_start(named, message):
    with pytest.raises(ConfigurationError, match=f"^ECHOMIND_TALK_MODELS: {message}"):
        contestants(Settings(talk_models=named, endpoints=ENDPOINTS))


@pytest.mark.parametrize(
    ("cost", "words"),
    [(None, "—"), (0.0, "$0"), (0.0042, "$0.0042"), (0.000123, "$0.00012"), (1.5, "$1.50"), (12.0, "$12.00")],
)
def test_costs_have_two_digits_that_count(cost, words):
    assert cost_words(cost) == words
