"""No file imports itself back, however late; no room hides what it holds. import-linter sees neither.

Imports inside functions and under `TYPE_CHECKING` count: what has to wait for another file is knotted with it.
"""

from __future__ import annotations

import ast
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from importlib.util import resolve_name
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
AT_THE_DOOR = {"trustgen", "trustgen.report"}
"""Doors that import nothing heavy: their names come when they are asked for. A look at ten cases waits for no page."""


@cache
def house() -> dict[str, tuple[str, bool]]:
    """The text of every module by its dotted name, and whether it is a package."""
    found = {}
    for path in (SOURCE / "trustgen").rglob("*.py"):
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        found[name] = path.read_text("utf-8"), path.name == "__init__.py"
    return found


def imported(name: str, modules: dict[str, tuple[str, bool]]) -> set[str]:
    """The modules of the house that one imports: where a name is itself a module, that one and not its package."""
    text, package = modules[name]
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            inside = name if package else name.rpartition(".")[0]
            source = resolve_name("." * node.level + (node.module or ""), inside) if node.level else node.module or ""
            found |= {f"{source}.{one.name}" if f"{source}.{one.name}" in modules else source for one in node.names}
    return (found & modules.keys()) - {name}


def circle(modules: dict[str, tuple[str, bool]]) -> list[str]:
    """The modules of a circle, the first one twice; none where there is no circle."""
    try:
        TopologicalSorter({name: imported(name, modules) for name in modules}).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_circle_of_files() -> None:
    assert len(house()) > 300
    assert not circle(house()), "let what both need stand in a file below both"


@pytest.mark.parametrize(
    "late",
    [
        "def f():\n    from trustgen.curate.door import pool\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .door import pool\n",
        "from trustgen.curate import door\n",
        "import trustgen.curate.door\n",
    ],
)
def test_a_circle_is_found_however_late_it_closes(late: str) -> None:
    text, _ = house()["trustgen.curate.pool"]
    found = circle(house() | {"trustgen.curate.pool": (f"{text}\n{late}", False)})
    assert {"trustgen.curate.pool", "trustgen.curate.door"} <= set(found)


def test_no_module_hides_its_names() -> None:
    """A checker and a reader see what a module holds; a module's `__getattr__` shows it to neither."""
    hidden = {
        name
        for name, (text, _) in house().items()
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef) and node.name == "__getattr__"
    }
    assert hidden == AT_THE_DOOR


@pytest.mark.parametrize("door", sorted(AT_THE_DOOR))
def test_what_comes_late_is_there_for_a_checker_and_for_whoever_asks(door: str) -> None:
    module = import_module(door)
    text, _ = house()[door]
    late = [node for node in ast.parse(text).body if isinstance(node, ast.If)]
    named = {alias.name for node in late for one in node.body if isinstance(one, ast.ImportFrom) for alias in one.names}
    assert set(module.__all__) - {"__version__"} <= named
    assert all(getattr(module, name) is not None for name in module.__all__)
    with pytest.raises(AttributeError, match="has no attribute `nonsense`"):
        _ = module.nonsense
