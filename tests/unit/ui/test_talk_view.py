import pytest

from echomind.models.notices import licence_notices
from echomind.models.protocol import VAD, Cue, Perception, Thinking, Turn
from echomind.talk.events import Timings
from echomind.taxonomy import CATEGORIES
from echomind.ui import talk_about, talk_view
from echomind.words import speaking

EVIL = "<img src=x onerror=alert(1)>{{value}}${1}\"'"


@pytest.fixture
def perception():
    cues = {c.id: Cue(c.labels[0], 0.9, {}) for c in CATEGORIES}
    cues["emotion"] = Cue("sad", 0.8, {})
    cues["nve"] = Cue("sigh", 0.4, {})
    cues["weather"] = Cue("none", 0.5, {})
    return Perception("", cues, VAD(1, 3, 5), VAD(2, 0.5, 6))


def test_all_cues_are_shown_with_their_probability(parse, perception):
    rows = parse(talk_view.felt(perception)).all("li")
    assert len(rows) == len(CATEGORIES)
    assert rows[3].text == "Emotionsad80 %"
    assert rows[3].all("rect")[0].attributes["width"] == "80.0%"
    assert "em-cue-sure" in rows[3].attributes["class"]


def test_unsure_is_said(parse, perception):
    rows = parse(talk_view.felt(perception)).all("li")
    assert rows[6].text == "Non-verbal expressionunsure, perhaps a sigh40 %"
    assert rows[7].text == "Weatherunsure50 %"
    assert "em-cue-unsure" in rows[6].attributes["class"]


def test_the_voice_so_far_for_the_script():
    cues = {
        "nve": Cue("sigh", 0.4, {"sigh": 0.4}),
        "volume": Cue("whisper", 0.6, {"whisper": 0.6}),
        "gender": Cue("male", 1.0, {"male": 1.0}),
    }
    assert talk_view.voice_so_far(cues) == [
        {"words": "a man's voice", "percent": "99 %"},
        {"words": "whispering", "percent": "60 %"},
        {"words": "unsure, perhaps a sigh", "percent": "40 %"},
    ]
    with speaking("zh"):
        assert talk_view.voice_so_far(cues)[2]["words"] == "不确定，可能是叹息"
    assert talk_view.voice_so_far({}) == []


def test_vad_of_both_perspectives(parse, perception):
    page = parse(talk_view.felt(perception))
    numbers = [cell.text for cell in page.all("td", class_="em-number")]
    assert numbers == ["1.0", "2.0", "3.0", "1.0", "5.0", "5.0"]  # drawn and written within the scale
    places = [circle.attributes["cx"] for circle in page.all("circle", class_="em-speaker")]
    assert places == ["0.0%", "50.0%", "100.0%"]


def test_texts_are_only_texts(parse):
    parts = [
        talk_view.why(Thinking(EVIL, EVIL, 0.5)),
        talk_view.reply(EVIL, writing=True),
        talk_view.earlier([Turn(EVIL, EVIL, EVIL)]),
        talk_view.status(EVIL, error=True),
        talk_view.busy(EVIL),
        talk_view.example_sound(EVIL, b"x", "audio/ogg"),
    ]
    for part in parts:
        page = parse(part)
        assert not page.all("img")
        assert EVIL in page.text


def test_thinking_that_is_empty_is_a_dash(parse):
    assert "Cause—" in parse(talk_view.why(Thinking("sad", "", 0.5))).text


def test_a_reply_is_read_out_when_it_is_whole(parse):
    (half,) = parse(talk_view.reply("I", writing=True)).all(aria_live="polite")
    (whole,) = parse(talk_view.reply("I hear you.", writing=False)).all(aria_live="polite")
    assert half.attributes["aria-busy"] == "true"
    assert whole.attributes["aria-busy"] == "false"


def test_help_lines_are_marked_as_fixed_text(parse):
    page = parse(talk_view.reply("Call 988.", writing=False, care="Call 988."))
    assert page.all(class_="em-reply em-care")
    assert "not written by the model" in page.text


def test_only_steps_that_happened_have_times(parse):
    text = parse(talk_view.times(Timings(perceive=0.123, reply=2.0, total=2.2))).text
    assert text == "Measured in this turn: voice cues 0.12 s · whole reply 2.00 s · in all 2.20 s"


def test_earlier_turns_are_counted(parse):
    assert talk_view.earlier(()) == ""
    assert parse(talk_view.earlier([Turn("a", "b")])).all("summary")[0].text == "1 earlier turn"
    assert parse(talk_view.earlier([Turn("a", "b")] * 2)).all("summary")[0].text == "2 earlier turns"


def test_promises_name_what_the_settings_name(parse):
    from echomind.settings import Settings

    text = parse(talk_about.promises(Settings(asr="org/whisper-tiny", model="org/big-slm"))).text
    assert "Whisper (whisper-tiny)" in text
    assert "Cues and reply: big-slm." in text
    assert "synthetic" in text
    assert "not kept" in text
    assert "PocketSphinx" in parse(talk_about.promises(Settings())).text


def test_the_licence_of_a_large_decoder_is_kept(parse, tmp_path):
    from echomind.settings import Settings
    from echomind.ui.about import about_page

    asked = "Powered by openPangu. openPangu is a trademark of Huawei Technologies Co., Ltd."
    (tmp_path / "config.json").write_text('{"backbone": {"family": "PanguEmbedded", "path": ""}}')
    settings = Settings(model=str(tmp_path))
    assert asked in parse(talk_about.promises(settings)).text
    assert asked in parse(about_page(licence_notices(settings))).text
    assert "openPangu" not in parse(talk_about.promises(Settings())).text + parse(about_page()).text


def test_limits_are_said(parse):
    from echomind.settings import Settings

    usual, own = Settings(), Settings(max_turn_s=12, max_clip_s=90.5)
    assert "for up to 30 s." in parse(talk_about.microphone_note(usual)).text
    assert "for up to 12 s." in parse(talk_about.microphone_note(own)).text
    said = parse(talk_about.other_ways(usual, 1_000)).all("p")[0].text
    assert said == "A recording or an upload may last up to 60 s, a message may have up to 1,000 characters."
    assert "up to 90.5 s" in parse(talk_about.other_ways(own, 1_000)).text
