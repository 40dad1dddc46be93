"""What the command line says: the one way to the terminal for words, and for JSON.

Names, texts and errors come from files, servers and models of others: every line is `shown`, so none of them can steer
a terminal. Coloured tables go through `trustgen.report.console`, which does the same.
"""

from __future__ import annotations

from typing import Any

import click


def say(text: object = "", *, err: bool = False, nl: bool = True, bold: bool = False) -> None:
    """Lines on stdout, or on stderr with `err`."""
    from trustgen.core.shown import shown  # late: the help waits for no room but this one

    line = shown(str(text))
    click.echo(click.style(line, bold=True) if bold else line, err=err, nl=nl)


def say_seals(told: tuple[list[str], list[str]], *, err: bool = False) -> None:
    """What was edited in a run since it was sealed, and what of that cannot be told, ahead of what is shown of it."""
    for mark, lines in zip(("FAILED", "note"), told, strict=True):
        for line in lines:
            say(f"{mark}: {line}", err=err, bold=True)


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    from trustgen.core.shown import json_text

    click.echo(json_text(value))


__all__ = ["print_json", "say", "say_seals"]
