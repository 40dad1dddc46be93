"""Editions and run folders: whole or not at all, and believed only unchanged."""

from __future__ import annotations

from pathlib import Path

import pytest

from trustgen.core import Case, Expect, FolderError, Image, Level, Record, Sampling, Source, user
from trustgen.store import Edition, EditionWriter, Reject, RunFolder, TaskEntry

SOURCE = Source(origin="tests", revision="1", licence="CC0-1.0")


def write(folder: Path, n: int = 3_000, salt: str = "s") -> Edition:
    """An edition of n one-case records."""
    writer = EditionWriter(folder)
    for i in range(n):
        record = Record.of("pool", SOURCE, number=i)
        expect = Expect(answer=str(i), aliases=("x", "y"), wrong=("z",))
        case = Case.of(record, "plain", user(f"Say {i}: «ü» \u202e"), expect=expect, tags={"group": str(i % 2)})
        writer.record(record)
        writer.case(case.sealed("task"))
    writer.reject(Reject(stage="audit", task="task", arm="plain", reason="for the test", turns=case.turns))
    return writer.seal(suite="suite", salt=salt, trustgen="0", tasks=(entry(n),))


def entry(n: int) -> TaskEntry:
    """The one task of such an edition."""
    return TaskEntry(
        id="task",
        version="1-A",
        n=n,
        pool="pool",
        needs=frozenset({Level.GENERATE}),
        sampling=Sampling(),
        arms={"plain": n},
        calls=n,
        made=n + 1,
    )


def test_an_edition_reads_back_and_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a"), write(tmp_path / "b")
    for name in ("edition.json", "cases.parquet", "records.parquet", "rejects.parquet"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    cases = list(Edition.open(tmp_path / "a").cases())
    assert len(cases) == first.planned == 3_000
    assert all(case.sealed("task").id == case.id for case in cases), "what is read hashes to its name"
    assert list(second.records())[7]["number"] == 7
    assert next(first.rejects()).reason == "for the test"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b"], "nothing is left beside an edition"


def test_any_changed_byte_is_noticed(tmp_path: Path) -> None:
    """Every byte of the manifest, and bytes all over the tables."""
    folder = write(tmp_path / "e", 20).folder
    for path in sorted(folder.iterdir()):
        whole = path.read_bytes()
        for at in range(0, len(whole), 1 if path.suffix == ".json" else 97):
            body = bytearray(whole)
            body[at] ^= 1
            path.write_bytes(body)
            with pytest.raises(FolderError):
                Edition.open(folder)
        path.write_bytes(whole + b"\n")
        with pytest.raises(FolderError, match="changed after it was sealed"):
            Edition.open(folder)
        path.write_bytes(whole)
    assert Edition.open(folder).altered() == []


def test_the_id_follows_from_the_rows(tmp_path: Path) -> None:
    edition = write(tmp_path / "e", 20)
    assert edition.content_id() == edition.manifest.id != write(tmp_path / "f", 21).manifest.id


def test_assets_travel_by_hash_and_are_checked(tmp_path: Path) -> None:
    writer = EditionWriter(tmp_path / "e")
    record = Record.of("pool", SOURCE, number=1)
    name = writer.asset(b"picture")
    assert writer.asset(b"picture") == name
    writer.record(record)
    case = Case.of(record, "plain", user("What is this?", Image(name)), expect=Expect(answer="a picture"))
    writer.case(case.sealed("task"))
    edition = writer.seal(suite="suite", salt="s", trustgen="0", tasks=(entry(1),))
    copy = edition.copy_to(tmp_path / "copy" / "deep")
    assert copy.asset(name) == Edition.open(tmp_path / "copy" / "deep").asset(name) == b"picture"
    (tmp_path / "e" / "assets" / name).unlink()
    (tmp_path / "e" / "assets" / name).write_bytes(b"another")
    with pytest.raises(FolderError, match=f"assets/{name}"):
        Edition.open(tmp_path / "e")
    with pytest.raises(FolderError, match="was changed after it was sealed"):
        edition.asset(name)
    with pytest.raises(FolderError, match="cannot be read"):
        copy.asset("0" * 64)


def test_an_unsealed_edition_leaves_nothing(tmp_path: Path) -> None:
    writer = EditionWriter(tmp_path / "e")
    writer.record(Record.of("pool", SOURCE, number=1))
    writer.discard()
    assert [p.name for p in tmp_path.iterdir()] == ["e"]
    assert not list((tmp_path / "e").iterdir())


def test_what_a_killed_run_left_is_no_strangers(tmp_path: Path) -> None:
    (tmp_path / "run" / ".edition.x1").mkdir(parents=True)
    for name in (".run.json.x2", "journal.db", "journal.db-wal"):
        (tmp_path / "run" / name).touch()
    RunFolder.take(tmp_path / "run").leave()
    (tmp_path / "run" / "edition").mkdir()
    (tmp_path / "run" / "edition" / "cases.parquet").touch()  # killed while it was put in place
    assert write(tmp_path / "run" / "edition", 5).altered() == []


def test_a_foreign_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("precious")
    for take in (EditionWriter, RunFolder.take):
        with pytest.raises(FolderError, match=r"holds other files \(thesis.tex"):
            take(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_in_the_way_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(FolderError, match="choose another folder with -o"):
        RunFolder.take(tmp_path / "file" / "run")


def test_a_run_is_taken_once(tmp_path: Path) -> None:
    first = RunFolder.take(tmp_path / "run")
    with pytest.raises(FolderError, match="in use by another process"):
        RunFolder.take(tmp_path / "run")
    first.leave()
    RunFolder.take(tmp_path / "run").leave()


def test_what_is_not_there_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="trustgen build"):
        Edition.open(tmp_path / "none")
    with pytest.raises(FolderError, match="trustgen run"):
        RunFolder.open(tmp_path / "none")
