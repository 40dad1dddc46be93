"""Trees of Python code: what a name means, what stands around a node, and what is asked before it is reached."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

NESTED = 150
Parents = dict[ast.AST, ast.AST]


def parents(tree: ast.Module) -> Parents:
    """Every node's parent."""
    return {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}


def shallow(tree: ast.Module) -> bool:
    """Whether no node lies deeper than `NESTED`: a sum of hundreds of parts would end the walk, and the run."""
    level: list[ast.AST] = [tree]
    for _ in range(NESTED):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return True
    return False


def around(node: ast.AST, up: Parents) -> Iterator[tuple[ast.AST, ast.AST]]:
    """What a node stands in, from the inside out, each with the child through which."""
    while node in up:
        yield up[node], node
        node = up[node]


def name(node: ast.AST) -> str:
    """A dotted name, or ""."""
    if isinstance(node, ast.Attribute):
        inner = name(node.value)
        return f"{inner}.{node.attr}" if inner else node.attr
    return node.id if isinstance(node, ast.Name) else ""


@lru_cache(maxsize=8)
def imported(tree: ast.AST) -> dict[str, str]:
    """What names mean that an import in a module gave: `run` is `subprocess.run`, `sp` is `subprocess`."""
    if not isinstance(tree, ast.Module):
        return {}
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {one.asname: one.name for one in node.names if one.asname}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
    return found


def meant(said: str, means: Mapping[str, str]) -> str:
    """A dotted name as it is without imports."""
    first, dot, rest = said.partition(".")
    return f"{means.get(first, first)}{dot}{rest}"


def calls(tree: ast.AST, *names: str) -> list[ast.Call]:
    """Calls of these dotted names, however they were imported; "?.name" is a method of anything."""
    found = []
    means = imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            said = meant(name(node.func), means)
            last = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if said in names or (last and f"?.{last}" in names):
                found.append(node)
    return found


def keyword(call: ast.Call, *names: str) -> ast.expr | None:
    """The value of a keyword argument."""
    return next((k.value for k in call.keywords if k.arg in names), None)


def catches(node: ast.AST, up: Parents, *kinds: str) -> bool:
    """Whether a `try` around a node catches one of these, `Exception`, or everything."""
    for outer, child in around(node, up):
        if isinstance(outer, ast.Try) and child in outer.body:
            for handler in outer.handlers:
                each = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
                if any(t is None or name(t).split(".")[-1] in (*kinds, "Exception") for t in each):
                    return True
        if isinstance(outer, ast.With) and any(
            isinstance(i.context_expr, ast.Call)
            and name(i.context_expr.func).endswith("suppress")
            and any(name(a) in kinds for a in i.context_expr.args)
            for i in outer.items
        ):
            return True
    return False


def let_go(tree: ast.Module, method: str) -> set[str]:
    """The names whose method of this name a `finally` calls; "" for what has none."""
    tries = (node for node in ast.walk(tree) if isinstance(node, ast.Try))
    called = (c for one in tries for c in calls(ast.Module(one.finalbody, []), f"?.{method}"))
    return {name(c.func.value) for c in called}  # type: ignore[attr-defined]


def entered(tree: ast.Module) -> set[str]:
    """The names that a `with` stands over, or over `closing` of them."""
    items = (node.context_expr for node in ast.walk(tree) if isinstance(node, ast.withitem))
    return {name(one.args[0] if isinstance(one, ast.Call) and one.args else one) for one in items} - {""}


def managed(call: ast.AST, up: Parents) -> bool:
    """Whether a call is what a `with` opens, alone or inside `closing` or `enter_context`."""
    for outer, _ in around(call, up):
        if isinstance(outer, ast.withitem):
            return True
        if isinstance(outer, ast.Call) and name(outer.func).split(".")[-1] in ("enter_context", "closing"):
            continue
        break
    passed = up.get(call)
    return isinstance(passed, ast.Call) and name(passed.func).split(".")[-1] == "enter_context"


def tested(node: ast.AST, up: Parents, *texts: str) -> bool:
    """Whether a node is reached only after a condition in which all these words stand, or an early way out of it."""
    return passed(node, up, lambda test: all(says(test, text) for text in texts))


def passed(node: ast.AST, up: Parents, fits: Callable[[ast.expr], bool]) -> bool:
    """Whether a node is reached only after a condition that fits, an early way out of it, or a loop until it."""
    for outer, child in around(node, up):
        if isinstance(outer, ast.If | ast.While | ast.IfExp) and child is not outer.test and fits(outer.test):
            return True
        if isinstance(outer, ast.BoolOp):
            before = outer.values[: outer.values.index(child)] if child in outer.values else []
            if any(fits(v) for v in before):
                return True
        for block in (getattr(outer, "body", None), getattr(outer, "orelse", None)):
            if isinstance(block, list) and child in block:
                for sibling in block[: block.index(child)]:
                    if isinstance(sibling, ast.If) and fits(sibling.test) and _leaves(sibling.body):
                        return True
                    if isinstance(sibling, ast.While) and fits(sibling.test) and not _breaks(sibling):
                        return True
    return False


def says(node: ast.AST, text: str) -> bool:
    """Whether words stand in a node's code as a whole."""
    return re.search(rf"(?<!\w){re.escape(text)}(?!\w)", plain(node)) is not None


def _breaks(loop: ast.While) -> bool:
    return any(isinstance(node, ast.Break) for node in ast.walk(loop))


def _leaves(body: list[ast.stmt]) -> bool:
    return isinstance(body[-1], ast.Return | ast.Raise | ast.Continue | ast.Break)


@lru_cache(maxsize=1024)
def plain(node: ast.AST) -> str:
    """A node's code in one spelling."""
    return ast.unparse(node)


def assigned(node: ast.AST, up: Parents) -> str:
    """The name that a node's value is given, or ""."""
    outer = up.get(node)
    if isinstance(outer, ast.Assign) and len(outer.targets) == 1:
        return name(outer.targets[0])
    return name(outer.target) if isinstance(outer, ast.NamedExpr | ast.AnnAssign) else ""


__all__ = [
    "Parents",
    "around",
    "assigned",
    "calls",
    "catches",
    "entered",
    "imported",
    "keyword",
    "managed",
    "meant",
    "name",
    "parents",
    "passed",
    "plain",
    "says",
    "shallow",
    "tested",
]
