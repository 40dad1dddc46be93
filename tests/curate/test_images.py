"""Pictures: named by hash, handed out by their pool, kept by the edition that shows them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from trustgen.core import Case, Expect, Image, InputError, Judge, Outcome, Record, Ruling, Task, user
from trustgen.curate import pool
from trustgen.curate.images import photos
from trustgen.run import build
from trustgen.stats import accuracy
from trustgen.store import Edition


class Label(Judge):
    key = "label-1"

    def __call__(self, case: Case, response: object) -> Ruling:
        return Ruling(Outcome.SCORED, 1.0)


def cases(record: Record, draw: Random) -> Iterator[Case]:
    image = Image(record["image"], record["media_type"])
    expect = Expect(answer=record["answer"], wrong=tuple(draw.sample(record["distractors"], 3)))
    yield Case.of(record, "plain", user("What is in this picture?", image), expect=expect)


def task(n: int) -> Task:
    records = pool("images.photos", n=n)
    return Task(
        records=records, cases=cases, judge=Label(), measures={"a": accuracy()}, id="t.photos", version="1-A", n=n
    )


def test_every_picture_is_there_and_labelled_once() -> None:
    records = photos.read()
    assert len(records) == 12
    for record in records:
        body = photos.asset(record["image"])
        assert body[:4] in (b"\x89PNG", b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xe1")
        assert record["media_type"] == ("image/png" if body[:1] == b"\x89" else "image/jpeg")
        assert record["answer"] not in record["distractors"]
        assert len(record["distractors"]) >= 8
        assert record["caption"].endswith(".")
    assert "rocket" not in next(r for r in records if r["answer"] == "astronaut")["distractors"]
    assert len({record["answer"] for record in records}) == 12


def test_an_edition_keeps_the_pictures_it_shows(tmp_path: Path) -> None:
    build([task(5)], tmp_path / "e", salt="s")
    edition = Edition.open(tmp_path / "e")
    shown = {part.sha256 for case in edition.cases() for part in case.turns[0].parts if isinstance(part, Image)}
    assert {path.name for path in (tmp_path / "e" / "assets").iterdir()} == shown
    assert len(shown) == 5
    for name in shown:
        assert sha256(edition.asset(name)).hexdigest() == name


def test_a_picture_that_is_not_there_or_not_the_same_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="in none of the pools"):
        pool("images.photos", n=2).asset("0" * 64)
    spoilt = replace(photos, body=lambda name: b"another")
    with pytest.raises(InputError, match="not as its package shipped it"):
        spoilt.asset(photos.read()[0]["image"])
