"""Java code as the calls and control structures in it, in order.

A snippet is parsed as it stands, else inside a class and a method, else inside a class (RobustAPI, arXiv 2308.10335).
Each call knows its receiver with its declared type, its arguments, the conditions under which it is reached, the `try`
blocks and loops around it, the variable that takes its result, and its method. Nothing is compiled or run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from trustgen.core import MissingExtra

from .conditions import conjuncts, negated

MOST, DEEP, NESTED = 20_000, 90, 200
WRAPS = ("{}", "class A {{ void a() {{\n{}\n}} }}", "class A {{\n{}\n}}")
LOOPS = ("while_statement", "for_statement", "do_statement", "enhanced_for_statement")
CLASSES = ("class_body", "enum_body")
METHODS = ("method_declaration", "constructor_declaration")  # what a lambda does is part of the method around it
LOOKS_AT = ("ofNullable", "requireNonNull", "requireNonNullElse", "requireNonNullElseGet", "isNull", "nonNull")
NOTED = ("method_invocation", "object_creation_expression", "explicit_constructor_invocation")
WRAPPED = ("parenthesized_expression", "unary_expression")
LEAVES = ("return_statement", "throw_statement", "continue_statement", "break_statement")


_ARGS = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"  # brackets and what is in them, three deep
MAKERS = (
    (rf"new(?:[a-z]\w*\.)*([A-Z]\w*)(?:<[^()]*>)?{_ARGS}", "it"),
    (rf"(?:[a-z]\w*\.)*([A-Z]\w*)\.(?:getInstance|newInstance|open){_ARGS}", "it"),
    (r"Runtime\.getRuntime\(\)", "Runtime"),
    (r".+\.iterator\(\)", "Iterator"),
    (rf".+\.listIterator{_ARGS}", "ListIterator"),
    (r".+\.getChannel\(\)", "FileChannel"),
    (r"System\.in", "InputStream"),
)
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)
_PACKAGE = re.compile(r"^(?:[a-z]\w*\.)+(?=[A-Z])")
_SIZE = r"[\w.]+\.(?:size|length|countTokens)\(\)"
_SIZED = re.compile(rf"(?:{_SIZE}(?:[+-]\d+)?|Math\.min\({_SIZE},{_SIZE}\))")
_RANGE = re.compile(r"IntStream\.range\(\w+,([\w.]+(?:\(\))?(?:-\d+)?)\)")


class Test(NamedTuple):
    """A condition on the way to a call: what holds past it, and which events were read while it was asked."""

    said: tuple[str, ...]
    node: int  # the branching that asks it, and which of its branches this is: two branches are never both taken
    branch: int
    start: int
    end: int
    loops: int = 0


class Where(NamedTuple):
    """What stands around a call."""

    tests: tuple[Test, ...] = ()
    tries: tuple[tuple[str, ...], ...] = ()  # the types that each `try` around it catches
    loops: int = 0
    method: int = 0
    outer: tuple[int, ...] = ()  # the methods in which its method stands, as in a class without a name
    condition: bool = False
    returned: bool = False
    classes: tuple[int, ...] = ()  # the classes around it, from the outside in

    @property
    def guards(self) -> tuple[str, ...]:
        """What holds where it is reached."""
        return tuple(one for test in self.tests for one in test.said)


class Event(NamedTuple):
    """A call (its name), an object made (`new Type`), `super` or `this` as a constructor, or a condition
    (`IF`, its text in `args`).
    """

    name: str
    receiver: str
    args: tuple[str, ...]
    where: Where
    result: str = ""


@dataclass
class Code:
    """What is known of a snippet."""

    events: list[Event] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(
        default_factory=dict
    )  # variables that hold a size or a truth, and what they were set to
    told: dict[str, list[str]] = field(default_factory=dict)  # all that each variable is set to, as it is written
    built: dict[str, bool] = field(default_factory=dict)  # texts that were asked about (see `texts.py`)
    lent: set[str] = field(default_factory=set)  # what a method is given: its caller opened it, and closes it
    origins: dict[str, str] = field(default_factory=dict)  # iterators and channels, and what they were got by
    throws: dict[int, str] = field(default_factory=dict)
    methods: dict[int, str] = field(default_factory=dict)  # the name of each
    bodies: dict[int, str] = field(default_factory=dict)  # what each does, without comments
    classes: dict[int, tuple[str, str]] = field(default_factory=dict)  # the name of each, and what it extends
    resources: set[str] = field(default_factory=set)


def parsed(code: str) -> Any:
    """The root of the syntax tree, or None where the code does not parse."""
    try:
        import tree_sitter_java
        from tree_sitter import Language, Parser
    except ImportError as error:
        raise MissingExtra("reading Java", str(error.name), 'pip install "trustgen[code]"') from error
    depth = most = 0
    for char in code:
        depth += (char in "([{") - (char in ")]}")
        most = max(most, depth)
    if len(code) > MOST or most > DEEP:
        return None
    parser = Parser(Language(tree_sitter_java.language()))
    for wrap in WRAPS:
        root = parser.parse(wrap.format(code).encode()).root_node
        if not root.has_error:
            return root if _shallow(root) else None
    return None


def _shallow(root: Any) -> bool:
    """Whether no node lies deeper than `NESTED`: a chain of thousands of calls would end the walk, and the run."""
    level = [root]
    for _ in range(NESTED):
        level = [child for node in level for child in node.children]
        if not level:
            return True
    return False


def read(root: Any) -> Code:
    """Calls, types and the like, in the order in which they stand."""
    reader = _Reader()
    reader.declare(root)
    reader.visit(root, Where())
    return reader.code


def text(node: Any) -> str:
    """A node's source without blanks and `this.`."""
    return re.sub(r"\s+|\bthis\s*\.\s*", "", (node.text or b"").decode()) if node is not None else ""


