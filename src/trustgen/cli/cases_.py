"""`trustgen cases`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trustgen.core import OUTCOMES, InputError

from .options import common
from .saying import print_json, say, say_seals

if TYPE_CHECKING:
    from trustgen.report import Found, Wanted
    from trustgen.report.cases_pick import Kind

KINDS: tuple[Kind, ...] = ("broken", "mended")


@click.command("cases")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--task", "tasks", multiple=True, metavar="TASK", help="Of this task, or of those with this prefix.")
@click.option("--model", "models", multiple=True, metavar="NAME", help="Of this model; two stand beside each other.")
@click.option("--arm", "arms", multiple=True, metavar="ARM", help="In this arm.")
@click.option(
    "--outcome",
    "outcomes",
    multiple=True,
    type=click.Choice(["right", "wrong", *map(str, OUTCOMES)]),
    help="That ended so.",
)
@click.option("--label", "labels", multiple=True, metavar="LABEL", help="In which the judge read this.")
@click.option("--transform", "transforms", multiple=True, metavar="NAME", help="Varied or attacked in this way.")
@click.option("--tag", "tags", multiple=True, metavar="NAME=VALUE", help="With this tag, as difficulty=tail.")
@click.option("--text", default="", metavar="WORDS", help="With these words in the question or a reply.")
@click.option(
    "--first", type=click.Choice(["worst", "surprising"]), default="worst", show_default=True, help="What comes first."
)
@click.option("--differ", is_flag=True, help="Only what two models ended differently.")
@click.option("--broken", is_flag=True, help="Only what the first model has right and the second wrong.")
@click.option("--mended", is_flag=True, help="Only what the first model has wrong and the second right.")
@click.option("--n", type=click.IntRange(1, 10_000), default=10, show_default=True, help="How many.")
@click.option("--case", default="", metavar="ID", help="One case whole, by its id or the beginning of it.")
@click.option("--unfold", is_flag=True, help="Show thoughts, and the words of cases that may harm.")
@common
def command(run: Path, case: str, unfold: bool, as_json: bool, tags: tuple[str, ...], **asked: Any) -> None:
    """Show the cases of RUN, finished or not: what was asked, what was said, and what the judge made of it.

    Filters of one kind add up, those of different kinds narrow down: --arm open --arm mcq --outcome wrong shows what is
    wrong in either arm.

    Worst first: wrong replies from the lowest score up, then what could not be scored, then right ones. Surprising
    first: by how many of these hold: the judge is unsure (its votes differ, or it could not read the reply); models
    differ, one right and one wrong; a case of the easiest stratum is wrong, or one of the hardest right; it is wrong
    and the model said to be 80 % sure or more. Ties go by id, which is chance.

    Right is what the case says is right; where it has no answer of its own, what the judge gives the better score of
    the best and the worst reply that the case knows. What may harm its reader is folded, in --json too: words
    on safety, fairness and privacy, of a kind that nobody knows, and of tasks that are not installed. --unfold shows
    them. On a run that was edited after it was sealed, that is said first.
    """
    from trustgen.report import Wanted, look, one, seal_lines
    from trustgen.report.cases_text import lines

    broken, mended = asked.pop("broken"), asked.pop("mended")
    kinds = tuple(kind for kind, on in zip(KINDS, (broken, mended), strict=True) if on)
    wanted = Wanted(**asked, tags=tuple(map(_tag, tags)), kinds=kinds)
    found = one(run, case, unfold=unfold) if case else look(run, wanted, unfold=unfold)
    seals = seal_lines([run])
    if as_json:
        print_json({"seal": [*seals[0], *seals[1]], **_document(found, wanted)})
        return
    say_seals(seals)
    for line in lines(found, None if case else wanted):
        say(line)


def _tag(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise InputError(f"--tag {text}: write NAME=VALUE, as difficulty=tail")
    return name, value


def _document(found: Found, wanted: Wanted) -> dict[str, Any]:
    """What `--json` says: every noun with the names of its fields."""
    return {"first": wanted.first, **_fields(found)}


def _fields(value: Any) -> Any:
    if hasattr(value, "_asdict"):
        return {name: _fields(one) for name, one in value._asdict().items()}
    if isinstance(value, tuple | list):
        return [_fields(one) for one in value]
    return str(value) if isinstance(value, Path) else value
