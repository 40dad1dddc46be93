"""`trustgen audit`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import common
from .saying import print_json, say

if TYPE_CHECKING:
    from trustgen.audit.audited import AuditCard

SIGNS = {True: ("pass", "green"), False: ("FAIL", "bold red"), None: ("–", "dim")}


@click.command("audit")
@click.argument("edition", type=click.Path(path_type=Path))
@click.option(
    "--reference",
    type=click.Path(path_type=Path),
    help="Texts to compare with: a .txt (one a line), a .jsonl with `text`, or another edition.",
)
@click.option("--published", is_flag=True, help="Models may have read the reference: what is shared is contamination.")
@click.option(
    "--labels",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Labels of cases by readers, a .jsonl; repeat for several readers.",
)
@click.option(
    "--sheet",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write 40 cases a task without their answers, for readers to label; audit nothing.",
)
@click.option("--thresholds", type=click.Path(path_type=Path), help="A .toml of thresholds in the place of ours.")
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the card as JSON as well.")
@common
def command(
    edition: Path,
    reference: Path | None,
    published: bool,
    labels: tuple[Path, ...],
    sheet: Path | None,
    thresholds: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Audit EDITION: does anything give its cases away as generated, repeated, unbalanced or contaminated?

    Every figure stands beside its threshold; exit code 1 when one fails. No model is asked, and the edition stays as it
    is.
    """
    from trustgen.audit.audited import audit_edition
    from trustgen.audit.outside import Reference
    from trustgen.audit.thresholds import Thresholds
    from trustgen.core import InputError
    from trustgen.core.shown import escaped
    from trustgen.report.tables import write_text
    from trustgen.store.files import as_json as sorted_json

    if sheet:
        if reference or published or labels or thresholds or out:
            raise InputError("--sheet audits nothing: leave the other options to the audit itself")
        count = _write_sheet(edition, sheet)
        if as_json:
            print_json({"sheet": str(sheet), "cases": count})
        else:
            say(f"{count} cases to read: fill in `labels`, then `trustgen audit {edition} --labels {sheet}`")
        return
    if published and not reference:
        raise InputError("--published says something of a reference: add --reference FILE")
    if out and out.resolve().is_relative_to(edition.resolve()):
        raise InputError(f"-o {out} lies in the edition, which is frozen: write the card elsewhere")
    if out and not out.resolve().parent.is_dir():
        raise InputError(f"-o {out}: there is no folder `{out.parent}`")
    card = audit_edition(
        edition,
        reference=Reference(reference, published) if reference else None,
        labels=labels,
        thresholds=Thresholds.read(thresholds),
        progress=lambda step: say(f"{step} …", err=True) if not as_json else None,
    )
    if out:
        write_text(out, escaped(sorted_json(card).decode()))
    if as_json:
        print_json(card)
    else:
        _print(card, edition)
    raise SystemExit(int(not card.passed))


def _write_sheet(edition: Path, sheet: Path) -> int:
    """Write cases for readers, who fill in `labels` and hand the file to `--labels`; how many there are."""
    from trustgen.audit.blind import rows
    from trustgen.core import InputError
    from trustgen.report.tables import write_text
    from trustgen.store import Edition

    opened = Edition.open(edition)
    if sheet.resolve().is_relative_to(edition.resolve()):
        raise InputError(f"--sheet {sheet} lies in the edition, which is frozen: write it elsewhere")
    found = list(rows(opened.cases()))
    if not found:
        raise InputError(f"--sheet: no case of `{edition}` has a right answer among others")
    write_text(sheet, "".join(f"{json.dumps(row)}\n" for row in found))
    return len(found)


def _print(card: AuditCard, folder: Path) -> None:
    """The card as tables, one a section; in a pipe the same without colour."""
    from rich.table import Table
    from rich.text import Text

    from trustgen.report.console import console as made

    console = made()
    console.print(f"edition {card.edition}  {folder}", soft_wrap=True)
    known = card.thresholds["figures"]
    for section, figures in card.sections().items():
        size = card.tasks.get(section)
        title = f"{section}: {size['cases']} cases of {size['records']} records" if size else section
        table = Table(title=Text(title, "bold"), title_justify="left", box=None, padding=(0, 2, 0, 0))
        table.add_column("figure", no_wrap=True)
        table.add_column("value", justify="right", no_wrap=True)
        table.add_column("threshold", no_wrap=True)
        table.add_column("", no_wrap=True)
        table.add_column("")
        for name, figure in figures.items():
            sign, style = SIGNS[figure["passed"]]
            note = Text(figure.get("note", ""), "dim")
            table.add_row(name, _value(figure), _threshold(figure), Text(sign, style), note)
        console.print()
        console.print(table)
    _print_readers(console, card.labels.get("by_task", {}))
    _print_ledger(console, card)
    console.print(Text("what the figures are", "bold"))
    for name in dict.fromkeys(name for figures in card.sections().values() for name in figures):
        console.print(Text(f"  {name}: {known[name]['means']}", "dim"))
    console.print()
    for line in card.not_measured:
        console.print(Text(f"not measured: {line}"), soft_wrap=True)
    for failure in card.failed:
        section, _, missed = failure.rpartition(": ")
        task = section.removesuffix(" against the reference")
        broken = card.thresholds["tasks"].get(task, {}).get(missed) or known[missed]
        console.print(Text(f"failed: {failure}. {broken['reason']}", "red"), soft_wrap=True)
    if card.passed:
        console.print("passed: every threshold holds", style="green")


def _print_readers(console: Any, by_task: dict[str, Any]) -> None:
    """How often each reader says the right answer, and all say the same, by task."""
    for task, read in by_task.items():
        said = " and ".join("–" if share is None else f"{share:.2f}" for share in read["met"])
        alike = "" if read["alike"] is None else f", {read['alike']:.2f} with one another"
        console.print(
            f"  {task}: {read['items']} cases read; {said} agree with the right answers{alike}", soft_wrap=True
        )


def _print_ledger(console: Any, card: AuditCard) -> None:
    """What fell out, and why: the five most frequent reasons of each stage."""
    from rich.text import Text

    console.print()
    for task, read in card.ledger.items():
        console.print(Text(f"{task}: {read['accepted']} of {read['made']} cases accepted, {read['mended']} mended"))
        for kind, title in (("lost", ""), ("without_loss", ", no case lost")):
            for stage, counted in read[kind].items():
                for reason, count in list(counted.items())[:5]:
                    console.print(Text(f"  {count:>6}  {stage}{title}: {reason}"), soft_wrap=True)
    console.print()


def _value(figure: dict[str, Any]) -> str:
    if figure["value"] is None:
        return "not measured"
    limits = f" [{figure['low']:.3g}, {figure['high']:.3g}]" if figure.get("low") is not None else ""
    value = figure["value"]
    return f"{value:,.0f}" if value >= 1_000 else f"{value:.3g}{limits}"


def _threshold(figure: dict[str, Any]) -> str:
    ends = [f"{sign} {figure[side]:g}" for side, sign in (("min", "≥"), ("max", "≤")) if side in figure]
    return ", ".join(ends) or "–"
