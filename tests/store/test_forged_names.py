"""Folders of others: what lies under one of our names is ours in kind, or nothing is read and nothing is written."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from test_edition import SOURCE, write
from test_store_edges import manifest

from trustgen.core import Case, Expect, FolderError, Record, user
from trustgen.store import Edition, EditionManifest, EditionWriter, RunFolder, read_json, write_json
from trustgen.store.edition import CASES, read_cases
from trustgen.store.files import EDITION, RUN, claim, replacing
from trustgen.store.labels import append_label, read_labels, settled
from trustgen.store.tables import write_rows

EVIL = b"evil"
SHA = hashlib.sha256(EVIL).hexdigest()


def resealed(folder: Path, **changes: Any) -> None:
    """The manifest of an edition with other words in it, sealed again: a seal without a key proves no author."""
    told: EditionManifest = read_json(folder / "edition.json", EditionManifest, "an edition")
    write_json(folder / "edition.json", msgspec.structs.replace(told, **changes).sealed())


def tree(folder: Path) -> dict[str, tuple[int, int, str]]:
    """What lies in a folder: mode, time and content of everything."""
    found = {}
    for path in sorted(folder.rglob("*")):
        told = path.lstat()
        plain = stat.S_ISREG(told.st_mode)
        body = (
            hashlib.sha256(path.read_bytes()).hexdigest() if plain else os.readlink(path) if path.is_symlink() else ""
        )
        found[str(path.relative_to(folder))] = (told.st_mode, told.st_mtime_ns if plain else 0, body)
    return found


# ── names in an edition's manifest ──────────────────────────────────────────────────────────────────────────────────

PARTS = st.sampled_from(["..", ".", "", "assets", "cases.parquet", "Cases.parquet", "evil.txt", "/", "\\", "\0", SHA])
NAMES = st.one_of(
    st.lists(PARTS, min_size=1, max_size=5).map("/".join),
    st.text(string.printable, max_size=30),
    st.text(max_size=20),
)


@given(NAMES)
@example("../../evil.txt")
@example("/etc/passwd")
@example("..\\evil.txt")
@example("")
@example("cases.parquet\0")
@example("CASES.PARQUET")
@example("assets")
@example("assets/../evil.txt")
@example(f"assets/{SHA.upper()}")
@example(f"assets/{SHA}/")
@example(f"assets//{SHA}")
@example("edition.json")
def test_an_edition_names_its_own_files_and_no_others(forged: Path, name: str) -> None:
    """`run` copies what the manifest names to where it says: one name was a file outside the run."""
    told: EditionManifest = read_json(forged / "edition.json", EditionManifest, "an edition")
    ours = {key: value for key, value in told.files.items() if key.endswith(".parquet")}
    if name in ours or name in (f"assets/{SHA}", "generated.parquet"):
        return
    resealed(forged, files={**ours, name: SHA})
    with pytest.raises(FolderError, match="names a file that no edition has"):
        Edition.open(forged)
    resealed(forged, files=ours)


@pytest.fixture(scope="module")
def forged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("deep") / "a" / "b"
    place.mkdir(parents=True)
    for where in (place.parent.parent / "evil.txt", place.parent / "evil.txt", place / "evil.txt"):
        where.write_bytes(EVIL)
    return write(place / "edition", 3).folder


def test_an_asset_goes_by_its_own_hash_and_a_table_is_never_missing(tmp_path: Path) -> None:
    folder = write(tmp_path / "e", 3).folder
    files = Edition.open(folder).manifest.files
    resealed(folder, files={**files, f"assets/{'0' * 64}": SHA})
    with pytest.raises(FolderError, match="names a file that no edition has"):
        Edition.open(folder)
    resealed(folder, files={k: v for k, v in files.items() if k != "records.parquet"})
    with pytest.raises(FolderError, match=r"has no records.parquet in its manifest"):
        Edition.open(folder)


def test_a_case_that_asks_for_a_picture_elsewhere_gets_none(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    edition = write(tmp_path / "e", 3)
    for name in ("../../pipe", str(tmp_path / "pipe"), "..", ""):
        with pytest.raises(FolderError, match="names no asset"):
            edition.asset(name)


# ── rows that the manifest does not speak of ────────────────────────────────────────────────────────────────────────


def test_an_edition_has_the_rows_that_its_manifest_counts(tmp_path: Path) -> None:
    """Ten million cases in the head of a report, 20 in its body."""
    folder = write(tmp_path / "e", 20).folder
    (task,) = Edition.open(folder).manifest.tasks
    for arms, why in (
        ({"plain": 10_000_000}, "says 10,000,000 cases of task in the arm plain, and there are 20"),
        ({"plain": 20, "other": 1}, "says 1 cases of task in the arm other, and there are 0"),
        ({}, "says 0 cases of task in the arm plain, and there are 20"),
    ):
        resealed(folder, tasks=(msgspec.structs.replace(task, arms=arms),))
        with pytest.raises(FolderError, match=why):
            Edition.open(folder)
    resealed(folder, tasks=(msgspec.structs.replace(task, id="another"),))
    with pytest.raises(FolderError, match=r"and there are 0|none of its tasks"):
        Edition.open(folder)
    resealed(folder, tasks=(task,), id="0" * 32)
    with pytest.raises(FolderError, match="its id is 0000"):
        Edition.open(folder)
    assert Edition.open(folder, rows=False).planned == 20, "who looks itself may"


def test_no_row_goes_by_the_name_of_another(tmp_path: Path) -> None:
    """Answers are stored and joined by the names of cases: two rows under one name, or a name of something else."""
    other = next(write(tmp_path / "other", 3).cases())
    for place, names in (
        ("twice", lambda case: case.id),
        ("swapped", lambda case: other.id if case.id == other.id else "f" * 32),
    ):
        writer = EditionWriter(tmp_path / place)
        for i in range(3):
            record = Record.of("pool", SOURCE, number=i)
            case = Case.of(record, "plain", user("Say"), expect=Expect(answer="x")).sealed("task")
            writer.record(record)
            writer.case(msgspec.structs.replace(case, id=names(case)))
            if place == "twice" and i == 0:
                writer.case(case)
        (task,) = Edition.open(tmp_path / "other").manifest.tasks
        n = 4 if place == "twice" else 3
        task = msgspec.structs.replace(task, arms={"plain": n})
        writer.seal(suite="suite", salt="s", trustgen="0", tasks=(task,))
        with pytest.raises(FolderError, match="stands in it twice" if place == "twice" else "another content"):
            Edition.open(tmp_path / place)


def test_the_rows_are_looked_at_once_a_process_and_again_after_any_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Path] = []
    real = Edition.differs
    monkeypatch.setattr(Edition, "differs", lambda self: looks.append(self.folder) or real(self))
    folder = write(tmp_path / "e", 20, salt="once").folder
    for _ in range(3):
        Edition.open(folder)
    copy = Edition.open(folder).copy_to(tmp_path / "run" / "edition")
    assert Edition.open(copy.folder).planned == 20
    assert len(looks) == 1
    (task,) = copy.manifest.tasks
    resealed(folder, tasks=(msgspec.structs.replace(task, arms={"plain": 21}),))
    with pytest.raises(FolderError, match="is not what its manifest says"):
        Edition.open(folder)


def test_a_run_holds_the_edition_that_it_was_made_on(tmp_path: Path) -> None:
    run = RunFolder.take(tmp_path / "run")
    made = write(tmp_path / "run" / "edition", 20)
    run.write_manifest(manifest(edition=made.manifest.id))
    run.leave()
    assert RunFolder.open(tmp_path / "run").edition().planned == 20
    run.write_manifest(manifest(edition="another"))
    with pytest.raises(FolderError, match="is a run on edition another"):
        RunFolder.open(tmp_path / "run").edition()


def test_an_edition_is_not_laid_over_another(tmp_path: Path) -> None:
    """A run folder of somebody else may hold an edition of the same name with other rows."""
    mine, theirs = write(tmp_path / "mine", 20), write(tmp_path / "run" / "edition", 21)
    (theirs.folder / "edition.json").unlink()
    with pytest.raises(FolderError, match=r"holds another edition \(cases.parquet"):
        mine.copy_to(tmp_path / "run" / "edition")


# ── links, pipes, folders and devices under our names ───────────────────────────────────────────────────────────────


def link(at: Path, victim: Path) -> None:
    at.symlink_to(victim)


def pipe(at: Path, victim: Path) -> None:
    os.mkfifo(at)


def folder(at: Path, victim: Path) -> None:
    if at.name in EDITION.folders | RUN.folders:
        at.write_bytes(b"")
    else:
        at.mkdir()


def endless(at: Path, victim: Path) -> None:
    at.symlink_to("/dev/zero")


FORMS: list[Callable[[Path, Path], None]] = [link, pipe, folder, endless]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", sorted(RUN.files | RUN.folders))
def test_no_name_of_a_run_leads_elsewhere(tmp_path: Path, name: str, form: Callable[[Path, Path], None]) -> None:
    """`.lock` as a link emptied the file behind it; `journal.db` made tables in somebody's database."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"of the user")
    place = tmp_path / "run"
    place.mkdir()
    if name != "run.json":
        write_json(place / "run.json", manifest())
    form(place / name, victim)
    before = tree(tmp_path)
    for take in (RunFolder.open, RunFolder.take, lambda p: claim(p, RUN)):
        with pytest.raises(FolderError, match=r"cannot be used: it is|cannot be read"):
            take(place)
    assert tree(tmp_path) == before


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", sorted(EDITION.files | EDITION.folders))
def test_no_name_of_an_edition_leads_elsewhere(tmp_path: Path, name: str, form: Callable[[Path, Path], None]) -> None:
    place = write(tmp_path / "e", 3).folder
    outside = tmp_path / "outside"
    real = place / name
    if real.exists():
        real.rename(outside)
    else:
        outside.mkdir()
    form(real, outside)
    before = tree(tmp_path)
    other = write(tmp_path / "other", 3)
    for take in (Edition.open, EditionWriter, other.copy_to):
        with pytest.raises(FolderError, match=r"cannot be used: it is|cannot be read"):
            take(place)
    shutil.rmtree(tmp_path / "other")
    assert tree(tmp_path) == before


