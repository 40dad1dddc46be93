"""Known texts and dates: shares of n-grams by hand, records before and after a day."""

from __future__ import annotations

from pathlib import Path

import pytest
from crafted_cases import KENYA, case, record
from hypothesis import given
from hypothesis import strategies as st

from trustgen.audit import Auditor, NGrams
from trustgen.audit.contamination import seen_before, too_old
from trustgen.core import Crafted, InputError, Record, Source

TEXT = "one two three four five six seven eight nine ten"


def test_the_share_is_counted_by_hand() -> None:
    known = NGrams.of([TEXT], n=3)
    assert len(known) == 8
    assert known.share("One, two: three four!") == 1.0
    assert known.share("one two three zero") == 0.5
    assert known.share("zero zero zero") == 0.0
    assert known.share("one two") == 0.0


def test_files_are_read_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "seen.txt"
    file.write_text("one two\nthree four\n", "utf-8")
    assert NGrams.of([file], n=4).share("one two three four") == 1.0
    file.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(InputError, match=r"seen\.txt"):
        NGrams.of([file])
    with pytest.raises(InputError, match="use 1 or more"):
        NGrams.of([TEXT], n=0)


@given(st.lists(st.sampled_from("abcdef"), min_size=3, max_size=40), st.integers(1, 5))
def test_a_text_is_wholly_known_to_itself(words: list[str], n: int) -> None:
    text = " ".join(words)
    assert NGrams.of([text], n=n).share(text) == (1.0 if len(words) >= n else 0.0)


def test_an_auditor_rejects_a_known_case() -> None:
    audit = Auditor(against=NGrams.of(["What is the capital of Kenya in our days?"], n=4))
    assert "4-grams" in audit(Crafted(case("What is the capital of Kenya?"), record()))
    assert audit(Crafted(case("Which city governs that country in East Africa?"), record())) == ""
    assert seen_before(case("What is the capital of Kenya?"), NGrams.of([TEXT], n=4)) == ""


def dated(retrieved: str = "", **fields: str) -> Record:
    source = Source(origin="tests", revision="1", licence="own", retrieved=retrieved)
    return Record.of("tests", source, **{**KENYA, **fields})


@pytest.mark.parametrize(
    ("about", "named"),
    [
        (dated("2026-03-01T12:00:00Z"), ""),
        (dated(date="2026-03-01"), ""),
        (dated("2026-03-01T12:00:00Z", date="2019-01-01"), "2019"),
        (dated("2026-01-01T00:00:00Z"), "is of 2026-01-01"),
        (dated(), "no date"),
        (dated(date="soon"), "cannot be read"),
        (dated(date="2025"), "is of 2025-01-01"),
    ],
)
def test_a_record_must_be_from_after_the_day(about: Record, named: str) -> None:
    reason = too_old(about, "2026-01-01")
    assert named in reason
    assert bool(reason) == bool(named)
    made = Crafted(case("What is the capital of Kenya?", about=about), about)
    assert Auditor(after="2026-01-01")(made) == reason


def test_a_day_that_cannot_be_read_is_told_at_once() -> None:
    with pytest.raises(InputError, match="2026-01-31"):
        Auditor(after="January")
