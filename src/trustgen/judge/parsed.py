"""What the source of a module says, in a form that only a change of meaning changes; remembered between processes.

Comments, docstrings (every string that stands alone as a statement) and blank lines are left out by one scan that knows
strings and brackets. Nothing is compiled and written out again: such a text would differ from one Python to the next.

To parse the judges takes a third of a second, which is long at the start of a command; to read them takes 3 ms. What
is remembered follows from the text and from this file alone, so it is never stale; a cache that is lost, foreign or
cannot be written costs time and nothing else. It lies in `$XDG_CACHE_HOME/trustgen`, by default `~/.cache/trustgen`.
Standard library alone.
"""

from __future__ import annotations

import ast
import atexit
import json
import os
import re
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

MOST = 4 << 20
"""Bytes of the cache; a larger one is begun anew."""

_STRING = (
    r"(?:(?<!\w)[rbfuRBFU]{1,2})?(?:\"\"\"(?:\\.|[^\\])*?\"\"\"|'''(?:\\.|[^\\])*?'''"
    r"|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*')"
)
_PIECE = re.compile(
    rf"(?P<string>{_STRING})|(?P<comment>(?<![ \t])[ \t]*+\#[^\n]*)|(?P<opens>[(\[{{])|(?P<closes>[)\]}}])", re.S
)
_BLANK = re.compile(rf"(?P<string>{_STRING})|(?<![ \t])[ \t]*+\n(?:[ \t\f]*+\n)*+", re.S)
_ENDS = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)")


class Parsed(NamedTuple):
    """A module's plain source, hashed, and what it imports: (dots before the name, source, name there, name here)."""

    plain: str
    imports: tuple[tuple[int, str, str, str], ...]


def hashed(text: str) -> str:
    """A hash of a text, 32 hex digits."""
    return blake2b(text.encode(), digest_size=16).hexdigest()


@cache
def plain(source: str) -> str:
    """Source text without its comments, docstrings, blank lines and trailing blanks; other strings stay as they are."""
    depth = 0

    def told(piece: re.Match[str]) -> str:
        nonlocal depth
        if piece["comment"]:
            return ""
        depth += bool(piece["opens"]) - bool(piece["closes"])
        if not piece["string"] or depth or not _ENDS.match(source, piece.end()):
            return piece[0]
        line = source.rfind("\n", 0, piece.start()) + 1
        continued = source[max(0, line - 2) : line] == "\\\n"
        return piece[0] if continued or source[line : piece.start()].strip() else ""

    return _BLANK.sub(lambda piece: piece["string"] or "\n", _PIECE.sub(told, source)).strip()


@cache
def parsed(text: str) -> Parsed:
    """What a module's source says, parsed at most once a machine."""
    name = hashed(text)
    if (found := _remembered().get(name)) is None:
        found = _remembered()[name] = Parsed(hashed(plain(text)), tuple(_imports(text)))
        _new.append(name)
        if len(_new) == 1:
            atexit.register(_keep)
    return found


def _imports(text: str) -> list[tuple[int, str, str, str]]:
    found: list[tuple[int, str, str, str]] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found += ((0, one.name, "", one.name) for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            found += ((node.level, node.module or "", one.name, one.asname or one.name) for one in node.names)
    return found


_new: list[str] = []


def _place() -> Path:
    """Where the cache lies; its name tells what reads the text, so that another reader begins another."""
    reader = hashed(Path(__file__).read_text("utf-8"))
    root = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    return Path(root) / "trustgen" / f"sources-{reader[:16]}.json"


@cache
def _remembered() -> dict[str, Parsed]:
    try:
        with _place().open("rb") as file:
            body = file.read(MOST + 1)
        told = json.loads(body) if len(body) <= MOST else {}
        return {name: Parsed(str(plain), tuple(map(_sound, imports))) for name, (plain, imports) in told.items()}
    except (OSError, RuntimeError, ValueError, TypeError, AttributeError, RecursionError):  # none, not ours, no home
        return {}


def _sound(told: list[object]) -> tuple[int, str, str, str]:
    level, source, name, here = told
    if not isinstance(level, int):
        raise ValueError("no import of ours")
    return level, str(source), str(name), str(here)


def _keep() -> None:
    """Write the cache, whole or not at all."""
    try:
        place = _place()
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = place.with_name(f".{place.name}.{os.getpid()}")
        temporary.write_text(json.dumps(_remembered()), "utf-8")
        temporary.replace(place)
    except (OSError, RuntimeError):
        return


__all__ = ["Parsed", "hashed", "parsed", "plain"]
