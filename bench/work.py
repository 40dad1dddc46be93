"""One measured piece of work, in a process of its own: prints CPU seconds, wall seconds and peak memory as JSON.

python bench/work.py KIND --url http://127.0.0.1:PORT/v1 --edition FOLDER
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

IN_FLIGHT = 64


class Clock:
    """CPU (user and system, all threads of this process) and wall seconds between `start` and `stop`."""

    def __init__(self, began: tuple[float, float] = (0.0, 0.0)) -> None:
        self.began = began
        self.cpu = self.wall = 0.0

    @staticmethod
    def _now() -> tuple[float, float]:
        used = resource.getrusage(resource.RUSAGE_SELF)
        return time.perf_counter(), used.ru_utime + used.ru_stime

    def start(self) -> None:
        """From now on."""
        self.began = self._now()

    def stop(self) -> None:
        """Until now."""
        wall, cpu = self._now()
        self.wall, self.cpu = wall - self.began[0], cpu - self.began[1]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Measure a block."""
        self.start()
        yield
        self.stop()


def prompts(edition: Path) -> list[str]:
    """The one question of every case."""
    from trustgen.store import Edition

    return [case.turns[-1].text for case in Edition.open(edition).cases()]


def bare(url: str, edition: Path, clock: Clock) -> dict[str, float]:
    """The yardstick: an aiohttp loop that asks the same, parses the replies and stores nothing."""
    import aiohttp

    async def loop() -> None:
        asks = iter(prompts(edition))
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as session:

            async def worker() -> None:
                for ask in asks:
                    body = {"model": "mock", "messages": [{"role": "user", "content": ask}], "max_tokens": 16}
                    async with session.post(f"{url}/chat/completions", json=body) as response:
                        reply = await response.json()
                        assert reply["choices"][0]["message"]["content"]

            with clock.running():
                await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))

    asyncio.run(loop())
    return {}


def ours(url: str, edition: Path, clock: Clock) -> dict[str, float]:
    """TrustGen: ask, judge by rule, store durably. What follows once (estimate, seal) is measured beside it."""
    from trustgen.models import open_model
    from trustgen.run import Settings, evaluate, tasks_of
    from trustgen.store import Edition, Journal

    tasks_of(Edition.open(edition))  # imports belong to no case
    flush = Journal.flush

    def timed(journal: Journal) -> None:
        flush(journal)
        if not clock.wall:  # the first flush: every row is on disk
            clock.stop()

    Journal.flush = timed  # type: ignore[method-assign]
    folder = Path(tempfile.mkdtemp())
    try:
        model = open_model(f"openai-api:mock@{url}", Settings().options)
        clock.start()
        evaluate(edition, [model], folder / "run", settings=Settings(concurrency=IN_FLIGHT))
        whole = Clock(clock.began)
        whole.stop()
    finally:
        shutil.rmtree(folder)
    return {"whole_wall": whole.wall, "whole_cpu": whole.cpu}


def inspect(url: str, edition: Path, clock: Clock) -> dict[str, float]:
    """The same cases through Inspect AI, scored by its `includes`."""
    import os

    from inspect_ai import Task
    from inspect_ai import eval as evaluate
    from inspect_ai.dataset import MemoryDataset, Sample
    from inspect_ai.scorer import includes
    from inspect_ai.solver import generate

    os.environ["MOCK_API_KEY"] = "none"
    samples = [Sample(input=ask, target="yes") for ask in prompts(edition)]
    folder = tempfile.mkdtemp()
    try:
        with clock.running():
            evaluate(
                Task(dataset=MemoryDataset(samples), solver=generate(), scorer=includes()),
                model="openai-api/mock/mock",
                model_base_url=url,
                max_connections=IN_FLIGHT,
                max_samples=IN_FLIGHT,
                max_tokens=16,
                log_dir=folder,
                display="none",
            )
    finally:
        shutil.rmtree(folder)
    return {}


