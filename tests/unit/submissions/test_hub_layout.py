import pytest

from echomind.submissions.hub_layout import event_names, event_path, month_folder, place
from tests.unit.submissions.made_submissions import START, made_receipt

ID = made_receipt().id


def test_a_month_that_is_full_has_another_folder():
    assert month_folder(made_receipt(at=START.replace(year=987, month=2)), 1) == "submissions/0987-02"
    assert month_folder(made_receipt(), 12) == "submissions/2026-11-12"


@pytest.mark.parametrize("month", ["2026-11", "2026-11-2", "2026-11-13"])
def test_a_path_is_taken_apart(month):
    folder = f"submissions/{month}/{ID}"
    assert place(f"{folder}/raw/a.json") == (folder, ID, "raw/a.json")


@pytest.mark.parametrize(
    "path",
    [
        f"submissions/2026-11/{ID}",
        f"submissions/2026-11/x{ID}/receipt.json",
        f"submissions/2026-11/../{ID}/receipt.json",
        f"other/submissions/2026-11/{ID}/receipt.json",
        f"submissions/2026-11/{ID.upper()}/receipt.json",
        "README.md",
    ],
)
def test_other_paths_belong_to_no_submission(path):
    assert place(path) is None


def test_events_are_ordered_by_number_then_name_and_other_files_are_none():
    a, b, c = "a" * 32, "b" * 32, "c" * 32
    paths = [
        f"events/00000002-scored-{a}.json",
        f"events/00000001-received-{c}.json",
        f"events/00000002-claimed-{b}.json",
        f"events/2-claimed-{b}.json",
        f"raw/00000003-claimed-{b}.json",
        "receipt.json",
    ]
    names = event_names(paths)
    assert [(name.number, name.kind, name.id) for name in names] == [
        (1, "received", c),
        (2, "claimed", b),
        (2, "scored", a),
    ]
    assert [event_path(name) for name in names] == [paths[1], paths[2], paths[0]]
