"""Build, verify, diff and rebuild, as a person or a script meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_cli import line, trustgen

from trustgen.testing import fast_server

FACTS = "llm.truthfulness.facts"


def test_three_salts_share_next_to_nothing_and_diff_says_so(tmp_path: Path) -> None:
    for salt in "abc":
        assert trustgen("build", "core", "--salt", salt, "-o", salt, cwd=tmp_path).returncode == 0
    for one, other in ("ab", "bc", "ac"):
        found = json.loads(trustgen("diff", one, other, "--json", cwd=tmp_path).stdout)
        shared = sum(task["shared_questions"] for task in found["tasks"])
        assert shared < 0.02 * sum(task["cases"][0] for task in found["tasks"])
        assert found["made"] == [["salt", one, other]]
    assert "the same edition" in trustgen("diff", "a", "a", cwd=tmp_path).stdout
    shown = trustgen("diff", "a", "b", cwd=tmp_path).stdout
    assert "of B's are in A, names and numbers aside" in shown
    assert "salt" in shown
    assert FACTS in shown


def test_an_edition_is_verified_and_built_again(tmp_path: Path) -> None:
    build = trustgen("build", FACTS, "--n", "20", "--salt", "s", "--anchor", "block:5", "-o", "e", cwd=tmp_path)
    assert build.returncode == 0, build.stderr
    held = trustgen("verify", "e", "--json", cwd=tmp_path)
    assert held.returncode == 0
    assert json.loads(held.stdout)["ok"]
    again = trustgen("build", FACTS, "--from", "e", "-o", "again", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    for path in (tmp_path / "e").iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()
    manifest = tmp_path / "e" / "edition.json"
    manifest.write_text(manifest.read_text().replace('"salt": "s"', '"salt": "t"'))
    assert "changed after it was sealed (edition.json)" in line(trustgen("verify", "e", cwd=tmp_path))


@pytest.mark.parametrize(
    ("args", "mend"),
    [
        (("build", "core", "--role", "scribe=smollm2"), "write ROLE=URI"),
        (("build", "core", "--role", "writer=nowhere"), "unknown model `nowhere`"),
        (("build", "core", "--anchor", "block"), "write NAME:N"),
        (("build", "core", "--anchor", "s:3", "--salt", "s"), "name the block otherwise"),
        (("build", "core", "--from", "none"), "there is no edition at `none`"),
        (("verify", "none"), "there is no edition at `none`"),
        (("diff", "none", "none"), "there is no edition at `none`"),
        (("audit", "none"), "there is no edition at `none`"),
        (("equate", "none", "none"), "trustgen run"),
    ],
)
def test_what_cannot_be_used_is_one_line_with_the_mend(args: tuple[str, ...], mend: str, tmp_path: Path) -> None:
    assert mend in line(trustgen(*args, cwd=tmp_path))
    assert not list(tmp_path.glob("trustgen-runs/*/generated.db")), "nothing is left behind where nothing was asked"


def test_roles_belong_to_building(tmp_path: Path) -> None:
    assert trustgen("build", FACTS, "--n", "3", "-o", "e", cwd=tmp_path).returncode == 0
    refused = trustgen("run", "e", "--model", "organism/perfect", "--role", "writer=smollm2", cwd=tmp_path)
    assert "belong to building" in line(refused)


def test_a_bound_role_that_no_task_asks_is_named_in_the_manifest(tmp_path: Path) -> None:
    with fast_server() as url:
        uri = f"openai-api:mock@{url}"
        done = trustgen("build", FACTS, "--n", "3", "--role", f"target={uri}", "-o", "e", "--json", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["roles"] == {"target": uri}
        refused = trustgen("run", "e", "--model", uri, cwd=tmp_path)
        assert "cannot be measured on it" in line(refused)
