import base64

from echomind.talk.events import Spoken
from echomind.talk.prosody import PLAIN, SOFT
from echomind.talk.speak import Speech
from echomind.ui.talk_voice import Voiced, voice

EVIL = "<img src=x onerror=alert(1)>{{value}}${1}\"'"


def spoken(sentence, delivery=SOFT):
    return Spoken(Speech(f"RIFF {sentence}".encode(), 1.0, "flite", sentence), "", sentence, delivery)


def test_sentences_carry_sound_and_delivery(parse):
    said = Voiced("abc").plus(spoken("I hear you.")).plus(spoken("Go on."))
    (box,) = parse(voice(said, "I hear you. Go on.", aloud=True, whole=True)).all(class_="em-voice")
    parts = [part.attributes for part in box.all("span") if "data-sentence" in part.attributes]
    assert [part["data-sentence"] for part in parts] == ["I hear you.", "Go on."]
    assert base64.b64decode(parts[1]["data-sound"]) == b"RIFF Go on."
    found = {name: float(box.attributes[f"data-{name}"]) for name in ("rate", "pitch", "volume", "pause")}
    assert found == {"rate": 0.88, "pitch": 0.917, "volume": 0.631, "pause": 0.5}  # 2 ** (-1.5 / 12), 10 ** (-4 / 20)
    assert box.attributes["data-turn"] == "abc"
    assert "data-aloud" in box.attributes
    assert "2.5 s, a synthetic voice (flite), slower, softer and lower in pitch than usual" in box.text


def test_there_is_no_file_before_the_last_sentence(parse):
    said = Voiced().plus(spoken("One.", PLAIN))
    assert not parse(voice(said, "One. Tw", aloud=False, whole=False)).all("a")
    assert parse(voice(said, "One.", aloud=False, whole=True)).all("a")
    assert "data-aloud" not in parse(voice(said, "One.", aloud=False, whole=True)).all(class_="em-voice")[0].attributes


def test_without_sound_the_reason_stands_there_and_the_browser_has_the_words(parse):
    said = Voiced().plus(Spoken(None, "no voice", "One."))
    (box,) = parse(voice(said, "One. Two.", aloud=True, whole=True)).all(class_="em-voice")
    parts = [part.attributes for part in box.all("span") if "data-sentence" in part.attributes]
    assert [(part["data-sentence"], "data-sound" in part) for part in parts] == [("One.", False), ("Two.", False)]
    assert "no voice" in box.text
    assert not box.all("a")


def test_turns_differ():
    assert Voiced().turn != Voiced().turn


def test_texts_are_only_texts(parse):
    for event in (Spoken(None, EVIL, EVIL), spoken(EVIL)):
        page = parse(voice(Voiced().plus(event), EVIL, aloud=True, whole=True))
        assert not page.all("img")
        assert page.all(data_sentence=EVIL)
