"""Whether two wordings ask the same: hard rules first, then what many small signs add up to.

Rules of English, each able to say only "no": what none of them objects to is not proved to be the same. A rule that
meets a wording it cannot read keeps silent. On labelled rows that nobody had seen (`tests/audit`, the
final set) the whole audit rejected 82 % of the bad and lost 20 % of the good. Where it matters, bind a `judge` besides.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from .amounts import NARROW, prefixed, tense
from .doubt import NOTHING, Absent, doubted
from .evidence import Pair, gap_of, paired, spoken
from .exchanges import agents, exchanged, rebound, roles, ways
from .in_place import changed_in_place
from .kinds import heads_asked
from .names import lost_names
from .opposites import opposites
from .reading import Reading, read
from .signs import lower

Rule = Callable[[Reading, Reading], str]


def changed_meaning(before: str, after: str, *, absent: Absent = NOTHING, weigh: bool = True) -> str:
    """Why `after` does not ask what `before` asks; "" where no rule objects and little speaks against it.

    `absent` is what of the record's subject `after` does not name. Without `weigh` only the hard rules are asked, which
    need no embeddings.
    """
    old, new = read(before), read(after)
    if " ".join(before.split()) in " ".join(after.split()) and len(new.tokens) == len(old.tokens):
        return ""
    pair = paired(before, after)
    return hard(pair) or (doubted(pair, absent) if weigh else "")


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


def nothing_asked(old: Reading, new: Reading) -> str:
    """The question was lost."""
    if old.text.rstrip().endswith("?") and not _asks_something(new):
        return "asks nothing"
    return ""


_ORDER = re.compile(
    r"^(?:please |kindly )?(?:name|tell|state|give|say|identify|list|find|compute|calculate|work"
    r"|determine|explain|describe"
    r"|choose|pick|select|decide|complete|write|provide|specify|count|figure|i would like|i want"
    r"|i need|i wonder|could you)\b"
)


def _asks_something(reading: Reading) -> bool:
    if "?" in reading.text:
        return True
    spoken = [s.lower() for s in reading.sentences]
    words = ["which", "what", "who", "whom", "whose", "when", "where", "how", "why"]
    return (
        any(_ORDER.match(s) or any(re.search(rf"\b{w}\b", s) for w in words) for s in spoken)
        and not any(s.endswith(":") for s in spoken[-1:])
    ) or len(reading.tokens) <= 8


HARD: tuple[Rule, ...] = (
    quotations,
    nothing_asked,
    prefixed,
    exchanged,
    rebound,
    ways,
    agents,
    roles,
    tense,
)
