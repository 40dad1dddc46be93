"""Rows and archives: what is bad costs itself and nothing else, what is hostile costs one line."""

from __future__ import annotations

import csv
import gzip
import io
import json
import struct
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from trustgen.core import InputError
from trustgen.curate.archives import LIMITS, Limits, opened
from trustgen.curate.rows import Fault, Raw, Shape, as_type, format_of, read_rows, unclean

TINY = Limits(file=4000, whole=2000, row=400, field=50, members=5)


def rows_of(data: bytes, format: str = "csv", limits: Limits = LIMITS, **shape: Any) -> list[Raw]:
    return list(read_rows(io.BytesIO(data), "f", Shape(format=format, **shape), limits))


def good(rows: list[Raw]) -> list[dict[str, Any]]:
    return [row.values for row in rows if not row.fault]


def faults(rows: list[Raw]) -> dict[int, str]:
    return {row.line: row.fault for row in rows if row.fault}


# ── rows ────────────────────────────────────────────────────────────────────────────────────────────────────────────

CELL = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")) | st.sampled_from('",\n\t'), max_size=12)
TABLE = st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=12)


@given(TABLE, st.sampled_from([("csv", ","), ("tsv", "\t")]))
def test_what_was_written_is_read(table: list[tuple[str, str, str]], kind: tuple[str, str]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=kind[1], quoting=csv.QUOTE_ALL)
    writer.writerows([("a", "b", "c"), *table])
    rows = rows_of(text.getvalue().encode(), kind[0])
    assert not faults(rows)
    assert [tuple(row.values.values()) for row in rows] == table
    breaks = sum(cell.count("\n") for row in table[:-1] for cell in row)
    assert (rows[0].line, rows[-1].line) == (2, len(table) + 1 + breaks)


@given(TABLE)
def test_json_and_parquet_hold_the_same_rows(table: list[tuple[str, str, str]]) -> None:
    told = [dict(zip("abc", row, strict=True)) for row in table]
    buffer = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(told), buffer)
    assert good(rows_of("\n".join(map(json.dumps, told)).encode(), "jsonl")) == told
    assert good(rows_of(json.dumps(told).encode(), "json")) == told
    assert good(rows_of(buffer.getvalue(), "parquet")) == told


def test_bad_rows_cost_themselves_only() -> None:
    data = b'a,b\n1,2\n3\n4,5,6\n7,"8"9\n10,\xff\n11,12\n\n13,14\n'
    rows = rows_of(data)
    assert faults(rows) == {
        3: "has 1 columns where the header has 2",
        4: "has 3 columns where the header has 2",
        5: "is not valid CSV: ',' expected after '\"'",
    }
    assert [row.line for row in rows if not row.fault] == [2, 6, 7, 9]
    assert unclean(rows[4].values["b"]) == "is not valid UTF-8"
    jsonl = b'{"a": 1}\n{"a": \n[1]\n{"a": "\xff"}\n{"a": NaN}\n"word"\n\n{"a": 2}\n' + b"[" * 5000 + b"\n"
    read = rows_of(jsonl, "jsonl")
    assert good(read) == [{"a": 1}, {"text": "word"}, {"a": 2}]
    assert faults(read).keys() == {2, 3, 4, 5, 9}


def test_a_quote_that_never_closes_costs_its_line() -> None:
    data = b'a,b\n1,2\n3,"open\n5,6\n7,8\n'
    rows = rows_of(data)
    assert good(rows) == [{"a": "1", "b": "2"}, {"a": "5", "b": "6"}, {"a": "7", "b": "8"}]
    assert faults(rows) == {3: "is not valid CSV: unexpected end of data"}
    assert [row.line for row in rows] == [2, 3, 4, 5]


