"""`trustgen diff`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import common
from .saying import print_json, say

if TYPE_CHECKING:
    from trustgen.audit.content import Content


@click.command("diff")
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@common
def command(a: Path, b: Path, as_json: bool) -> None:
    """Compare edition A with edition B: what they share, and what they were made with."""
    from trustgen.run import diff
    from trustgen.store import Edition

    found = diff(Edition.open(a), Edition.open(b))
    if as_json:
        print_json(found)
        return
    say(f"A  {found.a}  {a}\nB  {found.b}  {b}")
    if found.same:
        say("the same edition")
        return
    for what, one, other in found.made:
        say(f"  {what:<24} {one} → {other}")
    for task in found.tasks:
        versions = task.version[0] if len(set(task.version)) == 1 else " → ".join(v or "–" for v in task.version)
        say(f"\n{task.task} {versions}")
        say(f"  cases     {task.cases[0]:>7} {task.cases[1]:>7}   {task.shared_cases} shared")
        share = f" ({task.question_share:.1%})" if min(task.cases) else ""
        say(f"  questions                   {task.shared_questions} shared word for word{share}")
        say(f"  records   {task.records[0]:>7} {task.records[1]:>7}   {task.shared_records} shared")
        if task.content:
            _content(task.content)
        for arm, (before, after) in task.arms.items():
            if before != after:
                say(f"  arm {arm:<20} {before} → {after}")
    if found.unmeasured:
        say(f"\ncontent was not compared: {found.unmeasured}")


def _content(told: Content) -> None:
    """What A tells of B."""
    say(f"  cores             {told.cores:>7}   {told.known:.1%} of B's are in A, names and numbers aside")
    if told.reuse == told.reuse:
        say(f"  runs of words               {told.reuse:.1%} of B's are in A, names and numbers masked")
    if guess := told.guess:
        limits = f"[{guess.low:.2f}, {guess.high:.2f}]"
        say(f"  guessed from A              {guess.right:.2f} {limits} of {guess.cases}, chance {guess.chance:.2f}")
