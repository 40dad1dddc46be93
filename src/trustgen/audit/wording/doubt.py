"""How much the small signs of another meaning add up to: a logistic score with its weights in `doubt.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from math import exp

from trustgen.audit.reading import Reading

from .amounts import extremes, negation, quantity
from .evidence import Pair, evidence, gap_of
from .kinds import kind_asked
from .likeness import likeness
from .names import fresh_names, lost_names
from .opposites import opposites


@dataclass(frozen=True)
class Absent:
    """The words of a record's subject that a question does not name, of how many."""

    words: tuple[str, ...] = ()
    of: int = 0
    subject: str = ""


NOTHING = Absent()


@dataclass(frozen=True)
class Weights:
    """What a sign of strength 1 adds to the log odds that something else is asked."""

    bias: float
    threshold: float
    signs: dict[str, float]


@cache
def weights() -> Weights:
    """The weights of `doubt.toml`."""
    told = tomllib.loads((files(__package__) / "doubt.toml").read_text("utf-8"))
    return Weights(told["bias"], told["threshold"], told["signs"])


def signs(pair: Pair, absent: Absent = NOTHING) -> dict[str, float]:
    """Everything that is weighed, by name."""
    gaps = [gap_of(word, pair.new) for word in absent.words]
    strange = max(gaps, default=0.0)
    whole = bool(gaps) and len(gaps) == absent.of
    return {**evidence(pair), "subject_lost": (0.5 + strange / 2) * whole, "subject_part": strange * (not whole)}


def doubt(found: dict[str, float]) -> float:
    """The score of some signs, 0..1; over the threshold a wording is not used."""
    known = weights()
    return 1 / (1 + exp(-(known.bias + sum(known.signs.get(name, 0.0) * value for name, value in found.items()))))


def doubted(pair: Pair, absent: Absent = NOTHING) -> str:
    """Why a wording is not used, told by its weightiest sign; "" where the doubt is small."""
    found, known = signs(pair, absent), weights()
    if doubt(found) <= known.threshold:
        return ""
    return _told(max(found, key=lambda name: known.signs.get(name, 0.0) * found[name]), pair, absent)


def _told(sign: str, pair: Pair, absent: Absent) -> str:
    old, new = pair.old, pair.new
    if sign in _RULES:
        return _RULES[sign](old, new)
    lost, fresh = lost_names(old, new), fresh_names(old, new)
    left, put = sorted(old.firm_numbers - new.numbers), sorted(new.firm_numbers - old.numbers)
    gone, come = pair.strangest
    of = {
        "name": [f"the name `{n}` was lost" for n in lost[:1]] + [f"`{n}` was added" for n in fresh[:1]],
        "number": [f"the number {n} was lost" for n in left[:1]] + [f"the number {n} was added" for n in put[:1]],
        "subject": [f"does not name `{absent.subject}`"],
        "lost_in": [f"`{gone}` was lost or changed"],
        "added_in": [f"`{come}` was put in"],
    }
    said = next((told for start, told in of.items() if sign.startswith(f"{start}_")), [_OTHERWISE.get(sign, sign)])
    return ", ".join(said)


_RULES: dict[str, Callable[[Reading, Reading], str]] = {
    "negation": negation,
    "opposite": opposites,
    "quantity": quantity,
    "superlative": extremes,
    "kind_asked": partial(kind_asked, alike=likeness),
}
_OTHERWISE = {
    "far": "off topic",
    "asks_far": "asks for something else",
    "other_asked": "asks for another kind of thing",
    "lost": "much of what is asked was lost",
    "added": "much was added",
    "turned": "a small word was turned round (before, after; from, to)",
    "shorter": "too much was left out",
}
