"""What the command line says: the one way to the terminal for words, and for JSON.

Names, texts and errors come from files, servers and models of others: every line is `shown`, so none of them can steer
a terminal. Coloured tables go through `trustgen.report.console`, which does the same.
"""

from __future__ import annotations

from typing import Any

import click

from trustgen.core.shown import json_text, shown


def say(text: object = "", *, err: bool = False, nl: bool = True, bold: bool = False) -> None:
    """Lines on stdout, or on stderr with `err`."""
    line = shown(str(text))
    click.echo(click.style(line, bold=True) if bold else line, err=err, nl=nl)


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    click.echo(json_text(value))


__all__ = ["print_json", "say"]
