"""Manifests: a file's rows become records, or say by file, line and field why they do not."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from servers.sparql_server import sparql_server
from trustgen.core import InputError, Kit, MissingExtra, Record
from trustgen.curate import pool
from trustgen.curate.manifest import RowPool, read_manifest
from trustgen.curate.pool import rank

HEAD = 'name = "mine"\nabout = "questions"\nlicence = "CC0-1.0"\n'


def manifest(folder: Path, origin: str, rest: str = "", head: str = HEAD) -> Path:
    path = folder / "pool.toml"
    path.write_text(f"{head}\n[origin]\n{origin}\n{rest}")
    return path


def made(folder: Path, rows: list[Any] | bytes, rest: str = "", head: str = HEAD, name: str = "rows.jsonl") -> RowPool:
    data = rows if isinstance(rows, bytes) else "\n".join(map(json.dumps, rows)).encode()
    (folder / name).write_bytes(data)
    found = read_manifest(manifest(folder, f'path = "{name}"', rest, head))
    assert isinstance(found, RowPool)
    return found


def fields(found: RowPool) -> list[dict[str, Any]]:
    """The fields of all records, in the order of the file."""
    return [record.fields for record in sorted(found.draw("s"), key=lambda record: json.dumps(record.fields))]


def faults(found: RowPool) -> list[tuple[str, str, str]]:
    list(found.draw("s"))
    return [(bad.where, bad.field, bad.reason) for bad in found.bad_rows()]


def test_fields_are_mapped(tmp_path: Path) -> None:
    rows = [
        {"Q": " Who? ", "A": "a; b ;", "L": "1", "D": {"x": [7, 8]}, "N": "3"},
        {"Q": "Why?", "A": "c", "L": 0, "D": {"x": [9]}, "N": "", "extra": 1},
    ]
    mapping = """
        [fields]
        question = "Q"
        answers = {column = "A", split = ";"}
        label = {column = "L", values = {1 = "yes", 0 = "no"}}
        first = {column = "D.x.0", type = "integer"}
        number = {column = "N", type = "number", default = -1}
        kind = {constant = "mine"}
    """
    assert fields(made(tmp_path, rows, mapping)) == [
        {"question": "Who?", "answers": ["a", "b"], "label": "yes", "first": 7, "number": 3.0, "kind": "mine"},
        {"question": "Why?", "answers": ["c"], "label": "no", "first": 9, "number": -1, "kind": "mine"},
    ]


def test_without_fields_every_column_is_one(tmp_path: Path) -> None:
    assert fields(made(tmp_path, b"a,b\n1,\n2,x\n", name="rows.csv")) == [{"a": "1", "b": ""}, {"a": "2", "b": "x"}]


def test_a_bad_row_says_where_and_why_and_the_others_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"q,n,l\nfine,1,a\n,2,a\nodd,x,a\nnew,3,z\nshort,4\nbell\x07,5,a\n\xff,6,a\nmarked our-mark,7,a\nlast,8,b\n"
    mapping = (
        '[fields]\nquestion = "q"\nnumber = {column = "n", type = "integer"}\n'
        'label = {column = "l", values = {a = "A", b = "B"}}'
    )
    found = made(tmp_path, data, mapping, f'canary = "our-mark"\n{HEAD}', "rows.csv")
    assert faults(found) == [
        ("rows.csv:3", "question", "is missing or empty"),
        ("rows.csv:4", "number", "is not a integer: 'x'"),
        ("rows.csv:5", "label", "is none of a, b"),
        ("rows.csv:6", "", "has 2 columns where the header has 3"),
        ("rows.csv:7", "question", "holds the control character U+0007"),
        ("rows.csv:8", "question", "is not valid UTF-8"),
        ("rows.csv:9", "question", "holds a canary: this row is marked as never to be used"),
    ]
    assert {bad.pool for bad in found.bad_rows()} == {"mine"}
    assert [f["question"] for f in fields(found)] == ["fine", "last"]
    assert found.bad_count == 7
    monkeypatch.setattr("trustgen.curate.manifest.SMALL", 0)
    again = read_manifest(tmp_path / "pool.toml")
    assert isinstance(again, RowPool)
    assert again.size == len(list(again.draw("s"))) == 2
    assert again.bad_count == len(again.bad_rows()) == 7, "counted again by the second reading"


def test_bad_rows_are_kept_up_to_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trustgen.curate.manifest.MOST_BAD", 10)
    found = made(tmp_path, b"[]\n" * 50 + b'{"a": 1}\n')
    assert found.size == 1
    assert (len(found.bad_rows()), found.bad_count) == (10, 50)


def test_where_keeps_rows_and_drops_no_one_else(tmp_path: Path) -> None:
    rows = [{"t": "word " * i, "lang": lang, "n": i} for i, lang in enumerate(["en", "de", "en", "fr", "en"], 1)]
    for where, kept in (
        ('lang = "en"', [1, 3, 5]),
        ("n = 4", [4]),
        ('lang = {in = ["de", "fr"]}', [2, 4]),
        ("t = {min = 11, max = 20}", [3, 4]),
        ('lang = "en"\nt = {min = 11}', [3, 5]),
        ("none = {max = 0}", [1, 2, 3, 4, 5]),
    ):
        found = made(tmp_path, rows, f"[where]\n{where}")
        assert [f["n"] for f in fields(found)] == kept or sorted(f["n"] for f in fields(found)) == kept, where
        assert not found.bad_rows()


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3)), min_size=1, max_size=80), st.integers(1, 90))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_drawing_is_ranked_without_repeats_and_the_first_are_the_first(
    tmp_path: Path, rows: list[tuple[int, int]], n: int
) -> None:
    found = made(tmp_path, [{"a": a, "b": b} for a, b in rows])
    drawn = list(found.draw("s"))
    assert {(r["a"], r["b"]) for r in drawn} == set(rows)
    assert len(drawn) == found.size == len(set(rows))
    assert drawn == sorted(drawn, key=lambda record: rank(record, "s"))
    assert found.first("s", n) == drawn[:n]
    behind = rank(drawn[0], "s")
    assert found.first("s", n, behind) == drawn[1 : n + 1]


def test_a_big_file_is_drawn_in_the_same_order_and_in_little_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"q": f"question {i % 6000}", "pad": "x" * 400} for i in range(9000)]
    found = made(tmp_path, rows, '[fields]\nquestion = "q"\npad = "pad"')
    small = list(found.draw("s"))
    monkeypatch.setattr("trustgen.curate.manifest.SMALL", 0)
    big = read_manifest(tmp_path / "pool.toml")
    assert isinstance(big, RowPool)
    assert list(big.draw("s")) == small
    assert big.size == len(small) == 6000
    tracemalloc.start()
    first = big.first("s", 50)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert first == small[:50]
    assert peak < 3_000_000, "all records were held"


def test_one_column_makes_one_record_of_equal_rows(tmp_path: Path) -> None:
    found = made(tmp_path, [{"a": 1, "b": i} for i in range(5)], '[fields]\na = "a"')
    assert found.size == 1


def test_a_manifest_is_a_pool_for_tasks(tmp_path: Path) -> None:
    made(tmp_path, [{"a": i} for i in range(20)] + [{}], '[fields]\na = "a"')
    chosen = pool(str(tmp_path / "pool.toml"), n=7)
    records = list(chosen.select("s"))
    assert len({record.id for record in records}) == 7
    assert [bad.where for bad in chosen.bad_rows()] == ["rows.jsonl:21"]
    with pytest.raises(InputError, match="which holds 20"):
        pool(str(tmp_path / "pool.toml"), n=21).select("s")


def test_a_record_says_where_it_comes_from(tmp_path: Path) -> None:
    data = b'{"a": 1}\n'
    found = made(tmp_path, data)
    record = next(found.draw("s"))
    assert record == Record.of("mine", record.source, a=1)
    assert record.source.sha256 == sha256(data).hexdigest()
    assert found.manifest == {
        "origin": "rows.jsonl",
        "revision": record.source.sha256[:12],
        "licence": "CC0-1.0",
        "rows": 1,
    }
    assert str(tmp_path).strip("/") not in str(record.source)
    made(tmp_path, data, head=f'revision = "v2"\nsha256 = "{sha256(data).hexdigest()}"\n{HEAD}')
    assert next(read_manifest(tmp_path / "pool.toml").draw("s")).source.revision == "v2"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[origin]\npath = 'x'", "missing required field `name`"),
        ("", "write one of"),
        ('name = "x"\nabout = oops', "cannot be read: .*line 2"),
        (f"{HEAD}[origin]\npaht = 'x'", "line 5: unknown key `paht`: did you mean `path`"),
        (f"{HEAD}colour = 'x'\n[origin]\npath = 'x'", "line 4: unknown key `colour`"),
        (f"{HEAD}[origin]\npath = 'a.csv'\n[fields]\nq = {{colum = 'x'}}", "line 7: unknown key `colum`"),
        (f"{HEAD}[origin]\npath = 'a.csv'\n[where]\nq = {{least = 3}}", "line 7: unknown key `least`"),
        (f"{HEAD}[origin]\npath = 3", r"Expected `str`, got `int` - at `\$.origin.path`"),
        (f"{HEAD}[origin]", "exactly one of"),
        (f"{HEAD}[origin]\npath = 'a'\nhub = 'a/b'", "exactly one of"),
        (f"{HEAD}[origin]\npath = '/etc/hosts'", "leads out of its folder"),
        (f"{HEAD}[origin]\npath = '../a.csv'", "leads out of its folder"),
        (f"{HEAD}[origin]\npackage = 'p'\nfile = '../../x.csv'", "leads out of its folder"),
        (f"{HEAD}[origin]\npackage = 'p'", "`file` goes with"),
        (f"{HEAD}[origin]\npath = 'a'\nfile = 'b'", "`file` goes with"),
        (f"{HEAD}[origin]\nhub = 'a/b'\nfile = 'c.csv'", "needs `sha256`"),
        (f"sha256 = 'abc'\n{HEAD}[origin]\npath = 'a'", "write 64 hexadecimal digits"),
        (f"{HEAD}[origin]\npath = 'a.csv'\n[fields]\nq = {{default = 1}}", "field `q` needs either"),
        (f"{HEAD}[origin]\npath = 'a.csv'\n[fields]\nq = {{column = 'a', type = 'int'}}", "type `int`: known"),
        (f"{HEAD}[origin]\npath = 'a.csv'\n[prefixes]\na = 'b'", "are for an origin with"),
        (f"{HEAD}[origin]\nendpoint = 'ftp://x'", "write an http or https address"),
        (HEAD.replace("CC0-1.0", "") + "[origin]\npath = 'a.csv'", "must say something"),
    ],
)
def test_a_manifest_that_cannot_be_says_so(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "pool.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=said):
        read_manifest(path)


def test_a_manifest_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none.toml` cannot be read: No such file"):
        pool(str(tmp_path / "none.toml"), n=1)


@pytest.mark.parametrize(
    ("data", "rest", "head", "said"),
    [
        (b"", "", HEAD, "rows.csv is empty"),
        (b"a,b\n", "", HEAD, "has no usable row"),
        (b"a,b\n1\n", "", HEAD, "no usable row .*rows.csv:2 .*has 1 columns"),
        (b"a,b\n1,2\n", "[where]\na = 3", HEAD, r"none passes \[where\]"),
        (b"a,b\n1,2\n", '[fields]\nq = "c"', HEAD, "rows.csv has no column `c`: it has a, b"),
        (b"a,b\n1,2\n", "[where]\nc = 1\n[fields]\nq = 'a'", HEAD, "has no column `c`"),
        (b"a,b\n1,2\n", "", f'sha256 = "{"0" * 64}"\n{HEAD}', "the file has sha256 "),
        ("é,b\n1,2\n".encode("utf-16"), "", HEAD, "is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_says_so(tmp_path: Path, data: bytes, rest: str, head: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        list(made(tmp_path, data, rest, head, "rows.csv").draw("s"))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none.csv cannot be read \(No such file"):
        list(read_manifest(manifest(tmp_path, 'path = "none.csv"')).draw("s"))


def test_packed_files(tmp_path: Path) -> None:
    data = b'{"a": 1}\n[]\n{"a": 2}\n'
    (tmp_path / "rows.jsonl.gz").write_bytes(gzip.compress(data))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("d/rows.jsonl", data)
    for origin, where in (
        ('path = "rows.jsonl.gz"', "rows.jsonl.gz:2"),
        ('path = "all.zip"\nmember = "d/rows.jsonl"', "all.zip:d/rows.jsonl:2"),
    ):
        found = read_manifest(manifest(tmp_path, origin))
        assert isinstance(found, RowPool)
        assert [f["a"] for f in fields(found)] == [1, 2]
        assert [bad.where for bad in found.bad_rows()] == [where]
    buffer = io.BytesIO()
    parquet.write_table(pa.table({"a": [1, 2]}), buffer)
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.writestr("x.parquet", buffer.getvalue())
    assert read_manifest(manifest(tmp_path, 'path = "p.zip"\nmember = "x.parquet"')).size == 2


def test_a_dataset_folder(tmp_path: Path) -> None:
    data = tmp_path / "set" / "data"
    data.mkdir(parents=True)
    for name, values in (
        ("train-00000-of-00002", [1, 2]),
        ("train-00001-of-00002", [3]),
        ("test-00000-of-00001", [9]),
    ):
        parquet.write_table(pa.table({"a": values}), data / f"{name}.parquet")
    (tmp_path / "set" / "README.md").write_text("# A set")
    (tmp_path / "set" / "dataset_infos.json").write_text("{}")
    found = read_manifest(manifest(tmp_path, 'path = "set"\nsplit = "train"'))
    assert isinstance(found, RowPool)
    assert [f["a"] for f in fields(found)] == [1, 2, 3]
    for rest in ("", 'split = "dev"'):
        with pytest.raises(InputError, match="set `split` to one of test, train"):
            list(read_manifest(manifest(tmp_path, f'path = "set"\n{rest}')).draw("s"))
    lines = "".join(
        f"{sha256((data / f'train-0000{i}-of-00002.parquet').read_bytes()).hexdigest()}  "
        f"data/train-0000{i}-of-00002.parquet\n"
        for i in (0, 1)
    )
    whole = sha256(lines.encode()).hexdigest()
    origin = 'path = "set"\nsplit = "train"'
    assert read_manifest(manifest(tmp_path, origin, head=f'sha256 = "{whole}"\n{HEAD}')).size == 3
    (tmp_path / "bare").mkdir()
    with pytest.raises(InputError, match="holds no data file"):
        list(read_manifest(manifest(tmp_path, 'path = "bare"')).draw("s"))


def test_folders_of_one_split_in_their_own_folders(tmp_path: Path) -> None:
    for split, rows in (("train", ["a\n1\n", "a\n2\n"]), ("test", ["a\n3\n"])):
        folder = tmp_path / "set" / split
        folder.mkdir(parents=True)
        for i, text in enumerate(rows):
            (folder / f"{i}.csv").write_text(text)
    found = read_manifest(manifest(tmp_path, 'path = "set"\nsplit = "train"'))
    assert isinstance(found, RowPool)
    assert [f["a"] for f in fields(found)] == ["1", "2"]


def test_a_missing_package_says_how_to_get_it(tmp_path: Path) -> None:
    install = "pip install --no-deps No.such_package_here==1"
    origin = f'package = "no-such-package-here"\nfile = "a.csv"\ninstall = "{install}"'
    with pytest.raises(MissingExtra, match=f"pool `mine` needs the package .*run  {install}"):
        list(read_manifest(manifest(tmp_path, origin)).draw("s"))
    origin = 'package = "pytest"\nfile = "pytest/none.csv"'
    with pytest.raises(InputError, match=r"has no `pytest/none.csv`"):
        list(read_manifest(manifest(tmp_path, origin)).draw("s"))


class Remembers:
    """A cache in memory."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], bytes] = {}

    def remember(self, kind: str, key: str, make: Callable[[], bytes]) -> bytes:
        if (kind, key) not in self.held:
            self.held[kind, key] = make()
        return self.held[kind, key]


