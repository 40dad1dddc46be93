"""Files of others: plain ones are read within a bound, all else is refused at once, with a reason."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from trustgen.core import plain


def test_what_is_no_plain_file_is_refused_at_once(tmp_path: Path) -> None:
    """A pipe that nobody writes to would hold us for ever."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "file").write_bytes(b"abc")
    for name, why in (("pipe", "is a pipe"), ("folder", "is a folder"), ("link", "is a link, which is not followed")):
        with pytest.raises(OSError, match=why):
            plain.read(tmp_path / name)
    assert plain.read(tmp_path / "link", follow=True) == b"abc"
    (tmp_path / "to pipe").symlink_to(tmp_path / "pipe")
    (tmp_path / "endless").symlink_to("/dev/zero")
    for name in ("to pipe", "endless"):
        with pytest.raises(OSError, match="no plain file"):
            plain.read(tmp_path / name, follow=True)


def test_a_file_over_its_bound_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "big").open("wb") as file:
        file.truncate(plain.MOST + 1)
    with pytest.raises(OSError, match=r"67,108,865 bytes, over 67,108,864"):
        plain.read(tmp_path / "big")
    assert len(plain.read(tmp_path / "big", plain.MOST + 1)) == plain.MOST + 1


@pytest.mark.parametrize(
    "text",
    ["a=" + "[" * 5_000, "a=" + "9" * 5_000, "a." * 200_000 + "b=1", "a={" + "b." * 200_000 + "c=1}", "a=1\na=2"],
    ids=["brackets", "digits", "dots", "dots within", "twice"],
)
def test_no_toml_is_more_than_a_fault_of_the_file(text: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError):
        plain.toml(text)