def lm_eval(url: str, edition: Path, clock: Clock) -> dict[str, float]:
    """The same cases through lm-eval, scored by exact match."""
    import os

    os.environ |= {"OPENAI_API_KEY": "none", "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
    from lm_eval import simple_evaluate
    from lm_eval.api.task import ConfigurableTask

    folder = Path(tempfile.mkdtemp())
    try:
        rows = folder / "cases.json"
        rows.write_text("\n".join(json.dumps({"question": ask, "answer": "yes"}) for ask in prompts(edition)))
        task = ConfigurableTask(
            config={
                "task": "cases",
                "dataset_path": "json",
                "dataset_kwargs": {"data_files": {"test": str(rows)}, "cache_dir": str(folder)},
                "test_split": "test",
                "output_type": "generate_until",
                "doc_to_text": "{{question}}",
                "doc_to_target": "{{answer}}",
                "generation_kwargs": {"until": ["\n\n"], "max_gen_toks": 16},
                "metric_list": [{"metric": "exact_match"}],
            }
        )
        arguments = f"model=mock,base_url={url}/chat/completions,num_concurrent={IN_FLIGHT},tokenizer_backend=None"
        with clock.running():
            simple_evaluate(
                model="local-chat-completions",
                model_args=arguments,
                tasks=[task],
                apply_chat_template=True,
                bootstrap_iters=0,
                log_samples=True,
            )
    finally:
        shutil.rmtree(folder)
    return {}


def building(records: int) -> Callable[[str, Path, Clock], dict[str, float]]:
    """Build, audit and seal an edition by rule: four cases to a record."""

    def made(_url: str, _edition: Path, clock: Clock) -> dict[str, float]:
        from trustgen.core.registry import load
        from trustgen.run import build

        folder = Path(tempfile.mkdtemp())
        try:
            task = load("task", "llm.fairness.counterfactual")
            build([task(10)], folder / "warm", salt="warm")  # imports and pools belong to no case
            with clock.running():
                found = build([task(records)], folder / "edition", salt="bench")
            return {"cases": found.planned}
        finally:
            shutil.rmtree(folder)

    return made


def million(_url: str, _edition: Path, clock: Clock) -> dict[str, float]:
    """A million stored verdicts of 200,000 records, five each, to a mean with a clustered bootstrap of 2,000 draws."""
    import numpy as np

    from trustgen.core import Outcome, Verdict
    from trustgen.stats import accuracy, cluster_bootstrap
    from trustgen.stats.planned import Planned, Sheet
    from trustgen.store.journal import verdict_row
    from trustgen.store.runs import VERDICTS
    from trustgen.store.tables import batches, write_rows

    n = 1_000_000
    draw = np.random.default_rng(0)
    marks = np.repeat(draw.random(n // 5), 5) * 0.5 + draw.random(n) * 0.5
    with tempfile.TemporaryDirectory() as place:
        table = Path(place) / "verdicts.parquet"
        head = ("task", "model", "judge", Outcome.SCORED)
        made = (Verdict(f"v{i}", f"r{i}", f"{i:032d}", *head, float(marks[i])) for i in range(n))
        write_rows(table, VERDICTS, (verdict_row(v) for v in made))
        ids = [f"{i:032d}" for i in range(n)]
        columns = [ids, ["task"] * n, [""] * n, [f"{i // 5:032d}" for i in range(n)], ["{}"] * n]
        planned = Planned.of("task", [columns])
        del ids, columns, marks
        with clock.running():
            sheet = Sheet(planned)
            for batch in batches(table, VERDICTS, Planned.JOINED):
                sheet.fill(batch)
            measure = accuracy()
            counts = measure.count(sheet.grades())
            found = cluster_bootstrap(measure.statistic, counts.table, span=measure.range)
        assert found.low < 0.5 < found.high
    return {"clusters": len(counts.table)}


def shelf(_url: str, _edition: Path, clock: Clock) -> dict[str, float]:
    """The whole suite `llm`: build by rule, audit, ask an organism, judge by rule, store, estimate, seal."""
    from trustgen.run import Settings, build, evaluate
    from trustgen.tasks.suites import load_suite

    def once(folder: Path, n: int) -> int:
        edition = build(load_suite("llm").build(n), folder / "edition", salt="bench")
        evaluate(edition, ["organism/graded?rate=0.3"], folder / "run", settings=Settings())
        return edition.planned

    with tempfile.TemporaryDirectory() as place:
        once(Path(place) / "warm", 2)  # imports, pools and models of language belong to no case
        with clock.running():
            cases = once(Path(place) / "whole", 100)
    return {"cases": cases}


def page(_url: str, _edition: Path, clock: Clock) -> dict[str, float]:
    """The HTML page of the whole suite `llm` on two models, against the counting anew of the same numbers alone."""
    from trustgen.report import findings, write_html
    from trustgen.report.reading import read_run
    from trustgen.report.recount import recounted
    from trustgen.run import Settings, build, evaluate
    from trustgen.store import RunFolder
    from trustgen.tasks.suites import load_suite

    with tempfile.TemporaryDirectory() as place:
        folder, base = Path(place) / "run", Clock()
        edition = build(load_suite("llm").build(20), Path(place) / "edition", salt="bench")
        evaluate(edition, ["organism/able?rate=0.9", "organism/random"], folder, settings=Settings())
        write_html(findings(folder), Path(place) / "warm.html")
        with base.running():
            recounted(read_run(RunFolder.open(folder)))
        with clock.running():
            write_html(findings(folder), Path(place) / "report.html")
    return {"counted": base.cpu}


KINDS: dict[str, Callable[[str, Path, Clock], dict[str, float]]] = {
    "bare": bare,
    "ours": ours,
    "build-10k": building(2_500),
    "build-100k": building(25_000),
    "million": million,
    "shelf": shelf,
    "page": page,
    "inspect": inspect,
    "lm-eval": lm_eval,
}


def main() -> None:
    """Do one kind of work and print what it took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--url", required=True)
    parser.add_argument("--edition", type=Path, required=True)
    asked = parser.parse_args()
    clock = Clock()
    extra: dict[str, Any] = KINDS[asked.kind](asked.url, asked.edition, clock)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    json.dump({"cpu": clock.cpu, "wall": clock.wall, "peak_mb": peak, **extra}, sys.stdout)


if __name__ == "__main__":
    main()
