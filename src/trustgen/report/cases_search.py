"""Where a text occurs in what was asked and in what was said, whatever its case."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import numpy as np

from trustgen.core import Response, Turn
from trustgen.store import Looked
from trustgen.store.columns import Coded, Index, codes_of, ids_of

from .cases_read import Mask, Rows

_turns = msgspec.json.Decoder(tuple[Turn, ...]).decode
_response = msgspec.json.Decoder(Response).decode


def holding(rows: Rows, text: str) -> Mask:
    """The rows in whose question or replies a text stands; thoughts are not looked through."""
    asked = _asked(rows, text)
    found: Mask = asked[rows.cases.place[rows.case]]
    said = np.zeros((len(rows.manifest.models), len(rows.cases.ids)), np.bool_)
    index = Index(rows.cases.ids)
    talks = any(entry.calls > entry.planned for entry in rows.edition.manifest.tasks)  # cases of several replies
    for case, model, last, *more in Looked(rows.run).responses(("case_id", "model", "text", *(("response",) * talks))):
        hits = _in_replies(text, last, more[0]) if more else _matches(last, text)
        names = Coded()
        names.add(model)
        models = codes_of(names.names, rows.manifest.models)[names.codes][hits]
        at = index.find(ids_of(case)[hits])
        ours = (at >= 0) & (models >= 0)
        said[models[ours], at[ours]] = True
    return found | said[rows.model, rows.case]


def _asked(rows: Rows, text: str) -> Mask:
    parts = [np.zeros(0, np.bool_)]
    for (turns,) in rows.edition.case_arrays("turns"):
        maybe = _matches(turns, _in_json(text))
        sought = _sought(text)
        for at in np.flatnonzero(maybe):
            maybe[at] = any(sought.search(turn.text) for turn in _turns(turns[int(at)].as_py()))
        parts.append(maybe)
    return np.concatenate(parts)


def _in_replies(text: str, last: Any, body: Any) -> Any:
    """The rows where it stands in the last reply, or in an earlier one of a conversation."""
    hits = _matches(last, text)
    more, sought = _matches(body, _in_json(text)) & ~hits & _matches(body, '},{"text":'), _sought(text)
    for at in np.flatnonzero(more):
        hits[at] = any(sought.search(reply.text) for reply in _response(body[int(at)].as_py()).replies)
    return hits


def _sought(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text), re.IGNORECASE)


def _in_json(text: str) -> str:
    return msgspec.json.encode(text).decode()[1:-1]


def _matches(column: Any, text: str) -> Any:
    import pyarrow.compute as pc

    plain = hasattr(column, "dictionary")
    found = pc.match_substring(column.dictionary if plain else column, text, ignore_case=True)
    found = found.to_numpy(zero_copy_only=False)
    return found[column.indices.to_numpy(zero_copy_only=False)] if plain else found.copy()
