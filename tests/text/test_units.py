"""The table of units: every spelling leads to one unit, and abbreviations count behind a number only."""

from __future__ import annotations

import pytest

from trustgen.text.units import SHORT, UNITS, unit_in_words


@pytest.mark.parametrize("spelling", sorted(UNITS))
def test_a_spelling_names_a_unit_that_names_itself(spelling: str) -> None:
    unit = UNITS[spelling]
    assert UNITS[unit.name] == unit
    assert unit.factor > 0
    assert spelling == spelling.lower()


@pytest.mark.parametrize(
    ("one", "factor", "other"),
    [
        ("mile", 1.609344, "km"),
        ("foot", 0.3048, "m"),
        ("inch", 2.54, "cm"),
        ("lb", 0.45359237, "kg"),
        ("acre", 0.40468564224, "ha"),
        ("knot", 1.852, "km/h"),
        ("decade", 120, "months"),
        ("century", 10, "decades"),
        ("fortnight", 2, "weeks"),
    ],
)
def test_known_conversions(one: str, factor: float, other: str) -> None:
    assert UNITS[one].factor == pytest.approx(factor * UNITS[other].factor, rel=1e-12)
    assert UNITS[one].dimension == UNITS[other].dimension


def test_temperatures_alone_have_another_zero() -> None:
    assert {unit.dimension for unit in UNITS.values() if unit.based(0)} == {"temperature"}
    assert UNITS["celsius"].based(37) == pytest.approx(UNITS["fahrenheit"].based(98.6)) == pytest.approx(310.15)


def test_an_abbreviation_is_a_unit_behind_a_number_alone() -> None:
    for word in SHORT - {"in"}:
        assert unit_in_words(word) == ""
        assert unit_in_words(word, "5") == UNITS[word].name
    assert [unit_in_words(word, "5") for word in ("in", "cat", "kilometers", "£", "lbs", "min")] == [
        "", "", "kilometre", "pound", "pound", "minute",
    ]  # fmt: skip
    assert [unit_in_words(word) for word in ("kilometers", "%", "min", "eur")] == ["kilometre", "percent", "", ""]
