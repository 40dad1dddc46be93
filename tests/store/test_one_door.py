"""Nothing opens a file of ours, or of others, but through the doors that look at it first."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import trustgen

ROOT = Path(trustgen.__file__).parent
ROOMS = ("store", "run", "report", "cli", "audit", "tasks/suites")
MODULES = [
    *(path for room in ROOMS for path in sorted((ROOT / room).glob("*.py"))),
    *(
        ROOT / "curate" / f"{name}.py"
        for name in ("archives", "graph", "manifest", "origins", "rows", "pool", "sparql")
    ),
]
DOORS = {  # what each door does that nobody else does
    "store/files.py": {"os.open", "write_bytes", "open"},
    "store/labels.py": {"os.open"},  # the folder itself, to have it on disk
    "store/edition.py": {"write_bytes"},  # an asset, in a folder that was made for it
    "store/database.py": {"sqlite3.connect", "open"},
    "store/parquet.py": {"ParquetFile"},
    "store/tables.py": {"ParquetWriter"},
    "report/tables.py": {"write_text"},  # what `replacing` gave
    "cli/review_.py": {"open"},  # what `replacing` gave
    "cli/app.py": {"os.open"},  # the null device
    "cli/new_.py": {"read_text", "write_text"},  # templates that ship, into a folder that was empty or not there
}
WHOLE = {"read_text", "read_bytes", "write_text", "write_bytes", "ParquetFile", "ParquetWriter", "read_table"}
MODES = {"r", "w", "a", "x", "rb", "wb", "ab", "xb", "r+", "rb+", "w+"}


def opening(node: ast.AST) -> str:
    """The name under which a call opens a file; "" for any other call, and for a file that ships with the package."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Name):
        return node.func.id if node.func.id == "open" else ""
    if not isinstance(node.func, ast.Attribute):
        return ""
    name, of = node.func.attr, ast.unparse(node.func.value)
    if f"{of}.{name}" in ("os.open", "sqlite3.connect"):
        return f"{of}.{name}"
    if "files(" in of or of in ("plain", "tarfile"):
        return ""
    if name in WHOLE:
        return name
    told = [a.value for a in node.args if isinstance(a, ast.Constant)]
    named = any(keyword.arg in ("encoding", "mode") for keyword in node.keywords)
    return name if name == "open" and (named or MODES & {*map(str, told)}) else ""


def found(source: str) -> set[str]:
    return set(filter(None, map(opening, ast.walk(ast.parse(source)))))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_opens_files_through_the_doors(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    assert found(path.read_text("utf-8")) <= DOORS.get(name, set()), "use core.plain, store.files or store.database"


def test_this_test_can_fail() -> None:
    for line in (
        "path.read_text('utf-8')",
        "open(path)",
        "path.open('rb')",
        "path.open(encoding='utf-8')",
        "(folder / 'run.json').read_bytes()",
        "sqlite3.connect(path)",
        "pq.ParquetFile(path)",
        "os.open(path, 0)",
    ):
        assert found(line), line
    for line in ("Edition.open(path)", "plain.read_text(path)", "(files('x') / 'y').read_text('utf-8')", "one.open()"):
        assert not found(line), line
    assert set(DOORS) <= {path.relative_to(ROOT).as_posix() for path in MODULES}
