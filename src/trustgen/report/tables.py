"""A run as a Markdown table for a comment, as CSV for a spreadsheet or a notebook, and as one JSON document."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from pathlib import Path
from typing import Any

from trustgen.core import OUTCOMES, Estimate, InputError
from trustgen.core.shown import json_text, one_line, shown
from trustgen.store.files import replacing

from .answering import answer
from .sealed import told
from .summary import Findings
from .words import arrow, bounds, counted, interval, joint, missing, number, plural, total

FIELDS = (
    "task",
    "model",
    "simulated",
    "arm",
    "measure",
    "headline",
    "value",
    "low",
    "high",
    "method",
    "direction",
    "target",
    "range_low",
    "range_high",
    "worst",
    "best",
    "lowest",
    "highest",
    "joint_low",
    "joint_high",
    "counted",
    "unit",
    "clusters",
    "planned",
    *(outcome.value for outcome in OUTCOMES),
    "judge",
    "judge_set",
    "judge_rows",
    "sensitivity",
    "specificity",
    "corrected",
    "corrected_low",
    "corrected_high",
    "band_low",
    "band_high",
    "judge_floor",
    "judge_note",
    "weakest_set",
    "weakest_share",
    "weakest_value",
    "human",
    "human_low",
    "human_high",
    "human_agreed",
    "notes",
)
"""Columns of the CSV. Empty stands for "none" (`target`), nan for a value over nothing."""


BAR = r"\|"
"""A bar that ends no cell of a Markdown table, not even within a code span."""


_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # the wide ones too: East Asian spreadsheets take them alike


def write_text(path: Path, text: str) -> Path:
    """Write a file whole or not at all, with nothing in it that could steer a terminal.

    Raises `InputError` for a place that cannot be written.
    """
    try:
        with replacing(path) as temporary:
            temporary.write_text(shown(text), "utf-8", newline="")
    except OSError as error:
        raise InputError(f"cannot write `{path}`: {error.strerror}: choose another place with -o") from error
    return path


# ── JSON ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def document(found: Findings) -> dict[str, Any]:
    """Everything that `--json` says of a run."""
    return {
        "folder": str(found.folder),
        "run": found.manifest,
        "seal": told(found.sealed),
        "answer": answer(found),
        "alarms": found.alarms,
        "health": found.health,
        "estimates": found.estimates,
    }


def write_json(found: Findings, path: Path) -> Path:
    """The document that `--json` prints."""
    return write_text(path, json_text(document(found)) + "\n")


# ── CSV ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def write_csv(found: Findings, path: Path) -> Path:
    """One row for every estimate, all fields."""
    out = io.StringIO()
    rows = csv.DictWriter(out, FIELDS, lineterminator="\n")
    rows.writeheader()
    for e in found.estimates:
        row = _row(found, e)
        rows.writerow({name: cell(value) if isinstance(value, str) else value for name, value in row.items()})
    return write_text(path, out.getvalue())


def cell(text: str) -> str:
    """A cell of CSV that no spreadsheet takes for a formula."""
    begins = text.lstrip()[:1] or text[:1]
    return f"'{text}" if begins in _FORMULA or text[:1] in ("\t", "\r", "\n") else text


def _row(found: Findings, e: Estimate) -> dict[str, Any]:
    row = {name: getattr(e, name) for name in FIELDS if hasattr(e, name)}
    row |= {o.value: e.outcomes.get(o.value, 0) for o in OUTCOMES}
    row |= dict(zip(("lowest", "highest", "joint_low", "joint_high"), (*e.bounds, *e.joint), strict=True))
    row |= {"range_low": e.range[0], "range_high": e.range[1], "direction": e.direction.value}
    row |= {"headline": int(e.headline), "simulated": int(found.simulated(e.model))}
    if error := e.judge_error:
        row |= {"judge_set": error.set, "judge_rows": error.rows}
        row |= {"sensitivity": error.sensitivity[0], "specificity": error.specificity[0]}
        row |= dict(zip(("corrected", "corrected_low", "corrected_high"), error.corrected, strict=True))
        row |= {"band_low": error.band[0], "band_high": error.band[1], "judge_floor": error.floor}
        row |= {"judge_note": error.note}
    if w := e.weakest:
        row |= {"weakest_set": f"{w.set} {w.part}".strip(), "weakest_share": w.share, "weakest_value": w.value[0]}
    if e.human:
        row |= dict(zip(("human", "human_low", "human_high"), e.human.predicted, strict=True))
        row |= {"human_agreed": e.human.agreed}
    return row | {"notes": json.dumps(_plain(e.notes), ensure_ascii=False, allow_nan=False, sort_keys=True)}


def _plain(value: Any) -> Any:
    """JSON has no nan: null stands for it."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


