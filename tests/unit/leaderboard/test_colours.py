from itertools import combinations

import numpy as np
import pytest

from echomind.leaderboard.colours import COLOURS, PAGE_DARK, PAGE_LIGHT

LEVELS = ("understanding", "reasoning", "conversation_text", "conversation_audio")
# Simulation of complete colour-vision deficiencies on linear RGB (Machado, Oliveira and Fernandes, 2009, severity 1).
DEFICIENCIES = {
    "none": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def linear(colour):
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(a, b):
    light, dark = sorted((float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (a, b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def oklab(rgb):
    lms = np.array([[0.41222, 0.53633, 0.05145], [0.21190, 0.68070, 0.10740], [0.08830, 0.28172, 0.62998]]) @ rgb
    return np.array(
        [[0.21045, 0.79362, -0.00407], [1.97800, -2.42859, 0.45059], [0.02590, 0.78277, -0.80868]]
    ) @ np.cbrt(lms)


@pytest.mark.parametrize("group", COLOURS)
def test_text_and_marks_stand_out_from_both_pages(group):
    shades = COLOURS[group]
    assert contrast(shades.light, PAGE_LIGHT) >= 4.5
    assert contrast(shades.dark, PAGE_DARK) >= 4.5
    assert min(contrast(shades.figure, page) for page in (PAGE_LIGHT, PAGE_DARK)) >= 3


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_levels_stay_apart_for_every_kind_of_colour_vision(deficiency):
    seen = {
        level: oklab(np.clip(np.array(DEFICIENCIES[deficiency]) @ linear(COLOURS[level].figure), 0, 1))
        for level in LEVELS
    }
    closest = min(float(np.linalg.norm(seen[a] - seen[b])) for a, b in combinations(LEVELS, 2))
    assert closest >= 0.1, f"{deficiency}: {closest:.3f}"
