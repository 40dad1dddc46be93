"""From what is named to an edition: a folder that holds one, or a suite that is built now."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from trustgen.core import BARE, FolderError, InputError, MissingExtra, MissingExtras, Model, named
from trustgen.run import Settings, Staff, Strictness, build
from trustgen.run.ready import all_there
from trustgen.store import Anchor, Edition, Generated
from trustgen.store.files import EDITION, claim
from trustgen.tasks.suites import load_suite

if TYPE_CHECKING:
    from trustgen.tasks.suites import Entry, Suite

Told = Callable[[int, int], None]
Note = Callable[[str], None]
Building = Callable[["Suite", int | None, str, Path, Mapping[str, Model], Anchor | None], Edition]
"""`build_suite`, told how to go about it."""


def unseen(*_: object) -> None:
    """What is told to nobody."""


def edition_of(
    target: str | Suite,
    n: int | None,
    salt: str,
    out: Path,
    role: Mapping[str, Model] | None = None,
    anchor: Anchor | None = None,
    *,
    building: Building,
) -> Edition:
    """The edition in a folder, or the one that `building` makes of a suite now, at `out` (kept where it is already)."""
    if isinstance(target, str) and (Path(target) / "edition.json").is_file():
        if n is not None or role or anchor:
            raise InputError("--n, --role and --anchor belong to building; an edition is frozen: name a suite instead")
        return Edition.open(Path(target))
    suite = load_suite(target) if isinstance(target, str) else target
    if not (out / "edition.json").is_file():
        return building(suite, n, salt, out, role or {}, anchor)
    made = Edition.open(out)
    bound = named({name: model.uri for name, model in (role or {}).items()})
    wanted = [(e.id, e.n) for e in suite.sized(n, bound).tasks]
    if (made.manifest.salt, [(t.id, t.n) for t in made.manifest.tasks]) != (salt, wanted):
        raise FolderError(
            f"`{out}` holds an edition of `{made.manifest.suite}` with salt {made.manifest.salt} and other tasks "
            "or sizes: choose another folder with -o"
        )
    if any(e.form and not _same(e, made) for e in suite.tasks):
        raise FolderError(f"`{out}` holds an edition of other questions, or asked otherwise: choose another with -o")
    if (role and made.manifest.roles.keys() != role.keys()) or (anchor and made.manifest.anchor != anchor):
        raise FolderError(f"`{out}` holds an edition with other roles or another anchor block: choose another with -o")
    return made


def _same(entry: Entry, made: Edition) -> bool:
    """Whether an edition holds a form as it is now: the same file, and the same settings."""
    held = {task.id: task.settings or {} for task in made.manifest.tasks}
    pools = entry.records(1, BARE).manifests
    return held[entry.id] == entry.settings and all(made.manifest.pools.get(name) == pools[name] for name in pools)


def build_suite(
    suite: Suite,
    n: int | None,
    salt: str,
    out: Path,
    role: Mapping[str, Model],
    anchor: Anchor | None,
    settings: Settings | None = None,
    strict: Strictness | None = None,
    progress: Told = unseen,
    note: Note = unseen,
) -> Edition:
    """Build a suite, with roles where some are bound; `progress` is told the records done and meant."""
    claim(out, EDITION)
    cache = Generated(out / "generated.db")
    try:
        with Staff(role, cache, settings, note) as staff:
            tasks = suite.build(n, staff.kit)
            for task in tasks:
                if n is not None and task.n < n:
                    note(f"note: {task.id} asks {task.n:,} records, all that there are")
            made = build(
                tasks,
                out,
                salt=salt,
                suite=suite.name,
                staff=staff,
                anchor=anchor,
                strict=strict,
                progress=progress,
            )
            for bound in staff.roles.values():
                if not bound.asks and not bound.role.startswith("judge"):  # a judge's work begins with the run
                    note(f"note: no task of `{suite.name}` asked the role `{bound.role}`")
            return made
    except (MissingExtra, MissingExtras):  # what else is missing is said in the same breath
        all_there(partial(one, None, named(dict.fromkeys(role, ""))) for one in suite.alone())
        raise
    finally:
        if cache.empty:  # nothing was bought: leave nothing behind
            cache.delete()
        cache.close()


def place(kind: str, *parts: str) -> Path:
    """A readable default folder in `trustgen-runs/`; the same command names the same one, and so resumes."""
    name = "-".join(re.sub(r"[^A-Za-z0-9.]+", "_", part).strip("_") for part in parts)
    return Path("trustgen-runs") / f"{kind}-{name}"[:120]
