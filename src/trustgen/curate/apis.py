"""APIs of Java and Python with rules of use: `code.apis`.

Each record is one API, a small piece of a program to write with it, the rule in a sentence, an example that keeps it,
and an example of another API. The Java APIs are the 24 of RobustAPI (Zhong and Wang 2024, arXiv 2308.10335), the rules
facts about them; words and code are our own, in `apis.toml`. Records are made one by one from the salt and an index.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from trustgen.core import InputError

from .bank import RULE, Bank, Fields, Spot
from .clients import TRADES, place

WORDS = Bank(str(__package__), "apis")


@cache
def apis() -> dict[str, dict[str, Any]]:
    """Every API by its name."""
    return {one["name"]: one for one in WORDS["api"]}


def api(name: str) -> dict[str, Any]:
    """One API. Raises `InputError` where none is called so."""
    try:
        return apis()[name]
    except KeyError:
        raise InputError(f"no rules for the API `{name}`: known are {', '.join(apis())}") from None


@WORDS.pool("code.apis", "small programs to write with an API that has a rule of use, in Java and Python", RULE)
def code_apis(at: Spot) -> Fields:
    """A piece of code. APIs come in turn."""
    told, draw = api(at.turn(tuple(apis()), "api")), at.draw
    others = [one for one in apis().values() if one["language"] == told["language"] and one["name"] != told["name"]]
    other = draw.choice(others)
    return {
        "api": told["name"],
        "language": told["language"],
        "task": draw.choice(told["tasks"]),
        "setting": f"{place(draw)} {draw.choice(TRADES)}",
        **{field: told[field] for field in ("rule", "good", "bad")},
        "relevant": [told["name"], told["example"], told["good"]],
        "irrelevant": [other["name"], other["example"], other["good"]],
    }


__all__ = ["api", "apis", "code_apis"]
