"""What a single change means where the sentence around it was left as it was.

In a free rewording a negation, a limit or an opposite may be made up for elsewhere, and only adds to the doubt. In a
sentence that otherwise stands, there is no elsewhere: such a change alone is enough.
"""

from __future__ import annotations

from trustgen.audit.reading import Reading, base

from .amounts import extremes, negation, quantity
from .evidence import SAME_WORD, Pair, digits, other_asked
from .kinds import counted_of
from .likeness import nearest
from .names import fresh_names, lost_names
from .opposites import opposites
from .signs import COMPARED, denials, synonym

OTHER = 0.6  # how far in kind the things asked for may be from each other
STANDS = 0.4  # the share of the old words that stand unchanged and in order, times that of the new ones
WHO = {
    word: person
    for person, words in enumerate(("i me my mine myself", "we us our", "he him his", "she her hers"))
    for word in words.split()
}


def changed_in_place(pair: Pair) -> str:
    """Why a sentence that was left as it was but for one thing asks something else; "" where it was reworded freely."""
    if pair.kept[0] * pair.kept[1] < STANDS:
        return ""
    rules = (_name, negation, opposites, quantity, extremes)
    return next((r for rule in rules if (r := rule(pair.old, pair.new))), "") or (
        _figure(pair) or _turned_round(pair) or _person(pair) or _related(pair) or _asked(pair)
    )


def _figure(pair: Pair) -> str:
    old, new = pair.old, pair.new
    gone = sorted({digits(n) for n in old.firm_numbers} - {digits(n) for n in new.numbers})
    come = sorted({digits(n) for n in new.firm_numbers} - {digits(n) for n in old.numbers})
    return f"the number {gone[0]} became {come[0]}" if gone and come else ""


def _name(old: Reading, new: Reading) -> str:
    lost, fresh = lost_names(old, new), fresh_names(old, new)
    return f"the name `{lost[0]}` became `{fresh[0]}`" if lost and fresh else ""


def _turned_round(pair: Pair) -> str:
    """Two sides of a comparison stand the other way round, and nothing else is changed."""
    old, new = pair.old.tokens, pair.new.tokens
    same = old != new and sorted(old) == sorted(new) and any(t in COMPARED for t in old)
    return "the two sides of the comparison changed places" if same else ""


def _person(pair: Pair) -> str:
    """Somebody else speaks or is spoken of: my, hers."""
    old, new = ({WHO[w.lower()] for w in side.words if w.lower() in WHO} for side in (pair.old, pair.new))
    return "another person is spoken of" if old and new and old != new else ""


_RELATIONS = {
    base(w): w
    for w in ("before", "after", "until", "except", "without", "instead", "besides", "unless", "beyond", "against")
}


def _related(pair: Pair) -> str:
    """A word that turns what follows it into something else came or went: the day after Tuesday."""
    changed = [
        w
        for was, now in ((pair.old, pair.new), (pair.new, pair.old))
        for w in sorted(_RELATIONS.keys() & (was.bag - now.bag))
        if not synonym(w, now)
    ]
    return f"`{_RELATIONS[changed[0]]}` came or went" if changed and denials(pair.old) == denials(pair.new) else ""


def _asked(pair: Pair) -> str:
    """Another thing is asked for: diagonals, not sides."""
    if other_asked(pair.old, pair.new) > OTHER:
        return "asks for another kind of thing"
    was, now = counted_of(pair.old), counted_of(pair.new)
    far = was and now and not was & now and nearest(min(was), tuple(now)) < SAME_WORD
    return f"counts `{min(now)}`, not `{min(was)}`" if far and not (was & pair.new.bag or now & pair.old.bag) else ""
