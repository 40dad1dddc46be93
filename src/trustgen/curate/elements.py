"""Chemical elements by atomic number: `facts.elements`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from trustgen.core import Record, Source, keyed

from .kin import WRONG, stratum
from .tables import MENDELEEV, table

HEAVY, SYNTHETIC = 37, 87  # the first number past krypton, and past radon: rarer elements, and those that few have seen


@table(
    "facts.elements",
    "chemical elements and their atomic numbers",
    "mendeleev",
    "mendeleev/elements.db",
    "MIT, as the package says; the data are facts",
    MENDELEEV,
)
def elements(source: Source, path: Path) -> Iterator[Record]:
    """Chemical elements and their atomic numbers. The right one may stand anywhere among the wrong ones near it."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as store:
        found = dict(store.execute("SELECT atomic_number, name FROM elements ORDER BY atomic_number").fetchall())
    for number, name in found.items():
        low = number - keyed("", "facts.elements", name).randint(0, WRONG)
        low = min(max(low, 1), max(found) - WRONG)
        wrong = [str(n) for n in range(low, low + WRONG + 1) if n != number]
        yield Record.of(
            "facts.elements",
            source,
            subject=name.lower(),
            relation="atomic_number",
            answer=str(number),
            aliases=[],
            distractors=wrong,
            kind="element",
            core=f"{name.lower()}|atomic_number",
            difficulty=stratum(-number, -HEAVY + 1, -SYNTHETIC + 1),
        )
