"""What a notebook shows: a plain table within the page, without script, style sheet or anything from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from trustgen.core import Estimate
from trustgen.core.shown import one_line
from trustgen.report.words import arrow, counted, interval, missing, number

MOST = 200
"""Rows of a table that a notebook shows."""

HEADS = ("task", "measure", "model", "value", "95 % interval", "counted", "not scored")


def rows_of(estimates: Iterable[Estimate]) -> tuple[Sequence[str], list[Sequence[str]]]:
    """The heads and the rows of a table of estimates."""
    return HEADS, [
        (
            e.task,
            f"{e.measure} {arrow(e.direction, e.target)}",
            e.model,
            number(e.value, e.range),
            interval(e),
            counted(e),
            missing(e.outcomes) or "none",
        )
        for e in estimates
    ]


def page(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], notes: Iterable[str] = ()) -> str:
    """A titled table as HTML; every text is foreign, and shown as such."""
    head = "".join(f'<th scope="col">{_cell(text)}</th>' for text in heads)
    body = "".join(f"<tr>{''.join(f'<td>{_cell(text)}</td>' for text in row)}</tr>" for row in rows[:MOST])
    more = [f"{len(rows) - MOST:,} more rows"] if len(rows) > MOST else []
    told = "".join(f"<p>{_cell(text)}</p>" for text in [*notes, *more])
    caption = f"<caption>{_cell(title)}</caption>"
    return f"<div><table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{told}</div>"


def _cell(text: str) -> str:
    return escape(one_line(text, 300))
