"""Names that came or went between two wordings, in full or in short."""

from __future__ import annotations

from functools import cache
from itertools import takewhile

from trustgen.audit.reading import Reading, base, is_calendar, is_number, lexicon


def lost_names(old: Reading, new: Reading) -> list[str]:
    """The names of `old` that `new` has in no form; figures are left to those who count."""
    spoken = dict.fromkeys([*old.names, *sorted(old.openers & (set(new.names) | set(old.names)))])
    return [n for n in spoken if n not in new.bag and not is_number(n) and not abbreviated(n, old, new)]


def fresh_names(old: Reading, new: Reading) -> list[str]:
    """The names of `new` that `old` has in no form, days and months apart."""
    fresh = [n for n in dict.fromkeys(new.names) if n not in old.bag and not is_calendar(n)]
    return [n for n in fresh if not is_number(n) and not abbreviated(n, new, old)]


def abbreviated(name: str, old: Reading, new: Reading) -> bool:
    """Whether a name stands in the other text in short or in full: GDPR, General Data Protection Regulation."""
    if any(name in group and group & new.bag for group in _name_groups()):
        return True
    initials = "".join(w[0] for w in new.words if w[0].isupper()).lower()
    short = name.replace(".", "")
    if 2 <= len(short) <= 6 and short in initials:
        return True
    own = "".join(w[0] for w in old.words if w[0].isupper()).lower()
    shorts = [w.lower() for w in new.words if w.isupper() and 2 <= len(w) <= 6]
    if any(s in own and name[0] in s for s in shorts):
        return True
    return any(len(t) > 4 and len(name) > 4 and (akin(t, name) or name in t) for t in new.tokens)


def akin(one: str, other: str) -> bool:
    """Whether two words may be forms of one name: Brazil, Brazilian; but not Austria, Australia."""
    shared = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))))
    return shared >= 5 and max(len(one), len(other)) - shared <= 3


@cache
def _name_groups() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(base(w) for w in line.split()) for line in lexicon()["names"].splitlines() if line)
