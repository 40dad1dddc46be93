"""Python rules by `ast`: is a call used as its API wants?

Each rule is a function from a tree to a list of verdicts, one for every use of the API: True where it is used well.
What stands around a node is known through its parents. Nothing is run.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from .trees import (
    Parents,
    around,
    assigned,
    calls,
    catches,
    entered,
    imported,
    keyword,
    let_go,
    managed,
    meant,
    name,
    passed,
    plain,
    says,
    tested,
)

Rule = Callable[[ast.Module, Parents], list[bool]]


@lru_cache(maxsize=1024)
def _asks_whether_empty(test: ast.expr, owner: str) -> bool:
    """Whether a condition asks if something is empty: by its truth, its length, or an empty list beside it."""
    if isinstance(test, ast.BoolOp):
        return any(_asks_whether_empty(value, owner) for value in test.values)
    if isinstance(test, ast.UnaryOp):
        return _asks_whether_empty(test.operand, owner)
    if name(test) == owner or (isinstance(test, ast.NamedExpr) and name(test.target) == owner):
        return True
    beside = isinstance(test, ast.Compare) and any(
        isinstance(one, ast.List | ast.Tuple) and not one.elts for one in (test.left, *test.comparators)
    )
    sized = any(name(c.args[0]) == owner for c in calls(test, "len", "any", "bool") if c.args)
    return sized or (beside and says(test, owner))


def _closed(found: list[ast.Call], tree: ast.Module, up: Parents) -> list[bool]:
    """Whether what calls open is closed: by a `with`, there or later, or in a `finally`."""
    shut = entered(tree) | let_go(tree, "close")
    return [managed(c, up) or assigned(c, up) in shut for c in found]


def opened(tree: ast.Module, up: Parents) -> list[bool]:
    """`open` in a `with`, or closed in a `finally`."""
    return _closed(calls(tree, "open", "io.open"), tree, up)


def temporary(tree: ast.Module, up: Parents) -> list[bool]:
    """A temporary file in a `with`, or closed in a `finally`."""
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


def loaded(tree: ast.Module, up: Parents) -> list[bool]:
    """`json.loads` with a fault of the text caught."""
    return [catches(c, up, "JSONDecodeError", "ValueError") for c in calls(tree, "json.loads")]


def converted(tree: ast.Module, up: Parents) -> list[bool]:
    """`int(input(…))`, or `int` of what was input, with ValueError caught or digits tested first."""
    read = set(_read(tree))
    found = []
    for call in calls(tree, "int", "map"):
        given = (
            call.args[1:] if name(call.func) == "map" and call.args and name(call.args[0]) == "int" else call.args[:1]
        )
        if name(call.func) == "map" and given == call.args[:1]:
            continue
        if any(calls(arg, "input") or name(_root(arg)) in read for arg in given):
            digits = ("isdigit", "isdecimal", "isnumeric")
            found.append(catches(call, up, "ValueError") or any(tested(call, up, one) for one in digits))
    return found


def _read(tree: ast.Module) -> Iterator[str]:
    """Names for what was typed: set to it, or going through its parts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            held, targets = node.value, node.targets
        elif isinstance(node, ast.NamedExpr | ast.For | ast.comprehension):
            held, targets = node.value if isinstance(node, ast.NamedExpr) else node.iter, [node.target]
        else:
            continue
        if calls(held, "input") and not calls(held, "int", "map", "float"):
            for target in targets:
                yield from (name(one) for one in (target.elts if isinstance(target, ast.Tuple) else [target]))


def _root(node: ast.expr) -> ast.expr:
    """What methods are called on: `text` in `text.strip().lower()`."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value
    return node


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


def indexed(tree: ast.Module, up: Parents) -> list[bool]:
    """`list.index` with ValueError caught, or membership tested first."""
    return [
        catches(c, up, "ValueError") or tested(c, up, "in", name(c.func.value))  # type: ignore[attr-defined]
        for c in calls(tree, "?.index")
    ]


def largest(tree: ast.Module, up: Parents) -> list[bool]:
    """`max` or `min` of one thing with a default, a test that it is not empty, or ValueError caught."""
    found = []
    sets = _sets(tree)
    for call in calls(tree, "max", "min"):
        if len(call.args) == 1:
            arg = call.args[0]
            full = isinstance(arg, ast.List | ast.Tuple | ast.Set) and not any(
                isinstance(e, ast.Starred) for e in arg.elts
            )
            held = (full and arg.elts) or keyword(call, "default") is not None or catches(call, up, "ValueError")  # type: ignore[attr-defined]
            own = _named(arg)
            own |= {one for had in own for one in sets[had]}
            found.append(bool(held) or any(_asked_whether_empty(call, up, one) for one in own))
    return found


def _asked_whether_empty(call: ast.Call, up: Parents, owner: str) -> bool:
    return passed(call, up, lambda test: _asks_whether_empty(test, owner))


def _sets(tree: ast.Module) -> dict[str, set[str]]:
    """What names were set from."""
    found: dict[str, set[str]] = defaultdict(set)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                found[name(target)] |= _named(node.value)
    return found


def _named(node: ast.AST) -> set[str]:
    return {name(one) for one in ast.walk(node) if isinstance(one, ast.Name | ast.Attribute)} - {""}


def removed(tree: ast.Module, up: Parents) -> list[bool]:
    """`os.remove` with a missing file caught, or its being there tested."""
    kinds = ("FileNotFoundError", "OSError")
    return [
        catches(c, up, *kinds) or tested(c, up, "exists") or tested(c, up, "isfile") for c in calls(tree, "os.remove")
    ]


def made(tree: ast.Module, up: Parents) -> list[bool]:
    """`os.makedirs` with `exist_ok`, or with its being there caught or tested."""
    found = []
    for call in calls(tree, "os.makedirs"):
        fine = keyword(call, "exist_ok")
        fine = call.args[2] if fine is None and len(call.args) > 2 else fine
        yes = _unpacks(call) or (isinstance(fine, ast.Constant) and fine.value is True)
        asked = tested(call, up, "exists") or tested(call, up, "isdir") or tested(call, up, "is_dir")
        found.append(yes or catches(call, up, "FileExistsError", "OSError") or asked)
    return found


def locked(tree: ast.Module, up: Parents) -> list[bool]:
    """A lock taken by `with`, or let go of in a `finally`. Seen are `acquire`, and a `with` over a lock's name."""
    locks = {assigned(c, up) for c in calls(tree, "threading.Lock", "Lock", "threading.RLock", "RLock")} - {""}
    free = let_go(tree, "release")
    taken = [name(c.func.value) in free for c in calls(tree, "?.acquire")]  # type: ignore[attr-defined]
    over = (name(n.context_expr) for n in ast.walk(tree) if isinstance(n, ast.withitem))
    return taken + [True for one in over if one in locks or "lock" in one.split(".")[-1].lower()]


