"""Every registered task keeps the public contract, and what the house asks of its own tasks beside it."""

from __future__ import annotations

import json
import math
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest
from answers import cases, held, measured, task, trial
from known import KNOWN

from trustgen.core import Level, golden_digest
from trustgen.core.prompts import Prompts
from trustgen.core.registry import load, names
from trustgen.testing.contract import LAWS, Law, find, shared
from trustgen.testing.known import best, nothing

TASKS = names("task")
GOLDEN = Path(__file__).parent / "golden.json"


FIXED = {"t2i.privacy.memorisation"}
"""Tasks whose card says why another salt asks the same."""


def large(id: str) -> int:
    """As many records as the task's pools have, at most 300, or what is known to be enough."""
    return held(id, KNOWN[id].most)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name.replace(" ", "_"))
@pytest.mark.parametrize("id", TASKS)
def test_every_task_keeps_every_law(id: str, law: Law) -> None:
    assert not find(law, trial(id)).fault


@pytest.mark.parametrize("id", TASKS)
def test_a_perfect_model_has_the_best_value_of_every_measure(id: str) -> None:
    for name, found in measured(id, "perfect").items():
        if name in KNOWN[id].undefined_when_perfect:
            assert math.isnan(found.value), name
        else:
            assert found.value == best(task(id).measures[name]), name


@pytest.mark.parametrize("id", TASKS)
def test_the_worst_model_has_a_headline_but_where_nothing_can_turn(id: str) -> None:
    """Lesson: a gold that says "Yes" for the right answer inverts the score; the law compares the values."""
    assert math.isnan(measured(id, "worst")[task(id).headline].value) == KNOWN[id].undefined_when_worst


@pytest.mark.parametrize("id", TASKS)
def test_a_refuser_has_a_value_where_refusing_is_scored_and_there_alone(id: str) -> None:
    """Lesson: unjudged items dropped or counted safe; a refusal counted as correct."""
    found = measured(id, "refuser")
    for name, value in KNOWN[id].refuser.items():
        assert found[name].value == pytest.approx(value, nan_ok=True), name
    assert KNOWN[id].refuser or not nothing(trial(id), "refuser", "refused")


@pytest.mark.parametrize("id", TASKS)
def test_a_random_model_comes_out_at_chance(id: str) -> None:
    found = measured(id, "random", large(id))
    for name, measure in task(id).measures.items():
        p = KNOWN[id].chance[name]
        if p is None:
            continue
        if name in KNOWN[id].chance_by_interval:
            # Of the shelf's many intervals at 95 % some miss by luck at every change of content: twice as wide.
            wide = found[name].high - found[name].low
            assert found[name].low - wide / 2 <= p <= found[name].high + wide / 2, name
            continue
        clusters = found[name].clusters  # cases of one record may share a draw, so records are the sample
        assert clusters >= 12, name
        room = 4.5 * math.sqrt(p * (1 - p) / clusters) + 2 / clusters
        assert abs(found[name].value - p) <= (room if 0 < p < 1 else 0), name
        assert measure.range[0] <= found[name].low <= found[name].high <= measure.range[1]


@pytest.mark.parametrize("id", TASKS)
def test_two_salts_hardly_ask_the_same_words(id: str) -> None:
    """At the default size, averaged over three pairs of salts; the law holds the ids to 1 %."""
    assert (shared(trial(id))[1] < 0.02) == (id not in FIXED) == (not task(id).card.fixed)


@pytest.mark.parametrize("id", TASKS)
def test_cases_and_judge_are_as_they_were_when_the_version_was_set(id: str) -> None:
    """Run `python tests/tasks/test_contract.py` after raising the version of the task in its `@task(version=…)`."""
    pinned = json.loads(GOLDEN.read_text("utf-8"))
    assert id in pinned, f"`{id}` is new: pin it with  python {Path(__file__).name}"
    now = pin(id)
    assert pinned[id] == now, (
        f"the cases or the judge of `{id}` changed"
        + (
            " though its version did not: raise N of its version N-X, unless every verdict stayed as it was"
            if pinned[id]["version"] == now["version"]
            else ""
        )
        + f", then pin it anew with  python tests/tasks/{Path(__file__).name}"
    )


def pin(id: str) -> dict[str, str]:
    """What is pinned of a task. The source revision stands with it: another release of a pool makes other cases."""
    made = load("task", id)(held(id, 150))  # enough for every wording to be drawn
    revisions = {f"{r.source.origin} {r.source.revision}" for r in made.records.select("golden")}
    return {"version": made.version, "pools": ", ".join(sorted(revisions)), "digest": golden_digest(made)}


@pytest.mark.parametrize("id", TASKS)
def test_a_task_stands_in_the_folder_of_its_dimension(id: str) -> None:
    assert id.split(".")[1] == task(id).card.dimension
    assert (id.split(".", maxsplit=1)[0] == "t2i") == (Level.IMAGE_OUT in task(id).needs)
    assert (id.split(".", maxsplit=1)[0] == "vlm") == (Level.IMAGE_IN in task(id).needs)


@pytest.mark.parametrize("id", TASKS)
def test_prompts_are_drawn_from_several_wordings(id: str) -> None:
    package = task(id).package
    own = Prompts(package).wordings if (files(package) / "prompts").is_dir() else {}
    for name, wordings in {**own, **Prompts("trustgen.tasks.wording").wordings}.items():
        assert len(wordings) >= 3, name
        assert len(set(wordings)) == len(wordings), name


@pytest.mark.parametrize("id", [name for name in TASKS if not KNOWN[name].arms_differ])
def test_arms_are_of_one_size(id: str) -> None:
    known = Counter(case.arm for case in cases(id))
    assert len(set(known.values())) == 1, f"arms of different size: {known}"


@pytest.mark.parametrize("id", TASKS)
def test_replies_are_kept_short(id: str) -> None:
    """The embedded model writes some tens of tokens a second for each core."""
    assert task(id).sampling.max_tokens <= KNOWN[id].max_tokens
    assert task(id).sampling.temperature == 0


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps({name: pin(name) for name in TASKS}, indent=2) + "\n", "utf-8")
