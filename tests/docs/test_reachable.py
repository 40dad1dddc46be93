"""Whatever is defined serves somebody: a command, an entry point, or the Python that the documents show.

Names are followed over the syntax trees; nothing is imported. A definition is reached when something reached names it:
an import alone, or a place in `__all__`, reaches nothing. A method is reached when its class is and something reached
names an attribute like it. So what is called unreached is, though a name that two things share may hide one of them.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import resolve_name
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Place = tuple[str, str]  # a module and what it defines: `f`, `Class`, `Class.method`; "" is what runs on import

# What nothing reaches, and why it stays. What a row uses needs no row of its own; a row that is reached must go.
KEPT: dict[Place, str] = {
    ("trustgen.cli.app", "Commands.list_commands"): "click asks a group for its commands",
    ("trustgen.cli.app", "Commands.format_commands"): "click has a group write its help",
    ("trustgen.curate.archives", "Bounded.readinto"): "the standard library's buffered reader reads by it",
    ("trustgen.python.held", "Run._repr_html_"): "a notebook shows what it holds by it",
    ("trustgen.python.held", "Edition._repr_html_"): "a notebook shows what it holds by it",
    ("trustgen.report.console", "_Shown.process_renderables"): "Rich hands it whatever is drawn",
    ("trustgen.testing.fast", "_Fast.connection_made"): "asyncio tells a protocol of its connection by it",
    ("trustgen.testing.fast", "_Fast.data_received"): "asyncio hands a protocol what comes in by it",
    ("trustgen.vision.corrupt", "corrupted"): "pictures that are shown worse and worse: the next tasks show them",
    ("trustgen.vision.corrupt", "CORRUPTIONS"): "which kinds there are",
    ("trustgen.vision.corrupt", "SEVERITIES"): "how strong each of them can be",
    ("trustgen.vision.drawing", "portrait"): "one person alone: the error of measuring is counted on it",
    ("trustgen.vision.wording", "tokens"): "the words of a prompt, which a small model has to know",
    ("trustgen.vision.wording", "vocabulary"): "all words that a prompt can hold, which a small model is taught",
    ("trustgen.judge.code", "code_parses"): "beside what `api_misuse` reads code by: cut when that judge next changes",
    ("trustgen.judge.refusal_clauses", "LANGUAGES"): "in the file of a calibrated judge: cut when it next changes",
}


class Unit(NamedTuple):
    """What a definition names: names it does not bind itself, attributes of a name, attributes of anything."""

    names: set[str]
    pairs: set[tuple[str, str]]
    attributes: set[str]


class Module(NamedTuple):
    """What a module defines and what it imports, each by name."""

    units: dict[str, Unit]
    imports: dict[str, Place]


def unit(nodes: Iterable[ast.AST]) -> Unit:
    """What pieces of syntax name."""
    found, own, shared = Unit(set(), set(), set()), set(), set()
    for node in (one for top in nodes for one in ast.walk(top)):
        match node:
            case ast.Name(id=name):
                (found.names if isinstance(node.ctx, ast.Load) else own).add(name)
            case ast.arg(arg=name):
                own.add(name)
            case ast.Global(names=names):
                shared.update(names)
            case ast.Attribute(attr=name):
                found.attributes.add(name)
                if isinstance(node.value, ast.Name):
                    found.pairs.add((node.value.id, name))
            case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str(name)), *_]):
                found.attributes.add(name)
    return found._replace(names=found.names - (own - shared))


def pieces(body: Iterable[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    """The definitions of a body by name, within `if`, `try` and `with` too; what else runs there has the name ""."""
    for node in body:
        match node:
            case ast.ClassDef(name=name):
                for one in ast.iter_child_nodes(node):
                    yield f"{name}.{one.name}" if isinstance(one, FUNCTIONS) else name, one
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name, node
                if any(isinstance(getattr(one, "func", one), ast.Attribute) for one in node.decorator_list):
                    yield "", ast.Name(name, ast.Load())  # `@group.command()` keeps what it is given
            case ast.Assign() | ast.AnnAssign():
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                bound = [one.id for top in targets for one in ast.walk(top) if isinstance(one, ast.Name)]
                yield from ((name, node) for name in bound if name != "__all__")
            case ast.If() | ast.Try() | ast.With():
                yield from pieces(ast.iter_child_nodes(node))
            case _:
                yield "", node


def read(module: str, text: str, package: bool = False) -> Module:
    """A module from its text."""
    tree = ast.parse(text)
    found: dict[str, list[ast.AST]] = {"": []}
    for name, node in pieces(tree.body):
        found.setdefault(name, []).append(node)
    imports: dict[str, Place] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            inside = module if package else module.rpartition(".")[0]
            source = resolve_name("." * node.level + (node.module or ""), inside) if node.level else node.module or ""
            imports |= {one.asname or one.name: (source, one.name) for one in node.names}
        elif isinstance(node, ast.Import):
            imports |= {one.asname or one.name: (one.name, "") for one in node.names}
    return Module({name: unit(nodes) for name, nodes in found.items()}, imports)


@cache
def house() -> dict[str, Module]:
    """All modules by dotted name, and after them what comes in: the Python of every page, and `make docs`."""
    made = {}
    for path in SOURCE.rglob("*.py"):
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        made[name] = read(name, path.read_text("utf-8"), path.name == "__init__.py")
    for path in (ROOT / "README.md", *ROOT.glob("docs/**/*.md")):
        made[path.name] = read(
            "", "\n".join(re.findall(r"^```python\n(.*?)^```", path.read_text("utf-8"), re.M | re.S))
        )
    return made | {"generate.py": read("", (ROOT / "docs" / "generate.py").read_text("utf-8"))}


def home(modules: dict[str, Module], module: str, name: str = "") -> Place | None:
    """Where a name of a module is defined, behind all that hand it on; None outside the house."""
    here = modules.get(module)
    if not here or not name or name in here.units:
        return (module, name) if here else None
    if name in here.imports and here.imports[name] != (module, name):
        return home(modules, *here.imports[name])
    if f"{module}.{name}" in modules:
        return f"{module}.{name}", ""
    if "*" in here.imports:
        return home(modules, here.imports["*"][0], name)
    return (module, "__getattr__") if "__getattr__" in here.units else None


def reached(modules: dict[str, Module], roots: Iterable[Place], attributes: set[str]) -> set[Place]:
    """All that the roots lead to."""
    seen: set[Place] = set()
    waiting: dict[str, list[Place]] = {}  # methods of classes that are reached, by a name that nothing used yet
    todo = [home(modules, *root) for root in roots]
    while todo:
        at = todo.pop()
        if not at or at in seen or at[1] not in modules[at[0]].units:
            continue
        seen.add(at)
        module, name = at
        here = modules[module].units[name]
        todo += [(module, ""), *(home(modules, module, one) for one in here.names)]
        for base, one in here.pairs:
            place = home(modules, module, base) if base in modules[module].imports else None
            todo += [home(modules, place[0], one)] if place and not place[1] else []
        for one in here.attributes - attributes:
            attributes.add(one)
            todo += waiting.pop(one, [])
        for method in (one for one in modules[module].units if one.startswith(f"{name}.")):
            known = (short := method.removeprefix(f"{name}.")) in attributes or short.startswith("__")
            (todo if known else waiting.setdefault(short, [])).append((module, method))
    return seen


def unreached(modules: dict[str, Module], kept: Iterable[Place] = KEPT) -> list[Place]:
    """What no door leads to, in the rooms of the house."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    points = [
        at.split(":") for group in (project["scripts"], *project["entry-points"].values()) for at in group.values()
    ]
    roots: list[Place] = [*kept, *((module, name) for module, name in points)]
    roots += [(name, "command") for name in modules if re.fullmatch(r"trustgen\.cli\.\w+_", name)]
    roots += [(name, "__getattr__") for name in modules]  # Python asks a module's own for what it has not yet
    outside = [name for name in modules if not name.startswith("trustgen")]
    roots += [(name, one) for name in outside for one in (*modules[name].units, *modules[name].imports)]
    text = "".join(path.read_text("utf-8") for path in ROOT.glob("docs/*.md"))
    roots += [(module, name) for module, name in re.findall(r"(trustgen(?:\.\w+)*)\.(\w+)", text)]
    templates = "".join(path.read_text("utf-8") for path in SOURCE.rglob("*.html"))
    roots += [("trustgen.report.words", name) for name in re.findall(r"\bwords\.(\w+)", templates)]
    seen = reached(modules, roots, set(re.findall(r"\.(\w+)", templates)))
    every = {(module, name) for module in modules for name in modules[module].units if name and module not in outside}
    return sorted(place for place in every - seen if not place[1].startswith("__"))


def test_whatever_is_defined_is_reached() -> None:
    assert not unreached(house()), "wire it to a command or a task, or delete it: docs/adr/0017-wire-or-leave.md"


def test_what_is_kept_has_a_reason_and_is_not_reached_without_it() -> None:
    free = unreached(house(), ())
    assert all(place in free and len(why) > 20 for place, why in KEPT.items())


@pytest.mark.parametrize(
    ("plant", "name"),
    [
        ("def planted() -> int:\n    return planted()\n", "planted"),
        ("class Planted:\n    pass\n", "Planted"),
        ("PLANTED = 1\n", "PLANTED"),
        ("class Duplicates:\n    def planted(self) -> None: ...\n", "Duplicates.planted"),
    ],
)
def test_what_is_planted_and_used_by_nothing_is_found(plant: str, name: str) -> None:
    module = "trustgen.audit.checks"
    text = (SOURCE / "trustgen" / "audit" / "checks.py").read_text("utf-8")
    assert unreached(house() | {module: read(module, f"{text}\n{plant}")}) == [*unreached(house()), (module, name)]
