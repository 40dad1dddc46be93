"""A run's folder: what was asked of which models, and what came of it.

    RUN/run.json             manifest: edition id, models, judge keys, versions, budget, status
        edition/             the edition it was made on, so that a run can always be re-run
        journal.db           while running (see `journal`)
        responses.parquet    once sealed
        verdicts.parquet
        assets/              pictures that models gave, each named by its SHA-256
        estimates.json       the numbers
        seal.json            hashes of all these, session by session (see `seal`)

Where a journal is present it is the truth; sealing writes the Parquet files whole before the journal goes.
"""

from __future__ import annotations

import contextlib
import fcntl
import math
import os
from collections.abc import Iterator
from pathlib import Path
from shlex import quote
from typing import Any

import msgspec

from trustgen.core import Assets, Chain, Estimate, FolderError, Response, Verdict

from .blobs import ASSETS, Blobs
from .draws import drawn
from .edition import Edition
from .files import RUN, Head, check_names, claim, open_own, read_json, replacing, write_json
from .journal import Journal, checked_columns, verdict_of, verdict_row
from .labels import overlaid, settled_columns
from .manifests import FORMAT, RunManifest
from .seal import Did, begin, end
from .tables import batches, rows, write_rows

RESPONSES = (
    ("key", "text"),
    ("case_id", "text"),
    ("task", "category"),
    ("model", "category"),
    ("status", "category"),
    ("attempts", "int"),
    ("prompt_tokens", "int"),
    ("completion_tokens", "int"),
    ("text", "text"),
    ("reason", "text"),
    ("response", "json"),
)
VERDICTS = (
    ("key", "text"),
    ("response", "text"),
    ("case_id", "text"),
    ("task", "category"),
    ("model", "category"),
    ("judge", "category"),
    ("outcome", "category"),
    ("score", "float"),
    ("label", "text"),
    ("reason", "text"),
    ("rung", "category"),
    ("confidence", "float"),
    ("votes", "text"),
)
_response = msgspec.json.Decoder(Response)
_encode = msgspec.json.Encoder().encode


