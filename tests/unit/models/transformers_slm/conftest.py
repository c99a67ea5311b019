"""Tiny checkpoints of models of ``transformers``, made once, and the models loaded from them."""

import pytest

from echomind.models.transformers_slm import TransformersSLM

from . import tiny_slms
from .slm_requests import FEW


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory):
    made = {}

    def of(kind):
        if kind not in made:
            made[kind] = getattr(tiny_slms, kind)(tmp_path_factory.mktemp("slms") / kind)
        return made[kind]

    return of


@pytest.fixture(scope="session")
def loaded(checkpoint):
    """Models that no test changes, by type and whether they speak."""
    made = {}

    def of(kind, speech=False):
        if (kind, speech) not in made:
            made[kind, speech] = TransformersSLM.load(checkpoint(kind), speech=speech, **FEW)
        return made[kind, speech]

    return of
