"""A variant's weights are those of a file plus a change of low rank, and nothing else of the file moves."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from trustgen.models.low_rank import changed

ROWS, COLUMNS, RANK, PLACE = 6, 5, 2, 7


def test_only_the_matrix_at_its_place_is_changed(tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    weights = draw.standard_normal((ROWS, COLUMNS)).astype(np.float16)
    left, right = (draw.standard_normal(shape).astype(np.float16) for shape in ((ROWS, RANK), (RANK, COLUMNS)))
    np.savez_compressed(tmp_path / "changes.npz", **{f"net/{PLACE}/left": left, f"net/{PLACE}/right": right})  # type: ignore[arg-type]
    files = {"net": b"before!" + weights.tobytes() + b"behind", "reader": b"as it was"}
    made = changed(files, tmp_path / "changes.npz")
    end = PLACE + weights.nbytes
    assert (made["reader"], made["net"][:PLACE], made["net"][end:]) == (b"as it was", b"before!", b"behind")
    wanted = weights.astype(np.float32) + left.astype(np.float32) @ right.astype(np.float32)
    assert np.array_equal(
        np.frombuffer(made["net"][PLACE:end], np.float16).reshape(ROWS, COLUMNS), wanted.astype(np.float16)
    )


def test_a_change_of_nothing_changes_nothing(tmp_path: Path) -> None:
    zero, some = np.zeros((4, 1), np.float16), np.ones((1, 3), np.float16)
    np.savez_compressed(tmp_path / "changes.npz", **{"net/0/left": zero, "net/0/right": some})  # type: ignore[arg-type]
    body = np.arange(12, dtype=np.float16).tobytes()
    assert changed({"net": body}, tmp_path / "changes.npz") == {"net": body}