class RunFolder:
    """One run on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock: int | None = None  # the handle that holds it
        self._did: Did | None = None  # what the session under way does

    # ── taking and leaving ─────────────────────────────────────────────────────────────────────────────────────────

    @classmethod
    def take(cls, folder: Path) -> RunFolder:
        """Claim a folder for writing: new, empty, or a run already; locked against a second process."""
        claim(folder, RUN)
        run = cls(folder)
        lock = open_own(folder / ".lock")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            raise FolderError(
                f"run `{folder}` is in use by another process: wait for it or name another with -o"
            ) from None
        run._lock = lock
        return run

    def leave(self) -> None:
        """Let another process have the folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @classmethod
    def open(cls, folder: Path) -> RunFolder:
        """A run to read."""
        if not folder.is_dir():
            raise FolderError(
                f"there is no run at `{folder}`: make one with `trustgen run SUITE --model URI -o {folder}`"
            )
        check_names(folder, RUN)
        run = cls(folder)
        run.manifest()
        return run

    def begin(self, did: Did) -> None:
        """Say in the run's seal that a session begins; before this, nothing that is sealed may be written.

        Raises `FolderError` where rows that the session would take up were edited.
        """
        self._did = begin(self.folder, did)

    def end(self, did: Did | None = None) -> None:
        """Seal what a session wrote: the one that began, or one that is known by its end, as labelling is."""
        if (ended := did or self._did) is not None:
            manifest = self.manifest()
            end(self.folder, ended, manifest.edition, manifest.judges)
            self._did = None

    @property
    def exists(self) -> bool:
        """Whether the folder holds a run already."""
        return (self.folder / "run.json").is_file()

    # ── manifest, edition, estimates ───────────────────────────────────────────────────────────────────────────────

    def manifest(self) -> RunManifest:
        """Read `run.json`. Raises `FolderError` for one of another format, with the command that runs it again."""
        path = self.folder / "run.json"
        head: Head = read_json(path, Head, "a run")
        if head.format not in (0, FORMAT):
            models = " ".join(f"--model {quote(uri)}" for uri in head.models)
            raise FolderError(
                f"`{self.folder}` has run format {head.format}, this TrustGen reads format {FORMAT}: run it again with "
                f"`trustgen run {quote(head.suite)} --salt {quote(head.salt)} {models}`"
            )
        found: RunManifest = read_json(path, RunManifest, "a run")
        return found

    def write_manifest(self, manifest: RunManifest) -> None:
        """Write `run.json`."""
        with _with_room(self.folder):
            write_json(self.folder / "run.json", manifest)

    def edition(self) -> Edition:
        """The edition inside the run, with every case as often as the run asks it."""
        manifest, edition = self.manifest(), Edition.open(self.folder / "edition")
        if edition.manifest.id != manifest.edition:
            raise FolderError(
                f"`{self.folder}` is a run on edition {manifest.edition[:8]}…, and holds another "
                f"({edition.manifest.id[:8]}…): get the run whole, or run it again"
            )
        return drawn(edition, manifest.repeats)

    @property
    def blobs(self) -> Blobs:
        """The pictures that models gave."""
        return Blobs(self.folder / ASSETS)

    def assets(self) -> Assets:
        """The pictures that the run's cases show, and those that its models gave."""
        return Chain(Blobs(self.folder / "edition" / ASSETS), self.blobs)

    def estimates(self) -> list[Estimate]:
        """The numbers."""
        path = self.folder / "estimates.json"
        raw: list[dict[str, Any]] = read_json(path, list[dict[str, Any]], "a finished run")
        try:
            return [_estimate(e) for e in raw]
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise FolderError(f"`{path}` holds something that is no estimate ({error}): run it again") from error

    def write_estimates(self, estimates: list[Estimate]) -> None:
        """Write `estimates.json`."""
        with _with_room(self.folder):
            write_json(self.folder / "estimates.json", estimates)

    # ── rows ───────────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def journal_path(self) -> Path:
        """Where the journal is while the run is open."""
        return self.folder / "journal.db"

    def journal(self) -> Journal:
        """Open the journal to write; a sealed run's rows are put back into one first."""
        journal = Journal(self.journal_path)
        if journal.is_empty and self._table("responses").exists():
            journal.restore(self._sealed_responses(), self._sealed_verdicts(), self.manifest().spent)
        return journal

    def _table(self, name: str) -> Path:
        return self.folder / f"{name}.parquet"

    @contextlib.contextmanager
    def journaled(self) -> Iterator[Journal | None]:
        """The journal to read, where it is what holds the rows; nothing is written."""
        if not self.journal_path.exists():
            yield None
            return
        with contextlib.closing(Journal(self.journal_path, writing=False)) as journal:
            # A kill may leave an empty one before the sealed rows were put back into it.
            yield None if journal.is_empty and self._table("responses").exists() else journal

    def _sealed_responses(self) -> Iterator[Response]:
        with _sound(self._table("responses")):
            for (body,) in rows(self._table("responses"), RESPONSES, ("response",)):
                yield _response.decode(body)

    def _sealed_verdicts(self) -> Iterator[Verdict]:
        with _sound(self._table("verdicts")):
            yield from map(verdict_of, rows(self._table("verdicts"), VERDICTS))

    def responses(self) -> Iterator[Response]:
        """Every response, sealed or not."""
        with self.journaled() as journal:
            yield from journal.responses() if journal else self._sealed_responses()

    def response_bodies(self) -> Iterator[tuple[str, str, str]]:
        """Task, model and stored JSON of every response, so that a reader may decode few of many."""
        with self.journaled() as journal:
            if journal:
                yield from ((r.task, r.model, _encode(r).decode()) for r in journal.responses())
            else:
                yield from rows(self._table("responses"), RESPONSES, ("task", "model", "response"))

    def lost_pictures(self) -> Iterator[str]:
        """What is wrong with the pictures that replies name, a sentence each: missing, or not what their name says."""
        seen: set[str] = set()
        with _sound(self._table("responses")):
            for _, _, body in self.response_bodies():
                for image in _response.decode(body).pictures if '"images":' in body else ():
                    if image.sha256 not in seen and (why := self.blobs.fault(image.sha256)):
                        yield f"a picture that a model gave {why}: {image.sha256}"
                    seen.add(image.sha256)

    def verdicts(self, *, settled: bool = True) -> Iterator[Verdict]:
        """Every verdict, sealed or not; with what people settled laid over, unless that is turned off."""
        return overlaid(self.folder, self._verdicts()) if settled else self._verdicts()

    def _verdicts(self) -> Iterator[Verdict]:
        with self.journaled() as journal:
            yield from journal.verdicts() if journal else self._sealed_verdicts()

    def joined(self, *, settled: bool = True) -> Iterator[tuple[tuple[str, str, str], list[list[Any]]]]:
        """The verdicts by column, as `Journal.joined` gives them, each batch of one (task, model, judge).

        What people settled comes last, unless that is turned off.
        """
        yield from self._joined()
        if settled:
            yield from settled_columns(self.folder)

    def _joined(self) -> Iterator[tuple[tuple[str, str, str], list[list[Any]]]]:
        with self.journaled() as journal:
            if journal is None:
                yield from self._sealed_columns()
                return
            for key in journal.judged_by():
                for batch in journal.joined(*key):
                    yield key, batch

    def _sealed_columns(self) -> Iterator[tuple[tuple[str, str, str], list[list[Any]]]]:
        names = ("task", "model", "judge", "case_id", "outcome", "score", "label", "confidence")
        with _sound(self._table("verdicts")):
            for columns in batches(self._table("verdicts"), VERDICTS, names):
                keys = list(zip(*columns[:3], strict=True))
                found = checked_columns(columns[3:])
                for key in dict.fromkeys(keys):
                    mine = [i for i, other in enumerate(keys) if other == key]
                    yield key, found if len(mine) == len(keys) else [[c[i] for i in mine] for c in found]

    def seal(self, journal: Journal) -> None:
        """Write all rows to Parquet, then remove the journal."""
        named: set[str] = set()  # pictures that a row names

        def row(response: Response) -> tuple[object, ...]:
            named.update(image.sha256 for image in response.pictures)
            return response_row(response)

        with _with_room(self.folder):
            with replacing(self._table("responses")) as path:
                write_rows(path, RESPONSES, map(row, journal.responses()))
            with replacing(self._table("verdicts")) as path:
                write_rows(path, VERDICTS, (verdict_row(v) for v in journal.verdicts()))
            self.blobs.only(named)
        journal.close()
        for suffix in ("-wal", "-shm", ""):  # the database last: while it stands, it is the truth
            self.journal_path.with_name(self.journal_path.name + suffix).unlink(missing_ok=True)


