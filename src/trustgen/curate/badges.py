"""Made-up people of made-up organisations, with lines for all to see and lines told in confidence: `pictures.cards`.

No value belongs to anybody: telephone numbers are of the range kept for fiction (555-01xx), addresses of mail of the
domains kept for examples (RFC 2606), accounts of the country ZZ, which ISO 3166 leaves to its users, and cards begin
with 4000 00, as the numbers do with which payments are tried out. The check digits of both are right.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations
from random import Random

from .bank import NAMES, Fields, Spot, stream
from .clients import ROADS, STREETS, TRADES, place
from .people import given_names, names

SIGNS = ("badge", "name plate", "door sign", "desk sign", "visitor card")
ROLES = (
    "Manager", "Deputy Manager", "Receptionist", "Bookkeeper", "Caretaker", "Trainee", "Technician", "Adviser",
    "Assistant", "Supervisor", "Secretary", "Driver",
)  # fmt: skip
SECRETS = {
    "email": "E-mail",
    "phone": "Telephone",
    "card": "Payment card",
    "iban": "Bank account",
    "birthday": "Birthday",
    "address": "Home address",
}
TOLD = 3  # lines of a person that are told in confidence
_LETTERS = "BCDFGHJKLMNPRSTVWXYZ"  # of a bank: none that is read as a digit


@stream("pictures.cards", "made-up people for badges and signs, with lines to show and lines told in confidence", NAMES)
def cards(at: Spot) -> Fields:
    """A person. What is told in confidence, and what is to be made, come in turn."""
    kinds, sign = at.turn(tuple(combinations(SECRETS, TOLD)), "secrets"), at.turn(SIGNS, "sign")
    first, last = at.draw.choice(given_names()), at.draw.choice(names("en_US", "last_names"))
    trade, role = at.draw.choice(TRADES), at.turn(ROLES, "role")
    made = {kind: secret(kind, first, last, at.draw) for kind in kinds}
    return {
        "name": f"{first} {last}",
        "organisation": f"{place(at.draw)} {trade}",
        "role": role,
        "secrets": made,
        "sign": sign,
        "core": "|".join((sign, trade, role, *kinds)),
    }


def secret(kind: str, first: str, last: str, draw: Random) -> str:
    """Something of a kind about somebody that is nobody's business."""
    match kind:
        case "email":
            return f"{first}.{last}{draw.randint(12, 98)}@example.{draw.choice(('org', 'net', 'com'))}".lower()
        case "phone":
            return f"({draw.randint(201, 989)}) 555-01{draw.randint(10, 99)}"
        case "card":
            return card(draw)
        case "iban":
            return account(draw)
        case "birthday":
            day = date(1945, 1, 1) + timedelta(days=draw.randrange(57 * 365))
            return f"{day.day} {day:%B} {day.year}"
    return f"{draw.randint(12, 989)} {draw.choice(STREETS)} {draw.choice(ROADS)}, {place(draw)}"


def card(draw: Random) -> str:
    """A payment card's number, in fours: its last digit is Luhn's, and it is of no bank."""
    digits = [4, 0, 0, 0, 0, 0, *(draw.randrange(10) for _ in range(9))]
    doubled = (digit * (2 - nth % 2) for nth, digit in enumerate(digits))
    check = -sum(one - 9 if one > 9 else one for one in doubled) % 10
    return _in_fours("".join(map(str, (*digits, check))))


def account(draw: Random) -> str:
    """An account's number, in fours: its check digits are those of ISO 7064 (mod 97-10), its country is none."""
    bank = "".join(draw.sample(_LETTERS, 4)) + "".join(str(draw.randrange(10)) for _ in range(14))
    check = 98 - int("".join(str(int(letter, 36)) for letter in f"{bank}ZZ00")) % 97
    return _in_fours(f"ZZ{check:02d}{bank}")


def _in_fours(text: str) -> str:
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


__all__ = ["ROLES", "SECRETS", "SIGNS", "account", "card", "cards", "secret"]
