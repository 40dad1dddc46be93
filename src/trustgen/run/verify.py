"""Check a sealed edition against itself and against what is installed: no model is asked, nothing is fetched."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from itertools import zip_longest
from pathlib import Path

import msgspec

from trustgen.core import BuildStopped, InputError, Kit, Task
from trustgen.store import Edition, Generated
from trustgen.store.files import EDITION, GENERATED, claim

from .build import Strictness, build, drawn_ids, rebuilt_cases
from .judge import tasks_of
from .roles import Archive, recorded


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. `ok` when every count is 0; `notes` say what could not be checked, and why."""

    edition: str
    cases: int
    renamed: bool  # the id does not follow from the rows
    differing: int  # cases that the installed tasks make differently of the edition's own records
    undrawn: int  # records that the installed pools do not draw for its salt
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the edition holds."""
        return not (self.renamed or self.differing or self.undrawn)


def verify(folder: Path, against: Sequence[Path] = ()) -> Verified:
    """Derive the id, every case and label, and the choice of records of an edition again.

    `against` are the files that it was built against, where it was (`build --against`): what was mended because it
    repeated them is made alike only with them. Raises `FolderError` where a file, the manifest included, is not byte
    for byte as it was sealed.
    """
    edition = Edition.open(folder, rows=False)
    with tempfile.TemporaryDirectory() as place:
        cache = Generated(Path(place) / "generated.db", closed=True)
        try:
            if GENERATED in edition.manifest.files:
                cache.fill(folder / GENERATED)
            kit = recorded(edition.manifest.roles, cache)
            tasks = tasks_of(edition, kit)
            strict, note = _strictness(edition, tuple(against))
            auditor = strict.auditor(kit)
            again = (case.id for case in rebuilt_cases(edition, list(tasks.values()), auditor))
            differing = sum(a.id != b if a else True for a, b in zip_longest(edition.cases(), again))
            undrawn, notes = _undrawn(edition, tasks)
            notes += [note] if note else []
        finally:
            cache.close()
    return Verified(
        edition=edition.manifest.id,
        cases=edition.planned,
        renamed=edition.content_id() != edition.manifest.id,
        differing=differing,
        undrawn=undrawn,
        notes=tuple(notes),
    )


def _strictness(edition: Edition, against: tuple[Path, ...]) -> tuple[Strictness, str]:
    """The checks that the edition was built with, and what to say where they cannot be had."""
    told = edition.manifest.audit.get("checks", {})
    strict = Strictness(against, told.get("after", ""))
    if strict.facts() == told:
        return strict, ""
    if against:
        raise InputError(f"`{edition.folder}` was not built against these texts: leave --against out or name its own")
    return strict, "it was built against texts that are not given: name them with --against to make it alike"


def _undrawn(edition: Edition, tasks: dict[str, Task]) -> tuple[int, list[str]]:
    """How many records of the edition its pools no longer draw, and which pools are not as they were."""
    notes: list[str] = []
    drawn: dict[str, set[str]] = {}
    for entry in edition.manifest.tasks:
        records = tasks[entry.id].records
        now = records.manifests
        then = {name: edition.manifest.pools.get(name) for name in now}
        if records.pool != entry.pool:
            notes.append(f"{entry.id}: its pool `{entry.pool}` is not at hand, so its choice is not checked")
        elif now != then:
            notes.append(f"{entry.id}: another release of `{entry.pool}` is installed, so its choice is not checked")
        else:
            try:
                drawn[entry.id] = drawn_ids(tasks[entry.id], edition)
            except BuildStopped as error:
                notes.append(f"{entry.id}: {error}")
    missing = {(c.task, c.cluster) for c in edition.cases() if c.task in drawn and c.cluster not in drawn[c.task]}
    return len(missing), notes


def rebuild(
    source: Edition, tasks: Callable[[int | None, Kit], list[Task]], out: Path, against: Sequence[Path] = ()
) -> Edition:
    """Build an edition again from its manifest and what was generated for it; nothing is asked or fetched.

    `tasks` makes the suite's tasks (`Suite.build`); `against` is as in `verify`. Raises `BuildStopped` where something
    is needed that the edition does not carry, `InputError` where the suite has other tasks or sizes now.
    """
    strict, note = _strictness(source, tuple(against))
    if note:
        raise InputError(f"`{source.folder}`: {note}")
    claim(out, EDITION)
    manifest = source.manifest
    cache = Generated(out / "generated.db", closed=True)
    try:
        if GENERATED in manifest.files:
            cache.fill(source.folder / GENERATED)
        archive = Archive(manifest.roles, cache)
        sizes = [(entry.id, entry.n) for entry in manifest.tasks]
        for n in (None, *sorted({n for _, n in sizes})):
            made = tasks(n, archive.kit)
            if [(task.id, task.n) for task in made] == sizes:
                break
        else:
            raise InputError(f"`{source.folder}` holds {sizes}, which this suite does not build: name the suite it was")
        salt, suite, anchor = manifest.salt, manifest.suite, manifest.anchor
        return build(made, out, salt=salt, suite=suite, staff=archive, anchor=anchor, strict=strict)
    finally:
        cache.delete()
