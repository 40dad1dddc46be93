"""`trustgen check`."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from textwrap import fill
from types import ModuleType
from typing import TYPE_CHECKING, Any

import click

from trustgen.core import InputError, TaskFactory, TrustGenError

from .options import common
from .saying import print_json, say

if TYPE_CHECKING:
    from trustgen.testing import Finding

WIDTH = 80


@click.command("check")
@click.argument("task", metavar="TASK")
@click.option("--n", type=click.IntRange(min=1), help="Records to try it on.  [default: as the task says]")
@common
def command(task: str, n: int | None, as_json: bool) -> None:
    """Hold TASK to the contract that every task keeps: no model is asked, and it takes seconds.

    TASK is the id of an installed task, PACKAGE.MODULE:NAME, or the .py file of one that is not installed yet, whose
    code is run. Models whose answers are known are put to it: the perfect one must come out best, the worst one worst,
    the mute one as nothing, and a refusal as no right answer. Exit 1 where a law does not hold.
    """
    from trustgen.testing import contract

    found = [(made, contract(made, n)) for made in tasks_of(task)]
    ok = all(one.ok for _, findings in found for one in findings)
    if as_json:
        print_json({"ok": ok, "tasks": [_told(made, findings) for made, findings in found]})
    else:
        for made, findings in found:
            _print(made, findings)
    raise SystemExit(int(not ok))


def tasks_of(what: str) -> list[TaskFactory]:
    """The task of an id or of `package.module:name`, or all that a file defines. Raises `InputError` where none is."""
    from trustgen.core.registry import load

    if what.endswith(".py"):
        module = _module(Path(what).resolve())
        found = [one for one in vars(module).values() if _is_task(one) and one.__module__ == module.__name__]
        if not found:
            raise InputError(f"`{what}` defines no task: a function with @task(version=…) above it is one")
        return found
    package, colon, name = what.partition(":")
    made: Any = getattr(_imported(package), name, None) if colon else load("task", what)
    if not _is_task(made):
        raise InputError(f"`{what}` is no task: a function with @task(version=…) above it is one")
    return [made]


def _is_task(thing: Any) -> bool:
    return isinstance(thing, TaskFactory)


def _module(path: Path) -> ModuleType:
    """The module that a file is, in the package that its folder is, with or without an `__init__.py`."""
    if not path.is_file():
        raise InputError(f"`{path}` is no file: name the .py file that defines the task")
    root, names = path.parent.parent, [path.parent.name, path.stem]
    while (path.parent / "__init__.py").is_file() and (root / "__init__.py").is_file():
        root, names = root.parent, [root.name, *names]
    if spoilt := [name for name in names if not name.isidentifier()]:
        raise InputError(f"`{path}`: `{spoilt[0]}` cannot be a Python name; rename it, with _ for every other sign")
    sys.path.append(str(root))
    module = _imported(".".join(names))
    if Path(module.__file__ or "").resolve() != path:
        raise InputError(f"`{'.'.join(names)}` is {module.__file__} here, and not `{path}`: rename the folder")
    return module


def _imported(name: str) -> ModuleType:
    try:
        return import_module(name)
    except TrustGenError:
        raise
    except Exception as error:  # whatever its code raises
        raise InputError(f"`{name}` does not import: {type(error).__name__}: {error}") from error


def _told(made: TaskFactory, findings: list[Finding]) -> dict[str, Any]:
    return {
        "task": made.id,
        "version": made.version,
        "laws": [{"law": one.law, "ok": one.ok, "fault": one.fault, "mend": one.mend} for one in findings],
    }


def _print(made: TaskFactory, findings: list[Finding]) -> None:
    broken = sum(not one.ok for one in findings)
    held = f"{broken} of {len(findings)} laws broken" if broken else f"all {len(findings)} laws hold"
    say(f"{made.id} {made.version}: {held}")
    for one in findings:
        line = f"✓ {one.law}" if one.ok else f"✗ {one.law}: {' '.join(one.fault.split())}; {one.mend}"
        say(fill(line, WIDTH, initial_indent="  ", subsequent_indent="      "))
