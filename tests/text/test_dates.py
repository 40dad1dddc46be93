"""Dates: every usual form comes back, and one that can be read either way round has both readings."""

from __future__ import annotations

import datetime
import itertools

from hypothesis import given
from hypothesis import strategies as st

from costs import in_step
from trustgen.text.dates import MONTHS, dates

DAYS = st.dates(datetime.date(1000, 1, 1), datetime.date(2199, 12, 31))


def readings(text: str) -> list[tuple[tuple[int, int, int], ...]]:
    return [said.days for said in dates(text)]


@given(DAYS)
def test_a_date_comes_back_in_every_usual_form(day: datetime.date) -> None:
    month, own = MONTHS[day.month - 1].title(), ((day.year, day.month, day.day),)
    forms = (
        f"{day.day} {month} {day.year}",
        f"{month} {day.day}, {day.year}",
        f"{month} {day.day}th {day.year}",
        f"the {day.day}th of {month}, {day.year}",
        f"{month[:3]} {day.day} {day.year}",
        f"{day.year} {month} {day.day}",
        f"{day.day}.{day.month}.{day.year}",
        day.isoformat(),
    )
    for form in forms:
        assert readings(f"It was {form}.") == [own], form
    assert readings(f"on {day.day} {month}, at noon") == [((0, day.month, day.day),)]


@given(DAYS)
def test_day_and_month_in_figures_may_stand_either_way_round(day: datetime.date) -> None:
    (found,) = readings(f"{day.day}/{day.month}/{day.year}")
    assert (day.year, day.month, day.day) in found
    assert len(found) == (2 if day.day <= 12 and day.day != day.month else 1)


def test_what_no_calendar_has_is_no_date() -> None:
    assert readings("30 February 1999, 1999-13-01, version 1.3.1999.4, March 1999 and 1999 alone") == []
    assert readings("the twenty first of May 2001") == readings("May 21, 2001") == [((2001, 5, 21),)]
    assert readings("5.6.12") == [((1912, 6, 5), (2012, 6, 5))]


@given(st.text(max_size=100) | st.text("0123456789 .,-/marchof", max_size=60))
def test_any_text_is_read_in_order(text: str) -> None:
    found = list(dates(text))
    assert all(said.start < said.end and said.days for said in found)
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))


def test_dates_are_read_in_step_with_the_length() -> None:
    for piece in ("3 March ", "1/", "May ", "1999-", "the twenty-first of ", "9"):
        assert in_step(lambda text: list(dates(text)), piece * (200_000 // len(piece))), piece
