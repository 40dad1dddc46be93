"""The error that is printed beside what is measured: as recorded, and as it is. `python FILE` counts and records it."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import msgspec
import pytest
from counted import SIDES, TREATMENTS, error_of

from trustgen.vision.error import Error, recorded

PICTURES = 2000
FILE = Path(__file__).parents[2] / "src" / "trustgen" / "vision" / "error.json"
CELLS = [(side, treatment) for side in SIDES for treatment in TREATMENTS]
PILOT = "a4e61fb66003e894"


def pilot() -> str:
    """A digest of the errors in a hundred noisy pictures: quick, and most changes of measuring change it."""
    return hashlib.sha256(msgspec.json.encode(error_of(32, "noise", 100))).hexdigest()[:16]


def told(side: int, treatment: str) -> Error:
    """What was recorded for one cell."""
    return next(one for one in recorded() if (one.side, one.treatment) == (side, treatment))


def test_what_is_recorded_is_of_this_code() -> None:
    assert pilot() == PILOT, f"measuring has changed: count its errors anew with `python {Path(__file__).name}`"


def test_every_side_and_treatment_was_counted_on_enough_pictures() -> None:
    assert [(one.side, one.treatment) for one in recorded()] == CELLS
    assert {one.pictures for one in recorded()} == {PICTURES}
    for one in recorded():
        assert one.exact + one.refused <= one.pictures
        wrong = sum(counts[1] for counts in one.facts.values())
        assert wrong == sum(one.confused.values())


def test_renders_are_measured_without_error_and_the_limits_are_known() -> None:
    assert told(64, "plain").exact >= 0.999 * PICTURES
    assert told(128, "plain").exact >= 0.999 * PICTURES
    assert told(32, "plain").exact >= 0.99 * PICTURES
    assert told(64, "plain").rate("shape") == 0
    assert told(32, "jpeg").rate("shape") > 0.01  # eight by eight blocks are larger than a small thing


@pytest.mark.proof
@pytest.mark.parametrize(("side", "treatment"), CELLS)
def test_the_recorded_errors_are_counted_again(side: int, treatment: str) -> None:
    pytest.importorskip("PIL.Image", reason="Pillow is not installed: pip install pillow")
    assert error_of(side, treatment, PICTURES) == told(side, treatment)


if __name__ == "__main__":
    made = [error_of(side, treatment, PICTURES) for side, treatment in CELLS]
    FILE.write_bytes(msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n")
    sys.stdout.write(f"PILOT = {pilot()!r}\n")
