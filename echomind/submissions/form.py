"""From what somebody typed, or a script sent, to a ``Form``: every field checked, every fault told, nothing else set.

All fields are texts; an empty one was not stated. What the form does not have cannot be set by anybody: who sent it,
when, whether it is verified and the like are never read from here. The contact is kept apart from the form and never
shown.

What the form says and what the files say have to agree where it decides how a row is read. Another prompt condition
than the files name is a problem: rows of different conditions are never compared, and either could be right. Another
name of the model is a warning: files have a wrapper's name, and people give the model's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from echomind.benchmark.fields import shown
from echomind.models.answering import PROMPT_CONDITIONS
from echomind.models.evaluation.official_files import SYSTEM_PROMPT
from echomind.outside_text import LONGEST_ADDRESS, LONGEST_NAME, LONGEST_TEXT, HubId, Name, Text, WebAddress, plain_text
from echomind.scoring.predictions import Predictions
from echomind.scoring.problems import Problem, Problems
from echomind.submissions.model import Form
from echomind.submissions.references import VOICES

THE_FORM = "the form"  # in the place of a file's name
LONGEST_E_MAIL = 254  # characters, RFC 5321
LONGEST_HUB_ID = 193
_SIZE = re.compile(r"\d{1,6}(?:\.\d{1,9})?", re.ASCII)
_RUNS = re.compile(r"\d{1,4}", re.ASCII)
_E_MAIL = re.compile(r"[^\s@<>()\[\],;:\"\\]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W_][\w-]{0,61}[^\W\d_]")

Meaning = Callable[[str], Any]  # of a text; raises ValueError where it has none


@dataclass(frozen=True)
class Field:
    """One field: its name, what is expected in it, what a text in it means, how long it may be, whether it is needed.

    ``choices`` are all the texts it can have; empty: any.
    """

    name: str
    expected: str
    meaning: Meaning
    longest: int = LONGEST_NAME
    needed: bool = False
    choices: tuple[str, ...] = ()


def _typed(kind: Any) -> Meaning:
    return TypeAdapter(kind).validate_python  # ValidationError is a ValueError


def _size(text: str) -> float:
    if not _SIZE.fullmatch(text) or not 0 < float(text) <= 100_000:
        raise ValueError(text)
    return float(text)


def _runs(text: str) -> int:
    if not _RUNS.fullmatch(text) or not 1 <= int(text) <= 1_000:
        raise ValueError(text)
    return int(text)


def _contact(text: str) -> str:
    """An e-mail address or a web address; nobody is written to to find out."""
    if len(text) <= LONGEST_E_MAIL and _E_MAIL.fullmatch(text):
        return text
    return str(_typed(WebAddress)(text))


def _choice(name: str, *choices: str, needed: bool = False) -> Field:
    return Field(name, f"one of {', '.join(choices)}", str, needed=needed, choices=choices)


FIELDS = (
    _choice("board", *VOICES, needed=True),
    Field("model", f"the name of the model, at most {LONGEST_NAME} characters", _typed(Name), needed=True),
    Field("hub_id", "a Hub id such as owner/name", _typed(HubId), LONGEST_HUB_ID),
    Field("org", f"the name of an organisation, at most {LONGEST_NAME} characters", _typed(Name)),
    Field("params_b", "a number of billions such as 7 or 0.5", _size, 20),
    _choice("weights", "open", "closed"),
    Field("licence", f"the name of a licence, at most {LONGEST_NAME} characters", _typed(Name)),
    Field("url", "a web address such as https://example.org/paper", _typed(WebAddress), LONGEST_ADDRESS),
    _choice("prompt", *PROMPT_CONDITIONS, needed=True),
    _choice("voice", "tts", "human", needed=True),
    _choice("speech_out", "yes", "no"),
    Field("decoding", f"how answers were drawn, at most {LONGEST_TEXT} characters", _typed(Text), LONGEST_TEXT),
    Field("runs", "a number of runs from 1 to 1000", _runs, 10),
    Field("contact", "an e-mail address or a web address", _contact, LONGEST_ADDRESS),
)
_BY_NAME = {one.name: one for one in FIELDS}


@dataclass(frozen=True)
class ReadForm:
    """A form as it was read: ``form`` only where nothing is wrong with any field. ``contact`` is private."""

    form: Form | None
    contact: str = ""
    problems: tuple[Problem, ...] = ()


def read_form(given: Mapping[str, Any]) -> ReadForm:
    """The form that texts by field name make; every fault is a problem with the field, what was found and expected.

    White space around a text is dropped, and its letters are brought into normal form C. A field that the form does
    not have, and anything that is no text, is a problem.
    """
    problems = Problems()
    for name in given:
        if name not in _BY_NAME:
            expected = f"only {', '.join(_BY_NAME)}"
            problems.add(Problem(THE_FORM, "", "", str(name) or "''", "a field that the form does not have", expected))
    values = {one.name: value for one in FIELDS if (value := _read(one, given.get(one.name), problems)) is not None}
    board, voice = values.get("board"), values.get("voice")
    if board and voice and voice not in VOICES[board]:
        expected = f"{' or '.join(VOICES[board])} on the board {board}"
        problems.add(Problem(THE_FORM, field="voice", found=voice, expected=expected))
    if problems.count:
        return ReadForm(None, problems=tuple(problems.kept))
    contact = values.pop("contact", "")
    values["speech_out"] = {"yes": True, "no": False}.get(values.get("speech_out", ""))
    return ReadForm(Form.model_validate(values), contact)


def _read(one: Field, value: Any, problems: Problems) -> Any:
    """What a field was given; ``None`` for nothing, and with a problem noted for what it cannot be."""
    found, expected = shown(value), one.expected
    if value is None or (isinstance(value, str) and not value[: one.longest + 1].strip()):
        if not one.needed:
            return None
        found = "nothing"
    elif not isinstance(value, str):
        expected = f"text: {expected}"
    elif len(value) > one.longest:  # before it is normalised, which takes longer the longer it is
        found, expected = f"{len(value)} characters", f"at most {one.longest}"
    else:
        text = unicodedata.normalize("NFC", value.strip())
        try:
            plain_text(text, one.longest)
        except ValueError as error:
            found, _, expected = str(error).removeprefix("found ").partition(", expected ")
        else:
            try:
                if not one.choices or text in one.choices:
                    return one.meaning(text)
            except ValueError:
                found = shown(text)
    problems.add(Problem(THE_FORM, field=one.name, found=found, expected=expected))
    return None


def compare_form(form: Form, said: Predictions, problems: Problems, warnings: Problems) -> None:
    """Note where a form and the files that came with it contradict each other."""
    conditions = {official: condition for condition, official in SYSTEM_PROMPT.items()}
    prompt = conditions.get(said.prompt, said.prompt)
    if prompt in PROMPT_CONDITIONS and prompt != form.prompt:
        official = SYSTEM_PROMPT[form.prompt]
        expected = f"{prompt}, as the files say ({shown(said.prompt)}; {form.prompt} would be {official!r})"
        problems.add(Problem(THE_FORM, field="prompt", found=form.prompt, expected=expected))
    elif said.prompt and prompt not in PROMPT_CONDITIONS:
        found = f"the files name the prompt {shown(said.prompt)}, which is none of {', '.join(conditions)}; "
        warnings.add(Problem(THE_FORM, field="prompt", found=f"{found}the row will say {form.prompt}"))
    names = [_letters(form.model), _letters(said.model)]
    if said.model and not any(a in b for a, b in (names, names[::-1])):
        found = f"the files name the model {shown(said.model)}; the row will say {shown(form.model)}"
        warnings.add(Problem(THE_FORM, field="model", found=found))
    if said.reply_audio and form.speech_out is False:
        found = f"no, but {len(said.reply_audio)} replies have a sound; the row will say no"
        warnings.add(Problem(THE_FORM, field="speech_out", found=found))


def _letters(name: str) -> str:
    """Letters and digits alone, without case: what two spellings of a model's name share."""
    return "".join(character for character in name.casefold() if character.isalnum())
