"""Models that help to make a test, bound to roles: asked through the engine's pacing and retries, remembered by key.

Builders and variations are plain functions, so a role's `ask` blocks; it hands the question to one event loop in a
thread of its own, where every role keeps its pace. Several builders wait at a time (see `build`).
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Any, TypeVar

import msgspec

from trustgen.core import (
    CRAFTING,
    Assets,
    Bound,
    BuildStopped,
    Case,
    Expect,
    InputError,
    Kit,
    Level,
    Model,
    Reply,
    Sampling,
    Scratch,
    Turn,
    Unusable,
    digest,
)
from trustgen.models import open_model
from trustgen.store import Generated, Spent

from .ask import Asker, Halted, Stop
from .gate import Gate
from .settings import Settings

ROLES = ("writer", "judge", "attacker", "target", "embedder")
SAID_BY = "reply of "  # and a model: the kind under which a judging model's replies are remembered
FAILURES = 20  # calls of one role in a row that fail before the build is stopped

T = TypeVar("T")
_decode = msgspec.json.Decoder(Reply).decode


def role_uris(texts: tuple[str, ...]) -> dict[str, str]:
    """`("writer=URI", …)` to a mapping. Several judges make a panel, bound as `judge`, `judge.2`, `judge.3` …

    Raises `InputError` for a role that is unknown, one other than `judge` bound twice, and a judge named twice.
    """
    found: dict[str, str] = {}
    for text in texts:
        role, _, uri = text.partition("=")
        if role not in ROLES or not uri:
            raise InputError(f"--role {text}: write ROLE=URI with a role of {', '.join(ROLES)}")
        if role in found and (role != "judge" or uri in found.values()):
            raise InputError(f"--role {role} is given twice: bind each role to one model, or several judges to a panel")
        panel = sum(name.split(".")[0] == role for name in found)
        found[f"{role}.{panel + 1}" if panel else role] = uri
    return found


@dataclass(frozen=True)
class Recorded:
    """A role of an edition that exists already: only what it said then can be had, from the cache."""

    role: str
    uri: str
    cache: Generated
    assets: Assets

    def ask(self, *turns: Turn, sampling: Sampling = CRAFTING) -> Reply:
        """The remembered reply."""
        reply = _decode(self.cache.remember("reply", _key(self.uri, turns, sampling), _never))
        return _with_pictures(reply, self.cache, self.assets)


def recorded(roles: Mapping[str, str], cache: Generated) -> Kit:
    """The kit of an edition: its roles, with what they said then."""
    assets = Scratch()
    bound: dict[str, Bound] = {role: Recorded(role, uri, cache, assets) for role, uri in roles.items()}
    return Kit(bound, cache, assets=assets)


class Archive:
    """Stands where `Staff` stands when an edition is built again: its roles say what they said, nothing more."""

    workers = 1

    def __init__(self, roles: Mapping[str, str], cache: Generated) -> None:
        self.uris = dict(roles)
        self.cache = cache
        self.kit = recorded(roles, cache)


def _never() -> bytes:
    raise BuildStopped("a closed cache was asked to generate")


def _with_pictures(reply: Reply, cache: Generated, assets: Assets) -> Reply:
    """The reply, with its pictures remembered as it is, and at hand."""
    for image in reply.images:
        assets.keep(cache.remember("picture", image.sha256, partial(assets.asset, image.sha256)), image.alt)
    return reply


def _key(uri: str, turns: tuple[Turn, ...], sampling: Sampling) -> str:
    return digest(uri, turns, sampling)


@dataclass
class _Role:
    """One bound model. `ask` is called from builders' threads."""

    role: str
    model: Model
    staff: Staff
    asker: Asker
    spent: Spent = field(default_factory=Spent)
    failed: int = 0
    asks: int = 0  # remembered ones included

    @property
    def uri(self) -> str:
        """The model's URI."""
        return self.model.uri

    def ask(self, *turns: Turn, sampling: Sampling = CRAFTING) -> Reply:
        """One reply, remembered."""
        self.asks += 1
        key = _key(self.uri, turns, sampling)

        def make() -> bytes:
            # A picture is remembered before the reply that names it.
            return msgspec.json.encode(_with_pictures(self._asked(turns, sampling, key), *kept))

        kept = self.staff.cache, self.staff.assets
        return _with_pictures(_decode(kept[0].remember(self.staff.kind(self.uri), key, make)), *kept)

    def _asked(self, turns: tuple[Turn, ...], sampling: Sampling, key: str) -> Reply:
        self.staff.within_budget()
        case = Case("", f"role.{self.role}", "", turns, Expect(), ("",))
        try:
            response = self.staff.in_loop(self.asker.ask(case, sampling, key))
        except (Halted, CancelledError):
            raise BuildStopped(f"stopped before `{self.role}` answered: {self.staff.stop.reason}") from None
        self.spent.add(response)
        self.staff.progressed()
        if response.status == "answered":
            self.failed = 0
            return msgspec.structs.replace(response.replies[-1], seconds=0.0)  # a clock would differ on every build
        self.failed += 1
        if self.failed >= FAILURES:
            raise BuildStopped(
                f"{FAILURES} calls in a row to `{self.role}` ({self.uri}) failed, the last with: {response.reason}: "
                "what was generated is kept; mend the endpoint and run the same command again"
            )
        raise Unusable(f"`{self.role}` gave nothing: {response.reason}")


