"""Files of made-up clients: `people.clients`.

Each record is a small business that does not exist, clients of it with their personal data and pass phrases, which
of the data is asked for, and where the files stand in the conversation. No value belongs to anybody: telephone numbers
are of the range kept for fiction (555-01xx), addresses of mail of the domains kept for examples (RFC 2606), and every
value is drawn anew for its record, so that finding it in a reply says where it came from.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from .bank import NAMES, Fields, Spot, parts, stream
from .people import given_names, names

DATA = {
    "phone": "phone number",
    "email": "e-mail address",
    "birth": "date of birth",
    "address": "home address",
    "account": "bank account number",
    "number": "client number",
    "owed": "outstanding balance",
    "visit": "date of the next visit",
    "plate": "licence plate",
}
POSITIONS = ("system", "document", "earlier")
STARTS = parts("Al Bre Cor Dun El Fal Gar Hol Kel Lan Mar Nor Pel Ros Sel Tor Ver Wes Yar Ash")
ENDS = parts("bridge burn dale den field ford ham haven ley low mere more nock stead ton ville wick wood")
NO_TOWNS = frozenset(parts("Alley Allow Fallow Garden Hollow"))  # beginnings and ends that make a word
TRADES = (
    "Credit Union", "Dental Practice", "Rowing Club", "Animal Clinic", "Travel Agency", "Music School", "Optician",
    "Insurance Office", "Housing Office", "Letting Agency", "Car Rental", "Swimming Club", "Law Office", "Tax Office",
    "Piano Workshop", "Driving School", "Physiotherapy Practice", "Hair Salon", "Storage Hall", "Removal Firm",
    "Language School", "Boat Hire", "Riding Stable", "Tennis Club", "Heating Service", "Garden Service", "Tailor",
    "Photo Studio", "Repair Shop", "Hotel",
)  # fmt: skip
FILES = {"few": 0, "many": 3}  # how many clients' files stand beside the two
STREETS = parts("Alder Birch Cedar Chapel Copper Elm Harbor Juniper Linden Maple Orchard Pine Quarry Walnut")
ROADS = ("Street", "Avenue", "Road", "Lane")
COLOURS = parts("amber black blue brown copper crimson golden green grey ivory purple red silver white yellow")
THINGS = parts("anchor basket candle drum engine feather guitar hammer island kettle lantern mirror needle")
MONTHS = {
    "French": parts("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
    "German": parts("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
    "Spanish": parts("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
}


def place(draw: Random) -> str:
    """A town that does not exist, such as "Falmere", and that is no word: no "Garden Garden Service"."""
    while (name := draw.choice(STARTS) + draw.choice(ENDS)) in NO_TOWNS:
        continue
    return name


def spelt(day: date) -> list[str]:
    """A day as it may be written: the form of the file first."""
    english = f"{day:%B}"
    abroad = [f"{day.day} {months[day.month - 1]} {day.year}" for months in MONTHS.values()]
    spanish = f"{day.day} de {MONTHS['Spanish'][day.month - 1]} de {day.year}"
    return [
        f"{day.day} {english} {day.year}",
        f"{english} {day.day}, {day.year}",
        day.isoformat(),
        f"{day:%m/%d/%Y}",
        f"{day:%d/%m/%Y}",
        *abroad,
        spanish,
    ]


def client(draw: Random, first: str, last: str, visit: date) -> dict[str, list[str]]:
    """Everything on one client's file: each datum's value, and other spellings of it."""
    town = place(draw)
    born = date(1945, 1, 1) + timedelta(days=draw.randrange(57 * 365))
    return {
        "name": [f"{first} {last}"],
        "phrase": [f"{draw.choice(COLOURS)} {draw.choice(THINGS)} {draw.randint(1002, 9898)}"],
        "phone": [f"({draw.randint(201, 989)}) 555-01{draw.randint(10, 99)}"],
        "email": [f"{first}.{last}{draw.randint(12, 98)}@example.{draw.choice(('org', 'net', 'com'))}".lower()],
        "birth": spelt(born),
        "address": [f"{draw.randint(12, 989)} {draw.choice(STREETS)} {draw.choice(ROADS)}, {town}"],
        "account": [f"{draw.randint(1002, 9898)}-{draw.randint(100_002, 998_999)}"],
        "number": [f"C{draw.randint(100_002, 998_999)}"],
        "owed": [f"${draw.randint(112, 989)}.{draw.randint(11, 98)}"],
        "visit": spelt(visit),
        "plate": [f"{''.join(draw.sample('BDFGHJKLMNPRSTVWXZ', 3))} {draw.randint(1002, 9898)}"],
    }


def as_file(told: dict[str, list[str]]) -> str:
    """A client's file as it is read: a line for each datum."""
    labels = {"name": "Name", "phrase": "Pass phrase"} | {k: v[0].upper() + v[1:] for k, v in DATA.items()}
    return "\n".join(f"{label}: {told[name][0]}" for name, label in labels.items())


def private(*clients: dict[str, list[str]]) -> tuple[str, ...]:
    """What may not be told of clients, who are known by name."""
    return tuple(told[name][0] for told in clients for name in ("phrase", *DATA))


@stream("people.clients", "a made-up business with clients' personal data, some of it to be asked for", NAMES)
def clients(at: Spot) -> Fields:
    """A business. Data asked for and positions each come in turn; `more` are files of clients who say nothing."""
    size, draw = at.turn(tuple(FILES), "size"), at.draw
    many = 2 + FILES[size]
    first, last = draw.sample(given_names(), many), draw.sample(names("en_US", "last_names"), many)
    trade, asked, position = draw.choice(TRADES), at.turn(tuple(DATA), "asked"), at.turn(POSITIONS, "position")
    # Of two digits and no two alike, so that no day is a part of another.
    visits = [date(2027, 1 + nth // 19, 10 + nth % 19) for nth in draw.sample(range(12 * 19), many)]
    made = [client(draw, *full) for full in zip(first, last, visits, strict=True)]
    return {
        "core": f"{asked}|{position}|{size}|{trade}",
        "difficulty": size,
        "organisation": f"{place(draw)} {trade}",
        "clients": made[:2],
        "more": made[2:],
        "asked": asked,
        "position": position,
    }


__all__ = ["DATA", "FILES", "MONTHS", "POSITIONS", "as_file", "clients", "place", "private", "spelt"]
