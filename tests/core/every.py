"""Every pattern of the package by name, and the way it is used: wherever it matches, or from one place on."""

from __future__ import annotations

import pkgutil
import re
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from attacks import Scan, everything
from patterned import named_patterns

import trustgen


class Named(NamedTuple):
    """A pattern and where it stands; the patterns of one table share the table's name."""

    name: str
    pattern: re.Pattern[str]


@cache
def every_pattern() -> tuple[Named, ...]:
    """The patterns of text that stand in the package's modules, each once, in order of their names."""
    found: dict[tuple[str, int], Named] = {}
    for module in pkgutil.walk_packages(trustgen.__path__, "trustgen."):
        for name, pattern in named_patterns(import_module(module.name)):
            one = Named(f"{module.name.removeprefix('trustgen.')}.{name}", pattern)
            found.setdefault((pattern.pattern, pattern.flags), one)
    return tuple(sorted(found.values(), key=lambda one: (one.name, one.pattern.pattern)))


@cache
def _source(module: str) -> str:
    """A module's text; for "" that of all modules."""
    if module:
        return Path(str(import_module(f"trustgen.{module}").__file__)).read_text("utf-8")
    return "\n".join(path.read_text("utf-8") for path in sorted(Path(trustgen.__path__[0]).rglob("*.py")))


def scan_of(one: Named) -> Scan:
    """How a pattern is used: its source never asks for more than `match` or `fullmatch`, or else for everything."""
    module, _, name = one.name.rpartition(".")
    uses = set(re.findall(rf"(?<![\w.]){name}\b(?! = |: )(\.\w+)?", _source(module if name.startswith("_") else "")))
    if uses == {".fullmatch"}:
        return one.pattern.fullmatch
    return one.pattern.match if uses and uses <= {".match", ".fullmatch"} else everything(one.pattern)
