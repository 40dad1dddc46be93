"""From tasks and a salt to a frozen edition: curate → craft → vary → audit, one record at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from msgspec import UNSET

from trustgen.audit.auditor import Auditor
from trustgen.audit.card import card
from trustgen.audit.contamination import NGrams
from trustgen.core import BARE, Case, Crafted, Expect, InputError, Kit, Level, Record, Task, crafted, digest, talk_of
from trustgen.store import ANCHOR, Anchor, Edition, EditionWriter, Reject, TaskEntry, sha256_file
from trustgen.version import VERSION

from .roles import Archive, Staff


class Drawn(NamedTuple):
    """One record, for one task, under the salt it was drawn with."""

    task: Task
    record: Record
    salt: str
    block: str = ""


class Made(NamedTuple):
    """What became of a drawn record: every case that was made, the rejected ones too."""

    drawn: Drawn
    found: list[Crafted]


@dataclass(frozen=True)
class Strictness:
    """What a build checks beyond what it always does.

    `against` are files of texts (a public benchmark, say) that no case may repeat; `after` is an ISO date that every
    record must be later than.
    """

    against: tuple[Path, ...] = ()
    after: str = ""

    def auditor(self, kit: Kit) -> Auditor:
        """The auditor of one build. Raises `InputError` for a date or a file that cannot be read."""
        return Auditor(kit, against=NGrams.of(self.against) if self.against else None, after=self.after)

    def facts(self) -> dict[str, str]:
        """What the manifest says of it: the date, and a hash of the texts."""
        found = {"after": self.after} if self.after else {}
        return found | {"against": digest([sha256_file(p) for p in self.against])} if self.against else found


@dataclass
class _Counts:
    arms: dict[str, int] = field(default_factory=dict)
    calls: int = 0
    made: int = 0
    mended: int = 0
    needs: set[Level] = field(default_factory=set)  # what the cases need besides what their task says
    first_reason: str = ""


def build(
    tasks: Sequence[Task],
    out: Path,
    *,
    salt: str,
    suite: str = "",
    staff: Staff | Archive | None = None,
    anchor: Anchor | None = None,
    strict: Strictness | None = None,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Edition:
    """Build and seal the edition of `tasks` under `salt` at `out`.

    Tasks take turns, record by record, so a run that stops early has something of each. The same tasks, salt and
    generated outputs give the same bytes, however many builders wait for a role at a time. `staff` are the bound roles,
    whose kit the tasks were made with; `anchor` is a block shared with other editions, `strict` adds checks, `progress`
    is told the records done and meant. Raises `InputError` where a pool holds fewer records than are asked of it or a
    task yields no usable case, `FolderError` where `out` cannot be used, `BuildStopped` where a role gives out or its
    budget is used: the same call then resumes, asking nothing twice.
    """
    if not tasks:
        raise InputError("nothing to build: name a suite or a task")
    if not salt:
        raise InputError("the salt is empty: pass any text with --salt")
    if anchor and anchor.name == salt:
        raise InputError(f"the anchor block and the edition have the same salt `{salt}`: name the block otherwise")
    for task in tasks:
        task.records.enough()  # before anything is paid for
    strict = strict or Strictness()
    check = strict.auditor(staff.kit if staff else BARE)
    counts = {task.id: _Counts() for task in tasks}
    writer = EditionWriter(Path(out))
    written: set[int] = set()
    meant = sum(task.n for task in tasks)
    try:
        for done, made in enumerate(_made(_in_turns(tasks, salt, anchor), check, staff.workers if staff else 1), 1):
            _write(writer, made, counts[made.drawn.task.id], check, written)
            progress(done, meant)
        for task in tasks:
            _close(writer, task, counts[task.id])
        if staff and staff.cache.used:
            writer.generated(staff.cache.export)
        writer.close()
        edition = writer.seal(
            suite=suite or "+".join(t.id for t in tasks),
            salt=salt,
            trustgen=VERSION,
            tasks=tuple(_entry(task, counts[task.id]) for task in tasks),
            roles=staff.uris if staff else None,
            anchor=anchor,
            pools={name: about for task in tasks for name, about in task.records.manifests.items()},
            audit=card(writer.cases) | ({"checks": strict.facts()} if strict.facts() else {}),
        )
        if staff:
            staff.cache.delete()
        return edition
    finally:
        writer.discard()


def _write(writer: EditionWriter, made: Made, count: _Counts, check: Auditor, written: set[int]) -> None:
    """Put one record's cases into the edition or the ledger."""
    dropped: set[str] = set()
    for found in made.found:
        reason = found.reason or (
            "the case it varies was rejected" if found.base and found.base.id in dropped else check.repeated(found)
        )
        if reason:
            dropped.add(found.case.id)
            writer.reject(_reject(found, reason))
            count.made += found.final and found.applies
            count.mended += not found.final
            count.first_reason = count.first_reason or reason
            continue
        count.made += 1
        if (mark := int(found.record.id[:16], 16)) not in written:
            written.add(mark)
            writer.record(found.record)
        if _keep_pictures(writer, made.drawn.task, found.case):
            count.needs.add(Level.IMAGE_IN)
        count.needs |= talk_of(found.case.turns, found.case.play)
        writer.case(found.case, made.drawn.block)
        count.arms[found.case.arm] = count.arms.get(found.case.arm, 0) + 1
        count.calls += found.case.calls


