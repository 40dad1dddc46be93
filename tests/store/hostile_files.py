"""Small files that unpack to much, each made to break one reader; `FILES` maps a name to its bytes and its reader.

Readers are named, not called: whoever tests reads each in a process of its own and looks at what it took.
"""

from __future__ import annotations

import gzip
import io
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
from pyarrow import parquet
from test_edition import entry, write
from test_journal import row
from test_store_edges import manifest

from trustgen.core import Expect, user
from trustgen.store import Edition, EditionManifest, RunFolder, read_json, sha256_file, write_json
from trustgen.store.edition import CASES
from trustgen.store.runs import RESPONSES, VERDICTS

LONG = "x" * 8_000_000
SAID = row(1)[0]
HEAD = 'name = "mine"\nabout = "rows"\nlicence = "CC0-1.0"\n[origin]\n'


def packed(**columns: Any) -> bytes:
    """A Parquet file of one row group, in which repeats are said once, and without a word of how it was made."""
    out = io.BytesIO()
    parquet.write_table(
        pa.table(columns), out, compression="zstd", dictionary_pagesize_limit=1 << 30, store_schema=False
    )
    return out.getvalue()


def again(value: Any, times: int, kind: Any = None) -> Any:
    """A column of one value many times, in the memory of one."""
    return pa.DictionaryArray.from_arrays(pa.array([0] * times, pa.int32()), pa.array([value], kind))


def lists(inner: Any, each: int) -> Any:
    """A column of lists of equal length."""
    return pa.ListArray.from_arrays(pa.array(range(0, len(inner) + 1, each), pa.int32()), inner)


def varint(number: int) -> bytes:
    """A number in Thrift's compact form, zigzag."""
    number, out = number << 1, b""
    while number > 0x7F:
        out, number = out + bytes([number & 0x7F | 0x80]), number >> 7
    return out + bytes([number])


def lying(body: bytes, honest: int, claimed: int) -> bytes:
    """The same file, whose footer says that a column unpacks to other than it does."""
    footer = struct.unpack("<I", body[-8:-4])[0]
    start = len(body) - 8 - footer
    old, new = varint(honest), varint(claimed)
    new = (
        new[:-1] + bytes([new[-1] | 0x80]) + b"\x80" * (len(old) - len(new) - 1) + b"\0" if len(new) < len(old) else new
    )
    assert old in body[start:]
    return body[:start] + body[start:].replace(old, new)


def _parquets() -> Iterator[tuple[str, bytes]]:
    yield "text", packed(a=again(LONG, 200))
    yield "bytes", packed(a=again(LONG.encode(), 200))
    yield "large text", packed(a=again(LONG, 200, pa.large_string()))
    yield "fixed bytes", packed(a=pa.array([b"x" * 2_000_000] * 300, pa.binary(2_000_000)))
    yield "list", packed(a=lists(again(LONG, 400), 20))
    yield "one list", packed(a=lists(again("y" * 90_000, 20_000), 20_000))
    yield "struct", packed(a=pa.StructArray.from_arrays([again(LONG, 200), again(LONG, 200)], ["b", "c"]))
    entries = [pa.array(range(201), pa.int32()), again("k", 200), again(LONG, 200)]
    yield "map", packed(a=pa.MapArray.from_arrays(*entries))
    yield "numbers", packed(a=lists(pa.repeat(7, 20_000_000), 20_000_000))
    yield "columns", packed(**{f"c{i}": pa.array(["z" * 30_000_000]) for i in range(8)})
    whole = packed(a=pa.array(["w" * 400_000_000]))
    size = parquet.read_metadata(io.BytesIO(whole)).row_group(0).column(0).total_uncompressed_size
    yield "lying page", lying(whole, size, 1_000)


def _rows() -> Iterator[tuple[str, str, bytes]]:
    for name, body in _parquets():
        yield f"parquet {name}", "rows.parquet", body
    yield "json objects", "rows.json", b"[" + b'{"a":1},' * 7_000_000 + b"{}]"  # no small one: gzip would be refused
    yield "json lists", "rows.json", b"[" + b"[]," * 20_000_000 + b"[]]"
    yield "jsonl row", "rows.jsonl", (b"[" + b"{}," * 1_390_000 + b"{}]\n") * 2
    yield "csv columns", "rows.csv.gz", gzip.compress(",".join(f"{i:x}" for i in range(150_000)).encode() + b"\n1\n")
    yield "csv quote", "rows.csv.gz", gzip.compress(b'a,b\n"' + b"x" * 100_000_000)
    yield "gzip bomb", "rows.jsonl.gz", gzip.compress(b"\0" * 100_000_000)


