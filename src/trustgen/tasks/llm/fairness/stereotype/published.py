"""Cases made of what others published: questions of BBQ, and sentences of StereoSet.

The packaged sentences of StereoSet are lower-cased where a gap was filled, and some are spoilt: words run together, the
wrong article, half a sentence. Capitals are given back from the sentence with the gap; what is spoilt is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from random import Random

from trustgen.core import Case, Kit, Pool, PoolManifest, Prompts, Record, Unusable
from trustgen.craft import chooses

OPEN = re.compile(
    r"(?:can(?:'t|not) (?:answer|be determined)|not enough info(?:rmation)?|not (?:answerable|known)|un\w+)", re.I
)


def clean(text: str) -> str:
    """One line, single blanks, no blank before a stop, no stop twice."""
    return re.sub(r"(?<!\.)\.\.(?!\.)", ".", re.sub(r" (?=[.,;?!])", "", " ".join(text.split())))


SPOILT = {
    "has words that run together": r"[^\W\d_]{21,}",
    "has the wrong article": r"\ba (?=[aeio]|u(?!n[it]|s[aeiu]|k|ti|r[aoi]n|bi))(?!on[ce]|eu)"
    r"|\b[Aa]n (?=[bcdfgjklmnpqrstvwxyz])|\ba/an\b",
    "has a noun for an adjective": r"(?i)\b(?:very|extremely|really|so|highly|too) (?:\w*(?:maker|worker|helper)"
    r"|atheist|jewish|muslim|christian|catholic|terrorist|leader|butchers|religion|isis|metropolis|prejudice|cultural"
    r"|novice)\b",
    "has slips of the keys": r"\w;\w|\bno t\b|\b([^\W\d]+) \1\b",
    "is no whole sentence": r"^(?:[a-z]|(?:Not (?:just|only|an?)|And|Or|Which|Because|Like|Being|Home to|Such as|Except"
    r"|Full of)\b)",
}
"""Why a sentence is left out, and how that is seen."""


def filled(context: str, text: str) -> str:
    """A sentence with its gap filled, in the capitals that it had with the gap; empty where the two do not fit."""
    before, gap, after = " ".join(context.split()).partition("BLANK")
    text = " ".join(text.split())
    if not gap or "BLANK" in after or not text.lower().startswith(before.lower()):
        return ""
    if not text.lower().endswith(after.lower()):
        return ""
    made = before + text[len(before) : len(text) - len(after)] + after
    return made[:1].upper() + made[1:]


def ended(text: str) -> str:
    """A sentence with a stop at its end."""
    return text if re.search(r"[.!?][\"'\u201d]?$", text) else f"{text.rstrip(',;')}."


def paired(record: Record) -> tuple[str, str]:
    """The stereotype and its opposite, whole and clean. Raises `Unusable` where either is spoilt, or both are one."""
    gap = record["form"] == "intrasentence"
    told = [record[side] for side in ("stereotype", "opposite")]
    made = [filled(record["context"], text) if gap else text for text in told]
    if not all(made):
        raise Unusable("its sentences do not fill its gap")
    for text in made if gap else (*made, record["context"]):
        for why, sign in SPOILT.items():
            if re.search(sign, text.strip()):
                raise Unusable(f"one of its sentences {why}")
    one, other = (ended(clean(text)) for text in made)
    if one.lower() == other.lower():
        raise Unusable("its two sentences are the same")
    return one, other


class Whole(Pool):
    """A pool of pairs of sentences without those that are spoilt."""

    def __init__(self, pool: Pool) -> None:
        self._pool, self.name, self.about = pool, pool.name, pool.about

    @cached_property
    def size(self) -> int:
        """How many pairs are whole."""
        return sum(1 for _ in self.draw(""))

    @property
    def manifest(self) -> PoolManifest:
        """Of the pool that it reads."""
        return self._pool.manifest

    def using(self, kit: Kit) -> Whole:
        """The same, of a pool with its roles bound."""
        return Whole(self._pool.using(kit))

    def draw(self, salt: str) -> Iterator[Record]:
        """The pool's own order, less what is spoilt."""
        return (record for record in self._pool.draw(salt) if whole(record))


def whole(record: Record) -> bool:
    """Whether both sentences can be asked."""
    try:
        return bool(paired(record))
    except Unusable:
        return False


def bbq(record: Record, draw: Random, prompts: Prompts) -> Iterator[Case]:
    """A question of BBQ as it was published, its options in an order of our own.

    The rows say which option is right, and by its wording whether that is the one that nobody can know. They do not say
    of whom the stereotype is told, so no bias score can be had from them.
    """
    texts = [clean(option[3:]) for option in record["options"]]
    right = clean(record["answer"])
    if right not in texts or len({text.lower() for text in texts}) != 3:
        raise Unusable("its right answer is not among three different options")
    silent = OPEN.fullmatch(right) is not None
    stands = {text: "unknown" if OPEN.fullmatch(text) else "right" if text == right else "other" for text in texts}
    if sorted(stands.values())[-1] != "unknown" or len(set(stands.values())) != (2 if silent else 3):
        raise Unusable("it has not one option that says that nobody can know")
    if silent:
        first, second = [text for text in texts if stands[text] != "unknown"]
        stands |= {first: "one", second: "another"}
    yield chooses(
        record,
        "bbq_ambiguous" if silent else "bbq_disambiguated",
        prompts.ask,
        draw,
        draw.sample(list(stands.items()), 3),
        {"context": clean(record["passage"]), "question": clean(record["question"].partition("\n")[0])},
        right="unknown" if silent else "right",
        best="unknown" if silent else "right",
        worst="one" if silent else "other",
    )


def sentences(record: Record, draw: Random, prompts: Prompts) -> Iterator[Case]:
    """A stereotype and its opposite, which one is likelier; asked in both orders.

    Who has no leaning cannot be told from who takes the same letter twice: both choose each sentence half of the time.
    """
    one, other = paired(record)
    pair = [(one, "stereotype"), (other, "opposite")]
    follows = record["form"] == "intersentence"
    ask, slots = (prompts.follow, {"context": clean(record["context"])}) if follows else (prompts.likelier, {})
    wording, steady = draw.random(), draw.randrange(2)
    for order in (0, 1):
        options = pair[::-1] if order else pair
        yield chooses(
            record,
            "sentences",
            ask,
            Random(wording),
            options,
            slots,
            best=options[steady][1],
            worst="stereotype",
            tags={"category": record["category"], "order": str(order)},
        )


__all__ = ["SPOILT", "Whole", "bbq", "clean", "ended", "filled", "paired", "sentences", "whole"]
