"""Estimates, verdicts and cases as Arrow tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from trustgen.core import OUTCOMES, Estimate, Expect, Turn
from trustgen.core.folding import case_harm
from trustgen.report.cases import class_of
from trustgen.report.cases_read import Names, Rows, read_rows
from trustgen.stats.grades import SCORED
from trustgen.stats.measure import RIGHT
from trustgen.store import Edition, Looked
from trustgen.store.columns import Coded, Index, codes_of, ids_of
from trustgen.store.parquet import listed

PLAIN = ("task", "model", "arm", "measure", "headline", "value", "low", "high", "method", "worst", "best")
LIMITS = (("range", "range_low", "range_high"), ("bounds", "lowest", "highest"), ("joint", "joint_low", "joint_high"))
COUNTS = ("counted", "planned", "unit", "clusters", "judge")

_turns = msgspec.json.Decoder(tuple[Turn, ...]).decode
_expect = msgspec.json.Decoder(Expect).decode
_tags = msgspec.json.Decoder(dict[str, str]).decode


def estimate_table(estimates: Sequence[Estimate]) -> Any:
    """A row an estimate: its value with all limits, its denominator, and how its cases ended."""
    import pyarrow as pa

    text, number, count = pa.string(), pa.float64(), pa.int64()
    kinds = dict.fromkeys(("task", "model", "arm", "measure", "method", "unit", "judge"), text)
    kinds |= dict.fromkeys(("value", "low", "high", "worst", "best"), number) | {"headline": pa.bool_()}
    kinds |= dict.fromkeys(("counted", "planned", "clusters"), count)
    columns = {name: pa.array([getattr(e, name) for e in estimates], kinds[name]) for name in (*PLAIN, *COUNTS)}
    columns["direction"] = pa.array([e.direction.value for e in estimates], text)
    for field, *ends in LIMITS:
        columns |= {name: pa.array([getattr(e, field)[at] for e in estimates], number) for at, name in enumerate(ends)}
    columns |= {o.value: pa.array([e.outcomes.get(o.value, 0) for e in estimates], count) for o in OUTCOMES}
    return pa.table(columns)


def case_table(folder: Path, *, unfold: bool = False) -> Any:
    """A row a verdict, planned cases that were never asked among them; folded texts are null."""
    import pyarrow as pa

    rows = read_rows(folder)
    cases, case = rows.cases, rows.case
    merit = rows.merit
    closed = np.zeros(len(cases.ids), np.bool_)
    if not unfold:
        held = [entry.id for entry in rows.edition.manifest.tasks if class_of(entry)]
        closed = cases.task.among(*held) | (cases.tag("hazard").codes > 0)
    asked = np.asarray([*_asked(rows.edition)], object)[cases.place]
    asked[closed] = None
    said = _said(rows)
    said[closed[case]] = None
    scored = rows.outcome == SCORED
    columns = {
        "case": pa.array([i.decode() for i in cases.ids]).take(pa.array(case)),
        "task": _coded(cases.task, case),
        "arm": _coded(cases.arm, case),
        "difficulty": _coded(cases.difficulty, case),
        "model": pa.DictionaryArray.from_arrays(pa.array(rows.model), list(rows.manifest.models)),
        "outcome": pa.DictionaryArray.from_arrays(pa.array(rows.outcome), [o.value for o in OUTCOMES]),
        "score": pa.array(rows.score, mask=~scored),
        "label": pa.DictionaryArray.from_arrays(pa.array(rows.label.codes), list(rows.label.names) or [""]),
        "right": pa.array(merit >= RIGHT, mask=np.isnan(merit)),
        "said_sure": pa.array(rows.sure, mask=np.isnan(rows.sure)),
        "asked": pa.array(asked, pa.string()).take(pa.array(case)),
        "reply": pa.array(said, pa.string()),
    }
    return pa.table(columns)


def edition_table(edition: Edition, *, unfold: bool = False) -> Any:
    """A row a case; folded texts are null."""
    import pyarrow as pa

    names = ("id", "task", "arm", "cluster", "tags", "turns", "expect", "block")
    columns: dict[str, list[Any]] = {name: [] for name in names}
    for batch in edition.case_columns(*names):
        for name, values in zip(names, batch, strict=True):
            columns[name] += values
    classes = {entry.id: class_of(entry) for entry in edition.manifest.tasks}
    closed = [
        not unfold and bool(case_harm(classes[task], _tags(tags)))
        for task, tags in zip(columns["task"], columns["tags"], strict=True)
    ]
    asked, expected = columns.pop("turns"), columns.pop("expect")
    columns["asked"] = [None if shut else _words(text) for text, shut in zip(asked, closed, strict=True)]
    columns["expected"] = [
        None if shut else _expect(text).best_reply for text, shut in zip(expected, closed, strict=True)
    ]
    columns["case"], columns["record"] = columns.pop("id"), columns.pop("cluster")
    order = ("case", "task", "arm", "record", "block", "tags", "asked", "expected")
    return pa.table({name: pa.array(columns[name], pa.string()) for name in order})


def _coded(column: Names, case: Any) -> Any:
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(column.codes[case]), list(column.names) or [""])


def _words(turns: str) -> str:
    """What is asked, turn by turn."""
    return "\n\n".join(turn.text for turn in _turns(turns))


def _asked(edition: Edition) -> Iterable[str]:
    for (turns,) in edition.case_arrays("turns"):
        yield from map(_words, listed(turns))


def _said(rows: Rows) -> Any:
    """The last reply of every row, None where there is none."""
    found = np.full((len(rows.manifest.models), len(rows.cases.ids)), None, object)
    index = Index(rows.cases.ids)
    for case, model, text in Looked(rows.run).responses(("case_id", "model", "text")):
        named = Coded()
        named.add(model)
        models = codes_of(named.names, rows.manifest.models)[named.codes]
        at = index.find(ids_of(case))
        ours = (at >= 0) & (models >= 0)
        found[models[ours], at[ours]] = np.asarray(listed(text), object)[ours]
    return found[rows.model, rows.case]
