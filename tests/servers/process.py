"""A server in a process of its own, which says its address on its first line and ends when its parent does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def serving(script: str, *arguments: str) -> Iterator[str]:
    """Run a server script with `--with-parent`; yields its base URL, and stops it afterwards."""
    process = subprocess.Popen(
        [sys.executable, script, "--with-parent", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        url = process.stdout.readline().strip()
        if not url:
            raise RuntimeError(f"{script} ended with {process.wait(10)} before it said its address")
        yield url
    finally:
        process.stdin.close()  # a server with a parent ends at the end of its input, so also when we are killed
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