# ── Markdown ────────────────────────────────────────────────────────────────────────────────────────────────────────


def write_markdown(found: Findings, path: Path) -> Path:
    """Headlines as one table, every other measure folded below, and the counts of all cases."""
    run = found.manifest
    seal = f" · seal {code(found.sealed.head)}" if found.sealed.whole else ""
    lines = [
        f"### TrustGen: suite {code(run.suite)}, {found.state}",
        "",
        f"{plural(len(run.models), 'model')}, {plural(len(found.tasks), 'task')} · salt {code(run.salt)} · edition "
        f"{code(run.edition[:8])} · TrustGen {code(run.versions.get('trustgen', '?'))}{seal}",
        "",
    ]
    if found.warning:
        lines += [f"> **{found.state.capitalize()}**: {code(found.warning, 400)}", ""]
    for text in found.alarms:
        lines += [f"> **Failed**: {code(text, 400)}", ""]
    for text in found.remarks:
        lines += [f"> {code(text, 400)}", ""]
    headlines = [e for e in found.estimates if e.headline]
    lines += [*_table(found, headlines), ""]
    lines += [
        f"- {code(task)} on {code(m)}: not applicable, lacks {prose(level)}"
        for (task, m), level in found.manifest.lacking.items()
    ]
    lines += [_cases(found, model) for model in run.models]
    others = [e for e in found.estimates if not e.headline]
    if others:
        summary = f"<details><summary>{plural(len(others), 'other number')}</summary>"
        lines += ["", summary, "", *_table(found, others), "", "</details>"]
    lines += [
        "",
        "Value with its 95 % interval; *with missing*, one that carries every way in which missing cases could have "
        "ended, too; *counted* of what was planned; *bounds*: those ways alone. "
        f"{found.judged[0].upper()}{found.judged[1:]}.",
    ]
    return write_text(path, "\n".join(lines) + "\n")


def _table(found: Findings, estimates: list[Estimate]) -> list[str]:
    head = "| Task | Measure | Model | Value | 95 % interval | With missing | Counted | Bounds | Not scored |"
    rows = [head, "|---|---|---|--:|:-:|:-:|--:|:-:|---|"]
    for e in estimates:
        cells = [
            code(found.title(e.task)),
            f"{code(e.measure)} {arrow(e.direction, e.target)}",
            _model(found, e.model),
            number(e.value, e.range),
            prose(interval(e)),
            joint(e),
            prose(counted(e)),
            bounds(e),
            missing(e.outcomes) or "none",
        ]
        rows.append(f"| {' | '.join(cell.replace('|', BAR) for cell in cells)} |")
    return rows


def _cases(found: Findings, model: str) -> str:
    mine = [counts for (_, uri), counts in found.coverage.items() if uri == model]
    return f"- {_model(found, model)}: {total({o: sum(c[o] for c in mine) for o in OUTCOMES})} cases"


def _model(found: Findings, model: str) -> str:
    return code(model) + (" (SIMULATED)" if found.simulated(model) else "")


def code(text: str, most: int = 120) -> str:
    """Foreign text as a code span that nothing in it can leave."""
    line = one_line(text, most)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    pad = " " if line.startswith("`") or line.endswith("`") or not line else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def prose(text: str) -> str:
    """A text that is ours to write, as it is; one that has signs in it which it should not have, as `code`."""
    return text if re.fullmatch(r"[\w\s.,:;/()\[\]%=+−–-]*", text) and "](" not in text else code(text)