def yaml_loaded(tree: ast.Module, _: Parents) -> list[bool]:
    """`yaml.safe_load`, or `load` with a safe loader."""
    means = imported(tree)
    safe = [True for _ in calls(tree, "yaml.safe_load")]
    loads = calls(tree, "yaml.load")
    given = [[*c.args[1:], *(k.value for k in c.keywords if k.arg == "Loader")] for c in loads]
    return safe + [any("Safe" in meant(name(a), means) for a in args) for args in given]


def keyed(tree: ast.Module, up: Parents) -> list[bool]:
    """A value read from a dictionary by `[key]` with the key tested, or KeyError caught; or read by `get`."""
    found = [True for c in calls(tree, "?.get") if name(c.func.value) not in ("requests", "os.environ")]  # type: ignore[attr-defined]
    reads = (n for n in ast.walk(tree) if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Load))
    counts, lists, kind = set(_counts(tree)), set(_set_to(tree, *LISTS)), set(_set_to(tree, *FORGIVING))
    for node in (n for n in reads if not _annotation(n, up)):
        index, owner = node.slice, name(node.value)
        by_key = isinstance(index, ast.Name) or (isinstance(index, ast.Constant) and isinstance(index.value, str))
        if by_key and name(index) not in counts and owner not in lists:
            there = ["in", owner] if owner else ["in"]
            held = owner in kind or catches(node, up, "KeyError", "LookupError") or tested(node, up, *there)
            found.append(held or _own_key(node, owner, up))
    return found


LISTS = ("list", "sorted", "split", "splitlines", "readlines")
FORGIVING = ("defaultdict", "Counter")


def _counts(tree: ast.Module) -> Iterator[str]:
    """Names that go through numbers: an index of a list, no key."""
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.comprehension) and isinstance(node.iter, ast.Call):
            target = node.target
            if name(node.iter.func) == "enumerate" and isinstance(target, ast.Tuple):
                yield name(target.elts[0])
            elif name(node.iter.func) == "range":
                yield name(target)


def _set_to(tree: ast.Module, *made: str) -> Iterator[str]:
    """Names that are set to what one of these gives; to a list as it is written, where lists are sought."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            value = node.value
            plain = isinstance(value, ast.List | ast.ListComp) and made == LISTS
            if plain or (isinstance(value, ast.Call) and name(value.func).split(".")[-1] in made):
                yield from (name(target) for target in node.targets)


def _own_key(node: ast.Subscript, owner: str, up: Parents) -> bool:
    """Whether the key comes from going through the dictionary itself."""
    for outer, _ in around(node, up):
        parts = [outer] if isinstance(outer, ast.For) else getattr(outer, "generators", [])
        if any(name(one.target) == name(node.slice) and owner in _named(one.iter) for one in parts):
            return name(node.slice) != ""
    return False


def _annotation(node: ast.AST, up: Parents) -> bool:
    """Whether a subscript is a type, as in `dict[str, int]`."""
    for outer, child in around(node, up):
        if isinstance(outer, ast.arg) or (isinstance(outer, ast.FunctionDef) and child is outer.returns):
            return True
        if isinstance(outer, ast.AnnAssign) and child is outer.annotation:
            return True
    return False


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "open": opened,
        "next": nexted,
        "dict[key]": keyed,
        "subprocess.run": ran,
        "requests.get": fetched,
        "json.loads": loaded,
        "int(input())": converted,
        "re.search": matched,
        "list.index": indexed,
        "max": largest,
        "os.remove": removed,
        "os.makedirs": made,
        "threading.Lock": locked,
        "yaml.load": yaml_loaded,
        "tempfile.NamedTemporaryFile": temporary,
    }
)

__all__ = ["RULES"]
