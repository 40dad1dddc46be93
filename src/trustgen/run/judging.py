"""The judges of one run: rules at once, bound roles in threads that wait for them; what a role said is kept by key.

While a run is open the replies of judging roles lie in `judged.db`, on disk before they are used; a sealed run carries
them as `judged.parquet`. So a killed run, and a run that is judged again, buys no judgement twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from pathlib import Path
from types import TracebackType

import msgspec

from trustgen.core import (
    NO_ASSETS,
    Assets,
    BuildStopped,
    Case,
    InputError,
    Kit,
    Model,
    Outcome,
    Reply,
    Response,
    Ruling,
    Task,
    Verdict,
    named,
    underlying,
)
from trustgen.store import Generated, Spent
from trustgen.store.files import replacing

from .judge import verdict
from .roles import SAID_BY, Staff
from .settings import Settings

_reply = msgspec.json.Decoder(Reply).decode


class Judges:
    """What judges a run, in its folder: `with Judges(roles, folder, settings) as judges`; without roles, only rules."""

    def __init__(
        self,
        roles: Mapping[str, str | Model],
        folder: Path,
        settings: Settings,
        note: Callable[[str], None] = lambda _: None,
        known: Mapping[str, str] | None = None,
        assets: Assets = NO_ASSETS,
    ) -> None:
        """`known` are the roles that the edition was built with, by name: tasks are made with these too.

        `assets` have the pictures that are to be judged.
        """
        self._roles = dict(roles)
        self._database = folder / "judged.db"
        self._table = folder / "judged.parquet"
        self._settings = settings
        self._note = note
        self._known = dict(known or {})
        self._assets = assets
        self._staff: Staff | None = None
        self.busy = 0  # responses being judged in threads

    def __enter__(self) -> Judges:
        if not self._roles:
            return self
        fresh = not self._database.exists()
        self._cache = Generated(self._database)
        try:
            if fresh and self._table.exists():
                self._cache.fill(self._table)
            self._before = _spent(self._cache)
            self._staff = Staff(
                self._roles, self._cache, self._settings, self._note, apart=True, assets=self._assets
            ).__enter__()
        except BaseException:
            self._cache.close()
            raise
        self._pool = ThreadPoolExecutor(4 * self._staff.workers, thread_name_prefix="judge")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._staff is None:
            return
        self._staff.abort()
        self._pool.shutdown(cancel_futures=True)
        self._staff.__exit__(kind, error, trace)
        self._cache.close()

    @property
    def kit(self) -> Kit:
        """The roles of the edition by name, and those bound here, which can be asked."""
        known = named(self._known).roles
        if self._staff is None:
            return Kit(known, assets=self._assets)
        return Kit({**known, **self._staff.kit.roles}, self._cache, assets=self._assets)

    def check(self, tasks: Iterable[Task]) -> None:
        """Raise `InputError` where a rubric shows pictures and a model bound to judge by it reads none."""
        if self._staff is not None:
            asking = (asked for task in tasks for arm in task.judge.arms for asked in task.judge.asking(arm))
            self._staff.must_see({bound.role for asked in asking if asked.rubric.pictures for bound in asked.members})

    @property
    def uris(self) -> dict[str, str]:
        """The model of each bound role."""
        return self._staff.uris if self._staff else {}

    @property
    def returned(self) -> int:
        """Calls that came back so far: a sign of life."""
        return sum(bound.asker.returned for bound in self._staff.roles.values()) if self._staff else 0

    def spent(self) -> dict[str, Spent]:
        """What each judging model has cost, over all sessions; calls that failed count for this one only."""
        if self._staff is None:
            return {}
        found = {uri: copy(spent) for uri, spent in self._before.items()}
        for bound in self._staff.roles.values():
            found.setdefault(bound.uri, Spent()).join(bound.spent)
        return found

    def stop(self) -> None:
        """Begin no further call; those in flight may end."""
        if self._staff is not None:
            self._staff.stop_asking("the run was stopped")

    def abort(self) -> None:
        """Leave the calls in flight."""
        if self._staff is not None:
            self._staff.abort()

    async def verdict(self, task: Task, case: Case, response: Response) -> tuple[Verdict, str]:
        """The verdict on a response, and why no more can be judged ("" while it can).

        A response that could not be judged because a role was stopped ends as `error` and is judged on resume.
        """
        if not (self._staff and task.judge.asks):
            return verdict(task, case, response), ""
        self.busy += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._waited, task, case, response)
        finally:
            self.busy -= 1

    def _waited(self, task: Task, case: Case, response: Response) -> tuple[Verdict, str]:
        try:
            return verdict(task, case, response), ""
        except BuildStopped as stopped:
            ruling = Ruling(Outcome.ERROR, reason=f"not judged: {stopped}"[:300])
            return verdict(task, case, response, ruling), str(stopped)

    def all(self, work: Iterable[tuple[Task, Case, Response]]) -> Iterable[Verdict]:
        """Verdicts on many stored responses, in order; raises `BuildStopped` where a role gives out."""
        if self._staff is None:
            return (verdict(*item) for item in work)
        return self._pool.map(lambda item: verdict(*item), work)

    def seal(self) -> None:
        """Write what was said to Parquet, and remove the database."""
        if self._staff is None:
            return
        with replacing(self._table) as path:
            self._cache.export(path, everything=True)
        self._cache.delete()


def nobody_judges_itself(roles: Mapping[str, str | Model], models: Iterable[str]) -> None:
    """Raise `InputError` where a model under test is bound to judge."""
    tested = set(map(underlying, models))
    for role, bound in roles.items():
        if underlying(uri := bound if isinstance(bound, str) else bound.uri) in tested:
            raise InputError(f"`{uri}` cannot judge its own answers: bind another model with --role {role}=URI")


def _spent(cache: Generated) -> dict[str, Spent]:
    """What the stored replies of each model cost."""
    found: dict[str, Spent] = {}
    for kind, body in cache.bodies():
        if kind.startswith(SAID_BY):
            used = _reply(body).usage
            spent = Spent(1, used.prompt, used.completion, images=used.images)
            found.setdefault(kind.removeprefix(SAID_BY), Spent()).join(spent)
    return found