def pools(place: Path) -> dict[str, Path]:
    """Manifests by name, each beside a hostile file."""
    found = {}
    for name, file, body in _rows():
        folder = place / name.replace(" ", "-")
        folder.mkdir()
        (folder / file).write_bytes(body)
        (folder / "pool.toml").write_text(f'{HEAD}path = "{file}"\n')
        found[name] = folder / "pool.toml"
    return found


def _table(columns: Any, n: int, **long: Any) -> bytes:
    """One of our tables with long values in it."""
    usual = {"text": "t", "category": "c", "int": 1, "float": 1.0, "bytes": b""} | {
        name: msgspec.json.encode(value).decode()
        for name, value in (("turns", (user("x"),)), ("expect", Expect(answer="x")), ("tags", {}), ("response", SAID))
    }
    made = {}
    for name, kind in columns:
        value = long.get(name, usual.get(name, usual.get(kind)))
        if kind == "texts":
            made[name] = lists(again(value or "r", n), 1) if n else pa.array([], pa.list_(pa.string()))
        else:
            made[name] = pa.repeat(value, n) if kind in ("int", "float") else again(value, n)
    return packed(**made)


def editions(place: Path) -> dict[str, Path]:
    """Editions by name, sealed as they should be, with a hostile table of cases."""
    turn = msgspec.json.encode((user(LONG),)).decode()
    found = {}
    for name, long in {
        "turns": {"turns": turn},
        "ids": {"id": LONG},
        "records": {"records": LONG},
        "tags": {"tags": msgspec.json.encode({"a": LONG}).decode()},
    }.items():
        folder = write(place / f"edition-{name}", 3).folder
        (folder / "cases.parquet").write_bytes(_table(CASES, 2_000, **long))
        told: EditionManifest = read_json(folder / "edition.json", EditionManifest, "an edition")
        files = {**told.files, "cases.parquet": sha256_file(folder / "cases.parquet")}
        write_json(folder / "edition.json", msgspec.structs.replace(told, files=files, tasks=(entry(2_000),)).sealed())
        found[f"edition {name}"] = folder
    return found


def runs(place: Path) -> dict[str, Path]:
    """Runs by name, with a hostile table of replies or of verdicts."""
    found = {}
    for name, table, columns, long in (
        (
            "replies",
            "responses",
            RESPONSES,
            {"response": msgspec.json.encode(msgspec.structs.replace(SAID, reason=LONG)).decode(), "text": LONG},
        ),
        ("verdicts", "verdicts", VERDICTS, {"case_id": LONG, "reason": LONG, "outcome": "scored", "votes": ""}),
        ("labels", "verdicts", VERDICTS, {"label": LONG, "outcome": "scored", "votes": ""}),
    ):
        folder = place / f"run-{name}"
        folder.mkdir()
        write_json(folder / "run.json", manifest())
        for other, kinds in (("responses", RESPONSES), ("verdicts", VERDICTS)):
            (folder / f"{other}.parquet").write_bytes(_table(kinds, 0))
        (folder / f"{table}.parquet").write_bytes(_table(columns, 2_000, **long))
        found[f"run {name}"] = folder
    return found


def read_pool(path: Path) -> None:
    """Draw every record of a pool."""
    from trustgen.curate.manifest import read_manifest

    for _ in read_manifest(path).draw("s"):
        pass


def read_edition(folder: Path) -> None:
    """Open an edition, and read its cases all over."""
    edition = Edition.open(folder)
    for _ in edition.cases():
        pass


def read_columns(folder: Path) -> None:
    """Read an edition without looking at what its manifest counts, as `verify` does."""
    edition = Edition.open(folder, rows=False)
    for _ in edition.case_columns("id", "task", "arm", "cluster", "tags"):
        pass
    for _ in edition.cases():
        pass


def read_run(folder: Path) -> None:
    """Read the rows of a run."""
    run = RunFolder.open(folder)
    for rows in (run.response_bodies(), run.joined(), run.verdicts(), run.responses()):
        for _ in rows:
            pass
