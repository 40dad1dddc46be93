"""Holidays by date: facts that are fresh because the year they are asked about is."""

from __future__ import annotations

import re
import warnings
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import cache

from trustgen.core import MissingExtra, Pool, PoolManifest, Record, Source

from .facts import sovereign
from .kin import ENOUGH
from .origins import source_of
from .pool import manifest_of, ranked
from .tables import POOLS

YEARS = range(2025, 2035)
REGULAR = 7  # of the years, how many a holiday must have one sure date in


@cache
def _holidays_source() -> Source:
    licence = "MIT, as the package says; the dates are computed by its rules"
    return source_of("holidays", "holidays", licence, POOLS)[0]


def public_holidays(code: str, year: int) -> dict[date, list[str]]:
    """The English names of what a country celebrates on each day of a year; empty where the package knows neither.

    Raises `MissingExtra` where the package `holidays` is absent.
    """
    try:
        import holidays as package
    except ImportError:
        raise MissingExtra("public holidays", "holidays", POOLS) from None
    speaks = getattr(getattr(package, code, None), "supported_languages", ())
    language = next((one for one in ("en_US", "en_GB", "en") if one in speaks), None)
    if code not in package.list_supported_countries():
        return {}
    with warnings.catch_warnings():  # a year that the package has no rules for: it warns, and gives none
        warnings.simplefilter("ignore")
        days = package.country_holidays(code, years=year, language=language).items()
    return {day: names.split("; ") for day, names in days}


@cache
def _dates(code: str, year: int) -> dict[str, tuple[date, ...]]:
    """The public holidays of a country in a year by name, each with its dates."""
    found: dict[str, list[date]] = defaultdict(list)
    for day, names in public_holidays(code, year).items():
        for name in names:
            found[name].append(day)
    return {name: tuple(on) for name, on in found.items()}


def _movable(code: str, year: int) -> Iterator[tuple[str, date, list[date]]]:
    """Holidays with one sure date in the year and others in other years, and wrong dates for each."""
    now = _dates(code, year)
    for name, days in now.items():
        if len(days) != 1 or not name.isascii() or "(" in name or any(o.startswith(f"{name} (") for o in now):
            continue
        right, around = days[0], (*YEARS, *range(year - 4, year + 5))
        each = [on for y in YEARS if len(on := _dates(code, y).get(name, ())) == 1]
        then = {
            d.replace(year=year) for y in around for d in _dates(code, y).get(name, ()) if (d.month, d.day) != (2, 29)
        }
        if len(each) < REGULAR or len({(on[0].month, on[0].day) for on in each}) < 3:
            continue  # fixed, held once, or known for some years only, as what the moon decides
        others = {d for o, found in now.items() if o != name for d in found}
        wrong = sorted(d for d in then | others if abs((d - right).days) > 2)
        if len(wrong) >= ENOUGH:
            yield name, right, wrong


def _said(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


@cache
def _holidays_of(year: int) -> tuple[Record, ...]:
    made = []
    for code, country in sorted(sovereign().items()):
        for name, right, wrong in _movable(code, year):
            record = Record.of(
                "facts.holidays",
                _holidays_source(),
                subject=f"{name} in {country.subject} in {year}",
                relation="holiday_date",
                answer=_said(right),
                aliases=[f"{right:%B} {right.day}, {year}", right.isoformat(), f"{right.day} {right:%B}"],
                distractors=[_said(day) for day in wrong],
                kind="date",
                region=country.region,
                year=year,
                core=f"{name} in {country.subject}|holiday_date",
                difficulty=country.known,
            )
            made.append(record)
    return tuple(made)


class Holidays(Pool):
    """When movable holidays fall. A salt that names a year (`2031`, `run-2031`) draws those of that year first."""

    name = "facts.holidays"
    about = "dates of movable public holidays, by country and year, as the rules now stand"

    @property
    def size(self) -> int:
        """How many records there are over the years of `YEARS`."""
        return sum(len(_holidays_of(year)) for year in YEARS)

    @property
    def manifest(self) -> PoolManifest:
        """Source, licence and size."""
        return manifest_of(_holidays_source(), self.size)

    def draw(self, salt: str) -> Iterator[Record]:
        """Every record once, by rank; those of a year that the salt names come first."""
        named = re.search(r"(?<!\d)20\d\d(?!\d)", salt)
        year = int(named[0]) if named else 0
        first = _holidays_of(year) if year else ()
        others = (record for record in self._all() if record["year"] != year)
        for records in (first, others):
            yield from ranked(records, salt)

    def _all(self) -> tuple[Record, ...]:
        return tuple(record for year in YEARS for record in _holidays_of(year))


holidays = Holidays()

__all__ = ["YEARS", "Holidays", "holidays", "public_holidays"]
