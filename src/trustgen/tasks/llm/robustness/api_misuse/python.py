"""Python rules by `ast`: is a call used as its API wants?

Each rule is a function from a tree to a list of verdicts, one for every use of the API: True where it is used well.
What stands around a node is known through its parents. Nothing is run.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Mapping
from types import MappingProxyType

from .trees import (
    Parents,
    around,
    assigned,
    calls,
    catches,
    entered,
    keyword,
    let_go,
    managed,
    name,
    plain,
    tested,
)

Rule = Callable[[ast.Module, Parents], list[bool]]


def _closed(found: list[ast.Call], tree: ast.Module, up: Parents) -> list[bool]:
    """Whether what calls open is closed: by a `with`, there or later, or by `close`."""
    shut = entered(tree) | {name(c.func.value) for c in calls(tree, "?.close")}  # type: ignore[attr-defined]
    return [managed(c, up) or assigned(c, up) in shut for c in found]


def opened(tree: ast.Module, up: Parents) -> list[bool]:
    """`open` in a `with`, or closed."""
    return _closed(calls(tree, "open", "io.open"), tree, up)


def temporary(tree: ast.Module, up: Parents) -> list[bool]:
    """A temporary file in a `with`, or closed."""
    names = ("NamedTemporaryFile", "TemporaryFile")
    return _closed(calls(tree, *names, *(f"tempfile.{n}" for n in names)), tree, up)


def nexted(tree: ast.Module, up: Parents) -> list[bool]:
    """`next` with a default, or with StopIteration caught."""
    return [len(c.args) > 1 or catches(c, up, "StopIteration") for c in calls(tree, "next")]


def ran(tree: ast.Module, _: Parents) -> list[bool]:
    """`subprocess.run` with `check=True`, or with its return code looked at."""
    found = []
    for call in calls(tree, "subprocess.run"):
        check, whole = keyword(call, "check"), plain(tree)
        found.append(
            (isinstance(check, ast.Constant) and check.value is True)
            or _unpacks(call)
            or ".check_returncode()" in whole
            or ".returncode" in whole
        )
    return found


def _unpacks(call: ast.Call) -> bool:
    """Whether a call takes arguments that stand elsewhere (`**more`): what is sought may be among them."""
    return any(k.arg is None for k in call.keywords)


def fetched(tree: ast.Module, _: Parents) -> list[bool]:
    """`requests.get` and `post` with a timeout."""
    found = []
    for call in calls(tree, "requests.get", "requests.post"):
        limit = keyword(call, "timeout")
        given = limit is not None and not (isinstance(limit, ast.Constant) and limit.value is None)
        found.append(given or _unpacks(call))
    return found


def matched(tree: ast.Module, up: Parents) -> list[bool]:
    """The result of `re.match`, `search` or `fullmatch` tested before `.group` and the like are asked of it."""
    found = []
    uses: dict[str, list[ast.AST]] = defaultdict(list)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Subscript):
            uses[name(node.value)].append(node)
    for call in calls(tree, "re.match", "re.search", "re.fullmatch"):
        outer = up.get(call)
        if isinstance(outer, ast.Attribute):
            found.append(catches(call, up, "AttributeError"))
            continue
        given = assigned(call, up)
        used = uses.get(given, []) if given else []
        found.append(all(tested(u, up, given) or catches(u, up, "AttributeError", "TypeError") for u in used))
    return found


def locked(tree: ast.Module, up: Parents) -> list[bool]:
    """A lock taken by `with`, or let go of in a `finally`, or after steps none of which can fail or leave.

    Seen are `acquire`, and a `with` over a lock's name.
    """
    locks = {assigned(c, up) for c in calls(tree, "threading.Lock", "Lock", "threading.RLock", "RLock")} - {""}
    free = let_go(tree, "release")
    taken = [name(c.func.value) in free or _briefly(c, up) for c in calls(tree, "?.acquire")]  # type: ignore[attr-defined]
    over = (name(n.context_expr) for n in ast.walk(tree) if isinstance(n, ast.withitem))
    return taken + [True for one in over if one in locks or "lock" in one.split(".")[-1].lower()]


def _briefly(call: ast.Call, up: Parents) -> bool:
    """Whether a lock is let go of again in the same block, and nothing on the way calls, looks up, or leaves."""
    owner = name(call.func.value)  # type: ignore[attr-defined]
    for outer, child in around(call, up):
        block = next((b for b in (getattr(outer, f, None) for f in BLOCKS) if isinstance(b, list) and child in b), [])
        for one in block[block.index(child) + 1 :] if block else ():
            if any(name(c.func.value) == owner for c in calls(one, "?.release")):  # type: ignore[attr-defined]
                return True
            if any(isinstance(node, RISKY) for node in ast.walk(one)):
                return False
    return False


BLOCKS = ("body", "orelse", "finalbody")
RISKY = (ast.Call, ast.Subscript, ast.Raise, ast.Return, ast.Await, ast.Yield)


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "open": opened,
        "next": nexted,
        "subprocess.run": ran,
        "requests.get": fetched,
        "re.search": matched,
        "threading.Lock": locked,
        "tempfile.NamedTemporaryFile": temporary,
    }
)

__all__ = ["RULES"]
