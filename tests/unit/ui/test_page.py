import pytest

from echomind.ui.page import Arrival, current_page


def test_a_page_shows_what_its_address_asks_for_until_something_is_chosen():
    arrival = Arrival()
    assert arrival.unless_over(lambda: "address", "kept") == "address"
    arrival.over()
    assert arrival.unless_over(lambda: pytest.fail("nobody asks for it"), "kept") == "kept"


def test_a_choice_that_comes_while_the_address_is_looked_up_is_kept():
    arrival = Arrival()

    def slow():
        arrival.over()
        return "address"

    assert arrival.unless_over(slow, "kept") == "kept"


def test_a_page_is_laid_out_within_blocks_alone():
    with pytest.raises(RuntimeError, match="found no open"):
        current_page()
