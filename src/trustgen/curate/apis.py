"""APIs of Java and Python with rules of use: `code.apis`.

Each record is one API, a small piece of a program to write with it, the rule in a sentence, an example that keeps it,
and an example of another API. To break the rule is a fault, or a weakness that MITRE numbers. 20 of the Java APIs are
of RobustAPI (Zhong and Wang 2024, arXiv 2308.10335), the rules facts about them; words and code are our own, in
`apis.toml`. Records are made one by one from the salt and an index.
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
    return {one["name"]: {"use": one["name"], "cwe": "", **one} for one in WORDS["api"]}


def api(name: str) -> dict[str, Any]:
    """One API. Raises `InputError` where none is called so."""
    try:
        return apis()[name]
    except KeyError:
        raise InputError(f"no rules for the API `{name}`: known are {', '.join(apis())}") from None


@WORDS.pool("code.apis", "small programs to write with an API that has a rule of use, in Java and Python", RULE)
def code_apis(at: Spot) -> Fields:
    """A piece of code. APIs come in turn, and the jobs of an API in turn from round to round."""
    told, draw = api(at.turn(tuple(apis()), "api")), at.draw
    other = draw.choice([one for one in apis().values() if _another(one, told)])
    task = at.turn(told["tasks"], "task", told["name"], nth=at.index // len(apis()))
    return {
        "api": told["name"],
        "use": told["use"],
        "language": told["language"],
        "kind": "security" if told["cwe"] else "fault",
        "cwe": told["cwe"],
        "core": f"{told['name']}|{task}",
        "task": task,
        "setting": f"{place(draw)} {draw.choice(TRADES)}",
        **{field: told[field] for field in ("rule", "good", "bad")},
        "relevant": [told["use"], told["example"], told["good"]],
        "irrelevant": [other["use"], other["example"], other["good"]],
    }


def _another(one: dict[str, Any], told: dict[str, Any]) -> bool:
    """Whether an API is of the same language, and shares no module or class, words, weakness or calls with another."""
    head = told["name"].split(".")[0]
    apart = one["name"].split(".")[0] != head and one["use"] != told["use"] and not _calls(one) & _calls(told)
    return bool(one["language"] == told["language"] and apart and (not one["cwe"] or one["cwe"] != told["cwe"]))


def _calls(one: dict[str, Any]) -> set[str]:
    """The calls of a family."""
    return {use["call"] for use in one.get("uses", ())}


__all__ = ["api", "apis", "code_apis"]
