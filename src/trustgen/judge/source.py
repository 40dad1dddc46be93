"""The source of a rule and of all it imports. Standard library alone.

A module counts where it can change a ruling. The rooms of `APART` make cases, ask models or count rulings; the modules
of `STRUCTURE` hold what a ruling is about, or are this: they are looked through for what they import, and do not count.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib.machinery import ModuleSpec
from importlib.resources import files
from importlib.util import find_spec, resolve_name

from .parsed import hashed, parsed

ROOT = "trustgen"
APART = {"curate", "craft", "vary", "audit", "simulate", "stats", "models", "store", "run", "report", "mitigate", "cli"}
_CORE = """
    assets draw errors estimates expand ids judge kit making measure models outcomes plain pool prompts records registry
    replies sampling task tools world
"""
STRUCTURE = {*(f"core.{name}" for name in _CORE.split()), "judge.key", "judge.source", "judge.parsed"}

_FILE = re.compile(r"[\"']([\w-]+(?:/[\w-]+)*\.(?:toml|md|txt|json|csv))[\"']")


@cache
def _spec(module: str) -> ModuleSpec | None:
    try:
        return find_spec(module)
    except (ImportError, ValueError, AttributeError):
        return None


@cache
def text_of(module: str) -> str:
    """The source of a module by name, without importing it; "" where there is none to read."""
    spec = _spec(module)
    if read := getattr(spec and spec.loader, "get_source", None):
        return read(module) or ""
    try:
        return inspect.getsource(sys.modules[module])  # some other loader made it
    except (KeyError, OSError, TypeError):
        return ""


def _package(module: str) -> bool:
    spec = _spec(module)
    return spec is not None and spec.submodule_search_locations is not None


def _named(module: str, called: str = "") -> Iterator[tuple[str, str]]:
    """What a module imports, inside functions too: the module it is taken from, its name there; all, or one name."""
    inside = module if _package(module) else module.rpartition(".")[0]
    for level, source, name, here in parsed(text_of(module)).imports:
        if called in ("", here):
            yield resolve_name("." * level + source, inside) if level else source, name


def _home(source: str, name: str) -> str:
    """The module in which a name stands that is imported from `source`, behind every `__init__` that hands it on."""
    if not name or not _package(source):
        return source
    for origin, inner in _named(source, name):
        if (origin, inner) != (source, name):
            return _home(origin, inner)
    return f"{source}.{name}" if _spec(f"{source}.{name}") else source


def _counts(module: str) -> bool:
    return module.removeprefix(f"{ROOT}.") not in STRUCTURE


@cache
def imports(module: str) -> tuple[str, ...]:
    """The modules of TrustGen, and of the module's own package, that a module imports and that may change a ruling."""
    own = {ROOT, module.partition(".")[0]}
    found = {_home(source, name) for source, name in _named(module) if source.partition(".")[0] in own}
    return tuple(sorted(one for one in found if one.removeprefix(f"{ROOT}.").partition(".")[0] not in APART))


def _beside(module: str) -> dict[str, str]:
    """A hash of each data file that a module names and that stands beside it."""
    package = module if _package(module) else module.rpartition(".")[0]
    named = set(_FILE.findall(text_of(module))) if _package(package) else set()
    there = {name: files(package).joinpath(name) for name in named}
    return {name: hashed(path.read_text("utf-8")) for name, path in sorted(there.items()) if path.is_file()}


@cache
def fingerprint(module: str) -> tuple[str, dict[str, str]]:
    """The hash of a module's plain source, and those of the data files beside it that it names."""
    return parsed(text_of(module)).plain, _beside(module)


@cache
def sources(*modules: str) -> dict[str, tuple[str, dict[str, str]]]:
    """The fingerprints of these modules and of all that they import, one through another, as far as they count."""
    seen: set[str] = set()
    waiting = set(modules)
    while waiting:
        module = waiting.pop()
        seen.add(module)
        waiting |= set(imports(module)) - seen
    return {module: fingerprint(module) for module in sorted(seen) if _counts(module)}
