"""Whether a call in Java is used as its API wants.

A *way* to use an API is a list of conditions that must all hold; a call is used well where one way of several holds:

    try, try:IOException|Exception    inside a `try`, one that catches such a type
    throws                            its method declares that it throws
    guard:A|B                         reached only where one of these holds; {rcv} and {arg0} are its own
    before:NAME, after:NAME           a call of that name, or `new Type`, in its method before or after it; what stands
                                      in a lambda, or in a class without a name, has all before it that these have
    …:NAME@self, @result, @super      such a call on its own receiver, on the variable that takes its result, on `super`
    resource                          its receiver, or its result, is a resource of a `try`
    checked                           its result is part of a condition, at once or later, or given to
                                      `Optional.ofNullable` and the like
    handed                            its result is returned
    put                               the same key was put into its receiver before
    arg:TYPE                          an argument is a variable of that type
    args:N                            it has at least N arguments

Conditions are compared as text, blanks aside, with a small table of what implies what.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from .conditions import facts, implies, put, turned
from .java import LOOKS_AT, Code, Event, made


def calls(code: Code, name: str, receivers: tuple[str, ...], loose: bool) -> list[int]:
    """The places of the calls of a method on a receiver of these types; `loose` takes an unknown type for right."""
    found = []
    for place, event in enumerate(code.events):
        known = code.types.get(event.receiver, "") or made(event.receiver)
        if event.name == name and (known in receivers or (not known and (loose or event.receiver in receivers))):
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


def _guard(event: Event, _place: int, code: Code, told: str) -> bool:
    known = facts(event.where.guards, code.values)
    return any(implies(one, wanted) for wanted in _wanted(event, code, told) for one in known)


def _wanted(event: Event, code: Code, told: str) -> Iterator[str]:
    """What a guard must say: of the receiver, or of the call that it came from; turned round too."""
    arg = put(event.args[0], code.values) if event.args else ""
    for receiver in (event.receiver, code.origins.get(event.receiver, "")):
        for one in told.split("|") if receiver else ():
            said = one.replace("{rcv}", receiver).replace("{arg0}", arg)
            yield from (said, *turned(said))


def _before(event: Event, place: int, code: Code, told: str) -> bool:
    return _called(told, event, code.events[:place])


def _after(event: Event, place: int, code: Code, told: str) -> bool:
    return _called(told, event, code.events[place + 1 :])


def _called(told: str, event: Event, among: list[Event]) -> bool:
    name, _, whose = told.partition("@")
    owner = {"self": event.receiver, "result": event.result, "": None}.get(whose, whose)
    here = (e for e in among if e.name == name and e.where.method in (event.where.method, *event.where.outer))
    return any(owner is None or (owner != "" and e.receiver == owner) for e in here)


def _tested(name: str, place: int, code: Code) -> bool:
    looks = (e for e in code.events[place + 1 :] if e.name in ("IF", *LOOKS_AT))
    return any(re.search(rf"\b{re.escape(name)}\b", arg) for e in looks for arg in e.args)


_CONDITIONS: dict[str, Callable[[Event, int, Code, str], bool]] = {
    "try": _try,
    "throws": _throws,
    "args": _args,
    "resource": _resource,
    "checked": _checked,
    "handed": _handed,
    "put": _put,
    "arg": _arg,
    "guard": _guard,
    "before": _before,
    "after": _after,
}

__all__ = ["calls", "holds"]
