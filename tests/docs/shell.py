"""The shell lines of the documents: where they stand, and what they become where there is no network and no key."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click

from trustgen.cli.app import app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")] + sorted(ROOT.glob("docs/*.md"))
TEMPLATES = sorted((ROOT / "src/trustgen/cli/templates").glob("*/README.md.txt"))
_LINE = re.compile(r"^\s*(?:\$ )?(?:\.venv/bin/)?(?=(?:trustgen|make|python|pip) )")
_REMARK = re.compile(r"\s+# .*")


class Line(NamedTuple):
    """One command of a page, in words."""

    page: str
    number: int
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page}:{self.number}: {shlex.join(self.words)}"


def lines(path: Path) -> Iterator[Line]:
    """The commands in the indented and fenced blocks of a page; what a shell would start one after the other."""
    fenced, whole, began = False, "", 0
    for number, text in enumerate(path.read_text("utf-8").splitlines(), 1):
        fenced ^= text.startswith("```")
        if not whole and not (_LINE.match(text) and (fenced or text.startswith("    "))):
            continue
        began = began if whole else number
        whole += _LINE.sub("", _REMARK.sub("", text)).strip()
        if whole.endswith("\\"):
            whole = whole[:-1]
            continue
        yield from (Line(path.name, began, tuple(shlex.split(part))) for part in whole.split("&&"))
        whole = ""


def every(name: str) -> list[Line]:
    """All commands of the documents that start one program."""
    return [line for path in (*PAGES, *TEMPLATES) for line in lines(path) if line.words[0] == name]


def inline(path: Path) -> Iterator[str]:
    """The commands that stand within a sentence."""
    text = re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    yield from (found.removeprefix(".venv/bin/") for found in re.findall(r"`((?:\.venv/bin/)?trustgen [^`]+)`", text))


def parsed(words: tuple[str, ...]) -> click.Context:
    """What the command line makes of the words, nothing run. Raises `click.UsageError` where it knows one not."""
    command, context, rest = app, click.Context(app, info_name="trustgen"), list(words)
    while isinstance(command, click.Group):
        if not rest or (found := command.get_command(context, rest[0])) is None:
            raise click.UsageError(f"no such command: {rest[:1]}")
        if isinstance(found, click.Group):
            context = click.Context(found, info_name=rest[0], parent=context)
        command, rest = found, rest[1:]
    return command.make_context(context.info_name, rest, parent=context)
