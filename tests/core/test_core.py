"""The laws of core: ids, draws, outcomes, prompts, names."""

from __future__ import annotations

import subprocess
import sys
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import trustgen
from trustgen.core import (
    Case,
    Expect,
    InputError,
    Prompt,
    PromptError,
    Record,
    Sampling,
    Source,
    UnknownName,
    assistant,
    digest,
    in_turn,
    keyed,
    response_key,
    system,
    unit,
    user,
)
from trustgen.core.registry import load

SOURCE = Source(origin="tests", revision="1", licence="CC0-1.0")


def test_the_digest_of_equal_values_is_equal_and_pinned() -> None:
    assert digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})
    assert digest("ab", "c") != digest("a", "bc")
    # Pinned: ids are names in files that outlive this version.
    assert digest("trustgen", 1, {"a": [1.5, None]}) == "29a4f77e59dd17614d486c4dccf511db"


def test_draws_are_pinned_and_keyed() -> None:
    assert [keyed("salt", "stage", "id").randrange(1000) for _ in range(2)] == [436, 436]
    assert keyed("a", "bc").random() != keyed("ab", "c").random()


@given(st.text(), st.text(), st.text())
def test_unit_lies_in_the_half_open_interval(salt: str, stage: str, name: str) -> None:
    assert 0 <= unit(salt, stage, name) < 1
    assert unit(salt, stage, name) == unit(salt, stage, name)


def test_unit_is_uniform() -> None:
    values = sorted(unit("s", "t", str(i)) for i in range(10_000))
    worst = max(abs(v - i / 10_000) for i, v in enumerate(values))
    assert worst < 0.02  # Kolmogorov-Smirnov: p < 1e-3 at 0.0195


@pytest.mark.parametrize("values", [{}, {"question": "q", "spare": "s"}, {"Question": "q"}])
def test_a_missing_or_spare_slot_raises(values: dict[str, str]) -> None:
    with pytest.raises(PromptError, match="missing slots"):
        Prompt("p", "Answer: {{question}}")(**values)


@given(st.text(), st.text())
def test_slots_are_filled_in_one_pass(first: str, second: str) -> None:
    prompt = Prompt("p", "{{a}}|{{b}}")
    assert prompt(a=first, b=second) == f"{first}|{second}"
    assert prompt(a="{{b}}", b="x") == "{{b}}|x"


@pytest.mark.parametrize("text", ["{{a b}}", "{{", "a }} b", "{{a}} }}", "{{a}}\n***\n", "{{a}}\n***\n{{b}}", ""])
def test_a_malformed_prompt_raises_when_read(text: str) -> None:
    with pytest.raises(PromptError):
        Prompt("p", text)


def test_several_wordings_need_a_draw_and_are_all_used() -> None:
    prompt = Prompt("p", "one {{a}}\n***\ntwo {{a}}")
    with pytest.raises(PromptError, match="draw"):
        prompt(a="x")
    assert {prompt(Random(i), a="x") for i in range(20)} == {"one x", "two x"}


def test_a_case_is_named_by_its_content() -> None:
    record = Record.of("pool", SOURCE, question="q")
    case = Case.of(record, "plain", user("q"), expect=Expect(answer="a"))
    assert case.sealed("t").id == case.sealed("t").id
    assert case.sealed("t").id != case.sealed("u").id
    other = Case.of(record, "plain", user("q"), expect=Expect(answer="b"))
    assert case.sealed("t").id != other.sealed("t").id, "a changed label is another case"
    key = response_key("case", "model", Sampling())
    assert key != response_key("case", "model", Sampling(temperature=0.5))


def test_a_script_asks_where_no_reply_is_scripted() -> None:
    record = Record.of("pool", SOURCE, question="q")
    turns = (system("s"), user("1"), assistant("scripted"), user("2"), user("3"))
    case = Case.of(record, "plain", *turns, expect=Expect(answer="a"))
    assert [due for _, due in case.script()] == [False, False, False, True, True]
    assert case.calls == 2


def test_a_record_names_a_field_it_lacks() -> None:
    with pytest.raises(InputError, match=r"pool `pool` has no field `answer`"):
        Record.of("pool", SOURCE, question="q")["answer"]


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"did you mean `llm\.truthfulness\.facts`"):
        load("task", "facts")


def test_the_door_exports_core_names_and_nothing_heavy() -> None:
    assert all(hasattr(trustgen, name) for name in dir(trustgen))
    with pytest.raises(AttributeError):
        _ = trustgen.no_such_name
    code = "import sys, trustgen, trustgen.core; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "scipy", "pyarrow", "aiohttp", "rich", "click", "jinja2", "faker"} & set(loaded)


def test_values_in_turn_come_once_a_run_in_an_order_that_the_salt_draws() -> None:
    values = ("a", "b", "c", "d", "e")
    first = [in_turn(values, i, "s", "stage", "x") for i in range(25)]
    assert all(sorted(first[i : i + 5]) == list(values) for i in range(0, 25, 5))
    assert len({tuple(first[i : i + 5]) for i in range(0, 25, 5)}) > 1, "every run has an order of its own"
    assert first != [in_turn(values, i, "t", "stage", "x") for i in range(25)]
    assert first[7] == in_turn(values, 7, "s", "stage", "x"), "an index alone decides"


def test_a_case_carries_the_difficulty_of_its_record() -> None:
    """Strata follow from the record, whichever task asks it; without one there is no tag."""
    source = Source(origin="here", revision="1", licence="none")
    hard = Record.of("p", source, difficulty="tail", question="?")
    assert Case.of(hard, "plain", user("?"), expect=Expect(), tags={"kind": "x"}).tags == {
        "difficulty": "tail",
        "kind": "x",
    }
    assert Case.of(Record.of("p", source), "plain", user("?"), expect=Expect()).tags == {}
