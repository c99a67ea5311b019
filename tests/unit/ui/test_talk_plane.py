import plotly.graph_objects as go
import pytest

from echomind.models.protocol import VAD, Perception
from echomind.ui.talk_plane import plane_figure, plane_words, region


def test_the_plane_has_two_named_points():
    figure = plane_figure(VAD(1.5, 4.0, 3), VAD(2.5, 7.0, 3))
    assert go.Figure(figure.to_plotly_json()).to_json()  # plotly itself checks what was made without checking
    assert [trace.text[0] for trace in figure.data[1:]] == ["speaker", "listener"]
    assert (figure.data[1].x[0], figure.data[1].y[0]) == (1.5, 4.0)
    assert figure.data[2].y[0] == 5  # drawn within the scale
    assert figure.data[1].marker.symbol != figure.data[2].marker.symbol


@pytest.mark.parametrize(
    ("speaker", "listener", "words"),
    [
        (VAD(2, 4, 2), VAD(2, 4, 3), "almost the same: 0.0"),
        (VAD(2, 4, 2), VAD(2.9, 2.8, 4), "are apart: 1.5"),
        (VAD(1, 1, 2), VAD(4, 5, 4), "far apart: 5.0"),
    ],
)
def test_the_distance_in_words(speaker, listener, words, parse):
    text = parse(plane_words(Perception("", {}, speaker, listener))).text
    assert words in text
    assert "Dominance: speaker 2.0 (rather powerless)" in text


def test_places_in_words():
    assert region(VAD(2, 4, 3)) == "unpleasant and excited"
    assert region(VAD(4, 2.9, 3)) == "pleasant"
    assert region(VAD(3.2, 3, 3)) == "neither one way nor the other"
