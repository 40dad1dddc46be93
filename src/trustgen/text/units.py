"""Units by name, as factors to the base unit of their dimension: the one table of them.

Factors are exact by definition (international yard and pound, 1959; SI brochure, 9th edition, 2019) or conventional
(a month is 365.25 / 12 days). Temperatures have an offset too.
"""

from __future__ import annotations

from typing import NamedTuple


class Unit(NamedTuple):
    """A unit: its dimension, `base = value * factor + offset`, and its name in full, in lower case."""

    dimension: str
    factor: float
    offset: float = 0.0
    name: str = ""

    def based(self, value: float) -> float:
        """So many of it in the base unit of its dimension."""
        return value * self.factor + self.offset


_MILE, _FOOT, _POUND, _DAY = 1609.344, 0.3048, 0.45359237, 86_400.0
_SPELT: dict[str, tuple[Unit, str]] = {
    "metre": (Unit("length", 1.0), "m meter meters metres"),
    "kilometre": (Unit("length", 1000.0), "km kms kilometer kilometers kilometres"),
    "centimetre": (Unit("length", 0.01), "cm centimeter centimeters centimetres"),
    "millimetre": (Unit("length", 0.001), "mm millimeter millimeters millimetres"),
    "mile": (Unit("length", _MILE), "mi miles"),
    "yard": (Unit("length", 0.9144), "yd yds yards"),
    "foot": (Unit("length", _FOOT), "ft feet"),
    "inch": (Unit("length", 0.0254), "in inches"),
    "nautical mile": (Unit("length", 1852.0), "nmi|nautical miles"),
    "kilogram": (Unit("mass", 1.0), "kg kgs kilo kilos kilograms kilogramme kilogrammes"),
    "gram": (Unit("mass", 0.001), "g grams gramme grammes"),
    "milligram": (Unit("mass", 1e-6), "mg milligrams"),
    "tonne": (Unit("mass", 1000.0), "t tonnes|metric ton|metric tons"),
    "ton": (Unit("mass", 2000 * _POUND), "tons|short ton|short tons"),
    "pound": (Unit("mass", _POUND), "lb lbs pounds"),
    "ounce": (Unit("mass", _POUND / 16), "oz ounces"),
    "stone": (Unit("mass", 14 * _POUND), "stones"),
    "second": (Unit("time", 1.0), "s sec secs seconds"),
    "millisecond": (Unit("time", 0.001), "ms milliseconds"),
    "minute": (Unit("time", 60.0), "min mins minutes"),
    "hour": (Unit("time", 3600.0), "h hr hrs hours"),
    "day": (Unit("time", _DAY), "d days"),
    "week": (Unit("time", 7 * _DAY), "weeks"),
    "fortnight": (Unit("time", 14 * _DAY), "fortnights"),
    "month": (Unit("time", 365.25 / 12 * _DAY), "months"),
    "year": (Unit("time", 365.25 * _DAY), "yr yrs years"),
    "decade": (Unit("time", 3652.5 * _DAY), "decades"),
    "century": (Unit("time", 36_525 * _DAY), "centuries"),
    "litre": (Unit("volume", 1.0), "l liter liters litres"),
    "millilitre": (Unit("volume", 0.001), "ml milliliter milliliters millilitres"),
    "cubic metre": (Unit("volume", 1000.0), "m3|cubic meter|cubic meters|cubic metres"),
    "gallon": (Unit("volume", 3.785411784), "gal gallons"),
    "square metre": (Unit("area", 1.0), "m2 sqm|square meter|square meters|square metres|sq m"),
    "square kilometre": (Unit("area", 1e6), "km2|square kilometer|square kilometers|square kilometres|sq km"),
    "square mile": (Unit("area", _MILE**2), "mi2|square miles|sq mi"),
    "square foot": (Unit("area", _FOOT**2), "ft2|square feet|sq ft"),
    "hectare": (Unit("area", 10_000.0), "ha hectares"),
    "acre": (Unit("area", 4046.8564224), "acres"),
    "kilometre per hour": (Unit("speed", 1 / 3.6), "km/h kmh kph|kilometers per hour|kilometres per hour|km per hour"),
    "metre per second": (Unit("speed", 1.0), "m/s|meters per second|metres per second"),
    "mile per hour": (Unit("speed", _MILE / 3600), "mph mi/h|miles per hour"),
    "knot": (Unit("speed", 1852 / 3600), "kn knots"),
    "degree Celsius": (
        Unit("temperature", 1.0, 273.15),
        "celsius °c ℃|degrees celsius|degrees c|deg c|degrees centigrade",
    ),
    "degree Fahrenheit": (
        Unit("temperature", 5 / 9, 273.15 - 32 * 5 / 9),
        "°f fahrenheit|degrees fahrenheit|degrees f|deg f",
    ),
    "kelvin": (Unit("temperature", 1.0), "k kelvins"),
    "percent": (Unit("share", 0.01), "% pct|per cent|percentage points"),
    "dollar": (Unit("dollars", 1.0), "$ usd dollars us$|us dollars"),
    "euro": (Unit("euros", 1.0), "€ eur euros"),
    "pound sterling": (Unit("sterling", 1.0), "£ gbp|pounds sterling"),
    "byte": (Unit("data", 1.0), "b bytes"),
    "kilobyte": (Unit("data", 1e3), "kb kilobytes"),
    "megabyte": (Unit("data", 1e6), "mb megabytes"),
    "gigabyte": (Unit("data", 1e9), "gb gigabytes"),
    "watt": (Unit("power", 1.0), "w watts"),
    "kilowatt": (Unit("power", 1000.0), "kw kilowatts"),
    "joule": (Unit("energy", 1.0), "j joules"),
    "kilojoule": (Unit("energy", 1000.0), "kj kilojoules"),
    "kilocalorie": (Unit("energy", 4184.0), "kcal kilocalories"),
    "kilowatt hour": (Unit("energy", 3.6e6), "kwh|kilowatt hours"),
}


def _names() -> dict[str, Unit]:
    found: dict[str, Unit] = {}
    for name, (unit, spelt) in _SPELT.items():
        first, *phrases = spelt.split("|")
        for one in (name.lower(), *first.split(), *phrases):
            found[one] = unit._replace(name=name.lower())
    return found


UNITS: dict[str, Unit] = _names()
"""Every unit by every spelling, in lower case."""

SHORT = frozenset(name for name in UNITS if len(name) <= 2 and name.isalpha())
"""Units of one or two letters: they must stand right behind their number, and "in" only where no word follows."""


def unit_in_words(word: str, before: str = "") -> str:
    """The full name of the unit that one word in lower case is, "" where it is none.

    An abbreviation is one only behind a number: `before` is the word before it. "In" is never one, and a pound is one
    of weight or of money.
    """
    unit = UNITS.get(word)
    if unit is None or word == "in" or (len(word) <= 3 and word.isalpha() and not before[:1].isdigit()):
        return ""
    return unit.name.removesuffix(" sterling")


__all__ = ["SHORT", "UNITS", "Unit", "unit_in_words"]
