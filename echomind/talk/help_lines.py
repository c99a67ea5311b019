"""Who can be called, by country: the numbers of ``care``'s fixed answers, each with the page that publishes it.

Numbers change seldom, but they change: whoever runs the app checks them against ``source`` now and then (last written
down 2026-11-21). A country is here only where one line answers for all of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from echomind.errors import ConfigurationError
from echomind.words import t

INTERNATIONAL = "international"


@dataclass(frozen=True)
class Line:
    """A help line as it is named in a sentence, and the address where it is published."""

    call: str
    source: str


@dataclass(frozen=True)
class Country:
    """One country's lines for a life crisis and for violence at home, and its emergency number, as people say it."""

    id: str
    name: str
    crisis: Line
    violence: Line
    emergency: str
    ambulance: str = ""

    @property
    def medical(self) -> str:
        """The number for a medical emergency."""
        return self.ambulance or self.emergency


COUNTRIES: tuple[Country, ...] = (
    Country(
        "au",
        t("Australia"),
        Line(t("Lifeline on 13 11 14"), "https://www.lifeline.org.au"),
        Line(t("1800RESPECT on 1800 737 732"), "https://1800respect.org.au"),
        "000",
    ),
    Country(
        "ca",
        t("Canada"),
        Line(t("or text 988"), "https://988.ca"),
        Line(t("a shelter near you, listed on sheltersafe.ca"), "https://sheltersafe.ca"),
        "911",
    ),
    Country(
        "cn",
        t("China (mainland)"),
        Line("12356", "https://www.nhc.gov.cn"),
        Line("12338", "https://www.women.org.cn"),
        "110",
        "120",
    ),
    Country(
        "fr",
        t("France"),
        Line("3114", "https://3114.fr"),
        Line("3919", "https://arretonslesviolences.gouv.fr"),
        "112",
        t("15 or 112"),
    ),
    Country(
        "de",
        t("Germany"),
        Line(t("TelefonSeelsorge on 0800 111 0 111"), "https://www.telefonseelsorge.de"),
        Line(t("the Hilfetelefon on 116 016"), "https://www.hilfetelefon.de"),
        "110",
        "112",
    ),
    Country(
        "in",
        t("India"),
        Line(t("Tele-MANAS on 14416"), "https://telemanas.mohfw.gov.in"),
        Line(t("the women's helpline on 181"), "https://wcd.nic.in"),
        "112",
    ),
    Country(
        "ie",
        t("Ireland"),
        Line(t("Samaritans on 116 123"), "https://www.samaritans.org/ireland"),
        Line(t("Women's Aid on 1800 341 900"), "https://www.womensaid.ie"),
        t("112 or 999"),
    ),
    Country(
        "nz",
        t("New Zealand"),
        Line(t("or text 1737"), "https://1737.org.nz"),
        Line(t("Women's Refuge on 0800 733 843"), "https://womensrefuge.org.nz"),
        "111",
    ),
    Country(
        "gb",
        t("United Kingdom"),
        Line(t("Samaritans on 116 123"), "https://www.samaritans.org"),
        Line(t("the Domestic Abuse Helpline on 0808 2000 247"), "https://www.nationaldahelpline.org.uk"),
        "999",
    ),
    Country(
        "us",
        t("United States"),
        Line(t("or text 988"), "https://988lifeline.org"),
        Line(t("the Domestic Violence Hotline on 1-800-799-7233"), "https://www.thehotline.org"),
        "911",
    ),
)
_BY_ID = {country.id: country for country in COUNTRIES}


def choices() -> tuple[tuple[str, str], ...]:
    """Names and ids to choose from; first the one that fits everywhere."""
    return ((t("all countries"), INTERNATIONAL), *((country.name, country.id) for country in COUNTRIES))


def country_of(choice: str) -> Country | None:
    """The country of an id, None for ``"international"``. Raises ``ConfigurationError`` for anything else."""
    if choice == INTERNATIONAL:
        return None
    if choice not in _BY_ID:
        known = ", ".join([INTERNATIONAL, *_BY_ID])
        raise ConfigurationError(f"help lines: found the country {choice[:40]!r}; expected one of {known}")
    return _BY_ID[choice]