@given(st.lists(st.booleans(), max_size=40))
def test_stray_quotes_cost_their_own_lines(stray: list[bool]) -> None:
    lines = [f'{i},"open' if bad else f"{i},fine" for i, bad in enumerate(stray)]
    rows = rows_of("\n".join(["a,b", *lines]).encode())
    assert [int(row["a"]) for row in good(rows)] == [i for i, bad in enumerate(stray) if not bad]
    assert list(faults(rows)) == [i + 2 for i, bad in enumerate(stray) if bad]
    assert [row.line for row in rows] == list(range(2, len(stray) + 2))


def test_a_row_over_the_limit_is_passed_over() -> None:
    long = b"x" * 1000
    rows = rows_of(b"a,b\n1,2\n3," + long + b"\n5,6\n", limits=TINY)
    assert good(rows) == [{"a": "1", "b": "2"}, {"a": "5", "b": "6"}]
    assert list(faults(rows)) == [3]
    assert rows[-1].line == 4
    many = b"a,b\n1,2\n" + b'3,"open\n' + b"9,9\n" * 300
    assert "a quote that never closes?" in faults(rows_of(many, limits=TINY))[3]
    assert len(good(rows_of(many, limits=TINY))) > 150, "what follows is read again"
    for kind in ("jsonl", "lines"):
        read = rows_of(b'"a"\n"' + long + b'"\n"b"\n', kind, TINY)
        assert len(good(read)) == 2
        assert list(faults(read)) == [2]


def test_a_row_without_end_is_read_in_constant_memory() -> None:
    class Endless(io.RawIOBase):
        left = 60 << 20

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            size = min(len(buffer), self.left)
            self.left -= size
            buffer[:size] = b"x" * size
            return size

    tracemalloc.start()
    rows = list(read_rows(io.BufferedReader(Endless()), "f", Shape(format="jsonl")))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert list(faults(rows)) == [1]
    assert peak < 5 * LIMITS.row


@pytest.mark.parametrize(
    ("data", "shape", "said"),
    [
        (b"a,a\n1,2\n", {}, r"names \['a'\] twice"),
        (b"\xff\xfea\x00,\x00b\x00", {}, "is not UTF-8 text"),
        (b"\xe9t\xe9,b\n1,2\n", {}, "not UTF-8 text"),
        (b"", {}, "no usable header"),
        (b'"a,b\n1,2\n', {}, "no usable header"),
        (b"{", {"format": "json"}, "is not valid JSON"),
        (b"[" * 1900, {"format": "json"}, "is not valid JSON"),
        (b"3", {"format": "json"}, "holds no list of rows"),
        (b'{"a": {"b": 1}}', {"format": "json", "at": "a.c"}, "has nothing at `a.c`"),
        (b"PAR1 nothing PAR1", {"format": "parquet"}, "is not a usable Parquet file"),
        (b"[" + b"1," * 2000 + b"1]", {"format": "json"}, "save it as JSONL"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line(data: bytes, shape: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        rows_of(data, **{"format": "csv", **shape}, limits=TINY)
    assert "\n" not in str(caught.value)


def test_layouts() -> None:
    assert good(rows_of(b"# version 1\n#\na,b\n#x,2\n", comment="#")) == [{"a": "#x", "b": "2"}]
    assert good(rows_of(b"1,2\n", columns=("a", "b"))) == [{"a": "1", "b": "2"}]
    assert good(rows_of(b"\xef\xbb\xbfa,b\r\n1,2\r\n")) == [{"a": "1", "b": "2"}]
    assert good(rows_of(b"one\n# no\n\n two \n", "lines", comment="#")) == [{"text": "one"}, {"text": "two"}]
    assert good(rows_of(b'{"x": {"y": [{"a": 1}, "t"]}}', "json", at="x.y")) == [{"a": 1}, {"text": "t"}]
    assert good(rows_of(b'{"k": [1], "l": {"a": 2}}', "json")) == [
        {"key": "k", "value": [1]},
        {"key": "l", "a": 2},
    ]
    assert format_of("a/B.CSV.gz") == "csv"
    with pytest.raises(InputError, match="no known format"):
        format_of("a.xls")


def test_parquet_reads_what_is_wanted_and_keeps_one_copy_of_a_text() -> None:
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 3000, pa.int32()), ["x" * 1_000_000])
    buffer = io.BytesIO()
    parquet.write_table(pa.table({"text": texts, "other": list(range(3000))}), buffer, store_schema=False)
    assert parquet.read_schema(io.BytesIO(buffer.getvalue())).field("text").type == pa.string()
    tracemalloc.start()
    shape = Shape(format="parquet")
    buffer.seek(0)
    count = sum(len(row.values["text"]) for row in read_rows(buffer, "f", shape, wanted=frozenset(["text"])))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 3_000_000_000
    assert peak < 30_000_000
    buffer.seek(0)
    assert next(read_rows(buffer, "f", shape, wanted=frozenset(["other"]))).values == {"other": 0}
    buffer.seek(0)
    assert next(read_rows(buffer, "f", shape, wanted=frozenset(["none"]))).values.keys() == {"text", "other"}
    buffer.seek(0)
    with pytest.raises(InputError, match="write smaller row groups"):
        list(read_rows(buffer, "f", shape, TINY))


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("plain\ttext\nand more é 漢字 \u200b", ""),
        (["a", {"b": [1, 2.5, None, True]}], ""),
        ("x" * 51, "51 characters"),
        ("a\x00b", "U+0000"),
        ("a\x1b[31m", "U+001B"),
        ("\x85", "U+0085"),
        ("a\udcff", "not valid UTF-8"),
        ({"a\x07": 1}, "U+0007"),
        (["ok", "a CANARY guid 12"], "canary"),
        ("has our-mark in it", "canary"),
        (float("nan"), "finite"),
        (1 << 70, "64 bits"),
        (b"bytes", "bytes"),
    ],
)
def test_what_may_stand_in_a_record(value: Any, why: str) -> None:
    found = unclean(value, "our-mark", TINY)
    assert (why in found) if why else found == ""