def response_row(r: Response) -> tuple[object, ...]:
    """A response's columns, in the order they are stored."""
    head = (r.key, r.case, r.task, r.model, r.status, r.attempts, r.usage.prompt, r.usage.completion)
    return (*head, r.text, r.reason, r)


@contextlib.contextmanager
def _with_room(folder: Path) -> Iterator[None]:
    """A full disk is no fault of ours: what is there stays, and the same command goes on from it."""
    try:
        yield
    except OSError as error:
        why = error.strerror or error
        raise FolderError(f"cannot write to `{folder}` ({why}): make room and give the same command again") from error


@contextlib.contextmanager
def _sound(path: Path) -> Iterator[None]:
    """A row that is none of ours is a fault of the file."""
    try:
        yield
    except (ValueError, RecursionError) as error:
        raise FolderError(f"`{path}` holds a row that is not ours ({error}): run it again") from error


def _estimate(raw: dict[str, Any]) -> Estimate:
    """An estimate as it was written; JSON has no nan, so it is written as null."""
    nan = math.nan
    raw |= {k: nan for k in ("value", "low", "high", "worst", "best") if raw[k] is None}
    raw |= {k: [nan if x is None else x for x in raw[k]] for k in ("bounds", "joint") if k in raw}
    if error := raw.get("judge_error"):
        error |= {k: [nan if x is None else x for x in v] for k, v in error.items() if isinstance(v, list)}
        error["floor"] = nan if error.get("floor") is None else error["floor"]
    if human := raw.get("human"):
        human |= {k: [nan if x is None else x for x in v] for k, v in human.items() if isinstance(v, list)}
        human["narrower"] = nan if human["narrower"] is None else human["narrower"]
    return msgspec.convert(raw, Estimate)
