"""How much the small signs of another meaning add up to: a logistic score with its weights in `doubt.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp

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
    return {**evidence(pair), "subject_lost": strange * whole, "subject_part": strange * (not whole)}


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
    lost, fresh = lost_names(old, new), fresh_names(old, new)
    gone, come = sorted(old.firm_numbers - new.numbers), sorted(new.firm_numbers - old.numbers)
    rules = {"negation": negation, "opposite": opposites, "quantity": quantity, "superlative": extremes}
    if sign in rules:
        return rules[sign](old, new)
    if sign == "kind_asked":
        return kind_asked(old, new, likeness)
    if sign.startswith("name_"):
        return f"the name `{lost[0]}` was lost" + (f", `{fresh[0]}` was added" if fresh else "")
    if sign.startswith("number_"):
        return ", ".join([f"the number {n} was lost" for n in gone[:1]] + [f"the number {n} was added" for n in come[:1]])
    if sign.startswith("subject_"):
        return f"does not name `{absent.words[0]}`"
    return _OTHERWISE[sign]


_OTHERWISE = {
    "far": "far from what it was made from",
    "asks_far": "asks for something else",
    "lost": "much of what is asked was lost",
    "added": "much was added",
    "lost_in_place": "a word of an otherwise unchanged sentence was lost or changed",
    "added_in_place": "a word was put into an otherwise unchanged sentence",
    "turned": "a small word was turned round (before, after; from, to)",
    "shorter": "too much was left out",
    "reordered": "the same words stand in another order",
    "person_changed": "another person is spoken of (I, she)",
}
