"""A text that breaks off in the middle of a name."""

from __future__ import annotations

from trustgen.audit.readable import unreadable


def test_a_name_that_breaks_off_is_cut_off() -> None:
    was = "Which city does France have as its capital?"
    assert unreadable("Which city does Franc", was=was) == "cut off"
    assert unreadable("Capital of France", was=was) == ""
    assert unreadable("Which city does France have as its capital, Ann", was=was) == ""
