"""One judge for a task whose arms are read by different rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from trustgen.core import Case, InternalError, Judge, Response, Ruling

from .key import key_of


class ByArm(Judge):
    """Picks the judge of a case's arm. Its key covers every judge it may pick."""

    def __init__(self, judges: Mapping[str, Judge]) -> None:
        self._judges = dict(judges)
        self.asks = any(judge.asks for judge in judges.values())

    @cached_property
    def key(self) -> str:
        """The hash of how a judge is picked, and the key of each that may be."""
        return key_of(type(self), {arm: judge.key for arm, judge in self._judges.items()})

    def of(self, arm: str) -> Judge | None:
        """The judge of an arm; of all arms ("") only where they share one."""
        if arm:
            return self._judges.get(arm)
        shared = {judge.key: judge for judge in self._judges.values()}
        return next(iter(shared.values())) if len(shared) == 1 else None

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms that it knows."""
        return tuple(self._judges)

    @property
    def judges(self) -> tuple[Judge, ...]:
        """The distinct judges that it may pick."""
        within = (one for judge in self._judges.values() for one in judge.judges)
        return tuple({(judge.key, judge.reads): judge for judge in within}.values())

    def asking(self, arm: str) -> Iterator[Any]:
        """Those of the arm's judge."""
        judge = self.of(arm)
        return judge.asking(arm) if judge else iter(())

    def __call__(self, case: Case, response: Response) -> Ruling:
        """Rule with the judge of the case's arm."""
        if case.arm not in self._judges:
            raise InternalError(f"no judge for arm `{case.arm}` of `{case.task}`: known are {sorted(self._judges)}")
        return self._judges[case.arm](case, response)


def by_arm(judges: Mapping[str, Judge]) -> ByArm:
    """A judge for each arm: `by_arm({"open": matches(), "mcq": choice()})`."""
    return ByArm(judges)
