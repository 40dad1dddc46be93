"""The rows of a run to look through: by column, and some of them whole. Sealed tables and a journal read alike."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any

import msgspec
import numpy as np

from trustgen.core import Response, Verdict

from .columns import ids_of
from .journal import verdict_of, verdict_row
from .runs import RESPONSES, VERDICTS, RunFolder, response_row
from .tables import arrow_batches, schema, taken

BATCH = 4_096
_response = msgspec.json.Decoder(Response)
Who = tuple[str, str]
"""A case and a model."""


class Looked:
    """The rows of one run. Of a run under way, those that were stored when they are read."""

    def __init__(self, run: RunFolder) -> None:
        self._run = run
        self._verdicts, self._responses = (run.folder / f"{name}.parquet" for name in ("verdicts", "responses"))

    def verdicts(self, names: Sequence[str]) -> Iterator[list[Any]]:
        """Some columns of the verdicts, as Arrow arrays."""
        with self._run.journaled() as journal:
            if journal:
                yield from _arrow(map(verdict_row, journal.verdicts()), VERDICTS, names)
            elif self._any(self._verdicts):
                yield from arrow_batches(self._verdicts, VERDICTS, names)

    def responses(self, names: Sequence[str]) -> Iterator[list[Any]]:
        """Some columns of the responses."""
        with self._run.journaled() as journal:
            if journal:
                yield from _arrow(map(response_row, journal.responses()), RESPONSES, names)
            elif self._any(self._responses):
                yield from arrow_batches(self._responses, RESPONSES, names)

    def _any(self, table: Any) -> bool:
        """A run that was killed before its first row has neither journal nor table."""
        return self._run.manifest().status != "running" or table.exists()

    def whole(self, wanted: Collection[Who], judges: Collection[str]) -> dict[Who, tuple[Verdict, Response | None]]:
        """The verdicts of some cases and models by one of the judges, each with its response."""
        cases = np.asarray([case for case, _ in wanted], "S32")
        verdicts: dict[Who, Verdict] = {}
        with self._run.journaled() as journal:
            if journal:
                for v in journal.verdicts():
                    if (v.case, v.model) in wanted and v.judge in judges:
                        verdicts[v.case, v.model] = v
                return {who: (v, journal.find(v.response)) for who, v in verdicts.items()}
        if not self._any(self._verdicts):
            return {}
        places = _places((columns[0] for columns in self.verdicts(("case_id",))), cases)
        for row in taken(self._verdicts, VERDICTS, [name for name, _ in VERDICTS], places).values():
            v = verdict_of(row)
            if (v.case, v.model) in wanted and v.judge in judges:
                verdicts[v.case, v.model] = v
        keys = np.asarray([v.response for v in verdicts.values()], "S32")
        places = _places((columns[0] for columns in self.responses(("key",))), keys)
        bodies = taken(self._responses, RESPONSES, ("key", "response"), places).values()
        found = {key: _response.decode(body) for key, body in bodies}
        return {who: (v, found.get(v.response)) for who, v in verdicts.items()}


def _places(columns: Iterator[Any], sought: Any) -> list[int]:
    """The numbers of the rows whose id is one of those that are sought."""
    found, at = [], 0
    for column in columns:
        found += (np.flatnonzero(np.isin(ids_of(column), sought)) + at).tolist()
        at += len(column)
    return found


def _arrow(source: Iterator[tuple[Any, ...]], table: Any, names: Sequence[str]) -> Iterator[list[Any]]:
    """Rows as Arrow columns, as a sealed table would give them."""
    import pyarrow as pa

    encode = msgspec.json.Encoder().encode
    order = [name for name, _ in table]
    kinds = dict(table)
    while rows := list(islice(source, BATCH)):
        columns = dict(zip(order, zip(*rows, strict=True), strict=True))
        made = []
        for name in names:
            values = [encode(v).decode() for v in columns[name]] if kinds[name] == "json" else list(columns[name])
            made.append(pa.array(values, schema([(name, kinds[name])])[0].type))
        yield made


__all__ = ["Looked", "Who"]
