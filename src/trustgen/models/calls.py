"""Calls of tools in plain text: how tools are described to a model that has no functions, and how its calls are read.

A call is asked for as one JSON object. What models write instead is read too, as far as it says one thing: other names
of the two fields, lists, fences and marks around the object, and `name(parameter=value)`.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import msgspec

from trustgen.core import Call, Prompts, Tool, Turn, system, user

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file
NAMES = ("tool", "name", "function", "action", "tool_name")
ARGUMENTS = ("arguments", "parameters", "args", "action_input", "input")
WITHIN = ("tool_calls", "calls", "function_call", "function")
MOST = 32
"""Calls that are read of one reply, at most."""
READ = 8_000
"""Characters of a reply that are read for calls, at either end; and bytes of the arguments of a call, at most."""
TRIES = 200
"""Places of a reply that are tried for the beginning of an object: each can cost as much as all that follows."""

_OPENS = re.compile(r"\{|\[(?=\s*\{)")
_SPOKEN = re.compile(r"`*(\w+)\(.{0,500}\)`*")
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
    read. A text without any gives none. A text longer than twice `READ` is read at both ends."""
    if len(text) > 2 * READ:
        text = f"{text[:READ]}\n{text[-READ:]}"
    found = tuple(islice(_objects(text), MOST)) or tuple(islice(_spoken(text, {one.name for one in tools}), MOST))
    if not found and "{" in text and _LOOKS.search(text):
        return (Call("", fault="what looks like a call is no JSON object"),)
    return found


def _objects(text: str) -> Iterator[Call]:
    at = 0
    for _ in range(TRIES):
        if not (opened := _OPENS.search(text, at)):
            return
        try:
            value, at = _decoder.raw_decode(text, opened.start())
        except (ValueError, RecursionError):
            at = opened.start() + 1
        else:
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
    """A call from its name and its arguments, which may be JSON in a text.

    It is what comes back when it is stored and read again, so that a game played again is the same game: arguments that
    cannot be stored, such as half a surrogate pair, are a fault of the call.
    """
    name = name[:64].encode("utf-8", "replace").decode()
    try:
        if isinstance(arguments, str):
            arguments = json.loads(arguments[: READ + 1]) if arguments.strip() else {}
        body = msgspec.json.encode(arguments)
    except (ValueError, TypeError, OverflowError, RecursionError):  # a `UnicodeEncodeError` is a `ValueError`
        return Call(name, fault="its arguments are no JSON object")
    if not isinstance(arguments, dict):
        return Call(name, fault="its arguments are no JSON object")
    return (
        Call(name, msgspec.json.decode(body)) if len(body) <= READ else Call(name, fault="its arguments are too long")
    )


def _spoken(text: str, known: set[str]) -> Iterator[Call]:
    """Lines such as `read_file(path="notes.txt")`. Short ones alone: deep nesting could end the interpreter."""
    for line in text.splitlines():
        said = _SPOKEN.fullmatch(line.strip())
        if said is None or said[1] not in known:
            continue
        try:
            made = ast.parse(said[0].strip("`"), mode="eval").body
            if isinstance(made, ast.Call):
                named = {word.arg or "": ast.literal_eval(word.value) for word in made.keywords}
                yield Call(said[1], fault="its arguments have no names") if made.args else call_of(said[1], named)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