def test_a_hub_file_is_fetched_once_at_its_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, revision = b"a,b\n1,2\n3,4\n", "ab" * 20
    head = f'revision = "{revision}"\nsha256 = "{sha256(data).hexdigest()}"\n{HEAD}'
    path = manifest(tmp_path, 'hub = "some/set"\nfile = "data/rows.csv"', head=head)
    place = f"/datasets/some/set/resolve/{revision}/data/rows.csv"
    kit = Kit(cache=Remembers())
    with sparql_server(None, {place: data}) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("TRUSTGEN_OFFLINE", "1")
        found = pool(str(path), n=2, kit=kit)
        assert len(list(found.select("s"))) == 2
        assert len(list(pool(str(path), n=2, kit=kit).select("t"))) == 2
        assert server.hits == {place: 1}
        record = next(found.select("s"))
        assert (record.source.origin, record.source.revision) == ("https://huggingface.co/datasets/some/set", revision)
        server.files[place] = b"a,b\n1,3\n"
        other = Kit(cache=Remembers())
        with pytest.raises(InputError, match="the file has sha256"):
            pool(str(path), n=1, kit=other).select("s")
        assert not other.cache.held
        del server.files[place]
        with pytest.raises(InputError, match="answered 404"):
            pool(str(path), n=1, kit=other).select("s")
    monkeypatch.setenv("HF_ENDPOINT", "https://hub.example.org")
    assert len(list(pool(str(path), n=2, kit=kit).select("s"))) == 2, "what is remembered needs no network"
    with pytest.raises(InputError, match="TRUSTGEN_OFFLINE=1 refuses a connection to hub"):
        pool(str(path), n=1, kit=other).select("s")


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        ('[web]\ntopic = "lighthouses"\n[web.fields]\nplace = {about = "where it stands"}\n', "WebPool"),
        (
            '[topics]\nroot = "chores"\nbrief = "small dilemmas"\n[topics.fields]\nscene = {about = "what happens"}\n',
            "TopicPool",
        ),
    ],
)
def test_a_manifest_may_describe_a_pool_that_a_writer_makes(tmp_path: Path, table: str, kind: str) -> None:
    path = tmp_path / "live.toml"
    path.write_text(f'name = "mine.live"\nabout = "things"\n{table}')
    made = read_manifest(path)
    assert type(made).__name__ == kind
    assert made.name == "mine.live"
    with pytest.raises(InputError, match="needs a model in the role `writer`"):
        made.using(Kit())  # type: ignore[attr-defined]
    path.write_text(f'name = "mine.live"\nabout = "things"\n[origin]\npath = "x.csv"\n{table}')
    with pytest.raises(InputError, match=r"write one of \[origin\], \[web\] and \[topics\]"):
        read_manifest(path)
    path.write_text(f'name = "mine.live"\nabout = "things"\nsha256 = "0"\n{table}')
    with pytest.raises(InputError, match="unknown key `sha256`"):
        read_manifest(path)
