import numpy as np
import pytest

from echomind.leaderboard.labels import POINT_RADIUS, place_labels


def boxes_of(points, sizes, places):
    """Label rectangles as plotly draws them from anchor and side."""
    boxes = []
    for (x, y), (width, height), place in zip(points, sizes, places, strict=True):
        if place is None:
            continue
        left = x + place.dx - {"left": 0, "center": width / 2, "right": width}[place.anchor]
        rise = height / 2 if place.anchor != "center" else 0 if place.dy > 0 else height
        top = y + place.dy - rise
        boxes.append((left, top, left + width, top + height))
    return boxes


def collide(a, b):
    return a[0] < b[2] - 1e-9 and b[0] < a[2] - 1e-9 and a[1] < b[3] - 1e-9 and b[1] < a[3] - 1e-9


@pytest.mark.parametrize("seed", range(8))
def test_written_labels_touch_no_label_no_point_and_no_edge(seed):
    rng = np.random.default_rng(seed)
    points = [(float(x), float(y)) for x, y in rng.uniform((0, 0), (300, 300), (18, 2))]
    sizes = [(float(w), 14.0) for w in rng.uniform(30, 120, 18)]
    places = place_labels(points, sizes, (300, 300))
    boxes = boxes_of(points, sizes, places)
    r = POINT_RADIUS
    for i, box in enumerate(boxes):
        assert box[0] >= -1e-9 and box[1] >= -1e-9 and box[2] <= 300 + 1e-9 and box[3] <= 300 + 1e-9
        assert not any(collide(box, other) for j, other in enumerate(boxes) if j != i)
        assert not any(collide(box, (x - r, y - r, x + r, y + r)) for x, y in points)


def test_points_far_apart_are_all_named_close_by():
    points = [(50.0, 50.0), (200.0, 50.0), (50.0, 200.0), (200.0, 200.0)]
    places = place_labels(points, [(60.0, 14.0)] * 4, (300, 300))
    assert all(place is not None and np.hypot(place.dx, place.dy) < 12 for place in places)


def test_what_cannot_be_placed_is_left_out():
    places = place_labels([(50.0, 50.0)] * 3, [(400.0, 14.0)] * 3, (100, 100))
    assert places == [None, None, None]
    assert place_labels([], [], (100, 100)) == []


def test_more_points_than_anyone_can_read_get_no_labels():
    assert place_labels([(float(i), 1.0) for i in range(61)], [(5.0, 5.0)] * 61, (500, 500)) == [None] * 61


def test_placement_is_deterministic():
    points = [(float(i * 17 % 100), float(i * 31 % 100)) for i in range(12)]
    sizes = [(40.0, 12.0)] * 12
    assert place_labels(points, sizes, (160, 160)) == place_labels(points, sizes, (160, 160))


def test_large_points_keep_labels_further_away_and_strokes_are_not_crossed():
    points, sizes = [(150.0, 150.0), (150.0, 230.0)], [(60.0, 14.0)] * 2
    near = place_labels(points, sizes, (300, 300))
    far = place_labels(points, sizes, (300, 300), [12.0, 12.0])
    assert all(np.hypot(b.dx, b.dy) > np.hypot(a.dx, a.dy) for a, b in zip(near, far, strict=True))
    stroke = (100.0, 150.0, 200.0, 150.0)
    (box, _) = boxes_of(points, sizes, place_labels(points, sizes, (300, 300), None, [stroke]))
    assert not collide(box, (100.0, 149.0, 200.0, 151.0))
    (box, _) = boxes_of(points, sizes, near)
    assert collide(box, (100.0, 149.0, 200.0, 151.0))
