"""What an edition says of itself: its manifest, its tasks, and the lines of its ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from trustgen.core import BARE, OFFERED, Card, Kit, Level, Model, Sampling, Task, Turn, digest, named, registry
from trustgen.core.folding import task_harm

ANCHOR = "anchor"
"""The block of cases that an edition shares with others, so that scores on them can be equated."""

FORMAT = 4


class TaskEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One task of an edition. `arms` counts the accepted cases; `made` is how many were meant,
    those lost for good included."""

    id: str
    version: str
    n: int
    pool: str
    needs: frozenset[Level]
    sampling: Sampling
    arms: dict[str, int]
    calls: int
    made: int
    mended: int = 0  # rejected attempts that a later one replaced
    settings: dict[str, str] | UnsetType = UNSET  # of a form: what makes it this task

    def task(self, kit: Kit = BARE, n: int | None = None) -> Task:
        """The installed task, of whatever version it is, over the records that were asked for, or over `n`."""
        asked = (self.n if n is None else n, kit, *(() if self.settings is UNSET else (self.settings,)))
        found: Task = registry.load("task", self.id)(*asked)
        return found

    def lacks(self, model: Model) -> frozenset[Level]:
        """What the task needs and a model does not offer, nor may turn out to."""
        return (self.needs - OFFERED - model.levels - model.maybe) | (self.needs & model.without)

    def harm(self, card: Card | None) -> str:
        """The class of its words where they may harm, with the card of what is installed of it; see `task_harm`."""
        return task_harm(self.id, card, None if self.settings is UNSET else self.settings)

    @property
    def planned(self) -> int:
        """Cases to ask."""
        return sum(self.arms.values())

    def comparable(self, version: str) -> bool:
        """Whether numbers of this version of the task stand beside its own: both have one N of `N-X`."""
        return self.version.partition("-")[0] == version.partition("-")[0]


class Anchor(msgspec.Struct, frozen=True):
    """The first `records` of every task are drawn under the salt `name` instead of the edition's own."""

    name: str
    records: int


class Reject(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the ledger. `stage` is where it fell out.

    `lost` says that a case which was meant is missing: not so for a row of a source, for an attempt that a later one
    made good, and where a variation did not apply.
    """

    stage: Literal["curate", "craft", "vary", "audit"]
    reason: str
    task: str = ""
    arm: str = ""
    record: str = ""
    where: str = ""  # file and line, or URL, of a row that became no record
    attempt: int = 0
    lost: bool = True
    turns: tuple[Turn, ...] = ()


class EditionManifest(msgspec.Struct, frozen=True, kw_only=True):
    """`edition.json`. `acceptance` is accepted / (accepted + rejected for good), over cases."""

    id: str
    suite: str
    salt: str
    trustgen: str
    tasks: tuple[TaskEntry, ...]
    files: dict[str, str]
    acceptance: float
    roles: dict[str, str] = {}
    anchor: Anchor | None = None
    pools: dict[str, dict[str, str | int]] = {}
    audit: dict[str, Any] = {}
    seal: str = ""
    format: int = FORMAT

    @property
    def makers(self) -> dict[str, str]:
        """The roles that shaped the cases. A judge of the build only voted; who judges a run is bound by the run."""
        return {role: uri for role, uri in self.roles.items() if role.split(".")[0] != "judge"}

    def kit(self, judges: Mapping[str, str]) -> Kit:
        """The roles of the edition and of a run's judges by name: tasks keep their keys, and nobody can be asked."""
        return named({**self.makers, **judges})

    def sealed(self) -> EditionManifest:
        """The same, with the hash of all that it says."""
        return msgspec.structs.replace(self, seal=digest(msgspec.structs.replace(self, seal="")))
