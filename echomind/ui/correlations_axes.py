"""What a visitor of the Correlations page compares, and its address. Pure.

``?board=echomind&x=understanding_acc&y=ves`` (and ``language``, ``colour``) is a pair; ``?preset=empathy-zh`` a known
one. Addresses come from outside: what they name is looked up among what there is, and what is not there is said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple, cast

from echomind.leaderboard.boards import BOARDS, Board, get_board
from echomind.leaderboard.known_pairs import KNOWN_PAIRS, KnownPair, known_pair
from echomind.leaderboard.metrics import METRICS
from echomind.leaderboard.points import COLOURINGS, Colouring
from echomind.leaderboard.query_codecs import fields_of, left_out, told, written
from echomind.words import here, t

NAMES = ("board", "x", "y", "language", "colour", "preset")

_FIRST = {
    "echomind": ("understanding_acc", "c_speech_rel"),
    "echomind-mini": ("understanding_acc", "style_direction_minilm"),
    "humdial": ("t3_d1", "t3_d2_human"),
}


@dataclass(frozen=True)
class Axes:
    """What the reader compares. ``language`` is empty on boards that do not score languages apart."""

    board: str = "echomind"
    x: str = "understanding_acc"
    y: str = "c_speech_rel"
    language: str = ""
    colour: Colouring = "weights"

    @property
    def preset(self) -> KnownPair | None:
        """The preset these axes are."""
        return known_pair(self.board, self.x, self.y)

    def on_board(self, board_id: str) -> Axes:
        """Another board, with a first pair of axes that makes sense there."""
        board = get_board(board_id)
        return replace(_first_axes(board, board.languages[0] if board.languages else ""), colour=self.colour)

    def in_language(self, language: str) -> Axes:
        """The same metrics in the board's other language."""
        board = get_board(self.board)
        if language not in board.languages:
            return self
        here = {metric.id for metric in board.columns(language)}

        def counterpart(metric: str) -> str:
            return metric if metric in here else f"{metric.removesuffix(f'_{self.language}')}_{language}"

        return replace(self, language=language, x=counterpart(self.x), y=counterpart(self.y))

    def with_x(self, metric: str) -> Axes:
        """Another x; where that is y already, the two change places."""
        return replace(self, x=metric, y=self.x if metric == self.y else self.y)

    def with_y(self, metric: str) -> Axes:
        """Another y; where that is x already, the two change places."""
        return replace(self, y=metric, x=self.y if metric == self.x else self.x)

    def coloured(self, by: str) -> Axes:
        """Marks by another group; the same as before for a name that is none."""
        return replace(self, colour=cast(Colouring, by)) if by in COLOURINGS else self

    def query(self) -> str:
        """The address's query with its question mark, complete, so that it means the same whatever is first."""
        parts = {"board": self.board, "x": self.x, "y": self.y}
        parts |= {"language": self.language} if self.language else {}
        parts |= {"colour": self.colour} if self.colour != "weights" else {}
        return f"?{written(parts.items())}"


def _first_axes(board: Board, language: str) -> Axes:
    suffix = f"_{language}" if language else ""
    if board.id in _FIRST:
        x, y = (f"{metric}{suffix}" for metric in _FIRST[board.id])
    else:
        x, y = (metric.id for metric in board.columns(language or None)[:2])
    return Axes(board.id, x, y, language)


def plottable_boards() -> list[tuple[str, str]]:
    """(title, id) of the boards with at least two metrics to set against each other."""
    return [
        (here(b.title), b.id) for b in BOARDS.values() if len(b.columns(b.languages[0] if b.languages else None)) > 1
    ]


def axis_choices(board: Board, language: str) -> list[tuple[str, str]]:
    """(title, id) of a board's metrics, in the order of the levels."""
    return [(here(t("{title} ({term})", title=m.title, term=m.term)), m.id) for m in board.columns(language or None)]


class Asked(NamedTuple):
    """What an address asks for, as far as it is there, and a line about the rest; empty where there is none."""

    axes: Axes
    note: str = ""


def with_preset(axes: Axes, preset_id: str) -> Axes:
    """The axes of a preset; the same as before for a name that is none."""
    found = next((preset for preset in KNOWN_PAIRS if preset.id == preset_id), None)
    return axes if found is None else replace(axes, board=found.board, x=found.x, y=found.y, language=found.language)


def with_pair(axes: Axes, pair: str) -> Axes:
    """The axes of a pair of metrics of the board, ``"x,y"``; the same as before for anything else."""
    x, _, y = pair.partition(",")
    here = {metric.id for metric in get_board(axes.board).columns(axes.language or None)}
    return replace(axes, x=x, y=y) if x in here and y in here and x != y else axes


def read_address(query: str) -> Asked:
    """The axes of an address, whatever is in it. What is unknown there is ignored and named in the note."""
    fields = fields_of(query)
    asked = {name: fields[name][-1] for name in NAMES if name in fields}
    axes, unknown = Axes(), [name for name in fields if name not in NAMES]
    if "preset" in asked:
        axes = with_preset(axes, asked["preset"])
        if axes.preset is None or axes.preset.id != asked["preset"]:
            unknown.append("preset")
    if "board" in asked and asked["board"] != axes.board:
        if asked["board"] in {board for _, board in plottable_boards()}:
            axes = axes.on_board(asked["board"])
        else:
            unknown.append("board")
    axes = _metrics(axes, asked, unknown)
    if "colour" in asked:
        axes = axes.coloured(asked["colour"])
        if axes.colour != asked["colour"]:
            unknown.append("colour")
    return Asked(axes, told([left_out(name, fields.get(name, [""])[-1]) for name in dict.fromkeys(unknown)]))


def _metrics(axes: Axes, asked: dict[str, str], unknown: list[str]) -> Axes:
    board = get_board(axes.board)
    known = {name: asked[name] for name in ("x", "y") if asked.get(name) in board.metrics}
    unknown += [name for name in ("x", "y") if name in asked and name not in known]
    language = asked.get("language", "")
    if language and language not in board.languages:
        unknown.append("language")
        language = ""
    # the metrics say the language too; where they do not agree, the first of them does
    spoken = [METRICS[metric].language for metric in known.values() if METRICS[metric].language]
    axes = axes.in_language(spoken[0] or "" if spoken else language or axes.language)
    shown = {metric.id for metric in board.columns(axes.language or None)}
    for name, metric in known.items():
        if metric not in shown:
            unknown.append(name)
        elif name == "x":
            axes = axes.with_x(metric) if "y" not in known else replace(axes, x=metric)
        else:
            axes = axes.with_y(metric) if "x" not in known else replace(axes, y=metric)
    if axes.x == axes.y:
        unknown.append("y")
        other = next(metric.id for metric in board.columns(axes.language or None) if metric.id != axes.x)
        axes = replace(axes, y=other)
    return axes
