"""The command line, as a person or a script meets it: exit codes, one clear line, JSON."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from commands import Done, trustgen

ORGANISM = "organism/able?rate=0.8"


def line(done: Done, code: int = 2) -> str:
    """The one line of a refusal."""
    assert done.returncode == code, done.stderr + done.stdout
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("trustgen: ")
    assert "Traceback" not in done.stderr
    return lines[0]


def test_help_is_light() -> None:
    code = (
        "import sys\nfrom trustgen.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"numpy", "scipy", "pyarrow", "aiohttp", "rich", "jinja2", "faker", "xllamacpp", "asyncio", "sqlite3"}
    assert not heavy & set(done.stderr.split())
    assert not {name for name in done.stderr.split() if name.startswith("trustgen.core")}
    for command in ("quickstart", "run", "compare"):
        assert command in done.stdout


@pytest.mark.parametrize(
    ("args", "mend"),
    [
        (["run", "nonsense", "--model", ORGANISM], "unknown"),
        (["run", "sycophancy", "--model", ORGANISM], "did you mean `llm.truthfulness.sycophancy`"),
        (["run", "core", "--model", "gpt-4"], "unknown model `gpt-4`"),
        (["run", "core", "--model", "organism/saint"], "saint"),
        (["run", "core", "--model", "organism/able?rate=2"], "rate"),
        (["run", "core", "--model", ORGANISM, "--n", "0"], "`n` is 0"),
        (["run", "core", "--model", ORGANISM, "--n", "-3"], "`n` is -3"),
        (["run", "core", "--model", ORGANISM, "--budget", "-5usd"], "must be more than 0"),
        (["run", "core", "--model", ORGANISM, "--budget", "lots"], "write 5usd"),
        (["run", "core", "--model", ORGANISM, "--budget", "5usd"], "--price"),
        (["run", "core", "--model", ORGANISM, "--concurrency", "0"], "--concurrency 0"),
        (["run", "core", "--model", ORGANISM, "--salt", ""], "the salt is empty"),
        (["run", "core", "--model", "openai-api:m@http://127.0.0.1:9/v1"], "127.0.0.1:9"),
        (
            ["run", "core", "--model", "openai-api:m@http://127.0.0.1:9/v1", "--api-key-env", "TRUSTGEN_NO_SUCH"],
            "TRUSTGEN_NO_SUCH",
        ),
        (["run", "core"], "Missing option '--model'"),
        (["frobnicate"], "No such command"),
        (["verify", "nowhere"], "there is no edition at `nowhere`"),
        (["report", "nowhere"], "there is no run at `nowhere`"),
        (["build", "suite.toml"], "suite.toml"),
        (["show", "llm.truthfulness.fact"], "did you mean"),
    ],
)
def test_bad_input_is_one_clear_line_and_leaves_nothing(tmp_path: Path, args: list[str], mend: str) -> None:
    assert mend in line(trustgen(*args, cwd=tmp_path))
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]
    done = trustgen(*args, "--json", cwd=tmp_path)
    assert done.returncode == 2
    assert mend in json.loads(done.stdout)["error"]


def test_an_unwritable_place_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    done = trustgen("run", "core", "--model", ORGANISM, "-o", "file/run", cwd=tmp_path)
    assert "choose another folder with -o" in line(done)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").write_text("precious")
    for command in (["run", "core", "--model", ORGANISM], ["build", "core"]):
        assert "holds other files (thesis.tex" in line(trustgen(*command, "-o", "full", cwd=tmp_path))
    assert [p.name for p in (tmp_path / "full").iterdir()] == ["thesis.tex"]


def test_build_verify_run_report_compare(tmp_path: Path) -> None:
    small = ("--n", "10", "--salt", "t")
    built = trustgen("build", "core", *small, "-o", "e", "--json", cwd=tmp_path)
    assert built.returncode == 0, built.stderr
    assert json.loads(built.stdout)["acceptance"] == 1.0
    assert trustgen("verify", "e", cwd=tmp_path).returncode == 0

    models = ("--model", "organism/perfect", "--model", "organism/worst")
    ran = trustgen("run", "e", *models, "-o", "r", "--json", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    document = json.loads(ran.stdout)
    assert document["run"]["status"] == "finished"
    assert json.loads((tmp_path / "r" / "estimates.json").read_text()) == document["estimates"]
    for estimate in document["estimates"]:
        assert sum(estimate["outcomes"].values()) == estimate["planned"]

    again = trustgen("run", "e", *models, "-o", "r", "--json", cwd=tmp_path)
    assert json.loads(again.stdout)["estimates"] == document["estimates"]

    shown = trustgen("report", "r", cwd=tmp_path)
    assert shown.returncode == 0
    assert "simulated" in shown.stdout.lower()
    for kind in ("html", "md", "csv"):
        path = tmp_path / trustgen("report", "r", "-f", kind, cwd=tmp_path).stdout.strip()
        assert path.stat().st_size > 500

    worse = trustgen("compare", "r", "organism/perfect", "organism/worst", "--fail-if-worse", cwd=tmp_path)
    assert worse.returncode == 1
    same = trustgen("compare", "r", "organism/perfect", "organism/perfect", "--fail-if-worse", cwd=tmp_path)
    assert same.returncode == 0
    assert "organism/perfect" in line(trustgen("compare", "r", "organism/perfect", "gpt", cwd=tmp_path))

    rejudged = trustgen("rejudge", "r", "--json", cwd=tmp_path)
    assert json.loads(rejudged.stdout)["estimates"] == document["estimates"]

    other = trustgen("run", "core", *small[:2], "--salt", "u", *models, "-o", "r", cwd=tmp_path)
    assert "choose another folder with -o" in line(other)


def test_an_edited_edition_is_refused(tmp_path: Path) -> None:
    assert trustgen("build", "core", "--n", "4", "-o", "e", cwd=tmp_path).returncode == 0
    path = tmp_path / "e" / "cases.parquet"
    body = bytearray(path.read_bytes())
    body[100] ^= 1
    path.write_bytes(body)
    for command in (["verify", "e"], ["run", "e", "--model", ORGANISM], ["plan", "e", "--model", ORGANISM]):
        assert "changed after it was sealed (cases.parquet)" in line(trustgen(*command, cwd=tmp_path))


def test_plan_says_what_a_run_takes(tmp_path: Path) -> None:
    args = ("plan", "core", "--n", "5", "--model", ORGANISM, "--price", "1/2", "--json")
    (row,) = json.loads(trustgen(*args, cwd=tmp_path).stdout)
    assert row["calls"] > row["cases"] > 0, "self-doubt asks twice"
    assert row["usd"][0] < row["usd"][1]
    ran = trustgen("run", "core", "--n", "5", "--model", ORGANISM, "-o", "r", "--json", cwd=tmp_path)
    (spent,) = json.loads(ran.stdout)["run"]["spent"].values()
    assert spent["calls"] == row["calls"]
    assert list(tmp_path.iterdir()) == [tmp_path / "r"], "a plan leaves nothing behind"


def test_a_budget_ends_with_exit_3_and_resumes(tmp_path: Path) -> None:
    args = ("run", "core", "--n", "10", "--model", ORGANISM, "-o", "r")
    stopped = trustgen(*args, "--budget", "50-calls", "--concurrency", "2", cwd=tmp_path)
    assert stopped.returncode == 3, stopped.stderr
    assert "call budget of 50 used" in stopped.stdout
    assert (tmp_path / "r" / "report.html").stat().st_size > 1_000
    assert trustgen(*args, cwd=tmp_path).returncode == 0


def test_ctrl_c_ends_with_exit_3_and_a_valid_partial_run(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from trustgen.cli import main; main()", "run", "core", "--n", "2000"]
    command += ["--model", ORGANISM, "--concurrency", "1", "-o", "r", "--json"]
    command[command.index("core")] = "llm.fairness.counterfactual"
    child = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    journal = tmp_path / "r" / "journal.db-wal"
    until = time.monotonic() + 60
    while time.monotonic() < until and not (journal.exists() and journal.stat().st_size > 100_000):
        time.sleep(0.02)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert child.returncode == 3, err
    document = json.loads(out)
    assert document["run"]["stopped"] == "interrupted (SIGINT)"
    estimate = document["estimates"][0]
    assert estimate["outcomes"]["skipped"] > 0
    assert sum(estimate["outcomes"].values()) == estimate["planned"]


@pytest.mark.parametrize("kind", ["tasks", "models", "pools", "suites"])
def test_what_is_listed_can_be_shown(tmp_path: Path, kind: str) -> None:
    listed = json.loads(trustgen("list", kind, "--json").stdout)
    assert listed
    assert all(row["about"] for row in listed)
    if kind != "models":
        assert trustgen("show", listed[0]["name"]).returncode == 0


def test_doctor_says_the_core_suite_would_run() -> None:
    done = trustgen("doctor")
    assert done.returncode == 0, done.stdout
    assert "weights match their SHA-256" in done.stdout
