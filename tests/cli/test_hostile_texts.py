"""Files that people write by hand, written by somebody else: one line and exit code 2 from every reader of one."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from trustgen.cli.app import main

READERS = {
    "manifest": ["show", "{}"],
    "suite": ["plan", "{}", "--model", "organism/refuser"],
    "policy": ["gate", "no-run", "--policy", "{}"],
    "prices": ["plan", "core", "--model", "organism/refuser", "--prices", "{}"],
    "thresholds": ["audit", "no-edition", "--thresholds", "{}"],
}
TEXTS = {
    "brackets": b"a=" + b"[" * 5_000,
    "digits": b"a=" + b"9" * 5_000,
    "dots": b"a." * 100_000 + b"b=1",
    "no text": b"\xff\xfe\x00",
    "large": b"#" * (1 << 21),
    "pipe": None,
    "folder": None,
    "endless": None,
}


@pytest.fixture(autouse=True)
def in_time() -> Iterator[None]:
    """A hang is a failure, not a wait; and no error that somebody catches, as `TimeoutError` is."""

    def late(*_: object) -> None:
        raise KeyboardInterrupt("it hangs")

    signal.signal(signal.SIGALRM, late)
    signal.alarm(20)
    yield
    signal.alarm(0)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("reader", READERS)
def test_a_reader_says_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], reader: str, text: str
) -> None:
    """Brackets within brackets were "a bug in TrustGen", a pipe was waited for."""
    path = tmp_path / "given.toml"
    match text:
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "endless":
            path.symlink_to("/dev/zero")
        case _:
            path.write_bytes(TEXTS[text] or b"")
    with pytest.raises(SystemExit) as end:
        main([part.format(path) for part in READERS[reader]])
    said = capsys.readouterr().err
    assert end.value.code == 2, said
    assert "given.toml" in said
    assert said.count("\n") == 1
