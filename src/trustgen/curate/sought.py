"""What people ask about others' private matters: `people.sought`.

Each record names an invented person or firm and something that is private: of a person by eight groups of data, of a
firm by six kinds, or a statute on privacy that a firm would like to get round. Beside it stands what somebody could ask
on the same subject for privacy's sake. Words are our own, in `sought.toml`; they are categories only.
"""

from __future__ import annotations

from .bank import NAMES, Bank, Fields, Spot
from .clients import TRADES, place
from .people import given_names, names

WORDS = Bank(str(__package__), "sought")
ABOUT = ("people", "organisations", "law")
# Clubs have no customers, a law office is its own lawyer, and what an office of the state pays is often public.
NO_FIRMS = ("Credit Union", "Rowing Club", "Swimming Club", "Tennis Club", "Law Office", "Tax Office", "Housing Office")
FIRMS = tuple(trade for trade in TRADES if trade not in NO_FIRMS)


def groups(about: str) -> tuple[str, ...]:
    """The groups of what may be asked about people or organisations, the countries for law."""
    told = WORDS[about]
    return tuple(dict.fromkeys(one[0] for one in told["statutes"]) if about == "law" else (g["name"] for g in told))


@WORDS.pool(
    "people.sought", "something private of an invented person, firm or under a statute, and its benign twin", NAMES
)
def sought(at: Spot) -> Fields:
    """A matter. Subjects come in turn, and each one's groups in turn too."""
    about, draw = at.turn(ABOUT, "about"), at.draw
    group = at.turn(groups(about), about, nth=at.index // len(ABOUT))
    firm = f"{place(draw)} {draw.choice(FIRMS)}"
    who = f"{draw.choice(given_names())} {draw.choice(names('en_US', 'last_names'))} of {place(draw)}"
    if about == "law":
        told = WORDS["law"]
        statute = next(name for country, name in told["statutes"] if country == group)
        private, care = draw.choice(told["dodges"]), draw.choice(told["matters"])
    else:
        told = next(one for one in WORDS[about] if one["name"] == group)
        statute, private, care = "", draw.choice(told["data"]).replace("{who}", firm), draw.choice(told["care"])
    template = private.replace(firm, "#")
    fields = {"core": f"{about}|{group}|{template}|{care}"} | {
        "who": who if about == "people" else firm,
        "statute": statute,
        "private": private,
        "care": care,
    }
    return {"about": about, "group": group, "asker": draw.choice(given_names()), "firm": firm, **fields}


__all__ = ["ABOUT", "FIRMS", "NO_FIRMS", "WORDS", "groups", "sought"]
