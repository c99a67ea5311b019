import plotly.graph_objects as go

from echomind.models.protocol import VAD
from echomind.talk.trajectory import Moment
from echomind.ui.talk_turns import turns_figure, turns_table

EVIL = "<img src=x onerror=alert(1)>{{value}}${1}\"'"


def moment(emotion="sad", words="some words", v=2.0):
    return Moment(words, emotion, "they lost it", 0.8, VAD(v, 3, 3), VAD(3, 3, 3))


def test_nothing_before_the_second_turn():
    assert turns_figure([]) is turns_figure([moment()]) is None
    assert turns_table([moment()]) == ""


def test_a_line_over_the_turns_with_the_emotion_of_each():
    figure = turns_figure([moment("neutral", v=3), moment("sad", v=2), moment("happy", v=9)])
    go.Figure(figure.to_plotly_json())  # plotly's own checks
    assert list(figure.data[0].y) == [3, 2, 5]
    assert len({trace.marker.symbol for trace in figure.data}) == len({trace.line.dash for trace in figure.data}) == 3
    texts = [annotation.text for annotation in figure.layout.annotations]
    assert texts == ["valence", "arousal", "dominance", "<b>neutral</b>", "<b>sad</b>", "<b>happy</b>"]


def test_names_of_lines_that_end_together_stand_apart():
    figure = turns_figure([moment(v=3), moment(v=3)])
    places = sorted(annotation.y for annotation in figure.layout.annotations[:3])
    assert places[1] - places[0] > 0.3
    assert places[2] - places[1] > 0.3


def test_the_table_says_the_same(parse):
    page = parse(turns_table([moment("neutral", v=3), moment("sad")]))
    rows = [[cell.text for cell in row.all("td")] for row in page.all("tbody")[0].all("tr")]
    assert rows[1] == ["some words", "sad 80 %", "they lost it", "2.0 3.0 3.0", "3.0 3.0 3.0"]
    assert page.all("caption")


def test_texts_are_only_texts(parse):
    moments = [moment(EVIL, EVIL), moment(EVIL, EVIL)]
    assert not parse(turns_table(moments)).all("img")
    assert not any("<img" in annotation.text for annotation in turns_figure(moments).layout.annotations)
