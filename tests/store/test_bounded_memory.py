"""What a small file of others may cost: each is read in a process of its own, and its memory is measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import hostile_files as hostile
import pytest

from trustgen.core import InputError

MOST = 512 << 20  # bytes resident, the interpreter and its libraries included
SMALL = 1 << 20  # bytes of a file; only a JSON document is larger
LATE = 60.0  # seconds


def cost(read: Callable[[Path], None], path: Path) -> tuple[int, float, int, str]:
    """How a reading ended, its seconds, its largest memory, and what it said."""
    out, into = os.pipe()
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        code, said = 9, ""
        try:
            read(path)
            code = 0
        except InputError as error:
            code, said = 2, str(error)
        except BaseException as error:
            said = repr(error)[:500]
        finally:
            os.write(into, said.encode("utf-8", "replace")[:60_000])
            os._exit(code)
    os.close(into)
    _, status, used = os.wait4(child, 0)
    said = os.read(out, 60_000).decode()
    os.close(out)
    return os.waitstatus_to_exitcode(status), time.monotonic() - began, used.ru_maxrss << 10, said


def made(place: Path) -> dict[str, tuple[Callable[[Path], None], Path]]:
    """Every file with its reader. Made in a process of its own: to make them takes the memory that reading must not."""
    child = os.fork()
    if child == 0:
        try:
            hostile.pools(place)
            hostile.editions(place)
            hostile.runs(place)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    found: dict[str, tuple[Callable[[Path], None], Path]] = {}
    for folder in sorted(place.iterdir()):
        if folder.name.startswith("edition-"):
            found[folder.name] = hostile.read_edition, folder
            found[f"{folder.name} unchecked"] = hostile.read_columns, folder
        elif folder.name.startswith("run-"):
            found[folder.name] = hostile.read_run, folder
        else:
            found[folder.name] = hostile.read_pool, folder / "pool.toml"
    return found


def measured(place: Path, every: int) -> list[tuple[str, int, int, float, int, str]]:
    """Name, bytes, ending, seconds, memory and words of every reading, or of each so-manieth."""
    rows = []
    for name, (read, path) in list(made(place).items())[::every]:
        folder = path if path.is_dir() else path.parent
        size = max(p.stat().st_size for p in folder.rglob("*") if p.is_file())
        rows.append((name, size, *cost(read, path)))
    return rows


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.proof)])
def test_no_small_file_takes_much_memory_or_time(tmp_path: Path, every: int) -> None:
    """692 bytes of Parquet took 3.3 GB before they were refused.

    A process that forks hands its own memory on to the count; so all is done by a fresh one, however large this is.
    """
    done = subprocess.run([sys.executable, __file__, tmp_path, str(every)], capture_output=True, text=True, check=True)
    rows = json.loads(done.stdout)
    assert len(rows) >= 24 / every
    bad = []
    for name, size, code, seconds, memory, said in rows:
        print(f"{name:28} {size:9,} B {code} {seconds:5.1f} s {memory >> 20:5} MB  {said[:110]}")
        if not (code in (0, 2) and memory <= MOST and seconds < LATE and (size <= SMALL or "json" in name)):
            bad.append(name)
    assert not bad


if __name__ == "__main__":
    print(json.dumps(measured(Path(sys.argv[1]), int(sys.argv[2]))))
