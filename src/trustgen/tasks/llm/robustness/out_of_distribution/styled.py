"""Questions in styles that nobody uses, about days to come, and about what does not exist; all put together by rule."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from trustgen.core import Record
from trustgen.curate.invented import MIDDLES, STARTS, VOWELS, known_names
from trustgen.curate.kin import plain
from trustgen.tasks.wording import thing

STYLES = ("archaic", "telegram", "legalese", "recipe")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PAST, FUTURE = (2001, 2019), (2031, 2049)  # years well inside what models have read, and well after


@cache
def bank() -> dict[str, Any]:
    """Styles, nonsense and dates."""
    return tomllib.loads((files(__package__) / "bank.toml").read_text("utf-8"))


def styled(style: str, record: Record, draw: Random) -> str:
    """The record's question in a style."""
    told, wanted = bank()[style], thing(record, draw)
    text = " ".join(draw.choice(told[part]) for part in ("open", "ask", "close"))
    return text.format(thing=wanted, THING=wanted.upper())


def nonsense(draw: Random) -> tuple[str, str, tuple[str, ...]]:
    """What it is about, a question on something that does not exist, and guesses that would be made up."""
    told = draw.choice(bank()["nonsense"])
    while True:
        name = draw.choice(STARTS) + draw.choice(VOWELS) + draw.choice(MIDDLES) + draw.choice(told["ends"])
        if plain(name) not in known_names():
            return told["about"], draw.choice(told["ask"]).format(name=name), tuple(told["guesses"])


def day_in(years: tuple[int, int], draw: Random) -> date:
    """A day of these years, both included, evenly drawn."""
    first, last = date(years[0], 1, 1), date(years[1], 12, 31)
    return first + timedelta(days=draw.randrange((last - first).days + 1))


def weekday(day: date) -> str:
    """The English name of a day's weekday, whatever the machine's language."""
    return WEEKDAYS[day.weekday()]


def dated(day: date, draw: Random) -> str:
    """The question for a day's weekday."""
    told, later = bank()["dates"], day.year >= FUTURE[0]
    said = f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    verb = "will it be" if later else "was it"
    ask = draw.choice(told["ask"]).format(verb=verb, day=said)
    return f"{ask} {draw.choice(told['close'])}"


MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

__all__ = ["FUTURE", "PAST", "STYLES", "WEEKDAYS", "bank", "dated", "day_in", "nonsense", "styled", "weekday"]
