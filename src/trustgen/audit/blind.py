"""A sheet of an edition for readers who shall see no right answer: filled in, it is what `--labels` reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from trustgen.core import Case, keyed

EACH = 40
"""Records of a task that a sheet holds."""
OTHERS = 3  # wrong answers that stand beside the right one where a case has no options of its own


def rows(cases: Iterable[Case], each: int = EACH) -> Iterator[Mapping[str, Any]]:
    """Rows of a sheet: one case of each record, drawn among its arms, of up to `each` records of every task.

    A row has `case` (the id), `text`, the `options` in their order, and empty `labels` to be filled in with what a
    reader takes for right. What has no right answer, or nothing wrong beside it, is not in it. `cases` come record by
    record, as an edition has them.
    """
    found: Counter[str] = Counter()
    for (task, record), arms in groupby(cases, lambda case: (case.task, case.cluster)):
        held = [(case, options) for case in arms if (options := _options(case))]
        if held and found[task] < each:
            found[task] += 1
            case, options = keyed(record, "sheet").choice(held)
            text = "\n\n".join(f"{turn.role}: {turn.text}" for turn in case.turns)
            yield {"case": case.id, "text": text, "options": options, "labels": []}


def _options(case: Case) -> list[str]:
    """What a reader chooses from; nothing where there is no choice between right and wrong."""
    expect = case.expect
    if not expect.answer or case.play:
        return []
    if expect.options:
        return list(expect.options)
    wrong = list(dict.fromkeys(expect.wrong))[:OTHERS]
    return keyed(case.id, "sheet").sample([expect.answer, *wrong], len(wrong) + 1) if wrong else []
