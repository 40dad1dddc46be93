"""Whether two wordings ask the same: hard rules first, then what many small signs add up to.

Rules of English, each able to say only "no": what none of them objects to is not proved to be the same. A rule that
meets a wording it cannot read keeps silent. The labelled sets in `tests/audit` show how much gets through and how much
good work is lost. Where it matters, bind a `judge` besides.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from .amounts import NARROW, prefixed, tense
from .doubt import NOTHING, Absent, doubted
from .evidence import paired
from .exchanges import agents, exchanged, rebound, roles, ways
from .names import lost_names
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
    reason = next((reason for rule in HARD if (reason := rule(pair.old, pair.new))), "")
    return reason or (doubted(pair, absent) if weigh else "")


def changed_claim(before: str, after: str, answers: tuple[str, ...]) -> str:
    """Why a claim is not about what a question asks; the numbers and names of its answers may come along."""
    old, new = read(before), read(" ; ".join((before, *answers)))
    said = read(after)
    if gone := sorted(old.firm_numbers - said.numbers):
        return f"the number {gone[0]} was lost"
    if gained := sorted(said.firm_numbers - new.numbers):
        return f"the number {gained[0]} was added"
    lost = lost_names(old, said)
    return (
        (f"the name `{lost[0]}` was lost" if lost else "")
        or quotations(old, said)
        or next(
            (
                f"`{name}` was added"
                for name, rule in NARROW
                if name in ("one of", "nearly", "might") and rule.search(lower(said)) and not rule.search(lower(old))
            ),
            "",
        )
    )


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
