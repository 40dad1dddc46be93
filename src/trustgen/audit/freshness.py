"""How new and how guessable a task's content is, whatever the edition: measured over editions that are never asked.

What this release's tasks gave ships with it (`content.json`, written by `trustgen content --record`): reports and task
pages read it, since an edition of forty records cannot say how much there is behind it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

import msgspec

from trustgen.core import BARE, Kit, Record, TaskFactory, expand
from trustgen.core.registry import names
from trustgen.store.files import write_json

from .content import FEW, Reading, content, core_of
from .guess import Guess

DEEP = 2_000
"""Records over which cores are counted, where a pool holds as many."""
PUBLISHED, FRESH, SMALL = 400, 100, 40
"""Records of the edition that was read, of the one guessed from it, and of two that are held against one another."""
SALTS = ("published", "fresh")
FILE = "content.json"


class Freshness(msgspec.Struct, frozen=True, kw_only=True):
    """One task's content, with the records of `pool`. Shares are in 0..1; None where there is nothing to count.

    `cores` are the different contents among `records`, once names, places and numbers are taken out; `repeated` is the
    share of cores of an edition of 40 records that another one holds as well; `reuse` the share of an edition's masked
    runs of five words that an edition of 400 has; `guess` what a learner of words trained on those 400 gets right of
    100 new ones; `longest` how much oftener than by chance the longest option is right.
    """

    task: str
    version: str
    pool: str
    records: int
    cores: int
    repeated: float
    reuse: float | None
    guess: Guess | None
    longest: float | None

    @property
    def smoke(self) -> bool:
        """Whether there is too little content for more than a smoke test."""
        return self.cores < FEW

    @property
    def said(self) -> str:
        """`2,000 cores; two editions of 40 share 3 %; words alone guess .55 (chance .50)`."""
        parts = [f"{self.cores:,} cores" + (" (smoke test)" if self.smoke else "")]
        parts.append(f"two editions of {SMALL} share {100 * self.repeated:.0f} %")
        if self.guess:
            parts.append(f"words alone guess {self.guess.right:.2f} (chance {self.guess.chance:.2f})")
        return "; ".join(parts)


def freshness(factory: TaskFactory, kit: Kit = BARE) -> Freshness:
    """Measure one task. Nothing is asked; a pool of fewer records than are looked for is read whole.

    Raises `MissingExtra` where scikit-learn is absent, `InputError` where the task needs a role that `kit` lacks.
    """
    published, fresh = SALTS
    deep = list(_records(factory, DEEP, published, kit))
    few = [{core_of(record) for record in _records(factory, SMALL, salt, kit)} for salt in SALTS]
    found = content(_read(factory, PUBLISHED, published, kit), _read(factory, FRESH, fresh, kit))
    return Freshness(
        task=factory.id,
        version=factory.version,
        pool=factory(1, kit).records.pool,
        records=len(deep),
        cores=len({core_of(record) for record in deep}),
        repeated=len(few[0] & few[1]) / len(few[1]),
        reuse=_told(found.reuse),
        guess=found.guess,
        longest=_told(found.longest),
    )


def _records(factory: TaskFactory, n: int, salt: str, kit: Kit) -> Iterator[Record]:
    held = factory(1, kit).records.size
    return factory(n if held is None else min(n, held), kit).records.select(salt)


def _read(factory: TaskFactory, n: int, salt: str, kit: Kit) -> Reading:
    read, made = Reading(), factory(1, kit)
    for record in _records(factory, n, salt, kit):
        read.record(record)
        for case in expand(made, record, salt):
            read.case(case)
    return read


def _told(value: float) -> float | None:
    return None if math.isnan(value) else value


@cache
def released() -> dict[str, Freshness]:
    """What this release's tasks gave, by task id."""
    return {
        of.task: of for of in msgspec.json.decode((files("trustgen.audit") / FILE).read_bytes(), type=list[Freshness])
    }


def measured(task: str, version: str, pool: str) -> Freshness | None:
    """What is known of a task's content in this version, with the records of this pool; None where it was not measured,
    as for a plug-in's, or for a pool of one's own."""
    found = released().get(task)
    return found if found and (found.version, found.pool) == (version, pool) else None


def keep(found: list[Freshness]) -> Path:
    """Write what was found into this installation, beside what is there of other tasks; tasks that are gone go."""
    kept = {task: of for task, of in released().items() if task in names("task")}
    kept |= {of.task: of for of in found}
    path = Path(str(files("trustgen.audit") / FILE))
    write_json(path, [kept[task] for task in sorted(kept)])
    released.cache_clear()
    return path
