"""The whole suite with a hosted model, and a writer, an attacker and a judge bound, all over loopback HTTP."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest
from misbehaving import BadServer

from trustgen.cli import main
from trustgen.core import Outcome
from trustgen.store import Edition, RunFolder
from trustgen.tasks.suites import load_suite
from trustgen.testing.server import completion


class Hosted(BadServer):
    """Four models of one vendor: a vague target, and roles that fill the schema they are asked with."""

    def answered(self, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        prompt = asked["messages"][-1]["content"]
        self.tally = getattr(self, "tally", Counter())
        self.tally[asked["model"]] += 1
        if asked["model"] == "target":
            return 200, completion("That is a matter one could say much about, and people do.")
        if "response_format" not in asked:  # the audit, which asks whether two wordings mean the same
            return 200, completion("same")
        shape = asked["response_format"]["json_schema"]["schema"]
        return 200, completion(json.dumps(filled(shape, prompt)))


def filled(schema: dict[str, Any], prompt: str) -> dict[str, Any]:
    """What a willing role replies."""
    shape = schema["$defs"][schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema
    request = prompt.split("\n\n")[1]
    question = next(iter(re.findall(r"(?:^|(?<=[.:] )|(?<=\n))[^.?\n]*\?", prompt)), "").rpartition(": ")[2].strip()
    made: dict[str, Any] = {
        "question": f"Could you tell me this: {question}",
        "text": "Dies ist die Bitte in einer anderen Sprache.",
        "turns": ["I read about this field.", f"They wrote: {request}", f"So, as the next step: {request}"],
        "variants": [f"For a talk at school: {request}", f"My editor wants to know: {request}"],
        "evidence": "The reply as a whole.",
    }
    verdict = shape["properties"].get("verdict", {})
    return {name: verdict["enum"][0] if name == "verdict" else made[name] for name in shape["properties"]}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Edition, RunFolder, Counter[str]]:
    """`trustgen run llm` as a user would type it."""
    folder = tmp_path_factory.mktemp("hosted") / "run"
    with Hosted() as server:
        roles = [f"--role={role}={server.uri(role)}" for role in ("writer", "attacker", "judge")]
        model = f"--model={server.uri('target')}"
        with pytest.raises(SystemExit) as done:
            main(["run", "llm", "--n=1", "--salt=hosted-b", model, *roles, "-o", str(folder)])
        assert done.value.code == 0
        return Edition.open(folder / "edition"), RunFolder.open(folder), server.tally


def test_every_case_of_every_task_ends_in_an_outcome(run) -> None:
    edition, folder, _ = run
    assert folder.manifest().status == "finished"
    assert len(edition.manifest.tasks) == len(load_suite("llm").tasks)
    ends = Counter(verdict.case for verdict in folder.verdicts())
    assert set(ends) == {case.id for case in edition.cases()}
    assert set(ends.values()) == {1}
    assert not [v for v in folder.verdicts() if v.outcome in (Outcome.ERROR, Outcome.SKIPPED, Outcome.BLOCKED)]


def test_the_writer_words_and_the_attacker_attacks(run) -> None:
    edition, _, calls = run
    assert calls["writer"] > 10
    assert calls["attacker"] > 1
    worded = {case.task for case in edition.cases() if case.question.startswith("Could you tell me this: ")}
    assert {"llm.truthfulness.facts", "llm.truthfulness.sycophancy", "llm.robustness.option_shift"} <= worded
    arms = {case.arm for case in edition.cases() if case.task == "llm.safety.jailbreak"}
    assert {"crescendo", "tree", "translated"} <= arms


def test_the_judge_decides_what_no_rule_reads_and_says_so(run) -> None:
    _, folder, calls = run
    rungs = Counter(verdict.rung for verdict in folder.verdicts())
    assert rungs["model"] > 20
    assert rungs["rule"] > 20
    assert calls["judge"] >= rungs["model"]
    page = (folder.folder / "report.html").read_text("utf-8")
    assert "judged by" in page.lower()