def test_a_device_under_our_name_is_refused(tmp_path: Path) -> None:
    try:
        os.mknod(tmp_path / "run.json", 0o600 | stat.S_IFCHR, os.makedev(1, 5))
    except OSError:
        pytest.skip("only the super-user may make a device here")
    with pytest.raises(FolderError, match="it is a device"):
        RunFolder.open(tmp_path)


def test_what_is_written_in_place_has_no_second_name(tmp_path: Path) -> None:
    """A second name reaches the file of somebody else without being a link."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"of the user")
    (tmp_path / "run").mkdir()
    for name, use in ((".lock", RunFolder.take), ("labels.jsonl", lambda p: append_label(p, None))):
        os.link(victim, tmp_path / "run" / name)
        with pytest.raises(FolderError, match="it has a second name"):
            use(tmp_path / "run")
        (tmp_path / "run" / name).unlink()
    assert victim.read_bytes() == b"of the user"


def test_taking_a_run_empties_no_lock(tmp_path: Path) -> None:
    RunFolder.take(tmp_path / "run").leave()
    (tmp_path / "run" / ".lock").write_bytes(b"whatever")
    RunFolder.take(tmp_path / "run").leave()
    assert (tmp_path / "run" / ".lock").read_bytes() == b"whatever"


def test_labels_and_what_they_settled_are_read_through_no_link(tmp_path: Path) -> None:
    (tmp_path / "labels.jsonl").symlink_to("/etc/hostname")
    with pytest.raises(FolderError, match="it is a link"):
        read_labels(tmp_path)
    (tmp_path / "settled.json").symlink_to(tmp_path / "nowhere")
    with pytest.raises(FolderError, match="it is a link"):
        settled(tmp_path)


def test_a_written_file_replaces_a_link_and_leaves_what_it_led_to(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"of the user")
    (tmp_path / "report.html").symlink_to(victim)
    with replacing(tmp_path / "report.html") as path:
        path.write_bytes(b"report")
    assert (tmp_path / "report.html").read_bytes() == b"report"
    assert not (tmp_path / "report.html").is_symlink()
    assert victim.read_bytes() == b"of the user"


# ── whose files they are ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("mask", "file", "folder"), [(0o077, 0o600, 0o700), (0o027, 0o640, 0o750), (0o022, 0o644, 0o755)]
)
def test_the_umask_holds_and_a_run_is_its_owners_alone(tmp_path: Path, mask: int, file: int, folder: int) -> None:
    before = os.umask(mask)
    try:
        write_json(tmp_path / "out.json", 1)
        write(tmp_path / "e", 3)
        run = RunFolder.take(tmp_path / "runs" / "run")
        run.write_manifest(manifest())
        run.leave()
    finally:
        os.umask(before)
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in tmp_path.rglob("*")}
    assert modes["out.json"] == modes["edition.json"] == modes["cases.parquet"] == modes["run.json"] == file
    assert modes["e"] == modes["runs"] == folder
    assert modes["run"] == 0o700, "replies may be harmful or private"


# ── JSON that is none of ours ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("body", [b"[" * 100_000, b"\xff", b"{}", b'{"edition": 1}', b"", b"1e999999"])
def test_no_json_is_more_than_a_fault_of_the_folder(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "run.json").write_bytes(body)
    with pytest.raises(FolderError, match=r"run.json` cannot be read"):
        RunFolder.open(tmp_path)


@pytest.mark.parametrize(
    "body", ["[{}]", '[{"value": 1}]', "[[]]", '[{"value":1,"low":1,"high":1,"worst":1,"best":1}]']
)
def test_no_estimate_is_more_than_a_fault_of_the_folder(tmp_path: Path, body: str) -> None:
    write_json(tmp_path / "run.json", manifest())
    (tmp_path / "estimates.json").write_text(body)
    with pytest.raises(FolderError, match=r"estimates.json"):
        RunFolder(tmp_path).estimates()


def test_an_edition_whose_rows_are_no_cases_is_refused_in_a_line(tmp_path: Path) -> None:
    columns = (("id", "text"), ("task", "category"))
    write_rows(tmp_path / "cases.parquet", columns, iter([("a", "b")]))
    with pytest.raises(FolderError, match="its columns are not those of the table"):
        list(read_cases(tmp_path / "cases.parquet"))
    full = ("id", "t", "plain", "r", [], {"answer": "x"}, ["r"], [], {}, "", "", "", "")
    write_rows(tmp_path / "cases.parquet", CASES, iter([(*full[:5], {"answer": [1]}, *full[6:])]))
    with pytest.raises(FolderError, match="holds a row that is not ours"):
        list(read_cases(tmp_path / "cases.parquet"))
    wrong = tuple((name, "int" if name == "question" else kind) for name, kind in CASES)
    write_rows(tmp_path / "cases.parquet", wrong, iter([(*full[:9], 7, "", "", "")]))
    with pytest.raises(FolderError, match=r"column `question` holds int64, not string"):
        list(read_cases(tmp_path / "cases.parquet"))
