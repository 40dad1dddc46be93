"""`trustgen new`."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.util import find_spec
from keyword import iskeyword
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

import click

from trustgen.core import FolderError, InputError

from .options import common
from .saying import print_json, say

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

KINDS = {
    "task": ("tasks", "task:$name"),
    "model": ("models", "model:open_model"),
    "pool": ("pools", "pool:POOL"),
    "judge": ("judges", "judge:made"),
    "mitigation": ("mitigations", "mitigation:$camel"),
}
"""What can be written: the group of its entry point, and what that names in the package."""
USES = {"judge": '\n\n[project.entry-points."trustgen.tasks"]\n$name = "$name.task:$name"'}
"""A second entry point, where there is one: a judge comes with a task that it reads."""
NAMED = "NAME"  # what stands for the name in the paths of templates
TEXT = ".txt"  # the ending that templates have on top of their own


@click.command("new")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("name", metavar="NAME")
@click.option("--in", "folder", type=click.Path(path_type=Path), help="An empty or new folder.  [default: ./NAME]")
@common
def command(kind: str, name: str, folder: Path | None, as_json: bool) -> None:
    """Write a package with a working task, model, pool, judge or mitigation called NAME, and its test.

    Installed with pip, it is listed by `trustgen list` and used like what is built in. Change it from there.
    """
    folder = folder or Path(name)
    _check_name(name)
    _check_folder(folder)
    written = write(kind, name, folder)
    if as_json:
        print_json({"folder": str(folder), "files": written})
        return
    say(f"{folder}: {', '.join(written)}")
    say(f"next: pip install -e {folder}; README.md says how it is used")


def write(kind: str, name: str, folder: Path) -> list[str]:
    """Fill the templates of a kind into a folder; what was written, as paths in it."""
    filling = {
        "name": name,
        "dashed": name.replace("_", "-").strip("-") or name,
        "title": name.replace("_", " ").strip().capitalize() or name,
        "camel": "".join(word.capitalize() for word in name.split("_")) or name,
    }
    group, entry = KINDS[kind]
    filling |= {"kind": kind, "group": group, "entry": Template(entry).substitute(filling)}
    filling["more"] = Template(USES.get(kind, "")).substitute(filling)
    written = []
    for shelf in ("all", kind):
        for path, text in _templates(files("trustgen.cli") / "templates" / shelf):
            place = folder / path.replace(NAMED, name)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(Template(text).substitute(filling), "utf-8")
            written.append(place.relative_to(folder).as_posix())
    return sorted(written)


def _templates(folder: Traversable, at: str = "") -> Iterator[tuple[str, str]]:
    """Path and text of every template in a folder."""
    for one in folder.iterdir():
        if one.is_dir():
            yield from _templates(one, f"{at}{one.name}/")
        elif one.name.endswith(TEXT):
            yield at + one.name.removesuffix(TEXT), one.read_text("utf-8")


def _check_name(name: str) -> None:
    """Raise `InputError` for a name that no package can have, or that something has."""
    from trustgen.core import registry

    if not (name.isidentifier() and name.isascii() and name == name.lower()) or iskeyword(name):
        raise InputError(f"`{name}` cannot name a package: write small letters, digits and _, as river_names")
    if taken := [kind for kind in registry.KINDS if name in registry.names(kind)]:
        raise InputError(f"there is a {taken[0]} `{name}` already: choose another name")
    if find_spec(name) is not None:
        raise InputError(f"there is a Python package `{name}` already: choose another name")


def _check_folder(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderError(f"`{folder}` is not empty: name a new folder with --in")
