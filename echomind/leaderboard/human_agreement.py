"""Empathy by the automatic judge against empathy by people, on HumDial's third task: do they agree about the teams?

They are not the same question: T3 D1 marks the words of the reply, T3 D2 how its voice suits the speaker. Both are
marks from 1 to 5 of the same replies, and a reader takes both for empathy; where they part is what this shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from echomind.errors import EchoMindError
from echomind.leaderboard.boards import get_board
from echomind.leaderboard.comparison import Comparison, compare
from echomind.leaderboard.metrics import LANGUAGES
from echomind.leaderboard.records import Record
from echomind.words import t

BOARD = "humdial"
AUTOMATIC, PEOPLE = "t3_d1", "t3_d2_human"  # each exists once a language: t3_d1_zh
_ORDINALS = (
    *(t("first"), t("second"), t("third"), t("fourth"), t("fifth")),
    *(t("sixth"), t("seventh"), t("eighth"), t("ninth"), t("tenth")),
)


@dataclass(frozen=True)
class Team:
    """One team's marks, 1 to 5, and its places among all teams that have both; equal marks share a place."""

    name: str
    automatic: float
    people: float
    automatic_place: int
    people_place: int

    @property
    def gap(self) -> float:
        """How much better the automatic judge likes it than people do, in points."""
        return round(self.automatic - self.people, 10)


@dataclass(frozen=True)
class Agreement:
    """Both marks of all teams in one language.

    ``comparison`` has the coefficients and the sentence on whether the two go together, ``teams`` the marks by name;
    ``overrated`` is the team that the judge likes most beyond what people do, ``underrated`` the one that people like
    most beyond what the judge does; ``None`` where there is none.
    """

    language: str
    comparison: Comparison
    teams: tuple[Team, ...]
    overrated: Team | None
    underrated: Team | None

    @property
    def sentence(self) -> str:
        """What the judge and people say of the team about which they part most, first the overrated one."""
        team, n = self.overrated or self.underrated, len(self.teams)
        if not self.teams:
            return t(
                "No team has both an automatic and a human mark for empathy ({LANGUAGES}).",
                LANGUAGES=LANGUAGES[self.language],
            )
        if team is None:
            return t(
                "{LANGUAGES}: the automatic judge and people give every team the same mark for empathy.",
                LANGUAGES=LANGUAGES[self.language],
            )
        return t(
            "{LANGUAGES}: the automatic judge gives {name} {automatic:.2f} for empathy, {place}; "
            "people give it {people:.2f}, {place2}.",
            LANGUAGES=LANGUAGES[self.language],
            name=team.name,
            automatic=team.automatic,
            place=_place(team.automatic_place, n),
            people=team.people,
            place2=_place(team.people_place, n),
        )


def _place(place: int, n: int) -> str:
    if n == 1:
        return t("the only team")
    return t("{place} of {n}", place=t("the best") if place == 1 else _ordinal(place), n=n)


def _ordinal(place: int) -> str:
    return _ORDINALS[place - 1] if place <= len(_ORDINALS) else t("number {place}", place=place)


def agreement(records: Mapping[str, Record], language: str) -> Agreement:
    """The comparison in one ``language``, ``"zh"`` or ``"en"``, over the records of the HumDial board.

    Raises ``EchoMindError`` for another language.
    """
    board = get_board(BOARD)
    if language not in board.languages:
        raise EchoMindError(f"unknown language {language!r}; expected one of: {', '.join(board.languages)}")
    found = compare(board, records, f"{AUTOMATIC}_{language}", f"{PEOPLE}_{language}")
    teams = tuple(
        Team(name, x, y, 1 + sum(other > x for other in found.xs), 1 + sum(other > y for other in found.ys))
        for name, x, y in zip(found.models, found.xs, found.ys, strict=True)
    )
    above = max((team for team in teams if team.gap > 0), key=lambda team: team.gap, default=None)
    below = min((team for team in teams if team.gap < 0), key=lambda team: team.gap, default=None)
    return Agreement(language, found, teams, above, below)
