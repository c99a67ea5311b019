"""The form of the Submit page: what is asked, in words, and which boards can be scored here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from echomind.benchmark.load import MINI
from echomind.leaderboard.boards import BOARDS
from echomind.settings import Settings
from echomind.submissions.form import FIELDS
from echomind.submissions.references import VOICES, BoardId
from echomind.words import here, t

Choices = tuple[tuple[str, str], ...]  # words on the page, value
NOT_STATED = (t("not stated"), "")


@dataclass(frozen=True)
class Question:
    """How the page asks for a field of ``FIELDS``; ``choices`` where there are few answers."""

    label: str
    hint: str = ""
    example: str = ""
    choices: Choices = ()


QUESTIONS: Mapping[str, Question] = {
    "board": Question(t("Board")),
    "model": Question(t("Model name"), t("As it shall stand on the board."), "My-SLM-7B"),
    "prompt": Question(
        t("Prompt condition"),
        t("How the model was prompted for its replies."),
        choices=((t("no system prompt (zero)"), "zero"), (t("basic"), "basic"), (t("enhanced"), "enhanced")),
    ),
    "voice": Question(t("Voices it listened to"), choices=((t("synthetic"), "tts"), (t("recorded people"), "human"))),
    "hub_id": Question(t("Hub id"), example="owner/name"),
    "org": Question(t("Organisation"), example=t("university, company or your own name")),
    "params_b": Question(t("Size, billions of parameters"), example=t("7 or 0.5")),
    "licence": Question(t("Licence"), example="Apache-2.0"),
    "weights": Question(t("Weights"), choices=((t("open"), "open"), (t("closed"), "closed"), NOT_STATED)),
    "speech_out": Question(t("It speaks its replies"), choices=((t("yes"), "yes"), (t("no"), "no"), NOT_STATED)),
    "url": Question(t("Paper or code"), example="https://…"),
    "decoding": Question(t("Decoding"), example=t("greedy, 512 tokens")),
    "runs": Question(t("Number of runs"), example="1"),
    "contact": Question(
        t("Contact (private)"),
        t("Only this board's moderators see it, should they have a question. Never published."),
        t("e-mail or web address"),
    ),
}
_BY_NAME = {field.name: field for field in FIELDS}
NAMES = tuple(QUESTIONS)  # in the order of the page, and of every list of the form's values
NEEDED = tuple(name for name in NAMES if _BY_NAME[name].needed)


def closed_boards(settings: Settings) -> dict[BoardId, str]:
    """The boards whose answers cannot be scored here, each with the reason."""
    here = {
        "echomind-mini": (settings.assets_dir / MINI).is_dir(),
        "echomind": bool(settings.echomind_set),
        "humdial": bool(settings.humdial_set),
    }
    return {
        board: t("not scored here, since this server lacks the reference answers; the command below scores it anywhere")
        for board in VOICES
        if not here[board]
    }


def open_boards(settings: Settings) -> Choices:
    """The boards that can be scored here: title and id."""
    closed = closed_boards(settings)
    return tuple((BOARDS[board].title, board) for board in VOICES if board not in closed)


def voices_of(board: str) -> Choices:
    """The voices that a board has; all where it is none of ours."""
    here = next((voices for known, voices in VOICES.items() if known == board), ("tts", "human"))
    return tuple(choice for choice in QUESTIONS["voice"].choices if choice[1] in here)


def defaults(settings: Settings) -> dict[str, str]:
    """What the form says before anybody has written into it."""
    boards = open_boards(settings)
    board = boards[0][1] if boards else ""
    voices = voices_of(board)
    return dict.fromkeys(NAMES, "") | {"board": board, "voice": voices[0][1] if voices else ""}


def allowed(settings: Settings) -> dict[str, list[str]]:
    """The values that fields with few answers can have, for drafts that were kept in a browser."""
    values = {name: [value for _, value in asked.choices] for name, asked in QUESTIONS.items() if asked.choices}
    return values | {"board": [board for _, board in open_boards(settings)]}


def given(values: Sequence[Any]) -> dict[str, Any]:
    """The form's values by field name, as ``read_form`` takes them; what was not answered is left out."""
    return {name: value for name, value in zip(NAMES, values, strict=True) if value not in (None, "")}


def field_words(name: str) -> str:
    """What the page calls a field; the name itself of a field that the form does not have."""
    return QUESTIONS[name].label if name in QUESTIONS else name


def build_field(name: str, settings: Settings, start: Mapping[str, str]) -> gr.Radio | gr.Textbox:
    """The component that asks for a field."""
    asked, field = QUESTIONS[name], _BY_NAME[name]
    choices = {"board": open_boards(settings), "voice": voices_of(start["board"])}.get(name, asked.choices)
    label = t("{label} · needed", label=asked.label) if field.needed else asked.label
    frame: dict[str, Any] = {
        "label": here(label),
        "info": here(asked.hint) or None,
        "elem_id": f"submit-{name}",
        "min_width": 200,
    }
    if name == "board" or asked.choices:
        return gr.Radio(
            [(here(words), value) for words, value in choices],
            value=start[name] or None if field.needed else start[name],
            **frame,
        )
    return gr.Textbox(
        placeholder=here(asked.example), max_length=field.longest, max_lines=1, elem_classes="em-field", **frame
    )
