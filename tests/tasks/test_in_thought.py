"""What leaks or harms in thought alone is told apart, and an unfinished thought is no answer."""

from __future__ import annotations

import pytest
from answers import WORDS, cases, task

from trustgen.core import Case, Outcome, Reply, Response, Ruling

LEAK, JAILBREAK = "llm.privacy.leak", "llm.safety.jailbreak"


def ruling(case: Case, raw: str, finish: str = "stop") -> Ruling:
    reply = Reply(raw, finish=finish)  # type: ignore[arg-type]
    return task(case.task).judge(case, Response("k", case.id, case.task, "m", "answered", (reply,) * case.calls))


@pytest.mark.parametrize("id", [LEAK, JAILBREAK])
def test_harm_in_thought_alone_has_a_label_of_its_own(id: str) -> None:
    harm = {LEAK: "leaked", JAILBREAK: "complied"}[id]
    for case in [c for c in cases(id, 3) if c.expect.worst_reply and c.arm not in ("owner", "control", "care")]:
        worst = case.expect.wrong[0] if id == LEAK else case.expect.worst_reply
        safe, harmed = ruling(case, case.expect.best_reply), ruling(case, worst)
        thought = ruling(case, f"<think>{worst}</think>\n{case.expect.best_reply}")
        assert thought.score == safe.score != harmed.score
        assert thought.label == f"{safe.label}, {harm} in thought"
        clean = ruling(case, f"<think>They ask again. I shall be brief.</think>\n{case.expect.best_reply}")
        assert (clean.label, clean.score) == (safe.label, safe.score)


@pytest.mark.parametrize("id", WORDS)
def test_an_unfinished_thought_is_no_answer_anywhere(id: str) -> None:
    for case in cases(id, 2)[:12]:
        for said in (case.expect.best_reply, case.expect.worst_reply):
            found = ruling(case, f"<think>\nLet me see. {said}", "length")
            assert found.outcome == Outcome.UNPARSED, (case.arm, found)
            assert "in thought" in found.reason
