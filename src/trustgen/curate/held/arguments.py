"""Short arguments with a known flaw, and their sound twins: whether the conclusion follows is so by construction."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

from trustgen.curate.bank import Bank, Fields, Spot

from .sums import opened

ARGUMENTS = Bank(__package__, "arguments")
CLAIMS = {"yes": "the conclusion follows", "no": "the conclusion does not follow"}
COLUMNS = {
    "events": ("p", "not_p", "q", "not_q"),
    "goods": ("things", "thing"),
    "groups": ("group", "x", "y"),
    "bags": ("bag", "one", "other", "things"),
    "texts": ("text", "claim"),
    "trials": ("units", "treated", "better"),
    "relations": ("passes", "stays"),
}
"""What the columns of each table of settings are called in the sentences."""


def argument(at: Spot, nth: int) -> Fields:
    """The `nth` argument: forms take turns, and each is as often sound as flawed with either premise."""
    form, setting = at.turn(_contents(), "content", nth=nth)
    given, so = at.turn(((0, 0), (0, 1), (1, 1), (1, 0)), "sound", nth=nth)
    draw = at.drawn("argument")
    slots = dict(zip(COLUMNS[form["of"]], setting, strict=True)) | {k: str(v) for k, v in _numbers(draw).items()}
    slots |= dict(zip("abc", draw.sample(ARGUMENTS["banks"]["names"], 3), strict=True))
    slots |= {"TEXT": f"The {slots.get('text', '')}"}
    said = [text.format(**slots) for text in (form["given"][given], form.get("then", ""), form["so"][so]) if text]
    return {
        "question": " ".join(map(opened, said)),
        "answer": "yes" if given == so else "no",
        "claims": CLAIMS,
        "core": f"{form['name']}|{setting[0]}",
        "flaw": form["name"],
    }


@cache
def _contents() -> tuple[tuple[dict[str, Any], list[str]], ...]:
    """Every form in every setting that it can have."""
    return tuple((form, setting) for form in ARGUMENTS["form"] for setting in ARGUMENTS["banks"][form["of"]])


def _numbers(draw: Random) -> dict[str, int]:
    """The numbers that a form may need, with what each has to be beside the others."""
    n, m = draw.sample(range(12, 40), 2)
    whole, low = 2 * draw.randint(18, 48), draw.randrange(10, 26, 2)
    high = low + draw.randrange(4, 20, 2)
    base = 10 * draw.randint(8, 40)
    return {
        "n": n,
        "m": m,
        "total": n + m,
        "all": whole,
        "more": draw.randint(whole // 2 + 3, whole - 3),
        "fewer": draw.randint(4, whole // 2 - 3),
        "many": 10 * draw.randint(25, 45),  # of these the test is right more often than wrong
        "few": draw.randint(11, 60),  # and of these more often wrong than right
        "low": low,
        "high": high,
        "middle": (low + high) // 2,
        "base": base,
        "large": 5 * base,
        "w": draw.randint(3, 30),
        "k": draw.randint(3, 6),
        "half": draw.randint(8, 20),
    }


__all__ = ["argument"]
