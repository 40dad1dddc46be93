"""The command line without a new process: what a command says and its exit code are the same, and it costs no start.

What only a process shows (Ctrl-C, a kill, what is imported) is tested in one.
"""

from __future__ import annotations

import sys
from contextlib import chdir
from pathlib import Path
from typing import NamedTuple

from click.testing import CliRunner

from trustgen.cli import main


class Done(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def trustgen(*args: object, cwd: Path | None = None) -> Done:
    """Run the command as a user would, in a folder."""
    code = 0
    with chdir(cwd or Path.cwd()), CliRunner().isolation() as (out, err, _):
        try:
            main([str(arg) for arg in args])
        except SystemExit as ended:
            code = int(ended.code or 0)
        sys.stdout.flush()
        sys.stderr.flush()
        return Done(code, out.getvalue().decode(), err.getvalue().decode())
