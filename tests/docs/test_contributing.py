"""The page for those who change the code names what is there: every room, every file, every make target."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from trustgen.core import registry

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
PLACE = re.compile(r"`((?:src|tests|docs)/[\w./*-]+|pyproject\.toml|[A-Z]+\.md)`")


def test_the_rooms_are_those_of_the_contract_floor_by_floor() -> None:
    told = [line.split() for line in PAGE.partition("## The rooms")[2].splitlines() if line.startswith("    ")]
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one["type"] == "layers")
    held = [[room for room in layer.split(" | ") if not room.startswith(("(", "__"))] for layer in layers]
    assert told == [rooms for rooms in held if rooms]
    there = {path.parent.name for path in (ROOT / "src" / "trustgen").glob("*/__init__.py")}
    assert {room for rooms in told for room in rooms} == there


@pytest.mark.parametrize("place", sorted({p for p in PLACE.findall(PAGE) if not re.search(r"NAME|NNNN|DIMENSION", p)}))
def test_every_place_exists(place: str) -> None:
    assert list(ROOT.glob(place.rstrip("/"))), place


def test_every_kind_that_is_registered_has_a_row() -> None:
    rows = re.findall(r"^\| a ([\w ]+) \|", PAGE, re.MULTILINE)
    assert set(registry.KINDS) <= set(rows)
    assert {"judge", "measure", "variation", "command"} <= set(rows)


def test_every_target_is_a_target() -> None:
    told = set(re.findall(r"`make ([\w-]+)`", PAGE))
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert told == {"check", "test", "proof", "bench", "docs", "tiny", "tiny-vlm", "faces"}
    assert told <= targets
