"""API misuse, read again: replies in the styles that models write in, code that would stop the judge, and its time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from costs import MOST, growth
from trustgen.curate.apis import apis
from trustgen.tasks.llm.robustness.api_misuse.conditions import at_least, conjuncts, facts, implies
from trustgen.tasks.llm.robustness.api_misuse.used import code_in, verdict

FILES = ("replies_api_use.txt", "replies_api_secure.txt")
TEXTS = [(Path(__file__).parent / name).read_text("utf-8") for name in FILES]
HEAD = re.compile(r"^=== (.+) \| (Java|Python) \| (\w+)\n", re.M)
PARTS = [part for text in TEXTS for part in HEAD.split(text)[1:]]
TOKEN = "StringTokenizer.nextToken"
ROWS = list(zip(PARTS[::4], PARTS[1::4], PARTS[2::4], PARTS[3::4], strict=True))


def read(api: str, language: str, reply: str) -> str:
    code = code_in(reply, language)
    return verdict(api, code) if code.strip() else "none"


def test_the_replies_are_many() -> None:
    assert len(ROWS) >= 250
    assert {label for *_, label, _ in ROWS} == {"pass", "misuse", "unused", "fails", "none"}


@pytest.mark.parametrize("row", ROWS, ids=[f"{i}-{row[0]}-{row[2]}" for i, row in enumerate(ROWS)])
def test_a_reply_is_read_as_a_person_reads_it(row: tuple[str, str, str, str]) -> None:
    api, language, label, reply = row
    assert read(api, language, reply) == label


def test_each_rule_of_security_is_read_in_four_replies_of_both_kinds() -> None:
    for name, told in apis().items():
        labels = [label for api, _, label, _ in ROWS if api == name]
        assert not told["cwe"] or (len(labels) >= 4 and {"pass", "misuse"} <= set(labels)), name


def test_bounds_of_a_size() -> None:
    assert at_least("l.size()>=2", "l.size()") == 2
    assert at_least("1<l.size()", "l.size()") == 2
    assert at_least("l.size()-1>=0", "l.size()") == 1
    assert at_least("i<l.size()", "l.size()") == 1
    assert at_least("i<l.size()-2", "l.size()") == 3
    assert at_least("l.size()!=3", "l.size()") == 0
    assert at_least("l.size()<2", "l.size()") == 0
    assert at_least("k.size()>2", "l.size()") == 0
    assert at_least("!l.isEmpty()", "l.size()") == 1


def test_indices_below_a_size() -> None:
    for known in ("i<l.size()", "i+1<l.size()", "i<=l.size()-1", "l.size()>i", "i<l.size()-3"):
        assert implies(known, "i<l.size()"), known
    for known in ("i<=l.size()", "i<l.size()+1", "i-1<l.size()", "j<l.size()", "i<k.size()"):
        assert not implies(known, "i<l.size()"), known
    assert implies("i<l.size()-1", "i+1<l.size()")
    assert not implies("i<l.size()", "i+1<l.size()")
    assert implies("l.size()>1", "l.size()-2<l.size()")
    assert not implies("l.size()>0", "l.size()-2<l.size()")
    assert not implies("l.size()>0", "l.size()<l.size()")


def test_truths_written_out() -> None:
    assert conjuncts("a.b()==true") == ("a.b()",)
    assert conjuncts("false!=a.b()") == ("a.b()",)
    assert conjuncts("a.b()==false&&c") == ("!a.b()", "c")
    assert conjuncts("a==true||b==true") == ("a==true||b==true",)


def test_facts_do_not_grow_without_end() -> None:
    """Each pair of equal sizes doubled what was known: eighty of them ended the run for want of memory."""
    guards = tuple(f"a{i}.size()==a{i + 1}.size()" for i in range(80))
    assert len(facts(guards, {})) < 2000


@pytest.mark.parametrize(
    "code",
    [
        "void a(StringTokenizer t) { x = a" + ".b()" * 4900 + "; t.nextToken(); }",
        "void a(StringTokenizer t) { x = a" + "+a" * 9000 + "; t.nextToken(); }",
        "void a(StringTokenizer t) { if (" + "!" * 3000 + "x) t.nextToken(); }",
    ],
)
def test_a_chain_without_end_is_no_code(code: str) -> None:
    """It used to end the run with a RecursionError."""
    assert verdict("StringTokenizer.nextToken", code) == "fails"


@pytest.mark.parametrize(
    ("api", "code"),
    [
        ("sqlite3", "db.execute(" + "a+" * 1200 + "a)"),
        ("os.chmod", "import os\nos.chmod(p, " + "4|" * 1200 + "4)"),
        ("re.search", "import re\nm = re.search(a, b)\nif " + "m+" * 1200 + "m:\n    m.group()"),
        ("sqlite3", "".join(f"a{i} = {'(' * 40}a{i + 1}{'+x)' * 40}\n" for i in range(60)) + "db.execute(a0)"),
        (
            "Statement.executeQuery",
            "void a(Statement s) {"
            + "".join(f"String a{i}=a{i + 1}{'.trim()' * 90};" for i in range(25))
            + "s.executeQuery(a0);}",
        ),
    ],
)
def test_texts_in_texts_without_end_do_not_end_the_run(api: str, code: str) -> None:
    """A sum of a thousand parts, or names that lead to names, used to end it with a RecursionError."""
    assert verdict(api, code) in ("fails", "misuse", "pass")


@pytest.mark.parametrize(
    ("api", "head", "piece", "times", "tail"),
    [
        (TOKEN, "void a(StringTokenizer t) { ", "if (a) return; t.nextToken(); ", 130, "}"),
        (TOKEN, "void a(StringTokenizer t) { ", "if (t.hasMoreTokens()) t.nextToken(); ", 130, "}"),
        (TOKEN, "void a(StringTokenizer t) { ", "if (!t.hasMoreTokens()) return; t.nextToken(); ", 130, "}"),
        (
            "Activity.findViewById",
            "class A { void b() { findViewById(1); } ",
            "void a() { setContentView(1); } ",
            120,
            "}",
        ),
        ("List.get", "void a(List<String> l) { int n = l.size(); ", "if (n<m) return; l.get(n-1); ", 130, "}"),
        ("List.get", "void a(List<String> l) { if (", "a.size()==b.size()&&", 80, "x) l.get(1); }"),
        ("threading.Lock", "def f(d):\n", "    a.acquire()\n    b = c\n", 130, ""),
        ("sqlite3", "def f(d):\n", "    a = a + b\n    d.execute(a)\n", 130, ""),
        ("subprocess.shell", "import os\n", "a = b + a\nos.system(a)\n", 130, ""),
        ("hmac", "", "a = b == a.digest()\n", 130, ""),
        ("Statement.executeQuery", "void a(Statement s) { ", "a = b + a; b += a; s.execute(a); ", 90, "}"),
        ("Runtime.exec", "void a(String b) { ", "x.append(b); r.exec(x.toString()); ", 90, "}"),
        ("open", "def f(d):\n", "    try:\n        a=open(b)\n    finally:\n        c.close()\n", 70, ""),
        ("re.search", "def f(d):\n", "    m=re.search(b,c)\n    m.group()\n", 100, ""),
    ],
)
def test_a_reply_is_read_in_step_with_its_length(api: str, head: str, piece: str, times: int, tail: str) -> None:
    """A reply of 4 KB against one of a tenth of that; some tens of milliseconds matter to nobody."""
    short, long = (head + piece * n + tail for n in (times // 10, times))
    verdict(api, short)  # the parser is loaded once
    assert growth(lambda code: verdict(api, code), short, long, least=0.05) <= MOST
