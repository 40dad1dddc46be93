"""The page on Python in a real Jupyter kernel: every cell of it, and the lines that await."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "python.md").read_text("utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
AWAITED = re.findall(r"^    (.* = await .*)$", PAGE, re.MULTILINE)


def test_the_page_awaits() -> None:
    assert len(AWAITED) == 3
    assert len(BLOCKS) > 5


@pytest.mark.proof
@pytest.mark.filterwarnings("default")  # the client's own libraries warn of each other
def test_the_page_runs_in_a_kernel(tmp_path: Path) -> None:
    import nbclient
    import nbformat

    small = [
        line.replace('"core", "smollm2"', '"llm.truthfulness.facts", "organism/able?rate=0.5", n=2, salt="s"')
        .replace('"smollm2"', '"organism/able?rate=0.5", out="runs/awaited"')
        .replace('"core", salt="november"', '"llm.truthfulness.facts", n=2, salt="november"')
        for line in AWAITED
    ]
    cells = [*BLOCKS, "run", "edition", *(f"{line}\n{line.split(' = ')[0]}" for line in small)]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    outputs: list[Any] = [output for cell in notebook.cells for output in cell.outputs]
    shown = [output["data"]["text/html"] for output in outputs if output["output_type"] == "execute_result"]
    assert len(shown) == 5
    assert all(html.startswith("<div><table><caption>") for html in shown)
    said = "".join(output["text"] for output in outputs if output["output_type"] == "stream")
    assert "of 14" in said, "progress of a run in its own thread reaches the cell"
    assert not set(said) & set("\r\x1b")
    assert not [output for output in outputs if output.get("name") == "stderr"]
