import json
from itertools import combinations

import numpy as np
import pytest

from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.colours import COLOURS, PAGE_DARK, PAGE_LIGHT
from echomind.leaderboard.model_figures import LINES, gains, radar
from echomind.leaderboard.records import Record
from echomind.leaderboard.results import Results
from echomind.settings import ROOT
from tests.unit.leaderboard.made_rows import HOSTILE
from tests.unit.leaderboard.test_colours import DEFICIENCIES, contrast, linear, oklab

RESULTS = Results(ROOT / "results")
ECHOMIND = BOARDS["echomind"]


def made(record, **scores):
    data = json.loads(json.dumps(record)) | {"scores": scores, "intervals": {}, "n": {}}
    return Record.model_validate_json(json.dumps(data))


def test_better_is_outward_whichever_way_a_score_goes(record):
    picture = radar(ECHOMIND, {"A": made(record, wer=25.0, ves=2.0, semsim=0.0, understanding_acc=90.0)})
    assert [row[0] for row in picture.rows] == [
        "Word error rate (WER)",
        "Same meaning (SemSim)",
        "Understanding accuracy (ACC)",
        "Vocal empathy (VES)",
    ]
    assert list(picture.figure.data[0].r) == [0.75, 0.5, 0.9, 0.25, 0.75]  # closed
    assert picture.rows[0][1] == "100 to 0 %"


def test_more_errors_than_words_stay_at_the_centre(record):
    assert radar(ECHOMIND, {"A": made(record, wer=140.0, ves=2.0, nisqa=2.0)}).figure.data[0].r[0] == 0


def test_marks_bear_the_colour_of_their_level(record):
    picture = radar(ECHOMIND, {"A": made(record, wer=25.0, reasoning_acc=2.0, ves=2.0)})
    expected = [COLOURS[group].figure for group in ("understanding", "reasoning", "conversation_audio")]
    assert list(picture.figure.data[0].marker.color)[:3] == expected


def test_missing_spokes_are_left_out_and_named_with_the_reason():
    records = RESULTS.look("echomind").records
    picture = radar(ECHOMIND, {"K": records["kimi-audio"], "F": records["audio-flamingo3"]})
    assert not any("VES" in row[0] for row in picture.rows)
    assert "Not drawn: VES, EmoAlign, NISQA, DNMOS (F: this model does not speak)." in picture.notes
    assert "Not drawn: BERTScore (has no published range)." in picture.notes


def test_two_spokes_are_no_radar(record):
    assert radar(ECHOMIND, {"A": made(record, wer=25.0, ves=2.0)}) is None


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_text_in_every_figure(record, name):
    found = made(record, wer=25.0, ves=2.0, nisqa=2.0)
    picture = radar(ECHOMIND, {name: found, "B": found})
    drawn = picture.figure.data[0]
    for shown in (drawn.name, drawn.hovertemplate.removesuffix("<br>%{text}<extra></extra>")):
        assert not set("<>${}%\\") & set(shown)
    assert picture.columns[2] == name


def test_gains_start_from_the_models_own_score():
    picture = gains(RESULTS.look("echomind-upper-bound").records["gpt-4o-audio"])
    main = RESULTS.look("echomind").records["gpt-4o-audio"].scores
    assert [row[1] for row in picture.rows] == [f"{main[m]:.2f}" for m in ("c_ctx_fit", "c_speech_rel", "ves")]
    assert picture.rows[2][1:] == ("3.34", "4.42", "+1.08")
    assert gains(RESULTS.look("echomind").records["gpt-4o-audio"]) is None


def test_lines_of_compared_models_stand_out_and_apart_for_every_kind_of_colour_vision():
    for colour, _, _ in LINES:
        assert min(contrast(colour, page) for page in (PAGE_LIGHT, PAGE_DARK)) >= 3
    for matrix in DEFICIENCIES.values():
        seen = [oklab(np.clip(np.array(matrix) @ linear(colour), 0, 1)) for colour, _, _ in LINES]
        assert min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2)) >= 0.05
    assert len({dash for _, dash, _ in LINES}) == len({symbol for _, _, symbol in LINES}) == len(LINES)
