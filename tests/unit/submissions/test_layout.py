import json

import pytest

from echomind.submissions import layout
from echomind.submissions.model import Event, Receipt
from echomind.submissions.store import StoreError
from tests.unit.submissions.made_submissions import FILES, START, made_event, made_receipt


def test_documents_come_back_as_they_were():
    receipt, event = made_receipt(), made_event("scored", by="Zoë", file="scores-1.json")
    kept = layout.kept_event(event, FILES)
    assert layout.from_json(Receipt, layout.to_json(receipt), "here") == receipt
    again = layout.from_json(layout.KeptEvent, layout.to_json(kept), "here")
    assert again == kept
    assert again.event == event
    assert type(again.event) is Event
    assert again.files == {name: layout.digest(data) for name, data in FILES.items()}
    assert layout.to_json(receipt) == layout.to_json(made_receipt())
    assert json.loads(layout.to_json(receipt))["schema"] == 1


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "here: line 1"),
        (b"[]", "here: document"),
        (b'{"contact": 1}', "here: contact"),
        (b'{"contact": "a", "contact": "b"}', "twice"),
        (b'{"contact": "a", "more": 1}', "here: more"),
        (b'{"contact": "\xff"}', "0xff"),
        (b"[" * 100_000, "nested"),
    ],
)
def test_what_is_no_such_document_is_refused_in_one_line(data, says):
    with pytest.raises(StoreError, match=says) as refusal:
        layout.from_json(layout.Contact, data, "here")
    assert "\n" not in str(refusal.value)


def test_the_received_event_is_the_same_for_the_same_receipt():
    event = layout.received_event(made_receipt())
    assert event == layout.received_event(made_receipt())
    assert event.id != layout.received_event(made_receipt(seed=1)).id
    assert (event.kind, event.by, event.at) == ("received", "huggingface:Ada", START)


def test_the_month_is_that_of_the_receipt_in_utc():
    assert layout.month_of(made_receipt()) == "2026-11"
    assert layout.month_of(made_receipt(at=START.replace(year=987, month=1))) == "0987-01"


def test_names_of_events_say_what_they_are():
    event = made_event("claimed")
    name = layout.event_name(12, event)
    assert name == f"00000012-claimed-{event.id}.json"
    assert layout.parse_event_name(name) == (12, "claimed", event.id)
    for wrong in (f"{name}\n", name.upper(), name.replace("claimed", "eaten"), name[1:], "", f"٠{name[1:]}"):
        assert layout.parse_event_name(wrong) is None


def test_events_count_from_one_without_a_gap():
    names = [layout.event_name(number, made_event(seed=number)) for number in range(1, 4)]
    assert layout.ordered_event_names(reversed(names), "here") == names
    for wrong in ([], names[1:], [names[0], names[2]], [*names, layout.event_name(3, made_event())], [*names, "x"]):
        with pytest.raises(StoreError, match="here: found"):
            layout.ordered_event_names(wrong, "here")


def test_text_from_outside_is_shown_short_and_visible():
    assert layout.shown("a\n\u202e\ud800") == r"'a\n\u202e\ud800'"
    assert len(layout.shown("x" * 10_000)) < 130
