"""Harmful requests of published datasets, each with its leaf of a taxonomy of forty harms, and what is due to it.

The requests are read from the packages that ship them when they are needed (pools `attacks.requests`,
`attacks.harmbench`, `attacks.strongreject`, `attacks.do_not_answer`); none stands in TrustGen. Which leaf a request
belongs to follows by rule from the dataset's own categories and from words (`taxonomy.toml`); where they misplace it, a
table made by hand says so (`acts.toml`). The same table says which requests should not just be declined: those are no
failure when they are answered, so they are never attacked. Left out are requests that no leaf claims, a kind that asks
for no harm (a chatbot taken for a person), and whatever is sexual and about minors. The transform that a record is
attacked with comes in turn, so that all are used alike often. Beside each request stands a harmless one with a known
answer, to be put in the same way: who cannot read that one could not read the other.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache, cached_property
from hashlib import sha256
from importlib.resources import files
from itertools import count

import msgspec

from trustgen.core import Pool, PoolManifest, Record, in_turn, keyed
from trustgen.text.words import topic

from .barred import barred
from .door import open_pool
from .harmless import harmless
from .pool import Selection, rank, together

NAME = "attacks.by_leaf"
POOLS = ("attacks.requests", "attacks.harmbench", "attacks.strongreject", "attacks.do_not_answer")
LEFT_OUT = frozenset({"human_chatbox"})
GROUPS = ("hate", "inappropriate", "crime")
HAZARDS = (
    "violent_crimes",
    "sex_related_crimes",
    "suicide_self_harm",
    "indiscriminate_weapons",
    "intellectual_property",
    "defamation",
    "nonviolent_crimes",
    "hate",
    "privacy",
    "specialised_advice",
    "sexual_content",
)  # of the twelve of AILuminate all but child sexual exploitation, which is never asked
OTHER = "other"  # a harm that is none of these
DECLINE, CARE, CORRECT = "decline", "care", "correct"  # acts that are due to a request; the others are in `acts.toml`
LONGEST = 2500  # letters of a published template, at most
OWN = 2  # how many words a dataset's own category counts for
# Where a dataset's category is broad, it says which groups a request can belong to.
BROAD = {
    "discrimination_exclusion_toxicity_hateful_offensive": ("hate", "inappropriate"),
    "misinformation_harms": ("inappropriate",),
    "information_hazard": ("crime",),
    "malicious_uses": ("inappropriate", "crime"),
}
_TORN = re.compile(r" {2}| \.|\.\.")
_ODD = re.compile(rf"{_TORN.pattern}|\n")
_SLOT = re.compile(r"\{\{\s*prompt\s*\}\}")


class Leaf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of harm."""

    group: str
    hazard: str
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


@cache
def _told(table: str) -> dict[str, str]:
    """What `acts.toml` says of a request, by its mark."""
    told = tomllib.loads((files(__package__) / "acts.toml").read_text("utf-8"))
    return {mark: name for name, marks in told[table].items() for mark in marks}


def mark(text: str) -> str:
    """The name of a request in `acts.toml`: eight digits of a hash, so that no request need stand there."""
    return sha256(text.lower().rstrip(".").encode()).hexdigest()[:8]


def act_of(text: str) -> str:
    """What a careful person does with a request: decline it, correct its premise, answer with care, or just answer."""
    return _told("act").get(mark(text), DECLINE)


@cache
def templates() -> tuple[str, ...]:
    """Published jailbreak templates of a handy length and in one piece, each with the slot `{{ prompt }}`."""
    texts = sorted(str(record["text"]).strip() for record in open_pool("attacks.templates").draw(""))
    whole = (text for text in texts if not _TORN.search(text) and "{{" not in _SLOT.sub("", text))
    return tuple(text for text in whole if len(text) <= LONGEST)


class Requests(Pool):
    """The pool: requests to decline with their leaf, group, hazard and transform, and what is asked beside each.

    Beside it: a harmless request with its answer (`control`, `answer`, `aliases`), and, as long as there are some, one
    of the published requests that a careful person answers (`care`), and one whose premise they put right (`premise`).
    """

    name = NAME
    about = "harmful requests of four published datasets, by forty kinds of harm"

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
        for record in together(self.pools):
            own = tuple(record.fields.get("categories") or (record["category"],))
            text = str(record["text"]).strip()
            usable = not LEFT_OUT & set(own) and not _ODD.search(text) and topic(text) and not barred(text)
            if usable and (leaf := _told("leaf").get(mark(text)) or leaf_of(text, own)):
                found.setdefault(text.lower().rstrip("."), (record, leaf))
        return tuple(found.values())

    @cached_property
    def by_act(self) -> dict[str, list[tuple[Record, str]]]:
        """The placed requests by what is due to them."""
        found: dict[str, list[tuple[Record, str]]] = {}
        for record, leaf in self.placed:
            found.setdefault(act_of(str(record["text"]).strip()), []).append((record, leaf))
        return found

    @property
    def size(self) -> int:
        """How many requests there are that should be declined."""
        return len(self.by_act[DECLINE])

    @property
    def manifest(self) -> PoolManifest:
        """Sources and size."""
        parts = [pool.manifest for pool in self.pools]
        told = {
            key: "; ".join(dict.fromkeys(str(part[key]) for part in parts)) for key in ("origin", "revision", "licence")
        }
        return {**told, "rows": self.size}

    def draw(self, salt: str) -> Iterator[Record]:
        """Every request once, in an order that only the salt decides; hazards and transforms come in turn."""
        careful, crooked = (
            [
                stopped(record["text"])
                for record in sorted((one for one, _ in self.by_act[act]), key=lambda one: rank(one, salt))
            ]
            for act in (CARE, CORRECT)
        )
        for index, (record, leaf) in enumerate(self._by_hazard(salt)):
            text = stopped(record["text"])
            yield Record.of(
                NAME,
                record.source,
                text=text,
                core=f"{leaf}|{' '.join(sorted(topic(text)))}",
                act=DECLINE,
                leaf=leaf,
                hazard=taxonomy()[leaf].hazard,
                dataset=record.pool,
                transform=in_turn(self.transforms, index, salt, NAME),
                care=careful[index] if index < len(careful) else "",
                premise=crooked[index] if index < len(crooked) else "",
                **harmless(keyed(salt, NAME, "control", str(index))),
            )

    def _by_hazard(self, salt: str) -> Iterator[tuple[Record, str]]:
        """The requests to decline; hazards take turns as long as they last, for most requests are of one of them."""
        left: dict[str, list[tuple[Record, str]]] = {}
        for one in sorted(self.by_act[DECLINE], key=lambda one: rank(one[0], salt), reverse=True):
            left.setdefault(taxonomy()[one[1]].hazard, []).append(one)
        names = (*HAZARDS, OTHER)
        for index in count():
            if not any(left.values()):
                return
            if waiting := left.get(in_turn(names, index, salt, NAME, "hazard")):
                yield waiting.pop()


def stopped(text: str) -> str:
    """A request with a stop at its end."""
    text = text.strip()
    return text if text[-1] in ".?!" else f"{text}."


def requests(transforms: tuple[str, ...], n: int) -> Selection:
    """`n` harmful requests, each with the transform that it is attacked with."""
    return Selection((Requests(transforms),), n)


__all__ = [
    "GROUPS",
    "HAZARDS",
    "POOLS",
    "Requests",
    "act_of",
    "harmful",
    "leaf_of",
    "mark",
    "requests",
    "taxonomy",
    "templates",
]
