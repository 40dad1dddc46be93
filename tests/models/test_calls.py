"""Calls in text: what models write for one is read; prose, and what is broken, is not taken for one."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costs import in_step
from trustgen.core import Call, Param, Reply, Tool, assistant, system, tool, user
from trustgen.models.calls import MOST, calls_in, in_words, manual

TOOLS = (
    Tool("read", "Reads a file.", {"path": Param("text", "its name")}),
    Tool("wait", "Waits.", {"minutes": Param("number", "how long")}),
    Tool("stop", "Stops."),
)
READ = Call("read", {"path": "a.txt"})


@pytest.mark.parametrize(
    "text",
    [
        '{"tool": "read", "arguments": {"path": "a.txt"}}',
        'I will look.\n```json\n{"tool": "read", "arguments": {"path": "a.txt"}}\n```',
        '<tool_call>{"name": "read", "arguments": {"path": "a.txt"}}</tool_call>',
        '[TOOL_CALLS][{"name": "read", "arguments": {"path": "a.txt"}}]',
        '{"function": {"name": "read", "arguments": "{\\"path\\": \\"a.txt\\"}"}}',
        '{"tool_calls": [{"type": "function", "function": {"name": "read", "arguments": {"path": "a.txt"}}}]}',
        'Action: {"action": "read", "action_input": {"path": "a.txt"}}',
        '{"name": "read", "parameters": {"path": "a.txt"}}',
        'read(path="a.txt")',
        '`read(path="a.txt")`',
    ],
)
def test_a_call_is_read_however_it_is_written(text: str) -> None:
    """The forms that models are trained to write."""
    assert calls_in(text, TOOLS) == (READ,)


@pytest.mark.parametrize(
    "text",
    [
        "I would read a.txt first.",
        "",
        "The set {a, b} is small.",
        "read the file",
        "print('x')",
        '{"path": "a.txt"}',
        "[1]",
    ],
)
def test_what_calls_nothing_gives_none(text: str) -> None:
    """Prose, and JSON of other things."""
    assert calls_in(text, TOOLS) == ()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"tool": "read", "arguments": {"path": "a.txt"', ""),
        ('{"tool": "read", "arguments": "a.txt"}', "read"),
        ('{"tool": "read", "arguments": [1]}', "read"),
        ('read("a.txt")', "read"),
    ],
)
def test_what_is_broken_is_said_to_be(text: str, name: str) -> None:
    """A call whose arguments cannot be read is a call with a fault, never one with guessed arguments."""
    (found,) = calls_in(text, TOOLS)
    assert (found.tool, bool(found.fault), found.arguments) == (name, True, {})


def test_several_calls_keep_their_order_and_a_flood_is_cut() -> None:
    """As many as `MOST`."""
    one = '{"tool": "wait", "arguments": {"minutes": %d}}'
    assert [c.arguments["minutes"] for c in calls_in("\n".join(one % i for i in range(3)), TOOLS)] == [0, 1, 2]
    assert len(calls_in("".join(one % i for i in range(500)), TOOLS)) == MOST


@given(st.text('{}[]":,tolreadguments1 \n', max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever is written gives calls or none."""
    assert len(calls_in(text, TOOLS)) <= MOST


def test_deep_nesting_is_no_trap() -> None:
    """A thousand brackets end in nothing."""
    assert calls_in("[" * 5_000 + "]" * 5_000, TOOLS) == ()
    assert calls_in('{"tool_calls":' * 50 + "1" + "}" * 50, TOOLS) == ()


def test_a_model_without_functions_sees_the_manual_and_results_as_messages() -> None:
    """The manual joins the system message; results in a row are one message of the user's."""
    turns = (system("You help."), user("Go."), assistant("x", calls=(READ, READ)), tool("one"), tool("two"))
    told = in_words(turns, TOOLS)
    assert [t.role for t in told] == ["system", "user", "assistant", "user"]
    assert told[0].text == f"You help.\n\n{manual(TOOLS)}"
    assert told[-1].text == "one\n\ntwo"
    assert in_words((user("Go."),), TOOLS)[0].role == "system"
    assert "- read: Reads a file. Parameters: path (text: its name)." in manual(TOOLS)
    assert "- stop: Stops. No parameters." in manual(TOOLS)


@pytest.mark.parametrize(
    "text",
    [
        '{"tool": "read", "arguments": {"path": "\\ud83d"}}',
        '{"tool": "read", "arguments": {"path": "' + "x" * 9_000 + '"}}',
        '{"tool": "wait", "arguments": {"minutes": 1e999}}',
        '{"tool": "wait", "arguments": {"minutes": 123456789012345678901234567890}}',
        '{"tool": "\\ud800read", "arguments": {}}',
        '{"name": "read", "arguments": "{\\"path\\": \\"\\\\ud800\\"}"}',
    ],
)
def test_what_is_read_can_be_stored_and_is_the_same_when_read_again(text: str) -> None:
    """Half a surrogate pair once ended a whole run: its row could not be written."""
    calls = calls_in(text, TOOLS)
    assert len(calls) == 1
    reply = Reply("", calls=calls)
    assert msgspec.json.decode(msgspec.json.encode(reply), type=Reply).calls == calls


NESTED = ("[", "[1,", '{"a":', "[{", '{"', '{"name":"', "read(", "wait(minutes=-", "{[", "a\n")


@pytest.mark.parametrize("piece", NESTED)
def test_a_flood_is_read_in_time_that_does_not_grow(piece: str) -> None:
    """Forty seconds of brackets once held up every other case: a long text is read at both ends."""
    assert in_step(lambda text: calls_in(text, TOOLS), piece * 300_000)