def _close(writer: EditionWriter, task: Task, count: _Counts) -> None:
    """Put the rows that became no record into the ledger; raises `InputError` for a task without a usable case."""
    for row in task.records.bad_rows():
        reason = f"{row.field}: {row.reason}" if row.field else row.reason
        writer.reject(Reject(stage="curate", task=task.id, where=row.where, reason=reason, lost=False))
    if not count.arms:
        why = f" (the first was rejected because: {count.first_reason})" if count.first_reason else ""
        raise InputError(f"task `{task.id}` built no usable case of {count.made} crafted{why}")


def _keep_pictures(writer: EditionWriter, task: Task, case: Case) -> bool:
    """Put the pictures that a case shows into the edition; returns whether there are any.

    Those that were made for it lie in the task's kit, all others in the pools that it draws from.
    """
    for image in case.images:
        if not writer.has_asset(image.sha256):
            try:
                body = task.kit.asset(image.sha256)
            except InputError:
                body = task.records.asset(image.sha256)
            writer.asset(body)
    return bool(case.images)


def _reject(found: Crafted, reason: str) -> Reject:
    return Reject(
        stage="vary" if found.step else "craft" if not found.case.turns else "audit",
        task=found.case.task,
        arm=found.case.arm,
        record=found.record.id,
        reason=reason,
        attempt=found.attempt,
        lost=found.final and found.applies,
        turns=found.case.turns,
    )


def _made(drawn: Iterator[Drawn], check: Auditor, workers: int) -> Iterator[Made]:
    """Every record's cases, in the order of the records; where roles are asked, several records at a time."""
    if workers == 1:
        yield from (Made(d, _crafted(d.task, d.record, d.salt, check)) for d in drawn)
        return
    pool = ThreadPoolExecutor(workers, thread_name_prefix="build")
    waiting: deque[tuple[Drawn, Future[list[Crafted]]]] = deque()

    def start(those: Iterable[Drawn]) -> None:
        for d in those:
            waiting.append((d, pool.submit(_crafted, d.task, d.record, d.salt, check)))

    try:
        start(islice(drawn, 2 * workers))
        while waiting:
            d, future = waiting.popleft()
            yield Made(d, future.result())
            start(islice(drawn, 1))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _crafted(task: Task, record: Record, salt: str, check: Auditor) -> list[Crafted]:
    """A record's cases; a row of somebody's own on which the task's code fails is lost, with the reason."""
    try:
        return list(crafted(task, record, salt, check))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        named = f"{type(error).__name__}: {error}"
        reason = f"record {record.id} of pool `{record.pool}` is none for this task ({named})"
        return [Crafted(Case("", task.id, "", (), Expect(), (record.id,)), record, reason=reason)]


def _in_turns(tasks: Sequence[Task], salt: str, anchor: Anchor | None) -> Iterator[Drawn]:
    sources = [_records(task, salt, anchor) for task in tasks]
    while sources:
        left = []
        for source in sources:
            if (drawn := next(source, None)) is not None:
                yield drawn
                left.append(source)
        sources = left


def _records(task: Task, salt: str, anchor: Anchor | None) -> Iterator[Drawn]:
    """A task's records: the anchor block's first, then as many others of the edition's own as make up `n`."""
    shared: set[str] = set()
    if anchor:
        for record in islice(_select(task, anchor.name), min(anchor.records, task.n)):
            shared.add(record.id)
            yield Drawn(task, record, anchor.name, ANCHOR)
    own = (record for record in _select(task, salt) if record.id not in shared)
    yield from (Drawn(task, record, salt) for record in islice(own, task.n - len(shared)))


def _select(task: Task, salt: str) -> Iterator[Record]:
    # Each task draws for itself: else a salt that is unlucky for one is unlucky for all tasks on the same pool.
    return task.records.select(f"{salt} {task.id}")


def _entry(task: Task, count: _Counts) -> TaskEntry:
    return TaskEntry(
        id=task.id,
        version=task.version,
        n=task.n,
        pool=task.records.pool,
        needs=task.needs | count.needs,
        sampling=task.sampling,
        arms=count.arms,
        calls=count.calls,
        made=count.made,
        mended=count.mended,
        settings=dict(task.settings) if task.settings else UNSET,
    )


def drawn_ids(task: Task, edition: Edition) -> set[str]:
    """The ids of all records that a task's pool draws for an edition's salt and anchor block."""
    return {drawn.record.id for drawn in _records(task, edition.manifest.salt, edition.manifest.anchor)}


def rebuilt_cases(edition: Edition, tasks: Sequence[Task], auditor: Auditor | None = None) -> Iterator[Case]:
    """The cases that the installed tasks make of the edition's own records, in its order: labels derived again.

    Records whose every case was rejected are not in an edition, and take no part.
    """
    check = auditor or Auditor()
    by_id = {task.id: task for task in tasks}
    salt, anchor = edition.manifest.salt, edition.manifest.anchor
    for task_id, block, record in _used_records(edition):
        under = anchor.name if block == ANCHOR and anchor else salt
        dropped: set[str] = set()
        for found in _crafted(by_id[task_id], record, under, check):
            orphan = found.base is not None and found.base.id in dropped
            if found.reason or orphan or check.repeated(found):
                dropped.add(found.case.id)
            else:
                yield found.case


def _used_records(edition: Edition) -> Iterator[tuple[str, str, Record]]:
    """Which record each task made its cases from, in order. Holds the records: they are read once and used by tasks."""
    records = {record.id: record for record in edition.records()}
    before = ("", "", "")
    for case, block in edition.blocks():
        now = (case.task, block, case.cluster)
        if now != before:
            yield case.task, block, records[case.cluster]
            before = now
