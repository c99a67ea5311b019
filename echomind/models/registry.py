"""Models by name: what ``--model`` takes. Nothing of a model is imported before it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from echomind.benchmark.items import BenchmarkSet
from echomind.errors import ConfigurationError
from echomind.models.answering import AnsweringModel

if TYPE_CHECKING:
    from echomind.models.own import Speak


@dataclass(frozen=True)
class Context:
    """What a model may need to be made: the set (a floor looks at its key), and a voice for one that has none.

    Replies are to be spoken where there is a voice (``speak``), by the model's own where it has one.
    """

    benchmark: BenchmarkSet | None = None
    speak: Speak | None = None


@dataclass(frozen=True)
class Form:
    """One way to name a model: ``usage`` as shown to people, ``load`` from what stands after the colon.

    ``argument``: whether something stands there, ``"no"``, ``"may"`` or ``"must"``.
    """

    usage: str
    argument: str
    load: Callable[[str, Context], AnsweringModel]


def _own(path: str, context: Context) -> AnsweringModel:
    from echomind.models.own import load_own

    return load_own(path, speak=context.speak)


def _transcript_only(_: str, context: Context) -> AnsweringModel:
    from echomind.models.own import load_transcript_only

    return load_transcript_only()


def _random(_: str, context: Context) -> AnsweringModel:
    from echomind.models.floors import RandomModel

    return RandomModel()


def _majority(_: str, context: Context) -> AnsweringModel:
    from echomind.models.floors import MajorityModel

    if context.benchmark is None:
        raise ConfigurationError("model 'majority': found no set; expected the set whose key gives the majority")
    return MajorityModel(context.benchmark)


def _transformers(checkpoint: str, context: Context) -> AnsweringModel:
    from echomind.models.transformers_slm import TransformersSLM

    return TransformersSLM.load(checkpoint, speech=context.speak is not None)


def _endpoint(name: str, context: Context) -> AnsweringModel:
    from echomind.models.endpoint import EndpointModel

    return EndpointModel.from_settings(name)


FORMS: dict[str, Form] = {
    "echomind": Form("echomind[:FOLDER-OR-HUB-ID]", "may", _own),
    "random": Form("random", "no", _random),
    "majority": Form("majority", "no", _majority),
    "transcript-only": Form("transcript-only", "no", _transcript_only),
    "transformers": Form("transformers:HUB-ID-OR-FOLDER", "must", _transformers),
    "endpoint": Form("endpoint:NAME", "must", _endpoint),
}


def load_model(spec: str, *, benchmark: BenchmarkSet | None = None, speak: Speak | None = None) -> AnsweringModel:
    """The model that ``spec`` names, such as ``"echomind"`` or ``"transformers:Qwen/Qwen2.5-Omni-7B"``.

    Raises ``ConfigurationError`` for another form, and what the model raises when it cannot be had.
    """
    kind, colon, argument = spec.partition(":")
    form = FORMS.get(kind)
    if form is None or (argument and form.argument == "no") or (form.argument == "must" and not argument):
        forms = ", ".join(f.usage for f in FORMS.values())
        raise ConfigurationError(f"model {spec!r}: no such model; expected one of {forms}")
    if colon and not argument:
        raise ConfigurationError(f"model {spec!r}: found nothing after the colon; expected {form.usage}")
    return form.load(argument, Context(benchmark, speak))
