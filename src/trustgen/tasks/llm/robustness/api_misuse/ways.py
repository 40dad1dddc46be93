"""Whether a call in Java is used as its API wants.

A *way* to use an API is a list of conditions that must all hold; a call is used well where one way of several holds:

    try, try:IOException|Exception    inside a `try`, one that catches such a type
    throws                            its method declares that it throws
    guard:A|B                         reached only where one of these holds; {rcv} and {arg0} are its own
    each:A|B                          the same, where a condition allows as many calls as it tells of and no more
    earlier:NAME                      as `before`, or in another method of its class that runs first
    before:NAME, after:NAME           a call of that name, or `new Type`, in its method before or after it; what stands
                                      in a lambda, or in a class without a name, has all before it that these have
    …:NAME@self, @result, @super      such a call on its own receiver, on the variable that takes its result, on `super`
    …:NAME(REGEX)                     such a call whose arguments say this
    resource                          its receiver, or its result, is a resource of a `try`
    checked                           its result is part of a condition, at once or later, or given to
                                      `Optional.ofNullable` and the like
    handed                            its result is returned
    put                               the same key was put into its receiver before
    arg:TYPE                          an argument is a variable of that type
    args:N                            it has at least N arguments
    says:REGEX, never:REGEX           its arguments say this, or do not; variables are put by what they are set to
    fixed                             no argument is a text built from what comes from outside (see `texts.py`)
    lent                              its receiver was handed to the method, whose caller closes it
    declares:NAME                     the snippet has a method of that name
    sound:NAME                        it has none that does nothing but say yes

An API may be a family of calls (`uses`), each with ways of its own. A call without ways is never well; one with an
empty way always is, and so stands for the safe way to do the same.

Conditions are compared as text, blanks aside, with a small table of what implies what.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice

from .conditions import at_least, facts, implies, put, turned
from .java import LOOKS_AT, Code, Event, Test, made, outright
from .texts import built, spelt

CHECKS = ("hasNext", "hasMoreTokens", "hasMoreElements", "countTokens")
ALSO_TAKES = {"nextToken": ("nextElement",)}  # other names under which the same is used up
HOLLOW = ("{}", "{return;}", "{returntrue;}", "{returnnull;}")
ANDROID = tuple(
    f"{kind}Activity"
    for kind in ("", "AppCompat", "Fragment", "Component", "ActionBar", "List", "Preference", "Launcher", "Tab")
)


def calls(code: Code, name: str, receivers: tuple[str, ...], loose: bool) -> list[int]:
    """The places of the calls of a method on a receiver of these types; `loose` takes an unknown type for right."""
    found = []
    for place, event in enumerate(code.events):
        known = code.types.get(event.receiver, "") or made(event.receiver)
        said = outright(event.receiver)
        if event.name == name and (known in receivers or (not known and (loose or said in receivers))):
            found.append(place)
    return found


def holds(condition: str, place: int, code: Code) -> bool:
    """Whether a condition of a way holds for the call at a place. Raises `KeyError` for a condition of another name."""
    kind, _, told = condition.partition(":")
    return _CONDITIONS[kind](code.events[place], place, code, told)


def _try(event: Event, _place: int, _code: Code, told: str) -> bool:
    kinds = set(told.split("|")) if told else set()
    tries = [{t.split(".")[-1] for t in caught} for caught in event.where.tries]
    return any(not kinds or (kinds | {"Throwable"}) & caught for caught in tries)


def _throws(event: Event, _place: int, code: Code, _told: str) -> bool:
    return bool(code.throws.get(event.where.method))


def _args(event: Event, _place: int, _code: Code, told: str) -> bool:
    return len(event.args) >= int(told)


def _resource(event: Event, _place: int, code: Code, _told: str) -> bool:
    channel = re.fullmatch(r"(\w+)\.getChannel\(\)", code.origins.get(event.receiver, event.receiver))
    return bool({event.receiver, event.result, channel[1] if channel else ""} & code.resources)


def _checked(event: Event, place: int, code: Code, _told: str) -> bool:
    return event.where.condition or (bool(event.result) and _tested(event.result, place, code))


def _handed(event: Event, _place: int, _code: Code, _told: str) -> bool:
    return event.where.returned


def _put(event: Event, place: int, code: Code, _told: str) -> bool:
    puts = ("put", "putIfAbsent", "computeIfAbsent", "merge")
    here = (e for e in code.events[:place] if e.where.method == event.where.method and e.name in puts)
    return any(e.receiver == event.receiver and e.args[:1] == event.args[:1] for e in here)


def _arg(event: Event, _place: int, code: Code, told: str) -> bool:
    return any(code.types.get(arg) == told for arg in event.args)


def _says(event: Event, _place: int, code: Code, told: str) -> bool:
    return any(re.search(told, said) for said in spelt(event.args, code))


def _never(event: Event, place: int, code: Code, told: str) -> bool:
    return not _says(event, place, code, told)


def _fixed(event: Event, _place: int, code: Code, _told: str) -> bool:
    return not any(built(arg, code) for arg in event.args)


def _lent(event: Event, _place: int, code: Code, _told: str) -> bool:
    return event.receiver in code.lent and event.receiver not in code.told


def _declares(_event: Event, _place: int, code: Code, told: str) -> bool:
    return told in code.methods.values()


def _sound(_event: Event, _place: int, code: Code, told: str) -> bool:
    return all(code.bodies[at] not in HOLLOW for at, name in code.methods.items() if name == told)


def _guard(event: Event, _place: int, code: Code, told: str) -> bool:
    known = facts(event.where.guards, code.values)
    return any(implies(one, wanted) for wanted in _wanted(event, code, told) for one in known)


def _each(event: Event, place: int, code: Code, told: str) -> bool:
    """Whether a condition that stands before a call still allows it: calls since it was asked use it up."""
    wanted, values = tuple(_wanted(event, code, told)), tuple(code.values.items())
    allowed = [(test, _allows(test.said, values, wanted)) for test in event.where.tests]
    taken = list(islice(_taken(event, place, code), max((most for _, most in allowed), default=0)))
    for test, most in allowed:
        again = most == 1 and event.where.loops > test.loops  # asked once, and called again and again
        since = _asked(test, event, code)
        if sum(at >= since for at in taken) < most and not again:
            return True
    return False


def _asked(test: Test, event: Event, code: Code) -> int:
    """The place at which a condition asks the receiver of a call; where it ends, if a variable holds the answer."""
    asks = (
        at
        for at in range(test.end - 1, test.start - 1, -1)
        if code.events[at].name in CHECKS and code.events[at].receiver == event.receiver
    )
    return next(asks, test.end)


def _taken(event: Event, place: int, code: Code) -> Iterator[int]:
    """The places of calls in its method that use up the same as a call, from the last before it back."""
    names = (event.name, *ALSO_TAKES.get(event.name, ()))
    for at in range(place - 1, -1, -1):
        one = code.events[at]
        same = one.name in names and one.receiver == event.receiver and one.where.method == event.where.method
        if same and not _apart(one, event):
            yield at


@lru_cache(maxsize=4096)
def _allows(said: tuple[str, ...], values: tuple[tuple[str, str], ...], wanted: tuple[str, ...]) -> int:
    """How many calls a condition allows."""
    return max((_allowed(one, each) for one in facts(said, dict(values)) for each in wanted), default=0)


def _allowed(known: str, wanted: str) -> int:
    """How many calls a condition allows where another asks for one: as many as there are at least, else one or none."""
    sized = re.fullmatch(r"(.+\.countTokens\(\))>0|(.+)\.iterator\(\)\.hasNext\(\)", wanted)
    most = at_least(known, sized[1] or f"{sized[2]}.size()") if sized else 0
    return most or int(implies(known, wanted))


def _apart(one: Event, other: Event) -> bool:
    """Whether two calls stand in two branches of which one alone is taken."""
    taken = {test.node: test.branch for test in one.where.tests}
    return any(taken.get(test.node, test.branch) != test.branch for test in other.where.tests)


def _wanted(event: Event, code: Code, told: str) -> Iterator[str]:
    """What a guard must say: of the receiver, or of the call that it came from; turned round too."""
    arg = put(event.args[0], code.values) if event.args else ""
    for receiver in (event.receiver, code.origins.get(event.receiver, "")):
        for one in told.split("|") if receiver else ():
            said = one.replace("{rcv}", receiver).replace("{arg0}", arg)
            yield from (said, *turned(said))


def _before(event: Event, place: int, code: Code, told: str) -> bool:
    return _called(told, event, code, code.events[:place])


def _after(event: Event, place: int, code: Code, told: str) -> bool:
    return _called(told, event, code, code.events[place + 1 :])


def _earlier(event: Event, place: int, code: Code, told: str) -> bool:
    if _before(event, place, code, told) or _set_above(event, place, code, told):
        return True
    return any(e.name == told and _first(e, at, event, place, code) for at, e in enumerate(code.events))


def _first(one: Event, at: int, other: Event, place: int, code: Code) -> bool:
    """Whether a call in another method of the class runs before: who calls whom tells, else `onCreate` runs first."""
    mine, its = other.where.method, one.where.method
    if not set(one.where.classes[-1:]) <= set(other.where.classes) or mine in (its, 0) or not its:
        return False
    calls = [p for p, e in enumerate(code.events) if e.where.method == mine and e.name == code.methods[its]]
    called = [p for p, e in enumerate(code.events) if e.where.method == its and e.name == code.methods[mine]]
    if calls or called:
        return any(p < place for p in calls) or any(p > at for p in called)
    return code.methods[mine] != "onCreate"


def _set_above(event: Event, place: int, code: Code, told: str) -> bool:
    """Whether a class above does it, or is not known, and runs first; a layout may be given to its constructor too."""
    mine = event.where.method
    given = (e for e in code.events if e.name == "super" and any("R.layout." in arg for arg in e.args))
    if any(set(e.where.classes[-1:]) <= set(event.where.classes) for e in given):
        return True
    done = any(e.receiver == "super" and e.where.method == mine for e in code.events[:place])
    late = code.methods.get(mine, "onCreate") == "onCreate" and not done
    return not late and any(_does(code.classes[one][1], code, told) for one in event.where.classes)


def _does(name: str, code: Code, told: str) -> bool:
    """Whether a class of this name, or one above it, calls a method; an activity that is not of Android itself may."""
    seen: set[str] = set()
    inside = {held[0]: (at, held[1]) for at, held in code.classes.items() if held[0]}
    while name in inside and name not in seen:
        seen.add(name)
        at, above = inside[name]
        if any(e.name == told and e.where.classes[-1:] == (at,) for e in code.events):
            return True
        name = above
    return name not in seen and name.endswith("Activity") and name not in ANDROID


def _called(told: str, event: Event, code: Code, among: list[Event]) -> bool:
    call, _, whose = told.partition("@")
    name, _, wanted = call.partition("(")
    wanted = wanted.removesuffix(")")
    owner = {"self": event.receiver, "result": event.result, "": None}.get(whose, whose)
    here = (e for e in among if e.name == name and e.where.method in (event.where.method, *event.where.outer))
    own = (e for e in here if owner is None or (owner != "" and e.receiver == owner))
    return any(not wanted or any(re.search(wanted, said) for said in spelt(e.args, code)) for e in own)


def _tested(name: str, place: int, code: Code) -> bool:
    looks = (e for e in code.events[place + 1 :] if e.name in ("IF", *LOOKS_AT))
    return any(re.search(rf"\b{re.escape(name)}\b", arg) for e in looks for arg in e.args)


_CONDITIONS: dict[str, Callable[[Event, int, Code, str], bool]] = {
    "try": _try,
    "throws": _throws,
    "args": _args,
    "says": _says,
    "never": _never,
    "fixed": _fixed,
    "lent": _lent,
    "declares": _declares,
    "sound": _sound,
    "resource": _resource,
    "checked": _checked,
    "handed": _handed,
    "put": _put,
    "arg": _arg,
    "guard": _guard,
    "each": _each,
    "earlier": _earlier,
    "before": _before,
    "after": _after,
}

__all__ = ["calls", "holds"]
