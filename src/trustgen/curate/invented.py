"""Names of countries, places and elements that do not exist, for questions that nobody can answer."""

from __future__ import annotations

from functools import cache
from random import Random

from .bank import parts
from .facts import rows
from .kin import plain

STARTS = parts("Br Dr Fl Gl Gr Kl Kr Kv Pl Pr Qu Sk Sm Sn Str Sv Thr Tr Tw Vl Vr Zh Zl Zv")
VOWELS = parts("a e i o u ae ei ou")
MIDDLES = parts("bbr dv ff gm ksh lb lmr lv ndr ng nth rbl rst rv sk sth tch tt vd xt zd zn")
ENDS = parts("adia aria ea enia eth ia ica iland ima istan ola onia or ovia umar yra")

TOWNS = parts("adora atika ekalo evika iroba omara ondara umeda")
LASTS = {
    "atomic_number": parts("ium alium idium onium"),
    "country_of_city": TOWNS,
    "country_of_division": TOWNS,
}


@cache
def known_names() -> frozenset[str]:
    """Names of real countries, capitals and provinces, in every spelling that the package of facts holds."""
    names: set[str] = set()
    for row, _ in rows():
        for field in ("name", "nativeName", "capital", "altSpellings", "provinces"):
            value = row.get(field) or ()
            names.update(plain(name) for name in ([value] if isinstance(value, str) else value))
    return frozenset(names)


def invented_country(draw: Random) -> str:
    """A name such as "Kvandristan", made of syllables and no real place's; over 50,000 are possible."""
    return invented("", draw)


def invented(relation: str, draw: Random) -> str:
    """A name that the subject of a relation could have: an element's or a town's where it is one, else a country's."""
    while True:
        name = draw.choice(STARTS) + draw.choice(VOWELS) + draw.choice(MIDDLES) + draw.choice(LASTS.get(relation, ENDS))
        if plain(name) not in known_names():
            return name.lower() if relation == "atomic_number" else name
