"""Words changed for their opposite, for another of their kind, or for no synonym of theirs."""

from __future__ import annotations

from collections.abc import Callable

from trustgen.audit.reading import Reading, base, function_words, sets

from .signs import denials

Alike = Callable[[str, str], float]


NEAR_WORDS = 0.55  # two nouns that embed nearer than this may be synonyms


def opposites(old: Reading, new: Reading) -> str:
    """A word was changed for its opposite, or for another of its kind."""
    found = opposed(old, new)
    if not found:
        return ""
    gone, come, converse = found
    if converse and _reversed(old, new):
        return ""
    if not converse and (denials(old) - denials(new)) % 2:
        return ""
    if converse and (denials(old) - denials(new)) % 2:
        return ""
    return f"`{gone}` became `{come}`"


def opposed(old: Reading, new: Reading, *, strict: bool = True) -> tuple[str, str, bool] | None:
    """A word that is gone and one of the same set, but another class, that came; and whether the two say the same once
    the parties change places. Not `strict`: the one that came may have stood there before, less often."""
    if not old.bag - new.bag:
        return None
    gained = new.bag - old.bag
    for kind in ("converse", "alternatives"):
        for classes in sets(kind):
            change = [
                (_times(c, new) - _times(c, old), c & old.bag, c & (gained if strict else new.bag)) for c in classes
            ]
            went = [min(was) for by, was, _ in change if by < 0 and was]
            came = [min(now) for by, _, now in change if by > 0 and now]
            if went and came:
                return went[0], came[0], kind == "converse"
    return None


def _times(words: frozenset[str], reading: Reading) -> int:
    return sum(t in words for t in reading.tokens)


def _reversed(old: Reading, new: Reading) -> bool:
    """Whether the named parties stand in another order; without two names in both, whether the content words do."""
    order = _order(old, new)
    if len(order[0]) < 2:
        shared = [t for t in dict.fromkeys(old.content) if t in new.content]
        second = [t for t in dict.fromkeys(new.content) if t in shared]
        order = shared, second
    first, second = order
    place = {t: i for i, t in enumerate(second)}
    turned = [place[b] < place[a] for i, a in enumerate(first) for b in first[i + 1 :]]
    return sum(turned) * 2 > len(turned)


def _order(old: Reading, new: Reading) -> tuple[list[str], list[str]]:
    """The names that both texts have, in the order of each."""
    known = set(old.names) | set(new.names) | (old.openers & new.openers)
    drop = function_words()
    first = [t for t in dict.fromkeys(old.tokens) if t in known and t in new.bag and t not in drop]
    return first, [t for t in dict.fromkeys(new.tokens) if t in first]


_PLACES = (  # small words that may not stand for one another where a sentence was kept
    ({"before"}, {"after", "during", "at", "in", "on", "while", "when", "since"}),
    ({"after"}, {"during", "at", "in", "on", "while", "when", "until"}),
    ({"from"}, {"to", "into", "toward", "towards"}),
    ({"in", "into", "inside"}, {"out", "outside"}),
    ({"with"}, {"without"}),
    ({"for"}, {"against"}),
    ({"through", "in"}, {"near"}),
    ({"over", "above"}, {"under", "below"}),
    ({"up"}, {"down"}),
    ({"on"}, {"off"}),
)


def turned(was: tuple[str, ...], now: tuple[str, ...]) -> tuple[str, str] | None:
    """The small word that was changed for one of the other side, where the pieces hold little else."""
    if max(len(was), len(now)) > 2:
        return None
    for here, there in (({base(w) for w in side} for side in pair) for pair in _PLACES):
        for some, others in ((here, there), (there, here)):
            gone, come = some & set(was) - set(now), others & set(now) - set(was)
            if gone and come:
                return min(gone), min(come)
    return None