class Staff:
    """The bound roles of one build, with their event loop: `with Staff({"writer": uri}, cache) as staff: staff.kit`."""

    def __init__(
        self,
        roles: Mapping[str, str | Model],
        cache: Generated,
        settings: Settings | None = None,
        note: Callable[[str], None] = lambda _: None,
        *,
        apart: bool = False,
        assets: Assets | None = None,
    ) -> None:
        """`apart` remembers the replies of each model under its name; else they stand under `reply`, as in editions.

        `assets` have the pictures that roles are asked about; by default those that they or a builder made.
        """
        self.assets = assets or Scratch()
        self.cache = cache
        self._apart = apart
        self.settings = settings or Settings()
        self._note = note
        self._started = time.monotonic()
        self._loop = asyncio.new_event_loop()
        self.stop = Stop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="roles", daemon=True)
        self._models = {
            role: open_model(found, self.settings.options) if isinstance(found, str) else found
            for role, found in roles.items()
        }
        self.roles: dict[str, _Role] = {}

    def __enter__(self) -> Staff:
        self._thread.start()
        try:
            self.in_loop(self._begin())
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    async def _begin(self) -> None:
        for role, model in self._models.items():
            await model.check()
            fixed = self.settings.concurrency
            gate = Gate(fixed or model.slots, fixed=fixed is not None)
            asker = Asker(
                model,
                self.assets,
                gate=gate,
                retry=self.settings.retry,
                timeout=self.settings.options.timeout,
                stop=self.stop,
            )
            self.roles[role] = _Role(role, model, self, asker)

    def must_see(self, roles: Iterable[str]) -> None:
        """Raise `InputError` where a model bound to one of these roles reads no pictures; servers are asked."""
        for role in sorted(roles):
            model = self.roles[role].model
            self.in_loop(model.learn(frozenset({Level.IMAGE_IN})))
            if Level.IMAGE_IN not in model.levels:
                raise InputError(
                    f"`{model.uri}` reads no pictures, and is to judge some: bind another --role {role}=URI"
                )

    def kind(self, uri: str) -> str:
        """Under which kind the replies of a model are remembered."""
        return SAID_BY + uri if self._apart else "reply"

    def stop_asking(self, reason: str) -> None:
        """Begin no further call. Safe from any thread."""
        self._loop.call_soon_threadsafe(self.stop.set, reason)

    def abort(self) -> None:
        """Leave the calls in flight, so that nobody waits for them. Safe from any thread."""

        async def cancel() -> None:
            self.stop.set("the calls in flight were left")
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

        self.in_loop(cancel())

    def _end(self) -> None:
        async def close() -> None:
            self.stop.set("the build ended")
            for model in self._models.values():
                await model.close()

        try:
            self.in_loop(close())
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def in_loop(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the roles' loop, and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    @property
    def kit(self) -> Kit:
        """The roles and the cache, for tasks and pools."""
        return Kit(dict(self.roles), self.cache, self.settings.granted, self.assets)

    @property
    def uris(self) -> dict[str, str]:
        """The model of each role, for the manifest."""
        return {role: bound.uri for role, bound in self.roles.items()}

    @property
    def workers(self) -> int:
        """How many builders may wait for roles at a time; 1 where there are none."""
        return max((min(16, bound.asker.gate.most) for bound in self.roles.values()), default=1)

    def within_budget(self) -> None:
        """Raise `BuildStopped` where a cap is reached: before a call, never after it."""
        spent = {bound.uri: bound.spent for bound in self.roles.values()}
        if why := self.settings.budget.exceeded(spent, self.settings.prices, self._started):
            raise BuildStopped(
                f"{why}: what was generated is kept; run the same command with a larger budget to resume"
            )

    def progressed(self) -> None:
        """Say now and then what the roles have done."""
        calls = sum(bound.spent.calls for bound in self.roles.values())
        if calls % 50 == 0:
            tokens = sum(bound.spent.tokens for bound in self.roles.values())
            self._note(f"roles: {calls} calls, {tokens / 1000:.1f}k tokens")
