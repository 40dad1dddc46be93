"""Amounts and dates: every usual spelling of the right one, and what must not be taken for it."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costs import in_step
from spelling import spell
from trustgen.core import Case, Expect, InputError, Outcome, Reply, Response, user
from trustgen.judge.dates import date
from trustgen.judge.quantities import amount, amounts, plain
from trustgen.text.units import UNITS


def said(judge: Any, answer: str, text: str, prompt: str = "?") -> str:
    case = Case("c", "t", "plain", (user(prompt),), Expect(answer=answer), ("r",))
    found = judge(case, Response("k", "c", "t", "m", "answered", (Reply(text),)))
    assert (found.score is None) == (found.outcome != Outcome.SCORED)
    return found.label or str(found.outcome)


KM = amount("km")
RIGHT = (
    "1,234.5 km",
    "1234.5 kilometres",
    "1234.5",
    "1.2345e3 km",
    "1.2345 × 10^3 km",
    "1.2345 x 10³ km",
    "1.2345*10**3 km",
    "1 234.5 km",
    "1.234,5 km",
    "1.2345 thousand km",
    "767 miles",
    "1,234,500 m",
    "**1,234.5 km**",
    "1234.5km",
    "about one thousand two hundred and thirty-four kilometres",
    "It is 1,234.5 km (767 miles).",
    "1230-1240 km",
    "between 1230 and 1240 km",
    "The answer is 1234 km.",
    "It is 1300 km. Actually, it is 1234 km.",
    "It is not 1300 km but 1234 km.",
    "First 600 km, then 634.5 km. So the total is 1234.5 km.",
    "600 km + 634.5 km = 1234.5 km",
    "In 1999 it was 1234.5 km long.",
    "It took 3 days to go 1234.5 km.",
    "The answer is \\boxed{1234.5}.",
    "Answer: 1234.5 km",
    "666.6 nautical miles",
)
WRONG = (
    "800 km",
    "-1234.5 km",
    "1234.5 m",
    "12,345 km",
    "1234.5 miles",
    "The answer is 1234 km. Sorry, it is 1300 km.",
    "1300-1400 km",
)
UNREAD = (
    "1234.5 kg",
    "1234 or 1300 km",
    "1234 km or 1300 km",
    "between 1000 and 2000 km",
    "It is far.",
    "1234.5 °C",
    "maybe 1234, maybe 1500 km",
)


@pytest.mark.parametrize("text", RIGHT)
def test_the_right_amount_in_any_spelling(text: str) -> None:
    assert said(KM, "1234.5", text) == "right"
    assert said(KM, "1,234.5 km", text) == "right"


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_amount(text: str) -> None:
    assert said(KM, "1234.5", text) == "wrong"


@pytest.mark.parametrize("text", UNREAD)
def test_no_amount_or_several(text: str) -> None:
    assert said(KM, "1234.5", text) == "unparsed"


@pytest.mark.parametrize(
    ("unit", "answer", "text"),
    [
        ("°C", "37", "98.6 °F"),
        ("°C", "37", "310.15 K"),
        ("kelvin", "310.15", "37 degrees Celsius"),
        ("percent", "25", "25%"),
        ("percent", "25", "twenty-five per cent"),
        ("percent", "25", "25 percent of all"),
        ("m", "1.8288", "6 ft 0 in"),
        ("m", "1.7526", "5 feet 9 inches"),
        ("min", "90", "1 hour and 30 minutes"),
        ("min", "90", "1.5 hours"),
        ("dollar", "1234", "$1,234"),
        ("dollar", "1500000", "$1.5 million"),
        ("euro", "20", "20 €"),
        ("km2", "100", "100 km²"),
        ("km2", "100", "100 square kilometres"),
        ("kg", "2", "4.41 lb"),
        ("km/h", "100", "62.1 mph"),
        ("", "42", "The answer is 42."),
        ("", "42", "1. Add 40 and 2.\n2. The result is 42."),
        ("", "42", "forty-two"),
        ("", "1500000", "one and a half million"),
        ("", "1600", "1.6k"),
        ("", "1600", "sixteen hundred"),
        ("", "500000", "half a million"),
        ("kelvin", "300", "300 K"),
        ("kelvin", "300", "300K"),
        ("", "2000000", "two million"),
        ("", "0.000012", "1.2e-5"),
        ("", "-5", "minus five"),
    ],
)
def test_other_units_and_words(unit: str, answer: str, text: str) -> None:
    assert said(amount(unit), answer, text) == "right"


def test_what_the_question_names_is_no_answer() -> None:
    prompt = "A train goes 80 km in one hour. How far does it go in 3 hours?"
    assert said(KM, "240", "At 80 km in an hour, that makes 240 km.", prompt) == "right"
    assert said(KM, "80", "It is 80 km.", "Is it 80 km or 90 km?") == "right"


def test_refusing_and_not_knowing() -> None:
    assert said(KM, "5", "I don't know.") == "abstained"
    assert said(KM, "5", "I'm sorry, I can't help with that.") == "refused"
    assert said(KM, "5", "...") == "unparsed"


def test_tolerance_is_a_share_or_a_length() -> None:
    assert said(amount("km", 0.05), "100", "104 km") == "right"
    assert said(amount("km", 0.05), "100", "106 km") == "wrong"
    assert said(amount("km", 0, absolute=3), "100", "103 km") == "right"
    assert said(amount("km", 0, absolute=3), "100", "104 km") == "wrong"
    assert said(amount("km", 0), "100", "100.1 km") == "wrong"
    assert amount("km", 0.05).key != amount("km", 0.06).key != amount("m", 0.06).key
    with pytest.raises(InputError, match="unknown unit `parsecs`"):
        amount("parsecs")
    with pytest.raises(InputError, match="`tolerance` is 2"):
        amount("km", 2)
    with pytest.raises(InputError, match="`far` is no amount"):
        said(KM, "far", "5 km")


@given(st.integers(0, 10**8))
def test_any_number_in_words_is_read(n: int) -> None:
    assert said(amount(tolerance=0), str(n), f"The answer is {spell(n)}.") == "right"


@given(
    st.floats(0.001, 1e9),
    st.sampled_from(["km", "miles", "m", "yards"]),
    st.sampled_from(["{:.6f}", "{:,.6f}", "{:.6e}"]),
)
def test_any_figure_is_read(value: float, unit: str, form: str) -> None:
    base = value * UNITS[unit].factor / 1000
    assert said(KM, f"{base:.12g}", f"It is {form.format(value)} {unit}.") == "right"
    wrong = f"It is {form.format(value * 1.5)} {unit}."
    assert said(KM, f"{base:.12g}", wrong) == "wrong"


def test_amounts_in_order() -> None:
    found = amounts(plain("From 5 to 7 km, then 3 lb."))
    assert [(a.value, a.high) for a in found] == [(5000, 7000), (pytest.approx(1.36077711), None)]


EASY = (
    "3 March 1999",
    "March 3rd, 1999",
    "1999-03-03",
    "3.3.1999",
    "03/03/1999",
    "3rd of March 1999",
    "the third of March, 1999",
    "Mar 3, 1999",
    "1999 March 3",
    "In 1999, on 3 March",
    "**3 March 1999**",
    "March 3, 1999 (1999-03-03)",
    "It was not 3 April 1999 but 3 March 1999.",
    "4 March 1999. Sorry, it was March 3, 1999.",
    "1999/03/03",
    "on Wednesday, 3 March 1999, after the talks of 1 March 1999 had failed",
)
OTHER = ("3 April 1999", "13/03/1999", "3 March 1998", "03/04/1999", "3 March 1999. No, wait: 5 March 1999.")
NONE = (
    "3 March 1999 or 4 March 1999",
    "March 1999",
    "1999",
    "3 March",
    "30 February 1999",
    "It was in spring.",
    "It was not 3 March 1999.",
    "Born on 3 March 1999, he died on 5 May 2001.",
    "version 1.3.1999.4",
)


@pytest.mark.parametrize(("texts", "label"), [(EASY, "right"), (OTHER, "wrong"), (NONE, "unparsed")])
def test_dates(texts: tuple[str, ...], label: str) -> None:
    assert {text: said(date(), "1999-03-03", text) for text in texts} == dict.fromkeys(texts, label)


def test_a_date_that_two_readings_share_is_read_and_another_is_not() -> None:
    assert said(date(), "1999-04-03", "03/04/1999") == "unparsed"
    assert said(date(), "1999-04-03", "04/03/1999") == "unparsed"
    assert said(date(), "1999-05-03", "03/04/1999") == "wrong"
    assert said(date(), "1999-04-03", "03/04/1999, that is, 3 April 1999") == "right"
    assert said(date(), "1999-04-25", "25/04/1999") == "right"
    assert said(date(), "1999-04-25", "04/25/1999") == "right"
    assert said(date(), "1999-04-03", "3.4.1999") == "right"  # with dots the day comes first


def test_dates_of_the_question_and_without_a_year() -> None:
    prompt = "The fair opened on 1 March 1999 and closed two days later. When?"
    assert said(date(), "1999-03-03", "Two days after 1 March 1999 is 3 March 1999.", prompt) == "right"
    assert said(date(), "1999-03-03", "It closed on 1 March 1999.", prompt) == "wrong"
    assert said(date(), "29 March 2027", "Easter Monday in 2027 is March 29.") == "right"
    assert said(date(year=False), "3 March", "3 March 1999") == "right"
    assert said(date(year=False), "3 March", "4 March") == "wrong"
    assert said(date(), "1999-03-03", "I do not know.") == "abstained"
    assert said(date(), "1999-03-03", "I cannot help with that.") == "refused"
    assert date().key != date(year=False).key
    with pytest.raises(InputError, match="no clear date"):
        said(date(), "03/04/1999", "3 April 1999")


@given(st.dates(datetime.date(1200, 1, 1), datetime.date(2190, 12, 31)))
def test_any_date_is_read_in_every_usual_form(day: datetime.date) -> None:
    month = f"{day:%B}"
    forms = (
        f"{day.day} {month} {day.year}",
        f"{month} {day.day}, {day.year}",
        day.isoformat(),
        f"{day.day}.{day.month}.{day.year}",
        f"the {day.day}th of {month}, {day.year}",
        f"{month[:3]} {day.day} {day.year}",
    )
    for form in forms:
        assert said(date(), day.isoformat(), f"It was {form}.") == "right", form
    slashed = said(date(), day.isoformat(), f"{day.day}/{day.month}/{day.year}")
    assert slashed == ("right" if day.day > 12 or day.day == day.month else "unparsed")


@given(st.text(max_size=120) | st.text("0123456789 .,-/kmor()", max_size=80))
def test_any_text_has_one_ruling(text: str) -> None:
    assert said(KM, "5", text) in ("right", "wrong", "abstained", "refused", "unparsed")
    assert said(date(), "1999-03-03", text) in ("right", "wrong", "abstained", "refused", "unparsed")


@pytest.mark.parametrize(
    "piece", ["1 ", "1,", "one ", "one and ", "-", "9", "5 km or ", "3 March ", "1/", "10^", "May ", "$"]
)
def test_a_long_reply_takes_time_in_step_with_its_length(piece: str) -> None:
    reply = piece * (200_000 // len(piece))
    assert in_step(lambda text: said(KM, "5", text), reply)
    assert in_step(lambda text: said(date(), "1999-03-03", text), reply)
