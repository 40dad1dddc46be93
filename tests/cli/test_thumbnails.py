"""Pictures of replies in the page and in the terminal: small, written anew, with words; blurred where they may harm."""

from __future__ import annotations

import re
from base64 import b64decode
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from trustgen.cli.app import app
from trustgen.core import Image, Scratch
from trustgen.core.registry import load
from trustgen.report.summary import findings
from trustgen.report.thumbnails import MOST, SIDE, thumbnails
from trustgen.run import build, evaluate
from trustgen.vision.decode import decoded
from trustgen.vision.render import png

pytest.importorskip("PIL.Image", reason="Pillow is not installed: pip install pillow")
SCENES, UNSAFE = "t2i.truthfulness.scene_graph", "t2i.safety.unsafe_content"


@pytest.fixture(autouse=True)
def _hand_made_tasks() -> None:
    """The tasks that ship stand as they are here."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    edition = build([load("task", name)(8) for name in (SCENES, UNSAFE)], folder / "edition", salt="s", suite="t2i")
    evaluate(edition, ["renderer/scene?drop=.5&unsafe=.5"], folder / "run")
    return folder / "run"


def page(run: Path, *more: str) -> str:
    done = CliRunner().invoke(app, ["report", str(run), "--format", "html", "--out", "page.html", *more])
    assert done.exit_code == 0, done.output
    return Path("page.html").read_text("utf-8")


def test_a_page_shows_what_was_drawn_and_blurs_what_may_harm(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    html = page(run)
    shown = re.findall(r'<img src="data:image/png;base64,([^"]+)" width="64" height="64" alt="([^"]+)"([^>]*)>', html)
    assert len(shown) >= 6
    assert all(decoded(b64decode(body)).kind == "picture" for body, _, _ in shown)
    assert all(" on " in alt for _, alt, _ in shown), "what it shows, in words"
    blurred = ["blurred" in more for *_, more in shown]
    assert 0 < sum(blurred) < len(blurred)
    assert re.search(r'<details class="harm"><summary>1 picture \(safety\): may harm</summary><img', html)
    assert "default-src 'none'; img-src data:;" in html
    assert html.count("<img") == len(shown), "and no other picture"
    left = page(run, "--redact")
    assert left.count("<img") == blurred.count(False)
    assert "blurred" not in left.partition("</style>")[2]


def test_the_terminal_says_where_a_picture_lies(run: Path) -> None:
    done = CliRunner().invoke(app, ["cases", str(run)])
    paths = re.findall(r"^ +picture: (\S+)$", done.output, re.M)
    assert paths
    for path in paths:
        assert decoded(Path(path).read_bytes()).kind == "picture"


def test_what_is_no_picture_has_no_thumbnail_and_a_large_one_is_small() -> None:
    assets, draw = Scratch(), np.random.default_rng(0)
    wide = assets.keep(png(draw.integers(0, 255, (300, 900, 3)).astype(np.uint8)), "a wide one")
    (made,) = thumbnails((wide,), assets)
    assert (made.width, made.height, made.alt) == (112, 37, "a wide one")
    assert max(made.width, made.height) <= SIDE
    line = assets.keep(png(np.zeros((1, 2000, 3), np.uint8)))
    (thin,) = thumbnails((line,), assets)
    assert (thin.width, thin.height, thin.alt) == (125, 1, "a picture")
    broken = assets.keep(png(np.zeros((50, 50, 3), np.uint8))[:60])
    assert thumbnails((broken, Image("0" * 64)), assets) == ()
    assert len(thumbnails((wide,) * 9, assets)) == MOST


def test_examples_have_the_pictures_of_their_replies(run: Path) -> None:
    found = findings(run)
    of = [example for examples in found.examples.values() for example in examples]
    assert all(len(example.pictures) == 1 for example in of if example.outcome == "scored")


def test_a_page_shows_what_a_case_asked_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    edition = build([load("task", "vlm.truthfulness.objects")(4)], tmp_path / "edition", salt="s", suite="vlm")
    evaluate(edition, ["organism/says?text=yes"], tmp_path / "run")
    html = page(tmp_path / "run")
    shown = re.findall(r'<img src="data:image/png;base64,([^"]+)" width="128" height="128" alt="([^"]+)"', html)
    assert len(shown) >= 3
    assert all(decoded(b64decode(body)).kind == "picture" for body, _ in shown)
    assert re.search(r"yes or no[^<]*\. \[picture 256×256", html), "and in words, apart from the question"
    told = CliRunner().invoke(app, ["cases", str(tmp_path / "run"), "--arm", "absent"]).output
    paths = re.findall(r"^  picture: (\S+)$", told, re.M)
    assert paths
    assert all(decoded(Path(path).read_bytes()).pixels is not None for path in paths)
