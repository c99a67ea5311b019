from echomind.models.protocol import Cue
from echomind.talk.sureness import SURE_FROM, is_notable, is_unsure


def test_unsure_is_neither_notable_nor_stated():
    unsure, sure = Cue("sad", SURE_FROM - 0.01, {}), Cue("sad", SURE_FROM, {})
    assert is_unsure(unsure)
    assert not is_notable("emotion", unsure)
    assert is_notable("emotion", sure)
    assert not is_notable("emotion", Cue("none", 0.99, {}))
    assert is_notable("gender", Cue("male", 0.99, {}))
