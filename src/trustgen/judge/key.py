"""A judge's key: the hash of its source, of what it was built from, and of the data that it reads.

`key_of` is given the judge's class, its rule and its arguments. Whatever class or function stands among them brings the
source of its module and of all that this imports (see `source`). So a changed rule is another judge by itself: no
version has to be raised. A renamed or reworded helper makes another judge too: its labels are measured again.
"""

from __future__ import annotations

import enum
import inspect
import re
import sys
from collections.abc import Mapping, Set
from functools import cached_property, partial
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

import msgspec

from trustgen.core import InputError, digest

from .source import sources, text_of


def key_of(*parts: Any) -> str:
    """The key of a judge made from these parts: classes, functions, rules, and plain values.

    Raises `InputError` for a part that no hash can tell, such as an open file.
    """
    modules: dict[str, str] = {}
    told = [_told(part, modules) for part in parts]
    return digest(told, sources(*sorted(name for name, text in modules.items() if not text)), sorted(modules.values()))


def _told(value: Any, modules: dict[str, str]) -> Any:
    """A value in a form that can be hashed; the modules of what is defined somewhere are added to `modules`."""
    value = inspect.unwrap(value) if callable(value) else value
    match value:
        case None | bool() | int() | float() | str() | bytes():
            return value
        case type() | BuiltinFunctionType():
            return _placed(value, modules)
        case Set() | Mapping():
            items = value.items() if isinstance(value, Mapping) else value
            return sorted((_told(item, modules) for item in items), key=repr)
        case list() | tuple():
            return [_told(item, modules) for item in value]
        case FunctionType() | MethodType():
            cells = [cell.cell_contents for cell in value.__closure__ or ()] + [getattr(value, "__self__", None)]
            return [_placed(value, modules), _told(cells, modules)]
    return [_placed(type(value), modules), _told(_state(value), modules)]


def _state(value: Any) -> Any:
    """What an instance was built from: its key where it has one, else all that it holds."""
    match value:
        case re.Pattern():
            return value.pattern, value.flags
        case partial():
            return value.func, value.args, value.keywords
        case enum.Enum():
            return value.name
        case msgspec.Struct():
            return msgspec.structs.asdict(value)
    if isinstance(key := getattr(value, "key", None), str):
        return key
    slots = [name for cls in type(value).__mro__ for name in getattr(cls, "__slots__", ())]
    if not hasattr(value, "__dict__") and not slots:
        raise InputError(f"a judge holds {value!r:.80}: no key can cover it; give it plain values")
    held = {name: getattr(value, name) for name in slots if hasattr(value, name)} | getattr(value, "__dict__", {})
    # What was only worked out from the rest, and kept, is there after the first use and not before.
    return {name: of for name, of in held.items() if not isinstance(getattr(type(value), name, None), cached_property)}


def _placed(thing: Any, modules: dict[str, str]) -> str:
    """Where a class or function is defined. One without a module to read, as in a notebook, brings its own text."""
    name = f"{thing.__module__}.{thing.__qualname__}"
    if thing.__module__.partition(".")[0] in sys.stdlib_module_names:
        return name
    if text_of(thing.__module__):
        modules[thing.__module__] = ""
        return name
    try:
        modules[name] = inspect.getsource(thing)
    except (OSError, TypeError):
        raise InputError(
            f"`{name}` has no source to read, and a judge's key is its source: put it into a file"
        ) from None
    return name
