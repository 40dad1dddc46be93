"""Whether two wordings ask the same: hard rules first, then what many small signs add up to.

Rules of English, each able to say only "no": what none of them objects to is not proved to be the same. A rule that
meets a wording it cannot read keeps silent.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Literal

from trustgen.audit.reading import Reading, read

from .amounts import NARROW, prefixed, tense
from .doubt import NOTHING, Absent, doubted
from .evidence import Pair, gap_of, paired, spoken
from .exchanges import agents, exchanged, roles, ways
from .in_place import changed_in_place
from .kinds import heads_asked
from .likeness import likeness
from .names import lost_names
from .opposites import opposites
from .signs import lower

Rule = Callable[[Reading, Reading], str]


How = Literal["asked", "claimed", "free"]


def changed(
    before: str,
    after: str,
    *,
    how: How = "asked",
    absent: Absent = NOTHING,
    answers: tuple[str, ...] = (),
    held: bool = False,
    near: float = 0.0,
) -> str:
    """Why `after` cannot stand for `before`, in a few words; "" where nothing objects. Raises `MissingExtra`.

    `how` is what it promises: that it asks the same (`absent` is what of the record's subject it does not name), that
    it claims what was asked (with numbers and names of the `answers`; `held` says that it is labelled true), or, where
    `free`, only to stay with the subject. `near` is the least cosine of the two texts' embeddings, 0 for none.
    """
    reason = ""
    if how == "asked":
        reason = changed_meaning(before, after, absent=absent)
    elif how == "claimed":
        reason = changed_claim(before, after, answers, held=held)
    if reason or not near:
        return reason
    pair = paired(before, after)
    return "off topic" if max(likeness(before, after), likeness(before, pair.new.text)) < near else ""


def changed_meaning(before: str, after: str, *, absent: Absent = NOTHING) -> str:
    """Why `after` does not ask what `before` asks; "" where no rule objects and little speaks against it.

    `absent` is what of the record's subject `after` does not name.
    """
    old, new = read(before), read(after)
    if " ".join(before.split()) in " ".join(after.split()) and len(new.tokens) == len(old.tokens):
        return ""
    pair = paired(before, after)
    return hard(pair) or doubted(pair, absent)


def hard(pair: Pair) -> str:
    """Why two wordings cannot ask the same, whatever else speaks for it."""
    reason = next((reason for rule in HARD if (reason := rule(pair.old, pair.new))), "")
    return reason or changed_in_place(pair)


def changed_claim(before: str, after: str, answers: tuple[str, ...], *, held: bool = False) -> str:
    """Why a claim is not about what a question asks; the numbers and names of its answers may come along.

    `held` says that the claim is labelled true: then it may not turn the question round either.
    """
    old, new = read(before), read(" ; ".join((before, *answers)))
    said = read(after)
    if gone := sorted(old.firm_numbers - said.numbers):
        return f"the number {gone[0]} was lost"
    if (gained := sorted(said.firm_numbers - new.numbers)) and not _COMPARES.search(lower(said)):
        return f"the number {gained[0]} was added"
    if held and (turned := opposites(old, said)):
        return turned
    lost = lost_names(old, said)
    return (
        (f"the name `{lost[0]}` was lost" if lost else "")
        or quotations(old, said)
        or _other_relation(old, new, said)
        or next(
            (
                f"`{name}` was added"
                for name, rule in NARROW
                if name in ("one of", "nearly", "might") and rule.search(lower(said)) and not rule.search(lower(old))
            ),
            "",
        )
    )


_COMPARES = re.compile(r"\b(?:before|after|than|until|since|at least|at most|over|under|exceeds?)\b")
FOREIGN = 0.9  # how far a word must be from all of the other side


def _other_relation(old: Reading, new: Reading, said: Reading) -> str:
    """What is told is not what is asked: a word of the question is gone and a foreign one stands there."""
    asked = heads_asked(old)
    gone = [w for t, w in spoken(old) if t not in asked and not t[0].isdigit() and gap_of(w, said, t) > FOREIGN]
    come = [w for t, w in spoken(said) if not t[0].isdigit() and gap_of(w, new, t) > FOREIGN]
    return f"`{gone[0]}` became `{come[0]}`" if gone and come else ""


def quotations(old: Reading, new: Reading) -> str:
    """Quoted text or program text was changed."""
    spaced = " ".join(new.text.replace("’", "'").split())
    if any(q not in spaced for q in old.quoted if len(q) > 1):
        return "quoted text was changed"
    tight = "".join(new.text.split())
    if any(c not in tight for c in old.code):
        return "program text was changed"
    signed = [Counter(_MINUS.findall(side.text)) for side in (old, new)]
    if signed[0] != signed[1]:
        return "a minus sign was changed"
    return ""


_MINUS = re.compile(r"(?<![\w)\]\s])[-−]\d+(?![\d-])|(?<=\s)[-−]\d+(?![\d-])")


HARD: tuple[Rule, ...] = (
    quotations,
    prefixed,
    exchanged,
    ways,
    agents,
    roles,
    tense,
)
