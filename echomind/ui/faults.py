"""How the pages and endpoints say what went wrong: the one line of an ``EchoMindError``, and nothing of a bug."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import gradio as gr
from markupsafe import Markup

from echomind.errors import EchoMindError
from echomind.ui.markup import h
from echomind.words import t

P = ParamSpec("P")
R = TypeVar("R")


def notice(error: EchoMindError) -> Markup:
    """The line of an error, to stand on a page in place of what could not be shown."""
    return h("p", t("This cannot be shown: {error}", error=error), role="alert", class_="em-note")


def spoken(function: Callable[P, R]) -> Callable[P, R]:
    """``function`` with every ``EchoMindError`` turned into gradio's error, whose text reaches page and API caller.

    Any other exception passes through: gradio logs it and tells the caller no details.
    """

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except EchoMindError as error:
            raise gr.Error(str(error), print_exception=False) from error

    # gr.api reads the return type from the signature as it stands; postponed annotations would reach it as text.
    wrapper.__signature__ = inspect.signature(function, eval_str=True)  # type: ignore[attr-defined]
    return wrapper
