"""Earlier runs of which a new one is a second look.

The records of a task are drawn in an order that the salt alone decides, so a larger `--n` under one salt asks the same
records and some more. Whoever looks at a result and then asks on until it pleases will be pleased too often.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from trustgen.core import TrustGenError
from trustgen.stats.stopping import peeked
from trustgen.store import Edition, EditionManifest, RunFolder

RUNS = Path("trustgen-runs")


class Look(NamedTuple):
    """A run that asked one of the models the first records of tasks: `tasks` has how many, then and now."""

    run: Path
    models: tuple[str, ...]
    tasks: Mapping[str, tuple[int, int]]


def earlier_looks(edition: EditionManifest, models: Iterable[str], beside: Iterable[Path], but: Path) -> list[Look]:
    """The runs in the folders `beside` that asked any of `models` (by URI) fewer records of this edition's, in order.

    `but` is the run's own folder. A run that has no numbers yet was not looked at; one that cannot be read is left out.
    """
    wanted, found = set(models), []
    for folder in sorted({p.parent.resolve() for runs in beside for p in runs.glob("*/run.json")} - {but.resolve()}):
        try:
            manifest = RunFolder.open(folder).manifest()
            shared = tuple(m for m in manifest.models if manifest.located(m) in wanted)
            if manifest.salt != edition.salt or not shared or not (folder / "estimates.json").is_file():
                continue
            tasks = dict(_fewer(Edition.open(folder / "edition").manifest, edition))
        except TrustGenError:
            continue
        if tasks:
            found.append(Look(folder, shared, tasks))
    return found


def _fewer(was: EditionManifest, now: EditionManifest) -> Iterator[tuple[str, tuple[int, int]]]:
    before = {entry.id: entry for entry in was.tasks}
    for entry in now.tasks:
        old = before.get(entry.id)
        if old and old.n < entry.n and (old.version, old.pool) == (entry.version, entry.pool):
            yield entry.id, (old.n, entry.n)


def price_of_looking(looks: list[Look], salt: str) -> str:
    """What earlier looks cost, in one sentence for people; "" without any."""
    if not looks:
        return ""
    sizes: dict[str, set[int]] = {}
    for look in looks:
        for task, (before, _) in look.tasks.items():
            sizes.setdefault(task, set()).add(before)
    times = 1 + max(len(seen) for seen in sizes.values())
    last = max(looks, key=lambda look: max(before for before, _ in look.tasks.values()))
    before, now = max(last.tasks.values())
    return (
        f"look {times} at one salt: `{_shown(last.run)}` asked {', '.join(last.models)} the first {before} of these "
        f"{now} records (--salt {salt}, in {len(last.tasks)} tasks). Looked at {times} times, equal models are told "
        f"apart in about {100 * peeked(times):.0f} % of families, not in 5, if one stops when it pleases: take another "
        "--salt, or one run with --until-width, whose looks are guarded"
    )


def _shown(folder: Path) -> Path:
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder
