"""`trustgen review`."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from getpass import getuser
from math import isnan
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

import click

from trustgen.core import FolderError, InputError
from trustgen.core.plain import open_text

from .options import common
from .saying import print_json, say

if TYPE_CHECKING:
    from trustgen.core import Estimate
    from trustgen.run.review import Pick, Reading, ReviewPlan

KEYS = "?  help     u  undo the last     q  stop"
HELP = """Type the key in brackets, or the label itself, and Enter. You see the
request and the reply and nothing else: not which model it was, not what a judge
said, not what others labelled. Another person reads the same replies. Where you
two contradict each other a third is asked, and the reply stays flagged: no label
is outvoted or averaged. Label what the reply says, not what it may have meant.
`unclear` is a good answer where you cannot tell.
  u  withdraws your last label, and shows that reply again
  r  shows what the record says is right, where it says so
  x  unfolds a reply that may be unpleasant
  q  stops; every label so far is on disk"""
COLUMNS = ("response", "task", "request", "reply", "record", "question", "allowed", "label")


@click.command("review")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--task", default="", metavar="T", help="Only replies to this task.")
@click.option("--model", default="", metavar="URI", help="Only replies of this model.")
@click.option("--n", type=int, help="How many replies to pick; more extends earlier picks.  [default: 60]")
@click.option("--labeller", default="", metavar="NAME", help="Who labels.  [default: your login name]")
@click.option("--export", type=click.Path(path_type=Path), metavar="FILE.csv", help="Write a blank sheet to fill in.")
@click.option(
    "--import", "sheet", type=click.Path(path_type=Path), metavar="FILE.csv", help="Read a sheet that was filled in."
)
@click.option("--status", "only_status", is_flag=True, help="Say how far the labelling is.")
@click.option("--apply", "only_apply", is_flag=True, help="Make the estimates anew with the labels.")
@common
def command(
    run: Path,
    task: str,
    model: str,
    n: int | None,
    labeller: str,
    export: Path | None,
    sheet: Path | None,
    only_status: bool,
    only_apply: bool,
    as_json: bool,
) -> None:
    """Label replies of RUN by hand: picked where the judge is in doubt, blind, and each by two people."""
    from trustgen.run.review import labelling

    asked = [name for name, on in _modes(export, sheet, only_status, only_apply) if on]
    if len(asked) > 1:
        raise InputError(f"{' and '.join(asked)} are different things: do one at a time")
    if sheet is not None and not labeller:
        raise InputError("--import needs to know who filled the sheet in: add --labeller NAME")
    if only_apply:
        _apply(run, as_json)
        return
    plan = _plan(run, task, model, n, only_status or sheet is not None)
    picks = [p for p in plan.picks if task in ("", p.task) and model in ("", p.model)]
    if sheet is not None:
        with labelling(run):
            _import(run, picks, sheet, labeller, as_json)
    elif export is not None:
        _export(run, plan, picks, export, labeller, as_json)
    elif only_status or as_json:
        _status(run, picks, as_json)
    else:
        with labelling(run):
            _ask(run, plan, picks, labeller or getuser())


def _modes(export: Path | None, sheet: Path | None, status: bool, apply: bool) -> list[tuple[str, bool]]:
    return [
        ("--export", export is not None),
        ("--import", sheet is not None),
        ("--status", status),
        ("--apply", apply),
    ]


def _plan(run: Path, task: str, model: str, n: int | None, made_only: bool) -> ReviewPlan:
    """The plan of a run, extended where more was asked for; what only reads a plan makes none."""
    from trustgen.run.review import make_plan, read_plan
    from trustgen.store import RunFolder

    RunFolder.open(run)
    if made_only:
        if (found := read_plan(run)) is None:
            raise InputError(f"run `{run}` has nothing picked yet: begin with `trustgen review {run}`")
        return found
    return make_plan(run, n=n, task=task, model=model)


def _readings(run: Path, picks: Sequence[Pick]) -> dict[str, Reading]:
    from trustgen.run import tasks_of
    from trustgen.run.review import kit_of, readings
    from trustgen.store import RunFolder

    folder = RunFolder.open(run)
    edition = folder.edition()
    return readings(run, tasks_of(edition, kit_of(edition, folder.manifest())), picks)


# ── in the terminal ─────────────────────────────────────────────────────────────────────────────────────────────────


def _ask(run: Path, plan: ReviewPlan, picks: Sequence[Pick], labeller: str) -> None:
    """Show one reply after another; every label is on disk before the next is shown."""
    from trustgen.run.review import given, to_read
    from trustgen.store.labels import append_label, read_labels

    texts = _readings(run, picks)
    labels = read_labels(run)
    _warn(labels.broken)
    say(f"Labelling as {labeller}, blind. {KEYS}")
    while True:
        labels = read_labels(run)  # each time: others may label now
        mine = [g.response for g in labels.live if g.labeller == labeller and g.response in texts]
        left = to_read(plan, labels, labeller, picks)
        if not left:
            say(f"\nNothing is left for {labeller}: {len(set(mine))} labelled.")
            break
        item, done = texts[left[0].response], len(set(mine))
        answer = _answer(item, f"{done}/{done + len(left)}, {len(left)} left")
        if answer == "q":
            say(f"\nStopped: {done} labelled, {len(left)} left. The same command goes on.")
            break
        if answer != "u":
            append_label(run, given(item.pick, labeller, answer))
        elif mine:
            append_label(run, given(texts[mine[-1]].pick, labeller, ""))
        else:
            say("There is nothing to undo.")
    say(f"Put the labels into the numbers with: trustgen review {run} --apply")


def _answer(item: Reading, progress: str) -> str:
    """Show a reply and read a label for it; `u` and `q` are answers too."""
    keys = _keys(item)
    _show(item, progress, unfolded=not item.sensitive)
    while True:
        say(fill(item.question, 80))
        say(fill("   ".join(f"[{key}]\u00a0{label}" for key, label in keys.items()), 80).replace("\u00a0", " "))
        say("> ", nl=False)
        line = sys.stdin.readline()
        said = line.strip().lower()
        if not line or said == "q":
            return "q"
        by_word = {label.lower(): label for label in keys.values()}
        if found := keys.get(said) or by_word.get(said):
            return found
        if said == "u":
            return "u"
        if said == "x":
            _show(item, progress, unfolded=True)
        elif said == "r":
            say(_record(item) or "The record says nothing of what is right here.")
        else:
            say(HELP if said == "?" else f"`{_safe(said)[:20]}` is no key here. {KEYS}")


def _keys(item: Reading) -> dict[str, str]:
    """A key for each label: letters stand for themselves, words are numbered."""
    words = [label for label in item.labels if len(label) > 1]
    letters = {label.lower(): label for label in item.labels if len(label) == 1}
    return letters | {str(i): label for i, label in enumerate(words, 1)}


def _show(item: Reading, progress: str, *, unfolded: bool) -> None:
    from trustgen.report.screen import Screen

    out = Screen()
    out.width = min(out.width, 80)
    request, reply = _texts(item)
    rule = f"── {progress} "
    out.line(rule + "─" * (out.width - len(rule)), style="dim")
    for heading, text in (("Request", request), ("Reply", reply if unfolded else None)):
        out.line((heading, "bold"))
        lines = text.splitlines() if text is not None else [f"(folded, {len(reply):,} characters: x shows it)"]
        for line in lines or ["(empty)"]:
            out.line(line, indent=2)
    out.show()


def _texts(item: Reading) -> tuple[str, str]:
    """The request, with what was said before the last reply, and that reply: all that a labeller sees."""
    from trustgen.judge.fence import shortened, visible
    from trustgen.judge.rubric import conversation

    lines = conversation(item.case, item.response)
    last = f"model: {item.response.text}"
    said = lines[:-1] if lines and lines[-1] == last else lines
    if len(said) == 1:
        said = [said[0].removeprefix("user: ")]
    return shortened(visible("\n".join(said))), shortened(visible(item.response.text))


def _safe(text: str) -> str:
    from trustgen.judge.fence import visible

    return visible(text).replace("\n", " ")


def _record(item: Reading) -> str:
    """What the record says is right, for those who ask."""
    expect = item.case.expect
    return f"The record says: {_safe(', '.join((expect.answer, *expect.aliases)))[:300]}" if expect.answer else ""


def _warn(broken: int) -> None:
    if broken:
        say(f"note: {broken} broken line{'s' * (broken > 1)} of labels.jsonl passed over (a kill)", err=True)


# ── on a sheet ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _export(run: Path, plan: ReviewPlan, picks: Sequence[Pick], path: Path, labeller: str, as_json: bool) -> None:
    from trustgen.report.tables import cell
    from trustgen.run.review import to_read
    from trustgen.store.files import replacing
    from trustgen.store.labels import read_labels

    left = to_read(plan, read_labels(run), labeller, picks)
    texts = _readings(run, left)
    try:
        with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
            sheet = csv.writer(file)
            sheet.writerow(COLUMNS)
            for pick in left:
                item = texts[pick.response]
                request, reply = _texts(item)
                allowed = " | ".join(item.labels)
                known = (request, reply, item.case.expect.answer, item.question, allowed)
                row = (pick.response, pick.task, *known, "")
                sheet.writerow([cell(text) for text in row])
    except OSError as error:
        raise FolderError(f"cannot write `{path}` ({error.strerror}): name another file") from error
    if as_json:
        print_json({"file": str(path), "rows": len(left)})
    else:
        say(f"{len(left)} replies to label: {path}\nFill in the column `label`, then read it back with:")
        say(f"  trustgen review {run} --import {path} --labeller {labeller or 'NAME'}")


def _import(run: Path, picks: Sequence[Pick], path: Path, labeller: str, as_json: bool) -> None:
    """Keep the good rows, name the bad ones by line; exit 2 where there were any."""
    from trustgen.run.review import given
    from trustgen.store.labels import append_label, read_labels

    texts = _readings(run, picks)
    mine = {g.response: g.label for g in read_labels(run).live if g.labeller == labeller}
    kept, blank, bad = 0, 0, []
    for number, key, said in _filled(path):
        item = texts.get(key)
        label = {k.lower(): k for k in item.labels}.get(said.lower(), "") if item else ""
        if not said:
            blank += 1
        elif item is None:
            bad.append(f"line {number}: `{_safe(key)[:40]}` is no reply picked in this run")
        elif not label:
            bad.append(f"line {number}: `{_safe(said)[:40]}` is no label here: write {', '.join(item.labels)}")
        elif mine.get(key, label) != label:
            bad.append(
                f"line {number}: {labeller} said `{mine[key]}` before: withdraw that first (`u` in the terminal)"
            )
        elif key not in mine:
            append_label(run, given(item.pick, labeller, label))
            mine[key] = label
            kept += 1
    for fault in bad:
        say(f"trustgen: {path.name}, {fault}", err=True)
    if as_json:
        print_json({"kept": kept, "blank": blank, "bad": bad})
    else:
        say(f"{kept} labels kept, {blank} rows blank, {len(bad)} refused")
    if bad:
        raise SystemExit(2)


def _filled(path: Path) -> list[tuple[int, str, str]]:
    """Line, response and label of each row of a sheet."""
    try:
        with open_text(path, newline="") as file:
            sheet = csv.DictReader(file)
            if not {"response", "label"} <= set(sheet.fieldnames or ()):
                raise InputError(f"`{path}` lacks the columns `response` and `label`: begin from --export")
            return [
                (sheet.line_num, (row["response"] or "").strip(), (row["label"] or "").strip().lstrip("'"))
                for row in sheet
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"`{path}` cannot be read as CSV ({error}): save it as CSV in UTF-8") from error


# ── how far, and what came of it ────────────────────────────────────────────────────────────────────────────────────


def _status(run: Path, picks: Sequence[Pick], as_json: bool) -> None:
    from trustgen.run.review import status
    from trustgen.store.labels import read_labels

    found = status(read_labels(run), picks)
    if as_json:
        print_json(found)
        return
    _warn(found["broken_lines"])
    alpha = found["alpha"]
    agreement = f"{alpha[0]:.2f} [{alpha[1]:.2f}, {alpha[2]:.2f}]" if alpha else f"– ({found['alpha_note']})"
    _print(
        f"picked {found['picked']}: {found['twice']} read twice, {found['once']} once, {found['unread']} not yet",
        f"agreed {found['agreed']}, flagged {len(found['flagged'])} (labels contradict each other)",
        f"Krippendorff's alpha {agreement}",
        *(f"  {name}: {count}" for name, count in found["labellers"].items()),
    )


def _apply(run: Path, as_json: bool) -> None:
    from trustgen.run.human import apply, unused

    result = apply(run)
    lost = unused(result)
    if as_json:
        told = [one._asdict() for one in lost]
        print_json({"folder": str(run), "run": result.manifest, "estimates": result.estimates, "not_used": told})
        return
    for e in result.estimates:
        if e.human is not None and (e.human.picked or e.headline):
            _print(*_lines(e))
    for one in lost:
        reach = f"; they reach {one.reach} other measures" if one.reach else ""
        lost_on = f"not used in {one.headline}: {one.labels} labels of {one.task} ({one.model})"
        _print(f"{lost_on}, because {one.because}{reach}")


def _print(*lines: str) -> None:
    from trustgen.report.screen import Screen

    out = Screen()
    for line in lines:
        text = line.lstrip()
        out.line(text, indent=len(line) - len(text))
    out.show()


def _lines(e: Estimate) -> list[str]:
    from trustgen.report.words import between, number

    human = e.human
    assert human is not None
    lines = [f"{e.task} · {e.measure} · {e.model}", f"  as judged        {number(e.value)} {between(e.low, e.high)}"]
    if not isnan(human.predicted[0]):
        narrower = f"  ({100 * human.narrower:.0f} % narrower)" if human.narrower > 0 else ""
        lines += [
            f"  labels alone     {number(human.labels_only[0])} {between(*human.labels_only[1:])}",
            f"  with the judge   {number(human.predicted[0])} {between(*human.predicted[1:])}{narrower}",
        ]
    lines.append(f"  {human.agreed} of {human.picked} picks settled, {human.flagged} flagged, {human.labels} labels")
    if human.note:
        lines.append(f"  {human.note}")
    return lines