def test_nesting_has_an_end() -> None:
    deep: Any = "x"
    for _ in range(50):
        deep = [deep]
    assert "too deep" in unclean(deep)


@pytest.mark.parametrize(
    ("value", "kind", "made"),
    [
        ("12", "integer", 12),
        (-3, "integer", -3),
        ("1.5", "number", 1.5),
        ("Yes", "boolean", True),
        (0, "boolean", False),
        (True, "text", "true"),
        (7, "text", "7"),
        ([1], "list", [1]),
        ("1.5", "integer", None),
        (True, "integer", None),
        ("nan", "number", None),
        ("maybe", "boolean", None),
        (2, "boolean", None),
        ("a", "list", None),
        ([1], "text", None),
        ("9" * 30, "integer", None),
    ],
)
def test_types(value: Any, kind: str, made: Any) -> None:
    if made is None:
        with pytest.raises(Fault, match=f"is not a {kind}"):
            as_type(value, kind)
    else:
        assert as_type(value, kind) == made
        assert type(as_type(value, kind)) is type(made)


# ── archives ────────────────────────────────────────────────────────────────────────────────────────────────────────


def zipped(*members: tuple[str, bytes], change: Callable[[zipfile.ZipInfo], None] = lambda info: None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            change(info)
            archive.writestr(info, data)
    return buffer.getvalue()


def tarred(
    *members: tuple[str, bytes], mode: str = "w", change: Callable[[tarfile.TarInfo], None] | None = None
) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            if change:
                change(info)
            archive.addfile(info, io.BytesIO(data) if info.size else None)
    return buffer.getvalue()


def linked(info: zipfile.ZipInfo) -> None:
    info.external_attr = 0o120777 << 16


def link(kind: bytes, target: str) -> Callable[[tarfile.TarInfo], None]:
    def change(info: tarfile.TarInfo) -> None:
        info.type, info.linkname, info.size = kind, target, 0

    return change


def read(data: bytes, name: str, member: str = "", limits: Limits = LIMITS) -> bytes:
    with opened(data, name, member, limits) as stream:
        return stream.read()


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.tgz"])
def test_a_member_comes_as_it_went_in(name: str) -> None:
    members = ("d/a.csv", b"a,b\n1,2\n"), ("e.csv", b"x" * 500)
    data = zipped(*members) if name == "a.zip" else tarred(*members, mode="w:gz" if "gz" in name else "w")
    assert read(data, name, "d/a.csv") == b"a,b\n1,2\n"
    assert read(data, name, "e.csv") == b"x" * 500
    for member, said in (("", "name a `member`, such as d/a.csv"), ("no.csv", "has no member `no.csv`")):
        with pytest.raises(InputError, match=said):
            read(data, name, member)


def test_plain_and_gzip_files() -> None:
    assert read(b"text", "a.csv") == b"text"
    assert read(gzip.compress(b"text"), "a.csv.gz") == b"text"
    with pytest.raises(InputError, match="has no members"):
        read(b"text", "a.csv", "b.csv")
    for name, data, said in (
        ("a.csv", b"", "is empty"),
        ("a.csv.gz", b"not gzip", "is damaged"),
        ("a.csv.gz", gzip.compress(b"text" * 100)[:-9], "is damaged"),
        ("a.zip", b"PK nothing", "is not a zip file"),
        ("a.tar", b"nothing" * 200, "is not a usable tar file"),
        ("a.tar.gz", gzip.compress(b"nothing" * 200), "is not a usable tar file"),
    ):
        with pytest.raises(InputError, match=said):
            read(data, name, "b.csv" if "zip" in name or "tar" in name else "")
    with pytest.raises(InputError, match="over the limit of 4,000"):
        read(b"x" * 5000, "a.csv", limits=TINY)
    with pytest.raises(InputError, match="cannot be read"), opened(Path("/nowhere/a.csv"), "a.csv"):
        pass


@pytest.mark.parametrize("evil", ["../x.csv", "/etc/x.csv", "a/../../x.csv", "c:x.csv", "..\\x.csv"])
def test_a_path_that_leads_out_refuses_the_archive(evil: str) -> None:
    members = ("a.csv", b"ok"), (evil, b"evil")
    with pytest.raises(InputError, match="a path that leads out of it: refused"):
        read(zipped(*members), "a.zip", "a.csv")
    with pytest.raises(InputError, match="a path that leads out of it: refused"):
        read(tarred(*members), "a.tar", "a.csv")


def test_links_and_devices_refuse_the_archive() -> None:
    with pytest.raises(InputError, match="a link: refused"):
        read(zipped(("a.csv", b"/etc/passwd"), change=linked), "a.zip", "a.csv")
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
        with pytest.raises(InputError, match="a link: refused"):
            read(tarred(("a.csv", b""), change=link(kind, "/etc/passwd")), "a.tar", "a.csv")
    for kind in (tarfile.CHRTYPE, tarfile.FIFOTYPE):
        with pytest.raises(InputError, match="no plain file: refused"):
            read(tarred(("a.csv", b""), change=link(kind, "")), "a.tar", "a.csv")


def test_an_archive_in_an_archive_is_refused() -> None:
    inner = zipped(("a.csv", b"x"))
    for name, data in (("a.zip", zipped(("b.zip", inner))), ("a.tar", tarred(("b.zip", inner)))):
        with pytest.raises(InputError, match="an archive in an archive"):
            read(data, name, "b.zip")


def test_too_many_members_are_refused_before_they_are_read() -> None:
    members = [(f"{i}.csv", b"x") for i in range(6)]
    for name, data in (("a.zip", zipped(*members)), ("a.tar", tarred(*members))):
        with pytest.raises(InputError, match="more than 5 members"):
            read(data, name, "0.csv", Limits(members=5))
        assert read(data, name, "0.csv") == b"x"
    huge = zipped(*members[:1])
    place = huge.rfind(b"PK\5\6")
    for count, length in ((60000, 46), (1, 0xFFFFFFFF), (1, 1 << 30)):
        changed = bytearray(huge)
        changed[place + 10 : place + 16] = struct.pack("<HI", count, length)
        with pytest.raises(InputError, match="members: refused"):
            read(bytes(changed), "a.zip", "0.csv")


def test_real_bombs_are_refused() -> None:
    """100 MB of zeros in a tenth of a MB: by what the archive declares, and by what comes out of it."""
    zeros = bytes(100 << 20)
    bombs = {"a.zip": zipped(("a.csv", zeros)), "a.csv.gz": gzip.compress(zeros, 9)}
    bombs["a.tar.gz"] = gzip.compress(tarred(("a.csv", zeros)), 9)
    for name, data in bombs.items():
        assert len(data) < 200_000
        tracemalloc.start()
        with pytest.raises(InputError, match=r"over (200 times its size|67,108,864)"):
            read(data, name, "" if name == "a.csv.gz" else "a.csv")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 60 << 20, f"{name} was unpacked: {peak:,} bytes"


def test_other_ways_of_packing_are_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.csv", b"x" * 100)
    with pytest.raises(InputError, match="otherwise than with deflate"):
        read(buffer.getvalue(), "a.zip", "a.csv")
    locked = bytearray(zipped(("a.csv", b"x" * 100)))
    for place in (locked.find(b"PK\3\4") + 6, locked.find(b"PK\1\2") + 8):
        locked[place] |= 1
    with pytest.raises(InputError, match="is encrypted"):
        read(bytes(locked), "a.zip", "a.csv")


def test_a_zip_that_lies_about_its_size_is_refused() -> None:
    data = bytearray(zipped(("a.csv", bytes(4 << 20))))
    for place in (data.find(b"PK\3\4") + 22, data.find(b"PK\1\2") + 24):
        data[place : place + 4] = struct.pack("<I", 100)
    with pytest.raises(InputError, match="damaged"):
        read(bytes(data), "a.zip", "a.csv")


def test_sizes_are_bounded_where_the_ratio_is_honest(tmp_path: Path) -> None:
    noise = bytes(i * 7919 % 251 for i in range(9000))
    for name, data in (
        ("a.zip", zipped(("a.csv", noise))),
        ("a.csv.gz", gzip.compress(noise)),
        ("a.tar", tarred(("a.csv", noise[:2500]))),
    ):
        limits = Limits(file=8000, whole=2000)
        with pytest.raises(InputError, match=r"bytes"):
            read(data, name, "" if name == "a.csv.gz" else "a.csv", limits)
        assert len(read(data, name, "" if name == "a.csv.gz" else "a.csv")) >= 2500


@given(st.binary(max_size=300), st.sampled_from(["a.zip", "a.tar", "a.tar.gz", "a.csv.gz"]), st.integers(0, 10_000))
def test_a_damaged_archive_reads_or_says_so(noise: bytes, name: str, at: int) -> None:
    whole = {
        "a.zip": zipped(("a.csv", b"a,b\n1,2\n" * 20)),
        "a.tar": tarred(("a.csv", b"a,b\n1,2\n" * 20)),
        "a.tar.gz": tarred(("a.csv", b"a,b\n1,2\n" * 20), mode="w:gz"),
        "a.csv.gz": gzip.compress(b"a,b\n1,2\n" * 20),
    }[name]
    at %= len(whole)
    said = name
    try:
        read(whole[:at] + noise + whole[at + len(noise) :], name, "" if name == "a.csv.gz" else "a.csv")
    except InputError as error:
        said = str(error)
    assert name in said
