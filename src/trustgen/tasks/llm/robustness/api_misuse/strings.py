"""Texts in Python code that are built from others: the same of a tree as `texts.py` tells of Java.

A text is *fixed* where all its parts are constants, numbers, or names that are set to such. It is *built* where parts
are put together of which some are not. A lone name whose value is not seen is not built.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

from .trees import imported, meant, name

MOST, DEEP = 40, 100  # names that are followed, and parts inside one another
TELLS_LITTLE = ("len", "compare_digest", "isinstance", "bool", "verify")
NUMBERS = ("int", "float", "len", "bool", "abs", "round")


class Strings:
    """What the names of a tree are set to. `makes_safe` are functions whose result may stand in a text."""

    def __init__(self, tree: ast.Module, *makes_safe: str) -> None:
        self.means, self.safe = imported(tree), (*NUMBERS, *makes_safe)
        self.values: dict[str, list[ast.expr]] = defaultdict(list)
        self.numbers: set[str] = set()
        self.given: set[str] = set()
        self.depth = 0
        self.defaults: dict[str, ast.expr] = {}
        for node in ast.walk(tree):
            self._note(node)

    def _note(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self.values[name(target)].append(node.value)
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            self.values[name(node.target)].append(node.value)
        elif isinstance(node, ast.AugAssign):
            self.values[name(node.target)].append(ast.BinOp(ast.Constant(""), ast.Add(), node.value))
        elif isinstance(node, ast.arg):
            self.given.add(node.arg)
            if node.annotation is not None and name(node.annotation) in NUMBERS:
                self.numbers.add(node.arg)
        elif isinstance(node, ast.arguments):
            named = [*node.posonlyargs, *node.args]
            self.defaults |= {a.arg: v for a, v in zip(named[::-1], node.defaults[::-1], strict=False)}
            self.defaults |= {a.arg: v for a, v in zip(node.kwonlyargs, node.kw_defaults, strict=True) if v}
        elif isinstance(node, ast.For):
            self.given |= {name(one) for one in ast.walk(node.target)}

    def value(self, node: ast.expr | None) -> ast.expr | None:
        """What a name is set to once, or is by default; a node that is no name as it is."""
        said = name(node) if node is not None else ""
        told = self.values.get(said, [])
        if said in self.defaults and not told:
            return self.defaults[said]
        return told[0] if said and len(told) == 1 else node

    def built(self, node: ast.expr, seen: set[str] | None = None) -> bool:
        """Whether a text is put together of parts that are not all fixed; too deep, it is not."""
        self.depth += 1
        found = self.depth < DEEP and self._built(node, set() if seen is None else seen)
        self.depth -= 1
        return found

    def _built(self, node: ast.expr, seen: set[str]) -> bool:
        said = name(node)
        if said:
            fresh = said not in seen and len(seen) < MOST
            seen.add(said)
            return fresh and any(self.built(one, seen) for one in self.values.get(said, ()))
        if isinstance(node, ast.IfExp):
            return self.built(node.body, seen) or self.built(node.orelse, seen)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in ("format", "format_map", "join", "replace"):
                return not self.fixed(node)
            return self.built(node.func.value, seen)
        return isinstance(node, ast.JoinedStr | ast.BinOp) and not self.fixed(node)

    def fixed(self, node: ast.expr, seen: set[str] | None = None) -> bool:
        """Whether a node is the same whatever comes from outside, or a number; too deep, it is neither."""
        self.depth += 1
        found = self.depth < DEEP and self._fixed(node, set() if seen is None else seen)
        self.depth -= 1
        return found

    def _fixed(self, node: ast.expr, seen: set[str]) -> bool:
        if isinstance(node, ast.Call):
            return self._safe(node, seen)
        if said := name(node):
            return self._steady(said, seen)
        parts = [self.fixed(one, seen) for one in _parts(node)]
        times = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)
        return isinstance(node, PARTS) and (any(parts) if times else all(parts))

    def _safe(self, call: ast.Call, seen: set[str]) -> bool:
        """Whether a call gives a number, or what may stand in a text; or works on what is fixed alone."""
        if meant(name(call.func), self.means) in self.safe:
            return True
        own = call.func.value if isinstance(call.func, ast.Attribute) else None
        more = (k.value for k in call.keywords)
        return own is not None and all(self.fixed(one, seen) for one in (own, *call.args, *more))

    def _steady(self, said: str, seen: set[str]) -> bool:
        """Whether a name is a number, or a constant, or set to nothing but what is fixed."""
        told = self.values.get(said, [])
        if said in self.numbers or said in seen or (not told and said.rsplit(".", maxsplit=1)[-1].isupper()):
            return True
        seen.add(said)
        known = bool(told) and said not in self.given and len(seen) < MOST
        return known and all(self.fixed(one, seen) for one in told)

    def comes_from(self, node: ast.AST, *methods: str) -> bool:
        """Whether a node is, or is made of, what one of these methods gives."""
        seen: set[str] = set()
        left: list[ast.AST] = [node]
        while left and len(seen) < MOST:
            for one in _walked(left.pop()):
                if isinstance(one, ast.Attribute) and one.attr in methods:
                    return True
                if isinstance(one, ast.Name) and one.id not in seen:
                    seen.add(one.id)
                    left += self.values.get(one.id, [])
        return False


PARTS = (
    *(ast.Constant, ast.JoinedStr, ast.FormattedValue, ast.BinOp, ast.Tuple, ast.List, ast.IfExp),
    *(ast.ListComp, ast.GeneratorExp, ast.SetComp),
)


def _walked(node: ast.AST) -> Iterator[ast.AST]:
    """A node and what is below it, but for what stands in a call that tells no more than a number or a truth."""
    left = [node]
    while left:
        one = left.pop()
        if not (isinstance(one, ast.Call) and name(one.func).split(".")[-1] in TELLS_LITTLE):
            yield one
            left += ast.iter_child_nodes(one)


def _parts(node: ast.expr) -> list[ast.expr]:
    """What a text is put together of."""
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.ListComp | ast.GeneratorExp | ast.SetComp):
        return [node.elt]
    return [one for one in ast.iter_child_nodes(node) if isinstance(one, ast.expr)]


__all__ = ["Strings"]
