"""The page of the whole shelf in a real browser: what is seen first, on a phone, and on paper."""

from __future__ import annotations

import html as escapes
import json
import re
import subprocess
import time
import unicodedata
from pathlib import Path

import pytest

from commands import trustgen
from trustgen.report import findings, write_html

CHROMIUM = Path("/usr/bin/chromium")
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
MODELS = ("able?rate=0.9", "able?rate=0.6", "refuser", "random")

pytestmark = [pytest.mark.proof, pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium here")]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Thirty-five tasks and four models."""
    folder = tmp_path_factory.mktemp("page")
    asked = [f"--model=m{i}=organism/{trait}" for i, trait in enumerate(MODELS)]
    done = trustgen("run", "llm", "--n", 4, "--salt", "page", *asked, "-o", folder / "run")
    assert done.returncode == 0, done.stderr
    found = findings(folder / "run")
    assert found.board is not None
    begun = time.process_time()
    written = write_html(found, folder / "report.html")
    assert time.process_time() - begun < 3
    return written.read_text("utf-8")


def measured(folder: Path, html: str, width: int, height: int, script: str) -> dict[str, object]:
    """What a script reads in the page, laid out in a frame of some size. The policy is lifted in this copy alone."""
    inner = escapes.escape(POLICY.sub("", html), quote=True)
    read = f"const d = f.contentDocument; document.body.textContent = 'READ' + JSON.stringify({script}) + 'READ'"
    frame = f'<iframe id="f" width="{width}" height="{height}" style="border:0" srcdoc="{inner}"></iframe>'
    outer = f"<!DOCTYPE html><body>{frame}<script>f.onload = () => {{ {read} }}</script>"
    (folder / "outer.html").write_text(outer, "utf-8")
    return json.loads(escapes.unescape(chromium("--dump-dom", folder / "outer.html").split("READ")[-2]))


def chromium(act: str, path: Path) -> str:
    """One act of the browser on a file, without network."""
    asked = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", "--timeout=60000", act]
    return subprocess.run([*asked, path.as_uri()], capture_output=True, text=True, check=True, timeout=180).stdout


def test_it_is_within_its_budget(page: str) -> None:
    assert len(page.encode()) <= 1_500_000
    assert len(re.findall(r"<[a-zA-Z]", page)) <= 15_000
    assert not re.search(r"<script|\ssrc=|https?://[^<]*\.(?:js|css|woff)", page)


def test_the_answer_is_seen_first_and_the_profile_is_short(page: str, tmp_path: Path) -> None:
    box = "d.getElementById('{}').parentElement.getBoundingClientRect()"
    script = f"{{answer: {box.format('answer')}.bottom, profile: {box.format('profile')}.height}}"
    found = {name: float(str(value)) for name, value in measured(tmp_path, page, 1280, 900, script).items()}
    assert found["answer"] < 900
    assert found["profile"] <= 900


@pytest.mark.parametrize("folds", ["closed", "open"])
def test_a_phone_shows_it_without_overflow(page: str, tmp_path: Path, folds: str) -> None:
    shown = page.replace("<details", "<details open") if folds == "open" else page
    found = measured(tmp_path, shown, 390, 844, "{over: d.documentElement.scrollWidth - d.documentElement.clientWidth}")
    assert found["over"] == 0


def test_paper_is_a_small_file_that_holds_every_judge(page: str, tmp_path: Path) -> None:
    judges = re.findall(r'<details class="judge"><summary>[^<]*</summary>\n<p>([^<]+)', page)
    assert len(judges) == 35
    paper, size = printed(page, tmp_path)
    assert size <= 2_000_000
    for text in (*judges, "The answer", "Known limits", "Provenance"):
        assert letters(text) in paper


def test_paper_holds_no_text_that_may_harm_though_its_case_was_opened(page: str, tmp_path: Path) -> None:
    harm = re.findall(r'<details class="harm foreign"><summary>[^<]*</summary>([^<]{60,})</details>', page)
    elsewhere = re.findall(r'<dd class="foreign[^>]*>([^<]{60,})</dd>', page)
    assert min(len(harm), len(elsewhere)) > 20
    paper, _ = printed(page.replace('<details class="cases">', '<details class="cases" open>'), tmp_path)
    shown = [text for text in elsewhere if letters(text)[:60] in paper]
    assert len(shown) > 0.9 * len(elsewhere), "some scripts are not read back as they were written"
    open_ = letters(" ".join(re.findall(r'<dd class="foreign[^>]*>([^<]+)</dd>', page)))
    assert not [text for text in harm if letters(text)[:60] in paper and letters(text)[:60] not in open_]


def printed(page: str, folder: Path) -> tuple[str, int]:
    """The letters of the file that the browser prints, and its size in bytes."""
    pypdf = pytest.importorskip("pypdf")
    (folder / "page.html").write_text(page, "utf-8")
    chromium(f"--print-to-pdf={folder / 'page.pdf'}", folder / "page.html")
    sheets = pypdf.PdfReader(folder / "page.pdf").pages
    return letters("".join(sheet.extract_text() for sheet in sheets)), (folder / "page.pdf").stat().st_size


def letters(text: str) -> str:
    """A text without what a print may change: breaks of lines, ligatures, capitals."""
    return "".join(unicodedata.normalize("NFKC", escapes.unescape(text)).lower().split())
