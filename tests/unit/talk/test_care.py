"""What is said outright is met with help; figures of speech are left to the model."""

import pytest

from echomind.errors import ConfigurationError
from echomind.talk.care import REPLIES, check
from echomind.talk.care_signs import MEDICAL, SELF_HARM, VIOLENCE
from echomind.talk.help_lines import COUNTRIES, INTERNATIONAL, choices

SAID = {
    SELF_HARM: [
        "I want to die",
        "i just want to die",
        "I really wanna die.",
        "I'm going to kill myself tonight",
        "im gonna kill myself",
        "I have been thinking about suicide lately",
        "I keep thinking about ending it all",
        "I've been having thoughts of killing myself",
        "I don't want to live anymore",
        "I do not want to be alive",
        "there is no reason to live",
        "I'd be better off dead",
        "everyone would be better off without me",
        "I feel suicidal",
        "I am very suicidal",
        "I tried to kill myself last year",
        "I've been cutting myself",
        "I keep hurting myself on purpose",
        "I took all of my pills",
        "I just swallowed a whole bottle of sleeping pills",
        "I think I overdosed",
        "I wish I was dead",
        "I want to hurt myself",
        "my friends are here but i want to end my life",
        "I'm not okay and I’m planning to end my life",
    ],
    VIOLENCE: [
        "my husband hits me",
        "He beats me every night",
        "my dad hit me again",
        "she keeps punching me when she's drunk",
        "my boyfriend choked me last night",
        "my ex threatened to kill me",
        "he tried to strangle me and then he hit me",
        "I'm afraid he will hurt me",
        "I'm scared that my father will hit me",
        "I don't feel safe at home",
        "I am not safe with him",
        "I was raped",
        "I'm being abused",
        "my stepdad is hitting me",
    ],
    MEDICAL: [
        "I can't breathe",
        "my baby is not breathing",
        "she stopped breathing",
        "I think I'm having a heart attack",
        "my dad is having a stroke",
        "I have chest pain and my arm is numb",
        "I'm having terrible chest pains",
        "he's unconscious",
        "my mother won't wake up",
        "she's bleeding badly",
        "it won't stop bleeding",
        "please call an ambulance",
        "my throat is closing up",
        "My son is having a seizure",
    ],
}

NEAR = [
    "this homework is killing me",
    "my feet are killing me",
    "I laughed so hard I thought I'd die",
    "I want to die of embarrassment",
    "I want to die when she sings",
    "I could have died laughing",
    "my mom is going to kill me when she sees this",
    "my dad will kill me if I scratch the car",
    "I killed it on stage tonight",
    "we watched Suicide Squad",
    "the film is about a murder",
    "I'm dying to see you",
    "I'd kill for a coffee",
    "that joke killed me",
    "I don't want to die",
    "he doesn't want to live in the city",
    "I don't want to live with my parents",
    "I don't want to live alone",
    "I cut myself shaving",
    "I keep hurting myself at the gym",
    "I'm killing time",
    "the battery is dead",
    "dead tired today",
    "my brother beat me at chess",
    "she beats me every time we play",
    "he hit me up on Instagram",
    "hit me with it",
    "my boss is hitting deadlines",
    "he kicked me under the table",
    "the news hit me hard",
    "it hit me that I was late",
    "I overdosed on chocolate",
    "that gave me a heart attack",
    "dad had a heart attack ten years ago but he's fine",
    "my mum is having a heart attack over the phone bill",
    "she takes my breath away",
    "I can't breathe through my nose",
    "I can't breathe laughing",
    "it's so cute I can't breathe when I see it",
    "my son won't wake up for school",
    "we are bleeding money",
    "the startup is bleeding out cash",
    "I was holding my breath",
    "we saw an ambulance on the way",
    "we are going to visit my grandmother in the hospital this weekend",
    "I have been working on this project since early this morning",
    "I lost my job today",
    "I feel so alone",
    "nobody understands me",
    "my chest of drawers broke",
    "I'm not going to hurt myself",
    "",
    "   ",
    "...",
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in SAID.items() for text in texts])
def test_what_is_said_outright_is_met(kind, text):
    found = check(text)
    assert found is not None, text
    assert (found.kind, found.reply) == (kind, REPLIES[kind])


@pytest.mark.parametrize("text", NEAR)
def test_figures_of_speech_are_left_to_the_model(text):
    assert check(text) is None


@pytest.mark.parametrize("text", ["I WANT TO DIE!!!", "i want, to die", "so... i want to die and nobody cares"])
def test_capitals_and_punctuation_do_not_matter(text):
    assert check(text) is not None


def test_a_figure_of_speech_does_not_hide_a_danger():
    assert check("I want to die of boredom, no, honestly, I want to die").kind == SELF_HARM


@pytest.mark.parametrize("kind", REPLIES)
def test_replies_name_a_number_and_say_what_is_speaking(kind):
    assert "911" in REPLIES[kind]
    assert "I'm a computer program" in REPLIES[kind]
    assert len(REPLIES[kind]) < 600


def test_help_lines():
    assert "988" in REPLIES[SELF_HARM]
    assert "findahelpline.com" in REPLIES[SELF_HARM]
    assert "1-800-799-7233" in REPLIES[VIOLENCE]
    assert "112" in REPLIES[MEDICAL]


def test_a_very_long_transcript_is_read():
    assert check("my dad and i and he " * 5_000) is None


@pytest.mark.parametrize("kind", REPLIES)
@pytest.mark.parametrize("country", COUNTRIES, ids=lambda country: country.id)
def test_each_country_has_its_own_numbers(kind, country):
    found = check(SAID[kind][0], country.id)
    assert found.kind == kind
    assert "I'm a computer program" in found.reply
    assert len(found.reply) < 420
    line = {SELF_HARM: country.crisis.call, VIOLENCE: country.violence.call, MEDICAL: country.medical}[kind]
    assert line in found.reply
    for other in COUNTRIES:
        if other.violence.call != country.violence.call:
            assert other.violence.call not in found.reply


def test_each_line_has_a_source():
    for country in COUNTRIES:
        assert country.crisis.source.startswith("https://")
        assert country.violence.source.startswith("https://")


def test_an_unknown_country_is_refused_also_when_nothing_is_wrong():
    with pytest.raises(ConfigurationError, match="found the country 'atlantis'; expected one of international, au"):
        check("hello", "atlantis")


def test_the_choice_begins_with_all_countries():
    names, ids = zip(*choices(), strict=True)
    assert (names[0], ids[0]) == ("all countries", INTERNATIONAL)
    assert len(set(ids)) == len(ids) == len(COUNTRIES) + 1
    assert list(names[1:]) == sorted(names[1:])
