import re

import pytest

from echomind.leaderboard.matrix import MatrixCell
from echomind.leaderboard.metrics import METRICS
from echomind.leaderboard.results import Results
from echomind.settings import ROOT
from echomind.ui.correlations_axes import Axes
from echomind.ui.matrix_view import STEPS, marked, matrix_table, shade, told
from tests.unit.leaderboard.test_colours import contrast

RESULTS = Results(ROOT / "results")


def test_every_pair_has_a_button_that_says_all_of_it(parse):
    page = parse(matrix_table(Axes(y="reasoning_acc"), RESULTS))
    buttons = page.all("button")
    assert len(buttons) == 16 * 15 // 2 == len({button.attributes["data-pair"] for button in buttons})
    (here,) = [button for button in buttons if "aria-current" in button.attributes]
    label = here.attributes["aria-label"]
    assert here.text == "0.71n 14" and label.startswith(
        "Understanding accuracy (ACC) and Reasoning accuracy (ACC): 0.71"
    )
    assert "95 % interval" in label and "adjusted p = " in label
    assert len(page.all("th", scope="col")) == 16 and len(page.all("th", scope="row")) == 15
    assert page.all("caption")[0].text.endswith("EchoMind")


def test_stars_are_counted_and_mark_what_the_adjustment_leaves(parse):
    page = parse(matrix_table(Axes(), RESULTS))
    stars = len(page.all("span", class_="em-star"))
    assert 0 < stars < 20 and f"marks the {stars} of them" in page.text


def test_cells_without_a_number_say_why(parse):
    page = parse(matrix_table(Axes().on_board("echomind-upper-bound"), RESULTS))
    assert {button.text for button in page.all("button")} == {"—n 3"}
    assert all("fewer than 5 models have both" in button.attributes["title"] for button in page.all("button"))
    page = parse(matrix_table(Axes().on_board("humdial").in_language("en"), RESULTS))
    assert "English" in page.all("caption")[0].text
    assert not [b for b in page.all("button") if "_zh" in b.attributes["data-pair"]]


@pytest.mark.parametrize(
    ("value", "name"),
    [(-1, "n5"), (-0.55, "n3"), (-0.05, "0"), (0.0, "0"), (0.09, "0"), (0.11, "p1"), (0.9, "p4"), (1.0, "p5")],
)
def test_shades_grow_to_both_sides(value, name):
    assert shade(value) == f"em-shade-{name}"


def test_words_of_a_perfect_order_and_of_nothing():
    x, y = METRICS["ves"], METRICS["bleu"]
    perfect = MatrixCell(6, 1.0, None, None, 0.003, 0.04, "a perfect order leaves no interval")
    assert "1.00, a perfect order leaves no interval, p = 0.003, adjusted p = 0.040; n 6" in told(perfect, x, y)
    assert marked(perfect) and not marked(MatrixCell(3, reason="few"))


def test_numbers_keep_their_contrast_on_every_shade():
    css = (ROOT / "assets" / "correlations.css").read_text()
    light, dark = (
        dict(re.findall(r"(--em-[np]\d): (#[0-9a-f]{6})", css.split(part)[1].split("}")[0]))
        for part in (":root", ".dark")
    )
    assert len(light) == len(dark) == 2 * STEPS
    assert min(contrast("#2f2a25", shade) for shade in light.values()) >= 4.5
    assert min(contrast("#f4efe8", shade) for shade in dark.values()) >= 4.5
