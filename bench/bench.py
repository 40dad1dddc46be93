"""Speed and memory, as ratios against a baseline measured in the same run.

The machine is shared and noisy, so no number here is a time to beat: each bound is a ratio between two things measured
one after the other, three times, and the median ratio is held against the bound. Prints a table; exit 1 on a miss.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from trustgen.testing import fast_server

HERE = Path(__file__).parent
REPEATS = 3


def work(kind: str, url: str, edition: Path) -> dict[str, Any]:
    """Run one kind of work in a fresh process."""
    command = [sys.executable, str(HERE / "work.py"), kind, "--url", url, "--edition", str(edition)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit {done.returncode}"}
    found: dict[str, Any] = json.loads(done.stdout[done.stdout.rindex("{") :])
    return found


def build(folder: Path, records: int) -> Path:
    """An edition of one-turn cases: four to a record."""
    from trustgen.core.registry import load
    from trustgen.run import build as build_edition

    build_edition([load("task", "llm.fairness.counterfactual")(records)], folder, salt="bench")
    return folder


def startup() -> tuple[float, float]:
    """Seconds of `trustgen --help` and of `python -c pass`, best of seven each, taken in turns."""

    def once(*arguments: str) -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - began

    pairs = [(once("-c", "from trustgen.cli import main; main(['--help'])"), once("-c", "pass")) for _ in range(7)]
    return min(p[0] for p in pairs), min(p[1] for p in pairs)


class Table:
    """Lines of results, and whether each bound holds."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def hold(self, what: str, value: float, bound: float, *, most: bool, detail: str) -> None:
        """A ratio with a bound."""
        met = value <= bound if most else value >= bound
        self.rows.append({"what": what, "value": value, "bound": bound, "met": met, "detail": detail})
        sign = "≤" if most else "≥"
        print(f"{'met   ' if met else 'MISSED'}  {what:<52} {value:7.2f}  ({sign} {bound:g})  {detail}", flush=True)

    def tell(self, what: str, detail: str) -> None:
        """A result without a bound."""
        self.rows.append({"what": what, "detail": detail})
        print(f"        {what:<52} {detail}", flush=True)


def building(table: Table, scratch: Path, *, quick: bool) -> None:
    """How fast cases are built by rule, audit and seal included, and whether memory stays flat."""
    few = work("build-10k", "", scratch)
    found = few if quick else work("build-100k", "", scratch)
    rate = found["cases"] / found["cpu"]
    detail = f"{found['cases']:.0f} cases in {found['wall']:.1f} s"
    table.hold("cases built by rule, a CPU second", rate, 5_000, most=False, detail=detail)
    if not quick:
        peak = found["peak_mb"] / few["peak_mb"]
        at = f"{few['peak_mb']:.0f} MB at 10k"
        table.hold("peak memory of a build, 100k cases / 10k cases", peak, 1.2, most=True, detail=at)


def counting(table: Table, scratch: Path) -> None:
    """A million stored verdicts to one number; the bounds are seconds and bytes, as the promise is."""
    found = work("million", "", scratch)
    detail = f"{found['wall']:.1f} s, {found['clusters']:,.0f} records of five"
    table.hold("CPU seconds to count 1M verdicts, 2,000 bootstrap draws", found["cpu"], 10, most=True, detail=detail)
    table.hold("peak memory of that, MB", found["peak_mb"], 1_000, most=True, detail="the plan's ids included")


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one repeat, no neighbours, no 100k")
    parser.add_argument("--json", type=Path, help="also write the rows here")
    asked = parser.parse_args()
    repeats = 1 if asked.quick else REPEATS
    table = Table()
    scratch = tempfile.TemporaryDirectory(prefix="trustgen-bench-")
    small = build(Path(scratch.name) / "10k", 2_500)

    with fast_server(reply="Yes.") as url:
        pairs = [(work("bare", url, small), work("ours", url, small)) for _ in range(repeats)]
        cpu = median(o["cpu"] / b["cpu"] for b, o in pairs)
        rate = median(b["wall"] / o["wall"] for b, o in pairs)
        bare, ours = pairs[0]
        each = f"{ours['cpu'] / 10:.3f} against {bare['cpu'] / 10:.3f} ms a case"
        table.hold("CPU of ask + judge + store / bare aiohttp loop, 10k", cpu, 2.2, most=True, detail=each)
        each = f"{10_000 / ours['wall']:,.0f} against {10_000 / bare['wall']:,.0f} cases/s"
        table.hold("throughput of ask + judge + store / bare loop", rate, 0.50, most=False, detail=each)
        after = f"{ours['whole_wall'] - ours['wall']:.1f} s more for 10k cases"
        table.tell("then once: estimate, seal to Parquet", after)
        if not asked.quick:
            for kind in ("inspect", "lm-eval"):
                other = work(kind, url, small)
                if "failed" in other:
                    table.tell(f"{kind}, the same cases", f"did not run: {other['failed'][:90]}")
                    continue
                speed = f"{other['cpu'] / 10:.2f} ms a case, {10_000 / other['wall']:,.0f} cases/s"
                ratio = f"CPU {other['cpu'] / ours['cpu']:.1f} × ours, peak {other['peak_mb']:.0f} MB"
                table.tell(f"{kind}, the same cases", f"{speed}, {ratio}")
            large = build(Path(scratch.name) / "100k", 25_000)
            peak = work("ours", url, large)["peak_mb"] / ours["peak_mb"]
            table.hold(
                "peak memory, 100k cases / 10k cases", peak, 1.2, most=True, detail=f"{ours['peak_mb']:.0f} MB at 10k"
            )

    building(table, small, quick=asked.quick)
    if not asked.quick:
        counting(table, small)
        whole = work("shelf", "", small)
        each = whole["cpu"] / whole["cases"] * 1_000
        detail = f"{whole['cases']:,.0f} cases of the whole suite in {whole['wall']:.0f} s"
        table.hold("CPU of the suite llm, build to seal, ms a case", each, 1.0, most=True, detail=detail)
        made = work("page", "", small)
        detail = f"{made['cpu']:.1f} s for the suite llm on two models"
        ratio = made["cpu"] / made["counted"]
        table.hold("CPU of a page / counting its numbers anew", ratio, 15.0, most=True, detail=detail)
    slow, fast = startup()
    table.hold("trustgen --help / python -c pass", slow / fast, 8.0, most=True, detail=f"{slow * 1000:.0f} ms")
    table.tell("this benchmark's own peak", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    if asked.json:
        asked.json.write_text(json.dumps(table.rows, indent=2))
    scratch.cleanup()
    sys.exit(os.EX_OK if all(row.get("met", True) for row in table.rows) else 1)


if __name__ == "__main__":
    main()
