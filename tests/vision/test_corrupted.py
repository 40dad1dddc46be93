"""Corruptions: the same bytes every time, scaled by the side, measured. `python FILE` records the golden digests."""

from __future__ import annotations

import json
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from trustgen.core import InputError, MissingExtra, keyed
from trustgen.vision.corrupt import CORRUPTIONS, SEVERITIES, Corrupted, Corruption, corrupted, psnr
from trustgen.vision.layout import laid
from trustgen.vision.render import Pixels, digest_of, render
from trustgen.vision.scene import Scene, Thing

packaged = pytest.mark.skipif(
    find_spec("imagecorruptions") is None or find_spec("cv2") is None,
    reason='the corruptions are not installed: pip install "trustgen[corruptions]"',
)
GOLDEN = Path(__file__).with_name("corruptions.json")
BESIDE = ("imagecorruptions-imaug", "numpy", "opencv-python", "pillow", "scikit-image", "scipy")
EVERY: list[tuple[Corruption, int]] = [(kind, severity) for kind in CORRUPTIONS for severity in SEVERITIES]


def board(side: int = 64) -> Pixels:
    """A fixed picture of no room: two ramps, and squares in the third channel."""
    at = np.arange(side)
    ramp = (at * 255 // (side - 1)).astype(np.uint8)
    squares = ((at[:, None] // 8 + at[None, :] // 8) % 2 * 200 + 20).astype(np.uint8)
    return np.stack([np.tile(ramp, (side, 1)), np.tile(ramp, (side, 1)).T, squares], axis=2)


def made(kind: Corruption, severity: int, pixels: Pixels | None = None) -> Corrupted:
    """One corruption of the board, or of another picture, by its own draw."""
    return corrupted(board() if pixels is None else pixels, kind, severity, keyed("tests", kind, str(severity)))


def versions() -> dict[str, str]:
    """Of what the pixels are made by."""
    return {name: version(name) for name in BESIDE}


@packaged
@pytest.mark.parametrize("kind", CORRUPTIONS)
def test_every_corruption_is_as_it_was(kind: Corruption) -> None:
    golden = json.loads(GOLDEN.read_text("utf-8"))
    if golden["versions"] != versions():
        pytest.skip(f"the golden digests are of other versions: record them anew with `python {Path(__file__).name}`")
    for severity in SEVERITIES:
        assert digest_of(made(kind, severity).pixels)[:16] == golden["digests"][f"{kind} {severity}"]


@packaged
def test_order_and_threads_change_nothing_and_the_global_generator_is_left_alone() -> None:
    np.random.seed(7)
    wanted = np.random.get_state()[1].tolist()
    plain = [digest_of(made(*one).pixels) for one in EVERY]
    mixed = random.Random(1).sample(range(len(EVERY)), len(EVERY))
    with ThreadPoolExecutor(4) as pool:
        again = dict(zip(mixed, pool.map(lambda at: digest_of(made(*EVERY[at]).pixels), mixed), strict=True))
    assert [again[at] for at in range(len(EVERY))] == plain
    assert np.random.get_state()[1].tolist() == wanted
    other = corrupted(board(), "snow", 3, keyed("tests", "another"))
    assert digest_of(other.pixels) not in plain


@packaged
def test_every_corruption_changes_the_picture_and_keeps_its_size() -> None:
    capture = []
    for kind, severity in EVERY:
        for pixels in (board(32), board(64), board(75)[:70]):
            found = made(kind, severity, pixels)
            assert found.pixels.shape == pixels.shape
            assert found.pixels.dtype == np.uint8
            assert found.psnr == psnr(pixels, found.pixels)
            capture.append(found.psnr)
    assert min(capture) > 3
    assert np.isfinite(capture).mean() > 0.97  # a blur of a fifth of a pixel may change nothing at 32


@packaged
@pytest.mark.parametrize("kind", ["gaussian_noise", "shot_noise", "gaussian_blur", "defocus_blur", "zoom_blur"])
def test_more_is_worse(kind: Corruption) -> None:
    found = [made(kind, severity).psnr for severity in SEVERITIES]
    assert found == sorted(found, reverse=True)


@packaged
def test_a_severity_means_much_the_same_at_another_size() -> None:
    """Of one scene at three sides: a blur in fixed pixels would differ by ten dB."""
    scene = Scene((Thing("a", "star", "red", "large"), Thing("b", "moon", "blue", "large")), background="white")
    layout = laid(scene, keyed("tests", "sides"))
    for kind in ("gaussian_blur", "defocus_blur", "motion_blur"):
        found = [made(kind, 4, render(layout, side)).psnr for side in (112, 224, 448)]  # type: ignore[arg-type]
        assert max(found) - min(found) < 3, (kind, found)


def test_salt_and_pepper_fall_as_often_as_they_should() -> None:
    grey = np.full((200, 200, 3), 100, dtype=np.uint8)
    for severity, amount in zip(SEVERITIES, (0.03, 0.06, 0.09, 0.17, 0.27), strict=True):
        found = made("impulse_noise", severity, grey).pixels
        assert set(np.unique(found).tolist()) == {0, 100, 255}
        assert (found != 100).mean() == pytest.approx(amount, abs=0.005)
        assert (found == 255).mean() == pytest.approx(amount / 2, abs=0.005)
        assert (found[:, :, 0] != found[:, :, 1]).any()


def test_psnr_is_as_it_is_defined() -> None:
    black = np.zeros((32, 32, 3), dtype=np.uint8)
    assert psnr(black, black) == float("inf")
    assert psnr(black, black + np.uint8(255)) == 0
    assert psnr(black, black + np.uint8(1)) == pytest.approx(48.13, abs=0.01)


def test_what_cannot_be_done_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind, severity in (("rain", 1), ("snow", 0), ("snow", 6)):
        with pytest.raises(InputError, match=f"no corruption `{kind}` of severity {severity}"):
            made(kind, severity)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="16 × 16 pixels"):
        made("snow", 1, board(16))
    monkeypatch.setitem(sys.modules, "imagecorruptions", None)
    with pytest.raises(MissingExtra, match="corruptions"):
        made("snow", 1)


if __name__ == "__main__":
    digests = {f"{kind} {severity}": digest_of(made(kind, severity).pixels)[:16] for kind, severity in EVERY}
    GOLDEN.write_text(json.dumps({"versions": versions(), "digests": digests}, indent=1) + "\n", "utf-8")
