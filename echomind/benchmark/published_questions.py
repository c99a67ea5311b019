"""Questions of the published layout: ``MCQ/understanding.json`` and ``MCQ/reasoning.json``, one record a question.

Documented by the released code: ``question_id``, ``audio_dir``, ``audio_name``, ``question``, ``options_text``. The
names of the answer key and of the question type are not, so plausible ones are tried and the one used is counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any

from echomind.benchmark.clips import Clips, stem
from echomind.benchmark.fields import Problems, Record, folded, shown
from echomind.benchmark.items import STYLES, Question, Script, Style
from echomind.benchmark.options import letter_of, parse_options
from echomind.benchmark.published_scripts import read_clip_name
from echomind.benchmark.question_types import Level, QuestionType, question_type_of
from echomind.errors import DataError

QUESTION_IDS = ("questionid", "id", "qid", "mcqid")
QUESTION_TEXTS = ("question", "questiontext", "query", "stem", "prompt")
OPTIONS = ("optionstext", "options", "choices", "optionlist", "optiontext", "choicestext", "candidates")
AUDIO_NAMES = ("audioname", "audiofile", "audiopath", "audiofilename", "audio", "inputaudiofile", "filename", "file")
AUDIO_FOLDERS = ("audiodir", "audiofolder", "audiosubdir")
CASES = ("caseid", "scriptid", "case")
STYLE_NAMES = ("style", "voicetype", "deliverystyle", "delivery", "audiostyle")
TYPES = (
    "questiontype", "type", "subtask", "task", "tasktype", "subtasktype", "taskname", "subtaskname", "category",
    "questioncategory", "mcqtype", "subtype", "dimension", "label",
)  # fmt: skip
ANSWERS = (
    "answer", "correctanswer", "answerkey", "gold", "goldanswer", "goldlabel", "correctoption", "correct",
    "correctchoice", "correctletter", "groundtruth", "groundtruthanswer", "rightanswer", "rightoption", "targetanswer",
    "referenceanswer", "trueanswer", "expectedanswer", "standardanswer", "finalanswer", "answerletter",
    "answeroption", "answerlabel", "answertext", "correctanswertext", "correctansweroption", "correctanswerletter",
    "correctlabel", "solution", "reference", "gt", "label",
)  # fmt: skip
_NO_TYPES = frozenset((*QUESTION_TEXTS, *OPTIONS, *ANSWERS))


class Deliveries:
    """Which delivery a clip belongs to, by the paths that the scripts gave."""

    def __init__(self, scripts: Sequence[Script], clips: Clips) -> None:
        self.scripts = {script.id: script for script in scripts}
        self._by_path: dict[PurePosixPath, list[tuple[str, Style]]] = defaultdict(list)
        self._by_name: dict[str, list[tuple[str, Style, bool]]] = defaultdict(list)
        for script in scripts:
            for style, delivery in script.deliveries.items():
                path = stem(PurePosixPath(delivery.audio.relative_to(clips.root).as_posix()))
                self._by_path[path].append((script.id, style))
                self._by_name[path.name].append((script.id, style, len(path.parts) == 1))

    def of(self, path: PurePosixPath) -> list[tuple[str, Style]]:
        """(script id, style) of the deliveries with this clip; by name alone where only one side tells a folder."""
        named = self._by_name.get(stem(path).name, [])
        bare = len(path.parts) == 1
        return self._by_path.get(stem(path)) or [(case, style) for case, style, alone in named if bare or alone]

    def clip(self, case: str, style: Style) -> tuple[str, Style, Path]:
        """A delivery with its clip."""
        return case, style, self.scripts[case].deliveries[style].audio

    def case(self, text: str) -> str | None:
        """The script that a case id means; ``"355"`` is ``"id_355"`` where that is how the scripts are called."""
        return next((case for case in (text, f"id_{text}") if case in self.scripts), None)


class QuestionReader:
    """Reads the files of both levels; ids are unique over both.

    ``fields`` counts which names held the answer and the type, ``unknown_names`` the questions whose case or style is
    no script's (their clip says what they are about), ``unfit_answers`` the keys that fit no option. Without
    ``deliveries`` (the scripts could not be read) the questions are checked for everything else, and none is returned.
    """

    def __init__(
        self,
        deliveries: Deliveries | None,
        clips: Clips,
        problems: Problems,
        require_answers: bool,
        answer_field: str = "",
    ) -> None:
        self._deliveries, self._clips, self._problems = deliveries, clips, problems
        self._answers, self._required = (folded(answer_field),) if answer_field else ANSWERS, require_answers
        self.fields: dict[str, Counter[str]] = {"answer": Counter(), "type": Counter()}
        self.unknown_names = self.unfit_answers = 0
        self._files: dict[str, str] = {}

    def read(self, rows: Sequence[Mapping[str, Any]], file: str, level: Level) -> list[Question]:
        """The questions of one level in the order of the file; those with a problem are left out."""
        questions: list[Question] = []
        unkeyed: list[Record] = []
        untyped: list[Record] = []
        for number, row in enumerate(rows, 1):
            record = Record(row, f"{file}: record {number}", self._problems)
            question_id = record.identifier(QUESTION_IDS)
            if not question_id:
                continue
            record.place += f" ({shown(question_id)})"
            if question_id in self._files:
                record.wrong("question_id", f"{shown(question_id)} a second time", f"once ({self._files[question_id]})")
                continue
            self._files[question_id] = f"it is in {file}"
            before = self._problems.count
            kind = self._type(record, level, untyped)
            text = record.needed(QUESTION_TEXTS, "question", "the words of the question")
            options = self._options(record)
            answer = self._answer(record, options, unkeyed) if options else None
            asked = self._delivery(record, self._deliveries) if self._deliveries else self._path(record)
            if kind and isinstance(asked, tuple) and options and self._problems.count == before:
                questions.append(Question(question_id, kind, *asked, text, options, answer))
        expected = "an official label such as 'Fine Grained Gender Recognition'"
        self._absent(file, "question type", untyped, len(rows), expected)
        if self._required:
            expected = (
                "answer, correct_answer, answer_key, gold, label, ground_truth or the like (answer_field names it)"
            )
            self._absent(file, "right answer", unkeyed, len(rows), expected)
        return questions

    def _absent(self, file: str, what: str, records: list[Record], total: int, expected: str) -> None:
        """One line when no record of a file has it; else a line for each that has not."""
        if records and len(records) == total:
            records[0].place = f"{file}: all {total} records"
            records = records[:1]
        for record in records:
            record.missing(what, expected)

    def _type(self, record: Record, level: Level, untyped: list[Record]) -> QuestionType | None:
        named = record.all(TYPES)
        others = (found for found in record.texts() if folded(found.key) not in _NO_TYPES)
        for found in chain(named, others):
            kind = _type_of(found.value)
            if kind is None:
                continue
            self.fields["type"][found.key] += 1
            if kind.level != level:
                record.wrong(found.key, f"{shown(found.value)}, a type of {kind.level}", f"a type of {level}")
                return None
            return kind
        if named:
            record.wrong(named[0].key, shown(named[0].value), "one of the 18 official labels or ids of question types")
        else:
            untyped.append(record)
        return None

    def _options(self, record: Record) -> dict[str, str]:
        found = record.find(OPTIONS)
        if found is None:
            record.missing("options_text", "the options")
            return {}
        try:
            return parse_options(found.value)
        except DataError as error:
            record.refused(OPTIONS, error)
            return {}

    def _answer(self, record: Record, options: Mapping[str, str], unkeyed: list[Record]) -> str | None:
        """The right letter: of the first field that fits the options; fields that fit must agree with each other."""
        fitting: list[tuple[str, str]] = []
        refused: DataError | None = None
        named = record.all(self._answers)
        for found in named:
            try:
                fitting.append((found.key, letter_of(found.value, options)))
            except DataError as error:
                refused = refused or error
        if not fitting:
            if refused is None:
                unkeyed.append(record)
            elif self._required:
                record.refused(self._answers, refused)
            else:
                self.unfit_answers += 1
            return None
        key, letter = fitting[0]
        for other, different in fitting[1:]:
            if different != letter:
                record.wrong(other, f"the answer {different} while {key} says {letter}", "one right answer")
        self.fields["answer"][key] += 1
        return letter

    def _delivery(self, record: Record, deliveries: Deliveries) -> tuple[str, Style, Path] | None:
        """Script, style and clip of a question: its clip says it; case and style fields must not say otherwise."""
        path = self._path(record)
        if path is None and record.find(AUDIO_NAMES):
            return None  # refused, and said so
        said_case, said_style = record.find(CASES), record.text(STYLE_NAMES).casefold()
        case = deliveries.case(str(said_case.value)) if said_case else None
        style = next((style for style in STYLES if style == said_style), None)
        official = read_clip_name(path) if path else None
        matches = deliveries.of(path) if path else []
        fitting = [m for m in matches if case in (None, m[0]) and style in (None, m[1])]
        if len(fitting) == 1:
            self.unknown_names += (said_case is not None and case is None) or (bool(said_style) and style is None)
            return deliveries.clip(*fitting[0])
        if matches:
            owners = ", ".join(f"{match[0]} {match[1]}" for match in matches[:3])
            record.wrong(
                "audio_name", f"the clip of {owners}", f"the clip of {case or 'one script'} {style or ''}".strip()
            )
            return None
        if said_case and case is None:
            record.wrong(said_case.key, shown(said_case.value), "the case_id of a script")
            return None
        named_case = deliveries.case(official.case_id) if official else None
        named_style = official.style if official else None
        if (case and named_case not in (None, case)) or (style and named_style not in (None, style)):
            record.wrong(
                "audio_name", f"a clip of {named_case} {named_style}", f"one of {case or ''} {style or ''}".strip()
            )
            return None
        case, style = case or named_case, style or named_style
        if case is None or style is None:
            clip = shown(str(path)) if path else "no clip"
            record.wrong(
                "audio_name", f"{clip}, and no case_id and style", "the clip of one of the scripts' deliveries"
            )
            return None
        if style not in deliveries.scripts[case].deliveries:
            record.wrong("style", f"the {style} delivery", f"one that {shown(case)} has")
            return None
        return (case, style, self._clip(record, path)) if path else deliveries.clip(case, style)

    def _path(self, record: Record) -> PurePosixPath | None:
        name, folder = record.text(AUDIO_NAMES), record.text(AUDIO_FOLDERS)
        names: tuple[str, ...] = AUDIO_NAMES
        try:
            if not name:
                return None
            self._clips.path(name)
            names = AUDIO_FOLDERS
            return self._clips.path(name, folder)
        except DataError as error:
            record.refused(names, error)
            return None

    def _clip(self, record: Record, path: PurePosixPath) -> Path:
        try:
            return self._clips.find(path) or self._clips.root / path
        except DataError as error:
            record.refused(AUDIO_NAMES, error)
            return self._clips.root / path


def _type_of(value: Any) -> QuestionType | None:
    try:
        return question_type_of(value) if isinstance(value, str) else None
    except KeyError:
        return None
