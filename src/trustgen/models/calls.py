"""Calls of tools in plain text: how tools are described to a model that has no functions, and how its calls are read.

A call is asked for as one JSON object. What models write instead is read too, as far as it says one thing: other names
of the two fields, lists, fences and marks around the object, and `name(parameter=value)`.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from trustgen.core import Call, Prompts, Tool, Turn, system, user

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file
NAMES = ("tool", "name", "function", "action", "tool_name")
ARGUMENTS = ("arguments", "parameters", "args", "action_input", "input")
WITHIN = ("tool_calls", "calls", "function_call", "function")
MOST = 32
"""Calls that are read of one reply, at most."""

_OPENS = re.compile(r"[{\[]")
_LOOKS = re.compile(r'"(?:tool|name|function|action|arguments|parameters)"\s*:')
_decoder = json.JSONDecoder()


def manual(tools: Sequence[Tool]) -> str:
    """What there is to call, and how to write a call."""
    return PROMPTS.tools(tools="\n".join(map(_line, tools)))


def _line(tool: Tool) -> str:
    takes = ", ".join(f"{name} ({of.kind}: {of.about})" for name, of in tool.takes.items())
    return f"- {tool.name}: {tool.about}" + (f" Parameters: {takes}." if takes else " No parameters.")


def in_words(turns: Sequence[Turn], tools: Sequence[Tool]) -> tuple[Turn, ...]:
    """A conversation for a model without functions: the manual in its system message, results as user messages."""
    first, rest = (turns[0].text, turns[1:]) if turns and turns[0].role == "system" else ("", turns)
    told = [system(f"{first}\n\n{manual(tools)}".strip())]
    results: list[str] = []
    for turn in rest:
        if turn.role == "tool":
            results.append(turn.text)
            continue
        if results:
            told.append(user("\n\n".join(results)))
            results = []
        told.append(turn)
    return (*told, user("\n\n".join(results))) if results else tuple(told)


def calls_in(text: str, tools: Sequence[Tool]) -> tuple[Call, ...]:
    """The calls that a text makes, in order, `MOST` at most; one with a `fault` for what looks like one and cannot be
    read. A text without any gives none."""
    found = list(_objects(text))
    if not found and (spoken := list(_spoken(text, {tool.name for tool in tools}))):
        return tuple(spoken[:MOST])
    if not found and _LOOKS.search(text) and "{" in text:
        return (Call("", fault="what looks like a call is no JSON object"),)
    return tuple(found[:MOST])


def _objects(text: str) -> Iterator[Call]:
    at = 0
    while opened := _OPENS.search(text, at):
        try:
            value, at = _decoder.raw_decode(text, opened.start())
        except (ValueError, RecursionError):
            at = opened.start() + 1
            continue
        yield from _calls(value)


def _calls(value: Any, depth: int = 0) -> Iterator[Call]:
    if depth > 3:
        return
    if isinstance(value, list):
        for one in value[:MOST]:
            yield from _calls(one, depth + 1)
    if not isinstance(value, dict):
        return
    for field in WITHIN:
        if isinstance(value.get(field), dict | list):
            yield from _calls(value[field], depth + 1)
            return
    name = next((value[field] for field in NAMES if isinstance(value.get(field), str)), "")
    if name:
        yield call_of(name, next((value[field] for field in ARGUMENTS if field in value), {}))


def call_of(name: str, arguments: Any) -> Call:
    """A call from its name and its arguments, which may be JSON in a text."""
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments) if arguments.strip() else {}
        except (ValueError, RecursionError):
            return Call(name, fault="its arguments are no JSON object")
    return (
        Call(name, arguments) if isinstance(arguments, dict) else Call(name, fault="its arguments are no JSON object")
    )


def _spoken(text: str, known: set[str]) -> Iterator[Call]:
    """Lines such as `read_file(path="notes.txt")`."""
    for line in text.splitlines():
        try:
            said = ast.parse(line.strip().strip("`"), mode="eval").body
            if isinstance(said, ast.Call) and isinstance(said.func, ast.Name) and said.func.id in known:
                if said.args:
                    yield Call(said.func.id, fault="its arguments have no names")
                else:
                    yield Call(said.func.id, {word.arg or "": ast.literal_eval(word.value) for word in said.keywords})
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
