"""The answer and the matrix of tasks and models in the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size

from trustgen.core.shown import flat, one_line

from .answering import MARKS, Answer, Row, matrix, named
from .screen import Screen
from .summary import Findings

TITLE = 22
"""Cells that a task's name may take before it is cut."""
CHANCE = "guess"


def print_answer(out: Screen, found: Findings, its: Answer) -> None:
    """The sentence, what it rests on, and the matrix, in as many blocks of models as the width asks for."""
    out.line()
    out.line((its.sentence, "bold"))
    for text in its.notes:
        out.line(text)
    rows, models = list(matrix(found, its)), found.manifest.models
    name = min(max(cell_len(_name(row)) for row in rows), TITLE)
    width = max(cell_len(row.cells[m].text) for row in rows for m in models)
    short = all(cell_len(flat(model)) <= width for model in models)
    keys = {model: flat(model) if short else f"m{i}" for i, model in enumerate(models, 1)}
    chance = any(row.chance for row in rows)
    head = name + (2 + len(CHANCE) if chance else 0)
    many = max((out.width - head) // (width + 2), 1)
    if len(models) > 1 and not short:
        out.line()
        for model in models:
            out.line((f"{keys[model]:<4}", "bold"), named(found, model))
    for start in range(0, len(models), many):
        out.line()
        _block(out, rows, {m: keys[m] for m in models[start : start + many]}, (name, width), chance=chance)
    for text in legend(rows, its, models):
        out.line(text, style="dim")


def _block(out: Screen, rows: Sequence[Row], keys: dict[str, str], widths: tuple[int, int], *, chance: bool) -> None:
    name, width = widths
    heads = [f"  {set_cell_size(key, width)}" for key in keys.values()]
    guess = f"  {CHANCE:>{len(CHANCE)}}" if chance else ""
    out.line(" " * name + guess + "".join(heads), style="dim")
    for row in rows:
        cells = "".join(f"  {set_cell_size(row.cells[model].text, width)}" for model in keys)
        told = f"  {row.chance or '–':>{len(CHANCE)}}" if chance else ""
        title = _name(row)
        short = title if cell_len(title) <= name else f"{one_line(row.title, name - 3)} {row.arrow}"
        out.line((set_cell_size(short, name), ""), (told, "dim"), cells)


def _name(row: Row) -> str:
    return f"{row.title} {row.arrow}".strip()


def legend(rows: Sequence[Row], its: Answer, models: Sequence[str]) -> Iterator[str]:
    """What the signs in the matrix mean, as far as they stand there."""
    cells = [row.cells[m] for row in rows for m in models]
    said = "[low, high]: 95 % interval"
    if any(row.chance for row in rows):
        said += f"; {CHANCE}: what a guesser gets"
    if any(cell.lost for cell in cells):
        said += "; N %?: share of the planned cases without a score"
    if any(cell.few for cell in cells):
        said += "; n N: the value is over so few"
    yield f"{said}."
    if its.base:
        words = {"better": "shown to be better", "worse": "shown to be worse"}
        there = {v.verdict for of in its.marks.values() for v in of.values()}
        shown = [f"{sign} {words.get(verdict, verdict)}" for verdict, sign in MARKS.items() if verdict in there]
        if shown:
            yield f"{', '.join(shown)}, than {one_line(its.base, 60)} on the cases that both have."
