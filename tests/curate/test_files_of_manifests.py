"""What a manifest of somebody else may name: files below it, and nothing that is no plain file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from test_manifest import fields, manifest

from trustgen.core import InputError
from trustgen.curate.graph import DEEPEST, Graph
from trustgen.curate.manifest import read_manifest


def drawn(path: Path) -> None:
    list(read_manifest(path).draw("s"))


def test_no_link_leads_out_of_the_folder_of_a_manifest(tmp_path: Path) -> None:
    """`path = "link.csv"` to /etc/passwd made records of its lines, which go to models and into editions."""
    home, outside = tmp_path / "home", tmp_path / "outside"
    (home / "data").mkdir(parents=True)
    outside.mkdir()
    (outside / "rows.csv").write_text("a,b\n1,2\n")
    (outside / "triples.nt").write_text("<a:b> <a:c> <a:d> .\n")
    (home / "link.csv").symlink_to(outside / "rows.csv")
    (home / "far").symlink_to(outside)
    (home / "data" / "train.csv").symlink_to(outside / "rows.csv")
    (home / "link.nt").symlink_to(outside / "triples.nt")
    (home / "ring.csv").symlink_to(home / "ring.csv")
    for path in ("link.csv", "far/rows.csv", "far", "data"):
        with pytest.raises(InputError, match=r"is a link that leads out of the manifest's folder"):
            drawn(manifest(home, f'path = "{path}"'))
    with pytest.raises(InputError, match=r"lead in a ring"):
        drawn(manifest(home, 'path = "ring.csv"'))


def test_a_link_that_stays_below_is_followed(tmp_path: Path) -> None:
    """Some keep their data under its hash, with a link at its name."""
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "0f3a").write_text("a,b\n1,2\n")
    (tmp_path / "rows.csv").symlink_to("store/0f3a")
    assert fields(read_manifest(manifest(tmp_path, 'path = "rows.csv"'))) == [{"a": "1", "b": "2"}]  # type: ignore[arg-type]


def test_a_pipe_or_a_device_is_no_data(tmp_path: Path) -> None:
    """A pipe was waited for without end."""
    os.mkfifo(tmp_path / "rows.csv")
    with pytest.raises(InputError, match=r"rows.csv cannot be read \(it is a pipe, no plain file\)"):
        drawn(manifest(tmp_path, 'path = "rows.csv"'))
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(InputError, match="it is a pipe"):
        read_manifest(tmp_path / "pipe.toml")


@pytest.mark.parametrize(
    "package", ["../../x", "x; rm -rf y", "-r evil.txt", "a b", "git+https://e.example/x", ".", ""]
)
def test_a_package_is_a_name(tmp_path: Path, package: str) -> None:
    """It was printed as the command to run."""
    with pytest.raises(InputError, match=r"write the name of a distribution|needs exactly one"):
        read_manifest(manifest(tmp_path, f'package = "{package}"\nfile = "a.csv"'))


@pytest.mark.parametrize(
    "install",
    [
        "curl https://e.example | sh",
        "pip install other",
        "pip install mine --index-url https://e.example",
        "pip install mine==1; reboot",
        "pip install ./mine",
        "pip install\nmine",
    ],
)
def test_no_manifest_says_what_to_run(tmp_path: Path, install: str) -> None:
    origin = f'package = "mine"\nfile = "a.csv"\ninstall = """{install}"""'
    with pytest.raises(InputError, match=r"`install` is .*write  pip install NAME==VERSION"):
        read_manifest(manifest(tmp_path, origin))


DEEP = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
    + "<rdf:Description><e:p>" * 200_000
)
WIDE = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/"><rdf:Description '
    + " ".join(f'e:a{i}="x"' for i in range(100_000))
    + "/></rdf:RDF>"
)
ENTITY = '<!DOCTYPE x [<!ENTITY a "b">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'


@pytest.mark.parametrize(
    ("name", "body", "why"),
    [
        ("deep.rdf", DEEP.encode(), f"nests over {DEEPEST} elements"),
        ("wide.rdf", WIDE.encode(), f"nests over {DEEPEST} elements"),
        ("entity.rdf", ENTITY.encode(), "declares XML entities"),
        ("wide entity.rdf", ENTITY.encode("utf-16"), "declares XML entities"),
        ("broken.rdf", b"<a", "cannot be read as a graph"),
        ("long.nt", b"<http://e/" + b"a" * 20_000_000, "cannot be read as a graph|line 1"),
        ("open.ttl", b'<http://e/a> <http://e/b> "' + b"a" * 20_000_000, "cannot be read as a graph|line 1"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_no_graph_is_more_than_a_fault_of_the_file(tmp_path: Path, name: str, body: bytes, why: str) -> None:
    """Four megabytes of elements in elements took more than 20 seconds; a name without an end, all memory."""
    (tmp_path / name).write_bytes(body)
    with pytest.raises(InputError, match=why):
        Graph.load(tmp_path / name)


def test_usual_rdf_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.rdf").write_text(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
        '<rdf:Description rdf:about="http://e/a"><e:p>b</e:p></rdf:Description></rdf:RDF>'
    )
    assert len(Graph.load(tmp_path / "a.rdf")) == 1
