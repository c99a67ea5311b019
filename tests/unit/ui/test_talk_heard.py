import numpy as np
import plotly.graph_objects as go
import pytest

from echomind.audio import SAMPLE_RATE, Clip
from echomind.models.asr import Word
from echomind.talk.timeline import timeline
from echomind.ui.talk_heard import lanes, timeline_figure, timeline_words

EVIL = "<img src=x onerror=alert(1)>{{value}}${1}\"'"


def tone(seconds):
    t = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (0.5 * np.sin(2 * np.pi * 200 * t)).astype(np.float32)


@pytest.fixture
def measured():
    silence = np.zeros(SAMPLE_RATE // 2, dtype=np.float32)
    samples = np.concatenate([tone(1), silence, tone(1.5)])
    return timeline(Clip(samples), (Word("Hello", 0.1, 0.9), Word(EVIL, 1.6, 2.8)))


def checked(figure):
    """Plotly itself checks what was made without checking, and it survives being sent."""
    return go.Figure(figure.to_plotly_json()).to_json()


def test_the_timeline_is_a_figure_with_words_pauses_and_units(measured):
    figure = timeline_figure(measured)
    checked(figure)
    assert len(figure.layout.shapes) == 1
    assert figure.layout.shapes[0].x0 == pytest.approx(1.0, abs=0.03)
    assert figure.layout.annotations[0].text == "pause 0.5 s"
    titles = figure.layout.yaxis2.title.text, figure.layout.yaxis3.title.text
    assert titles == ("loudness<br>dB", "pitch<br>Hz")
    assert figure.data[3].text[0] == "Hello"
    assert "<" not in figure.data[3].text[1]


def test_the_timeline_of_next_to_nothing():
    for samples in (np.zeros(10, dtype=np.float32), np.zeros(SAMPLE_RATE, dtype=np.float32)):
        found = timeline(Clip(samples))
        assert checked(timeline_figure(found))
        assert timeline_figure(found).layout.annotations[0].text in timeline_words(found)


def test_the_timeline_in_words(measured, parse):
    page = parse(timeline_words(measured))
    assert "3.0 s of sound; speech at −9 dB" in page.text  # 0.5 / sqrt(2) is -9.03 dB
    assert "pitch about 200 Hz, mostly 200 to 200" in page.text
    assert "1 pause, 0.5 s in all" in page.text
    assert "0.7 words a second" in page.text  # two between 0.1 and 2.8 s
    rows = [[cell.text for cell in row.all("td")] for row in page.all("tr")[1:]]
    assert [row[2] for row in rows] == ["Hello", "pause of 0.5 s", EVIL]
    assert not page.all("img")


def test_words_have_lanes_where_they_do_not_lie_over_each_other():
    words = [Word("aaaa", 0.0, 0.2), Word("bbbb", 0.1, 0.3), Word("c", 2.0, 2.2)]
    assert lanes(words, 5.0) == [0, 1, 0]
    crowd = [Word("crowded", 1.0, 1.1)] * 6
    assert lanes(crowd, 5.0) == [0, 1, 2, 3, None, None]
