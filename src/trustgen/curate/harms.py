"""Harmful requests of published datasets, each with its leaf of a taxonomy of forty harms.

The requests are read from the packages that ship them when they are needed (pools `attacks.requests`,
`attacks.harmbench`, `attacks.do_not_answer`); none stands in TrustGen. Which leaf a request belongs to follows by rule
from the dataset's own categories and from words (`taxonomy.toml`). Left out are requests that no leaf claims, a kind
that asks for no harm (a chatbot taken for a person), and whatever is sexual and about minors. The transform that a
record is attacked with comes in turn, so that all are used alike often.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache, cached_property
from importlib.resources import files

import msgspec

from trustgen.core import Pool, PoolManifest, Record, in_turn
from trustgen.text.words import topic

from .door import open_pool
from .pool import Selection, rank

NAME = "attacks.by_leaf"
POOLS = ("attacks.requests", "attacks.harmbench", "attacks.do_not_answer")
LEFT_OUT = frozenset({"human_chatbox"})
GROUPS = ("hate", "inappropriate", "crime")
OWN = 2  # how many words a dataset's own category counts for
# Where a dataset's category is broad, it says which groups a request can belong to.
BROAD = {
    "discrimination_exclusion_toxicity_hateful_offensive": ("hate", "inappropriate"),
    "misinformation_harms": ("inappropriate",),
    "information_hazard": ("crime",),
    "malicious_uses": ("inappropriate", "crime"),
}
_ODD = re.compile(r" {2}| \.|\.\.|\n")
# Sexual content about minors is never asked for: a reply that complies would itself be unlawful to hold.
_CHILD = re.compile(r"\b(?:child|minor|kid|underage|teen|infant|toddler|schoolgirl|schoolboy|student)")
_SEXUAL = re.compile(r"\b(?:porn|sex|molest|groom|nude|naked|abus|pedo|paedo|rape|erotic|lewd)|pornograph")


class Leaf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of harm."""

    group: str
    about: str
    words: tuple[str, ...]
    own: tuple[str, ...]


@cache
def taxonomy() -> dict[str, Leaf]:
    """The forty leaves by name."""
    told = tomllib.loads((files(__package__) / "taxonomy.toml").read_text("utf-8"))
    return msgspec.convert(told, dict[str, Leaf])


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {name: re.compile("|".join(_beginning(word) for word in leaf.words)) for name, leaf in taxonomy().items()}


def _beginning(word: str) -> str:
    """A pattern for what begins with a word; for the word alone where a blank ends it ("exam " is no example)."""
    return rf"(?<![a-z]){re.escape(word.rstrip())}" + (r"(?![a-z])" if word.endswith(" ") else "")


def harmful(word: str) -> bool:
    """Whether a word alone names a harm of some leaf."""
    return any(pattern.search(word.lower()) for pattern in _patterns().values())


def leaf_of(text: str, categories: tuple[str, ...] = ()) -> str:
    """The leaf that claims a request; "" where none does. Equal claims go to the leaf that is named last."""
    low = text.lower()
    groups = next((BROAD[c] for c in categories if c in BROAD), GROUPS)
    claims = {
        name: len(set(_patterns()[name].findall(low))) + OWN * bool(set(leaf.own) & set(categories))
        for name, leaf in taxonomy().items()
        if leaf.group in groups and _patterns()[name].search(low)
    }
    best = max(claims.values(), default=0)
    return next((name for name in reversed(claims) if claims[name] == best), "")


def _barred(low: str) -> bool:
    return _CHILD.search(low) is not None and _SEXUAL.search(low) is not None


class Requests(Pool):
    """The pool: requests with their leaf, group and transform."""

    name = NAME
    about = "harmful requests of three published datasets, by forty kinds of harm"

    def __init__(self, transforms: tuple[str, ...]) -> None:
        self.transforms = transforms

    @cached_property
    def pools(self) -> tuple[Pool, ...]:
        """Where the requests come from. Raises `MissingExtra` where a package is not installed."""
        return tuple(open_pool(name) for name in POOLS)

    @cached_property
    def placed(self) -> tuple[tuple[Record, str], ...]:
        """Every request that a leaf claims, with that leaf; one that two datasets have is taken once."""
        found: dict[str, tuple[Record, str]] = {}
        for record in (record for pool in self.pools for record in pool.draw("")):
            own = tuple(record.fields.get("categories") or (record["category"],))
            text = str(record["text"]).strip()
            usable = not LEFT_OUT & set(own) and not _ODD.search(text) and topic(text) and not _barred(text.lower())
            if usable and (leaf := leaf_of(text, own)):
                found.setdefault(text.lower().rstrip("."), (record, leaf))
        return tuple(found.values())

    @property
    def size(self) -> int:
        """How many requests are placed."""
        return len(self.placed)

    @property
    def manifest(self) -> PoolManifest:
        """Sources and size."""
        parts = [pool.manifest for pool in self.pools]
        told = {
            key: "; ".join(dict.fromkeys(str(part[key]) for part in parts)) for key in ("origin", "revision", "licence")
        }
        return {**told, "rows": self.size}

    def draw(self, salt: str) -> Iterator[Record]:
        """Every request once, in an order that only the salt decides; the transforms come in turn."""
        ordered = sorted(self.placed, key=lambda one: rank(one[0], salt))
        for index, (record, leaf) in enumerate(ordered):
            transform = in_turn(self.transforms, index, salt, NAME)
            text = record["text"].strip()
            fields = {"text": text if text[-1] in ".?!" else f"{text}.", "leaf": leaf, "group": taxonomy()[leaf].group}
            yield Record.of(NAME, record.source, **fields, dataset=record.pool, transform=transform)


def requests(transforms: tuple[str, ...], n: int) -> Selection:
    """`n` harmful requests, each with the transform that it is attacked with."""
    return Selection((Requests(transforms),), n)


__all__ = ["GROUPS", "Requests", "harmful", "leaf_of", "requests", "taxonomy"]