def _uncommented(node: Any) -> str:
    """A node's source without blanks and comments."""
    return re.sub(r"\s+", "", _COMMENT.sub("", (node.text or b"").decode())) if node is not None else ""


def outright(said: str) -> str:
    """The name of a class without its package."""
    return _PACKAGE.sub("", said)


def made(said: str) -> str:
    """The type of what an expression makes, as far as its words tell: "" where they do not."""
    for pattern, kind in MAKERS:
        if found := re.fullmatch(pattern, said):
            return found[1] if kind == "it" else kind
    return ""


def _bare(kind: Any) -> str:
    """The name of a type without its package and what it is a type of."""
    return re.sub(r"<.*", "", text(kind)).split(".")[-1] if kind is not None else ""


class _Reader:
    """Walks the tree once, in order."""

    def __init__(self) -> None:
        self.code = Code()
        self.methods = 0
        self.results: dict[int, str] = {}
        self.asked: dict[int, tuple[int, int]] = {}  # the events that are read while an `if` asks its condition

    def declare(self, node: Any) -> None:
        """Types of all names, and which variable takes the result of which call."""
        kind = node.child_by_field_name("type")
        declared = _bare(kind)
        for one in node.children:
            name = one.child_by_field_name("name") if one.type == "variable_declarator" else None
            if name is not None and declared:
                self.code.types[text(name)] = declared
        name = node.child_by_field_name("name")
        if name is not None and declared and node.type in ("formal_parameter", "resource", "enhanced_for_statement"):
            self.code.types[text(name)] = declared
            if node.type == "formal_parameter":
                self.code.lent.add(text(name))
        if node.type in ("variable_declarator", "resource", "assignment_expression"):
            self._takes(node)
        for one in node.children:
            self.declare(one)

    def _takes(self, node: Any) -> None:
        name = text(node.child_by_field_name("name") or node.child_by_field_name("left"))
        value = node.child_by_field_name("value") or node.child_by_field_name("right")
        while value is not None and value.type in ("cast_expression", "parenthesized_expression"):
            value = value.named_children[-1]
        if value is None:
            return
        self.results[value.id] = name
        said = text(value)
        more = text(node.child_by_field_name("operator")) == "+="
        self.code.told.setdefault(name, []).append(f'""+{said}' if more else said)
        if node.type == "resource":
            self.code.resources.add(name)
        if self.code.types.get(name) == "var":
            self.code.types[name] = made(said)
        if made(said) in ("Iterator", "FileChannel"):
            self.code.origins[name] = said
        if _SIZED.fullmatch(said):
            self.code.values[name] = said
        elif self.code.types.get(name) == "boolean":
            self.code.values[name] = f"({said})"

    def visit(self, node: Any, where: Where) -> None:
        """One node and all below it."""
        kind = node.type
        if kind in METHODS:
            self.methods += 1
            where = Where(method=self.methods, outer=(*where.outer, where.method), classes=where.classes)
            self.code.throws[self.methods] = next((text(c) for c in node.children if c.type == "throws"), "")
            self.code.methods[self.methods] = text(node.child_by_field_name("name"))
            self.code.bodies[self.methods] = _uncommented(node.child_by_field_name("body"))
        if kind in CLASSES:
            where = where._replace(classes=(*where.classes, node.id))
            self.code.classes[node.id] = _named(node.parent)
        if kind in ("if_statement", "ternary_expression"):
            self._branch(node, where)
        elif kind in LOOPS:
            self._loop(node, where)
        elif kind == "binary_expression" and text(node.child_by_field_name("operator")) in ("&&", "||"):
            self._either(node, where)
        elif kind in ("try_statement", "try_with_resources_statement"):
            self._try(node, where)
        elif kind in ("block", "program", "constructor_body"):
            self._block(node, where)
        elif kind in ("switch_block_statement_group", "switch_rule"):
            here = len(self.code.events)
            self._block(node, self._under(where, (), node.parent, node.id, here))
        elif kind == "method_invocation":
            self._call(node, where)
        else:
            handed = kind == "return_statement" or (where.returned and kind in WRAPPED)
            within = where._replace(returned=handed)
            for child in node.children:
                self.visit(child, within)
            self._note(node, where)

    def _call(self, node: Any, where: Where) -> None:
        """A call: those inside first. A lambda over a range of numbers knows what they are below."""
        within = where._replace(returned=False)
        if text(node.child_by_field_name("name")) in LOOKS_AT:
            within = within._replace(condition=True)
        ranged = _RANGE.match(text(node.child_by_field_name("object")))
        given = node.child_by_field_name("arguments")
        for child in node.children:
            below = tuple(f"{one}<{ranged[1]}" for one in _parameters(child)) if ranged and child == given else ()
            self.visit(child, self._under(within, below, node, 1, len(self.code.events)) if below else within)
        self._note(node, where)

    def _note(self, node: Any, where: Where) -> None:
        if node.type not in NOTED:
            return
        given = node.child_by_field_name("arguments")
        args = tuple(text(a) for a in given.named_children) if given is not None else ()
        result = self.results.get(node.id, "")
        if node.type == "method_invocation":
            name, receiver = text(node.child_by_field_name("name")), text(node.child_by_field_name("object"))
        elif node.type == "explicit_constructor_invocation":
            name, receiver = text(node.child_by_field_name("constructor")), ""
        else:
            name, receiver = f"new {outright(re.sub(r'<.*', '', text(node.child_by_field_name('type'))))}", ""
        self.code.events.append(Event(name, receiver, args, where, result))

    def _condition(self, node: Any, where: Where) -> str:
        found = node.child_by_field_name("condition")
        if found is None:
            return ""
        self.visit(found, where._replace(condition=True))
        said = text(found)
        self.code.events.append(Event("IF", "", (said,), where))
        return said

    def _under(self, where: Where, more: tuple[str, ...], node: Any, branch: int, start: int, end: int = -1) -> Where:
        """What stands around a branch of `node`, whose condition was read from the event `start` on, till now."""
        until = len(self.code.events) if end < 0 else end
        return where._replace(tests=(*where.tests, Test(more, node.id, branch, start, until, where.loops)))

    def _branch(self, node: Any, where: Where) -> None:
        start = len(self.code.events)
        said = self._condition(node, where)
        self.asked[node.id] = start, len(self.code.events)
        for branch, part, more in ((1, "consequence", conjuncts(said)), (0, "alternative", negated(said))):
            found = node.child_by_field_name(part)
            if found is not None:
                self.visit(found, self._under(where, more, node, branch, *self.asked[node.id]))

    def _loop(self, node: Any, where: Where) -> None:
        again = node.type != "do_statement"  # its condition is asked again where it ends
        inside = where._replace(loops=where.loops + again)
        first = [c for part in ("init", "value") for c in node.children_by_field_name(part)]
        for child in first:
            self.visit(child, where)
        keys = re.fullmatch(r"([\w.]+)\.keySet\(\)", text(node.child_by_field_name("value")))
        if keys and node.type == "enhanced_for_statement":
            held = f"{keys[1]}.containsKey({text(node.child_by_field_name('name'))})"
            inside = self._under(inside, (held,), node, 1, len(self.code.events))
        if again:
            start = len(self.code.events)
            said = self._condition(node, inside)
            inside = self._under(inside, conjuncts(said), node, 1, start) if said else inside
        body = node.child_by_field_name("body")
        if body is not None:
            self.visit(body, inside)
        for child in node.children_by_field_name("update"):
            self.visit(child, inside)
        if not again:
            self._condition(node, inside)

    def _either(self, node: Any, where: Where) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        start = len(self.code.events)
        self.visit(left, where)
        both = text(node.child_by_field_name("operator")) == "&&"
        known = conjuncts(text(left)) if both else negated(text(left))
        self.visit(right, self._under(where, known, node, int(both), start))

    def _try(self, node: Any, where: Where) -> None:
        clauses = [c for c in node.children if c.type == "catch_clause"]
        caught = tuple(t for c in clauses for t in _caught(c))
        inside = where._replace(tries=(*where.tries, caught))
        for part in ("resources", "body"):
            found = node.child_by_field_name(part)
            if found is not None:
                self.visit(found, inside)
        for child in node.children:
            if child.type in ("catch_clause", "finally_clause"):
                self.visit(child, where)

    def _block(self, node: Any, where: Where) -> None:
        for child in node.children:
            self.visit(child, where)
            if child.type == "if_statement":
                said, other = text(child.child_by_field_name("condition")), child.child_by_field_name("alternative")
                if _leaves(child.child_by_field_name("consequence")):
                    where = self._under(where, negated(said), child, 0, *self.asked[child.id])
                elif other is not None and _leaves(other):
                    where = self._under(where, conjuncts(said), child, 1, *self.asked[child.id])


def _parameters(given: Any) -> Iterator[str]:
    """The names that lambdas among some arguments give to what they take."""
    for one in given.named_children:
        if one.type == "lambda_expression":
            yield text(one.child_by_field_name("parameters")).strip("()")


def _named(node: Any) -> tuple[str, str]:
    """The name of a class, and that of the class which it extends."""
    above = node.child_by_field_name("superclass") or node.child_by_field_name("type")
    above = above.named_children[-1] if above is not None and above.type == "superclass" else above
    return text(node.child_by_field_name("name")), _bare(above)


def _leaves(body: Any) -> bool:
    """Whether a branch ends by leaving what it stands in."""
    last = body.named_children[-1] if body.type == "block" and body.named_children else body
    return last.type in LEAVES


def _caught(clause: Any) -> Iterator[str]:
    for child in clause.children:
        if child.type == "catch_formal_parameter":
            kinds = next((c for c in child.children if c.type == "catch_type"), None)
            yield from (text(kinds) if kinds is not None else "").split("|")


__all__ = ["LOOKS_AT", "MOST", "Code", "Event", "made", "outright", "parsed", "read"]
